import Site

/// A policy as one string that constant regular expressions of nginx read: any number of links with any policies cost
/// the same few variables.
///
///     NEEDS ID GATES <tests>outcome<tests>outcome…
///
/// `NEEDS` are letters for the facts that the tests look at (`-`: none), `ID` is ``LinkIdentity/hex(logID:)``, `GATES`
/// are letters for what comes after the list (`-`: nothing). No part holds a space. A test is a letter, its data, and `|`.
struct NginxRecord {
    /// Letters of facts.
    enum Need: Character, CaseIterable {
        /// System and form.
        case agent = "A"
        /// Browser.
        case browser = "B"
        /// Local day and time.
        case hours = "H"
        /// Share of a split.
        case bucket = "K"
        /// Language.
        case language = "L"
        /// Robot or fetcher.
        case program = "O"
        /// Places of the address.
        case place = "P"
        /// Query.
        case query = "Q"
        /// Unix time.
        case time = "T"
    }

    /// Letters of gates.
    enum Gate: String, CaseIterable {
        /// POST takes a scan.
        case confirm = "c"
        /// Counted by the log until the last tokens.
        case hybrid = "h"
        /// Tokens are taken.
        case exact = "l"
        /// Tokens are taken, and there is one.
        case once = "o"
        /// All methods are answered.
        case anyMethod = "m"
        /// A password.
        case password = "p"
        /// A log follower closes it.
        case soft = "s"
        /// A rate; its number follows.
        case rate = "r"
    }

    let list: DecisionList
    let id: String
    /// The facts that the list looks at, in alphabetical order.
    let needs: String
    /// The gates' letters.
    let gates: String
    /// The number of its rate.
    let rate: Int?
    /// The whole record.
    let text: String

    /// The record of `link`, whose rate has the number that `rates` gives it.
    init(_ link: Link, _ policy: Policy, rates: [Policy.Rate]) {
        list = DecisionList(policy, target: link.target)
        id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
        var needs: Set<Need> = []
        var clauses = ""
        for clause in list.clauses {
            clauses += "<" + clause.tests.map { Self.encode($0, &needs) }.joined() + ">" + Self.encode(clause.outcome)
        }
        self.needs = needs.isEmpty ? "-" : String(needs.map(\.rawValue).sorted())
        var gates = ""
        func add(_ gate: Gate) { gates += gate.rawValue }
        if let limit = policy.limit {
            if limit.confirm { add(.confirm) }
            if limit.enforcement == .soft {
                add(.soft)
            } else {
                add(limit.scans == 1 ? .once : .exact)
                if limit.scans > ScanTokens.mostExact { add(.hybrid) }
            }
        }
        if link.redirect.keepsMethod { add(.anyMethod) }
        if policy.password != nil { add(.password) }
        rate = Self.rate(of: policy).flatMap { rates.firstIndex(of: $0) }
        if let rate { gates += "\(Gate.rate.rawValue)\(rate)," }
        self.gates = gates.isEmpty ? "-" : gates
        text = "\(self.needs) \(id) \(self.gates) \(clauses)"
    }

    /// The rate of a policy: its own, or the one that slows the guessing of passwords down.
    static func rate(of policy: Policy) -> Policy.Rate? {
        policy.rate ?? (policy.password == nil ? nil : Policy.Rate(requests: 60, perMinute: true))
    }

    private static func encode(_ outcome: DecisionList.Outcome) -> String {
        switch outcome {
        case .deny(let denial): denial.rawValue
        case .gone(let denial): "gone-" + denial.rawValue
        case .preview: "preview"
        case .target(let number): String(number)
        }
    }

    private static func encode(_ test: DecisionList.Test, _ needs: inout Set<Need>) -> String {
        func list(_ letter: String, _ need: Need, _ words: [String]) -> String {
            needs.insert(need)
            return "\(letter),\(words.joined(separator: ",")),|"
        }
        switch test {
        case .before(let instant):
            needs.insert(.time)
            return "B\(digits(instant))|"
        case .notBefore(let instant):
            needs.insert(.time)
            return "A\(digits(instant))|"
        case .hours(let windows, let inside):
            return list(inside ? "W" : "V", .hours, windows.map(encode))
        case .device(let devices): return list("D", .agent, devices.map(\.rawValue))
        case .browser(let browsers): return list("R", .browser, browsers.map(\.rawValue))
        case .language(let ranges): return list("L", .language, ranges)
        case .place(let places, let inside): return list(inside ? "P" : "N", .place, places.map { String($0) })
        case .query(let name, let value):
            needs.insert(.query)
            return value.map { "Q\(name)=\($0)|" } ?? "U\(name)|"
        case .bucket(let below):
            needs.insert(.bucket)
            return "K\(padded(below, 5))|"
        case .robot:
            needs.insert(.program)
            return "O|"
        case .fetcher:
            needs.insert(.program)
            return "F|"
        }
    }

    /// Ten digits, so that numbers compare like texts: 2001 to 2286.
    private static func digits(_ instant: Int64) -> String { String(min(max(instant, 1_000_000_000), 9_999_999_999)) }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// The two letters of each day, Monday first.
    static let days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]

    private static func encode(_ window: WeekWindow) -> String {
        days[window.day] + time(window.from) + "-" + time(window.to)
    }

    /// A minute of the day as five digits: hour, quarter of the hour, minute of the quarter. Zones shift whole quarters,
    /// so a table of 672 rows leads from UTC to local time, and the digits still compare as times do.
    static func time(_ minute: Int) -> String {
        padded(minute / 60, 2) + String(minute % 60 / 15) + padded(minute % 15, 2)
    }
}

/// Scan limits that are kept by token files.
public enum ScanTokens {
    /// Up to this number every scan has a token: the server looks through the folder each time.
    public static let mostExact = 1000
    /// Above it the log is counted, and only the last ones are tokens.
    public static let lastOnes = 500
}
