// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import SQLite
import Site
import TestSupport
import Testing

@testable import Scans

/// A site with goals, and logs written by hand.
struct GoalBench {
    let folder = TemporaryFolder()
    static let start: Int64 = 1_772_323_200
    static let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    var catalog: LinkCatalog
    var rules = ScanRules()
    var now = GoalBench.start + 10 * 86400

    init(_ catalog: LinkCatalog) {
        self.catalog = catalog
        rules.burstLimit = 0
        rules.enumerationLimit = 0
        rules.repeatWindow = 0
    }

    static func entry(_ path: String, goal: String? = nil, tracked: Bool = false, privacy: Link.Privacy = .aggregate)
        -> LinkCatalog.Entry
    {
        var entry = LinkCatalog.Entry(host: "go.example", path: path, privacy: privacy)
        entry.goal = goal
        entry.isTracked = tracked
        return entry
    }

    static func id(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 32 - text.count) + text
    }

    /// One line of our nginx's log.
    static func line(
        _ at: Int, _ path: String, host: String = "go.example", ip: String = "198.51.100.7", status: Int = 302,
        query: String = "", variant: String = "", id: Int = 0, agent: String = browser, referrer: String = "",
        dnt: String = "", method: String = "GET", deny: String = ""
    ) -> String {
        "{\"v\":1,\"t\":\(start + Int64(at)).000,\"id\":\"\(self.id(id))\",\"link\":\"\",\"var\":\"\(variant)\",\"deny\":\"\(deny)\",\"host\":\"\(host)\",\"path\":\"\(path)\",\"q\":\"\(query)\",\"m\":\"\(method)\",\"st\":\(status),\"to\":\"\",\"ip\":\"\(ip)\",\"ua\":\"\(agent)\",\"ref\":\"\(referrer)\",\"al\":\"\",\"dnt\":\"\(dnt)\",\"pf\":\"\",\"rt\":0.000,\"b\":145}\n"
    }

    /// A page of the shop.
    static func page(
        _ at: Int, _ path: String, ip: String = "198.51.100.7", query: String = "", referrer: String = "",
        host: String = "shop.example", status: Int = 200, agent: String = browser
    ) -> String {
        line(at, path, host: host, ip: ip, status: status, query: query, agent: agent, referrer: referrer)
    }

    func settings() -> IngestSettings {
        var settings = IngestSettings(
            database: folder.path + "/scans.db", catalog: catalog, now: now, random: { 0x1234_5678_9ABC_DEF0 })
        settings.rules = rules
        return settings
    }

    func report(_ scans: [String], goals: [String] = []) throws -> ScanReport {
        try Data(scans.joined().utf8).write(to: URL(fileURLWithPath: folder.path + "/go.log"))
        try Data(goals.joined().utf8).write(to: URL(fileURLWithPath: folder.path + "/shop.log"))
        var ingestion = try Ingestion.open(settings())
        _ = try ingestion.ingest([folder.path + "/go.log"], goals: [folder.path + "/shop.log"])
        return try report()
    }

    func report() throws -> ScanReport {
        let builder = try ReportBuilder.open(folder.path + "/scans.db", catalog: catalog)
        let days = try #require(try builder.days())
        return try builder.report(ReportQuery(title: "t", period: days, createdAt: now))
    }
}

@Suite struct ConversionTests {
    static let menu = GoalBench.entry("/menu", goal: "/thank-you")
    static let funnel = LinkCatalog(entries: [menu, GoalBench.entry("/tour")], funnels: [["/shop", "/thank-you"]])

    static func reached(_ report: ScanReport, _ path: String) -> Int? {
        report.goals.first { $0.link == "go.example" + path }?.reached
    }

    @Test(
        "a goal counts for the last scan of the same visitor within half an hour, once a day, of whatever log",
        arguments: [true, false])
    func visitor(isClosed: Bool) throws {
        var bench = GoalBench(LinkCatalog(entries: [Self.menu, GoalBench.entry("/other", goal: "/thank-you")]))
        if !isClosed { bench.now = GoalBench.start + 86400 }
        let report = try bench.report(
            [
                GoalBench.line(100, "/menu"),
                // Another visitor of another network: no goal. The third scans two links: the later one wins.
                GoalBench.line(100, "/menu", ip: "203.0.113.9"),
                GoalBench.line(100, "/menu", ip: "192.0.2.1"), GoalBench.line(130, "/other", ip: "192.0.2.1"),
                // Too late by a second.
                GoalBench.line(100, "/menu", ip: "192.0.3.1"),
                // Before the scan.
                GoalBench.line(900, "/menu", ip: "192.0.4.1"),
                // In the same log: no link of ours, but a goal.
                GoalBench.line(5000, "/menu", ip: "192.0.5.1"), GoalBench.page(5100, "/thank-you", ip: "192.0.5.1"),
            ],
            goals: [
                GoalBench.page(200, "/thank-you"), GoalBench.page(220, "/THANK-YOU", query: "a=1"),
                GoalBench.page(300, "/thank-you", ip: "192.0.2.1"),
                GoalBench.page(1901, "/thank-you", ip: "192.0.3.1"), GoalBench.page(800, "/thank-you", ip: "192.0.4.1"),
                // Not answered with a page, and somebody else's browser.
                GoalBench.page(900, "/thank-you", ip: "203.0.113.9", status: 404),
                GoalBench.page(
                    300, "/thank-you", ip: "203.0.113.9",
                    agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)"),
            ])
        #expect(report.totals.scans == 7)
        #expect(Self.reached(report, "/menu") == 2 && Self.reached(report, "/other") == 1, "\(report.goals)")
        #expect(report.waterfall.isBalanced)
        #expect(report.waterfall.excluded == [.init(reason: .goal, count: 1)])
        #expect(report.goals.allSatisfy { $0.attribution == .visitor })
    }

    @Test("an aggregate link and a full one are matched with a log that has whole addresses")
    func addresses() throws {
        let bench = GoalBench(
            LinkCatalog(entries: [Self.menu, GoalBench.entry("/full", goal: "/thank-you", privacy: .full)]))
        let report = try bench.report(
            [GoalBench.line(100, "/menu", ip: "198.51.100.0"), GoalBench.line(100, "/full", ip: "203.0.113.77")],
            goals: [
                GoalBench.page(200, "/thank-you", ip: "198.51.100.99"),
                GoalBench.page(200, "/thank-you", ip: "203.0.113.77"),
                GoalBench.page(210, "/thank-you", ip: "203.0.113.78"),
            ])
        #expect(Self.reached(report, "/menu") == 1 && Self.reached(report, "/full") == 1, "\(report.goals)")
    }

    @Test("funnels are walked in order, a pause ends the walk, and each visitor of a link counts once")
    func funnels() throws {
        let bench = GoalBench(Self.funnel)
        let report = try bench.report(
            [
                GoalBench.line(0, "/menu", ip: "192.0.1.1"), GoalBench.line(0, "/menu", ip: "192.0.2.1"),
                GoalBench.line(0, "/tour", ip: "192.0.3.1"), GoalBench.line(0, "/menu", ip: "192.0.4.1"),
                GoalBench.line(0, "/menu", ip: "192.0.5.1"),
            ],
            goals: [
                // All the way, twice.
                GoalBench.page(60, "/shop", ip: "192.0.1.1"), GoalBench.page(1860, "/thank-you", ip: "192.0.1.1"),
                GoalBench.page(1900, "/shop", ip: "192.0.1.1"), GoalBench.page(1950, "/thank-you", ip: "192.0.1.1"),
                // In the wrong order.
                GoalBench.page(60, "/thank-you", ip: "192.0.2.1"), GoalBench.page(90, "/shop", ip: "192.0.2.1"),
                // Of another link: the funnel is for all.
                GoalBench.page(60, "/shop", ip: "192.0.3.1"),
                // After a pause of 31 minutes.
                GoalBench.page(60, "/shop", ip: "192.0.4.1"), GoalBench.page(1921, "/thank-you", ip: "192.0.4.1"),
            ])
        let funnel = try #require(report.funnels.first)
        #expect(report.funnels.count == 1 && funnel.attribution == .visitor)
        #expect(funnel.steps.map(\.count) == [5, 4, 1] && funnel.steps.map(\.name) == ["scan", "/shop", "/thank-you"])
        // The goal of the link within its half hour: the second visitor's, too.
        #expect(Self.reached(report, "/menu") == 1)
    }

    @Test("goals that come back with the id of the scan are exact: other browser, other day, closed day, once")
    func exact() throws {
        var bench = GoalBench(
            LinkCatalog(
                entries: [GoalBench.entry("/buy", goal: "/order", tracked: true)], funnels: [["/basket", "/order"]]))
        let elsewhere = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)"
        let report = try bench.report(
            [
                GoalBench.line(0, "/buy", ip: "192.0.1.1", id: 1), GoalBench.line(100, "/buy", ip: "192.0.1.1", id: 2),
                GoalBench.line(0, "/buy", ip: "192.0.2.1", id: 3), GoalBench.line(0, "/buy", ip: "192.0.3.1", id: 4),
                // A robot's id is that of no scan; who opts out is not followed.
                GoalBench.line(0, "/buy", ip: "192.0.4.1", id: 5, agent: "Googlebot/2.1"),
                GoalBench.line(0, "/buy", ip: "192.0.5.1", id: 6, dnt: "1"),
            ],
            goals: [
                // One visitor with two ids is one.
                GoalBench.page(50, "/basket", ip: "10.0.0.1", query: "qid=\(GoalBench.id(1))", agent: elsewhere),
                GoalBench.page(60, "/order", ip: "10.0.0.1", query: "x=1&qid=\(GoalBench.id(1))", agent: elsewhere),
                GoalBench.page(160, "/order", query: "qid=\(GoalBench.id(2))"),
                // Next day, by the referrer.
                GoalBench.page(
                    90_000, "/order", ip: "10.0.0.2", referrer: "https://shop.example/pay?qid=\(GoalBench.id(3))&y=2",
                    agent: elsewhere),
                GoalBench.page(60, "/order", query: "qid=\(GoalBench.id(5))"),
                GoalBench.page(60, "/order", query: "qid=\(GoalBench.id(6))"),
                // Without an id, though the visitor is the same: links with ids don't guess.
                GoalBench.page(60, "/order", ip: "192.0.3.1"),
            ])
        #expect(Self.reached(report, "/buy") == 2, "\(report.goals)")
        #expect(report.goals.map(\.attribution) == [.exact])
        let funnel = try #require(report.funnels.first { $0.attribution == .exact })
        #expect(funnel.steps.map(\.count) == [3, 1, 1])
        // A postback long after the day closed.
        let csv =
            "time,qid,goal\n\(GoalBench.start + 200_000),\(GoalBench.id(4)),\n2026-03-02T10:00:00Z,\(GoalBench.id(4)),subscribed\n,\(GoalBench.id(99)),\nnow,nonsense,\n"
        for _ in 0..<2 {
            let summary = try Postbacks.ingest(
                Array(csv.utf8), database: bench.folder.path + "/scans.db", now: bench.now)
            #expect(summary.rows == 3 && summary.known == 2 && summary.problems.map(\.line) == [5])
        }
        let later = try bench.report()
        #expect(Self.reached(later, "/buy") == 3)
        #expect(later.goals.map { "\($0.goal) \($0.reached)" }.sorted() == ["/order 3", "subscribed 1"])
        // After the time in which ids may come back only counts are left, and they are the same.
        bench.now += 40 * 86400
        var ingestion = try Ingestion.open(bench.settings())
        _ = try ingestion.ingest([])
        let database = try ScanStore.open(bench.folder.path + "/scans.db")
        #expect(
            try database.first("SELECT (SELECT count(*) FROM request) + (SELECT count(*) FROM reached)") { $0.int(0) }
                == 0)
        let last = try bench.report()
        #expect(last.goals == later.goals && last.funnels == later.funnels)
    }

    @Test("no visitor's hash is left in the ids of a closed day")
    func forgotten() throws {
        let bench = GoalBench(LinkCatalog(entries: [GoalBench.entry("/buy", goal: "/order", tracked: true)]))
        _ = try bench.report([
            GoalBench.line(0, "/buy", id: 1), GoalBench.line(50, "/buy", id: 2),
            GoalBench.line(60, "/buy", ip: "192.0.2.1", id: 3),
        ])
        let database = try ScanStore.open(bench.folder.path + "/scans.db")
        var ids: Set<Int> = []
        var persons: [Int] = []
        try database.query("SELECT id, person FROM request") {
            ids.insert($0.int(0)); persons.append($0.int(1))
        }
        #expect(ids.count == 3 && Set(persons).count == 2 && persons.allSatisfy(ids.contains))
        // A quarantined visitor's ids go.
        var strict = GoalBench(LinkCatalog(entries: [GoalBench.entry("/buy", goal: "/order", tracked: true)]))
        strict.rules.rateLimit = 2
        _ = try strict.report((0..<5).map { GoalBench.line($0, "/buy", id: $0 + 1) })
        #expect(
            try ScanStore.open(strict.folder.path + "/scans.db").first("SELECT count(*) FROM request") { $0.int(0) }
                == 0)
    }

    @Test("the variants of a split are compared: visitors, goals, shares, and the warning before the planned number")
    func experiment() throws {
        var entry = Self.menu
        entry.variants = [("story", 7000), ("offer", 3000)]
        entry.planned = 10_000
        let bench = GoalBench(LinkCatalog(entries: [entry]))
        var scans: [String] = []
        var goals: [String] = []
        for i in 0..<200 {
            let ip = "10.\(i).1.1"
            scans.append(GoalBench.line(i, "/menu", ip: ip, variant: i % 10 < 7 ? "story" : "offer"))
            if i % 10 < 2 || i % 10 == 8 { goals.append(GoalBench.page(i + 300, "/thank-you", ip: ip)) }
        }
        let report = try bench.report(scans, goals: goals)
        let experiment = try #require(report.experiments.first)
        #expect(experiment.variants.map(\.name) == ["story", "offer"])
        #expect(experiment.variants.map(\.n) == [140, 60] && experiment.variants.map(\.conversions) == [40, 20])
        #expect(experiment.isPeeking && experiment.plannedN == 10_000 && (experiment.sampleRatioP ?? 0) > 0.99)
        let expected = ProportionTest.z(.init(n: 140, conversions: 40), .init(n: 60, conversions: 20))
        #expect(experiment.variants[1].comparison?.z == expected.z)
        #expect(report.links[0].variants.map(\.scans).sorted() == [60, 140])
    }

    @Test("the same goals come out whatever the order of the lines, in parts, with a kill between, and open or closed")
    func order() throws {
        var random = SplitMix(seed: 5)
        var scans: [(Int, String)] = []
        var goals: [(Int, String)] = []
        for _ in 0..<400 {
            let ip = "10.0.\(Int.random(in: 0..<30, using: &random)).1"
            let at = Int.random(in: 0..<20_000, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                scans.append(
                    (at, GoalBench.line(at, ["/menu", "/tour"].randomElement(using: &random)!, ip: ip, id: at + 1)))
            case 1: goals.append((at, GoalBench.page(at, "/shop", ip: ip)))
            default: goals.append((at, GoalBench.page(at, "/thank-you", ip: ip)))
            }
        }
        func outcome(_ bench: GoalBench) throws -> [String] {
            let report = try bench.report()
            return report.goals.map { "\($0)" } + report.funnels.map { "\($0)" } + ["\(report.totals)"]
        }
        var results: Set<[String]> = []
        for round in 0..<4 {
            var bench = GoalBench(Self.funnel)
            if round == 1 { bench.now = GoalBench.start + 40_000 }
            if round == 2 {
                scans.shuffle(using: &random)
                goals.shuffle(using: &random)
            }
            if round < 3 {
                _ = try bench.report(scans.map(\.1), goals: goals.map(\.1))
            } else {
                // In pieces, as a follower gets them, each by another process.
                bench.now = GoalBench.start + 40_000
                let path = bench.folder.path
                for piece in 0..<5 {
                    for (name, lines) in [("go.log", scans), ("shop.log", goals)] {
                        let part = lines.prefix(lines.count * (piece + 1) / 5).map(\.1).joined()
                        try Data(part.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
                    }
                    var ingestion = try Ingestion.open(bench.settings())
                    _ = try ingestion.ingest([path + "/go.log"], goals: [path + "/shop.log"])
                }
                bench.now += 10 * 86400
                var ingestion = try Ingestion.open(bench.settings())
                _ = try ingestion.ingest([])
            }
            results.insert(try outcome(bench))
        }
        #expect(results.count == 1, "\(results)")
    }
}
