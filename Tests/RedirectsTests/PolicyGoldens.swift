import Foundation
import Redirects
import Site
import Support
import Testing

/// A site with every kind of policy, and what nginx gets for it. Renewed like the other golden files.
@Suite struct `Emitted policies` {
    private static let here = SourceRange(file: 0, start: 0, length: 0)

    private static func site() -> Site {
        var domain = Domain(host: "go.example.org")
        domain.servers = [.nginx]
        domain.tls = .off
        var site = Site(domains: [domain])
        var vienna = AddressRanges()
        vienna.v4 = [0x0A00_0000...0x0A00_00FF, 0xCB00_7100...0xCB00_71FE]
        vienna.v6 = [0x2001_0DB8 << 96...(0x2001_0DB8 << 96 + 0xFFFF)]
        var cellar = AddressRanges()
        cellar.v4 = [0x0A00_0080...0x0A00_0180]
        site.places = [
            Place(name: "AT", definition: .area(countries: ["AT"], except: [], near: nil), addresses: vienna),
            Place(name: "cellar", definition: .networks(["10.0.0.128/25"]), addresses: cellar),
        ]
        site.proxies.networks = ["192.0.2.0/24"]
        func add(_ slug: String, _ target: String, _ change: (inout Policy) -> Void) {
            var policy = Policy()
            change(&policy)
            site.policies.append(policy)
            var link = Link(slug: slug, target: target)
            link.policy = Int32(site.policies.count - 1)
            site.links.append(link)
        }
        site.links.append(Link(slug: "shop", target: "https://shop.example/"))
        add("app", "https://t.example/app") {
            $0.rules = [
                .init(conditions: [.device([.ios])], target: "https://apple.example/id1", range: here),
                .init(
                    conditions: [.language(["de", "fr-ca"]), .place([0, 1]), .query(name: "t", value: "4$|")],
                    target: "https://t.example/de", range: here),
            ]
        }
        add("docs/*", "https://t.example/docs") {
            $0.places = [1]
            $0.refusesRobots = true
            $0.preview = .init(title: "Docs")
        }
        site.links[2].options = [.forwardSuffix, .passQuery]
        site.links[2].redirect = .movedPermanently
        add("harvest", "") {
            $0.variants = [
                .init(name: "story", target: "https://t.example/a", weight: 7000, range: here),
                .init(name: "offer", target: "https://t.example/b", weight: 3000, range: here),
            ]
        }
        add("sale", "https://t.example/sale") {
            $0.from = 1_803_855_600
            $0.until = 1_806_530_400
            $0.gone = "https://t.example/over?a=$b"
            $0.limit = .init(scans: 1500, confirm: false)
        }
        add("vip", "https://t.example/vip") { $0.limit = .init(scans: 1, confirm: true) }
        add("flash", "https://t.example/flash") {
            $0.limit = .init(scans: 9, enforcement: .soft, confirm: false)
            $0.rate = .init(requests: 5, perMinute: false)
        }
        add("trade", "https://t.example/secret") {
            $0.password = .init(
                iterations: 600_000, salt: "00ff", token: String(repeating: "0123456789abcdef", count: 2))
        }
        return site
    }

    private static func text(_ site: Site) -> String {
        let table = RouteTable(site: site)
        let emission = NginxEmitter(deployment: Deployment()).emit(table)
        var output = (table.diagnostics + emission.diagnostics).map { "\($0.summary)\n" }.joined()
        for file in emission.files {
            output += "==> \(file.path) \(String(file.mode, radix: 8))\n" + String(decoding: file.bytes, as: UTF8.self)
        }
        return output
    }

    @Test func `are what the golden file says`() throws {
        let file = `Emitted configuration`.folder.appending(path: "policies-nginx.txt")
        let output = Self.text(Self.site())
        if ProcessInfo.processInfo.environment["WAYSEAL_RENEW"] == "1" { try Data(output.utf8).write(to: file) }
        #expect(output == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test func `have no trace of the tests' clock`() {
        var site = Self.site()
        site.policies[0].hours = [WeekWindow(day: 0, from: 0, to: 60)]
        let output = Self.text(site)
        #expect(output.contains("$msec") && output.contains("$date_gmt"))
        #expect(!output.lowercased().replacing("-", with: "_").contains("x_wayseal"))
    }

    @Test func `hold what a password opens in the private file only`() {
        let emission = NginxEmitter(deployment: Deployment()).emit(RouteTable(site: Self.site()))
        let files = emission.files.filter { file in
            let text = String(decoding: file.bytes, as: UTF8.self)
            return text.contains("t.example/secret") || text.contains("0123456789abcdef")
        }
        #expect(files.map(\.path) == ["private/nginx/go.example.org.conf"] && files.map(\.mode) == [0o600])
    }
}
