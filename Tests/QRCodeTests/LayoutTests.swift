import QRCode
import TestSupport
import Testing

@Suite("Which module carries what")
struct LayoutTests {
    @Test(
        "the layout of every version and level puts codewords where the encoder puts them",
        arguments: ErrorCorrection.allCases)
    func places(level: ErrorCorrection) throws {
        var encoder = QREncoder()
        var random = SplitMix(seed: 3)
        for version in 1...40 {
            let layout = try #require(SymbolLayout(version: version, level: level))
            let bytes = (0..<layout.dataCodewords).map { _ in UInt8.random(in: 0...255, using: &random) }
            var data = try encoder.dataCodewords(for: [48].span, level: level, minimumVersion: version)
            data.bytes = bytes
            let symbol = try encoder.symbol(of: data, mask: version % 8)
            #expect(Set(layout.places).count == layout.codewords * 8)
            var seen = [UInt8](repeating: 0, count: layout.codewords)
            for (bit, place) in layout.places.enumerated() {
                let (x, y) = (Int(place) % layout.size, Int(place) / layout.size)
                #expect(layout.bits[Int(place)] == bit && layout.parts[Int(place)] == .data)
                if symbol[x, y] != SymbolLayout.inverts(mask: version % 8, x: x, y: y) {
                    seen[bit / 8] |= 0x80 >> UInt8(bit % 8)
                }
            }
            #expect(Array(seen[..<bytes.count]) == bytes)
            #expect(layout.blocks.map(\.data.count).reduce(0, +) == bytes.count)
            #expect(layout.blocks.map(\.check.count).reduce(0, +) == layout.codewords - bytes.count)
        }
        #expect(SymbolLayout(version: 41, level: level) == nil)
    }

    @Test("patterns are where the standard has them")
    func patterns() throws {
        let layout = try #require(SymbolLayout(version: 7, level: .medium))
        func count(_ part: SymbolLayout.Part) -> Int { layout.parts.count { $0 == part } }
        #expect(count(.finder) == 3 * 64)
        #expect(count(.alignment) == 6 * 25)
        // 29 modules between the eyes both ways, less five under each of two alignment patterns.
        #expect(count(.timing) == 2 * (45 - 16 - 5))
        #expect(count(.format) == 31 + 36)
    }

    @Test(
        "as many wrong codewords as the standard allows are put right, and one more is not",
        arguments: ErrorCorrection.allCases)
    func correction(level: ErrorCorrection) throws {
        var encoder = QREncoder()
        var random = SplitMix(seed: 9)
        for version in [1, 2, 5, 7, 14, 27, 40] {
            let symbol = try encoder.encode(
                "https://go.example.org/\(version)", level: level, minimumVersion: max(version, level == .low ? 2 : 4))
            let layout = try #require(SymbolLayout(version: symbol.version, level: level))
            for extra in [0, 1] {
                // Of each block so many codewords get other bits.
                let bad = layout.blocks[0].check.count / 2 + extra
                var turned: Set<Int32> = []
                for block in layout.blocks {
                    for codeword in (Array(block.data) + Array(block.check)).shuffled(using: &random).prefix(bad) {
                        let bits = UInt8.random(in: 1...255, using: &random)
                        for bit in 0..<8 where bits >> UInt8(bit) & 1 == 1 {
                            turned.insert(layout.places[codeword * 8 + bit])
                        }
                    }
                }
                let reading = SymbolReading(size: symbol.size) { x, y in
                    symbol[x, y] != turned.contains(Int32(y * symbol.size + x))
                }
                if extra == 0 {
                    #expect(reading?.symbol == symbol)
                    #expect(reading?.wrong == layout.blocks.map { _ in bad })
                } else {
                    #expect(reading?.symbol != symbol)
                }
            }
        }
    }

    @Test("format information is read with three wrong bits in each copy")
    func format() throws {
        var encoder = QREncoder()
        let symbol = try encoder.encode("format", level: .quartile, mask: 5)
        let reading = SymbolReading(size: symbol.size) { x, y in
            symbol[x, y] != (x == 8 && [0, 2, 4].contains(y) || y == 8 && [20, 18, 16].contains(x))
        }
        #expect(reading?.symbol == symbol)
        #expect(SymbolReading(size: 22) { _, _ in false } == nil)
        #expect(SymbolReading(size: 21) { _, _ in false } == nil)
    }
}
