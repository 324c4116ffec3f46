// A hot file: unsafe pointers.

/// A Huffman code for bytes and for runs of a byte: a byte, then a match of it at distance 1.
struct StampCode {
    /// The bits of each byte.
    let literals: [DeflateBits]
    /// The end of the block.
    let end: DeflateBits
    /// The header of the block.
    let header: [DeflateBits]
    /// So many zeros, from none to as many as ``zeros`` has.
    private let zeros: [DeflateBits]
    /// A match of 0...258 bytes; lengths below 3 have no bits.
    private let matches: [DeflateBits]
    /// Whether there is a code at all.
    var isReady: Bool { !literals.isEmpty }

    /// - Parameters:
    ///   - counts: how often each of the 286 symbols comes, none of them never; empty: no code yet.
    ///   - stride: the longest run.
    init(counts: [Int], stride: Int) {
        guard !counts.isEmpty else {
            (literals, header, zeros, matches) = ([], [], [], [])
            end = DeflateBits()
            return
        }
        let lengths = Deflate.lengths(counts)
        let codes = Deflate.codes(lengths)
        func bits(_ symbol: Int) -> DeflateBits { DeflateBits(bits: UInt64(codes[symbol]), count: lengths[symbol]) }
        literals = (0..<256).map(bits)
        end = bits(256)
        header = Deflate.header(lengths, distances: [1]).chunks
        let matches = (0...258).map { length -> DeflateBits in
            guard length >= 3 else { return DeflateBits() }
            let code = Deflate.lengthCode(length)
            var all = bits(code.symbol)
            all.bits |= UInt64(code.extra) << UInt64(all.count)
            // The only distance code is the single bit 0.
            all.count += code.extraCount + 1
            return all
        }
        self.matches = matches
        let zero = bits(0)
        // What fits into one word: a byte and a match.
        zeros = (0...259).map { count in
            var all = DeflateBits()
            func append(_ more: DeflateBits) {
                all.bits |= more.bits << UInt64(all.count)
                all.count += more.count
            }
            if count == 0 { return all }
            append(zero)
            if count < 4 {
                for _ in 1..<count { append(zero) }
            } else {
                append(matches[count - 1])
            }
            return all
        }
    }

    /// Appends zeros, at least one.
    @inline(__always)
    func appendZeros(_ count: Int, _ sink: inout DeflateSink) {
        if count <= 259 {
            sink.append(zeros[count].bits, zeros[count].count)
            return
        }
        sink.append(zeros[1].bits, zeros[1].count)
        for length in Deflate.matches(count - 1) { sink.append(matches[length].bits, matches[length].count) }
    }

    /// Appends a run of a byte.
    func append(_ count: Int, of byte: UInt8, _ bits: inout DeflateChunks) {
        func append(_ more: DeflateBits) { bits.append(Int(more.bits), more.count) }
        append(literals[Int(byte)])
        if count < 4 {
            for _ in 1..<count { append(literals[Int(byte)]) }
        } else {
            for length in Deflate.matches(count - 1) { append(matches[length]) }
        }
    }

    /// Counts the symbols of a run.
    static func count(_ count: Int, of byte: UInt8, _ counts: inout [Int]) {
        counts[Int(byte)] += 16
        if count < 4 {
            counts[Int(byte)] += 16 * (count - 1)
        } else {
            for length in Deflate.matches(count - 1) { counts[Deflate.lengthCode(length).symbol] += 16 }
        }
    }
}
