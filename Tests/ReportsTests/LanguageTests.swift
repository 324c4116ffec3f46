import Scans
import Testing

@testable import Reports

@Suite("numbers, shares and dates as people write them")
struct LanguageTests {
    @Test("thousands are grouped as the language groups them")
    func numbers() {
        #expect(Language.english.number(1_234_567) == "1,234,567")
        #expect(Language.english.number(1_234) == "1,234")
        #expect(Language.german.number(1_234) == "1234")
        #expect(Language.german.number(12_345) == "12.345")
        #expect(Language.russian.number(1_234_567) == "1\u{A0}234\u{A0}567")
        #expect(Language.english.number(-12) == "−12")
        #expect(Language.english.number(0) == "0")
        #expect(Language.english.number(.min) == "−9,223,372,036,854,775,808")
    }

    @Test("decimals and shares are rounded, never printed as nan")
    func decimals() {
        #expect(Language.english.percent(0.1234) == "12.3%")
        #expect(Language.german.percent(0.1235) == "12,4\u{A0}%")
        #expect(Language.english.decimal(0.0597, places: 4) == "0.0597")
        #expect(Language.english.decimal(-1.5, places: 1) == "−1.5")
        #expect(Language.english.decimal(2, places: 0) == "2")
        for value in [Double.nan, .infinity, -.infinity, 1e300] {
            #expect(Language.english.percent(value) == "–%")
        }
    }

    @Test("a change needs something to change from")
    func changes() {
        #expect(Language.english.change(from: 100, to: 116) == "+16.0%")
        #expect(Language.english.change(from: 100, to: 50) == "−50.0%")
        #expect(Language.english.change(from: 100, to: 100) == "0.0%")
        #expect(Language.english.change(from: 1, to: 50) == "+4,900%")
        #expect(Language.english.change(from: 0, to: 5) == nil)
        #expect(Language.english.change(from: nil, to: 5) == nil)
    }

    @Test("periods say each month and year once")
    func periods() throws {
        func period(_ first: String, _ last: String) throws -> ScanReport.Period {
            .init(first: try #require(CivilDay(iso: first)), last: try #require(CivilDay(iso: last)))
        }
        #expect(try Language.english.period(period("2026-03-01", "2026-03-31")) == "1 – 31 March 2026")
        #expect(try Language.german.period(period("2026-02-27", "2026-03-02")) == "27. Februar – 2. März 2026")
        #expect(
            try Language.russian.period(period("2025-12-31", "2026-01-01")) == "31 декабря 2025 – 1 января 2026")
        #expect(try Language.english.period(period("2026-03-01", "2026-03-01")) == "1 March 2026")
    }

    @Test("every day from 1600 to 2400 is itself again after being written")
    func days() throws {
        let first = try #require(CivilDay(iso: "1600-01-01"))
        let last = try #require(CivilDay(iso: "2400-12-31"))
        var wrong = 0
        for number in first.number...last.number {
            let day = CivilDay(number: number)
            if CivilDay(iso: day.description) != day { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(CivilDay(number: 0).description == "1970-01-01")
        #expect(CivilDay(number: 0).weekday == 3)
        #expect(CivilDay(iso: "2024-02-29")?.weekday == 3)
        for text in ["2023-02-29", "2024-13-01", "2024-1-1", "2024-01-00", "+024-01-01", "", "2024-01-01x"] {
            #expect(CivilDay(iso: text) == nil, "\(text)")
        }
    }

    @Test("what is filled into a phrase is not searched for places itself")
    func phrases() {
        let phrase = Phrase("{1} of {2}", "{2}: {1}", "{1}")
        #expect(phrase.said(in: .english, "{2}", "b") == "{2} of b")
        #expect(phrase.said(in: .german, "a", "{1}") == "{1}: a")
        #expect(Phrase("{9} {", "", "").said(in: .english, "a") == "{9} {")
    }

    @Test("every country of the map and every ISO code has a name in every language")
    func names() {
        let world = WorldGeometry.shared
        #expect(world.countries.count == 242)
        #expect(world.countries.allSatisfy { $0.centre.x >= 0 && $0.centre.x <= world.width })
        #expect(world.countries.allSatisfy { $0.centre.y >= 0 && $0.centre.y <= world.height })
        for country in world.countries {
            for ring in country.rings {
                #expect(ring.count >= 3)
                #expect(ring.allSatisfy { (0...world.width).contains($0.x) && (-1...world.height + 60).contains($0.y) })
            }
            for language in Language.allCases {
                #expect(world.name(of: country.code, in: language) != country.code)
            }
        }
        #expect(world.name(of: "SG", in: .german) == "Singapur")
        #expect(world.name(of: "XX<", in: .german) == "XX<")
        #expect(Names.languages.name(of: "de", in: .russian) == "немецкий")
        #expect(world.countries.first { $0.code == "SG" }?.rings.isEmpty == true)
    }

    @Test("text and the steps of the scale can be told apart on every surface")
    func contrast() {
        func luminance(_ color: Palette.Color) -> Double {
            func linear(_ byte: UInt8) -> Double {
                let value = Double(byte) / 255
                // WCAG 2.2, relative luminance; a cube is near enough to the power of 2.4 for a bound.
                if value <= 0.04045 { return value / 12.92 }
                return power((value + 0.055) / 1.055)
            }
            return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
        }
        func power(_ base: Double) -> Double {
            // x^2.4 = x^2 · (x^2)^(1/5) by Newton.
            let square = base * base
            var root = 1.0
            for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
            return square * root
        }
        func contrast(_ a: Palette.Color, _ b: Palette.Color) -> Double {
            let (x, y) = (luminance(a), luminance(b))
            return (max(x, y) + 0.05) / (min(x, y) + 0.05)
        }
        for palette in [Palette.light, .dark] {
            for surface in [palette.page, palette.surface] {
                for text in [palette.ink, palette.muted, palette.accent, palette.loss] {
                    #expect(contrast(text, surface) >= 4.5, "\(text.css) on \(surface.css)")
                }
            }
            #expect(contrast(palette.loss, palette.soft) >= 4.5)
            #expect(contrast(palette.comparison, palette.surface) >= 3)
            for step in 5..<7 {
                #expect(contrast(palette.color(.onStep(step)), palette.color(.step(step))) >= 4.5, "step \(step)")
            }
            let lightness = palette.steps.map(luminance)
            #expect(lightness == lightness.sorted() || lightness == lightness.sorted().reversed())
        }
    }
}
