internal import AccessLogs
internal import SQLite
public import Support

/// Why counts of several machines could not be united or sent.
public enum ExchangeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A database of counts.
    case counts(IngestError)
    /// A file of ours.
    case file(FileError)
    /// A file of cells cannot be read on, at this line.
    case malformed(path: String, line: Int)
    /// Two machines count days in different zones.
    case zones(String, String)
    /// The server refused or could not be reached.
    case server(String)
    /// The address is none.
    case address(String)

    /// For people.
    public var description: String {
        switch self {
        case .counts(let error): error.description
        case .file(let error): error.description
        case .malformed(let path, let line): "\(path):\(line): this is no line of 'wayseal scans export'"
        case .zones(let a, let b): "one machine counts days in \(a), another in \(b): their days are not the same"
        case .server(let words): words
        case .address(let address): "\(address) is no address of the form clickhouse://host:8123/database"
        }
    }

    init(_ error: any Error) {
        self =
            switch error {
            case let error as ExchangeError: error
            case let error as IngestError: .counts(error)
            case let error as SQLiteError: .counts(.database(error))
            case let error as FileError: .file(error)
            case let error as LogStreamError: .counts(.log(error))
            default: .counts(.damaged("\(error)"))
            }
    }
}

/// Unites the counts of several machines in a new database, from which reports are made as from any other.
///
/// Scans, requests and exclusions are added. Unique scans and visitors are those of the union where the machines share
/// their visitors' hashes, the sum where they don't. Unique scans by device, place and so on are always sums.
struct ScanMerge: ~Copyable {
    private let database: Database
    private var links: [String: Int] = [:]
    private var texts = TextTable.Kind.allCases.map { _ in TextTable(limit: 1_000_000) }
    private var zone: String?
    private var sources: [String: (lines: Int, malformed: Int, first: Int, last: Int)] = [:]
    private var attribution = ""

    /// A database at a path where none is.
    init(path: String) throws(ExchangeError) { database = try Self.fresh(path) }

    private static func fresh(_ path: String) throws(ExchangeError) -> Database {
        do {
            let database = try ScanStore.open(path)
            try database.execute("BEGIN")
            return database
        } catch { throw ExchangeError(error) }
    }

    /// Adds one day. Of rows that stand for the same, those with the greatest sequence count.
    mutating func add(_ day: Int, days: [DayRecord], cells: [CellRecord]) throws(ExchangeError) {
        var newest: [String: DayRecord] = [:]
        for record in days where record.day == day {
            if let old = newest[record.source], old.sequence >= record.sequence { continue }
            newest[record.source] = record
        }
        guard !newest.isEmpty else { return }
        var groups: [String: [String: CellRecord]] = [:]
        for cell in cells where cell.day == day && newest[cell.source] != nil {
            let key = cell.host + "\u{0}" + cell.path
            if let old = groups[key]?[cell.source], old.sequence >= cell.sequence { continue }
            groups[key, default: [:]][cell.source] = cell
        }
        do {
            let shared = try store(day, newest, groups)
            try store(returns: newest.values.flatMap(\.returns))
            try store(day, newest, visitors: shared)
        } catch { throw ExchangeError(error) }
    }

    /// The visitors of the day, from those machines that share them all.
    private mutating func store(
        _ day: Int, _ newest: [String: DayRecord], _ groups: [String: [String: CellRecord]]
    ) throws(SQLiteError) -> (sources: Set<String>, count: Int) {
        var sharing = Set(newest.keys)
        for group in groups.values {
            for cell in group.values where cell.uniques > 0 && !cell.hasVisitors { sharing.remove(cell.source) }
        }
        if sharing.count < 2 { sharing = [] }
        var visitors: Set<UInt64> = []
        var rows: [(link: Int, bytes: [UInt8])] = []
        for key in groups.keys.sorted() {
            guard let group = groups[key] else { continue }
            let parts = group.values.sorted { $0.source < $1.source }
            var cell = Cell()
            var union: Set<UInt64> = []
            var sum: UInt32 = 0
            for part in parts {
                cell.add(self.cell(part))
                if sharing.contains(part.source) {
                    union.formUnion(part.visitors)
                    visitors.formUnion(part.visitors)
                } else {
                    sum &+= part.uniques
                }
            }
            cell.uniques = sum &+ UInt32(clamping: union.count)
            var bytes: [UInt8] = []
            cell.pack(dayStart: Int64(day - 1) * 86400, into: &bytes)
            let number = try link(parts[0].host, parts[0].path)
            rows.append((number, bytes))
            for part in parts { try store(part, of: number) }
        }
        var writer = try CellPages.Writer(database, day: day)
        for row in rows.sorted(by: { $0.link < $1.link }) { try writer.add(row.link, row.bytes) }
        try writer.finish()
        return (sharing, visitors.count)
    }

    /// Goals that came back, also of days that are not united here.
    mutating func add(returns: [DayRecord]) throws(ExchangeError) {
        do { try store(returns: returns.flatMap(\.returns)) } catch { throw ExchangeError(error) }
    }

    private mutating func store(returns: [DayRecord.Return]) throws(SQLiteError) {
        try ConversionStore.store(
            returns.map { ReachedGoal(id: $0.id, goal: number(.goal, $0.goal), time: $0.time) }, in: database)
    }

    /// What came of the scans of a link at one machine.
    private mutating func store(_ record: CellRecord, of link: Int) throws(SQLiteError) {
        for reach in record.reaches {
            let key = Conversion(
                funnel: reach.funnel.isEmpty ? -1 : 0,
                step: reach.funnel.isEmpty ? number(.goal, reach.goal) : reach.step,
                link: UInt32(link), variant: UInt16(truncatingIfNeeded: number(.variant, reach.variant)))
            try ConversionStore.add(
                Int(reach.count), of: key, funnel: reach.funnel, day: record.day, isExact: reach.isExact, in: database)
        }
        for click in record.clicks {
            try database.run(
                "INSERT OR IGNORE INTO request VALUES(?, ?, ?, ?, ?, ?)", .integer(Int(Int64(bitPattern: click.id))),
                .integer(record.day), .integer(link), .integer(Int(number(.variant, click.variant))),
                .integer(Int(Int64(bitPattern: click.person))), .integer(Int(click.time)))
        }
    }

    private mutating func number(_ kind: TextTable.Kind, _ text: String) -> UInt32 {
        texts[kind.rawValue - 1].number(Array(text.utf8))
    }

    private mutating func store(
        _ day: Int, _ newest: [String: DayRecord], visitors shared: (sources: Set<String>, count: Int)
    ) throws {
        var total = DayRecord(day: day)
        total.visitors = shared.count
        for record in newest.values.sorted(by: { $0.source < $1.source }) {
            if let zone, zone != record.zone { throw ExchangeError.zones(zone, record.zone) }
            zone = record.zone
            if !record.attribution.isEmpty { attribution = record.attribution }
            total.requests += record.requests
            if !shared.sources.contains(record.source) { total.visitors += record.visitors }
            total.anonymous += record.anonymous
            total.late += record.late
            total.skewed += record.skewed
            for i in total.excluded.indices { total.excluded[i] += record.excluded[i] }
            // Goals alone came on this day.
            if record.requests == 0 { continue }
            let malformed = record.excluded[Int(Exclusion.malformed.rawValue)]
            let old = sources[record.source] ?? (0, 0, day, day)
            sources[record.source] = (
                old.lines + record.requests, old.malformed + malformed, min(old.first, day), max(old.last, day)
            )
        }
        if total.requests == 0 { return }
        // A database counts behaviour in its cells.
        total.excluded[Int(Exclusion.quarantine.rawValue)] = 0
        total.excluded[Int(Exclusion.repeated.rawValue)] = 0
        try database.run(
            "INSERT INTO day VALUES(?, 1, ?, ?, ?, ?, ?, ?)", .integer(day), .integer(total.requests),
            .integer(total.visitors), .integer(total.anonymous), .integer(total.late), .integer(total.skewed),
            .blob(ScanStore.encode(total.excluded)))
    }

    private mutating func link(_ host: String, _ path: String) throws(SQLiteError) -> Int {
        let key = host + "\u{0}" + path
        if let known = links[key] { return known }
        let number = links.count
        links[key] = number
        try database.run("INSERT INTO link VALUES(?, ?, ?)", .integer(number), .text(host), .text(path))
        return number
    }

    /// The cell of a record, its texts as the numbers of this database.
    private mutating func cell(_ record: CellRecord) -> Cell {
        var cell = Cell()
        cell.scans = record.scans
        cell.uniques = record.uniques
        cell.late = record.late
        cell.last = record.last
        cell.excluded = record.excluded
        var lists = [[UInt32: Cell.Entry]](repeating: [:], count: Dimension.count)
        for value in record.values {
            let id: UInt32
            if let kind = value.dimension.kind {
                id = number(kind, value.text)
            } else {
                // Hours and origins are small; what is none came from nowhere good.
                id = UInt32(value.text).flatMap { $0 < 24 ? $0 : nil } ?? 0
            }
            let old = lists[value.dimension.rawValue][id] ?? Cell.Entry(id: id, scans: 0, uniques: 0)
            lists[value.dimension.rawValue][id] = Cell.Entry(
                id: id, scans: old.scans &+ value.scans, uniques: old.uniques &+ value.uniques)
        }
        cell.entries = lists.map { $0.values.sorted { $0.id < $1.id } }
        return cell
    }

    /// Writes the rest and makes the database whole.
    consuming func finish() throws(ExchangeError) {
        do {
            for kind in TextTable.Kind.allCases {
                for (number, text) in texts[kind.rawValue - 1].texts.enumerated() where number > 0 {
                    try database.run(
                        "INSERT INTO dimension VALUES(?, ?, ?)", .integer(kind.rawValue), .integer(number),
                        .text(String(decoding: text, as: UTF8.self)))
                }
            }
            let zone = zone ?? "UTC"
            try database.run("INSERT INTO setting VALUES('zone', ?)", .text(zone))
            if !attribution.isEmpty {
                try database.run("INSERT INTO setting VALUES('attribution', ?)", .text(attribution))
            }
            let table = ZoneTable(named: zone) ?? .utc
            for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
                try database.run(
                    """
                    INSERT INTO source(name, format, head_size, head, position, tail, lines, malformed, first_at, last_at,
                      header) VALUES(?, ?, 0, x'', 0, x'', ?, ?, ?, ?, x'')
                    """, .text(name), .integer(SourceState.mergedFormat), .integer(source.lines),
                    .integer(source.malformed), .integer(Int(table.start(ofDay: source.first))),
                    .integer(Int(table.start(ofDay: source.last + 1)) - 1))
            }
            try database.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);")
        } catch { throw ExchangeError(error) }
    }
}
