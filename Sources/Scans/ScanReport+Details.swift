/// The parts of a report about single links, funnels, experiments and data sources.

extension ScanReport {
    /// One link in a list.
    public struct LinkCount: Sendable, Equatable {
        /// Domain, `go.example`.
        public var host: String
        /// Path with the leading slash, `/wine/7`.
        public var path: String
        /// The title of the link in the manifest; may be empty.
        public var title: String
        /// Tags in the manifest.
        public var tags: [String]
        /// Batch, when the link was made by one.
        public var batch: String?
        /// Scans.
        public var scans: Int
        /// Distinct visitors per day, summed.
        public var uniqueScans: Int
        /// Scans in the previous period; `nil`: nothing to compare with.
        public var previousScans: Int?
        /// Scans by variant of the link, empty without variants.
        public var variants: [Breakdown.Row]
        /// When it was scanned last, seconds since 1970-01-01 UTC; `nil`: not known.
        public var lastScanAt: Int64?
        /// A link.
        public init(
            host: String, path: String, title: String = "", tags: [String] = [], batch: String? = nil, scans: Int,
            uniqueScans: Int, previousScans: Int? = nil, variants: [Breakdown.Row] = [], lastScanAt: Int64? = nil
        ) {
            self.host = host
            self.path = path
            self.title = title
            self.tags = tags
            self.batch = batch
            self.scans = scans
            self.uniqueScans = uniqueScans
            self.previousScans = previousScans
            self.variants = variants
            self.lastScanAt = lastScanAt
        }
        /// `go.example/wine/7`.
        public var address: String { host + path }
    }

    /// Scans by one way of grouping links.
    public struct Group: Sendable, Equatable {
        /// How links are grouped.
        public enum Kind: String, Sendable, CaseIterable {
            /// By tag; a link with two tags is in both rows.
            case tag
            /// By folder of the manifest.
            case folder
            /// By batch.
            case batch
            /// By domain.
            case domain
        }
        /// How.
        public var kind: Kind
        /// The groups.
        public var breakdown: Breakdown
        /// A grouping.
        public init(kind: Kind, breakdown: Breakdown) {
            self.kind = kind
            self.breakdown = breakdown
        }
    }

    /// The page of one link.
    public struct LinkDetail: Sendable, Equatable {
        /// The link with its sums.
        public var link: LinkCount
        /// Day by day, zeros included.
        public var days: [DayCount]
        /// Scans by weekday and hour.
        public var hours: HourMatrix
        /// By country, as ``ScanReport/countries``.
        public var countries: Breakdown
        /// By city.
        public var cities: Breakdown
        /// By class of device.
        public var devices: Breakdown
        /// By host of the referrer.
        public var referrers: Breakdown
        /// Printed code or address.
        public var origins: Origins
        /// What was left out for this link.
        public var excluded: [Waterfall.Step]
        /// Its goals.
        public var goals: [GoalCount]
        /// A page with nothing but the sums.
        public init(link: LinkCount) {
            self.link = link
            days = []
            hours = HourMatrix()
            countries = Breakdown()
            cities = Breakdown()
            devices = Breakdown()
            referrers = Breakdown()
            origins = Origins()
            excluded = []
            goals = []
        }
    }

    /// How many scans of a link led to a goal.
    public struct GoalCount: Sendable, Equatable {
        /// The link, `go.example/harvest`.
        public var link: String
        /// The goal: a page of the manifest, or what a postback called it; hostile.
        public var goal: String
        /// How goals were tied to scans.
        public var attribution: Funnel.Attribution
        /// Unique scans of the link.
        public var uniqueScans: Int
        /// How many of them reached it, not more than ``uniqueScans``.
        public var reached: Int
        /// A goal of a link.
        public init(link: String, goal: String, attribution: Funnel.Attribution, uniqueScans: Int, reached: Int) {
            self.link = link
            self.goal = goal
            self.attribution = attribution
            self.uniqueScans = uniqueScans
            self.reached = reached
        }
    }

    /// Goals reached one after the other.
    public struct Funnel: Sendable, Equatable {
        /// How a goal was tied to a scan.
        public enum Attribution: String, Sendable {
            /// By the id that the redirect passed on: exact.
            case exact
            /// By the same visitor within the window of ``Rules/goalWindow``.
            case visitor
        }
        /// One step.
        public struct Step: Sendable, Equatable {
            /// The name of the goal; that of the first step is the scan.
            public var name: String
            /// How many reached it, not more than reached the step before.
            public var count: Int
            /// A step.
            public init(name: String, count: Int) {
                self.name = name
                self.count = count
            }
        }
        /// Its name in the manifest.
        public var name: String
        /// How goals were tied to scans.
        public var attribution: Attribution
        /// The steps, first the scans.
        public var steps: [Step]
        /// A funnel.
        public init(name: String, attribution: Attribution, steps: [Step]) {
            self.name = name
            self.attribution = attribution
            self.steps = steps
        }
    }

    /// A comparison of the variants of one link. All figures come from the engine; renderers compute none.
    public struct Experiment: Sendable, Equatable {
        /// One variant.
        public struct Variant: Sendable, Equatable {
            /// Its name.
            public var name: String
            /// Unique scans that were sent there.
            public var n: Int
            /// How many of them reached the goal.
            public var conversions: Int
            /// `conversions / n`, 0 when `n` is 0.
            public var rate: Double
            /// The 95 % Wilson score interval of the rate, both in 0…1.
            public var low: Double
            /// Its upper end.
            public var high: Double
            /// The share of visitors it should get, 0…1.
            public var weight: Double
            /// The comparison with the first variant; `nil` for the first itself.
            public var comparison: Comparison?
            /// A variant.
            public init(
                name: String, n: Int, conversions: Int, rate: Double, low: Double, high: Double, weight: Double,
                comparison: Comparison? = nil
            ) {
                self.name = name
                self.n = n
                self.conversions = conversions
                self.rate = rate
                self.low = low
                self.high = high
                self.weight = weight
                self.comparison = comparison
            }
        }
        /// A variant against the first.
        public struct Comparison: Sendable, Equatable {
            /// The pooled two-proportion z.
            public var z: Double
            /// Its two-sided p.
            public var p: Double
            /// The two-sided p of Fisher's exact test; `nil` when not computed.
            public var fisher: Double?
            /// The probability that this variant is better than the first, Beta(1,1) priors.
            public var probabilityBetter: Double
            /// A comparison.
            public init(z: Double, p: Double, fisher: Double?, probabilityBetter: Double) {
                self.z = z
                self.p = p
                self.fisher = fisher
                self.probabilityBetter = probabilityBetter
            }
        }
        /// What it is called.
        public var name: String
        /// The goal.
        public var goal: String
        /// The variants, the first is the one the others are compared with.
        public var variants: [Variant]
        /// The p of the χ² test that the variants got their shares; below 0.01 something is wrong with the split.
        public var sampleRatioP: Double?
        /// Visitors planned in all; `nil`: no plan was written down.
        public var plannedN: Int?
        /// The planned number is not reached yet, or nobody wrote one down: stopping now because it looks good finds
        /// differences that aren't.
        public var isPeeking: Bool
        /// A comparison of variants.
        public init(
            name: String, goal: String, variants: [Variant], sampleRatioP: Double? = nil, plannedN: Int? = nil,
            isPeeking: Bool = false
        ) {
            self.name = name
            self.goal = goal
            self.variants = variants
            self.sampleRatioP = sampleRatioP
            self.plannedN = plannedN
            self.isPeeking = isPeeking
        }
    }

    /// A log, or all logs of one server.
    public struct Source: Sendable, Equatable {
        /// Its name, a path or a server; hostile.
        public var name: String
        /// `nginx-combined`, `caddy-json`, …
        public var format: String
        /// Lines read in this period.
        public var lines: Int
        /// Lines that could not be read.
        public var malformed: Int
        /// The first and last request, seconds since 1970-01-01 UTC; `nil`: none.
        public var firstAt: Int64?
        /// The last request.
        public var lastAt: Int64?
        /// A source.
        public init(
            name: String, format: String, lines: Int, malformed: Int = 0, firstAt: Int64? = nil, lastAt: Int64? = nil
        ) {
            self.name = name
            self.format = format
            self.lines = lines
            self.malformed = malformed
            self.firstAt = firstAt
            self.lastAt = lastAt
        }
    }

    /// What a reader must know.
    public enum Note: Sendable, Equatable {
        /// Days of the period for which there is no log at all.
        case daysWithoutData([CivilDay])
        /// Lines that came after their day was closed: counted as scans, not in the uniques.
        case lateLines(Int)
        /// Lines from the future, counted at the time they were read.
        case skewedLines(Int)
        /// More than one line in a hundred can't be read.
        case manyMalformed(share: Double)
        /// The last day of the period is not over.
        case unfinishedDay(CivilDay)
        /// No geographic database was given.
        case noGeography
        /// Places come from addresses: approximate, not to be used to find a person or a household.
        case approximateGeography
        /// Links with the privacy level `none` are missing.
        case unmeasuredLinks(Int)
        /// Scans of people who opted out (GPC, DNT): in the totals, not in the uniques.
        case optedOut(Int)
        /// Anything else, in the language of whoever wrote it.
        case text(String)
    }
}
