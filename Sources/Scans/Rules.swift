public import Site

/// What counts as a scan, as it is set. Part of the definition of every number, so it is stored with them.
public struct ScanRules: Sendable, Equatable {
    /// What happens to people who opt out (`DNT`, `Sec-GPC`).
    public enum OptOut: String, Sendable {
        /// Counted in the totals, never as visitors.
        case countAnonymously = "count-anonymously"
        /// Not counted at all.
        case ignore
        /// The header is not looked at.
        case disregard
    }

    /// Methods besides GET that count; none by default.
    public var countsHead = false
    /// Statuses of an answer that is a scan.
    public var statuses: Set<UInt16> = [301, 302, 303, 307, 308]
    /// Whether prefetches count. Default no.
    public var countsPrefetch = false
    /// Classes of user agents that count. Default none.
    public var countedAgents: Set<AgentClass> = []
    /// Seconds in which a further request of the same visitor for the same link is a repeat; 0: none is.
    public var repeatWindow: UInt32 = 10
    /// More scans than this within ``rateSeconds`` from one visitor are quarantined for the day; 0: never.
    public var rateLimit = 30
    /// The window of ``rateLimit``.
    public var rateSeconds: UInt32 = 60
    /// More distinct links than this within ``enumerationSeconds`` are an enumeration; 0: never.
    public var enumerationLimit = 20
    /// The window of ``enumerationLimit``.
    public var enumerationSeconds: UInt32 = 600
    /// This many distinct links within ``burstSeconds`` are the burst of a mail scanner; 0: never.
    public var burstLimit = 3
    /// The window of ``burstLimit``.
    public var burstSeconds: UInt32 = 5
    /// Whether an address that asks for a trap (`/.env`, `/wp-login.php`, …) is quarantined for the day.
    public var usesTraps = true
    /// Opt-outs.
    public var optOut: OptOut = .countAnonymously
    /// Whether all addresses are cut to /24 and /48 before anything is done with them.
    public var truncatesAddresses = false
    /// A parameter that marks the printed address: `s=q`.
    public var codeMark = "s=q"
    /// How long after its end a day takes late lines, in hours.
    public var openHours = 48
    /// Seconds after a scan in which a goal counts for it.
    public var goalWindow: UInt32 = 1800
    /// Seconds without a page that end a way through a funnel.
    public var sessionGap: UInt32 = 1800
    /// Days in which a click id may come back.
    public var clickDays = 30
    /// Places with fewer unique scans than this are folded into "other"; 1: none are.
    public var anonymityThreshold = 5

    /// The definition of the documentation.
    public init() {}

    /// The rules that an operator set.
    public init(_ rules: CountingRules) {
        countsHead = rules.head
        statuses = Set(rules.statuses.map { UInt16(clamping: $0) })
        countsPrefetch = rules.prefetch
        countedAgents = Set(
            rules.agents.map { agent in
                switch agent {
                case .crawler: .crawler
                case .preview: .preview
                case .monitor: .monitor
                case .library: .library
                case .headless: .headless
                case .scanner: .scanner
                }
            })
        repeatWindow = UInt32(clamping: rules.repeatSeconds)
        rateLimit = rules.rate
        enumerationLimit = rules.enumeration
        burstLimit = rules.burst
        usesTraps = rules.traps
        optOut =
            switch rules.optOut {
            case .anonymous: .countAnonymously
            case .exclude: .ignore
            case .count: .disregard
            }
        truncatesAddresses = rules.cutsAddresses
        openHours = rules.openHours
        goalWindow = UInt32(clamping: rules.goalMinutes * 60)
        sessionGap = UInt32(clamping: rules.sessionMinutes * 60)
        clickDays = rules.clickDays
        anonymityThreshold = rules.fold
    }

    /// As ``init(_:)`` takes them: for the database, which says with every number by which rules it was counted.
    public var asSet: CountingRules {
        var rules = CountingRules()
        rules.head = countsHead
        rules.statuses = statuses.map { Int($0) }.sorted()
        rules.prefetch = countsPrefetch
        rules.agents = CountingRules.Agent.allCases.filter { agent in
            countedAgents.contains { $0.name == agent.rawValue }
        }
        rules.repeatSeconds = Int(repeatWindow)
        rules.rate = rateLimit
        rules.enumeration = enumerationLimit
        rules.burst = burstLimit
        rules.traps = usesTraps
        rules.optOut =
            switch optOut {
            case .countAnonymously: .anonymous
            case .ignore: .exclude
            case .disregard: .count
            }
        rules.cutsAddresses = truncatesAddresses
        rules.openHours = openHours
        rules.goalMinutes = Int(goalWindow / 60)
        rules.sessionMinutes = Int(sessionGap / 60)
        rules.clickDays = clickDays
        rules.fold = anonymityThreshold
        return rules
    }

    /// Everything that is a GET of a link, answered by a redirect, counts: no bots, no behaviour, no repeats.
    public static var bare: ScanRules {
        var rules = ScanRules()
        rules.countedAgents = Set(AgentClass.allCases)
        rules.repeatWindow = 0
        rules.rateLimit = 0
        rules.enumerationLimit = 0
        rules.burstLimit = 0
        rules.usesTraps = false
        rules.countsPrefetch = true
        rules.optOut = .disregard
        return rules
    }
}

/// What kind of thing a User-Agent stands for.
public enum AgentClass: UInt8, CaseIterable, Sendable, Hashable {
    /// A person's browser.
    case browser
    /// A search engine or another crawler.
    case crawler
    /// The preview of a messenger or a social network.
    case preview
    /// An uptime monitor.
    case monitor
    /// A program or library; also no User-Agent at all.
    case library
    /// A browser without a window.
    case headless
    /// A scanner for weak spots or of mails.
    case scanner

    /// The word in rule files and reports.
    public var name: String {
        switch self {
        case .browser: "browser"
        case .crawler: "crawler"
        case .preview: "preview"
        case .monitor: "monitor"
        case .library: "library"
        case .headless: "headless"
        case .scanner: "scanner"
        }
    }

    /// The step of the waterfall.
    var exclusion: Exclusion {
        switch self {
        case .browser: .none
        case .crawler: .crawler
        case .preview: .preview
        case .monitor: .monitor
        case .library, .headless: .library
        case .scanner: .scanner
        }
    }
}

/// Why a request is no scan; the raw values are stored.
enum Exclusion: UInt8, CaseIterable, Sendable {
    case none = 0
    case malformed, unknownLink, notMeasured, method, status, prefetch, crawler, preview, monitor, library, scanner,
        quarantine, repeated, optedOut
    /// A rule of the link turned the visitor away.
    case denied
    /// A goal's page in a log of ours; of no link, so it never stands among a day's requests that were left out.
    case goal

    static let count = 17

    /// The step of the report.
    var reason: ScanReport.Waterfall.Reason? {
        switch self {
        case .none: nil
        case .malformed: .malformed
        case .unknownLink: .unknownLink
        case .notMeasured: .notMeasured
        case .method: .method
        case .status: .status
        case .prefetch: .prefetch
        case .crawler: .crawler
        case .preview: .preview
        case .monitor: .monitor
        case .library: .library
        case .scanner: .scanner
        case .quarantine: .quarantine
        case .repeated: .repeated
        case .optedOut: .optedOut
        case .denied: .denied
        case .goal: .goal
        }
    }
}

/// How a visitor came.
enum Origin: UInt8, Sendable {
    case unmarked = 0
    case code, click
}
