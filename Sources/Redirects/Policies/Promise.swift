public import Site
import Support

/// What a link's policy comes to on one server, in words.
public struct Promise: Sendable {
    /// One part of it.
    public struct Part: Sendable {
        /// Which.
        public var capability: Capability
        /// How well it is kept.
        public var fidelity: Fidelity
        /// What it says.
        public var words: String
    }

    /// The server.
    public var server: Server
    /// In the order of evaluation.
    public var parts: [Part] = []

    /// The promise of `policy` on `server`.
    public init(_ policy: Policy, of link: Link, in site: Site, on server: Server) {
        self.server = server
        let zone = site.timezone
        func add(_ capability: Capability, _ words: String) {
            parts.append(
                Part(
                    capability: capability, fidelity: Capabilities.fidelity(of: capability, on: server), words: words))
        }
        let otherwise = policy.gone == nil ? "a page that says why" : "`gone`"
        if let from = policy.from { add(.dates, "lives from \(Self.date(from, site)) on, exactly to the second") }
        if let until = policy.until {
            add(.dates, "ends at \(Self.date(until, site)), exactly to the second")
        }
        if !policy.hours.isEmpty { add(.hours, "is open \(Self.words(policy.hours)) (\(zone))") }
        if !policy.places.isEmpty {
            for capability in telling(Self.capabilities(policy.places, site)) {
                add(capability, "only for visitors in \(Self.names(policy.places, site))")
            }
        }
        if policy.refusesRobots { add(.robots, "refuses robots that say so in their User-Agent") }
        if let preview = policy.preview { add(.preview, "shows messengers the title '\(preview.title)'") }
        if let rate = policy.rate {
            let unit = rate.perMinute ? "minute" : "second"
            add(.rate, "at most \(Capabilities.grouped(rate.requests)) requests a \(unit) from one address")
        }
        if policy.password != nil {
            add(.password, "asks for a password; the target stays on the server until it is right")
        }
        if let limit = policy.limit { addLimit(limit, add) }
        addTargets(policy, link, site, add)
        if policy.gone != nil || policy.from != nil || policy.until != nil || !policy.hours.isEmpty
            || !policy.places.isEmpty || policy.limit != nil
        {
            add(.gone, "all others get \(otherwise)")
        }
    }

    private func addLimit(_ limit: Policy.ScanLimit, _ add: (Capability, String) -> Void) {
        let scans = limit.scans == 1 ? "one scan" : "\(Capabilities.grouped(limit.scans)) scans"
        let isSoft = limit.enforcement == .soft
        let isLarge = limit.scans > ScanTokens.mostExact
        let isExact = server == .nginx && !isSoft && !isLarge
        add(
            isSoft ? .softLimit : isLarge ? .largeLimit : .limit,
            isExact
                ? "\(scans) in all, never more, also across reloads and restarts" : "about \(scans) in all")
        if limit.confirm {
            add(.confirm, "a scan counts when a button is pressed, so previews of messengers use none up")
        }
    }

    /// Of what one sentence asks, that which is not quite exact; if all is, one of it.
    private func telling(_ kinds: [Capability]) -> [Capability] {
        let limited = kinds.filter { Capabilities.fidelity(of: $0, on: server) != .exact }
        return limited.isEmpty ? Array(kinds.prefix(1)) : limited
    }

    private func addTargets(
        _ policy: Policy, _ link: Link, _ site: Site, _ add: (Capability, String) -> Void
    ) {
        for (index, rule) in policy.rules.enumerated() {
            var kinds: [Capability] = []
            for condition in rule.conditions {
                for kind in Self.capabilities(condition, site) where !kinds.contains(kind) { kinds.append(kind) }
            }
            let words = rule.conditions.map { Self.words($0, site) }.joined(separator: " and ")
            for kind in telling(kinds) { add(kind, "rule \(index + 1): \(words) → \(rule.target)") }
        }
        if policy.variants.isEmpty { return }
        var shares = policy.variants.map { "\($0.name) \(Self.percent($0.weight))" }
        let rest = 10_000 - policy.variants.reduce(0) { $0 + $1.weight }
        if rest > 0 { shares.append("to \(Self.percent(rest))") }
        let sticky = server == .nginx ? "; who comes back gets the same" : ""
        add(.split, "shares visitors: \(shares.joined(separator: ", "))\(sticky)")
    }

    /// Why a clause decided: its part of the policy, and what that says.
    static func reason(_ clause: DecisionList.Clause, _ policy: Policy, _ site: Site) -> String {
        var detail: String?
        switch clause.outcome {
        case .deny(.early), .gone(.early): detail = policy.from.map { date($0, site) }
        case .deny(.over), .gone(.over): detail = policy.until.map { date($0, site) }
        case .deny(.closed), .gone(.closed): detail = words(policy.hours)
        case .deny(.away), .gone(.away): detail = names(policy.places, site)
        // Number 0 is the link's own target; those of the rules follow.
        case .target(let number) where policy.rules.indices.contains(number - 1):
            detail = policy.rules[number - 1].conditions.map { words($0, site) }.joined(separator: " and ")
        default: break
        }
        return clause.words + (detail.map { ": \($0)" } ?? "")
    }

    // MARK: Kinds

    /// What a condition asks of a server.
    static func capabilities(_ condition: Condition, _ site: Site) -> [Capability] {
        switch condition {
        case .time: [.dates]
        case .hours: [.hours]
        case .device, .browser: [.device]
        case .language: [.language]
        case .place(let places): capabilities(places, site)
        case .query: [.query]
        }
    }

    static func capabilities(_ places: [Int], _ site: Site) -> [Capability] {
        var found: [Capability] = []
        for place in places {
            let kind: Capability =
                switch site.places[place].definition {
                case .networks: .network
                case .area(_, _, let near): near == nil ? .country : .circle
                }
            if !found.contains(kind) { found.append(kind) }
        }
        return found
    }

    // MARK: Words

    static func names(_ places: [Int], _ site: Site) -> String {
        places.map { site.places[$0].name }.joined(separator: " or ")
    }

    static func words(_ condition: Condition, _ site: Site) -> String {
        switch condition {
        case .time(let from, let until):
            [from.map { "from " + date($0, site) }, until.map { "until " + date($0, site) }].compactMap(\.self)
                .joined(separator: " ")
        case .hours(let windows): words(windows)
        case .device(let devices): devices.map(\.rawValue).joined(separator: " or ")
        case .browser(let browsers): browsers.map(\.rawValue).joined(separator: " or ")
        case .language(let ranges): "wants " + ranges.joined(separator: " or ") + " most"
        case .place(let places): "in " + names(places, site)
        case .query(let name, let value): "asks with ?" + name + (value.map { "=" + $0 } ?? "")
        }
    }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// `Mon–Fri 11:00–15:00, Sat 18:00–23:00`: days with equal hours together, hours over midnight in one.
    static func words(_ windows: [WeekWindow]) -> String {
        // Spans of each day; one that goes on in the morning of the next belongs to the day it began on.
        var spans = [[(from: Int, to: Int)]](repeating: [], count: 7)
        for window in windows {
            let before = (window.day + 6) % 7
            let goesOn =
                window.from == 0 && window.to < 1440
                && windows.contains { $0.day == before && $0.to == 1440 && $0.from > window.to }
            if goesOn { continue }
            var end = window.to
            if end == 1440,
                let rest = windows.first(where: { $0.day == (window.day + 1) % 7 && $0.from == 0 }),
                rest.to < 1440, window.from > rest.to
            {
                end = rest.to
            }
            spans[window.day].append((window.from, end))
        }
        let texts = spans.map { list in
            list.map { $0 == (0, 1440) ? "all day" : "\(clock($0.from))–\(clock($0.to))" }.joined(separator: " and ")
        }
        if Set(texts).count == 1, let text = texts.first { return text == "all day" ? "always" : "daily " + text }
        var parts: [String] = []
        var day = 0
        while day < 7 {
            var last = day
            while last < 6, texts[last + 1] == texts[day] { last += 1 }
            if !texts[day].isEmpty {
                let name =
                    last == day
                    ? days[day] : last == day + 1 ? "\(days[day]), \(days[last])" : "\(days[day])–\(days[last])"
                parts.append("\(name) \(texts[day])")
            }
            day = last + 1
        }
        return parts.joined(separator: ", ")
    }

    private static func clock(_ minute: Int) -> String { twoDigits(minute / 60) + ":" + twoDigits(minute % 60) }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    /// `30%`, `0.25%`.
    static func percent(_ weight: Int) -> String {
        let (whole, rest) = (weight / 100, weight % 100)
        if rest == 0 { return "\(whole)%" }
        return "\(whole)." + (rest % 10 == 0 ? String(rest / 10) : twoDigits(rest)) + "%"
    }

    /// An instant in the site's zone: `2027-03-01 00:00 (Europe/Vienna)`; beyond the compiled years in UTC.
    static func date(_ instant: Int64, _ site: Site) -> String {
        let isCompiled = ZoneOffsets.start..<ZoneOffsets.end ~= instant
        let local = instant + (isCompiled ? Int64(site.zone.minutes(at: instant)) * 60 : 0)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let second = Int(local - day * 86_400)
        let date = CivilTime.date(ofDay: Int(day))
        let seconds = second % 60 == 0 ? "" : ":" + twoDigits(second % 60)
        return "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day)) \(clock(second / 60))\(seconds)"
            + " (\(isCompiled ? site.timezone : "UTC"))"
    }
}
