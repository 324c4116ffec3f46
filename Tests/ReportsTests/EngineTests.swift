import AccessLogs
import Reports
import Scans
import Support
import TestSupport
import Testing

@Suite("from a log to a report")
struct EngineTests {
    @Test("the numbers of the log are the numbers on the page")
    func report() throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let first = try #require(CivilDay(iso: "2026-03-02"))
        var generator = LogGenerator(seed: 42, lines: 20_000, start: Int64(first.number) * 86_400, days: 7)
        (generator.links, generator.agents, generator.addresses) = (60, 300, 4_000)
        var log: [UInt8] = []
        generator.write(.combined) { log += $0 }
        try Files.create(folder.path + "/access.log", log)
        let now = (Int64(first.number) + 7) * 86_400
        let settings = IngestSettings(
            database: folder.path + "/scans.sqlite", catalog: LinkCatalog(scope: .discover), now: now, random: { 7 })
        var ingestion = try Ingestion.open(settings)
        let summary = try ingestion.ingest([folder.path + "/access.log"])
        #expect(summary.lines == 20_000)
        let builder = try ReportBuilder.open(folder.path + "/scans.sqlite")
        let known = try #require(try builder.days())
        let period = try #require(
            ReportPeriod.choose(from: nil, to: nil, span: nil, known: known, today: first.advanced(by: 7)))
        let report = try builder.report(ReportQuery(title: "Vinea", period: period, createdAt: now))
        #expect(report.totals.scans > 5_000)
        #expect(report.waterfall.isBalanced)
        #expect(report.days.reduce(0) { $0 + $1.scans } == report.totals.scans)
        #expect(report.hours.sum == report.totals.scans)
        let page = HTMLReport.page(report, language: .english)
        #expect(page.count <= HTMLReport.sizeLimit)
        #expect(String(decoding: page, as: UTF8.self).contains(Language.english.number(report.totals.scans)))
        let text = TextReport.summary(report, language: .german)
        #expect(text.contains(Language.german.number(report.totals.scans)))
        if let look = LookTests.folder {
            try Files.replace(look + "/engine.html", page)
            try Files.replace(look + "/engine.txt", Array(text.utf8))
            try Files.replace(look + "/scans.sqlite", Files.read(folder.path + "/scans.sqlite"))
        }
    }

    @Test("the period is what was asked for, or the last thirty days that are known")
    func periods() throws {
        func day(_ text: String) throws -> CivilDay { try #require(CivilDay(iso: text)) }
        func choose(
            _ from: String?, _ to: String?, span: ReportPeriod.Span? = nil,
            known: (String, String)? = ("2026-01-01", "2026-03-31")
        ) throws -> String? {
            try ReportPeriod.choose(
                from: from.map(day), to: to.map(day), span: span,
                known: known.map { .init(first: try day($0.0), last: try day($0.1)) }, today: day("2026-04-01")
            ).map { "\($0.first) \($0.last)" }
        }
        #expect(try choose(nil, nil) == "2026-03-02 2026-03-31")
        #expect(try choose("2026-03-01", "2026-03-05") == "2026-03-01 2026-03-05")
        #expect(try choose("2026-03-20", nil) == "2026-03-20 2026-03-31")
        #expect(try choose(nil, "2026-02-10") == "2026-01-12 2026-02-10")
        #expect(try choose(nil, "2025-12-10") == "2025-11-11 2025-12-10")
        #expect(try choose("2026-04-05", nil) == "2026-04-05 2026-04-05")
        #expect(try choose(nil, nil, known: ("2026-03-30", "2026-03-31")) == "2026-03-30 2026-03-31")
        #expect(try choose("2026-03-05", "2026-03-01") == nil)
        #expect(try choose(nil, nil, known: nil) == nil)
        // 1 April 2026 is a Wednesday.
        #expect(try choose(nil, nil, span: .weekly) == "2026-03-23 2026-03-29")
        #expect(try choose(nil, nil, span: .daily) == "2026-03-31 2026-03-31")
        #expect(try choose(nil, nil, span: .monthly) == "2026-03-01 2026-03-31")
    }
}
