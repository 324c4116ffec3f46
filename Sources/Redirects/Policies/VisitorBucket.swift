/// Which of 10,000 equal shares of all visitors one belongs to: what nginx computes with `split_clients`.
enum VisitorBucket {
    /// 0 … 9,999, the same for one visitor and link as long as address and User-Agent are: four decimal digits, each
    /// from a hash with a salt of its own. Deterministic; uniform within 10⁻⁸.
    static func number(address: String, agent: [UInt8], link: String) -> Int {
        salts.reduce(0) { number, salt in
            let text = Array((salt + address).utf8) + agent + Array(link.utf8)
            return number * 10 + digit(murmur(text))
        }
    }

    /// What the text to be hashed begins with, one for each digit.
    static let salts = ["a", "b", "c", "d"]

    /// `split_clients` with nine rows of 10 % and a rest (ngx_http_split_clients_module.c).
    private static func digit(_ hash: UInt32) -> Int {
        let tenth = UInt64(1000) * 0xFFFF_FFFF / 10_000
        for digit in 0..<9 where UInt64(hash) < tenth * UInt64(digit + 1) { return digit }
        return 9
    }

    /// MurmurHash2 with seed 0, as nginx has it (ngx_murmurhash.c).
    private static func murmur(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5BD1_E995
        var h = UInt32(truncatingIfNeeded: data.count)
        var i = 0
        while data.count - i >= 4 {
            var k =
                UInt32(data[i]) | UInt32(data[i + 1]) << 8 | UInt32(data[i + 2]) << 16 | UInt32(data[i + 3]) << 24
            k &*= m
            k ^= k >> 24
            k &*= m
            h &*= m
            h ^= k
            i += 4
        }
        let rest = data.count - i
        if rest >= 3 { h ^= UInt32(data[i + 2]) << 16 }
        if rest >= 2 { h ^= UInt32(data[i + 1]) << 8 }
        if rest >= 1 {
            h ^= UInt32(data[i])
            h &*= m
        }
        h ^= h >> 13
        h &*= m
        return h ^ (h >> 15)
    }
}
