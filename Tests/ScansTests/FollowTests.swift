// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import Redirects
import Site
import Support
import TestSupport
import Testing

@testable import Scans

/// The real binary follows logs. Run with WAYSEAL_SERVER_TESTS=1.
@Suite(.serialized) struct FollowTests {
    static func line(_ at: Int, _ path: String, _ ip: String) -> String {
        var seconds = time_t(at)
        var utc = tm()
        gmtime_r(&seconds, &utc)
        var text = [CChar](repeating: 0, count: 40)
        strftime(&text, 40, "%d/%b/%Y:%H:%M:%S +0000", &utc)
        let date = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return
            "\(ip) - - [\(date)] \"GET \(path) HTTP/1.1\" 302 145 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n"
    }

    @Test(
        "appended lines reach the live page, a used-up link gets its marker, rotation loses nothing, SIGTERM ends it",
        .enabled(if: PeerTests.hasPeers), .timeLimit(.minutes(3)))
    func follow() throws {
        let binary = try #require(PeerTests.binary)
        let folder = TemporaryFolder()
        let path = folder.path
        let hooks = try HookServer()
        try Files.create(
            path + "/wayseal.yaml",
            Array(
                """
                integrations:
                  hook:ops: { to: "http://\(hooks.address)/good", secret: "${HOOK}", events: limit }
                domains: { go.example.org: { server: caddy } }
                defaults: { privacy: full }
                links:
                  menu: https://example.org/menu
                  flash: { to: https://example.org/flash, limit: 3 scans, enforce: soft }
                  rich: { to: https://example.org/rich, limit: 900 scans, enforce: soft }
                """.utf8))
        let now = Int(time(nil))
        try Files.create(path + "/access.log", Array(Self.line(now - 60, "/menu", "192.0.2.1").utf8))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = [
            "scans", "follow", "-f", "wayseal.yaml", "--database", "scans.db", "--live", "live.html", "--state",
            "state", "access.log*",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.environment = ProcessInfo.processInfo.environment.merging(["HOOK": HookServer.secret]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        func page() -> String { (try? String(contentsOfFile: path + "/live.html", encoding: .utf8)) ?? "" }
        func wait(_ what: String, _ isThere: () -> Bool) {
            for _ in 0..<600 where !isThere() { usleep(50_000) }
            #expect(isThere(), "\(what)")
        }
        wait("the first page") { page().contains(">1<") }
        #expect(page().contains("http-equiv=\"refresh\""))
        func append(_ text: String) throws {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/access.log"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
        try append((0..<1000).map { Self.line(now, "/menu", "10.\($0 / 250).\($0 % 250).1") }.joined())
        wait("a thousand lines") { page().contains(">1,001<") }
        // A rotation as Debian does it, and lines on both sides of it.
        try append((0..<2).map { Self.line(now, "/flash", "10.9.\($0).1") }.joined())
        try Files.rename(path + "/access.log", to: path + "/access.log.1")
        try Files.create(path + "/access.log", Array(Self.line(now, "/flash", "10.9.7.1").utf8))
        let site = Site(
            domains: [Domain(host: "go.example.org")], links: [Link(slug: "flash", target: "https://example.org/")])
        let marker = LinkIdentity.denyMarker(
            host: "go.example.org", id: LinkIdentity.hex(logID: RouteTable.logID(of: site.links[0])))
        wait("the marker") { FileManager.default.fileExists(atPath: path + "/state/" + marker) }
        wait("the hook") {
            hooks.got.last?.hasSuffix("{\"link\": \"go.example.org/flash\", \"limit\": 3, \"scans\": 3}") == true
        }
        #expect(hooks.got.last?.contains(" good application/json limit.reached ") == true)
        wait("all scans") { page().contains(">1,004<") }
        #expect((try? Files.names(in: path + "/state/deny/go.example.org"))?.count == 1)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        // A raised limit opens the link again.
        try Files.replace(
            path + "/wayseal.yaml",
            Array(
                try String(contentsOfFile: path + "/wayseal.yaml", encoding: .utf8).replacingOccurrences(
                    of: "3 scans", with: "5 scans"
                ).utf8))
        let second = Process()
        second.executableURL = URL(fileURLWithPath: binary)
        second.arguments = process.arguments
        second.environment = process.environment
        second.currentDirectoryURL = process.currentDirectoryURL
        second.standardOutput = FileHandle.nullDevice
        try second.run()
        defer { if second.isRunning { second.terminate() } }
        wait("no marker") { !FileManager.default.fileExists(atPath: path + "/state/" + marker) }
        second.interrupt()
        second.waitUntilExit()
        #expect(hooks.got.count == 1)
        #expect(second.terminationReason == .exit && second.terminationStatus == 0)
    }

    @Test("a link that is used up is told once, and once more when a higher limit is reached")
    func usedUp() throws {
        var entry = LinkCatalog.Entry(host: "go.example", path: "/menu", privacy: .full)
        entry.limit = 2
        let bench = GoalBench(LinkCatalog(entries: [entry]))
        _ = try bench.report([GoalBench.line(0, "/menu"), GoalBench.line(90_000, "/menu")])
        let database = bench.folder.path + "/scans.db"
        let builder = try ReportBuilder.open(database, catalog: bench.catalog)
        var watch = self.watch(2, &entry)
        let news = try watch.news(builder)
        #expect(news == [.init(link: "go.example/menu", limit: 2, scans: 2)])
        // Nobody could be told: it stays.
        #expect(try watch.news(builder) == news)
        try LimitWatch.keep(news[0], database: database)
        #expect(try watch.news(builder) == [])
        var later = self.watch(3, &entry)
        #expect(try later.news(builder) == [])
        later = self.watch(1, &entry)
        #expect(try later.news(builder).map(\.limit) == [1])
    }

    private func watch(_ limit: Int, _ entry: inout LinkCatalog.Entry) -> LimitWatch {
        entry.limit = limit
        return LimitWatch(catalog: LinkCatalog(entries: [entry]))
    }

    @Test("a limit outlives the counts that are purged")
    func limits() throws {
        var entry = LinkCatalog.Entry(host: "go.example", path: "/menu", privacy: .full)
        entry.softLimit = (2, "deny/go.example/aa")
        let bench = GoalBench(LinkCatalog(entries: [entry]))
        _ = try bench.report([GoalBench.line(0, "/menu"), GoalBench.line(90_000, "/menu")])
        let database = bench.folder.path + "/scans.db"
        let last = try #require(try ReportBuilder.open(database).days()).last
        #expect(try ScanMaintenance.purge(database, before: last) == 1)
        #expect(try ScanMaintenance.purge(database, before: last) == 0)
        let builder = try ReportBuilder.open(database, catalog: bench.catalog)
        #expect(try builder.scans(of: ["go.example/menu", "go.example/none"]) == ["go.example/menu": 2])
        var markers = DenyMarkers(folder: bench.folder.path, catalog: bench.catalog)
        #expect(try markers.update(builder) == (1, 0) && (try markers.update(builder)) == (0, 0))
        #expect(try Files.status(bench.folder.path + "/deny/go.example/aa") != nil)
        // The scan that is left is the second of its code.
        let report = try builder.report(
            ReportQuery(title: "t", period: .init(first: last, last: last), createdAt: bench.now))
        #expect(report.repeats == .init(first: 0, later: 1, steps: [.init(from: 2, to: 5, scans: 1)]))
    }

    @Test("scans have numbers: a robot's visit before is none")
    func numbers() throws {
        let bench = GoalBench(LinkCatalog(entries: [GoalBench.entry("/menu", privacy: .full)]))
        var lines = [GoalBench.line(0, "/menu", agent: "Googlebot/2.1")]
        for i in 0..<30 { lines.append(GoalBench.line(90_000 + i * 60, "/menu", ip: "10.0.\(i).1")) }
        let whole = try bench.report(lines)
        let day = whole.period.last
        let builder = try ReportBuilder.open(bench.folder.path + "/scans.db", catalog: bench.catalog)
        let report = try builder.report(
            ReportQuery(title: "t", period: .init(first: day, last: day), createdAt: bench.now))
        #expect(report.repeats.first == 1 && report.repeats.later == 29)
        #expect(report.repeats.steps.map(\.scans) == [4, 15, 10])
    }

    @Test("SQL answers with texts, numbers and nothing, and its mistakes are said")
    func query() throws {
        let bench = GoalBench(ConversionTests.funnel)
        _ = try bench.report(
            [GoalBench.line(0, "/menu", variant: "a"), GoalBench.line(0, "/tour", ip: "192.0.2.1", dnt: "1")],
            goals: [GoalBench.page(60, "/thank-you")])
        let builder = try ReportBuilder.open(bench.folder.path + "/scans.db")
        let days = try #require(try builder.days())
        let query = try ScanQuery.open(bench.folder.path + "/scans.db", period: days, catalog: bench.catalog)
        let answer = try query.ask(
            "SELECT path, sum(scans) AS n, NULL AS x, avg(uniques) FROM scans GROUP BY path ORDER BY path")
        #expect(answer.columns == ["path", "n", "x", "avg(uniques)"])
        #expect(
            answer.rows == [
                [.text("/menu"), .integer(1), .null, .number(1)], [.text("/tour"), .integer(1), .null, .number(0)],
            ])
        #expect(
            try query.ask("SELECT path, goal, visitors FROM conversions WHERE goal <> ''").rows == [
                [.text("/menu"), .text("/thank-you"), .integer(1)]
            ])
        #expect(
            try query.ask("SELECT value FROM dimensions WHERE dimension = 'system' AND path = '/menu'").rows == [
                [.text("Linux")]
            ])
        #expect(try query.ask("SELECT opted_out, visitors FROM days").rows == [[.integer(1), .integer(1)]])
        #expect(throws: IngestError.self) { try query.ask("SELECT nothing FROM nowhere") }
    }

    @Test("who was turned away is no scan, though the answer was a redirect; a pressed button is one")
    func denied() throws {
        var entry = GoalBench.entry("/vip", privacy: .full)
        entry.takesPost = true
        let bench = GoalBench(LinkCatalog(entries: [entry, GoalBench.entry("/menu", privacy: .full)]))
        let report = try bench.report([
            GoalBench.line(0, "/vip", status: 200), GoalBench.line(5, "/vip", status: 303, method: "POST"),
            GoalBench.line(10, "/vip", ip: "192.0.2.1", deny: "gone-used"),
            GoalBench.line(20, "/menu", status: 410, deny: "over"),
            GoalBench.line(30, "/menu", status: 303, method: "POST"), GoalBench.line(40, "/menu"),
        ])
        #expect(report.totals.scans == 2 && report.waterfall.isBalanced)
        #expect(
            report.waterfall.excluded == [
                .init(reason: .method, count: 1), .init(reason: .denied, count: 2), .init(reason: .status, count: 1),
            ])
        #expect(report.linkDetails.first { $0.link.path == "/vip" }?.excluded.map(\.reason) == [.denied, .status])
        // Caddy says it in a header of the answer.
        let line =
            #"{"level":"info","ts":1772323200.5,"request":{"remote_ip":"192.0.2.9","host":"go.example","method":"GET","uri":"/menu","headers":{"User-Agent":["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"]}},"status":302,"resp_headers":{"X-Link":["/menu"],"X-Deny":["used"],"Location":["https://example.org/"]}}"#
            + "\n"
        let caddy = GoalBench(bench.catalog)
        #expect(try caddy.report([line]).waterfall.excluded == [.init(reason: .denied, count: 1)])
    }

    @Test("every path of a generator is picked, and its second log leads to goals")
    func generator() throws {
        var generator = LogGenerator(seed: 1, lines: 2000, start: Bench.start, days: 1)
        generator.paths = ["/a", "/b", "/c"]
        generator.links = 3
        var log: [UInt8] = []
        generator.write(.combined) { log += $0 }
        let text = String(decoding: log, as: UTF8.self)
        for path in generator.paths { #expect(text.contains("GET \(path) HTTP"), "\(path)") }
        generator.targets = [.init(host: "go.example", path: "/menu", variants: [("a", 1), ("b", 1)])]
        generator.links = 1
        generator.steps = ["/shop", "/thank-you"]
        generator.networks = ["10.142"]
        var goals: [UInt8] = []
        log = []
        generator.write(.nginxJSON, emit: { log += $0 }, goals: { goals += $0 })
        var entry = GoalBench.entry("/menu", goal: "/thank-you")
        entry.variants = [("a", 1), ("b", 1)]
        var bench = GoalBench(LinkCatalog(entries: [entry], funnels: [["/shop", "/thank-you"]]))
        bench.now = Bench.start + 10 * 86400
        bench.rules = ScanRules()
        let report = try bench.report(
            [String(decoding: log, as: UTF8.self)], goals: [String(decoding: goals, as: UTF8.self)])
        #expect(
            report.funnels[0].steps.map(\.count).min() ?? 0 > 20
                && report.experiments[0].variants.allSatisfy { $0.conversions > 5 })
    }
}
