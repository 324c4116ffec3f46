import Foundation
import Glibc
import Redirects
import Site
import Support
import Testing

@Suite(.serialized, .enabled(if: serversAreWanted))
struct `Policies on a real Caddy` {
    @Test func `answer thousands of random requests as the simulator says`() throws {
        var comparison = PolicyComparison(server: .caddy)
        for seed in 0..<8 {
            try comparison.run(seed: UInt64(seed), links: seed % 4 == 3 ? 1_500 : 150, requests: 2_600)
        }
        comparison.expectVariety()
    }

    /// A site with one gated link, `/gated`, and a plain one.
    private func site(_ port: UInt16, _ change: (inout Policy) -> Void) -> Site {
        var domain = Domain(host: "go.example.org")
        domain.servers = [.caddy]
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        var site = Site(domains: [domain])
        var policy = Policy()
        change(&policy)
        site.policies = [policy]
        var gated = Link(slug: "gated", target: "https://target.example/")
        gated.policy = 0
        site.links = [gated, Link(slug: "plain", target: "https://plain.example/")]
        return site
    }

    private func get(
        _ target: String, _ port: UInt16, host: String = "go.example.org", method: String = "GET",
        headers: [String] = []
    ) -> RawResponse? {
        RawHTTP.send(method, Array(target.utf8), host: Array(host.utf8), headers: headers, port: port)
    }

    @Test func `with a password leave nothing in the log that opens the link or tells where it leads`() throws {
        let port = RawHTTP.freePorts(1)[0]
        let token = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
        let site = site(port) { policy in
            policy.password = Policy.PasswordGate(iterations: 1, salt: "00", token: token)
            policy.limit = Policy.ScanLimit(scans: 3, enforcement: .soft, confirm: true)
        }
        let trial = try TrialServer(.caddy, RouteTable(site: site), port: port)
        defer { trial.stop() }
        let encoded = token.utf8.map { "%" + String($0, radix: 16) }.joined()
        let half = token.prefix(16) + token.dropFirst(16).utf8.map { "%" + String($0, radix: 16) }.joined()
        for path in ["/\(token)", "/\(token.uppercased())", "/\(encoded)", "//\(half)", "%2F\(token)"] {
            let target = "/gated\(path)?word=hidden"
            let referer = ["Referer: https://go.example.org/gated/\(token)"]
            for host in ["go.example.org", "GO.example.ORG", "go.example.org.", "go.example.org:80"] {
                #expect(get(target, port, host: host, headers: referer)?.status == 200, "the page with the button")
            }
            let answer = get(target, port, method: "POST", headers: referer)
            #expect(answer?.status == 303 && answer?.header("Location") == Array("https://target.example/".utf8))
        }
        #expect(get("/gated?word=hidden", port)?.status == 200)
        #expect(get("/gated/ffffffffffffffffffffffffffffffff", port)?.status == 403)
        #expect(get("/plain?word=hidden", port)?.status == 302)
        #expect(get("/gated/\(token)", port, host: "other.example")?.status == 404)
        let log = try wait(for: "\"status\":404", in: trial.state + "/log/caddy.access.log")
        let all = log + (try String(contentsOfFile: trial.directory + "/messages.txt", encoding: .utf8))
        let lower = all.lowercased()
        for secret in [token, encoded, "0a1b2c3d4e5f", "hidden", "target.example", "referer"] {
            #expect(!lower.contains(secret), "\(secret)")
        }
        #expect(log.contains("\"X-Link\":[\"/gated\"]") && log.contains("\"X-Deny\":[\"password\"]"))
        #expect(log.split(separator: "\n").count == 29)
    }

    private func wait(for text: String, in path: String) throws -> String {
        for _ in 0..<100 {
            if let log = try? String(contentsOfFile: path, encoding: .utf8), log.contains(text) { return log }
            usleep(20_000)
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func `close a used-up link while Caddy runs`() throws {
        let port = RawHTTP.freePorts(1)[0]
        let site = site(port) { policy in
            policy.limit = Policy.ScanLimit(scans: 3, enforcement: .soft, confirm: false)
        }
        let trial = try TrialServer(.caddy, RouteTable(site: site), port: port)
        defer { trial.stop() }
        #expect(get("/gated", port)?.status == 302)
        let id = LinkIdentity.hex(logID: "/gated")
        let marker = trial.state + "/" + LinkIdentity.denyMarker(host: "go.example.org", id: id)
        let folder = String(marker[..<marker.lastIndex(of: "/")!])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: marker))
        #expect(get("/gated", port)?.status == 410)
        #expect(get("/plain", port)?.status == 302)
        try FileManager.default.removeItem(atPath: marker)
        #expect(get("/gated", port)?.status == 302)
    }

    @Test func `end a link within 50 ms of the second, by the server's own clock`() throws {
        let port = RawHTTP.freePorts(1)[0]
        let end = Int64(now()) + 6
        let trial = try TrialServer(.caddy, RouteTable(site: site(port) { $0.until = end }), port: port)
        defer { trial.stop() }
        let connection = RawConnection(port: port)
        var open = 0
        var closed = 0
        while closed < 20 {
            let sent = now()
            let response = connection.send("GET", Array("/gated".utf8), host: "go.example.org", headers: [])
            let received = now()
            let status = try #require(response).status
            // An answer that was under way at the second may be either.
            if received < Double(end) {
                #expect(status == 302)
                open += 1
            } else if sent >= Double(end) + 0.05 {
                #expect(status == 410)
                closed += 1
            }
            try #require(sent < Double(end) + 5)
            usleep(2_000)
        }
        #expect(open > 20)
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `share visitors out by weight`() throws {
        let port = RawHTTP.freePorts(1)[0]
        let here = SourceRange(file: 0, start: 0, length: 0)
        let weights = [("a", 2_500), ("b", 100), ("c", 5_000)]
        let site = site(port) { policy in
            policy.variants = weights.map {
                Policy.Variant(name: $0.0, target: "https://\($0.0).example/", weight: $0.1, range: here)
            }
        }
        let trial = try TrialServer(.caddy, RouteTable(site: site), port: port)
        defer { trial.stop() }
        let connection = RawConnection(port: port)
        var counts: [String: Int] = [:]
        let draws = 6_000
        for _ in 0..<draws {
            let response = connection.send("GET", Array("/gated".utf8), host: "go.example.org", headers: [])
            counts[response?.header("X-Variant").map { String(decoding: $0, as: UTF8.self) } ?? "-", default: 0] += 1
        }
        #expect(counts.keys.sorted() == ["a", "b", "c", "to"])
        for (name, weight) in weights + [("to", 2_400)] {
            let share = Double(weight) / 10_000
            let expected = share * Double(draws)
            // Six standard deviations: chance alone would fail once in 10⁸ runs.
            let slack = 6 * (expected * (1 - share)).squareRoot()
            #expect(abs(Double(counts[name, default: 0]) - expected) < slack, "\(name): \(counts)")
        }
    }

    @Test func `give the request's own id to the target that they choose`() throws {
        let port = RawHTTP.freePorts(1)[0]
        let here = SourceRange(file: 0, start: 0, length: 0)
        var site = site(port) { policy in
            policy.rules = [
                Policy.Rule(
                    conditions: [.query(name: "a", value: nil)], target: "https://rule.example/?x={y}#f", range: here)
            ]
        }
        site.links[0].options.formUnion([.clickID, .passQuery])
        let trial = try TrialServer(.caddy, RouteTable(site: site), port: port)
        defer { trial.stop() }
        let response = get("/gated?a", port)
        let id = response?.header("X-Request-Id").map { String(decoding: $0, as: UTF8.self) } ?? "-"
        #expect(id.count == 36)
        #expect(response?.header("Location") == Array("https://rule.example/?x={y}&qid=\(id)&a#f".utf8))
    }

    @Test func `are out of reach for control characters and forged headers`() throws {
        let port = RawHTTP.freePorts(1)[0]
        var site = site(port) { $0.places = [0] }
        var ranges = AddressRanges()
        ranges.v4 = [0x0102_0304...0x0102_0304]
        site.places = [Place(name: "there", definition: .networks([]), addresses: ranges)]
        site.links[0].options.insert(.passQuery)
        let trial = try TrialServer(.caddy, RouteTable(site: site), port: port)
        defer { trial.stop() }
        for byte in UInt8(1)...0x1F where byte != 0x0A && byte != 0x0D && byte != 0x09 {
            let target = Array("/gated?a=".utf8) + [byte] + Array("t".utf8) + [byte]
            let response = RawHTTP.send("GET", target, host: Array("go.example.org".utf8), port: port)
            #expect(response?.status == 400, "\(byte)")
        }
        for forged in [
            "X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4", "Forwarded: for=1.2.3.4", "X-Wayseal-Now: 1.2.3.4",
        ] {
            #expect(get("/gated?|@0|", port, headers: [forged])?.status == 451)
        }
    }
}
