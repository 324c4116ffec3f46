import Foundation
import Redirects
import Site
import Support
import Testing

let serversAreWanted = ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"

@Suite(.serialized, .enabled(if: serversAreWanted))
struct `A real server` {
    /// Headers that may stand in an answer; whatever else appears was injected.
    static let knownHeaders: Set<String> = [
        "server", "date", "content-type", "content-length", "connection", "location", "cache-control", "x-robots-tag",
        "allow", "x-request-id", "x-link", "last-modified", "etag", "accept-ranges", "strict-transport-security",
        "transfer-encoding", "vary",
    ]

    @Test(arguments: Server.allCases)
    func `answers thousands of hostile requests as the simulator says`(server: Server) throws {
        var redirects = 0
        for seed in 0..<10 {
            let port = RawHTTP.freePorts(1)[0]
            var hostile = HostileSite(random: SeededRandom(state: UInt64(seed)), port: port)
            let site = seed % 5 == 4 ? hostile.largeSite(30_000) : hostile.site(links: 20 + 40 * seed)
            redirects += try compare(server, site, port, requests: 600, &hostile, seed)
        }
        #expect(redirects > 2500, "too few of the requests met a link: \(redirects)")
    }

    private func compare(
        _ server: Server, _ raw: Site, _ port: UInt16, requests: Int, _ hostile: inout HostileSite, _ seed: Int
    ) throws -> Int {
        // What the table refuses is not built; the rest is.
        let refused = Set(
            RouteTable(site: raw).diagnostics.filter { $0.severity == .error }.map(\.summary))
        var site = raw
        site.links.removeAll { link in
            refused.contains { $0.contains("'\(link.slug)'") }
        }
        let table = RouteTable(site: site)
        try #require(!table.diagnostics.contains { $0.severity == .error })
        let trial = try TrialServer(server, table, port: port)
        defer { trial.stop() }
        if server == .nginx { #expect(!trial.messages.contains("[warn]"), "\(trial.messages)") }
        let simulator = Simulator(table, placement: .trial())
        var wrong = 0
        var redirects = 0
        for _ in 0..<requests {
            let request = hostile.request(site, server)
            let expected = simulator.answer(request)
            let response = RawHTTP.send(
                request.method, request.target, host: Array(request.host.utf8),
                headers: ["Cookie: secret=cookie", "X: header-value"], port: port)
            let words =
                "seed \(seed) \(request.method) \(String(decoding: request.target, as: UTF8.self)) at \(request.host)"
            guard let response else {
                Issue.record("no answer: \(words)")
                wrong += 1
                continue
            }
            if expected.link != nil && expected.location != nil { redirects += 1 }
            let location = response.header("Location")
            let names = Set(response.headers.map { $0.name.lowercased() })
            let isRight =
                response.status == expected.status && location == expected.locationBytes
                && names.isSubset(of: Self.knownHeaders) && Self.bodyIsRight(response, expected, request)
            if !isRight {
                wrong += 1
                let slug = expected.link.map { site.links[$0].slug } ?? "-"
                Issue.record(
                    """
                    \(words)
                    expected \(expected.status) \(expected.location ?? "-") (link \(slug), \(expected.reason))
                    received \(response.status) \(location.map { String(decoding: $0, as: UTF8.self) } ?? "-") \(names.subtracting(Self.knownHeaders)) \(String(decoding: response.body.prefix(60), as: UTF8.self))
                    """)
                if wrong > 5 { break }
            }
        }
        return redirects
    }

    private static func bodyIsRight(
        _ response: RawResponse, _ expected: Simulator.Answer, _ request: Simulator.Request
    ) -> Bool {
        guard let page = expected.page, request.method == "GET" else { return true }
        let words = page == .home ? "home of " : "missing at "
        return response.body.starts(with: words.utf8)
    }
}
