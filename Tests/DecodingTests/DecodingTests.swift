import Codes
import Decoding
import Foundation
import QRCode
import Support
import TestSupport
import Testing

@Suite("Pictures")
struct DecodingTests {
    private func code(_ text: String, scale: Int = 6) throws -> GreyImage {
        var encoder = QREncoder()
        var writer = try PNGWriter(scale: scale)
        var bytes: [UInt8] = []
        try writer.append(encoder.encode(text), to: &bytes)
        return try PNGReader.read(bytes)
    }

    private func texts(_ image: GreyImage) -> [String] {
        var reader = CodeReader()
        return reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("a sheet's codes are all found, each once, in reading order and at its place")
    func sheet() throws {
        let side = 33 * 6 + 20
        var sheet = GreyImage(width: side * 3, height: side * 2)
        for place in 0..<6 {
            let one = try code("https://go.example.org/\(place)")
            for y in 0..<one.height {
                for x in 0..<one.width { sheet[place % 3 * side + 10 + x, place / 3 * side + 10 + y] = one[x, y] }
            }
        }
        var reader = CodeReader()
        let found = reader.read(sheet)
        #expect(
            found.map { String(decoding: $0.bytes, as: UTF8.self) } == (0..<6).map { "https://go.example.org/\($0)" })
        for (place, symbol) in found.enumerated() {
            #expect(symbol.place.centre.x / side == place % 3 && symbol.place.centre.y / side == place / 3)
        }
    }

    @Test("grain, pale print and light on dark are read where a reader alone gives up")
    func ladder() throws {
        let text = "https://go.example.org/menu"
        let plain = try code(text)
        var random = SplitMix(seed: 5)
        var noisy = plain
        for place in noisy.pixels.indices {
            // About a normal distribution of deviation 90: the sum of four dice.
            let noise = (0..<4).reduce(0) { sum, _ in sum + Int.random(in: -78...78, using: &random) }
            noisy.pixels[place] = UInt8(min(255, max(0, Int(noisy.pixels[place]) + noise)))
        }
        #expect(ZXingReader.read(noisy).isEmpty)
        #expect(texts(noisy) == [text])
        var pale = plain
        for place in pale.pixels.indices { pale.pixels[place] = 126 + pale.pixels[place] / 64 }
        #expect(texts(pale) == [text])
        var inverted = plain
        for place in inverted.pixels.indices { inverted.pixels[place] = 255 - inverted.pixels[place] }
        #expect(texts(inverted) == [text])
        #expect(texts(GreyImage(width: 300, height: 300)).isEmpty)
    }

    @Test("files are known by their bytes; cut, bent and rubbish ones are refused and never crash")
    func hostile() throws {
        let fixtures = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/pictures"
        let jpeg = try Files.read(fixtures + "/menu.jpg")
        #expect(Picture.format(of: jpeg) == .jpeg)
        #expect(try texts(Picture.read(jpeg)) == ["https://go.example.org/menu"])
        #expect(Picture.format(of: try Files.read(fixtures + "/two.pdf")) == .pdf)
        #expect(Picture.format(of: Array("GIF89a".utf8)) == nil)
        var random = SplitMix(seed: 6)
        for _ in 0..<400 {
            var bytes = jpeg
            for _ in 0..<3 {
                bytes[Int.random(in: 2..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count - 3, using: &random)) }
            do throws(ImageError) { _ = try JPEGReader.read(bytes) } catch { #expect(!error.description.isEmpty) }
        }
        // A header that asks for 65,500 × 65,500 pixels.
        var huge = jpeg
        let frame = try #require(huge.indices.first { huge[$0] == 0xFF && [0xC0, 0xC2].contains(huge[$0 + 1]) })
        for offset in [5, 7] { (huge[frame + offset], huge[frame + offset + 1]) = (0xFF, 0xDC) }
        #expect(throws: ImageError.tooLarge(width: 65_500, height: 65_500)) { try JPEGReader.read(huge) }
        let png: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 1, 0, 0, 0, 1, 0, 0,
            1,
            0, 0, 0, 0,
        ]
        #expect(throws: ImageError.self) { try PNGReader.read(png + [0, 0, 0, 0]) }
    }
}

@Suite("Pages of PDFs", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct PDFPagesTests {
    private let fixtures = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/pictures"

    @Test("each page is drawn and its codes are read; what is no PDF says so, and a program that is not there as well")
    func pages() throws {
        var texts: [[String]] = []
        var reader = CodeReader()
        let count = try PDFPages.read(fixtures + "/two.pdf") { page, image in
            #expect(page == texts.count + 1)
            texts.append(reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) })
        }
        #expect(count == 2 && texts == [["https://go.example.org/menu"], ["https://go.example.org/flash"]])
        #expect(throws: PDFPages.Failure.notReadable) { try PDFPages.read(fixtures + "/menu.jpg") { _, _ in } }
        #expect(throws: PDFPages.Failure.notReadable) { try PDFPages.read("-o", take: { _, _ in }) }
        #expect(throws: PDFPages.Failure.noProgram) {
            try PDFPages.read(fixtures + "/two.pdf", program: "no-such-program") { _, _ in }
        }
    }

    @Test("a page as large as a house is drawn small, within bounds")
    func bomb() throws {
        let temporary = TemporaryFolder()
        let pdf = """
            %PDF-1.4
            1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
            2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
            3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 400000 400000] >> endobj
            trailer << /Root 1 0 R >>
            """
        try Files.create(temporary.path + "/bomb.pdf", Array(pdf.utf8))
        var side = 0
        do throws(PDFPages.Failure) {
            _ = try PDFPages.read(temporary.path + "/bomb.pdf") { _, image in
                side = max(side, image.width, image.height)
            }
        } catch { #expect(error == .notReadable) }
        #expect(side <= 8_001)
    }
}
