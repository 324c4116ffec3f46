import CPNG
import Codes
import Decoding
import QRCode
import Testing

extension Symbol {
    /// The matrix as zxing wants it: one pixel a module, quiet zone 4.
    var picture: GreyImage {
        var image = GreyImage(width: size + 8, height: size + 8)
        for y in 0..<size {
            for x in 0..<size where self[x, y] { image[x + 4, y + 4] = 0 }
        }
        return image
    }
}

/// Symbols of several sizes, with their texts: one, two and three words to a row, tails of 1 and 5 modules.
func samples() throws -> [(text: String, symbol: Symbol)] {
    var encoder = QREncoder()
    return try [1, 2, 4, 9, 11, 12, 20, 27, 28, 40].map { version in
        let text = "https://go.example.org/\(version)"
        return (text, try encoder.encode(text, level: .low, minimumVersion: version))
    }
}

@Suite("PNG")
struct PNGTests {
    @Test(
        "is read back by libpng as the matrix, at every kind of scale",
        arguments: [1, 2, 3, 5, 7, 8, 9, 12, 16, 24, 32])
    func readsBack(scale: Int) throws {
        for (_, symbol) in try samples() where symbol.version < 12 || [1, 8].contains(scale) {
            for quietZone in [0, 1, 4, 7] where quietZone == 4 || symbol.version < 5 {
                var writer = try PNGWriter(scale: scale, quietZone: quietZone)
                var file: [UInt8] = []
                try writer.append(symbol, to: &file)
                let image = try PNGReader.read(file)
                let side = (symbol.size + 2 * quietZone) * scale
                #expect(image.width == side && image.height == side)
                var wrong = 0
                for my in 0..<symbol.size + 2 * quietZone {
                    // A row of modules as pixels, compared with each of its copies.
                    let row: [UInt8] = (0..<symbol.size + 2 * quietZone).flatMap { mx in
                        let (x, y) = (mx - quietZone, my - quietZone)
                        let dark = x >= 0 && y >= 0 && x < symbol.size && y < symbol.size && symbol[x, y]
                        return [UInt8](repeating: dark ? 0 : 255, count: scale)
                    }
                    for y in my * scale..<(my + 1) * scale
                    where image.pixels[y * side..<(y + 1) * side] != row[...] {
                        wrong += 1
                    }
                }
                #expect(wrong == 0, "version \(symbol.version), scale \(scale), quiet zone \(quietZone)")
            }
        }
    }

    @Test("of the usual size is decoded by zxing and zbar, and is small")
    func decodes() throws {
        var encoder = QREncoder()
        var writer = try PNGWriter()
        var zbar = ZBarReader()
        for i in 0..<10 {
            let text = "https://go.example.com/r/0000000\(i)?utm_source=print&utm_id=a1"
            var file: [UInt8] = []
            try writer.append(encoder.encode(text), to: &file)
            #expect(file.count < 480)
            let image = try PNGReader.read(file)
            #expect(ZXingReader.read(image).map(\.bytes) == [Array(text.utf8)])
            #expect(zbar.read(image).map(\.bytes) == [Array(text.utf8)])
        }
    }

    @Test("appends to what is there, and the same writer gives the same bytes again")
    func appends() throws {
        let (_, symbol) = try samples()[2]
        var writer = try PNGWriter(dotsPerMetre: 11811)
        var once: [UInt8] = []
        try writer.append(symbol, to: &once)
        var twice = once
        try writer.append(symbol, to: &twice)
        #expect(twice == once + once)
        // pHYs: 300 dots per inch both ways, unit metre.
        #expect(once[33..<37].elementsEqual([0, 0, 0, 9]))
        #expect(once[37..<50].elementsEqual(Array("pHYs".utf8) + [0, 0, 0x2E, 0x23, 0, 0, 0x2E, 0x23, 1]))
        #expect(try PNGReader.read(once).width == 328)
    }

    @Test("a picture beyond what readers unpack is refused")
    func limits() throws {
        #expect(throws: CodeFileError.scaleTooSmall(0)) { try PNGWriter(scale: 0) }
        #expect(throws: CodeFileError.negativeQuietZone(-1)) { try PNGWriter(quietZone: -1) }
        let (_, symbol) = try samples()[0]
        var bytes: [UInt8] = []
        for (scale, quietZone) in [(400, 4), (Int.max, 4), (1, Int.max), (Int.max, Int.max)] {
            #expect(throws: CodeFileError.self) {
                var writer = try PNGWriter(scale: scale, quietZone: quietZone)
                try writer.append(symbol, to: &bytes)
            }
        }
        #expect(bytes.isEmpty)
        // The largest that is written can be read.
        let scale = PNGWriter.maximumSide / (symbol.size + 8)
        var writer = try PNGWriter(scale: scale)
        try writer.append(symbol, to: &bytes)
        #expect(try PNGReader.read(bytes).width == (symbol.size + 8) * scale)
    }

    @Test("libpng's reading refuses what is no PNG, is cut short, or is too large to unpack")
    func hostilePictures() throws {
        #expect(throws: ImageError.self) { try PNGReader.read([]) }
        #expect(throws: ImageError.self) { try PNGReader.read(Array("not a picture at all".utf8)) }
        var file: [UInt8] = []
        var writer = try PNGWriter()
        try writer.append(samples()[0].symbol, to: &file)
        for count in [8, 20, 33, 60, file.count / 2] {
            #expect(throws: ImageError.self) { try PNGReader.read(Array(file[..<count])) }
        }
        // A header that claims 20,000 × 20,000 pixels.
        var large: [UInt8] = Array(file[..<8])
        let header: [UInt8] = Array("IHDR".utf8) + [0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20, 1, 0, 0, 0, 0]
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in header {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1) * 0xEDB8_8320 }
        }
        large += [0, 0, 0, 13] + header + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ~crc >> $0) }
        large += file[33...]
        #expect(throws: ImageError.tooLarge(width: 20_000, height: 20_000)) { try PNGReader.read(large) }
    }

    @Test("bytes that are changed anywhere never make libpng crash")
    func fuzzedPictures() throws {
        var file: [UInt8] = []
        var writer = try PNGWriter()
        try writer.append(samples()[0].symbol, to: &file)
        for i in file.indices {
            var changed = file
            changed[i] ^= 1 << UInt8(i % 8)
            _ = try? PNGReader.read(changed)
        }
    }
}

@Suite("special symbols")
struct SpecialSymbolTests {
    @Test("Micro QR is the smallest version that holds the text, and zxing reads it")
    func micro() throws {
        for (text, level, version) in [
            ("12345", ErrorCorrection.low, 1), ("1234567890", .low, 2), ("12345678", .medium, 2),
            ("ABC-12", .low, 2), ("hello", .medium, 3), ("hello wien", .low, 4), ("ab", .quartile, 4),
        ] {
            let symbol = try SpecialSymbols.micro(text, level: level)
            #expect(symbol.kind == .micro && symbol.version == version && symbol.level == level, "\(text)")
            #expect(symbol.size == 9 + 2 * version)
            #expect(symbol.quietZone == 2)
            #expect(
                ZXingReader.read(symbol.picture, pure: true).map(\.bytes) == [Array(text.utf8)], "\(text)")
        }
        #expect(throws: SpecialSymbolError.tooLong) { try SpecialSymbols.micro("this is too long for it") }
        #expect(throws: SpecialSymbolError.levelNotAvailable(.high)) {
            try SpecialSymbols.micro("1", level: .high)
        }
        #expect(throws: SpecialSymbolError.empty) { try SpecialSymbols.micro("") }
    }

    @Test("every writer takes a Micro QR code")
    func microFiles() throws {
        let symbol = try SpecialSymbols.micro("MICRO 7")
        var bytes: [UInt8] = []
        var png = try PNGWriter(scale: 8)
        try png.append(symbol, to: &bytes)
        let image = try PNGReader.read(bytes)
        #expect(image.width == (symbol.size + 4) * 8)
        #expect(ZXingReader.read(image, pure: true).map(\.bytes) == [Array("MICRO 7".utf8)])
        bytes = []
        var svg = try SVGWriter()
        svg.append(symbol, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains("viewBox=\"0 0 \(symbol.size + 4) "))
        #expect(try !PDFWriter.document(symbol, millimetres: 10).isEmpty)
        #expect(try !TerminalWriter.text(symbol, style: .colour).isEmpty)
    }

    @Test("Kanji mode is shorter than UTF-8, and zxing reads the text")
    func kanji() throws {
        let text = "日本語の漢字 QR-42 東京都千代田区"
        let symbol = try SpecialSymbols.kanji(text)
        let read = try #require(ZXingReader.read(symbol.picture, pure: true).first)
        #expect(read.text == Array(text.utf8))
        var encoder = QREncoder()
        #expect(try symbol.version < encoder.encode(text).version)
        #expect(throws: SpecialSymbolError.notKanji("é")) { try SpecialSymbols.kanji("日é") }
        #expect(throws: SpecialSymbolError.notKanji("🙂")) { try SpecialSymbols.kanji("🙂") }
        #expect(throws: SpecialSymbolError.empty) { try SpecialSymbols.kanji("") }
        #expect(throws: SpecialSymbolError.tooLong) {
            try SpecialSymbols.kanji(String(repeating: "漢", count: 2000))
        }
    }

    @Test("structured append gives symbols of one version whose texts follow each other")
    func structuredAppend() throws {
        let text = (0..<40).map { "line \($0) ä\n" }.joined()
        let symbols = try SpecialSymbols.structuredAppend(text, version: 5)
        #expect(symbols.count > 3)
        var joined: [UInt8] = []
        for (index, symbol) in symbols.enumerated() {
            #expect(symbol.version == 5 && symbol.level == .medium)
            let read = try #require(ZXingReader.read(symbol.picture, pure: true).first)
            #expect(read.sequence?.index == index && read.sequence?.count == symbols.count)
            joined += read.bytes
        }
        #expect(joined == Array(text.utf8))
        #expect(throws: SpecialSymbolError.tooLong) {
            try SpecialSymbols.structuredAppend(String(repeating: text, count: 4), version: 5)
        }
        #expect(throws: SpecialSymbolError.noSuchVersion(41)) {
            try SpecialSymbols.structuredAppend("a", version: 41)
        }
    }
}
