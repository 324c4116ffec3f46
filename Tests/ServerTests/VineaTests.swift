import Foundation
import Manifest
import Places
import Redirects
import Site
import Support
import Testing

/// The whole way of `fixtures/vinea`: the manifest's bytes, the database of places, the model, the configuration, a real
/// server, and what it answers to visitors of all kinds at all times.
@Suite(.serialized, .enabled(if: serversAreWanted))
struct `The wine maker's links` {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fixtures/vinea").path
    /// In the capability page of `trade`, whose password is riesling.
    static let token = "51d4a2188ae2ce9c38305ae39b9d941b"

    /// The fixture's site on a loopback port, behind a proxy that names visitors' addresses.
    static func site(_ server: Server, port: UInt16) throws -> Site {
        let result = try ManifestReader(options: ManifestOptions()).read(path: folder + "/wayseal.yaml")
        var site = try #require(result.site, "\(result.diagnostics.map(\.summary))")
        #expect(Places.fill(&site, now: nil).isEmpty)
        for index in site.domains.indices {
            site.domains[index].servers = [server]
            site.domains[index].tls = .off
            site.domains[index].listen = [ListenAddress(address: "127.0.0.1", port: port)]
        }
        site.proxies.networks = ["127.0.0.0/8"]
        if server == .caddy {
            // The manifest asks for exact limits, which the review refuses on Caddy.
            #expect(PolicyReview.diagnostics(site).contains { $0.code == RedirectCodes.caddyExactLimit })
            for index in site.policies.indices { site.policies[index].limit?.enforcement = .soft }
        }
        #expect(!PolicyReview.diagnostics(site).contains { $0.severity == .error })
        return site
    }

    @Test(arguments: Server.allCases)
    func `answer on a real server as wayseal test says`(server: Server) throws {
        let ports = RawHTTP.freePorts(2)
        let site = try Self.site(server, port: ports[0])
        let table = RouteTable(site: site)
        let trial = try TrialServer(server, table, port: ports[0], ports: [8080: ports[1]], testClock: true)
        defer { trial.stop() }
        for link in site.links where site.policy(of: link)?.limit != nil {
            let id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
            try trial.putTokens(200, host: "go.vinea.example", id: id)
        }
        let simulator = Simulator(table, placement: .trial())
        let connection = RawConnection(port: ports[0])
        let zone = try #require(ZoneTable(named: "Europe/Vienna"))
        func local(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> Int64 {
            zone.instant(
                ofLocal: CivilTime.seconds(year: 2027, month: month, day: day, hour: hour, minute: minute) ?? 0, .first)
        }
        let instants = [
            local(3, 1, 0, 0) - 1, local(3, 1, 0, 0), local(3, 5, 10, 59), local(3, 5, 11, 0), local(3, 5, 14, 59),
            local(3, 5, 18, 0), local(3, 7, 18, 0), local(3, 28, 3, 30), local(4, 1, 0, 0) - 1, local(4, 1, 0, 0),
            local(7, 2, 22, 59), local(7, 2, 23, 0), local(10, 31, 2, 30),
        ]
        let agents = [
            "", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148",
            "Mozilla/5.0 (Linux; Android 14)", "WhatsApp/2.24", "Googlebot/2.1",
        ]
        let languages = ["", "de", "fr;q=0.5, de-AT;q=0.9", "de;q=0, en"]
        // Vienna, Graz, Paris, Brussels, nowhere.
        let addresses: [UInt32] = [0xC633_6403, 0xC633_6483, 0xCB00_7105, 0xCB00_7185, 0x0101_0101]
        let paths: [(method: String, target: String)] = [
            ("GET", "/menu"), ("GET", "/app"), ("GET", "/tour?group=12"), ("GET", "/harvest"), ("HEAD", "/spring-sale"),
            ("GET", "/flash"), ("POST", "/flash"), ("GET", "/vip"), ("GET", "/trade"), ("GET", "/trade/" + Self.token),
            ("GET", "/trade/ffffffffffffffffffffffffffffffff"), ("GET", "/cellar"), ("GET", "/docs/a"),
            ("GET", "/nothing"),
        ]
        var random = SeededRandom(state: 27)
        var kinds: Set<String> = []
        for (round, now) in (0..<60).flatMap({ round in instants.map { (round, $0) } }) {
            let path = round < paths.count ? paths[round] : random.pick(paths)
            var request = Simulator.Request(
                method: path.method, scheme: .http, host: "go.vinea.example", target: path.target, server: server)
            request.now = now
            request.userAgent = Array(random.pick(agents).utf8)
            request.acceptLanguage = Array(random.pick(languages).utf8)
            request.address = VisitorAddress(v4: random.pick(addresses))
            if server == .caddy { request.bucket = random.below(10_000) }
            var headers = [
                "X-Forwarded-For: \(request.address.text)", "X-Wayseal-Msec: \(now).000",
                "X-Wayseal-Now: \(PolicySite.timestamp(now))", "X-Wayseal-Date: \(PolicySite.date(now))",
            ].map { Array($0.utf8) }
            if let bucket = request.bucket {
                // The middle of the bucket, in 2⁻³².
                let draw = String((UInt64(bucket) * 2 + 1) << 32 / 20_000 + 1 << 32, radix: 16).dropFirst()
                headers.append(Array("X-Wayseal-Draw: \(draw)".utf8))
            }
            if !request.userAgent.isEmpty { headers.append(Array("User-Agent: ".utf8) + request.userAgent) }
            if !request.acceptLanguage.isEmpty {
                headers.append(Array("Accept-Language: ".utf8) + request.acceptLanguage)
            }
            let expected = simulator.answer(request)
            let response = try #require(
                connection.send(path.method, request.target, host: request.host, headers: headers))
            #expect(
                response.status == expected.status && response.header("Location") == expected.locationBytes,
                """
                \(path) at \(now) from \(request.address.text): \(response.status), expected \(expected.status) \
                \(expected.location ?? "") \(expected.reason) \(trial.errors.suffix(400))
                """)
            kinds.insert("\(expected.status) \(expected.denial?.rawValue ?? "") \(expected.page?.rawValue ?? "")")
        }
        // Redirects, the password's page and refusal, the button, wrong places, what is missing.
        #expect(kinds.count >= 7, "\(kinds)")
    }
}
