// A hot file: unsafe pointers.
internal import QRCode

/// All contents that a block of codewords may have when some of its data bits are free: a vector space over GF(2), as
/// Reed–Solomon codes are linear. Each free bit buys the choice of one bit anywhere in the block, check bits included
/// (R. Cox, "QArt Codes", 2012).
struct BlockSpace {
    /// 64-bit words of one row.
    private let words: Int
    /// Bits of the block: its data codewords, then its check codewords.
    let bits: Int
    private var rows: [UInt64]
    private let count: Int

    /// - Parameters:
    ///   - data: data codewords of the block.
    ///   - check: check codewords.
    ///   - free: bits of the data codewords that may be chosen, from 0.
    init(
        data: Int, check: Int, free: [Int], version: Int, level: ErrorCorrection, _ encoder: inout QREncoder
    ) {
        bits = 8 * (data + check)
        words = (bits + 63) / 64
        count = free.count
        rows = [UInt64](repeating: 0, count: free.count * words)
        var unit = [UInt8](repeating: 0, count: data)
        for (row, bit) in free.enumerated() {
            unit[bit / 8] = 0x80 >> UInt8(bit % 8)
            set(row, bit)
            for (index, byte) in encoder.checkCodewords(unit, version: version, level: level).enumerated()
            where byte != 0 {
                for place in 0..<8 where byte << UInt8(place) & 0x80 != 0 { set(row, 8 * (data + index) + place) }
            }
            unit[bit / 8] = 0
        }
    }

    private mutating func set(_ row: Int, _ bit: Int) { rows[row * words + bit / 64] |= 1 << UInt64(bit % 64) }

    /// The bits that can be chosen, in the order in which they are wished for, and for each the row that turns it over
    /// without a change to any bit chosen before.
    struct Choice {
        /// Chosen bits.
        var bits: [Int] = []
        /// Their rows, one after the other.
        var rows: [UInt64] = []
    }

    /// Gauss–Jordan elimination in the order of wishes. O(free² × words).
    func choice(inOrder wishes: [Int]) -> Choice {
        var rows = rows
        var choice = Choice()
        let (words, count) = (words, count)
        rows.withUnsafeMutableBufferPointer { rows in
            var left = count
            for bit in wishes {
                if left == 0 { break }
                let (word, mask) = (bit / 64, UInt64(1) << UInt64(bit % 64))
                var pivot = 0
                while pivot < left, rows[pivot * words + word] & mask == 0 { pivot += 1 }
                guard pivot < left else { continue }
                // The pivot goes behind those that are left.
                left -= 1
                for i in 0..<words { rows.swapAt(pivot * words + i, left * words + i) }
                for row in 0..<left where rows[row * words + word] & mask != 0 {
                    for i in 0..<words { rows[row * words + i] ^= rows[left * words + i] }
                }
                choice.bits.append(bit)
                choice.rows.append(contentsOf: rows[left * words..<(left + 1) * words])
            }
        }
        return choice
    }

    /// Words of a row, for whoever applies a choice.
    var wordsPerRow: Int { words }
}
