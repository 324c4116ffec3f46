// A hot file: unsafe pointers.

/// How the codewords get into the rows of a symbol: interleaving (ISO/IEC 18004, section 7.6) and zigzag
/// (section 7.7.3).
struct Placement: Sendable {
    /// Eight bits that fill four rows of two columns, as nearly all do.
    private struct Block {
        /// Index of the first bit in the interleaved stream.
        let bit: UInt16
        /// Index of the word that takes the first two bits.
        let word: UInt16
        /// Bit of the left column.
        let column: UInt64
    }

    /// Any other bit.
    private struct Single {
        let bit: UInt16
        let word: UInt16
        let column: UInt64
    }

    /// For each codeword, in the order in which they are made (data of block 1, block 2, …, then check codewords of
    /// block 1, block 2, …), its index in the interleaved stream.
    private let order: [UInt16]
    private let wordsPerRow: Int
    private let upwards: [Block]
    private let downwards: [Block]
    private let singles: [Single]

    /// - Parameters:
    ///   - order: for each codeword its index in the interleaved stream.
    ///   - zigzag: for each bit of the stream its place, 64 × word + column.
    init(order: [UInt16], zigzag: [UInt16], wordsPerRow: Int) {
        self.order = order
        self.wordsPerRow = wordsPerRow
        var (upwards, downwards, singles): ([Block], [Block], [Single]) = ([], [], [])
        let end = order.count * 8
        var bit = 0
        /// Whether the next four pairs follow each other at this distance, with room to shift eight bits.
        func isBlock(step: Int) -> Bool {
            guard bit + 8 <= end, zigzag[bit + 1] & 63 <= 56 else { return false }
            return (0..<4).allSatisfy {
                Int(zigzag[bit + 2 * $0 + 1]) == Int(zigzag[bit + 1]) + $0 * step
                    && zigzag[bit + 2 * $0] == zigzag[bit + 2 * $0 + 1] + 1
            }
        }
        while bit < end {
            let up = isBlock(step: -64 * wordsPerRow)
            if up || isBlock(step: 64 * wordsPerRow) {
                let left = zigzag[bit + 1]
                let block = Block(bit: UInt16(bit), word: left >> 6, column: UInt64(left & 63))
                if up { upwards.append(block) } else { downwards.append(block) }
                bit += 8
            } else {
                let place = zigzag[bit]
                singles.append(Single(bit: UInt16(bit), word: place >> 6, column: UInt64(place & 63)))
                bit += 1
            }
        }
        (self.upwards, self.downwards, self.singles) = (upwards, downwards, singles)
    }

    /// Sets the modules of the codewords' ones in `rows`, where they are light so far.
    /// - Parameter stream: scratch for one byte more than there are codewords.
    func place(
        _ codewords: UnsafePointer<UInt8>, stream: UnsafeMutablePointer<UInt8>,
        in rows: UnsafeMutablePointer<UInt64>
    ) {
        order.withUnsafeBufferPointer { order in
            for i in 0..<order.count { stream[Int(order[i])] = codewords[i] }
        }
        place(upwards, step: -wordsPerRow, stream, rows)
        place(downwards, step: wordsPerRow, stream, rows)
        singles.withUnsafeBufferPointer { singles in
            for single in singles {
                let bit = Int(single.bit)
                let value = UInt64(stream[bit &>> 3]) &>> UInt64(~bit & 7) & 1
                rows[Int(single.word)] |= value &<< single.column
            }
        }
    }

    @inline(__always)
    private func place(
        _ blocks: [Block], step: Int, _ stream: UnsafePointer<UInt8>, _ rows: UnsafeMutablePointer<UInt64>
    ) {
        blocks.withUnsafeBufferPointer { blocks in
            for block in blocks {
                let bit = Int(block.bit)
                let byte = stream + bit &>> 3
                let two = UInt64(byte[0]) &<< 8 | UInt64(byte[1])
                let bits = (two &>> UInt64(8 &- bit & 7) & 0xFF) &<< block.column
                let pair = 3 as UInt64 &<< block.column
                var row = rows + Int(block.word)
                row.pointee |= bits &>> 6 & pair
                row += step
                row.pointee |= bits &>> 4 & pair
                row += step
                row.pointee |= bits &>> 2 & pair
                row += step
                row.pointee |= bits & pair
            }
        }
    }
}
