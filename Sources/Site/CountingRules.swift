/// What counts as a scan, as an operator sets it: `reports: { count: { repeat: 10s, burst: off } }`. Each rule has a name
/// and a value of one word, the same in the manifest, on the command line and in the database of counts.
public struct CountingRules: Sendable, Equatable {
    /// What happens to scans of people who opt out (`Sec-GPC`, `DNT`).
    public enum OptOut: String, Sendable, CaseIterable {
        /// Counted in the totals, never as a visitor. The default.
        case anonymous
        /// Not counted at all.
        case exclude
        /// The signal is not looked at.
        case count
    }

    /// Kinds of programs that are left out unless they are named in ``agents``.
    public enum Agent: String, Sendable, CaseIterable {
        /// Search engines and other crawlers.
        case crawler
        /// Previews of messengers and social networks.
        case preview
        /// Uptime monitors.
        case monitor
        /// Programs and libraries.
        case library
        /// Browsers without a window.
        case headless
        /// Scanners for weak spots or of mails.
        case scanner
    }

    /// Seconds in which a second opening of a link by a visitor is a repeat; 0: never.
    public var repeatSeconds = 10
    /// Openings a minute above which a visitor is no person; 0: never.
    public var rate = 30
    /// Links in ten minutes above which a visitor is no person; 0: never.
    public var enumeration = 20
    /// Links in five seconds from which on a visitor is a mail scanner; 0: never.
    public var burst = 3
    /// Whether who asks for `/.env` and the like is no person.
    public var traps = true
    /// Whether what a browser loads ahead counts.
    public var prefetch = false
    /// Whether HEAD counts.
    public var head = false
    /// Programs that count as people.
    public var agents: [Agent] = []
    /// Statuses of an answer that make a scan.
    public var statuses: [Int] = [301, 302, 303, 307, 308]
    /// Opt-outs.
    public var optOut = OptOut.anonymous
    /// Whether all addresses are cut to /24 and /48 before anything is done with them.
    public var cutsAddresses = false
    /// Hours after its end in which a day takes late lines; then its visitors are forgotten.
    public var openHours = 48
    /// Minutes after a scan in which a goal counts for it.
    public var goalMinutes = 30
    /// Minutes without a page that end a visitor's way through a funnel.
    public var sessionMinutes = 30
    /// Days in which a click id (`qid`) may come back.
    public var clickDays = 30
    /// Places with fewer unique scans than this are folded into "other"; 1: none are.
    public var fold = 5

    /// The definition of the documentation.
    public init() {}

    /// The names of all rules, in the order of ``text``.
    public static let names = [
        "repeat", "rate", "enumeration", "burst", "traps", "prefetch", "head", "agents", "statuses", "opt-out",
        "addresses",
        "open", "goal", "session", "click", "fold",
    ]

    /// Sets one rule.
    /// - Returns: what its value must be, when it is not that; the rules are then unchanged. `nil`: done.
    public mutating func set(_ name: String, _ value: String) -> String? {
        func number(_ range: ClosedRange<Int>, _ off: Int? = nil, unit: String = "") -> Int? {
            if let off, value == "off" { return off }
            guard value.hasSuffix(unit), let number = Int(value.dropLast(unit.utf8.count)), range.contains(number)
            else {
                return nil
            }
            return number
        }
        func boolean() -> Bool? { value == "true" ? true : value == "false" ? false : nil }
        func words() -> [String] { value.split(separator: ",").map { String($0.drop { $0 == " " }) } }
        switch name {
        case "repeat":
            guard let seconds = Self.seconds(value, 0...86_400) else { return "a time up to 24h, such as 10s, or off" }
            repeatSeconds = seconds
        case "rate":
            guard let rate = number(1...100_000, 0) else { return "openings a minute, such as 30, or off" }
            self.rate = rate
        case "enumeration":
            guard let links = number(1...100_000, 0) else { return "links in ten minutes, such as 20, or off" }
            enumeration = links
        case "burst":
            guard let links = number(2...1000, 0) else { return "links in five seconds, such as 3, or off" }
            burst = links
        case "traps":
            guard let value = boolean() else { return "true or false" }
            traps = value
        case "prefetch":
            guard let value = boolean() else { return "true or false" }
            prefetch = value
        case "head":
            guard let value = boolean() else { return "true or false" }
            head = value
        case "agents":
            let named = words().compactMap(Agent.init)
            guard value == "none" || !named.isEmpty && named.count == words().count else {
                return "none, or some of " + Agent.allCases.map(\.rawValue).joined(separator: ",")
            }
            agents = Agent.allCases.filter(named.contains)
        case "statuses":
            let named = words().compactMap { Int($0) }
            guard !named.isEmpty, named.count == words().count, named.allSatisfy((100...599).contains) else {
                return "statuses, such as 301,302,303,307,308"
            }
            statuses = Array(Set(named)).sorted()
        case "opt-out":
            guard let value = OptOut(rawValue: value) else { return "anonymous, exclude or count" }
            optOut = value
        case "addresses":
            guard ["whole", "cut"].contains(value) else { return "whole or cut" }
            cutsAddresses = value == "cut"
        case "open":
            guard let seconds = Self.seconds(value, 3600...30 * 86_400), seconds % 3600 == 0 else {
                return "hours up to 30d, such as 48h"
            }
            openHours = seconds / 3600
        case "goal":
            guard let seconds = Self.seconds(value, 60...86_400), seconds % 60 == 0 else {
                return "minutes up to 24h, such as 30m"
            }
            goalMinutes = seconds / 60
        case "session":
            guard let seconds = Self.seconds(value, 60...86_400), seconds % 60 == 0 else {
                return "minutes up to 24h, such as 30m"
            }
            sessionMinutes = seconds / 60
        case "click":
            guard let seconds = Self.seconds(value, 86_400...400 * 86_400), seconds % 86_400 == 0 else {
                return "days up to 400d, such as 30d"
            }
            clickDays = seconds / 86_400
        case "fold":
            guard let number = number(1...10_000) else { return "unique scans, such as 5; 1 folds nothing" }
            fold = number
        default: return "one of " + Self.names.joined(separator: ", ")
        }
        return nil
    }

    /// The value of each rule, as ``set(_:_:)`` takes it.
    public var values: [(name: String, value: String)] {
        func off(_ number: Int) -> String { number == 0 ? "off" : String(number) }
        let all = [
            repeatSeconds == 0 ? "off" : "\(repeatSeconds)s", off(rate), off(enumeration), off(burst), "\(traps)",
            "\(prefetch)", "\(head)", agents.isEmpty ? "none" : agents.map(\.rawValue).joined(separator: ","),
            statuses.map { String($0) }.joined(separator: ","), optOut.rawValue, cutsAddresses ? "cut" : "whole",
            "\(openHours)h", "\(goalMinutes)m", "\(sessionMinutes)m", "\(clickDays)d", "\(fold)",
        ]
        return Array(zip(Self.names, all)).map { (name: $0.0, value: $0.1) }
    }

    /// `repeat=10s rate=30 …`: all of them, for the database.
    public var text: String { values.map { $0.name + "=" + $0.value }.joined(separator: " ") }

    /// What ``text`` wrote; rules that are not in it, or that this version does not know, keep their default.
    public init(text: String) {
        for word in text.split(separator: " ") {
            let halves = word.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { _ = set(String(halves[0]), String(halves[1])) }
        }
    }

    /// `10s`, `30m`, `48h`, `30d` or `off` (0) in seconds.
    public static func seconds(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        if text == "off" { return range.contains(0) ? 0 : nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = text.last, let unit = units[last], text.utf8.count < 12, let number = Int(text.dropLast()),
            number >= 0, range.contains(number * unit)
        else { return nil }
        return number * unit
    }
}
