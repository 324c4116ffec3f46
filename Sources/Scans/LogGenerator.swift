// swift-format-ignore-file: LineLength
public import AccessLogs

/// Logs as a redirector's servers write them, from a seed: for tests, benchmarks and the demo. Same seed, same bytes.
///
/// Traffic is made up, but of the right shape: few links are scanned much (Zipf), people have one or two devices,
/// nights are quiet, crawlers, previews, monitors and break-in tools come along, some lines are damaged.
public struct LogGenerator: Sendable {
    /// The seed.
    public var seed: UInt64
    /// Lines, the damaged ones included.
    public var lines: Int
    /// Seconds since 1970 at which the first day begins.
    public var start: Int64
    /// Days over which the lines are spread.
    public var days: Int
    /// Links.
    public var links = 20_000
    /// User-Agents.
    public var agents = 28_000
    /// Addresses, one in eight of them IPv6.
    public var addresses = 400_000
    /// The host of all links.
    public var host = "go.example"
    /// Paths to use instead of made-up ones.
    public var paths: [String] = []
    /// Links to use instead of made-up ones, those that are scanned most first; weekends are busier then, and interest
    /// grows.
    public var targets: [Target] = []
    /// The first two bytes of IPv4 addresses, `10.142`, the most frequent first; none: the whole world.
    public var networks: [String] = []
    /// Pages that people open after a scan, one after the other, fewer at each; see ``write(_:emit:goals:)``.
    public var steps: [String] = []

    /// A link that traffic goes to.
    public struct Target: Sendable {
        /// Its host.
        public var host: String
        /// Its path, with the leading slash.
        public var path: String
        /// Names and shares of its variants.
        public var variants: [(name: String, weight: Double)]
        /// Its code is printed in upper case.
        public var isDense: Bool

        /// A link.
        public init(host: String, path: String, variants: [(name: String, weight: Double)] = [], isDense: Bool = false)
        {
            self.host = host
            self.path = path
            self.variants = variants
            self.isDense = isDense
        }
    }

    /// A generator.
    public init(seed: UInt64, lines: Int, start: Int64, days: Int) {
        self.seed = seed
        self.lines = lines
        self.start = start
        self.days = max(1, days)
    }

    /// Writes the log in `format`; `emit` gets pieces of about 256 KiB.
    public func write<Failure: Error>(
        _ format: LogFormat, emit: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var visits: [Request] = []
        try run(format, &visits, emit)
    }

    /// As above, and the log of the site that the links lead to in the combined format, with its visits of ``steps``.
    public func write<Failure: Error>(
        _ format: LogFormat, emit: ([UInt8]) throws(Failure) -> Void, goals: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var visits: [Request] = []
        try run(format, &visits, emit)
        visits.sort { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
        var out: [UInt8] = []
        for visit in visits {
            LogWriter.append(visit, host: visit.host, format: .combined, to: &out)
            out.append(0x0A)
        }
        try goals(out)
    }

    private func run<Failure: Error>(
        _ format: LogFormat, _ visits: inout [Request], _ emit: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var random = Random(state: seed)
        let pool = AgentPool(seed: seed, count: agents)
        let clock = Clock(start: start, days: days, lines: lines)
        var out: [UInt8] = []
        out.reserveCapacity(300_000)
        switch format {
        case .w3c:
            out += Array(
                "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-bytes\n"
                    .utf8)
        case .cloudFront:
            out += Array(
                "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header\n"
                    .utf8)
        default: break
        }
        var request = Request()
        var burst = 0
        var later = Random(state: seed ^ 0x5EED_60A1)
        for line in 0..<lines {
            let time = clock.time(of: line)
            if !targets.isEmpty, isQuiet(time, &later) { continue }
            if burst > 0 {
                // A tool that goes through the links, as fast as it can.
                burst -= 1
                place(Int(random.below(UInt64(links))), &request)
            } else if random.below(100) >= 3 || request.status == 0 {
                next(&request, &random, pool)
                if random.below(20_000) == 0 { burst = 40 }
            }
            request.time = time
            request.id = random.next()
            if random.below(17_000) == 0 {
                damaged(&out, request, random.below(4), format)
            } else {
                LogWriter.append(request, host: request.host, format: format, to: &out)
                if !steps.isEmpty { visit(request, &later, &visits) }
            }
            out.append(0x0A)
            if out.count > 262_144 {
                try emit(out)
                out.removeAll(keepingCapacity: true)
            }
        }
        if !out.isEmpty { try emit(out) }
    }

    /// The path of a link, `/7k2q9`.
    public func path(_ link: Int) -> String {
        if !targets.isEmpty { return targets[link % targets.count].path }
        if !paths.isEmpty { return paths[link % paths.count] }
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        // A walk through all five-letter words that meets none twice.
        var value = (UInt64(link) &* 21_413_377 &+ 7_654_321) & 0x1FF_FFFF
        var text: [UInt8] = [0x2F]
        for _ in 0..<5 {
            text.append(alphabet[Int(value & 31)])
            value >>= 5
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func place(_ link: Int, _ request: inout Request) {
        request.path = path(link)
        request.host = targets.isEmpty ? host : targets[link % targets.count].host
    }

    /// Whether a line is left out, so that weeks have their shape.
    private func isQuiet(_ time: Int64, _ random: inout Random) -> Bool {
        let day = Int(time / 86400)
        let isBusy = [4, 5, 6].contains(CivilDay(number: day).weekday)
        let age = UInt64(clamping: (time - start) * 30 / Int64(days * 86400))
        return random.below(100) >= 40 + age + (isBusy ? 30 : 0)
    }

    /// Lets a person look at pages after a scan; the second variant does better.
    private func visit(_ request: Request, _ random: inout Random, _ visits: inout [Request]) {
        guard request.method == "GET", request.status == 302 else { return }
        var visit = request
        visit.host = "shop.example"
        visit.query = ""
        visit.status = 200
        let isBetter = targets.first { $0.path == request.path }?.variants.last?.name == request.variant
        for (index, step) in steps.enumerated() {
            guard random.below(100) < (index == 0 ? 45 : 30) + (isBetter && !request.variant.isEmpty ? 18 : 0) else {
                return
            }
            visit.path = step
            visit.time += 15 + Int64(random.below(240))
            visit.id = random.next()
            visits.append(visit)
        }
    }

    private func next(_ request: inout Request, _ random: inout Random, _ pool: AgentPool) {
        // Zipf with exponent 1: the logarithm of the rank is even.
        let rank = min(links, Int(random.power(Double(links + 1))))
        place(max(0, rank - 1), &request)
        let person = random.below(UInt64(addresses)) &* random.below(1024) / 1024
        let isV6 = person % 8 == 0
        request.address = isV6 && networks.isEmpty ? Self.ipv6(person) : address(person)
        request.agent = pool.agent(person: person &+ (random.below(20) == 0 ? random.below(5) : 0))
        request.method = "GET"
        request.status = 302
        request.query = random.below(5) == 0 ? "s=q" : random.below(12) == 0 ? "utm_source=flyer&x=%3D" : ""
        request.referrer = random.below(10) < 7 ? "" : Self.referrers[Int(random.below(UInt64(Self.referrers.count)))]
        request.language = Self.languages[Int(person % UInt64(Self.languages.count))]
        request.isPrefetch = random.below(80) == 0
        request.optsOut = person % 25 == 0
        request.variant = variant(of: request.path, person)
        switch random.below(1000) {
        case 0..<20:
            request.path = Self.noise[Int(random.below(UInt64(Self.noise.count)))]
            request.status = 404
            request.query = ""
        case 20..<35: request.method = "HEAD"
        case 35..<38: request.method = "POST"; request.status = 405
        case 38..<58: request.status = [404, 410, 403, 503, 200][Int(random.below(5))]
        case 58..<180:
            request.path = String(decoding: request.path.utf8.map { $0 &- 0x61 < 26 ? $0 - 32 : $0 }, as: UTF8.self)
        case 180..<182: request.path += "%41"
        default: break
        }
    }

    private func damaged(_ out: inout [UInt8], _ request: Request, _ kind: UInt64, _ format: LogFormat) {
        switch kind {
        case 0: out += Array("garbage without a meaning".utf8)
        case 1:
            // Cut off in the middle.
            var line: [UInt8] = []
            LogWriter.append(request, host: request.host, format: format, to: &line)
            out += line.prefix(line.count * 2 / 5)
        case 2:
            out += [0, 0xFF, 0xFE]
        default:
            // A greeting of TLS: a whole line, but no request.
            var greeting = request
            greeting.method = "\\x16\\x03\\x01"
            greeting.path = "-"
            greeting.status = 400
            if format == .combined {
                LogWriter.append(greeting, host: request.host, format: format, to: &out)
            } else {
                out += Array("?".utf8)
            }
        }
    }

    private func variant(of path: String, _ person: UInt64) -> String {
        if targets.isEmpty { return path.utf8.last == 0x37 ? (person % 2 == 0 ? "a" : "b") : "" }
        guard let variants = targets.first(where: { $0.path == path })?.variants, !variants.isEmpty else { return "" }
        var random = Random(state: person &* 0x51_7CC1)
        var share = Double(random.below(10_000)) / 10_000 * variants.reduce(0) { $0 + $1.weight }
        for variant in variants {
            share -= variant.weight
            if share < 0 { return variant.name }
        }
        return variants[variants.count - 1].name
    }

    private func address(_ person: UInt64) -> String {
        if networks.isEmpty { return Self.ipv4(person) }
        var random = Random(state: person &* 0x9E37_79B9)
        let network = networks[min(networks.count - 1, Int(random.power(Double(networks.count + 1))) - 1)]
        return "\(network).\(random.below(120)).\(random.below(256))"
    }

    private static func ipv4(_ person: UInt64) -> String {
        let x = person &* 2_654_435_761 & 0xFFFF_FFFF
        return "\(11 + (x >> 24) % 200).\(x >> 16 & 255).\(x >> 8 & 255).\(person & 255)"
    }

    private static func ipv6(_ person: UInt64) -> String {
        let x = person &* 0x9E37_79B9_7F4A_7C15
        return "2001:db8:"
            + [x >> 48, x >> 32 & 0xFFFF, person & 0xFFFF].map { String($0, radix: 16) }.joined(separator: ":")
            + "::" + String(person >> 16 & 0xFFFF | 1, radix: 16)
    }

    private static let referrers = (0..<40).map { i in
        [
            "https://www.google.com/", "https://t.co/", "https://l.instagram.com/",
            "android-app://com.google.android.gm/",
        ]
        .dropFirst(i % 5).first ?? "https://news\(i).example/page/\(i)?q=\(i)"
    }
    private static let languages = [
        "de-DE,de;q=0.9,en;q=0.8", "en-US,en;q=0.9", "fr-FR,fr;q=0.8", "ru-RU,ru;q=0.9", "de-AT", "it", "es-ES", "",
    ]
    private static let noise = [
        "/wp-login.php", "/.env", "/.git/config", "/favicon.ico", "/robots.txt", "/xmlrpc.php", "/", "/admin", "/a b",
        "/index.php", "/apple-touch-icon.png", "/ads.txt",
    ]
}

/// One made-up request.
struct Request {
    var time: Int64 = 0
    var id: UInt64 = 0
    var address = ""
    var host = ""
    var method = ""
    var path = ""
    var query = ""
    var status = 0
    var referrer = ""
    var agent = ""
    var language = ""
    var variant = ""
    var isPrefetch = false
    var optsOut = false
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: UInt64) -> UInt64 { bound == 0 ? 0 : next().multipliedFullWidth(by: bound).high }

    /// `limit` to the power of an even number in 0..<1, without libm: by halving the exponent bit by bit.
    mutating func power(_ limit: Double) -> Double {
        var bits = next() >> 32
        var factor = limit
        var result = 1.0
        for _ in 0..<24 {
            factor = factor.squareRoot()
            if bits & 1 == 1 { result *= factor }
            bits >>= 1
        }
        return result
    }
}

/// Days with nights.
private struct Clock {
    private let start: Int64
    private let days: Int
    private let lines: Int
    /// Seconds of the day at which 1/96 of its lines are through.
    private let marks: [Int64]

    init(start: Int64, days: Int, lines: Int) {
        self.start = start
        self.days = days
        self.lines = lines
        let weights: [Int64] = [2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 10, 10, 11, 12, 12, 10, 8, 6, 4]
        let sum = weights.reduce(0, +)
        var marks: [Int64] = []
        for part in 0..<97 {
            var target = sum * Int64(part) * 3600 / 96
            var second: Int64 = 0
            for weight in weights {
                if target <= weight * 3600 {
                    second += target / weight
                    break
                }
                target -= weight * 3600
                second += 3600
            }
            marks.append(min(86400, second))
        }
        self.marks = marks
    }

    func time(of line: Int) -> Int64 {
        let position = line * days * 96 * 1024 / max(1, lines)
        let day = position / (96 * 1024)
        let part = position / 1024 % 96
        let rest = Int64(position % 1024)
        let second = marks[part] + (marks[part + 1] - marks[part]) * rest / 1024
        return start + Int64(day) * 86400 + min(86399, second)
    }
}
