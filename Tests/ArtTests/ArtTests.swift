import Art
import Codes
import Decoding
import Foundation
import Legibility
import QRCode
import Site
import Support
import Testing

/// A flower with petals of different shades on a light ground: an image with edges, areas and gradients.
func flower(petals: Int = 5, side: Int = 200) -> ArtImage {
    var raster = Raster(width: side, height: side)
    for y in 0..<side {
        for x in 0..<side {
            let (dx, dy) = (Double(x) - Double(side) / 2, Double(y) - Double(side) / 2)
            let (radius, angle) = ((dx * dx + dy * dy).squareRoot() / Double(side), atan2(dy, dx))
            let edge = 0.30 + 0.14 * cos(Double(petals) * angle)
            if radius < 0.09 {
                raster[x, y] = (240, 200, 40, 255)
            } else if radius < edge {
                let shade = UInt8(40 + 150 * radius / edge)
                raster[x, y] = (shade, 30, UInt8(min(255, Int(shade) + 40)), 255)
            } else {
                raster[x, y] = (235, UInt8(245 - 40 * Double(y) / Double(side)), 230, 255)
            }
        }
    }
    return ArtImage(square: raster)
}

@Suite("Art")
struct ArtTests {
    let text = "https://go.example.org/r1"

    @Test("forced codewords that are right give the encoder's own symbol; wrong ones are kept as they are")
    func forced() throws {
        var encoder = QREncoder()
        let data = try encoder.dataCodewords(for: text.utf8.span, level: .medium)
        let layout = try #require(SymbolLayout(version: data.version, level: .medium))
        var codewords = data.bytes + [UInt8](repeating: 0, count: layout.codewords - data.bytes.count)
        for block in layout.blocks {
            codewords.replaceSubrange(
                block.check,
                with: encoder.checkCodewords(Array(data.bytes[block.data]), version: data.version, level: .medium))
        }
        for mask in 0..<8 {
            let forced = try encoder.symbol(forcing: codewords, version: data.version, level: .medium, mask: mask)
            #expect(try forced == encoder.symbol(of: data, mask: mask))
        }
        codewords[3] ^= 0x55
        let damaged = try encoder.symbol(forcing: codewords, version: data.version, level: .medium, mask: 2)
        let reading = try #require(SymbolReading(size: damaged.size) { damaged[$0, $1] })
        let whole = try encoder.symbol(of: data, mask: 2)
        #expect(reading.wrong == [1] && reading.symbol == whole)
        #expect(throws: QRCodeError.self) {
            _ = try encoder.symbol(forcing: [1], version: data.version, level: .medium, mask: 0)
        }
    }

    @Test(
        "padding is chosen so that the symbol looks like the image and says the same",
        arguments: [(6, ErrorCorrection.low), (8, .medium)])
    func pad(version: Int, level: ErrorCorrection) throws {
        var encoder = PictureEncoder()
        let image = flower()
        let plain = try encoder.encode(text, image: image, level: level, version: version, freedom: .none)
        let made = try encoder.encode(text, image: image, level: level, version: version, freedom: .pad)
        #expect(made.freeBits > 800 && made.match > plain.match + 0.2 && made.match > 0.8)
        #expect(made.symbol.bytes == Array(text.utf8) && made.symbol.version == version)
        // Every codeword belongs to its block: nothing was spent.
        let reading = try #require(SymbolReading(size: made.symbol.size) { made.symbol[$0, $1] })
        #expect(reading.wrong.allSatisfy { $0 == 0 } && reading.symbol == made.symbol)
        var zbar = ZBarReader()
        let picture = made.symbol.smallestPicture
        var large = GreyImage(width: picture.width * 4, height: picture.height * 4)
        for y in 0..<large.height { for x in 0..<large.width { large[x, y] = picture[x / 4, y / 4] } }
        #expect(zbar.read(large).map(\.bytes) == [Array(text.utf8)])
    }

    @Test("each free bit buys one module: as many as there are bits can be chosen whatever they are")
    func rank() throws {
        // With as many wishes as free bits, all random, every wish of the choice is granted.
        var encoder = PictureEncoder()
        var random = SystemRandomNumberGenerator()
        var raster = Raster(width: 41, height: 41)
        for y in 0..<41 {
            for x in 0..<41 {
                let shade: UInt8 = Bool.random(using: &random) ? 0 : 255
                raster[x, y] = (shade, shade, shade, 255)
            }
        }
        let made = try encoder.encode(text, image: ArtImage(square: raster), level: .low, version: 6, freedom: .pad)
        let layout = try #require(SymbolLayout(version: 6, level: .low))
        let target = ArtTarget(ArtImage(square: raster), size: 41, seed: 1)
        let right = (0..<41 * 41).count {
            layout.bits[$0] >= 0 && made.symbol[$0 % 41, $0 / 41] == (raster[$0 % 41, $0 / 41].red == 0)
        }
        // All that were bought, and half of the others.
        let others = layout.codewords * 8 - made.freeBits
        #expect(right >= made.freeBits + others / 3)
        #expect(target.match(made.symbol, layout) > 0.75)
    }

    @Test("digits in a fragment are digits, whatever the image wants")
    func fragment() throws {
        var encoder = PictureEncoder()
        for petals in [3, 5, 8] {
            let made = try encoder.encode(
                text, image: flower(petals: petals), level: .medium, version: 8, freedom: .fragment)
            let bytes = try #require(made.symbol.bytes)
            let said = String(decoding: bytes, as: UTF8.self)
            #expect(said.hasPrefix(text + "#"))
            let digits = said.dropFirst(text.count + 1)
            #expect(digits.count > 200 && digits.count % 3 == 0 && digits.allSatisfy { $0.isASCII && $0.isNumber })
            #expect(made.match > 0.8)
            #expect(made.plain.bytes == made.symbol.bytes && made.plain.version == made.symbol.version)
        }
        #expect(throws: ArtError.noFragment) {
            _ = try encoder.encode(text + "#top", image: flower(), level: .low, version: 6, freedom: .fragment)
        }
        #expect(throws: ArtError.noFragment) {
            _ = try encoder.encode("hello", image: flower(), level: .low, version: 6, freedom: .fragment)
        }
    }

    @Test("half of the error budget makes it more alike, and no block spends more")
    func budget() throws {
        var encoder = PictureEncoder()
        let image = flower()
        let made = try encoder.encode(text, image: image, level: .medium, version: 8, freedom: .pad)
        let spent = try encoder.encode(text, image: image, level: .medium, version: 8, freedom: .pad, budget: 0.5)
        #expect(spent.match > made.match + 0.02)
        let layout = try #require(SymbolLayout(version: 8, level: .medium))
        let reading = try #require(SymbolReading(size: spent.symbol.size) { spent.symbol[$0, $1] })
        #expect(reading.wrong.allSatisfy { $0 <= layout.correctablePerBlock / 2 } && reading.wrong.contains { $0 > 3 })
        #expect(spent.symbol.bytes == Array(text.utf8))
    }

    @Test("a blend is repaired until readers bear it, and shows more of the image with chosen padding")
    func blend() throws {
        var maker = ArtMaker()
        var order = ArtOrder(style: .blend)
        order.version = 8
        let code = try maker.make(text, flower(), order)
        #expect(code.isReadable && code.strength.strength < 1 && code.fidelity > 6)
        order.freedom = .none
        let plain = try maker.make(text, flower(), order)
        #expect(code.fidelity > plain.fidelity)
        let again = try maker.make(text, flower(), order)
        #expect(again.picture == plain.picture)
    }

    @Test("scores fall from plain over chosen padding and a spent budget to halftone, which is no good for print")
    func order() throws {
        var maker = ArtMaker()
        func score(_ style: ArtStyle, budget: Double = 0, strength: ArtStrength? = nil) throws -> Double {
            var order = ArtOrder(style: style)
            (order.version, order.budget, order.strength) = (8, budget, strength)
            return maker.score(try maker.make(text, flower(), order)).points
        }
        let (qart, spent, halftone) = (
            try score(.qart), try score(.qart, budget: 0.5),
            try score(.halftone, strength: ArtStrength(strength: 0, centre: 0.33))
        )
        #expect(qart > 80 && qart <= 100 && spent < qart && spent > 45 && halftone < 40)
    }
}
