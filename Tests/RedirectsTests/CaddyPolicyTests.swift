import Foundation
import Site
import Support
import Testing

@testable import Redirects

@Suite struct `Policies in Caddy's configuration` {
    /// Every key once, on a handful of links.
    private static func site() -> Site {
        var domain = Domain(host: "go.example.org")
        domain.servers = [.caddy]
        domain.tls = .off
        var site = Site(domains: [domain])
        site.zone = ZoneOffsets(spans: [
            .init(from: ZoneOffsets.start, minutes: 60), .init(from: 1_774_746_000, minutes: 120),
        ])
        var ranges = AddressRanges()
        ranges.v4 = [0x0A00_0000...0x0A00_0003, 0xC000_0205...0xC000_0208]
        ranges.v6 = [(0x2001_0DB8 << 96)...(0x2001_0DB8 << 96 | (1 << 80) - 1)]
        site.places = [Place(name: "cellar", definition: .networks([]), addresses: ranges)]
        site.proxies.networks = ["127.0.0.1/32"]
        func add(_ slug: String, _ policy: Policy?, options: Link.Options = []) {
            var link = Link(slug: slug, target: "https://t.example/\(slug)?a=1#f", options: options)
            if slug.hasSuffix("/*") { link.target = "https://t.example/w" }
            if let policy {
                link.policy = Int32(site.policies.count)
                site.policies.append(policy)
            }
            site.links.append(link)
        }
        let here = SourceRange(file: 0, start: 0, length: 0)
        func rule(_ conditions: [Condition], _ target: String) -> Policy.Rule {
            Policy.Rule(conditions: conditions, target: target, range: here)
        }
        add("plain", nil)
        var sale = Policy()
        (sale.from, sale.until, sale.gone) = (1_803_859_200, 1_806_537_600, "https://shop.example/{x}")
        add("sale", sale, options: .passQuery)
        var menu = Policy()
        menu.rules = [
            rule(
                [.hours([WeekWindow(day: 0, from: 660, to: 900), WeekWindow(day: 6, from: 0, to: 1440)])],
                "https://t.example/lunch"),
            rule([.device([.ios, .android]), .browser([.safari])], "https://t.example/app"),
            rule([.language(["de", "pt-br"]), .place([0])], "https://t.example/de"),
            rule(
                [.query(name: "src", value: "qr"), .query(name: "x{y", value: nil), .time(from: nil, until: 5)],
                "https://t.example/q"),
        ]
        add("menu/*", menu, options: .forwardSuffix)
        var harvest = Policy()
        harvest.variants = [
            Policy.Variant(name: "story", target: "https://t.example/a", weight: 3_000, range: here),
            Policy.Variant(name: "offer", target: "https://t.example/b", weight: 1, range: here),
        ]
        harvest.refusesRobots = true
        harvest.preview = Policy.Preview(title: "Harvest")
        add("harvest", harvest)
        var vip = Policy()
        vip.password = Policy.PasswordGate(
            iterations: 600_000, salt: "00ff", token: "0123456789abcdef0123456789abcdef")
        vip.limit = Policy.ScanLimit(scans: 5, enforcement: .soft, confirm: true)
        vip.places = [0]
        vip.hours = [WeekWindow(day: 4, from: 600, to: 720)]
        add("vip", vip)
        return site
    }

    private static func emission(_ change: (inout Site, inout Deployment) -> Void = { _, _ in }) -> Emission {
        var site = site()
        var deployment = Deployment()
        change(&site, &deployment)
        return CaddyEmitter(deployment: deployment).emit(RouteTable(site: site))
    }

    private static func text(_ emission: Emission) -> String {
        emission.files.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
    }

    @Test func `are what the golden file says`() throws {
        let file = `Emitted configuration`.folder.appending(path: "caddy-policies.txt")
        let emission = Self.emission()
        // A trial differs in paths and ports alone.
        let output = emission.files.prefix(1).map {
            "==> \($0.path) \(String($0.mode, radix: 8))\n\(String(decoding: $0.bytes, as: UTF8.self))"
        }.joined()
        if ProcessInfo.processInfo.environment["WAYSEAL_RENEW"] == "1" { try Data(output.utf8).write(to: file) }
        #expect(try output == String(contentsOf: file, encoding: .utf8))
    }

    @Test func `have no trace of the tests' clock unless it is asked for`() {
        #expect(!Self.text(Self.emission()).lowercased().contains("x-wayseal"))
        #expect(Self.text(Self.emission { $1.testClock = true }).contains("X-Wayseal-Msec"))
    }

    @Test func `lie in a private file, which holds what opens a link, only if a link has a password`() {
        let secret = Self.emission()
        #expect(secret.files.map(\.path) == ["private/caddy.json", "private/trial.json"])
        #expect(secret.files.allSatisfy { $0.mode == 0o640 })
        let open = Self.emission { site, _ in
            site.links.removeLast()
            site.policies.removeLast()
        }
        #expect(open.files.map(\.path) == ["caddy/caddy.json", "caddy/trial.json"])
        #expect(open.files.allSatisfy { $0.mode == 0o644 })
    }

    @Test func `keep what a password guards out of the rows before it`() throws {
        let rows = Self.text(Self.emission()).split(separator: "\n").filter { $0.contains("\"input\": \"/vip\"") }
        // Before and behind the password, in production and in the trial.
        #expect(rows.count == 4)
        #expect(rows.filter { $0.contains("https://t.example/vip") }.count == 2)
        #expect(rows.filter { $0.contains("0123456789abcdef0123456789abcdef") }.count == 2)
    }

    @Test(arguments: [
        ([0x61], 512), ([0xC3, 0xA9], 1_024), ([0xE2, 0x82, 0xAC], 1_536), ([0xF0, 0x9F, 0x98, 0x80], 2_048),
        // What begins no character counts byte by byte.
        ([0xE2, 0x82], 512), ([0xFF], 512), ([0xED, 0xA0, 0x80], 512), ([0xC0, 0x80], 512),
        ([0xF5, 0x80, 0x80, 0x80], 512),
    ])
    func `look at 512 characters of a User-Agent, as Go counts them`(pattern: [UInt8], bytes: Int) {
        let agent = (0..<600).flatMap { _ in pattern }
        #expect(AgentPatterns.beginning(of: agent, .caddy).count == bytes)
        #expect(AgentPatterns.beginning(of: agent, .nginx).count == 512)
    }

    @Test func `leave a site without policies as it was`() {
        let text = Self.text(
            Self.emission { site, _ in
                for i in site.links.indices { site.links[i].policy = -1 }
            })
        #expect(!text.contains("expression") && !text.contains("gate") && !text.contains("ranges"))
    }

    @Test func `cover a range with the fewest networks, and nothing beside it`() {
        for i in UInt32(0)..<200 {
            let a = i &* 2_654_435_761 >> 1
            let b = a + (i &* 40_503) % 100_000
            var ranges = AddressRanges()
            ranges.v4 = [a...b]
            var next = UInt64(a)
            let networks = Network.of(ranges).map(\.text)
            for network in networks {
                let parts = network.split(separator: "/")
                let start = parts[0].split(separator: ".").reduce(UInt64(0)) { $0 << 8 | UInt64($1)! }
                #expect(start == next)
                next += 1 << (32 - UInt64(parts[1])!)
            }
            #expect(next == UInt64(b) + 1 && networks.count <= 62)
        }
        var all = AddressRanges()
        all.v4 = [0...UInt32.max]
        all.v6 = [0...UInt128.max, 1...1]
        #expect(Network.of(all).map(\.text) == ["0.0.0.0/0", "::/0", "::1/128"])
    }
}
