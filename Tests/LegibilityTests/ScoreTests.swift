import Codes
import Decoding
import Foundation
import Legibility
import QRCode
import Support
import Testing

/// A symbol in two colours with its quiet zone.
func raster(
    _ symbol: Symbol, scale: Int = 8, ink: (UInt8, UInt8, UInt8) = (0, 0, 0),
    paper: (UInt8, UInt8, UInt8) = (255, 255, 255),
    ring: Int = 4, module: Double = 1
) -> Raster {
    let side = (symbol.size + 2 * ring) * scale
    var raster = Raster(width: side, height: side, pixel: (paper.0, paper.1, paper.2, 255))
    for y in 0..<symbol.size {
        for x in 0..<symbol.size where symbol[x, y] {
            // The eyes keep their size.
            let isEye = x < 7 && (y < 7 || y >= symbol.size - 7) || x >= symbol.size - 7 && y < 7
            let gap = isEye ? 0 : Int((1 - module) / 2 * Double(scale))
            for py in gap..<scale - gap {
                for px in gap..<scale - gap {
                    raster[(x + ring) * scale + px, (y + ring) * scale + py] = (ink.0, ink.1, ink.2, 255)
                }
            }
        }
    }
    return raster
}

@Suite("Scores")
struct ScoreTests {
    private func symbol(_ text: String = "https://go.example.org/menu", level: ErrorCorrection = .medium) throws
        -> Symbol
    {
        var encoder = QREncoder()
        return try encoder.encode(text, level: level)
    }

    private func score(_ raster: Raster, _ symbol: Symbol, ring: Int = 4, mayBeInverted: Bool = false) -> ScanScore {
        var judge = ScanJudge()
        return judge.score(
            raster, scale: 8, x: Double(8 * ring), y: Double(8 * ring), symbol: symbol, mayBeInverted: mayBeInverted)
    }

    @Test("a plain code has 100 points, all grades 4, and no advice")
    func plain() throws {
        let symbol = try symbol()
        let score = score(raster(symbol), symbol)
        #expect(score.value == 100 && score.letter == "A" && score.faults.isEmpty)
        #expect(score.grade.overall == 4 && score.margin.least == 1)
        #expect(score.advice().isEmpty)
        #expect(score.bytes == Array("https://go.example.org/menu".utf8))
    }

    @Test("pale ink is named with its colours, the contrast they give and the ink that would do")
    func paleInk() throws {
        let symbol = try symbol()
        let look = ScoredLook(ink: (0xCC, 0xCC, 0xCC), paper: (255, 255, 255))
        let score = score(raster(symbol, ink: (0xCC, 0xCC, 0xCC)), symbol)
        #expect(score.value < 85)
        let first = try #require(score.advice(look).first)
        #expect(first.problem == "ink #cccccc on paper #ffffff gives contrast 0.40")
        #expect(first.remedy == "darken the ink to at least #949494")
        // The advice is right.
        let mended = self.score(raster(symbol, ink: (0x94, 0x94, 0x94)), symbol)
        #expect(mended.grade[.contrast]?.grade == 4)
    }

    @Test("smaller modules score less, in order, and the reason is their modulation")
    func smallModules() throws {
        let symbol = try symbol()
        let scores = [1, 0.75, 0.5].map { score(raster(symbol, module: $0), symbol) }
        #expect(scores[0].points > scores[1].points && scores[1].points > scores[2].points)
        let modulation = try #require(scores[2].grade[.modulation])
        #expect(modulation.grade < 1)
    }

    @Test("a missing quiet zone, light on dark and an unreadable picture are faults, whatever the rest")
    func faults() throws {
        let symbol = try symbol()
        var crowded = raster(symbol)
        for y in 0..<crowded.height { for x in 0..<24 { crowded[x, y] = (0, 0, 0, 255) } }
        let close = score(crowded, symbol)
        #expect(close.faults.contains(.noQuietZone(modules: 1)) && close.value == 0)
        #expect(close.grade.quietDepths == [4, 4, 4, 1])
        let inverted = raster(symbol, ink: (255, 255, 255), paper: (0, 0, 0))
        #expect(score(inverted, symbol).faults == [.inverted])
        let allowed = score(inverted, symbol, mayBeInverted: true)
        #expect(allowed.faults.isEmpty && allowed.letter == "C")
        #expect(score(Raster(width: 296, height: 296), symbol).faults.contains(.unread(readers: 0)))
    }

    @Test("each codeword on the wrong side is counted in its block")
    func wrongModules() throws {
        let symbol = try symbol("https://go.example.org/menu?of=the+day+at+the+old+mill", level: .quartile)
        let layout = try #require(SymbolLayout(version: symbol.version, level: symbol.level))
        var raster = raster(symbol)
        for codeword in [layout.blocks[0].data.lowerBound, layout.blocks[1].check.lowerBound] {
            let place = Int(layout.places[8 * codeword + 3])
            let (x, y) = (place % symbol.size + 4, place / symbol.size + 4)
            let shade: UInt8 = symbol[x - 4, y - 4] ? 255 : 0
            for py in 0..<8 { for px in 0..<8 { raster[8 * x + px, 8 * y + py] = (shade, shade, shade, 255) } }
        }
        let score = score(raster, symbol)
        #expect(score.grade.blocks[0].wrong == 1 && score.grade.blocks[1].wrong == 1)
        #expect(score.grade.blocks[2...].allSatisfy { $0.wrong == 0 })
        #expect(score.grade[.correction]?.value == 1 - 1 / Double(layout.correctablePerBlock))
    }

    @Test("the same picture scores the same every time; the seed is part of it")
    func deterministic() throws {
        let symbol = try symbol()
        let picture = raster(symbol, ink: (90, 90, 90), module: 0.75)
        #expect(score(picture, symbol).points == score(picture, symbol).points)
    }

    @Test("red ink is graded as cameras see it, and red light is warned about")
    func redInk() throws {
        let symbol = try symbol()
        let score = score(raster(symbol, ink: (0xDD, 0x10, 0x20)), symbol)
        #expect(score.value >= 70)
        #expect(score.advice().contains { $0.problem.contains("red light") })
    }

    @Test("a symbol in a photo at a slant is found, straightened and graded without its text being told")
    func photo() throws {
        let symbol = try symbol("https://go.example.org/a/longer/path?with=query", level: .quartile)
        let picture = Tones.grey(raster(symbol))
        // Seen through a grid: corners of a slanted square.
        let corners = [(x: 61.0, y: 48.0), (x: 400.0, y: 92.0), (x: 372.0, y: 410.0), (x: 35.0, y: 352.0)]
        let grid = try #require(SymbolGrid(corners: corners, size: symbol.size + 8))
        var photo = GreyImage(width: 460, height: 460, shade: 170)
        for v in 0..<2 * picture.height {
            for u in 0..<2 * picture.width {
                let at = grid.pixel(Double(u) / 16, Double(v) / 16)
                photo[Int(at.x), Int(at.y)] = UInt8(20 + Int(picture[u / 2, v / 2]) * 190 / 255)
            }
        }
        var reader = CodeReader()
        let read = try #require(reader.read(photo).first)
        let found = try #require(FoundSymbol(read, in: photo))
        #expect(found.symbol == symbol && !found.isDrawn)
        var judge = ScanJudge()
        let score = judge.score(found)
        #expect(score.isPhoto && score.faults.isEmpty && score.value > 70)
        let uneven = try #require(score.grade[.grid])
        #expect(uneven.value < 0.3)
    }

    @Test("drawn files of any scale are found exactly, and a plain one scores 100", arguments: [3, 4, 7, 10])
    func drawn(scale: Int) throws {
        let symbol = try symbol()
        var writer = try PNGWriter(scale: scale)
        var bytes: [UInt8] = []
        try writer.append(symbol, to: &bytes)
        let image = try PNGReader.read(bytes)
        var reader = CodeReader()
        let read = try #require(reader.read(image).first)
        let found = try #require(FoundSymbol(read, in: image))
        #expect(found.isDrawn && found.symbol == symbol)
        var judge = ScanJudge()
        #expect(judge.score(found).value >= 98)
    }

    @Test("the picture of a score is a PNG that names the grades")
    func picture() throws {
        let symbol = try symbol()
        let score = score(raster(symbol, ink: (150, 150, 150), module: 0.6), symbol)
        let png = ScorePicture.png(score, title: "menu")
        let image = try PNGReader.read(png)
        #expect(image.width > 600 && image.height >= 600)
    }
}

@Suite("Distortions")
struct DistortionTests {
    @Test("a plain code bears all six distortions of a repair, of any version up to 15", arguments: [1, 4, 8, 15])
    func plainBears(version: Int) throws {
        var encoder = QREncoder()
        let symbol = try encoder.encode("https://e.org/", minimumVersion: version)
        var judge = ScanJudge()
        let picture = Tones.grey(raster(symbol))
        let text = Array("https://e.org/".utf8)
        let (bears, lacks) = (judge.bears(picture, bytes: text), judge.bears(picture, bytes: Array(text.dropLast())))
        let readers = judge.readers(of: picture, bytes: text)
        #expect(bears && !lacks && readers == 3)
    }
}
