/// Keccak-256 as Ethereum uses it: the Keccak of the SHA-3 competition, with the padding 0x01 that FIPS 202
/// later changed to 0x06. No library of Debian has it.
public enum Keccak256 {
    /// The 32 bytes of the digest.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var state = InlineArray<25, UInt64>(repeating: 0)
        var index = 0
        while bytes.count - index >= rate {
            absorb(bytes[index..<index + rate], into: &state)
            index += rate
        }
        // pad10*1: a one bit after the message and a one bit at the end of the block.
        var last = Array(bytes[index...])
        last.append(contentsOf: repeatElement(0, count: rate - last.count))
        last[bytes.count - index] ^= 0x01
        last[rate - 1] ^= 0x80
        absorb(last[...], into: &state)
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> (UInt64($0 % 8) * 8)) }
    }

    /// Bytes taken in by one permutation: 1600 − 2 · 256 bits.
    private static let rate = 136

    private static func absorb(_ block: ArraySlice<UInt8>, into state: inout InlineArray<25, UInt64>) {
        var lane = 0
        var shift: UInt64 = 0
        for byte in block {
            state[lane] ^= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                shift = 0
                lane += 1
            }
        }
        permute(&state)
    }

    /// Keccak-f[1600] (FIPS 202 §3.3): θ, ρ and π in one walk over the lanes, χ, ι.
    private static func permute(_ a: inout InlineArray<25, UInt64>) {
        var c = InlineArray<5, UInt64>(repeating: 0)
        for round in 0..<24 {
            for x in 0..<5 { c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
            for x in 0..<5 {
                let d = c[(x + 4) % 5] ^ rotated(c[(x + 1) % 5], 1)
                for y in 0..<5 { a[x + 5 * y] ^= d }
            }
            var moved = a[1]
            for step in 0..<24 {
                let place = Int(places[step])
                let old = a[place]
                a[place] = rotated(moved, rotations[step])
                moved = old
            }
            for y in 0..<5 {
                for x in 0..<5 { c[x] = a[5 * y + x] }
                for x in 0..<5 { a[5 * y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]) }
            }
            a[0] ^= constants[round]
        }
    }

    private static func rotated(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }

    private static let rotations: InlineArray<24, UInt64> = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]
    private static let places: InlineArray<24, UInt8> = [
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
    ]
    private static let constants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808B, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008A, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800A, 0x8000_0000_8000_000A,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}
