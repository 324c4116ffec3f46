// A hot file: unsafe pointers.

/// Check codewords over GF(256) with the polynomial x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004, section 7.5.2).
///
/// The remainder lies in four 64-bit words, its highest coefficient in the highest byte of the first, so that one
/// step of the division is a shift by eight bits and the XOR of one row of a table.
final class ReedSolomon: Sendable {
    /// Number of check codewords, at most 30.
    let degree: Int
    /// For each leading byte: that byte times the generator, as four words.
    private let table: [UInt64]

    init(degree: Int) {
        precondition((1...32).contains(degree), "check codewords fit four words")
        self.degree = degree
        // The generator (x − α⁰)(x − α¹)…, highest coefficient (always 1) left out.
        var generator = [UInt8](repeating: 0, count: degree)
        generator[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for j in 0..<degree {
                generator[j] = Self.multiply(generator[j], root)
                if j + 1 < degree { generator[j] ^= generator[j + 1] }
            }
            root = Self.multiply(root, 2)
        }
        var table = [UInt64](repeating: 0, count: 256 * 4)
        for lead in 0..<256 {
            for j in 0..<degree {
                let product = UInt64(Self.multiply(generator[j], UInt8(lead)))
                table[lead * 4 + j / 8] |= product << UInt64(56 - j % 8 * 8)
            }
        }
        self.table = table
    }

    /// Product in the field, by Russian multiplication: only used to build tables.
    private static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var product = 0
        for i in (0..<8).reversed() {
            product = product << 1 ^ (product >> 7) * 0x11D
            product ^= (Int(b) >> i & 1) * Int(a)
        }
        return UInt8(product)
    }

    /// Writes the ``degree`` check codewords of `count` data codewords. Time: O(count).
    @inline(__always)
    func write(of data: UnsafePointer<UInt8>, count: Int, to check: UnsafeMutablePointer<UInt8>) {
        table.withUnsafeBufferPointer { table in
            var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
            for i in 0..<count {
                let row = Int(truncatingIfNeeded: a &>> 56 ^ UInt64(data[i])) &* 4
                a = (a &<< 8 | b &>> 56) ^ table[row]
                b = (b &<< 8 | c &>> 56) ^ table[row &+ 1]
                c = (c &<< 8 | d &>> 56) ^ table[row &+ 2]
                d = d &<< 8 ^ table[row &+ 3]
            }
            for i in 0..<degree {
                let word = i < 16 ? (i < 8 ? a : b) : (i < 24 ? c : d)
                check[i] = UInt8(truncatingIfNeeded: word &>> UInt64(56 &- (i & 7) &* 8))
            }
        }
    }
}
