internal import SQLite
internal import Site
internal import Support

/// Counts leaving the database, day by day, as lines of the exchange format.
public struct ScanExport: ~Copyable {
    let database: Database
    private let rules: ScanRules
    private let catalog: LinkCatalog
    private let source: String
    private let zone: String
    private let attribution: String
    private let sharesVisitors: Bool
    private var links: [(host: String, path: String)] = []
    private var texts: [[String]] = []
    private var table = ZoneTable.utc
    private var goals = GoalPlan()

    /// The first line of a file.
    public static let header = Array("#wayseal-cells\t2\n".utf8)
    /// First lines of files that can be read; those of version 1 know no goals.
    static let headers = [header, Array("#wayseal-cells\t1\n".utf8)]

    /// A day with counts.
    public struct Day: Sendable, Equatable {
        /// The day.
        public var day: CivilDay
        /// Changes whenever its counts do.
        public var state: Int
    }

    /// The lines of a day, without line feeds.
    public struct Lines: Sendable {
        /// The day itself.
        public var day: [UInt8]
        /// Its links.
        public var cells: [[UInt8]]
    }

    /// Opens a database of counts.
    /// - Parameters:
    ///   - source: the name of this machine in the lines.
    ///   - catalog: which links have which goals, for days that are open.
    ///   - rules: what counts, for days that are open; `nil`: by the rules of the last ingest.
    public static func open(
        _ path: String, source: String, catalog: LinkCatalog = LinkCatalog(), rules: ScanRules? = nil
    ) throws(IngestError) -> ScanExport {
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            let zone = try ScanStore.text(database, "zone") ?? "UTC"
            let attribution = try ScanStore.text(database, "attribution") ?? ""
            let shares = try ScanStore.text(database, "shares_visitors") == "1"
            let stored = CountingRules(text: try ScanStore.text(database, "rules") ?? "")
            var export = ScanExport(
                database: database, rules: rules ?? ScanRules(stored), catalog: catalog, source: source, zone: zone,
                attribution: attribution,
                sharesVisitors: shares)
            try export.load()
            return export
        } catch { throw .database(error) }
    }

    private init(
        database: consuming Database, rules: ScanRules, catalog: LinkCatalog, source: String, zone: String,
        attribution: String, sharesVisitors: Bool
    ) {
        self.database = database
        self.rules = rules
        self.catalog = catalog
        self.source = source
        self.zone = zone
        self.attribution = attribution
        self.sharesVisitors = sharesVisitors
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
        table = ZoneTable(named: zone) ?? .utc
        goals = GoalPlan(catalog, rules: rules, links: links, texts: texts)
    }

    /// All days with counts, in order.
    public borrowing func days() throws(IngestError) -> [Day] {
        do {
            var days: [Day] = []
            var states: [Int: Int] = [:]
            try database.query("SELECT id, requests, is_closed FROM day WHERE requests > 0") {
                states[$0.int(0)] = $0.int(1) * 2 + $0.int(2)
            }
            // Goals change days that are long over.
            func mix(_ day: Int, _ number: Int, _ factor: Int) {
                states[day] = (states[day] ?? 0) &+ number &* factor
            }
            try database.query("SELECT day, sum(count + is_exact) FROM conversion GROUP BY day") {
                mix($0.int(0), $0.int(1), 0x9E37_79B1)
            }
            try database.query("SELECT day, count(*) FROM request GROUP BY day") {
                mix($0.int(0), $0.int(1), 0x85EB_CA77)
            }
            try database.query("SELECT at FROM reached") {
                mix(table.day(of: Int64($0.int(0))), 1 + $0.int(0), 0xC2B2_AE3D)
            }
            try database.query("SELECT day, max(seq) FROM journal GROUP BY day") {
                mix($0.int(0), $0.int(1), 0x27D4_EB2F)
            }
            for (day, state) in states.sorted(by: { $0.key < $1.key }) {
                days.append(Day(day: CivilDay(number: day), state: state))
            }
            return days
        } catch { throw .database(error) }
    }

    /// The lines of a day; open days as they stand now.
    public borrowing func lines(_ day: CivilDay, sequence: UInt64) throws(IngestError) -> Lines {
        do {
            var record = DayRecord(day: day.number, source: source, sequence: sequence, zone: zone)
            record.attribution = attribution
            try database.query(
                "SELECT is_closed, requests, visitors, anonymous, late, skewed, excluded FROM day WHERE id=?",
                .integer(day.number)
            ) { row in
                record.isClosed = row.int(0) == 1
                record.requests = row.int(1)
                record.visitors = row.int(2)
                record.anonymous = row.int(3)
                record.late = row.int(4)
                record.skewed = row.int(5)
                record.excluded = ScanStore.decode(counts: row.blob(6))
            }
            var cells: [(link: Int, cell: Cell, visitors: [UInt64])] = []
            var outcome = try conversions(day.number)
            if record.isClosed {
                try closed(day.number, &cells)
            } else {
                try open(day.number, &record, &cells, &outcome)
            }
            record.returns = try returns(day.number)
            // The day counts what belongs to no link; what behaviour leaves out is known only here.
            for cell in cells {
                for reason in [Exclusion.quarantine, .repeated] {
                    record.excluded[Int(reason.rawValue)] += Int(cell.cell.excluded[Int(reason.rawValue)])
                }
            }
            let known = Set(cells.map(\.link))
            for link in Set(outcome.reaches.keys).union(outcome.clicks.keys).subtracting(known).sorted() {
                cells.append((link, Cell(), []))
            }
            return Lines(
                day: record.line,
                cells: cells.map { entry in
                    var record = self.record(entry, day.number, sequence)
                    record.reaches = outcome.reaches[entry.link] ?? []
                    record.clicks = outcome.clicks[entry.link] ?? []
                    return record.line
                })
        } catch { throw IngestError(error) }
    }

    private borrowing func closed(
        _ day: Int, _ cells: inout [(link: Int, cell: Cell, visitors: [UInt64])]
    ) throws(IngestError) {
        var isDamaged = false
        var visitors: [Int: [UInt64]] = [:]
        do {
            if sharesVisitors {
                try database.query("SELECT link, hashes FROM visitor WHERE day=?", .integer(day)) {
                    visitors[$0.int(0), default: []] += ScanStore.decode(hashes: $0.blob(1))
                }
            }
            let isWhole = try CellPages.forEach(database, from: day, through: day) { _, link, bytes in
                guard let cell = Cell.unpack(bytes, dayStart: Int64(day - 1) * 86400) else {
                    isDamaged = true
                    return
                }
                cells.append((link, cell, visitors[link] ?? []))
            }
            if !isWhole { isDamaged = true }
        } catch { throw .database(error) }
        if isDamaged { throw .damaged("a cell of \(CivilDay(number: day))") }
    }

    private borrowing func open(
        _ day: Int, _ record: inout DayRecord, _ cells: inout [(link: Int, cell: Cell, visitors: [UInt64])],
        _ outcome: inout Outcome
    ) throws(IngestError) {
        var events: [Event] = []
        var left: [UInt32] = []
        do {
            guard try ScanStore.journal(database, day: day, part: (0, 1), events: &events, left: &left) else {
                throw IngestError.damaged("journal of \(CivilDay(number: day))")
            }
        } catch { throw IngestError(error) }
        var counter = DayCounter(rules: rules, goals: goals)
        counter.keepsVisitors = sharesVisitors || !outcome.clicks.isEmpty
        let result = counter.count(&events, excluded: left)
        record.visitors = result.visitors
        record.anonymous = result.anonymous
        for (index, entry) in result.cells.enumerated() {
            cells.append((Int(entry.link), entry.cell, sharesVisitors ? result.visitorsByCell[index] : []))
            guard let clicks = outcome.clicks[Int(entry.link)] else { continue }
            let counted = Set(result.visitorsByCell[index])
            outcome.clicks[Int(entry.link)] = settled(clicks.filter { counted.contains($0.person) })
        }
        let scanned = Set(result.cells.map { Int($0.link) })
        outcome.clicks = outcome.clicks.filter { scanned.contains($0.key) }
        for (key, count) in result.conversions {
            let funnel = key.funnel < 0 ? "" : goals.funnels[Int(key.funnel)].name
            outcome.add(
                Int(key.link), text(.variant, Int(key.variant)), funnel, Int(key.step),
                funnel.isEmpty ? text(.goal, Int(key.step)) : "", isExact: false, count)
        }
    }

    /// The hash of an open day's visitor goes nowhere, unless machines share it: the first click stands for it.
    private func settled(_ clicks: [CellRecord.Click]) -> [CellRecord.Click] {
        if sharesVisitors { return clicks }
        var first: [UInt64: UInt64] = [:]
        return clicks.map { click in
            var click = click
            let person = first[click.person] ?? click.id
            first[click.person] = person
            click.person = person
            return click
        }
    }

    /// What came of the scans of a day, by link.
    private struct Outcome {
        var reaches: [Int: [CellRecord.Reach]] = [:]
        var clicks: [Int: [CellRecord.Click]] = [:]

        mutating func add(
            _ link: Int, _ variant: String, _ funnel: String, _ step: Int, _ goal: String, isExact: Bool, _ count: Int
        ) {
            reaches[link, default: []].append(
                .init(
                    variant: variant, funnel: funnel, step: funnel.isEmpty ? 0 : UInt32(clamping: step), goal: goal,
                    isExact: isExact, count: UInt32(clamping: count)))
        }
    }

    private borrowing func conversions(_ day: Int) throws(SQLiteError) -> Outcome {
        var outcome = Outcome()
        try database.query(
            "SELECT link, variant, funnel, step, goal, is_exact, count FROM conversion WHERE day=?", .integer(day)
        ) { row in
            let funnel = row.text(2)
            outcome.add(
                row.int(0), text(.variant, row.int(1)), funnel, row.int(3),
                funnel.isEmpty ? text(.goal, row.int(4)) : "", isExact: row.int(5) == 1, row.int(6))
        }
        try database.query(
            "SELECT link, id, variant, person, at FROM request WHERE day=? ORDER BY at, id", .integer(day)
        ) { row in
            outcome.clicks[row.int(0), default: []].append(
                .init(
                    id: UInt64(bitPattern: Int64(row.int(1))), variant: text(.variant, row.int(2)),
                    person: UInt64(bitPattern: Int64(row.int(3))), time: UInt32(clamping: row.int(4))))
        }
        return outcome
    }

    private borrowing func returns(_ day: Int) throws(SQLiteError) -> [DayRecord.Return] {
        var returns: [DayRecord.Return] = []
        try database.query(
            "SELECT request, goal, at FROM reached WHERE at >= ? AND at < ? ORDER BY at, request, goal",
            .integer(Int(table.start(ofDay: day))), .integer(Int(table.start(ofDay: day + 1)))
        ) { row in
            returns.append(
                .init(
                    id: UInt64(bitPattern: Int64(row.int(0))), goal: text(.goal, row.int(1)),
                    time: UInt32(clamping: row.int(2))))
        }
        return returns
    }

    private func text(_ kind: TextTable.Kind, _ number: Int) -> String {
        let list = texts[kind.rawValue - 1]
        return list.indices.contains(number) ? list[number] : ""
    }

    private borrowing func record(
        _ entry: (link: Int, cell: Cell, visitors: [UInt64]), _ day: Int, _ sequence: UInt64
    ) -> CellRecord {
        var record = CellRecord(day: day, source: source, sequence: sequence)
        if entry.link < links.count { (record.host, record.path) = links[entry.link] }
        record.scans = entry.cell.scans
        record.uniques = entry.cell.uniques
        record.late = entry.cell.late
        record.last = entry.cell.last
        record.excluded = entry.cell.excluded
        record.visitors = entry.visitors
        for dimension in Dimension.allCases {
            for value in entry.cell.entries[dimension.rawValue] {
                var text = String(value.id)
                if let kind = dimension.kind {
                    let list = texts[kind.rawValue - 1]
                    text = Int(value.id) < list.count ? list[Int(value.id)] : ""
                }
                record.values.append(
                    .init(dimension: dimension, text: text, scans: value.scans, uniques: value.uniques))
            }
        }
        return record
    }

    /// Writes all days as one file.
    /// - Parameter sequence: greater than in all files that this machine made before: the time in seconds.
    public borrowing func write<Failure: Error>(
        sequence: UInt64, _ put: ([UInt8]) throws(Failure) -> Void
    ) throws {
        try put(Self.header)
        for day in try days() {
            let lines = try lines(day.day, sequence: sequence)
            var bytes = Array("day\t".utf8) + lines.day + [0x0A]
            for line in lines.cells {
                bytes += Array("cell\t".utf8) + line + [0x0A]
                if bytes.count > 1 << 20 {
                    try put(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            try put(bytes)
        }
    }
}
