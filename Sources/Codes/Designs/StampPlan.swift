// A hot file: unsafe pointers.
import QRCode
import Site
internal import Support

/// How symbols of one size become PNG files in one design: the picture is divided into squares of a module each, which are
/// the same in every symbol (paper, eyes, logo, frame) or depend on a module and its eight neighbours only. Each square is
/// drawn and compressed once; a file is then put together from ready-made pieces of a deflate stream.
///
/// Every row of pixels is written as its difference from the row above (filter "up"), but the first of each module as it
/// is: what is written of a square then depends on nothing outside it. One Huffman code, made for a sample of modules,
/// serves all symbols, so that a file does not depend on those before it.
struct StampPlan {
    /// Pixels to a module.
    let scale: Int
    /// Modules across and down, frame included.
    let width: Int
    let height: Int
    /// Modules of the symbol, and the place of its first one.
    private let size: Int
    private let x: Int
    private let y: Int
    private let pixels: StampPixels
    /// Bytes of a square's row.
    private let rowBytes: Int
    private let shape: Design.Modules
    private let ink: Drawing.Fill
    /// What is beneath the modules.
    private let paper: (UInt8, UInt8, UInt8, UInt8)
    /// The square at each place that is the same in every symbol; -1: it depends on the modules.
    private let fixed: [Int32]
    /// For each module whether it is drawn as one.
    private let drawn: [Bool]
    /// Squares by their pixels.
    private var known: [[UInt8]: Int32] = [:]
    /// The bytes of all squares, a row after the other, filtered.
    private var tiles: [[UInt8]] = []
    /// The square of each pattern of nine modules; -1: not drawn yet.
    private var patterns = [Int32](repeating: -1, count: 512)
    /// Pieces of stream for each row of each square.
    private var pieces: [StampPiece] = []
    /// Bits of pieces that need more than one word.
    private var chunks: [DeflateBits] = []
    private var code = StampCode(counts: [], stride: 1)
    /// Signature and all chunks before the pixels.
    private let head: [UInt8]
    private var scratch: [UInt8] = []

    /// The plan for symbols of a size; `nil` when their squares depend on more than their neighbours: gradients, a logo
    /// upon modules.
    init?(_ template: DesignTemplate, size: Int, scale: Int, dotsPerMetre: UInt32?) throws(CodeFileError) {
        let design = template.design
        guard case .solid(let ink) = design.ink, (2...64).contains(scale) else { return nil }
        switch design.paper {
        case .solid(let colour): paper = (colour.red, colour.green, colour.blue, 255)
        case .none: paper = (0, 0, 0, 0)
        default: return nil
        }
        // A logo must not reach into squares of modules.
        if let logo = design.logo, !logo.clears || logo.margin < 0.05 { return nil }
        let extent = template.extent(size: size)
        (width, height, x, y) = (extent.width, extent.height, extent.x, extent.y)
        self.size = size
        self.scale = scale
        shape = design.modules
        self.ink = .solid(ink)
        drawn = template.drawnPlaces(size: size, kind: .standard)
        var still = template.background(size: size)
        template.foreground(size: size, kind: .standard, on: &still)
        let raster = try still.raster(scale: Double(scale))
        guard let pixels = StampPixels(raster, ink: ink, paper: paper, hasEdges: shape != .square, scale: scale)
        else { return nil }
        self.pixels = pixels
        rowBytes = scale * pixels.bits / 8

        var head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        PicturePNG.appendChunk(
            "IHDR",
            PicturePNG.bigEndian(raster.width) + PicturePNG.bigEndian(raster.height)
                + [UInt8(min(8, pixels.bits)), pixels.type, 0, 0, 0], &head)
        pixels.appendPalette(&head)
        PicturePNG.appendResolution(dotsPerMetre, &head)
        // Length to be filled in; zlib: deflate with a window of 32 KiB.
        self.head = head + [0, 0, 0, 0] + Array("IDAT".utf8) + [0x78, 0x01]

        var fixed = [Int32](repeating: -1, count: width * height)
        var known: [[UInt8]: Int32] = [:]
        var tiles: [[UInt8]] = []
        for row in 0..<height {
            for column in 0..<width {
                let (mx, my) = (column - x, row - y)
                if mx >= 0, my >= 0, mx < size, my < size, drawn[my * size + mx] { continue }
                let tile = pixels.tile(raster, column * scale, row * scale, scale)
                if let number = known[tile] {
                    fixed[row * width + column] = number
                } else {
                    let number = Int32(tiles.count)
                    known[tile] = number
                    tiles.append(tile)
                    fixed[row * width + column] = number
                }
            }
        }
        (self.fixed, self.known, self.tiles) = (fixed, known, tiles)
        makeCode()
    }

    // MARK: - Squares

    /// The square for a pattern: bit 4 is the module, bits 0 to 8 its neighbourhood, row by row.
    private mutating func draw(_ pattern: Int) -> Int32 {
        let dark = (0..<9).map { pattern >> $0 & 1 == 1 }
        var raster = Raster(width: 3 * scale, height: 3 * scale, pixel: paper)
        let outline = ModuleOutlines(shape, size: 3, dark: dark).outline
        raster.paint(.area(Drawing.Area(outline, ink, rule: .evenOdd)), scale: Double(scale))
        let tile = pixels.tile(raster, scale, scale, scale)
        if let number = known[tile] { return number }
        let number = Int32(tiles.count)
        known[tile] = number
        tiles.append(tile)
        if code.isReady { appendPieces(tile) }
        return number
    }

    private mutating func square(_ pattern: Int) -> Int32 {
        if patterns[pattern] < 0 { patterns[pattern] = draw(pattern) }
        return patterns[pattern]
    }

    /// The squares of a whole picture.
    private mutating func squares(_ dark: [Bool]) -> [Int32] {
        var squares = fixed
        // With a light margin, so that no neighbour must be asked for.
        let row = size + 2
        var field = [UInt8](repeating: 0, count: row * row)
        for my in 0..<size {
            for mx in 0..<size { field[(my + 1) * row + mx + 1] = dark[my * size + mx] ? 1 : 0 }
        }
        for my in 0..<size {
            for mx in 0..<size where drawn[my * size + mx] {
                var pattern = 0
                for line in 0..<3 {
                    let at = (my + line) * row + mx
                    pattern |= (Int(field[at]) | Int(field[at + 1]) << 1 | Int(field[at + 2]) << 2) << (3 * line)
                }
                squares[(my + y) * width + mx + x] = square(pattern)
            }
        }
        return squares
    }

    // MARK: - Compression

    /// Makes the Huffman code from a sample whose modules are drawn by lot, always the same.
    private mutating func makeCode() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let dark = drawn.map { isDrawn in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return isDrawn && state >> 63 == 1
        }
        let sample = squares(dark)
        // Every byte may come, and every length of a run.
        var counts = [Int](repeating: 1, count: 286)
        for row in 0..<height {
            for line in 0..<scale {
                counts[line == 0 ? 0 : 2] += 16
                var run = 0
                func flush() {
                    if run > 0 { StampCode.count(run, of: 0, &counts) }
                    run = 0
                }
                for column in 0..<width {
                    let tile = tiles[Int(sample[row * width + column])]
                    var index = line * rowBytes
                    while index < (line + 1) * rowBytes {
                        if tile[index] == 0 {
                            run += 1
                            index += 1
                            continue
                        }
                        flush()
                        var same = 1
                        while index + same < (line + 1) * rowBytes, tile[index + same] == tile[index] { same += 1 }
                        StampCode.count(same, of: tile[index], &counts)
                        index += same
                    }
                }
                flush()
            }
        }
        code = StampCode(counts: counts, stride: width * rowBytes)
        for tile in tiles { appendPieces(tile) }
    }

    /// The pieces of a square's rows.
    private mutating func appendPieces(_ tile: [UInt8]) {
        for line in 0..<scale {
            let row = tile[line * rowBytes..<(line + 1) * rowBytes]
            var piece = StampPiece()
            for (index, byte) in row.enumerated() {
                piece.sum += UInt32(byte)
                piece.weighted += UInt32(byte) * UInt32(rowBytes - index)
            }
            let first = row.firstIndex { $0 != 0 } ?? row.endIndex
            let last = row.lastIndex { $0 != 0 } ?? first - 1
            piece.leading = UInt16(first - row.startIndex)
            piece.trailing = UInt16(first > last ? 0 : row.endIndex - 1 - last)
            if first <= last {
                var bits = DeflateChunks()
                var index = first
                while index <= last {
                    var same = 1
                    while index + same <= last, row[index + same] == row[index] { same += 1 }
                    code.append(same, of: row[index], &bits)
                    index += same
                }
                piece.count = UInt16(bits.chunks.count)
                if let only = bits.chunks.first, bits.chunks.count == 1 {
                    (piece.bits, piece.bitCount) = (only.bits, UInt32(only.count))
                } else {
                    piece.bitCount = UInt32(chunks.count)
                    chunks += bits.chunks
                }
            }
            pieces.append(piece)
        }
    }

    /// Appends the file of a symbol.
    mutating func append(_ symbol: Symbol, to bytes: inout [UInt8]) {
        var dark = drawn
        symbol.words.withUnsafeBufferPointer { words in
            for my in 0..<size {
                for mx in 0..<size where dark[my * size + mx] {
                    dark[my * size + mx] = words[my * symbol.wordsPerRow + mx >> 6] >> UInt64(mx & 63) & 1 == 1
                }
            }
        }
        let squares = squares(dark)
        // Bytes take at most 15 bits each, runs less.
        let bound = head.count + (width * rowBytes + 16) * height * scale * 2 + 1024
        // Taken out, so that it can be written to while the rest is read.
        var room: [UInt8] = []
        swap(&room, &scratch)
        defer { swap(&room, &scratch) }
        if room.count < bound { room = [UInt8](repeating: 0, count: bound) }
        room.withUnsafeMutableBufferPointer { file in
            guard let base = file.baseAddress else { return }
            head.withUnsafeBufferPointer { head in for i in 0..<head.count { base[i] = head[i] } }
            var sink = DeflateSink(to: base + head.count)
            let adler = stream(squares, &sink)
            sink.finish()
            let count = PNGPlan.end(base + head.count, sink.next, adler: adler) - base
            bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
        }
    }

    private func stream(_ squares: [Int32], _ sink: inout DeflateSink) -> UInt32 {
        var adler = Adler32()
        let stride = width * rowBytes + 1
        for chunk in code.header { sink.append(chunk.bits, chunk.count) }
        squares.withUnsafeBufferPointer { squares in
            pieces.withUnsafeBufferPointer { pieces in
                chunks.withUnsafeBufferPointer { chunks in
                    for row in 0..<height {
                        for line in 0..<scale {
                            let filter = line == 0 ? 0 : 2
                            let mark = code.literals[filter]
                            sink.append(mark.bits, mark.count)
                            var (sum, weighted) = (filter, filter &* stride)
                            var run = 0
                            var rest = stride &- 1
                            for column in 0..<width {
                                let piece = pieces[Int(squares[row &* width &+ column]) &* scale &+ line]
                                rest &-= rowBytes
                                if piece.count == 0 {
                                    run &+= Int(piece.leading)
                                    continue
                                }
                                run &+= Int(piece.leading)
                                if run > 0 { code.appendZeros(run, &sink) }
                                run = Int(piece.trailing)
                                if piece.count == 1 {
                                    sink.append(piece.bits, Int(piece.bitCount))
                                } else {
                                    let from = Int(piece.bitCount)
                                    for chunk in from..<from &+ Int(piece.count) {
                                        sink.append(chunks[chunk].bits, chunks[chunk].count)
                                    }
                                }
                                sum &+= Int(piece.sum)
                                weighted &+= Int(piece.weighted) &+ Int(piece.sum) &* rest
                            }
                            if run > 0 { code.appendZeros(run, &sink) }
                            adler.update(length: stride, sum: sum, weighted: weighted, count: 1)
                        }
                    }
                }
            }
        }
        sink.append(code.end.bits, code.end.count)
        return adler.value
    }
}

/// A row of a square as a piece of a deflate stream.
struct StampPiece {
    /// The bits, when one word holds them.
    var bits: UInt64 = 0
    /// Bytes in all, and each times the number of bytes from it to the end of the piece: for Adler-32.
    var sum: UInt32 = 0
    var weighted: UInt32 = 0
    /// Number of bits; of a piece with several words, the index of the first one.
    var bitCount: UInt32 = 0
    /// Words; 0: nothing but zeros.
    var count: UInt16 = 0
    /// Zeros before what is not zero; all, when nothing is.
    var leading: UInt16 = 0
    /// Zeros after it.
    var trailing: UInt16 = 0
}
