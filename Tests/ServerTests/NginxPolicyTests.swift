import Foundation
import Glibc
import Redirects
import Site
import Support
import Testing

@Suite(.serialized, .enabled(if: serversAreWanted))
struct `nginx with policies` {
    private static let host = "go.example.org"

    private static func site(port: UInt16) -> Site {
        var domain = Domain(host: host)
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        return Site(domains: [domain])
    }

    private static func add(_ slug: String, _ target: String, to site: inout Site, _ change: (inout Policy) -> Void) {
        var policy = Policy()
        change(&policy)
        site.policies.append(policy)
        var link = Link(slug: slug, target: target)
        link.policy = Int32(site.policies.count - 1)
        site.links.append(link)
    }

    /// Sends `count` requests over `clients` threads at once; how many got each status.
    private static func flood(
        _ port: UInt16, _ method: String, _ path: String, clients: Int, each: Int
    ) async -> [Int: Int] {
        await withTaskGroup(of: [Int: Int].self) { group in
            for _ in 0..<clients {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            var counts: [Int: Int] = [:]
                            for _ in 0..<each {
                                let response = RawHTTP.send(
                                    method, Array(path.utf8), host: Array(host.utf8), port: port)
                                counts[response?.status ?? 0, default: 0] += 1
                            }
                            continuation.resume(returning: counts)
                        }
                    }
                }
            }
            var sum: [Int: Int] = [:]
            for await counts in group { sum.merge(counts) { $0 + $1 } }
            return sum
        }
    }

    @Test func `gives exactly as many redirects as there are scans, to many clients at once, across reloads`()
        async throws
    {
        let ports = RawHTTP.freePorts(2)
        var site = Self.site(port: ports[0])
        Self.add("ticket", "https://t.example/one", to: &site) {
            $0.limit = Policy.ScanLimit(scans: 1, confirm: true)
        }
        Self.add("hundred", "https://t.example/hundred", to: &site) {
            $0.limit = Policy.ScanLimit(scans: 100, confirm: false)
        }
        Self.add("reloaded", "https://t.example/reloaded", to: &site) {
            $0.limit = Policy.ScanLimit(scans: 100, confirm: false)
        }
        let table = RouteTable(site: site)
        let server = try TrialServer(.nginx, table, port: ports[0], ports: [8080: ports[1]], workers: 2)
        defer { server.stop() }
        #expect(!server.messages.contains("[warn]"), "\(server.messages)")
        let ids = site.links.map { LinkIdentity.hex(logID: RouteTable.logID(of: $0)) }
        try server.putTokens(1, host: Self.host, id: ids[0])
        try server.putTokens(100, host: Self.host, id: ids[1])
        try server.putTokens(100, host: Self.host, id: ids[2])

        // Looking uses nothing up.
        let looked = await Self.flood(ports[0], "GET", "/ticket", clients: 4, each: 5)
        #expect(looked == [200: 20])
        #expect(server.tokens(host: Self.host, id: ids[0]) == 1)
        let pressed = await Self.flood(ports[0], "POST", "/ticket", clients: 64, each: 4)
        #expect(pressed[303] == 1, "\(pressed) \(server.errors.prefix(3000))")
        let late = await Self.flood(ports[0], "GET", "/ticket", clients: 2, each: 2)
        #expect(late == [410: 4])

        let counts = await Self.flood(ports[0], "GET", "/hundred", clients: 64, each: 16)
        #expect(counts[302] == 100, "\(counts)")
        #expect(server.tokens(host: Self.host, id: ids[1]) == 0)

        let pid = server.pid
        let reloading = Task.detached {
            for _ in 0..<4 {
                try? await Task.sleep(for: .milliseconds(30))
                kill(pid, SIGHUP)
            }
        }
        let during = await Self.flood(ports[0], "GET", "/reloaded", clients: 64, each: 16)
        await reloading.value
        let rest = await Self.flood(ports[0], "GET", "/reloaded", clients: 64, each: 4)
        let redirects = (during[302] ?? 0) + (rest[302] ?? 0)
        #expect(server.tokens(host: Self.host, id: ids[2]) == 0)
        #expect(redirects <= 100, "\(during) \(rest)")
    }

    @Test
    func
        `refuses an address that comes too often, hides what a password opens from the log, and logs variant and denial`()
        throws
    {
        let ports = RawHTTP.freePorts(1)
        var site = Self.site(port: ports[0])
        let token = String(repeating: "0123456789abcdef", count: 2)
        Self.add("often", "https://t.example/often", to: &site) { $0.rate = Policy.Rate(requests: 3, perMinute: true) }
        Self.add("secret", "https://t.example/secret-target", to: &site) {
            $0.password = Policy.PasswordGate(iterations: 1000, salt: "00", token: token)
        }
        Self.add("split", "", to: &site) {
            $0.variants = [
                Policy.Variant(
                    name: "only", target: "https://t.example/only", weight: 10_000,
                    range: SourceRange(file: 0, start: 0, length: 0))
            ]
        }
        Self.add("done", "https://t.example/done", to: &site) { $0.until = 1_700_000_000 }
        let table = RouteTable(site: site)
        let server = try TrialServer(.nginx, table, port: ports[0])
        defer { server.stop() }
        func ask(_ path: String) -> RawResponse? {
            RawHTTP.send("GET", Array(path.utf8), host: Array(Self.host.utf8), port: ports[0])
        }
        #expect((0..<5).map { _ in ask("/often")?.status } == [302, 302, 302, 429, 429])
        #expect(ask("/often")?.body.starts(with: "denial busy".utf8) == true)
        #expect(ask("/secret?a=b")?.status == 200)
        #expect(ask("/secret/\(token)?a=b")?.header("Location") == Array("https://t.example/secret-target".utf8))
        #expect(ask("/secret/\(token.dropLast())f0")?.status == 404)
        #expect(ask("/secret/\(String(token.reversed()))")?.status == 403)
        #expect(ask("/split")?.status == 302)
        #expect(ask("/done")?.status == 410)
        // The log is written at most a second late.
        var lines: [String] = []
        for _ in 0..<40 where lines.count < 13 {
            usleep(100_000)
            let log = (try? String(contentsOfFile: server.state + "/log/nginx.access.log", encoding: .utf8)) ?? ""
            lines = log.split(separator: "\n").map(String.init)
        }
        let secret = lines.filter { $0.contains("\"link\":\"/secret\"") }
        #expect(secret.count == 3, "\(lines)")
        for line in secret {
            #expect(line.contains("\"path\":\"\",\"q\":\"\""), "\(line)")
            #expect(
                !line.contains(token) && !line.contains(String(token.reversed())) && !line.contains("secret-target"))
        }
        #expect(lines.contains { $0.contains("\"link\":\"/split\",\"var\":\"only\",\"deny\":\"\"") }, "\(lines)")
        #expect(lines.contains { $0.contains("\"link\":\"/done\",\"var\":\"\",\"deny\":\"over\"") }, "\(lines)")
        #expect(lines.contains { $0.contains("\"link\":\"/often\",\"var\":\"\",\"deny\":\"busy\"") }, "\(lines)")
        #expect(lines.contains { $0.contains("\"deny\":\"password\"") }, "\(lines)")
        // What a password opens stands in the private file, and nowhere else.
        let found = try TrialServer.run(
            "/bin/grep", ["-rlE", "\(token)|secret-target", server.generation]
        ).output.split(separator: "\n").map { $0.dropFirst(server.generation.count + 1) }
        #expect(found == ["private/nginx/go.example.org.conf"])
    }

    /// Zones with half hours, three quarters, the south, half an hour of daylight saving, and Ramadan.
    private static let zones = [
        "Europe/Vienna", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Adelaide",
        "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca", "America/Santiago", "Asia/Tehran",
    ]

    @Test(arguments: zones)
    func `keeps weekly windows at every change of the clocks for ten years`(name: String) throws {
        let ports = RawHTTP.freePorts(1)
        var site = Self.site(port: ports[0])
        let zone = try #require(ZoneTable(named: name))
        site.zone = try ZoneOffsets(zone)
        site.timezone = name
        let windows = [(0, 61), (110, 151), (120, 180), (135, 165), (179, 181), (1_380, 1_440)]
        for (i, window) in windows.enumerated() {
            Self.add("w\(i)", "https://t.example/\(i)", to: &site) {
                $0.hours = (0..<7).map { WeekWindow(day: $0, from: window.0, to: window.1) }
            }
        }
        let server = try TrialServer(.nginx, RouteTable(site: site), port: ports[0], testClock: true)
        defer { server.stop() }
        let connection = RawConnection(port: ports[0])
        var instants: [Int64] = [ZoneOffsets.start, 1_900_000_000]
        for span in site.zone.spans.dropFirst() {
            for shift: Int64 in [-7200, -3600, -1801, -60, -1, 0, 1, 59, 899, 1800, 3599, 3600, 7260] {
                instants.append(span.from + shift)
            }
        }
        var wrong = 0
        for now in instants where now < ZoneOffsets.end {
            // Plain arithmetic on the zone's own table.
            let minute = (Int((now + zone.offset(at: now).offset) % 86_400) / 60)
            for (i, window) in windows.enumerated() {
                let headers = [
                    "X-Wayseal-Msec: \(now).500", "X-Wayseal-Date: \(PolicySite.date(now))",
                ].map { Array($0.utf8) }
                let response = connection.send("GET", Array("/w\(i)".utf8), host: Self.host, headers: headers)
                let isOpen = window.0 <= minute && minute < window.1
                if response?.status != (isOpen ? 302 : 403) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }
}
