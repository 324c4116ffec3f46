/// A Huffman code for rows of 0x00 and 0xFF that are repeated at one distance, fixed before any symbol is seen:
/// 0xFF takes one bit, 0x00 two, what else is needed (RFC 1951, section 3.2.7) shares the rest.
struct TwoByteCode {
    private let lengths: [Int]
    private let codes: [Int]
    private let distance: (symbol: Int, extra: Int, extraCount: Int)

    /// - Parameters:
    ///   - stride: bytes of a row, and the distance of every match.
    ///   - copies: how often a row of modules is repeated.
    ///   - borderCopies: how often a row of the quiet zone is repeated; negative when there is none.
    init(stride: Int, copies: Int, borderCopies: Int) {
        var symbols: [Int] = []
        for count in [copies, borderCopies] where count > 0 {
            for length in Deflate.matches(count * stride) {
                let symbol = Deflate.lengthCode(length).symbol
                if !symbols.contains(symbol) { symbols.append(symbol) }
            }
        }
        symbols.append(256)
        var lengths = [Int](repeating: 0, count: 286)
        lengths[0xFF] = 1
        lengths[0x00] = 2
        for (symbol, length) in zip(symbols, Deflate.completeLengths(symbols.count)) {
            lengths[symbol] = 2 + length
        }
        self.lengths = Array(lengths[...(symbols.max() ?? 256)])
        codes = Deflate.codes(self.lengths)
        distance = Deflate.distanceCode(stride)
    }

    func light(_ chunks: inout DeflateChunks) { chunks.append(codes[0xFF], 1) }
    func dark(_ chunks: inout DeflateChunks) { chunks.append(codes[0x00], 2) }
    func end(_ chunks: inout DeflateChunks) { chunks.append(codes[256], lengths[256]) }

    /// Matches that repeat the last `total` bytes' rows.
    func copies(_ total: Int, _ chunks: inout DeflateChunks) {
        guard total > 0 else { return }
        for match in Deflate.matches(total) {
            let length = Deflate.lengthCode(match)
            chunks.append(codes[length.symbol], lengths[length.symbol])
            chunks.append(length.extra, length.extraCount)
            // The only distance code is the single bit 0.
            chunks.append(0, 1)
            chunks.append(distance.extra, distance.extraCount)
        }
    }

    /// The header of the block, the last one of its stream.
    var header: DeflateChunks {
        Deflate.header(lengths, distances: [Int](repeating: 0, count: distance.symbol) + [1])
    }
}

extension Deflate {
    /// The header of a block with its own Huffman codes, the last one of its stream (RFC 1951, section 3.2.7).
    static func header(_ lengths: [Int], distances: [Int]) -> DeflateChunks {
        // Runs of zeros as symbols 17 and 18, everything else as it is.
        var run: [(symbol: Int, extra: Int, extraCount: Int)] = []
        let all = lengths + distances
        var i = 0
        while i < all.count {
            var zeros = 0
            while i + zeros < all.count, all[i + zeros] == 0, zeros < 138 { zeros += 1 }
            switch zeros {
            case 0: run.append((all[i], 0, 0))
            case 1...2: run.append((0, 0, 0))
            case 3...10: run.append((17, zeros - 3, 3))
            default: run.append((18, zeros - 11, 7))
            }
            i += zeros < 3 ? 1 : zeros
        }
        let counts = Dictionary(run.map { ($0.symbol, 1) }, uniquingKeysWith: +)
        let byUse = counts.keys.sorted {
            (counts[$0] ?? 0, $1) > (counts[$1] ?? 0, $0)
        }
        var codeLengths = [Int](repeating: 0, count: 19)
        for (symbol, length) in zip(byUse, completeLengths(byUse.count)) {
            codeLengths[symbol] = length
        }
        let bits = codes(codeLengths)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        let sent = (order.lastIndex { codeLengths[$0] > 0 } ?? 3) + 1

        var chunks = DeflateChunks()
        chunks.append(0b101, 3)
        chunks.append(lengths.count - 257, 5)
        chunks.append(distances.count - 1, 5)
        chunks.append(max(4, sent) - 4, 4)
        for symbol in order[..<max(4, sent)] { chunks.append(codeLengths[symbol], 3) }
        for (symbol, extra, extraCount) in run {
            chunks.append(bits[symbol], codeLengths[symbol])
            chunks.append(extra, extraCount)
        }
        return chunks
    }
}

extension Deflate {
    /// Code lengths of at most 15 bits for symbols that come so often; those that never come get none (Huffman 1952). The
    /// counts are halved until the longest code fits.
    static func lengths(_ counts: [Int]) -> [Int] {
        var counts = counts
        while true {
            var lengths = [Int](repeating: 0, count: counts.count)
            // Trees with their weights, as lists of the symbols below.
            var trees = counts.indices.filter { counts[$0] > 0 }.map { (weight: counts[$0], symbols: [$0]) }
            trees.sort { ($0.weight, $0.symbols[0]) > ($1.weight, $1.symbols[0]) }
            if trees.count == 1 { lengths[trees[0].symbols[0]] = 1 }
            while trees.count > 1 {
                let (a, b) = (trees.removeLast(), trees.removeLast())
                let joined = (weight: a.weight + b.weight, symbols: a.symbols + b.symbols)
                for symbol in joined.symbols { lengths[symbol] += 1 }
                let place = trees.lastIndex { $0.weight > joined.weight }.map { $0 + 1 } ?? 0
                trees.insert(joined, at: place)
            }
            if lengths.max() ?? 0 <= 15 { return lengths }
            counts = counts.map { $0 > 0 ? $0 / 2 + 1 : 0 }
        }
    }
}

/// Deflate's fixed Huffman code (RFC 1951, section 3.2.6).
enum FixedCode {
    static func literal(_ byte: UInt8, _ sink: inout DeflateSink) {
        let value = Int(byte)
        if value < 144 {
            sink.append(UInt64(Deflate.reversed(0x30 + value, 8)), 8)
        } else {
            sink.append(UInt64(Deflate.reversed(0x190 + value - 144, 9)), 9)
        }
    }

    static func match(_ length: Int, distance: Int, _ sink: inout DeflateSink) {
        let length = Deflate.lengthCode(length)
        if length.symbol < 280 {
            sink.append(UInt64(Deflate.reversed(length.symbol - 256, 7)), 7)
        } else {
            sink.append(UInt64(Deflate.reversed(0xC0 + length.symbol - 280, 8)), 8)
        }
        sink.append(UInt64(length.extra), length.extraCount)
        let distance = Deflate.distanceCode(distance)
        sink.append(UInt64(Deflate.reversed(distance.symbol, 5)), 5)
        sink.append(UInt64(distance.extra), distance.extraCount)
    }
}
