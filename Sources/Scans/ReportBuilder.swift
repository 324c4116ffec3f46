internal import AccessLogs
internal import SQLite
internal import Site
internal import Support

// The report of a period; conversions and single scans are in ReportBuilder+Conversions.

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

    // MARK: filling

    private borrowing func fill(
        _ report: inout ScanReport, _ query: ReportQuery, _ now: PeriodSums, _ before: PeriodSums?
    ) {
        let isWhole = query.scope.tags.isEmpty && query.scope.links.isEmpty
        report.waterfall = now.waterfall(isWhole: isWhole)
        report.totals = now.totals(isWhole: isWhole)
        report.days = now.days
        report.hours = now.hours
        if let before {
            report.previousPeriod = query.period.preceding
            report.previousTotals = before.totals(isWhole: isWhole)
            report.previousDays = before.days
        }
        func breakdown(
            _ dimension: Dimension, threshold: Int = 1, _ name: (String) -> String
        ) -> ScanReport.Breakdown {
            Self.breakdown(
                now.dimensions[dimension.rawValue], before?.dimensions[dimension.rawValue],
                texts: texts[Self.kind(dimension).rawValue - 1], limit: query.rowLimit, threshold: threshold, name)
        }
        func part(_ index: Int) -> (String) -> String {
            { text in
                let parts = text.split(separator: "|", omittingEmptySubsequences: false)
                return index < parts.count ? String(parts[index]) : ""
            }
        }
        report.countries = breakdown(.place, part(0))
        report.regions = breakdown(.place, threshold: query.anonymityThreshold ?? 1, part(1))
        report.cities = breakdown(.place, threshold: query.anonymityThreshold ?? 1, part(2))
        report.devices = breakdown(.device, part(0))
        report.systems = breakdown(.device, part(1))
        report.browsers = breakdown(.device, part(2))
        report.languages = breakdown(.language) { $0 }
        report.referrers = breakdown(.referrer) { $0 }
        report.origins = now.origins
        report.linkCount = now.links.count
        let top = now.links.sorted {
            $0.value.scans != $1.value.scans ? $0.value.scans > $1.value.scans : $0.key < $1.key
        }
        report.links = top.prefix(query.linkLimit).map {
            linkCount($0.key, $0.value, before?.links[$0.key], before != nil)
        }
        report.groups = groups(now, before)
    }

    static func kind(_ dimension: Dimension) -> TextTable.Kind {
        switch dimension {
        case .device: .device
        case .place: .place
        case .referrer: .referrer
        case .language: .language
        default: .variant
        }
    }

    private borrowing func linkCount(
        _ number: Int, _ sums: LinkSums, _ before: LinkSums?, _ hasBefore: Bool
    ) -> ScanReport.LinkCount {
        let link = links[number]
        let entry = catalog[link.host + link.path]
        var variants: [ScanReport.Breakdown.Row] = []
        for (id, counts) in sums.variants.sorted(by: { $0.key < $1.key }) where id > 0 {
            let names = texts[TextTable.Kind.variant.rawValue - 1]
            variants.append(
                .init(
                    name: Int(id) < names.count ? names[Int(id)] : "", scans: counts.scans,
                    uniqueScans: counts.uniques))
        }
        return ScanReport.LinkCount(
            host: link.host, path: link.path, title: entry?.title ?? "", tags: entry?.tags ?? [], batch: entry?.batch,
            scans: sums.scans, uniqueScans: sums.uniques, previousScans: hasBefore ? before?.scans ?? 0 : nil,
            variants: variants, lastScanAt: sums.last > 0 ? Int64(sums.last) : nil)
    }

    private borrowing func groups(_ now: PeriodSums, _ before: PeriodSums?) -> [ScanReport.Group] {
        func group(_ kind: ScanReport.Group.Kind, _ names: (LinkCatalog.Entry?, String) -> [String]) -> ScanReport
            .Group?
        {
            var sums: [String: (scans: Int, uniques: Int, before: Int)] = [:]
            var unknown = 0
            for (number, link) in now.links {
                let found = names(catalog[links[number].host + links[number].path], links[number].host)
                if found.isEmpty { unknown += link.scans }
                for name in found {
                    sums[name, default: (0, 0, 0)].scans += link.scans
                    sums[name, default: (0, 0, 0)].uniques += link.uniques
                    sums[name, default: (0, 0, 0)].before += before?.links[number]?.scans ?? 0
                }
            }
            guard !sums.isEmpty else { return nil }
            let rows = sums.map { name, value in
                ScanReport.Breakdown.Row(
                    name: name, scans: value.scans, uniqueScans: value.uniques,
                    previousScans: before == nil ? nil : value.before)
            }
            return ScanReport.Group(kind: kind, breakdown: .init(rows: Self.sorted(rows), other: 0, unknown: unknown))
        }
        return [
            group(.tag) { entry, _ in entry?.tags ?? [] },
            group(.folder) { entry, _ in entry.map { $0.folder.isEmpty ? [] : [$0.folder] } ?? [] },
            group(.batch) { entry, _ in entry?.batch.map { [$0] } ?? [] },
            group(.domain) { _, host in host.isEmpty ? [] : [host] },
        ].compactMap { $0 }
    }

    private borrowing func fillDetails(
        _ report: inout ScanReport, _ query: ReportQuery, _ open: [Int: DayResult], _ now: PeriodSums
    ) throws(IngestError) {
        var numbers: [String: Int] = [:]
        for number in now.links.keys { numbers[links[number].host + links[number].path] = number }
        let wanted = report.links.prefix(query.detailLimit).compactMap { numbers[$0.address] }
        guard !wanted.isEmpty else { return }
        var sums: [Int: PeriodSums] = [:]
        for number in wanted { sums[number] = PeriodSums(period: query.period) }
        try cells(query.period, open, only: Set(wanted)) { _, _, _ in
        } _: { day, link, cell in
            sums[link]?.add(day: day, link: link, cell)
        }
        for (index, number) in wanted.enumerated() {
            guard let sum = sums[number] else { continue }
            var detail = ScanReport.LinkDetail(link: report.links[index])
            detail.days = sum.days
            detail.hours = sum.hours
            func breakdown(_ dimension: Dimension, _ index: Int, _ threshold: Int = 1) -> ScanReport.Breakdown {
                Self.breakdown(
                    sum.dimensions[dimension.rawValue], nil, texts: texts[Self.kind(dimension).rawValue - 1], limit: 20,
                    threshold: threshold
                ) { text in
                    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
                    return index < parts.count ? String(parts[index]) : ""
                }
            }
            detail.countries = breakdown(.place, 0)
            detail.cities = breakdown(.place, 2, query.anonymityThreshold ?? 1)
            detail.devices = breakdown(.device, 0)
            detail.referrers = breakdown(.referrer, 0)
            detail.origins = sum.origins
            detail.excluded = sum.waterfall(isWhole: false).excluded
            report.linkDetails.append(detail)
        }
    }

    private borrowing func fillSources(_ report: inout ScanReport, _ period: ScanReport.Period) throws(SQLiteError) {
        let from = zone.start(ofDay: period.first.number)
        let to = zone.start(ofDay: period.last.number + 1)
        var sources: [ScanReport.Source] = []
        try database.query(
            """
            SELECT name, format, lines, malformed, first_at, last_at FROM source
            WHERE last_at >= ? AND first_at < ? ORDER BY name, id
            """, .integer(Int(from)), .integer(Int(to))
        ) { row in
            let format = LogFormat(rawValue: UInt8(truncatingIfNeeded: row.int(1)))?.name ?? "cells"
            sources.append(
                .init(
                    name: row.text(0), format: format, lines: row.int(2), malformed: row.int(3),
                    firstAt: row.isNull(4) ? nil : Int64(row.int(4)), lastAt: row.isNull(5) ? nil : Int64(row.int(5))))
        }
        report.sources = sources
        report.geoAttribution = try ScanStore.text(database, "attribution")
    }

    private borrowing func fillNotes(
        _ report: inout ScanReport, _ query: ReportQuery, _ chosen: Set<Int>?
    ) throws(SQLiteError) {
        var known: Set<Int> = []
        try database.query(
            "SELECT id FROM day WHERE id BETWEEN ? AND ?", .integer(query.period.first.number),
            .integer(query.period.last.number)
        ) { known.insert($0.int(0)) }
        let missing = (query.period.first.number...query.period.last.number).filter { !known.contains($0) }
        if !missing.isEmpty { report.notes.append(.daysWithoutData(missing.map { CivilDay(number: $0) })) }
        let malformed = report.waterfall.excluded.first { $0.reason == .malformed }?.count ?? 0
        if report.waterfall.requests > 0, malformed * 100 > report.waterfall.requests {
            report.notes.append(.manyMalformed(share: Double(malformed) / Double(report.waterfall.requests)))
        }
        var late = 0
        var skewed = 0
        var anonymous = 0
        try database.query(
            "SELECT late, skewed, anonymous FROM day WHERE id BETWEEN ? AND ?", .integer(query.period.first.number),
            .integer(query.period.last.number)
        ) { row in
            late += row.int(0)
            skewed += row.int(1)
            anonymous += row.int(2)
        }
        if late > 0 { report.notes.append(.lateLines(late)) }
        if skewed > 0 { report.notes.append(.skewedLines(skewed)) }
        if anonymous > 0, chosen == nil { report.notes.append(.optedOut(anonymous)) }
        let today = zone.day(of: query.createdAt)
        if query.period.last.number >= today, query.period.first.number <= today {
            report.notes.append(.unfinishedDay(CivilDay(number: today)))
        }
        let unmeasured = catalog.values.reduce(0) { $1.privacy == .none ? $0 + 1 : $0 }
        if unmeasured > 0 { report.notes.append(.unmeasuredLinks(unmeasured)) }
        report.notes.append(report.geoAttribution == nil ? .noGeography : .approximateGeography)
    }
}
