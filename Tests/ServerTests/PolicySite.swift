import Redirects
import Site
import Support

/// Random sites with policies over all keys, and requests that come near their edges: the common part of the
/// differential tests of both servers.
struct PolicySite {
    var random: SeededRandom
    let server: Server
    let port: UInt16
    /// Links that have no scan left: indices into ``Site/links``. The test takes their tokens, or sets their markers.
    private(set) var usedUp: Set<Int> = []
    /// Requests that carry addresses as a trusted proxy would write them.
    private(set) var hasProxy = true

    init(random: SeededRandom, server: Server, port: UInt16) {
        self.random = random
        self.server = server
        self.port = port
    }

    // MARK: the site

    /// `count` links on three hosts, three quarters of them with a policy.
    mutating func site(links count: Int) -> Site {
        var site = Site(domains: domains())
        site.zone = zone()
        site.places = (0..<5).map { place($0) }
        hasProxy = random.chance(80)
        if hasProxy { site.proxies.networks = ["127.0.0.1/32", "10.9.0.0/16"] }
        site.policies = (0..<(count / 2)).map { _ in policy(places: site.places.count) }
        usedUp = []
        for i in 0..<count {
            var link = link(i)
            if random.chance(75) { link.policy = Int32(random.below(site.policies.count)) }
            if link.policy >= 0, link.isWildcard, site.policies[Int(link.policy)].password != nil { link.policy = -1 }
            if link.policy >= 0, site.policies[Int(link.policy)].limit != nil, random.chance(40) { usedUp.insert(i) }
            if let policy = site.policy(of: link), policy.variants.reduce(0, { $0 + $1.weight }) == 10_000 {
                link.target = ""
            }
            site.links.append(link)
        }
        return site
    }

    private mutating func domains() -> [Domain] {
        ["go.example.org", "q.example", "xn--bcher-kva.example"].map { host in
            var domain = Domain(host: host)
            domain.tls = .off
            domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
            domain.noindex = random.chance(70)
            if random.chance(30) { domain.home = .redirect("https://home.example/?a=b") }
            if random.chance(30) { domain.missing = .redirect("https://missing.example/x") }
            return domain
        }
    }

    /// Offsets like Vienna's, Lord Howe's, Kathmandu's, Marquesas', or none.
    private mutating func zone() -> ZoneOffsets {
        let (winter, summer) = random.pick([(60, 120), (660, 630), (345, 345), (-570, -570), (0, 0), (-210, -150)])
        var spans = [ZoneOffsets.Span(from: ZoneOffsets.start, minutes: winter)]
        guard winter != summer else { return ZoneOffsets(spans: spans) }
        var time = ZoneOffsets.start + 7_520_400
        while time < ZoneOffsets.end {
            spans.append(.init(from: time, minutes: spans.count % 2 == 1 ? summer : winter))
            time += (spans.count % 2 == 0 ? 217 : 147) * 86_400 + Int64(random.below(7) * 86_400)
        }
        return ZoneOffsets(spans: spans)
    }

    private mutating func place(_ i: Int) -> Place {
        var ranges = AddressRanges()
        var low: UInt32 = UInt32(random.below(50)) << 24
        // The last place is a country of many networks.
        let (count, width) = i == 4 ? (100, 1 << 20) : (1 + random.below(6), 1 << 26)
        for _ in 0..<count {
            let high = low + (random.chance(30) ? 0 : UInt32(random.below(width)))
            ranges.v4.append(low...high)
            low = high + 2 + UInt32(random.below(width))
        }
        if random.chance(60) {
            var low: UInt128 = 0x2001_0DB8 << 96 | UInt128(random.below(1 << 20)) << 76
            for _ in 0..<(1 + random.below(3)) {
                let high = low + UInt128(random.below(1 << 30)) << 50
                ranges.v6.append(low...high)
                low = high + 2 + UInt128(random.below(1 << 30)) << 50
            }
        }
        return Place(name: "place \(i)", definition: .networks([]), addresses: ranges)
    }

    private mutating func link(_ i: Int) -> Link {
        var text = ""
        for _ in 0..<(1 + random.below(3)) { text += random.pick(HostileSite.pieces) }
        var slug = HostileSite.slug(random.chance(70) ? "s\(i)" : "s\(i)/" + text)
        while slug.hasSuffix("/") { slug.removeLast() }
        var link = Link(domain: random.below(3), slug: slug, target: target())
        if random.chance(15) {
            link.slug += "/*"
            if random.chance(60) { link.options.insert(.forwardSuffix) }
        }
        if random.chance(20) { link.options.insert(.passQuery) }
        if random.chance(10) { link.options.insert(.noindex) }
        if random.chance(25) { link.redirect = random.pick(Link.Redirect.allCases) }
        if random.chance(10) { link.privacy = random.pick([.none, .full]) }
        return link
    }

    /// A normalised one: RFC 3986 characters only.
    private mutating func target() -> String {
        var target = random.pick(["https://t.example/", "https://t.example", "http://x.example:81/p/"])
        if random.chance(60) {
            if target.hasSuffix("e") { target += "/" }
            target += HostileSite.slug(random.pick(HostileSite.pieces) + random.pick(HostileSite.pieces))
        }
        target += String(random.below(100_000))
        if random.chance(30) {
            target += random.pick(["?", "?a=1", "?a=1&", "?x=%7Benv.SECRET%7D&y=$host", "?q='()*"])
        }
        if random.chance(20) { target += random.pick(["#", "#frag", "#$uri"]) }
        return target
    }

    // MARK: policies

    mutating func instant() -> Int64 {
        ZoneOffsets.start + Int64(random.below(Int(ZoneOffsets.end - ZoneOffsets.start)))
    }

    private mutating func windows() -> [WeekWindow] {
        var list: [WeekWindow] = []
        for _ in 0..<(1 + random.below(4)) {
            let from = random.pick([0, 1, 60, 540, 1439, random.below(1440)])
            let to = random.pick([from + 1, 1440, from + random.below(600)])
            let window = WeekWindow(day: 0, from: from, to: min(1440, to))
            for day in 0..<7 where random.chance(50) {
                list.append(WeekWindow(day: day, from: window.from, to: window.to))
            }
        }
        let result = WeekWindow.normalized(list)
        return result.isEmpty ? [WeekWindow(day: 2, from: 600, to: 660)] : result
    }

    private mutating func some<T: Equatable>(_ list: [T]) -> [T] {
        var result: [T] = []
        for _ in 0..<(1 + random.below(2)) {
            let next = random.pick(list)
            if !result.contains(next) { result.append(next) }
        }
        return result
    }

    static let names = ["src", "utm_source", "a%20b", "x.y", "$host", "q", "%7Benv.SECRET%7D", "d(e)"]
    static let values = ["1", "", "qr", "a%26b", "$uri", "x=y", "%22%27"]

    private mutating func condition(places: Int) -> Condition {
        switch random.below(8) {
        case 0:
            let from = instant()
            let until = from + 1 + Int64(random.below(100_000_000))
            return random.pick([
                .time(from: from, until: nil), .time(from: nil, until: until), .time(from: from, until: until),
            ])
        case 1: return .hours(windows())
        case 2, 3: return .device(some(Device.allCases))
        case 4: return .browser(some(Browser.allCases))
        case 5: return .language(some(["de", "en", "fr", "de-at", "zh-hant", "pt-br", "zh-hant-tw", "es"]))
        case 6: return .place(some(Array(0..<places)).sorted())
        default: return .query(name: random.pick(Self.names), value: random.chance(50) ? random.pick(Self.values) : nil)
        }
    }

    private mutating func policy(places: Int) -> Policy {
        let here = SourceRange(file: 0, start: 0, length: 0)
        var policy = Policy()
        if random.chance(15) { policy.from = instant() }
        if random.chance(15) { policy.until = (policy.from ?? instant()) + 1 + Int64(random.below(200_000_000)) }
        if random.chance(15) { policy.hours = windows() }
        if random.chance(15) { policy.places = some(Array(0..<places)).sorted() }
        if random.chance(15) { policy.refusesRobots = true }
        if random.chance(15) { policy.preview = Policy.Preview(title: "A <title> & \"more\"") }
        if random.chance(40) { policy.gone = target() }
        if random.chance(15) {
            let digits = Array("0123456789abcdef")
            let token = String((0..<32).map { _ in digits[random.below(16)] })
            policy.password = Policy.PasswordGate(iterations: 1000, salt: "00ff", token: token)
        }
        if random.chance(20) {
            policy.limit = Policy.ScanLimit(
                scans: 1 + random.below(5), enforcement: server == .caddy ? random.pick([.soft, nil]) : .exact,
                confirm: random.chance(50))
        }
        if random.chance(50) {
            for _ in 0..<(1 + random.below(4)) {
                let conditions = (0..<(1 + random.below(3))).map { _ in condition(places: places) }
                policy.rules.append(Policy.Rule(conditions: conditions, target: target(), range: here))
            }
        }
        if random.chance(30) {
            var left = 10_000
            for name in ["a", "b-2", "story_c", "d"].prefix(1 + random.below(4)) {
                let weight = min(left, random.pick([1, 100, 2_500, 3_333, 1 + random.below(5_000), left]))
                if weight == 0 { break }
                left -= weight
                policy.variants.append(Policy.Variant(name: name, target: target(), weight: weight, range: here))
            }
        }
        return policy
    }
}
