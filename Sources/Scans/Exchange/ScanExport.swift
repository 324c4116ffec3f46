internal import SQLite

/// Counts leaving the database, day by day, as lines of the exchange format.
public struct ScanExport: ~Copyable {
    let database: Database
    private let rules: ScanRules
    private let source: String
    private let zone: String
    private let attribution: String
    private let sharesVisitors: Bool
    private var links: [(host: String, path: String)] = []
    private var texts: [[String]] = []

    /// The first line of a file.
    public static let header = Array("#wayseal-cells\t1\n".utf8)

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

    /// Opens a database of counts. `source` is the name of this machine in the lines.
    public static func open(
        _ path: String, source: String, rules: ScanRules = ScanRules()
    ) throws(IngestError) -> ScanExport {
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            let zone = try ScanStore.text(database, "zone") ?? "UTC"
            let attribution = try ScanStore.text(database, "attribution") ?? ""
            let shares = try ScanStore.text(database, "shares_visitors") == "1"
            var export = ScanExport(
                database: database, rules: rules, source: source, zone: zone, attribution: attribution,
                sharesVisitors: shares)
            try export.load()
            return export
        } catch { throw .database(error) }
    }

    private init(
        database: consuming Database, rules: ScanRules, source: String, zone: String, attribution: String,
        sharesVisitors: Bool
    ) {
        self.database = database
        self.rules = rules
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
    }

    /// All days with counts, in order.
    public borrowing func days() throws(IngestError) -> [Day] {
        do {
            var days: [Day] = []
            try database.query("SELECT id, requests, is_closed FROM day WHERE requests > 0 ORDER BY id") {
                days.append(Day(day: CivilDay(number: $0.int(0)), state: $0.int(1) * 2 + $0.int(2)))
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
            if record.isClosed {
                try closed(day.number, &cells)
            } else {
                try open(day.number, &record, &cells)
            }
            // The day counts what belongs to no link; what behaviour leaves out is known only here.
            for cell in cells {
                for reason in [Exclusion.quarantine, .repeated] {
                    record.excluded[Int(reason.rawValue)] += Int(cell.cell.excluded[Int(reason.rawValue)])
                }
            }
            return Lines(day: record.line, cells: cells.map { self.record($0, day.number, sequence).line })
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
        _ day: Int, _ record: inout DayRecord, _ cells: inout [(link: Int, cell: Cell, visitors: [UInt64])]
    ) throws(IngestError) {
        var events: [Event] = []
        var left: [UInt32] = []
        do {
            guard try ScanStore.journal(database, day: day, part: (0, 1), events: &events, left: &left) else {
                throw IngestError.damaged("journal of \(CivilDay(number: day))")
            }
        } catch { throw IngestError(error) }
        var counter = DayCounter(rules: rules)
        counter.keepsVisitors = sharesVisitors
        let result = counter.count(&events, excluded: left)
        record.visitors = result.visitors
        record.anonymous = result.anonymous
        for (index, entry) in result.cells.enumerated() {
            cells.append((Int(entry.link), entry.cell, sharesVisitors ? result.visitorsByCell[index] : []))
        }
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
