import Scans
import Testing

@testable import Reports

@Suite("charts")
struct ChartTests {
    static let report = ScanReport.sample(links: 6, details: 1, days: 10)

    static let scenes: [(String, Scene)] = [
        ("line", LineChart(days: report.days, previous: report.previousDays, language: .english).scene()),
        ("heat-map", HeatMap(hours: report.hours, language: .german).scene()),
        ("world-map", WorldMap(countries: report.countries, language: .russian).scene()),
        (
            "bars",
            BarChart(
                title: "Devices",
                bars: [
                    .init(label: "<Phone> & co", value: 10, detail: "77%"), .init(label: "TV", value: 3, isMinor: true),
                ],
                language: .english
            ).scene()
        ),
        ("waterfall", WaterfallChart(waterfall: report.waterfall, language: .english).scene()),
        ("funnel", FunnelChart(funnel: report.funnels[0], language: .english).scene()),
        ("interval", IntervalChart(experiment: report.experiments[0], language: .german).scene()),
    ]

    @Test("look as they did when they were looked at", arguments: scenes)
    func golden(name: String, scene: Scene) throws {
        var markup = Markup()
        scene.write(to: &markup)
        try Golden.expect(markup.bytes + [0x0A], name + ".svg")
    }

    @Test("stay inside their frame", arguments: scenes)
    func inside(name: String, scene: Scene) {
        for shape in scene.shapes {
            switch shape {
            case .rectangle(let x, let y, let width, let height, _, _, _):
                #expect(x >= -30 && y >= -6 && x + width <= scene.width + 60 && y + height <= scene.height + 6)
            case .lines(let rings, _, _, _, _):
                for point in rings.joined() { #expect(point.x >= 0 && point.x <= scene.width + 1) }
            case .disc(let centre, _, _, _, _): #expect(centre.x >= 0 && centre.x <= scene.width)
            case .label(let label): #expect(label.at.x >= 0 && label.at.x <= scene.width && label.at.y <= scene.height)
            }
        }
    }

    @Test("of nothing are drawn without a fault", arguments: Language.allCases)
    func empty(language: Language) throws {
        let day = try #require(CivilDay(iso: "2026-03-01"))
        let empty = ScanReport(
            title: "", period: .init(first: day, last: day), zone: "UTC", createdAt: 0, definitionsVersion: "1")
        let page = HTMLReport.page(empty, language: language)
        #expect(page.count < 60_000)
        #expect(try !PDFReport.document(empty, language: language).isEmpty)
        var one = empty
        one.days = [.init(day: day, scans: 1, uniqueScans: 1)]
        one.countries = .init(rows: [.init(name: "SG", scans: 1)])
        #expect(HTMLReport.page(one, language: language).count < 120_000)
    }

    @Test("round axes up to a number people can read", arguments: [1, 4, 7, 99, 100, 725, 9_999, 1_000_000_000])
    func ticks(largest: Int) throws {
        let ticks = Chart.ticks(upTo: largest)
        #expect((2...7).contains(ticks.count))
        #expect(ticks.first == 0)
        #expect(try #require(ticks.last) >= largest)
        #expect("125".contains(String(ticks[1]).first ?? "x"))
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 == ticks[1] })
    }

    @Test("give each count the step whose legend says it", arguments: 0..<400)
    func legend(largest: Int) {
        for value in 1...max(1, largest) where value <= largest {
            let heat = HeatMap.bounds(largest).last { $0.bound <= value }?.step
            #expect(heat == Chart.linearStep(value, largest: largest))
        }
        let map = WorldMap.bounds(largest * 1_000)
        #expect(map.count <= 7)
        #expect(map.allSatisfy { (0..<7).contains($0.step) })
        #expect(zip(map, map.dropFirst()).allSatisfy { $0.bound < $1.bound && $0.step < $1.step })
        #expect(map.isEmpty == (largest == 0))
    }

    @Test("of years sum whole weeks, and leave out a week that is not over")
    func bins() throws {
        let day = try #require(CivilDay(iso: "2025-01-01"))
        let days = (0..<365).map {
            ScanReport.DayCount(day: day.advanced(by: $0), scans: 1, uniqueScans: 1)
        }
        let width = LineChart.binWidth(365)
        #expect(width == 7)
        let bins = LineChart.bins(days, width)
        #expect(bins.count == 52)
        #expect(bins.allSatisfy { $0.scans == 7 })
        #expect(LineChart.bins(days, 1) == days)
    }

    @Test("cut words at their end and paths where they are alike, to what fits")
    func labels() {
        #expect(Chart.fitted("Samsung Internet", width: 130) == "Samsung Internet")
        let words = Chart.fitted("a label that is far too long for its place", width: 100)
        #expect(words.hasPrefix("a label") && words.hasSuffix("…"))
        let folders = ["A", "B"].map { Chart.fitted("01/09506000134352/10/\($0)2024/21", width: 100) }
        #expect(folders[0].hasPrefix("01/") && folders[0].hasSuffix("/A2024/21") && folders[0] != folders[1])
        for text in ["", "a", "///", "ŽŽŽŽŽŽ/ŽŽŽŽŽŽŽŽŽ", String(repeating: "m/", count: 500)] {
            #expect(Chart.width(Chart.fitted(text, width: 60)) <= 60)
        }
    }
}
