import Redirects
import Site

// Requests that come near the edges of a site's policies.
extension PolicySite {
    static let agents: [String] = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/110.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 Edg/124.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 OPR/110.0",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
        "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1) AppleWebKit/537.36 Chrome/52.0 Mobile Safari/537.36 Edge/15.15063",
        "WhatsApp/2.23.20.0 A", "facebookexternalhit/1.1", "Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.5.0",
        "TelegramBot (like TwitterBot)", "python-requests/2.31", "", "{env.SECRET}", "{http.request.header.X} iphone",
        "'|| true || '", "\"; } $http_cookie", "android\\x1fios", "SAFARI/\u{17f}afari/ \u{212a}", "lin\u{fc}x linux",
    ]

    private mutating func agent() -> [UInt8] {
        var agent = Array(random.pick(Self.agents).utf8)
        switch random.below(12) {
        case 0:
            agent = Array(repeating: UInt8(ascii: "x"), count: 505 + random.below(10) - min(agent.count, 500)) + agent
        case 1: agent = Array(repeating: UInt8(ascii: "y"), count: 490 + random.below(30)) + agent
        case 2: agent = Array(String(repeating: "\u{e9}", count: 250 + random.below(20)).utf8) + agent
        case 3: agent += Array(repeating: UInt8(ascii: "z"), count: 5_000)
        case 4: agent = agent.map { $0 &- 0x61 < 26 && random.chance(50) ? $0 - 32 : $0 }
        case 5: agent = [0xFF, 0xC3, 0xE2, 0x82] + agent + [0xFE]
        default: break
        }
        return Self.trimmed(agent)
    }

    private mutating func languages() -> [UInt8] {
        let header = random.pick([
            "", "de", "DE-at", "de-AT,de;q=0.9,en;q=0.8", "en-US,en;q=0.5", "fr;q=0.1, de;q=0.9", "zh-Hant-TW-x, fr",
            "*, de", "de;q=0, en", "de;q=1.000", "de;q=1.001", "de;q=0.1234,en", "de; q = 1", "deutschland,fr",
            "de-,en",
            " fr , de", ",de", "en ;q=0.5", "pt-BR;q=0.3,es;q=0.3", "de,en,fr;q=x", "{env.SECRET},de", "'de",
            "de\u{e9},fr",
            "zh-hant", "es-419", "de--at", "e1,de", "en;Q=0.7,de;q=0.6",
        ])
        switch random.below(12) {
        case 0: return Self.trimmed(Array((header + String(repeating: ",xx", count: 3_000)).utf8))
        case 1: return Self.trimmed(Array((String(repeating: " ", count: 180 + random.below(30)) + header).utf8))
        case 2: return Self.trimmed(Array((String(repeating: "x-y;", count: 50) + header).utf8))
        case 3:
            return Self.trimmed(Array(("de-" + String(repeating: "a1b2c-", count: 30 + random.below(8)) + header).utf8))
        default: return Self.trimmed(Array(header.utf8))
        }
    }

    /// Servers take spaces at both ends of a header away.
    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        var part = bytes[...]
        while part.first == 0x20 { part.removeFirst() }
        while part.last == 0x20 { part.removeLast() }
        return Array(part)
    }

    private mutating func address(_ site: Site) -> VisitorAddress {
        guard hasProxy else { return VisitorAddress(v4: 0x7F00_0001) }
        let ranges = random.pick(site.places).addresses
        if let range = ranges.v6.first, random.chance(30) {
            return VisitorAddress(
                v6: random.pick([
                    range.lowerBound, range.upperBound, range.lowerBound - 1, range.upperBound + 1, 1,
                    range.lowerBound + 5,
                ]))
        }
        guard let range = ranges.v4.isEmpty ? nil : random.pick(ranges.v4) else {
            return VisitorAddress(v4: 0x0808_0808)
        }
        let near = [
            range.lowerBound, range.upperBound, range.lowerBound &- 1, range.upperBound &+ 1,
            range.lowerBound / 2 + range.upperBound / 2,
        ]
        let number = random.pick(near)
        // An address of the proxies would be passed over.
        return VisitorAddress(v4: number >> 16 == 0x0A09 || number == 0x7F00_0001 ? 0x0808_0808 : number)
    }

    /// A time near something that the link's policy asks for.
    private mutating func time(_ policy: Policy?, _ zone: ZoneOffsets) -> Int64 {
        var instants = zone.spans.map(\.from)
        var windows: [WeekWindow] = []
        if let policy {
            let own = [policy.from, policy.until].compactMap { $0 }
            instants += own + own + own
            windows += policy.hours
            for condition in policy.rules.flatMap(\.conditions) {
                if case .time(let from, let until) = condition { instants += [from, until].compactMap { $0 } }
                if case .hours(let list) = condition { windows += list }
            }
        }
        switch random.below(windows.isEmpty ? 3 : 5) {
        case 0: return instant()
        case 1, 2: return max(ZoneOffsets.start, random.pick(instants) + random.pick([-3600, -1, 0, 1, 3599, 3600]))
        default:
            let base = instant() / 60 * 60
            let window = random.pick(windows)
            let local = zone.local(at: base)
            let wanted = window.day * 1440 + random.pick([window.from, window.to])
            let minutes = (wanted - local.day * 1440 - local.minute + 10_080) % 10_080
            return base + Int64(minutes) * 60 + random.pick([-60, -1, 0, 59])
        }
    }

    mutating func request(_ site: Site) -> Simulator.Request {
        let link = random.pick(site.links)
        let policy = site.policy(of: link)
        let method = random.chance(75) ? "GET" : random.pick(["HEAD", "POST", "POST", "POST", "PUT", "OPTIONS"])
        var request = Simulator.Request(
            method: method, scheme: .http, host: site.domains[Int(link.domain)].host,
            target: target(link, policy, site),
            server: server)
        request.now = time(policy, site.zone)
        request.userAgent = agent()
        request.acceptLanguage = languages()
        request.address = address(site)
        if server == .caddy {
            var edges = [0, 9_999, random.below(10_000)]
            var below = 0
            for variant in policy?.variants ?? [] {
                below += variant.weight
                edges += [below - 1, min(below, 9_999)]
            }
            request.bucket = random.pick(edges)
        }
        return request
    }

    /// The same with the scans that `link`, which answers, has left.
    func scans(_ request: Simulator.Request, link: Int?) -> Simulator.Request {
        var request = request
        if let link, usedUp.contains(link) { request.scansLeft = 0 }
        return request
    }

    private mutating func target(_ link: Link, _ policy: Policy?, _ site: Site) -> [UInt8] {
        var path = Array("/".utf8) + Array(link.slug.utf8)
        if link.isWildcard {
            path.removeLast()
            path += Array(random.pick(["", "a", "a/b", "A%20b/", "x/../y", "%7Benv.SECRET%7D", "$host", "a;b=c"]).utf8)
        }
        if random.chance(10) { path = path.map { $0 &- 0x61 < 26 && random.chance(50) ? $0 - 32 : $0 } }
        if let gate = policy?.password, random.chance(70) {
            var token = Array(gate.token.utf8)
            switch random.below(8) {
            case 0: token[random.below(32)] = UInt8(ascii: "0")
            case 1: token = token.map { $0 &- 0x61 < 26 ? $0 - 32 : $0 }
            case 2: token = Array(gate.token.dropLast().utf8)
            case 3: token += [UInt8(ascii: "0")]
            case 4: token = Array("%3\(random.below(10))".utf8) + token.dropFirst()
            default: break
            }
            path += Array(random.pick(["/", "/", "/", "//", "%2f"]).utf8) + token
        } else if random.chance(3) {
            // A capability for a link that has no password.
            path += Array(("/" + String(repeating: "0123456789abcdef", count: 2)).utf8)
        } else if random.chance(2) {
            path = Array(
                random.pick(["/", "/nothing-here", "/_wayseal/over.html", "/_wayseal/confirm.html", "//"]).utf8)
        }
        if random.chance(40) { path += Array("?".utf8) + query(policy) }
        return path.filter { $0 > 0x20 && $0 != 0x7F }
    }

    private mutating func query(_ policy: Policy?) -> [UInt8] {
        var parts: [String] = []
        for condition in policy?.rules.flatMap(\.conditions) ?? [] {
            guard case .query(let name, let value) = condition, random.chance(70) else { continue }
            let wanted = value ?? random.pick(["", "x"])
            parts.append(
                random.pick([
                    name, "\(name)=\(wanted)", "\(name)=\(wanted)", "\(name)=\(wanted)x", "x\(name)=\(wanted)",
                    "\(name)==\(wanted)",
                ]))
        }
        for _ in 0..<random.below(3) {
            parts.append(
                random.pick([
                    "", "src=1", "q", "a=1#src=1", "{env.SECRET}", "'", "\"", "\\", "x=é", "%1f", "|ios|", "src%3D1",
                ]))
        }
        for i in stride(from: parts.count - 1, to: 0, by: -1) { parts.swapAt(i, random.below(i + 1)) }
        return Array(parts.joined(separator: "&").utf8)
    }

    /// The headers that carry what `request` says, for a server with a test clock behind a proxy. `random` adds some
    /// that lie.
    mutating func headers(_ request: Simulator.Request) -> [[UInt8]] {
        var list: [[UInt8]] = ["Cookie: secret=cookie", "X: header-value"].map { Array($0.utf8) }
        if !request.userAgent.isEmpty { list.append(Array("User-Agent: ".utf8) + request.userAgent) }
        if !request.acceptLanguage.isEmpty { list.append(Array("Accept-Language: ".utf8) + request.acceptLanguage) }
        if hasProxy {
            let forged = random.pick(["", "", "", "1.2.3.4, ", "::1,", "{env.SECRET}, ", "\"x\" , 5.6.7.8 ,"])
            let nearer = random.pick(["", "", "", ", 10.9.1.2", ",127.0.0.1"])
            list.append(Array("X-Forwarded-For: \(forged)\(request.address.text)\(nearer)".utf8))
        } else if random.chance(50) {
            list.append(Array("X-Forwarded-For: \(random.below(60)).\(random.below(256)).3.4".utf8))
            list.append(Array("X-Real-IP: 1.2.3.4".utf8))
        }
        list.append(Array("X-Wayseal-Now: \(Self.timestamp(request.now))".utf8))
        list.append(Array("X-Wayseal-Msec: \(request.now).\(String(1000 + random.below(1000)).dropFirst())".utf8))
        list.append(Array("X-Wayseal-Date: \(Self.date(request.now))".utf8))
        if let bucket = request.bucket {
            // The middle of the bucket, in 2⁻³².
            let draw = String((UInt64(bucket) * 2 + 1) << 32 / 20_000 + 1 << 32, radix: 16).dropFirst()
            list.append(Array("X-Wayseal-Draw: \(draw)".utf8))
        }
        return list
    }

    /// `2026-01-01T00:00:00Z`.
    static func timestamp(_ time: Int64) -> String {
        let (year, month, day) = civil(time)
        return "\(year)-\(two(month))-\(two(day))T\(clock(time))Z"
    }

    /// As nginx' `$date_gmt`: `Thursday, 01-Jan-2026 00:00:00 GMT`.
    static func date(_ time: Int64) -> String {
        let (year, month, day) = civil(time)
        let names = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(names[Int(time / 86_400 % 7)]), \(two(day))-\(months[month - 1])-\(year) \(clock(time)) GMT"
    }

    private static func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    private static func clock(_ time: Int64) -> String {
        let second = Int(time % 86_400)
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    /// Year, month and day of a time after 1970 (the proleptic Gregorian calendar).
    private static func civil(_ time: Int64) -> (Int, Int, Int) {
        var days = Int(time / 86_400)
        var year = 1970
        func isLeap(_ y: Int) -> Bool { y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) }
        while days >= (isLeap(year) ? 366 : 365) {
            days -= isLeap(year) ? 366 : 365
            year += 1
        }
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var month = 0
        while days >= lengths[month] {
            days -= lengths[month]
            month += 1
        }
        return (year, month + 1, days + 1)
    }
}
