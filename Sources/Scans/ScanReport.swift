/// Everything a report shows, as one value: the engine fills it, the renderers only draw it.

/// The numbers of one period, with what was left out of them and where they come from.
///
/// Texts in it (paths, referrers, names of places) come from logs and databases: they may be hostile, and whoever
/// emits them escapes them. Counts are whole requests or whole visitors, never estimates; a number that a privacy
/// rule or a missing database keeps from being known is `nil`, not zero.
public struct ScanReport: Sendable, Equatable {
    /// What the report is about: the name of the site.
    public var title: String
    /// Which part of the site it covers.
    public var scope: Scope
    /// The days it covers.
    public var period: Period
    /// The days it compares with; `nil`: none.
    public var previousPeriod: Period?
    /// The IANA name of the time zone in which days and hours are counted, `Europe/Vienna`.
    public var zone: String
    /// When the report was made, seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// The version of the definitions of scan, unique and bot the numbers follow, `2026-1`.
    public var definitionsVersion: String
    /// The rules behind the definitions, as they were set.
    public var rules: Rules

    /// The sums of the period.
    public var totals: Totals
    /// The sums of the previous period; `nil` when there is none.
    public var previousTotals: Totals?
    /// How requests became scans.
    public var waterfall: Waterfall
    /// One entry for each day of the period, in order, zeros included.
    public var days: [DayCount]
    /// The previous period day by day, in order; may be empty.
    public var previousDays: [DayCount]
    /// Scans by weekday and hour.
    public var hours: HourMatrix

    /// By country; names are ISO 3166-1 alpha-2 codes in capitals.
    public var countries: Breakdown
    /// By region: names as the database has them, `AT-9` or `Vienna`.
    public var regions: Breakdown
    /// By city: names as the database has them.
    public var cities: Breakdown
    /// By class of device: `phone`, `tablet`, `desktop`, `tv`, `other`.
    public var devices: Breakdown
    /// By operating system: `iOS`, `Android`, …
    public var systems: Breakdown
    /// By browser: `Safari`, …
    public var browsers: Breakdown
    /// By preferred language: the primary BCP 47 subtag in small letters, `de`.
    public var languages: Breakdown
    /// By host of the referrer; direct visits are its ``Breakdown/unknown``.
    public var referrers: Breakdown
    /// How people came: printed code or typed and clicked address.
    public var origins: Origins
    /// The first scan of a code against every later one.
    public var repeats: Repeats

    /// The links with most scans, the most first.
    public var links: [LinkCount]
    /// How many links had at least one scan, those not in ``links`` included.
    public var linkCount: Int
    /// Scans by tag, folder, batch, domain: whatever groups of links the site has.
    public var groups: [Group]
    /// A page for each of the links it was asked for.
    public var linkDetails: [LinkDetail]
    /// Funnels with their goals in order.
    public var funnels: [Funnel]
    /// Comparisons of variants.
    public var experiments: [Experiment]
    /// Goals of single links, those with most scans first.
    public var goals: [GoalCount]

    /// The logs it was made from.
    public var sources: [Source]
    /// The attribution that the licence of the geographic database asks for; `nil`: no database was used.
    public var geoAttribution: String?
    /// What a reader must know, in the order of importance.
    public var notes: [Note]

    /// An empty report: no scans, one day, nothing to compare with.
    public init(title: String, period: Period, zone: String, createdAt: Int64, definitionsVersion: String) {
        self.title = title
        self.period = period
        self.zone = zone
        self.createdAt = createdAt
        self.definitionsVersion = definitionsVersion
        scope = Scope()
        rules = Rules()
        totals = Totals()
        waterfall = Waterfall()
        days = []
        previousDays = []
        hours = HourMatrix()
        countries = Breakdown()
        regions = Breakdown()
        cities = Breakdown()
        devices = Breakdown()
        systems = Breakdown()
        browsers = Breakdown()
        languages = Breakdown()
        referrers = Breakdown()
        origins = Origins()
        repeats = Repeats()
        links = []
        linkCount = 0
        groups = []
        linkDetails = []
        funnels = []
        experiments = []
        goals = []
        sources = []
        notes = []
    }
}

extension ScanReport {
    /// Days from the first to the last, both included.
    public struct Period: Sendable, Equatable {
        /// The first day.
        public var first: CivilDay
        /// The last day, not before the first.
        public var last: CivilDay
        /// Length in days.
        public var count: Int { last.number - first.number + 1 }

        /// From the first to the last day; the two are swapped when they come in the wrong order.
        public init(first: CivilDay, last: CivilDay) {
            self.first = min(first, last)
            self.last = max(first, last)
        }

        /// The period of the same length that ends on the day before.
        public var preceding: Period {
            Period(first: first.advanced(by: -count), last: first.advanced(by: -1))
        }
    }

    /// What was asked for; empty: everything.
    public struct Scope: Sendable, Equatable {
        /// Only links with one of these tags.
        public var tags: [String] = []
        /// Only these links, as `host/path`.
        public var links: [String] = []
        /// Only this place of data: a file or `clickhouse://…` without credentials.
        public var source: String?
        /// Everything.
        public init() {}
    }

    /// The settings behind the definitions, printed with the report.
    public struct Rules: Sendable, Equatable {
        /// Seconds in which a second scan of the same link by the same visitor is a repeat.
        public var repeatWindow: Int = 10
        /// Minutes without a request that end a session.
        public var sessionGap: Int = 30
        /// Minutes after a scan in which a goal still counts for it.
        public var goalWindow: Int = 30
        /// Rows with fewer unique scans than this are folded into "other"; 1: none are.
        public var anonymityThreshold: Int = 5
        /// Hours after midnight in which late lines still enter a day.
        public var openHours: Int = 48
        /// Whether a visitor can be recognised on more than one day.
        public var uniquesSpanDays: Bool = false
        /// The rules of the design.
        public init() {}
    }

    /// The sums of a period.
    public struct Totals: Sendable, Equatable {
        /// Requests for a link that a person made and that count: the number people mean by "scans".
        public var scans: Int
        /// Distinct visitors per link and day, summed.
        public var uniqueScans: Int
        /// Distinct visitors of the site per day, summed.
        public var visitors: Int
        /// All lines of the logs that were requests, bots and errors included.
        public var hits: Int
        /// Sums.
        public init(scans: Int = 0, uniqueScans: Int = 0, visitors: Int = 0, hits: Int = 0) {
            self.scans = scans
            self.uniqueScans = uniqueScans
            self.visitors = visitors
            self.hits = hits
        }
    }

    /// How the requests of the period became scans: each request is in exactly one step or in ``scans``.
    public struct Waterfall: Sendable, Equatable {
        /// Why requests were left out, in the order in which the rules are applied.
        public enum Reason: String, Sendable, CaseIterable {
            /// The line can't be read.
            case malformed
            /// A page that is a goal.
            case goal
            /// The path is no link of the manifest of that time.
            case unknownLink
            /// The privacy level of the link is `none`.
            case notMeasured
            /// The method is not GET.
            case method
            /// A rule of the link turned the visitor away: limit, time, place, password, rate.
            case denied
            /// The answer is not a redirect or a landing page.
            case status
            /// The browser fetched it ahead (`Sec-Purpose: prefetch`).
            case prefetch
            /// A search engine or another crawler.
            case crawler
            /// The preview of a messenger or a social network.
            case preview
            /// An uptime monitor.
            case monitor
            /// A program or library, a browser without a window.
            case library
            /// A scanner for weak spots or of mails.
            case scanner
            /// A source that behaved like no person that day.
            case quarantine
            /// The same visitor, the same link, within the window of ``Rules/repeatWindow``.
            case repeated
            /// Fewer seen than the policy of the site lets us count (opt-out by GPC or DNT).
            case optedOut
        }

        /// Requests left out for one reason.
        public struct Step: Sendable, Equatable {
            /// Why.
            public var reason: Reason
            /// How many requests.
            public var count: Int
            /// A step.
            public init(reason: Reason, count: Int) {
                self.reason = reason
                self.count = count
            }
        }

        /// Lines read.
        public var requests: Int
        /// What was left out; reasons with no request may be missing.
        public var excluded: [Step]
        /// What remained: `requests` less all steps.
        public var scans: Int
        /// A waterfall.
        public init(requests: Int = 0, excluded: [Step] = [], scans: Int = 0) {
            self.requests = requests
            self.excluded = excluded
            self.scans = scans
        }
        /// Whether the steps add up.
        public var isBalanced: Bool { requests - excluded.reduce(0) { $0 + $1.count } == scans }
    }

    /// One day.
    public struct DayCount: Sendable, Equatable {
        /// Which.
        public var day: CivilDay
        /// Scans.
        public var scans: Int
        /// Distinct visitors per link.
        public var uniqueScans: Int
        /// A day.
        public init(day: CivilDay, scans: Int, uniqueScans: Int) {
            self.day = day
            self.scans = scans
            self.uniqueScans = uniqueScans
        }
    }

    /// Scans by weekday and hour of the day: seven rows of 24.
    public struct HourMatrix: Sendable, Equatable {
        private var cells: [Int]
        /// All zeros.
        public init() { cells = [Int](repeating: 0, count: 168) }
        /// The scans of a weekday (0 Monday … 6 Sunday) and hour (0 … 23); zero outside, where writing has no effect.
        public subscript(weekday: Int, hour: Int) -> Int {
            get { Self.isInside(weekday, hour) ? cells[weekday * 24 + hour] : 0 }
            set { if Self.isInside(weekday, hour) { cells[weekday * 24 + hour] = newValue } }
        }
        /// The largest cell.
        public var largest: Int { cells.max() ?? 0 }
        /// The sum of all cells.
        public var sum: Int { cells.reduce(0, +) }
        private static func isInside(_ weekday: Int, _ hour: Int) -> Bool {
            (0..<7).contains(weekday) && (0..<24).contains(hour)
        }
    }

    /// Scans by the values of one dimension.
    public struct Breakdown: Sendable, Equatable {
        /// One value.
        public struct Row: Sendable, Equatable {
            /// The value as logs or databases have it; hostile.
            public var name: String
            /// Scans.
            public var scans: Int
            /// Distinct visitors per link and day; `nil`: not kept for this dimension.
            public var uniqueScans: Int?
            /// Scans in the previous period; `nil`: nothing to compare with.
            public var previousScans: Int?
            /// A value.
            public init(name: String, scans: Int, uniqueScans: Int? = nil, previousScans: Int? = nil) {
                self.name = name
                self.scans = scans
                self.uniqueScans = uniqueScans
                self.previousScans = previousScans
            }
        }
        /// The values, the largest first, ties by name.
        public var rows: [Row]
        /// Scans of values that are not in ``rows``: too many, or too small to show (``Rules/anonymityThreshold``).
        public var other: Int
        /// Scans for which the value is not known.
        public var unknown: Int
        /// A breakdown.
        public init(rows: [Row] = [], other: Int = 0, unknown: Int = 0) {
            self.rows = rows
            self.other = other
            self.unknown = unknown
        }
        /// All scans in it.
        public var sum: Int { rows.reduce(other + unknown) { $0 + $1.scans } }
        /// Whether there is anything to show.
        public var isEmpty: Bool { rows.isEmpty && other == 0 && unknown == 0 }
        /// Whether the value is known for any scan.
        public var isKnown: Bool { !rows.isEmpty || other > 0 }
    }

    /// How people came.
    public struct Origins: Sendable, Equatable {
        /// Through the address that is printed in codes.
        public var code: Int
        /// Through the plain address: typed, clicked, NFC.
        public var click: Int
        /// Links whose codes carry no mark.
        public var unmarked: Int
        /// Scans each way.
        public init(code: Int = 0, click: Int = 0, unmarked: Int = 0) {
            self.code = code
            self.click = click
            self.unmarked = unmarked
        }
    }

    /// The first scan a code ever had against the later ones.
    public struct Repeats: Sendable, Equatable {
        /// Codes scanned for the first time in this period.
        public var first: Int
        /// Scans of codes that had been scanned before.
        public var later: Int
        /// The later ones by their number: the second to fifth scan of a code, the sixth to twentieth, and so on;
        /// empty when it is not known.
        public var steps: [Step]
        /// Scans whose number among all of their code lies between two.
        public struct Step: Sendable, Equatable {
            /// The lowest number, 2 or more.
            public var from: Int
            /// The highest; `nil`: none.
            public var to: Int?
            /// Scans.
            public var scans: Int
            /// Scans between two numbers.
            public init(from: Int, to: Int?, scans: Int) {
                self.from = from
                self.to = to
                self.scans = scans
            }
        }
        /// Scans of each kind.
        public init(first: Int = 0, later: Int = 0, steps: [Step] = []) {
            self.first = first
            self.later = later
            self.steps = steps
        }
    }
}
