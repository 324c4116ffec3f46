// A hot file: unsafe pointers.
public import QRCode
internal import Support

/// Writes symbols as 1-bit grey PNG (ISO/IEC 15948), with a compressor that knows what a QR code looks like.
///
/// With a scale of 8, 16 or 24 pixels every byte of a row is 0x00 or 0xFF: one deflate block whose Huffman code is
/// fixed beforehand, eight modules to a table lookup, and each further copy of a row a match. Any other scale takes
/// deflate's fixed code. Same symbol, same bytes. A writer keeps its tables; give each thread its own.
public struct PNGWriter: Sendable {
    /// Pixels on a side that are written at most; 100 megapixels in all.
    public static let maximumSide = 10_000

    /// Pixels to a module.
    public let scale: Int
    /// Light modules around the symbol; `nil` for what its kind needs (4, Micro QR 2).
    public let quietZone: Int?
    /// Resolution for the pHYs chunk, in dots per metre; `nil` for none.
    public let dotsPerMetre: UInt32?

    /// By size of symbol.
    private var plans = [PNGPlan?](repeating: nil, count: 178)
    private var scratch: [UInt8] = []

    /// A writer of pictures with one scale.
    public init(
        scale: Int = 8, quietZone: Int? = nil, dotsPerMetre: UInt32? = nil
    ) throws(CodeFileError) {
        guard scale >= 1 else { throw .scaleTooSmall(scale) }
        if let quietZone, quietZone < 0 { throw .negativeQuietZone(quietZone) }
        self.scale = scale
        self.quietZone = quietZone
        self.dotsPerMetre = dotsPerMetre
    }

    /// Appends the file of one symbol.
    public mutating func append(_ symbol: Symbol, to bytes: inout [UInt8]) throws(CodeFileError) {
        let plan = try plan(symbol)
        if scratch.count < plan.bound { scratch = [UInt8](repeating: 0, count: plan.bound) }
        scratch.withUnsafeMutableBufferPointer { scratch in
            guard let start = scratch.baseAddress else { return }
            let end = plan.isByteAligned ? plan.writeAligned(symbol, start) : plan.writeAny(symbol, start)
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
        }
    }

    private mutating func plan(_ symbol: Symbol) throws(CodeFileError) -> PNGPlan {
        if let plan = plans[symbol.size] { return plan }
        let quietZone = quietZone ?? symbol.quietZone
        let (side, overflow) = (symbol.size + 2 * min(quietZone, 1 << 32)).multipliedReportingOverflow(
            by: scale)
        guard !overflow, side <= Self.maximumSide else {
            throw .tooManyPixels(side: overflow ? .max : side, limit: Self.maximumSide)
        }
        let plan = PNGPlan(size: symbol.size, quietZone: quietZone, scale: scale, dotsPerMetre: dotsPerMetre)
        plans[symbol.size] = plan
        return plan
    }
}

/// Everything about a picture that does not depend on the modules.
final class PNGPlan: Sendable {
    let size: Int
    let quietZone: Int
    let scale: Int
    /// Bytes of a row of pixels with the filter byte in front.
    let stride: Int
    /// Whether every module takes 1 to 3 whole bytes of a row.
    let isByteAligned: Bool
    /// Bytes that a file takes at most, with room for the sink's last store.
    let bound: Int

    /// Signature, IHDR and pHYs.
    private let head: [UInt8]
    /// Block header and rows above the symbol.
    private let top: [DeflateBits]
    /// Filter byte and quiet zone at the left.
    private let left: [DeflateBits]
    /// Quiet zone at the right and the copies of the row.
    private let right: [DeflateBits]
    /// Rows below the symbol and the end of the block.
    private let bottom: [DeflateBits]
    /// What eight modules become.
    private let eights: [Modules]
    /// What the last `size % 8` modules become.
    private let tails: [Modules]

    /// Neighbouring modules as compressed bytes.
    struct Modules {
        var bits: UInt64
        var count: UInt8
        /// Number of 0xFF bytes.
        var light: UInt8
        /// Sum of their indices.
        var indices: UInt16
    }

    init(size: Int, quietZone: Int, scale: Int, dotsPerMetre: UInt32?) {
        let side = (size + 2 * quietZone) * scale
        self.size = size
        self.quietZone = quietZone
        self.scale = scale
        let stride = 1 + (side + 7) / 8
        self.stride = stride
        isByteAligned = scale % 8 == 0 && scale <= 24
        head = Self.head(side: side, dotsPerMetre: dotsPerMetre)
        if isByteAligned {
            let perModule = scale / 8
            let code = TwoByteCode(stride: stride, copies: scale - 1, borderCopies: quietZone * scale - 1)
            var (top, left, right, bottom) =
                (code.header, DeflateChunks(), DeflateChunks(), DeflateChunks())
            func border(_ chunks: inout DeflateChunks) {
                guard quietZone > 0 else { return }
                code.dark(&chunks)
                for _ in 1..<stride { code.light(&chunks) }
                code.copies((quietZone * scale - 1) * stride, &chunks)
            }
            border(&top)
            code.dark(&left)
            for _ in 0..<quietZone * perModule { code.light(&left) }
            for _ in 0..<quietZone * perModule { code.light(&right) }
            code.copies((scale - 1) * stride, &right)
            border(&bottom)
            code.end(&bottom)
            eights = Self.table(8, perModule, code)
            tails = Self.table(size % 8, perModule, code)
            let rowBits = left.bitCount + right.bitCount + 2 * size * perModule
            bound = head.count + (top.bitCount + size * rowBits + bottom.bitCount) / 8 + 64
            (self.top, self.left) = (top.chunks, left.chunks)
            (self.right, self.bottom) = (right.chunks, bottom.chunks)
        } else {
            (top, left, right, bottom, eights, tails) = ([], [], [], [], [], [])
            // A literal takes at most nine bits, a match at most 26.
            let matches = (max(scale, quietZone * scale) * stride) / 258 + 2
            bound = head.count + (size + 2) * (stride * 2 + matches * 4) + 64
        }
    }

    private static func table(_ modules: Int, _ perModule: Int, _ code: TwoByteCode) -> [Modules] {
        (0..<1 << modules).map { value in
            var chunks = DeflateChunks()
            var (light, indices) = (0, 0)
            for byte in 0..<modules * perModule {
                if value >> (byte / perModule) & 1 == 1 {
                    code.dark(&chunks)
                } else {
                    code.light(&chunks)
                    light += 1
                    indices += byte
                }
            }
            let bits = chunks.chunks.first ?? DeflateBits()
            return Modules(
                bits: bits.bits, count: UInt8(bits.count), light: UInt8(light), indices: UInt16(indices))
        }
    }

    // MARK: - Whole bytes to a module

    /// Writes the file and answers its end.
    func writeAligned(
        _ symbol: Symbol, _ start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let data = begin(start)
        var sink = DeflateSink(to: data)
        var adler = Adler32()
        let perModule = scale / 8
        let bytesPerEight = 8 * perModule
        let border = quietZone * perModule
        let borderSum = 255 * (stride - 1)
        let borderWeighted = 255 * (stride * (stride - 1) / 2)
        // Light bytes of a row beside the symbol, and the sum of their distances to the end.
        let quietLight = 2 * border
        let quietWeighted = border * (stride - 1) - border * (border - 1) / 2 + border * (border + 1) / 2

        sink.append(top)
        adler.update(length: stride, sum: borderSum, weighted: borderWeighted, count: quietZone * scale)
        let (wordsPerRow, whole) = (symbol.wordsPerRow, size / 8)
        symbol.words.withUnsafeBufferPointer { words in
            eights.withUnsafeBufferPointer { eights in
                for y in 0..<size {
                    sink.append(left)
                    var (light, weighted) = (quietLight, quietWeighted)
                    var toEnd = stride &- 1 &- border
                    let row = y &* wordsPerRow
                    for eight in 0..<whole {
                        let word = words[row &+ eight &>> 3] &>> UInt64((eight & 7) &* 8)
                        let modules = eights[Int(word & 0xFF)]
                        sink.append(modules.bits, Int(modules.count))
                        light &+= Int(modules.light)
                        weighted &+= Int(modules.light) &* toEnd &- Int(modules.indices)
                        toEnd &-= bytesPerEight
                    }
                    let word = words[row &+ whole &>> 3] &>> UInt64((whole & 7) &* 8)
                    let modules = tails[Int(word & 0xFF)]
                    sink.append(modules.bits, Int(modules.count))
                    light &+= Int(modules.light)
                    weighted &+= Int(modules.light) &* toEnd &- Int(modules.indices)
                    sink.append(right)
                    adler.update(length: stride, sum: 255 &* light, weighted: 255 &* weighted, count: scale)
                }
            }
        }
        sink.append(bottom)
        adler.update(length: stride, sum: borderSum, weighted: borderWeighted, count: quietZone * scale)
        sink.finish()
        return Self.end(data, sink.next, adler: adler.value)
    }

    // MARK: - Any scale

    /// Writes the file with deflate's fixed Huffman code and answers its end.
    func writeAny(
        _ symbol: Symbol, _ start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let data = begin(start)
        var sink = DeflateSink(to: data)
        sink.append(0b011, 3)
        var adler = Adler32()
        var row = [UInt8](repeating: 0xFF, count: stride)
        row[0] = 0
        write(row, quietZone * scale, &sink, &adler)
        for y in 0..<size {
            for i in 1..<stride { row[i] = 0xFF }
            for x in 0..<size where symbol[x, y] {
                let from = (quietZone + x) * scale
                for pixel in from..<from + scale { row[1 + pixel / 8] &= ~(0x80 >> UInt8(pixel % 8)) }
            }
            write(row, scale, &sink, &adler)
        }
        for i in 1..<stride { row[i] = 0xFF }
        write(row, quietZone * scale, &sink, &adler)
        sink.append(0, 7)
        sink.finish()
        return Self.end(data, sink.next, adler: adler.value)
    }

    /// A row of bytes `count` times.
    private func write(_ row: [UInt8], _ count: Int, _ sink: inout DeflateSink, _ adler: inout Adler32) {
        guard count > 0 else { return }
        var (sum, weighted) = (0, 0)
        var i = 0
        while i < row.count {
            var run = 1
            while i + run < row.count, row[i + run] == row[i] { run += 1 }
            FixedCode.literal(row[i], &sink)
            if run > 3 {
                for match in Deflate.matches(run - 1) { FixedCode.match(match, distance: 1, &sink) }
            } else {
                for _ in 1..<run { FixedCode.literal(row[i], &sink) }
            }
            for j in i..<i + run {
                sum += Int(row[j])
                weighted += Int(row[j]) * (row.count - j)
            }
            i += run
        }
        let rest = (count - 1) * row.count
        // A row has at least two bytes, so that rows that repeat once and are narrower than a match are rare.
        if rest >= 3 {
            for match in Deflate.matches(rest) { FixedCode.match(match, distance: row.count, &sink) }
        } else if rest > 0 {
            for byte in row { FixedCode.literal(byte, &sink) }
        }
        adler.update(length: row.count, sum: sum, weighted: weighted, count: count)
    }

    // MARK: - Container

    /// Writes everything up to the deflate stream and answers where that begins.
    private func begin(_ start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        head.withUnsafeBufferPointer { head in
            for i in 0..<head.count { start[i] = head[i] }
        }
        return start + head.count
    }

    /// Completes the IDAT chunk behind its deflate stream, writes IEND and answers the end of the file.
    /// - Parameter data: the stream, behind the length and type of IDAT and the two bytes of the zlib header.
    static func end(
        _ data: UnsafeMutablePointer<UInt8>, _ dataEnd: UnsafeMutablePointer<UInt8>, adler: UInt32
    ) -> UnsafeMutablePointer<UInt8> {
        var next = dataEnd
        func append(_ value: UInt32) {
            UnsafeMutableRawPointer(next).storeBytes(of: value.bigEndian, as: UInt32.self)
            next += 4
        }
        append(adler)
        let type = data - 6
        UnsafeMutableRawPointer(type - 4).storeBytes(
            of: UInt32(truncatingIfNeeded: next - type - 4).bigEndian, as: UInt32.self)
        var crc = CRC32()
        crc.update(UnsafeBufferPointer(start: type, count: next - type))
        append(crc.value)
        append(0)
        append(0x4945_4E44)
        append(0xAE42_6082)
        return next
    }

    private static func head(side: Int, dotsPerMetre: UInt32?) -> [UInt8] {
        var head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        func bigEndian(_ value: Int) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        func chunk(_ type: String, _ content: [UInt8]) {
            let body = Array(type.utf8) + content
            head += bigEndian(content.count) + body + bigEndian(Int(CRC32(body).value))
        }
        // One bit of grey; deflate, adaptive filtering (of which "none" is used), no interlace.
        chunk("IHDR", bigEndian(side) + bigEndian(side) + [1, 0, 0, 0, 0])
        if let dotsPerMetre {
            // PNG integers end at 2³¹ − 1.
            let dots = bigEndian(Int(min(dotsPerMetre, 0x7FFF_FFFF)))
            chunk("pHYs", dots + dots + [1])
        }
        // Length to be filled in; zlib: deflate with a window of 32 KiB.
        return head + [0, 0, 0, 0] + Array("IDAT".utf8) + [0x78, 0x01]
    }
}
