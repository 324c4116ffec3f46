import Foundation
import Redirects
import Site
import Support
import Testing

/// Runs random sites on a real server and compares every answer with the simulator's.
struct PolicyComparison {
    let server: Server
    private(set) var requests = 0
    private(set) var outcomes: [String: Int] = [:]

    init(server: Server) { self.server = server }

    /// Headers that may stand in an answer; whatever else appears was injected.
    private static let known = `A real server`.knownHeaders.union(["x-deny", "x-variant"])

    mutating func run(seed: UInt64, links: Int, requests count: Int) throws {
        let port = RawHTTP.freePorts(1)[0]
        var generator = PolicySite(random: SeededRandom(state: seed), server: server, port: port)
        let site = generator.site(links: links)
        let table = RouteTable(site: site)
        try #require(!table.diagnostics.contains { $0.severity == .error }, "\(table.diagnostics.first?.summary ?? "")")
        let trial = try TrialServer(server, table, port: port, testClock: true) { state in
            for i in generator.usedUp {
                let id = LinkIdentity.hex(logID: RouteTable.logID(of: site.links[i]))
                let host = site.domains[Int(site.links[i].domain)].host
                let marker = state + "/" + LinkIdentity.denyMarker(host: host, id: id)
                let folder = String(marker[..<marker.lastIndex(of: "/")!])
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data().write(to: URL(fileURLWithPath: marker))
            }
        }
        defer { trial.stop() }
        let simulator = Simulator(table, placement: .trial())
        let connection = RawConnection(port: port)
        var wrong = 0
        for _ in 0..<count {
            var request = generator.request(site)
            var expected = simulator.answer(request)
            if let link = expected.link, generator.usedUp.contains(link) {
                request.scansLeft = 0
                expected = simulator.answer(request)
            }
            let headers = generator.headers(request)
            requests += 1
            outcomes[Self.kind(expected), default: 0] += 1
            let response = connection.send(request.method, request.target, host: request.host, headers: headers)
            guard let response, Self.isRight(response, expected, request, site) else {
                wrong += 1
                Issue.record("\(Self.words(request, headers, expected, response, site, seed))")
                if wrong > 5 { return }
                continue
            }
        }
    }

    private static func kind(_ answer: Simulator.Answer) -> String {
        if let denial = answer.denial { return denial.rawValue + (answer.location == nil ? "" : " → gone") }
        if let page = answer.page { return page.rawValue }
        if answer.variant != nil { return "variant" }
        return answer.link != nil && answer.location != nil ? "target" : "other"
    }

    private static func isRight(
        _ response: RawResponse, _ expected: Simulator.Answer, _ request: Simulator.Request, _ site: Site
    ) -> Bool {
        let names = Set(response.headers.map { $0.name.lowercased() })
        guard response.status == expected.status, response.header("Location") == expected.locationBytes,
            names.isSubset(of: known)
        else { return false }
        if request.server == .caddy {
            // What the log is to tell.
            let variant = response.header("X-Variant").map { String(decoding: $0, as: UTF8.self) }
            let denial = response.header("X-Deny").map { String(decoding: $0, as: UTF8.self) }
            guard variant == expected.variant, denial == expected.denial?.rawValue else { return false }
        }
        guard let page = expected.page, request.method != "HEAD" else { return true }
        let text = String(decoding: response.body, as: UTF8.self)
        guard let link = expected.link.map({ site.links[$0] }) else {
            return text.hasPrefix(page == .home ? "home of " : "missing at ")
        }
        let id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
        return switch page {
        case .denial: text == "denial \(expected.denial?.rawValue ?? "")"
        case .password: text == "password \(id)"
        case .confirm: text == "confirm"
        case .preview: text == "preview \(id)"
        default: false
        }
    }

    private static func words(
        _ request: Simulator.Request, _ headers: [[UInt8]], _ expected: Simulator.Answer, _ response: RawResponse?,
        _ site: Site, _ seed: UInt64
    ) -> String {
        let link = expected.link.map { site.links[$0] }
        let policy = link.flatMap { site.policy(of: $0) }
        let sent = headers.map { String(decoding: $0.prefix(200), as: UTF8.self) }.joined(separator: "\n  ")
        let received =
            response.map { response in
                let headers = response.headers.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" }
                return "\(response.status) \(headers) \(String(decoding: response.body.prefix(80), as: UTF8.self))"
            } ?? "nothing"
        return """
            seed \(seed): \(request.method) \(String(decoding: request.target, as: UTF8.self)) at \(request.host), \(request.now), bucket \(request.bucket ?? -1)
              \(sent)
            link \(link?.slug ?? "-") \(link?.redirect.rawValue ?? 0)
            expected \(expected.status) \(expected.location ?? "-") \(expected.variant ?? "-") \(expected.denial?.rawValue ?? "-") \(expected.page?.rawValue ?? "-") \(expected.reason)
            received \(received)
            policy \(policy.map { "\($0)" } ?? "-")
            """
    }

    /// A comparison that met few of the cases would prove little.
    func expectVariety() {
        print("\(server.rawValue): \(requests) requests, \(outcomes.sorted { $0.key < $1.key })")
        #expect(requests >= 20_000)
        let wanted = [
            "target", "variant", "early", "over", "closed", "away", "robot", "used", "password", "confirm", "preview",
            "away → gone", "used → gone", "home", "missing",
        ]
        for kind in wanted { #expect(outcomes[kind, default: 0] >= 20, "\(kind): \(outcomes[kind, default: 0])") }
    }
}
