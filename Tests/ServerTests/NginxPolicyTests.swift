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
}
