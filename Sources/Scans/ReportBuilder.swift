internal import AccessLogs
internal import SQLite
internal import Site
internal import Support

// The report of a period; its parts are filled in ReportBuilder+Filling, conversions in ReportBuilder+Conversions.

/// What a report is asked for.
public struct ReportQuery: Sendable {
    /// Days, in the zone of the database.
    public var period: ScanReport.Period
    /// Whether it is compared with the days before.
    public var comparesWithPrevious = true
    /// Only these tags, links (`host/path`), if any.
    public var scope = ScanReport.Scope()
    /// Title: the name of the site.
    public var title: String
    /// When it is made, seconds since 1970 UTC.
    public var createdAt: Int64
    /// At most so many links in the list.
    public var linkLimit = 100
    /// At most so many rows in a breakdown.
    public var rowLimit = 50
    /// So many of the first links get a page of their own.
    public var detailLimit = 20
    /// Cities and regions with fewer unique scans are folded into "other".
    public var anonymityThreshold: Int?

    /// Asks for everything in a period.
    public init(title: String, period: ScanReport.Period, createdAt: Int64) {
        self.title = title
        self.period = period
        self.createdAt = createdAt
    }
}

/// Builds reports from the database of counts.
public struct ReportBuilder: ~Copyable {
    let database: Database
    let catalog: [String: LinkCatalog.Entry]
    let rules: ScanRules
    let zone: ZoneTable
    private let whole: LinkCatalog
    private(set) var links: [(host: String, path: String)] = []
    private(set) var texts: [[String]] = []
    private(set) var goals = GoalPlan()
    var funnelPages: [[String]] { whole.funnels }

    /// The version of the definitions, printed with every number.
    public static let definitionsVersion = "2026-1"

    /// Opens a database of counts.
    /// - Parameter rules: what counts, for days that are open; `nil`: by the rules of the last ingest.
    public static func open(
        _ path: String, catalog: LinkCatalog = LinkCatalog(), rules: ScanRules? = nil
    ) throws(IngestError) -> ReportBuilder {
        do {
            let database = try ScanStore.open(path, access: .readOnly)
            let zone = ZoneTable(named: try ScanStore.text(database, "zone") ?? "UTC") ?? .utc
            let stored = CountingRules(text: try ScanStore.text(database, "rules") ?? "")
            let rules = rules ?? ScanRules(stored)
            var builder = ReportBuilder(database: database, catalog: catalog, rules: rules, zone: zone)
            try builder.load()
            return builder
        } catch { throw .database(error) }
    }

    private init(database: consuming Database, catalog: LinkCatalog, rules: ScanRules, zone: ZoneTable) {
        self.database = database
        var entries: [String: LinkCatalog.Entry] = [:]
        for entry in catalog.entries { entries[entry.key] = entry }
        self.catalog = entries
        whole = catalog
        self.rules = rules
        self.zone = zone
    }

    private mutating func load() throws(SQLiteError) {
        try database.query("SELECT host, path FROM link ORDER BY id") { links.append(($0.text(0), $0.text(1))) }
        for kind in TextTable.Kind.allCases {
            var list = [""]
            try database.query("SELECT text FROM dimension WHERE kind=? ORDER BY id", .integer(kind.rawValue)) {
                list.append($0.text(0))
            }
            texts.append(list)
        }
        // Pages that nobody reached, and that no log has named: united counts know only the others.
        let known = Set(texts[TextTable.Kind.goal.rawValue - 1])
        texts[TextTable.Kind.goal.rawValue - 1] += whole.pages.filter { !known.contains($0) }
        goals = GoalPlan(whole, rules: rules, links: links, texts: texts)
    }

    /// The first and last day with counts; `nil` when there are none.
    public borrowing func days() throws(IngestError) -> ScanReport.Period? {
        do {
            return try database.first("SELECT min(id), max(id) FROM day") { row in
                row.isNull(0)
                    ? nil
                    : ScanReport.Period(first: CivilDay(number: row.int(0)), last: CivilDay(number: row.int(1)))
            } ?? nil
        } catch { throw .database(error) }
    }

    /// The local day of an instant.
    public borrowing func day(at seconds: Int64) -> CivilDay { CivilDay(number: zone.day(of: seconds)) }

    /// The report of a period.
    /// - Complexity: O(links × days of the period).
    public borrowing func report(_ query: ReportQuery) throws(IngestError) -> ScanReport {
        do {
            var report = ScanReport(
                title: query.title, period: query.period, zone: zone.name, createdAt: query.createdAt,
                definitionsVersion: Self.definitionsVersion)
            report.scope = query.scope
            report.rules.repeatWindow = Int(rules.repeatWindow)
            report.rules.openHours = rules.openHours
            report.rules.goalWindow = Int(rules.goalWindow / 60)
            report.rules.sessionGap = Int(rules.sessionGap / 60)
            var query = query
            query.anonymityThreshold = query.anonymityThreshold ?? rules.anonymityThreshold
            report.rules.anonymityThreshold = query.anonymityThreshold ?? 1
            let chosen = chosenLinks(query.scope)
            let all = ScanReport.Period(
                first: query.comparesWithPrevious ? query.period.preceding.first : query.period.first,
                last: query.period.last)
            let open = try openDays(all)
            var now = PeriodSums(period: query.period)
            try gather(query.period, open, chosen, &now)
            var before: PeriodSums?
            if query.comparesWithPrevious {
                var sums = PeriodSums(period: query.period.preceding)
                try gather(query.period.preceding, open, chosen, &sums)
                before = sums
            }
            fill(&report, query, now, before)
            try fillRepeats(&report, query.period, now)
            try fillDetails(&report, query, open, now)
            try fillConversions(&report, query.period, open, now)
            try fillSources(&report, query.period)
            try fillNotes(&report, query, chosen)
            return report
        } catch {
            throw IngestError(error)
        }
    }

    private borrowing func chosenLinks(_ scope: ScanReport.Scope) -> Set<Int>? {
        guard !scope.tags.isEmpty || !scope.links.isEmpty else { return nil }
        var chosen: Set<Int> = []
        let tags = Set(scope.tags)
        let names = Set(scope.links.map(lowercased))
        for (number, link) in links.enumerated() {
            let key = link.host + link.path
            let hasTag = tags.isEmpty || catalog[key].map { !tags.isDisjoint(with: $0.tags) } ?? false
            if hasTag, names.isEmpty || names.contains(key) { chosen.insert(number) }
        }
        return chosen
    }

    /// Counts the days of a period that are not closed.
    borrowing func openDays(_ period: ScanReport.Period) throws(IngestError) -> [Int: DayResult] {
        do {
            var days: [Int] = []
            try database.query(
                "SELECT id FROM day WHERE is_closed=0 AND id BETWEEN ? AND ? ORDER BY id",
                .integer(period.first.number), .integer(period.last.number)
            ) { days.append($0.int(0)) }
            var counter = DayCounter(rules: rules, goals: goals)
            var results: [Int: DayResult] = [:]
            for day in days {
                var events: [Event] = []
                var left: [UInt32] = []
                guard try ScanStore.journal(database, day: day, part: (0, 1), events: &events, left: &left) else {
                    throw IngestError.damaged("journal of \(CivilDay(number: day))")
                }
                results[day] = counter.count(&events, excluded: left)
            }
            return results
        } catch { throw IngestError(error) }
    }

    /// Calls `body` for every cell of a period, those of open days included.
    borrowing func cells(
        _ period: ScanReport.Period, _ open: [Int: DayResult], only: Set<Int>?, _ visitors: (Int, Int, Int) -> Void,
        _ body: (Int, Int, Cell) -> Void
    ) throws(IngestError) {
        do {
            try database.query(
                "SELECT id, visitors, anonymous FROM day WHERE is_closed=1 AND id BETWEEN ? AND ? ORDER BY id",
                .integer(period.first.number), .integer(period.last.number)
            ) { row in visitors(row.int(0), row.int(1), row.int(2)) }
            var isDamaged = false
            let isWhole = try CellPages.forEach(database, from: period.first.number, through: period.last.number) {
                (day, link, bytes) in
                if let only, !only.contains(link) { return }
                guard let cell = Cell.unpack(bytes, dayStart: Int64(day - 1) * 86400) else {
                    isDamaged = true
                    return
                }
                body(day, link, cell)
            }
            guard isWhole, !isDamaged else { throw IngestError.damaged("a cell") }
            for (day, result) in open.sorted(by: { $0.key < $1.key })
            where day >= period.first.number && day <= period.last.number {
                visitors(day, result.visitors, result.anonymous)
                for (link, cell) in result.cells where only?.contains(Int(link)) ?? true {
                    body(day, Int(link), cell)
                }
            }
        } catch {
            throw IngestError(error)
        }
    }

    private borrowing func gather(
        _ period: ScanReport.Period, _ open: [Int: DayResult], _ chosen: Set<Int>?, _ sums: inout PeriodSums
    ) throws(IngestError) {
        var copy = sums
        var visitors = 0
        var anonymous = 0
        try cells(period, open, only: chosen) {
            visitors += $1
            anonymous += $2
        } _: {
            copy.add(day: $0, link: $1, $2)
        }
        copy.visitors = visitors
        copy.anonymous = anonymous
        if chosen == nil {
            do {
                try database.query(
                    "SELECT requests, excluded, late, skewed FROM day WHERE id BETWEEN ? AND ?",
                    .integer(period.first.number), .integer(period.last.number)
                ) { row in
                    copy.requests += row.int(0)
                    for (i, count) in ScanStore.decode(counts: row.blob(1)).enumerated() { copy.outside[i] += count }
                    copy.late += row.int(2)
                    copy.skewed += row.int(3)
                }
            } catch { throw .database(error) }
        }
        sums = copy
    }

    /// Counts by day and link.
    borrowing func rows(_ period: ScanReport.Period) throws(IngestError) -> [ScanMaintenance.Row] {
        var rows: [ScanMaintenance.Row] = []
        let names = links
        try cells(period, openDays(period), only: nil) { _, _, _ in
        } _: { day, link, cell in
            var reasons: [(reason: String, count: Int)] = []
            for exclusion in Exclusion.allCases where cell.excluded[Int(exclusion.rawValue)] > 0 {
                if let reason = exclusion.reason {
                    reasons.append((reason.rawValue, Int(cell.excluded[Int(exclusion.rawValue)])))
                }
            }
            rows.append(
                .init(
                    day: CivilDay(number: day), link: names[link].host + names[link].path, scans: Int(cell.scans),
                    uniqueScans: Int(cell.uniques), reasons: reasons))
        }
        return rows
    }
}
