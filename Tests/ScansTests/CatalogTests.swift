// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import Site
import Support
import TestSupport
import Testing

@testable import Scans

@Suite struct CatalogTests {
    static func line(
        _ path: String, ip: String = "192.0.2.1",
        agent: String =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605 Version/17 Mobile/1 Safari/604",
        second: Int = 0, status: Int = 302, referrer: String = "-"
    ) -> String {
        let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(
            separator: ":")
        return
            "\(ip) - - [01/Mar/2024:\(clock) +0000] \"GET \(path) HTTP/1.1\" \(status) 0 \"\(referrer)\" \"\(agent)\"\n"
    }

    static func report(
        _ lines: [String], entries: [LinkCatalog.Entry], scope: ScanReport.Scope = .init(),
        rules: ScanRules = ScanRules()
    ) throws -> ScanReport {
        var bench = Bench()
        bench.rules = rules
        try bench.write("a", Array(lines.joined().utf8))
        var settings = bench.settings()
        settings.catalog = LinkCatalog(entries: entries)
        var ingestion = try Ingestion.open(settings)
        _ = try ingestion.ingest([bench.folder.path + "/a"])
        let builder = try ReportBuilder.open(bench.database, catalog: settings.catalog, rules: rules)
        var query = ReportQuery(title: "t", period: try #require(try builder.days()), createdAt: bench.now)
        query.scope = scope
        return try builder.report(query)
    }

    @Test("links that are not measured leave only a sum, aggregated ones count networks instead of addresses")
    func privacy() throws {
        let entries = [
            LinkCatalog.Entry(host: "go.example", path: "/none", privacy: .none),
            LinkCatalog.Entry(host: "go.example", path: "/sum", privacy: .aggregate),
            LinkCatalog.Entry(host: "go.example", path: "/full", privacy: .full),
        ]
        var lines: [String] = []
        for i in 1...6 {
            for path in ["/none", "/sum", "/full", "/other"] {
                lines.append(Self.line(path, ip: "192.0.2.\(i)", second: i * 1000 + path.count * 60))
            }
        }
        let report = try Self.report(lines, entries: entries)
        func link(_ path: String) -> ScanReport.LinkCount? { report.links.first { $0.path == path } }
        #expect(link("/none") == nil)
        #expect(link("/sum")?.scans == 6 && link("/sum")?.uniqueScans == 1)
        #expect(link("/full")?.scans == 6 && link("/full")?.uniqueScans == 6)
        #expect(report.waterfall.excluded.contains(.init(reason: .notMeasured, count: 6)))
        #expect(report.waterfall.excluded.contains(.init(reason: .unknownLink, count: 6)))
        #expect(report.notes.contains(.unmeasuredLinks(1)))
        #expect(report.waterfall.isBalanced)
    }

    @Test("a report of tags has only their links, and its own waterfall")
    func scope() throws {
        let entries = [
            LinkCatalog.Entry(host: "go.example", path: "/a", tags: ["wine"], isMarked: true),
            LinkCatalog.Entry(host: "go.example", path: "/b", tags: ["beer"]),
        ]
        let lines = [
            Self.line("/A", second: 0), Self.line("/a?s=q", second: 100), Self.line("/a", second: 200),
            Self.line("/b", second: 300),
            Self.line("/a", second: 205), Self.line("/a", second: 400, status: 404),
            Self.line("/a", agent: "curl/8", second: 500),
        ]
        var scope = ScanReport.Scope()
        scope.tags = ["wine"]
        let report = try Self.report(lines, entries: entries, scope: scope)
        #expect(report.totals.scans == 3 && report.linkCount == 1 && report.totals.hits == 6)
        #expect(report.waterfall.isBalanced)
        #expect(report.origins == .init(code: 2, click: 1, unmarked: 0))
        #expect(
            report.waterfall.excluded == [
                .init(reason: .status, count: 1), .init(reason: .library, count: 1), .init(reason: .repeated, count: 1),
            ])
        #expect(report.groups.first { $0.kind == .tag }?.breakdown.rows.map(\.name) == ["wine"])
        #expect(report.linkDetails.first?.days.first?.scans == 3)
    }

    @Test("an address that asks for a trap is quarantined all day, before and after")
    func traps() throws {
        let entries = [LinkCatalog.Entry(host: "go.example", path: "/a")]
        let lines = [
            Self.line("/a", ip: "192.0.2.66", second: 10),
            Self.line("/.env", ip: "192.0.2.66", agent: "x", second: 5000, status: 404),
            Self.line(
                "/a", ip: "192.0.2.66", agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/120.0",
                second: 9000),
            Self.line("/a", second: 30),
        ]
        let report = try Self.report(lines, entries: entries)
        #expect(report.totals.scans == 1)
        #expect(report.waterfall.excluded.contains(.init(reason: .quarantine, count: 2)))
    }

    @Test("hostile referrers and paths stay text, hosts of referrers are names or nothing")
    func hostile() throws {
        #expect(
            String(decoding: Intake.host(ofURL: Array("https://User:x@WWW.Example.COM:8443/p?q".utf8)), as: UTF8.self)
                == "example.com")
        #expect(Intake.host(ofURL: Array("https://</script><script>".utf8)).isEmpty)
        #expect(Intake.host(ofURL: Array("=cmd|'/c calc'!A1".utf8)).isEmpty)
        #expect(Intake.host(ofURL: Array("javascript:alert(1)".utf8)).isEmpty)
        #expect(Intake.host(ofURL: Array("https://".utf8)).isEmpty)
        let report = try Self.report(
            [
                Self.line("/a", referrer: "https://evil\\x22<b>/"),
                Self.line("/a", second: 60, referrer: "https://news.example/x"),
            ],
            entries: [LinkCatalog.Entry(host: "go.example", path: "/a")])
        #expect(report.referrers.rows.map(\.name) == ["news.example"] && report.referrers.unknown == 1)
    }

    @Test("purging takes whole days away and leaves the others")
    func purge() throws {
        let bench = Bench()
        try bench.write("a", Bench.log())
        try bench.ingest("a")
        let before = try bench.report()
        let cut = try #require(CivilDay(iso: "2024-03-02"))
        #expect(try ScanMaintenance.purge(bench.database, before: cut) == 1)
        let after = try bench.report()
        #expect(after.totals.scans == before.totals.scans - before.days[0].scans)
        #expect(after.days.first?.scans == 0)
        try bench.ingest("a")
        #expect(try bench.report().totals == after.totals)
    }

    @Test("following takes in what is appended, and stops when it is asked to")
    func follow() throws {
        let bench = Bench()
        let log = Bench.log(lines: 300, days: 1)
        try bench.write("access.log", log[..<5000])
        var ingestion = try Ingestion.open(bench.settings())
        var rounds = 0
        var read = 0
        try ingestion.follow(
            [bench.folder.path + "/*.log"], interval: 1, clock: { Bench.start + 86400 },
            shouldStop: { rounds >= 6 || read >= 300 }
        ) { summary throws(IngestError) in
            rounds += 1
            read += summary.lines
            if rounds == 1 { try? bench.append("access.log", log[5000...]) }
        }
        #expect(read == 300)
    }

    @Test("samples of damaged lines hold no address and no control bytes")
    func samples() throws {
        let bench = Bench()
        try bench.write("a", Array((Self.line("/a") + "192.0.2.77 bad \u{1}<b>\n2001:db8::5 - -\n").utf8))
        let summary = try bench.ingest("a")
        #expect(summary.malformedLines == 2)
        let samples = try ScanMaintenance.malformedSamples(bench.database).map(\.text)
        #expect(samples == ["xxx.x.x.xx bad ?<b>", "xxxx:xxx::x - -"])
        // An address that does not come first.
        try bench.write(
            "b", Array("#Fields: date time s-ip cs-method c-ip\n2026-03-01 10:00:00 10.0.0.1 GET 192.0.2.78\n".utf8))
        try bench.ingest("b")
        for sample in try ScanMaintenance.malformedSamples(bench.database) {
            #expect(!sample.text.contains("192.0.2"), "\(sample.text)")
        }
    }

    @Test("words in a unit are quoted for systemd, and each report has its timer")
    func units() throws {
        let units = ScanUnits(
            binary: "/usr/bin/wayseal", manifest: "/etc/a b\n%h$x\"", folder: "/var/lib/w", state: "/srv/s%t")
        let files = Dictionary(
            uniqueKeysWithValues: units.files(schedules: ["weekly"], tokens: true).map { ($0.name, $0.text) })
        #expect(
            files.keys.sorted() == [
                "wayseal-scans.service", "wayseal-tokens.service", "wayseal-tokens.timer",
                "wayseal-weekly-report.service", "wayseal-weekly-report.timer", "wayseal.sysusers.conf",
            ])
        #expect(units.files(schedules: [], tokens: false).count == 2)
        let follower = try #require(files["wayseal-scans.service"])
        #expect(
            follower.contains(
                #"ExecStart="/usr/bin/wayseal" "scans" "follow" "-f" "/etc/a b\n%%h$$x\"" "--database" "/var/lib/w/scans.db" "#
            ))
        #expect(follower.contains("ReadWritePaths=-/srv/s%%t\n") && follower.contains("PrivateNetwork=yes"))
        #expect(files["wayseal-weekly-report.timer"]?.contains("OnCalendar=Mon *-*-* 06:00:00") ?? false)
    }

    @Test(
        "systemd has nothing against the units",
        .enabled(if: PeerTests.hasPeers && FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func systemd() throws {
        let folder = TemporaryFolder()
        let units = ScanUnits(
            binary: "/bin/true", manifest: "/etc/wayseal.yaml", folder: "/var/lib/w", state: "/var/lib/s")
        var paths: [String] = []
        for (name, text) in units.files(schedules: ["daily", "weekly", "monthly"], tokens: true)
        where !name.hasSuffix(".conf") {
            paths.append(folder.path + "/" + name)
            try Files.create(folder.path + "/" + name, Array(text.utf8))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
        process.arguments = ["verify", "--man=no"] + paths
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let complaints = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // What it says about other units of this machine is not ours.
        #expect(!complaints.contains("wayseal-"), "\(complaints)")
    }
}
