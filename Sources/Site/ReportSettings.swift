/// The page that counts as success for a link.
public struct Goal: Sendable, Equatable {
    /// A path (`/thank-you`, on any host) or a URL (`https://shop.example/thank-you`), compared without regard to the
    /// case of ASCII letters and without its query; `*` at the end stands for anything.
    public var page: String
    /// How many visitors the comparison of the link's variants is planned for; `nil`: nobody wrote it down.
    public var planned: Int?

    /// A goal.
    public init(page: String, planned: Int? = nil) {
        self.page = page
        self.planned = planned
    }
}

/// Statistics from access logs, as the manifest asks for them.
public struct ReportSettings: Sendable, Equatable {
    /// A report for a timer.
    public struct Schedule: Sendable, Equatable {
        /// A kind of file.
        public enum Format: String, Sendable, CaseIterable {
            /// One page.
            case html
            /// A4.
            case pdf
            /// A workbook.
            case xlsx
            /// One tidy table.
            case csv
            /// Everything.
            case json
        }
        /// Files that are written. Default HTML and PDF.
        public var formats: [Format] = [.html, .pdf]
        /// Steps from a scan to success, without the scan itself; empty: no funnel.
        public var funnel: [String] = []
        /// Mail addresses that get the PDF.
        public var mail: [String] = []
        /// Nothing but the defaults.
        public init() {}
    }

    /// Access logs, patterns included.
    public var logs: [String] = []
    /// Logs of the sites that links lead to: only goals are looked for in them.
    public var goalLogs: [String] = []
    /// A database of places.
    public var places: String?
    /// After how many days counts are deleted; `nil`: never.
    public var keepDays: Int?
    /// What counts.
    public var rules = CountingRules()
    /// The mail server, `smtps://mail.example.org`.
    public var smtp: String?
    /// The sender's address.
    public var sender: String?
    /// Reports of the last day, week and month.
    public var daily: Schedule?
    /// Of the last week.
    public var weekly: Schedule?
    /// Of the last month.
    public var monthly: Schedule?

    /// Nothing is asked for.
    public init() {}

    /// The funnels of all schedules, none twice.
    public var funnels: [[String]] {
        var seen: Set<[String]> = []
        return [daily, weekly, monthly].compactMap { $0?.funnel }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
