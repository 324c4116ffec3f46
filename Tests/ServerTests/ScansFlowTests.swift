import Foundation
import Redirects
import Scans
import Site
import Support
import TestSupport
import Testing

/// The seam between the log that our configuration writes and the counts.
@Suite(.serialized, .enabled(if: serversAreWanted))
struct `A real server's log` {
    private static let browser =
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    private static let robot = "User-Agent: Googlebot/2.1 (+http://www.google.com/bot.html)"

    @Test(arguments: Server.allCases)
    func `is counted: people at links, nothing else, and nobody where nothing may be measured`(server: Server) throws {
        let port = RawHTTP.freePorts(1)[0]
        var domain = Domain(host: "go.example.org")
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        let site = Site(
            domains: [domain],
            links: [
                Link(slug: "menu", target: "https://example.org/menu"),
                Link(slug: "quiet", target: "https://example.org/quiet", privacy: .none),
                Link(slug: "docs/*", target: "https://docs.example.org/", options: .forwardSuffix),
            ])
        let trial = try TrialServer(server, RouteTable(site: site), port: port)
        defer { trial.stop() }
        func get(_ path: String, _ agent: String) {
            let answer = RawHTTP.send(
                "GET", Array(path.utf8), host: Array("go.example.org".utf8), headers: [agent], port: port)
            #expect(answer != nil)
        }
        get("/menu", Self.browser)
        get("/MENU", Self.browser)
        get("/menu", Self.robot)
        get("/docs/a/b", Self.browser)
        get("/nothing", Self.browser)
        get("/quiet", Self.browser)
        let log = trial.state + "/log/\(server.rawValue).access.log"
        var lines = 0
        for _ in 0..<100 where lines < 5 {
            lines = (try? String(contentsOfFile: log, encoding: .utf8))?.count { $0 == "\n" } ?? 0
            if lines < 5 { usleep(50_000) }
        }
        let folder = TemporaryFolder()
        var settings = IngestSettings(
            database: folder.path + "/scans.db", catalog: LinkCatalog(site: site), now: Int64(time(nil)),
            random: { 4 })
        settings.commitEvery = 100
        var ingestion = try Ingestion.open(settings)
        let summary = try ingestion.ingest([log])
        #expect(summary.lines == 5 && summary.malformedLines == 0 && summary.failures.isEmpty, "\(summary)")
        let builder = try ReportBuilder.open(settings.database, catalog: settings.catalog)
        let days = try #require(try builder.days())
        let report = try builder.report(ReportQuery(title: "t", period: days, createdAt: settings.now))
        // The second opening of the menu is a repeat: a code in upper case is the same link.
        #expect(report.totals.scans == 2)
        let counts = Dictionary(uniqueKeysWithValues: report.links.map { ($0.path, $0.scans) })
        #expect(counts["/menu"] == 1 && counts["/docs/*"] == 1 && counts["/quiet"] ?? 0 == 0, "\(counts)")
        func left(_ reason: ScanReport.Waterfall.Reason) -> Int {
            report.waterfall.excluded.first { $0.reason == reason }?.count ?? 0
        }
        #expect(left(.crawler) == 1 && left(.repeated) == 1 && left(.unknownLink) == 1)
    }

    @Test(arguments: Server.allCases)
    func `ties a goal to the scan whose id the redirect passed on`(server: Server) throws {
        let port = RawHTTP.freePorts(1)[0]
        var domain = Domain(host: "go.example.org")
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        var site = Site(
            domains: [domain],
            links: [
                Link(slug: "buy", target: "https://shop.example/buy?lang=de#top", options: [.clickID, .passQuery]),
                Link(slug: "docs/*", target: "https://shop.example/docs", options: [.clickID, .forwardSuffix]),
            ])
        site.goals = [0: Goal(page: "/thank-you")]
        let trial = try TrialServer(server, RouteTable(site: site), port: port)
        defer { trial.stop() }
        func location(_ path: String) throws -> String {
            let answer = RawHTTP.send(
                "GET", Array(path.utf8), host: Array("go.example.org".utf8), headers: [Self.browser], port: port)
            return String(decoding: try #require(answer?.header("Location")), as: UTF8.self)
        }
        let first = try location("/buy?table=7")
        let second = try location("/docs/a/b")
        // What the simulator says, with the server's id for its own.
        let expected = try #require(first.split(separator: "qid=").last?.split(separator: "&").first.map(String.init))
        #expect(first == "https://shop.example/buy?lang=de&qid=\(expected)&table=7#top")
        #expect(second.hasPrefix("https://shop.example/docs/a/b?qid=") && !second.contains(expected))
        var request = Simulator.Request(scheme: .http, host: "go.example.org", target: "/buy?table=7", server: server)
        request.id = expected
        #expect(Simulator(RouteTable(site: site), placement: .trial()).answer(request).location == first)
        let log = trial.state + "/log/\(server.rawValue).access.log"
        for _ in 0..<100 where ((try? String(contentsOfFile: log, encoding: .utf8))?.count { $0 == "\n" } ?? 0) < 2 {
            usleep(50_000)
        }
        let folder = TemporaryFolder()
        let now = Int64(time(nil))
        let settings = IngestSettings(
            database: folder.path + "/scans.db", catalog: LinkCatalog(site: site), now: now, random: { 4 })
        var ingestion = try Ingestion.open(settings)
        _ = try ingestion.ingest([log])
        let csv = "qid,time\n\(expected),\(now + 3600)\n"
        let summary = try Postbacks.ingest(Array(csv.utf8), database: settings.database, now: now)
        #expect(summary.rows == 1 && summary.known == 1)
        let builder = try ReportBuilder.open(settings.database, catalog: settings.catalog)
        let days = try #require(try builder.days())
        let report = try builder.report(ReportQuery(title: "t", period: days, createdAt: now))
        #expect(report.goals.map(\.reached) == [1] && report.goals.map(\.attribution) == [.exact])
    }
}
