import Ethereum
import Support

/// Payment requests of two chains. A mistyped address is money lost, so checksums are checked.
extension Form {
    /// EIP-681.
    mutating func ether() -> String {
        let written = text("address", required: true)
        let address = account(written, "address")
        title = address
        var chain = ""
        if let number = number("chain", 1...9_007_199_254_740_991), number != 1 { chain = "@\(number)" }
        let token = text("token")
        let limit = number("gas-limit", 21_000...1_000_000_000)
        var query: [String] = []
        var path = address + chain
        if token.isEmpty {
            // Wei: the number without its point, so that no reader rounds.
            let amount = amount("amount", places: 18, most: "1000000000")
            if !amount.isEmpty { query.append("value=" + Self.shifted(amount, by: 18)) }
        } else {
            let units = amount("amount", places: 0, most: String(repeating: "9", count: 77), required: true)
            path = account(token, "token") + chain + "/transfer"
            query = ["address=" + address, "uint256=" + units]
        }
        if let limit { query.append("gasLimit=\(limit)") }
        return "ethereum:" + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    private mutating func account(_ written: String, _ name: String) -> String {
        if written.isEmpty { return "" }
        do {
            return try Address(written).description
        } catch {
            refuse(name, "\(Self.quoted(written)): \(error)", "look for a mistyped digit")
            return ""
        }
    }

    /// Digits of a decimal number times ten to the `places`.
    private static func shifted(_ number: String, by places: Int) -> String {
        let parts = number.split(separator: ".")
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        return String(
            (String(parts[0]) + fraction + String(repeating: "0", count: places - fraction.utf8.count)).drop {
                $0 == "0"
            })
    }

    /// BIP 21.
    mutating func bitcoin() -> String {
        let address = text("address", required: true)
        title = address
        if !address.isEmpty, !Self.isSegwit(address), !Self.isBase58(address) {
            refuse(
                "address", "\(Self.quoted(address)) is no bitcoin address, or mistyped",
                "its check characters don't fit")
        }
        var query: [String] = []
        let amount = amount("amount", places: 8, most: "20999999")
        if !amount.isEmpty { query.append("amount=" + amount) }
        for name in ["label", "message"] {
            let text = text(name)
            if !text.isEmpty { query.append(name + "=" + Self.percent(text)) }
        }
        return "bitcoin:" + address + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// BIP 173 and BIP 350: a witness program, version 0 with the constant 1, later ones with that of bech32m.
    static func isSegwit(_ address: String) -> Bool {
        let lower = address.lowercased()
        guard address == lower || address == address.uppercased(), address.utf8.count <= 90,
            let mark = lower.lastIndex(of: "1"), ["bc", "tb", "bcrt"].contains(String(lower[..<mark]))
        else { return false }
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        var data: [UInt32] = []
        for byte in lower[lower.index(after: mark)...].utf8 {
            guard let value = alphabet.firstIndex(of: byte) else { return false }
            data.append(UInt32(value))
        }
        guard data.count >= 8, data[0] <= 16 else { return false }
        let human = lower[..<mark].utf8.map { UInt32($0) }
        let expanded = human.map { $0 >> 5 } + [0] + human.map { $0 & 31 } + data
        let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var check: UInt32 = 1
        for value in expanded {
            let top = check >> 25
            check = (check & 0x1ff_ffff) << 5 ^ value
            for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { check ^= generator[bit] }
        }
        guard check == (data[0] == 0 ? 1 : 0x2bc8_30a3) else { return false }
        // Five bits each, without the version and six check characters, in whole bytes with less than five bits of zero left.
        let program = data[1..<(data.count - 6)]
        let bytes = program.count * 5 / 8
        let rest = program.count * 5 % 8
        guard rest < 5, (program.last ?? 0) & ((1 << UInt32(rest)) - 1) == 0, (2...40).contains(bytes) else {
            return false
        }
        return data[0] != 0 || bytes == 20 || bytes == 32
    }

    /// Base58Check: 25 bytes whose last four are the beginning of the double SHA-256 of the others.
    static func isBase58(_ address: String) -> Bool {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
        guard (26...35).contains(address.utf8.count) else { return false }
        var bytes = [UInt8](repeating: 0, count: 25)
        for byte in address.utf8 {
            guard var carry = alphabet.firstIndex(of: byte) else { return false }
            for place in bytes.indices.reversed() {
                carry += Int(bytes[place]) * 58
                bytes[place] = UInt8(carry & 255)
                carry >>= 8
            }
            if carry > 0 { return false }
        }
        // Leading zero bytes are written as ones, each by its own.
        let zeros = bytes.prefix { $0 == 0 }.count
        guard address.utf8.prefix(while: { $0 == UInt8(ascii: "1") }).count == zeros else { return false }
        return [0x00, 0x05, 0x6F, 0xC4].contains(bytes[0])
            && SHA256.hash(SHA256.hash(Array(bytes[..<21])))[..<4].elementsEqual(bytes[21...])
    }
}
