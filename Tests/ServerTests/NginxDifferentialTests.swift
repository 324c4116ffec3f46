import Foundation
import Redirects
import Site
import Support
import Testing

@Suite(.serialized, .enabled(if: serversAreWanted))
struct `nginx and the simulator` {
    @Test(arguments: 0..<10)
    func `agree on two thousand random policies, requests and instants`(seed: Int) throws {
        let ports = RawHTTP.freePorts(2)
        var random = PolicySite(random: SeededRandom(state: UInt64(seed)), server: .nginx, port: ports[0])
        let site = random.site(links: 10 + 30 * seed)
        let table = RouteTable(site: site)
        try #require(!table.diagnostics.contains { $0.severity == .error }, "\(table.diagnostics.map(\.summary))")
        let server = try TrialServer(.nginx, table, port: ports[0], ports: [8080: ports[1]], testClock: true)
        defer { server.stop() }
        #expect(!server.messages.contains("[warn]"), "\(server.messages)")
        let ids = site.links.map { LinkIdentity.hex(logID: RouteTable.logID(of: $0)) }
        func fill(_ i: Int) throws {
            guard site.policy(of: site.links[i])?.limit != nil, !random.usedUp.contains(i) else { return }
            try server.putTokens(3, host: site.domains[Int(site.links[i].domain)].host, id: ids[i])
        }
        for i in site.links.indices { try fill(i) }
        let simulator = Simulator(table, placement: .trial())
        let connection = RawConnection(port: ports[0])
        var wrong = 0
        var seen: [String: Int] = [:]
        for _ in 0..<2_100 {
            var request = random.request(site)
            var expected = simulator.answer(request)
            request = random.scans(request, link: expected.link)
            expected = simulator.answer(request)
            let headers = random.headers(request)
            guard
                let response = connection.send(
                    request.method, request.target, host: request.host, headers: headers)
            else {
                Issue.record("no answer to \(request)")
                wrong += 1
                continue
            }
            // nginx takes no header line that is longer than its buffer.
            if headers.contains(where: { $0.count > 8_180 }) {
                #expect(response.status == 400)
                continue
            }
            if let link = expected.link, let policy = site.policy(of: site.links[link]), policy.limit != nil {
                try fill(link)
            }
            let kind =
                expected.denial.map { "denial \($0.rawValue)" } ?? expected.page.map { "page \($0.rawValue)" }
                ?? "\(expected.status)"
            seen[kind, default: 0] += 1
            if expected.variant != nil { seen["variant", default: 0] += 1 }
            let isRight =
                response.status == expected.status && response.header("Location") == expected.locationBytes
                && Self.bodyIsRight(response, expected, request, ids)
                && Set(response.headers.map { $0.name.lowercased() }).isSubset(of: `A real server`.knownHeaders)
            if isRight { continue }
            wrong += 1
            Issue.record(
                """
                seed \(seed): \(request.method) \(String(decoding: request.target, as: UTF8.self)) at \(request.now)
                \(headers.map { String(decoding: $0.prefix(300), as: UTF8.self) }.joined(separator: "\n"))
                expected \(expected.status) \(expected.location ?? "-") \(kind) \(expected.reason)
                received \(response.status) \(response.header("Location").map { String(decoding: $0, as: UTF8.self) } ?? "-") \
                \(String(decoding: response.body.prefix(60), as: UTF8.self))
                policy \(expected.link.flatMap { site.policy(of: site.links[$0]) }.map { "\($0)" } ?? "none")
                """)
            if wrong > 3 { break }
        }
        if seed == 9 {
            for kind in ["302", "303", "301", "variant", "page password", "page confirm", "page preview"]
                + [Denial.early, .over, .used, .closed, .away, .robot, .password].map({ "denial \($0.rawValue)" })
            {
                #expect(seen[kind, default: 0] > 5, "\(kind): \(seen)")
            }
        }
    }

    private static func bodyIsRight(
        _ response: RawResponse, _ expected: Simulator.Answer, _ request: Simulator.Request, _ ids: [String]
    ) -> Bool {
        guard let page = expected.page, request.method != "HEAD" else { return true }
        let id = expected.link.map { ids[$0] } ?? ""
        let words =
            switch page {
            case .home: "home of "
            case .missing: "missing at "
            case .denial: "denial \(expected.denial?.rawValue ?? "")"
            case .password: "password \(id)"
            case .confirm: "confirm"
            case .preview: "preview \(id)"
            case .published: ""
            }
        return response.body.starts(with: words.utf8)
    }
}
