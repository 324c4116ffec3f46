internal import SQLite

/// The counts as tables for SQL, for those who have their own questions.
public struct ScanQuery: ~Copyable {
    /// A value of an answer.
    public enum Value: Sendable, Equatable {
        /// No value.
        case null
        /// A whole number.
        case integer(Int)
        /// Another number.
        case number(Double)
        /// A text; it may come from a log, and be hostile.
        case text(String)
    }

    private let database: Database

    /// The tables that a question can be asked of.
    public static let tables = """
        scans(day, host, path, scans, uniques, late)
        dimensions(day, host, path, dimension, value, scans, uniques)
        excluded(day, host, path, reason, requests)
        conversions(day, host, path, variant, funnel, step, goal, exact, visitors)
        clicks(day, host, path, variant, qid, scanned, goal, reached)
        days(day, requests, visitors, opted_out, late, skewed)
        """

    private init(_ database: consuming Database) { self.database = database }

    /// Fills the tables, in memory, from a database of counts.
    public static func open(
        _ path: String, period: ScanReport.Period, catalog: LinkCatalog = LinkCatalog()
    ) throws(IngestError) -> ScanQuery {
        let builder = try ReportBuilder.open(path, catalog: catalog)
        do {
            let database = try Database(path: ":memory:")
            try database.execute(
                """
                CREATE TABLE scans(day TEXT, host TEXT, path TEXT, scans INTEGER, uniques INTEGER, late INTEGER);
                CREATE TABLE dimensions(day TEXT, host TEXT, path TEXT, dimension TEXT, value TEXT, scans INTEGER,
                  uniques INTEGER);
                CREATE TABLE excluded(day TEXT, host TEXT, path TEXT, reason TEXT, requests INTEGER);
                CREATE TABLE conversions(day TEXT, host TEXT, path TEXT, variant TEXT, funnel TEXT, step INTEGER,
                  goal TEXT, exact INTEGER, visitors INTEGER);
                CREATE TABLE clicks(day TEXT, host TEXT, path TEXT, variant TEXT, qid TEXT, scanned TEXT, goal TEXT,
                  reached TEXT);
                CREATE TABLE days(day TEXT, requests INTEGER, visitors INTEGER, opted_out INTEGER, late INTEGER,
                  skewed INTEGER);
                """)
            let transaction = try database.begin()
            try builder.fill(database, period)
            try transaction.commit()
            return ScanQuery(database)
        } catch { throw IngestError(error) }
    }

    /// Answers one statement: names of columns, then rows.
    /// - Throws: what SQLite has against it.
    public func ask(_ sql: String) throws(IngestError) -> (columns: [String], rows: [[Value]]) {
        do {
            let statement = try database.prepare(sql)
            var rows: [[Value]] = []
            let columns = (0..<statement.columnCount).map { statement.columnName($0) }
            while try statement.step() {
                rows.append(
                    (0..<columns.count).map { column in
                        switch statement.kind(column) {
                        case .null: .null
                        case .integer: .integer(statement.int(column))
                        case .real: .number(statement.double(column))
                        case .text, .blob: .text(statement.text(column))
                        }
                    })
            }
            return (columns, rows)
        } catch { throw .database(error) }
    }
}

extension ReportBuilder {
    /// Writes all rows of a period into the tables of ``ScanQuery``.
    borrowing func fill(_ target: borrowing Database, _ period: ScanReport.Period) throws {
        let scans = try target.prepare("INSERT INTO scans VALUES(?, ?, ?, ?, ?, ?)")
        let values = try target.prepare("INSERT INTO dimensions VALUES(?, ?, ?, ?, ?, ?, ?)")
        let excluded = try target.prepare("INSERT INTO excluded VALUES(?, ?, ?, ?, ?)")
        let open = try openDays(period)
        var failure: SQLiteError?
        try cells(period, open, only: nil) { _, _, _ in
        } _: { day, number, cell in
            do {
                let link = links[number]
                let date = SQLiteValue.text(CivilDay(number: day).description)
                if cell.scans > 0 {
                    try scans.run(
                        date, .text(link.host), .text(link.path), .integer(Int(cell.scans)),
                        .integer(Int(cell.uniques)), .integer(Int(cell.late)))
                    for dimension in Dimension.allCases {
                        for entry in cell.entries[dimension.rawValue] {
                            for (name, text) in names(dimension, entry.id) {
                                try values.run(
                                    date, .text(link.host), .text(link.path), .text(name), .text(text),
                                    .integer(Int(entry.scans)), .integer(Int(entry.uniques)))
                            }
                        }
                    }
                }
                for exclusion in Exclusion.allCases where cell.excluded[Int(exclusion.rawValue)] > 0 {
                    guard let reason = exclusion.reason else { continue }
                    try excluded.run(
                        date, .text(link.host), .text(link.path), .text(reason.rawValue),
                        .integer(Int(cell.excluded[Int(exclusion.rawValue)])))
                }
            } catch let error as SQLiteError { failure = error } catch {}
        }
        if let failure { throw failure }
        try fillDays(target, period, open)
        try fillConversions(target, period, open)
        try fillClicks(target, period, open)
    }

    /// An entry of a dimension in words: a device is three of them.
    private func names(_ dimension: Dimension, _ id: UInt32) -> [(String, String)] {
        func parts(_ kind: TextTable.Kind, _ names: [String]) -> [(String, String)] {
            let list = texts[kind.rawValue - 1]
            let text = Int(id) < list.count ? list[Int(id)] : ""
            let parts = text.split(separator: "|", omittingEmptySubsequences: false)
            return names.enumerated().map { ($1, $0 < parts.count ? String(parts[$0]) : "") }
        }
        switch dimension {
        case .hour: return [("hour", String(id))]
        case .device: return parts(.device, ["device", "system", "browser"])
        case .place:
            // Small places are folded in reports; a row here would name them.
            return parts(.place, ["country"])
        case .referrer: return parts(.referrer, ["referrer"])
        case .language: return parts(.language, ["language"])
        case .variant: return parts(.variant, ["variant"])
        case .origin: return [("origin", id == 1 ? "code" : id == 2 ? "click" : "unmarked")]
        }
    }

    private borrowing func fillDays(
        _ target: borrowing Database, _ period: ScanReport.Period, _ open: [Int: DayResult]
    ) throws(SQLiteError) {
        let insert = try target.prepare("INSERT INTO days VALUES(?, ?, ?, ?, ?, ?)")
        var rows: [[SQLiteValue]] = []
        try database.query(
            "SELECT id, requests, visitors, anonymous, late, skewed FROM day WHERE id BETWEEN ? AND ? ORDER BY id",
            .integer(period.first.number), .integer(period.last.number)
        ) { row in
            let day = open[row.int(0)]
            rows.append([
                .text(CivilDay(number: row.int(0)).description), .integer(row.int(1)),
                .integer(day?.visitors ?? row.int(2)), .integer(day?.anonymous ?? row.int(3)), .integer(row.int(4)),
                .integer(row.int(5)),
            ])
        }
        for row in rows {
            try insert.bind(row)
            try insert.run()
        }
    }

    private borrowing func fillConversions(
        _ target: borrowing Database, _ period: ScanReport.Period, _ open: [Int: DayResult]
    ) throws(IngestError) {
        for row in try conversionRows(period, open) {
            let link = links[row.link]
            do {
                try target.run(
                    "INSERT INTO conversions VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    .text(CivilDay(number: row.day).description), .text(link.host), .text(link.path),
                    .text(row.variant), .text(row.funnel), .integer(row.step), .text(row.goal),
                    .integer(row.isExact ? 1 : 0), .integer(row.count))
            } catch { throw .database(error) }
        }
    }

    /// Scans whose id may come back, a row for each goal that did. `qid` is the id's fingerprint: ids are not kept.
    private borrowing func fillClicks(
        _ target: borrowing Database, _ period: ScanReport.Period, _ open: [Int: DayResult]
    ) throws(SQLiteError) {
        let insert = try target.prepare("INSERT INTO clicks VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
        func text(_ kind: TextTable.Kind, _ number: Int) -> String {
            let list = texts[kind.rawValue - 1]
            return list.indices.contains(number) ? list[number] : ""
        }
        var rows: [[SQLiteValue]] = []
        try database.query(
            """
            SELECT r.day, r.link, r.variant, r.person, r.id, datetime(r.at, 'unixepoch'), x.goal,
              datetime(x.at, 'unixepoch') FROM request r LEFT JOIN reached x
              ON x.request = r.id AND x.at BETWEEN r.at - 300 AND r.at + ?
            WHERE r.day BETWEEN ? AND ? ORDER BY r.at, r.id, x.at
            """, .integer(rules.clickDays * 86400), .integer(period.first.number), .integer(period.last.number)
        ) { row in
            let visitor = VisitorLink(
                visitor: UInt64(bitPattern: Int64(row.int(3))), link: UInt32(truncatingIfNeeded: row.int(1)))
            guard links.indices.contains(row.int(1)), open[row.int(0)]?.tracked.contains(visitor) ?? true else {
                return
            }
            let link = links[row.int(1)]
            let own = goals.goals[visitor.link].map { Int($0) } ?? 0
            let isReached = !row.isNull(6)
            let id = String(UInt64(bitPattern: Int64(row.int(4))), radix: 16)
            rows.append([
                .text(CivilDay(number: row.int(0)).description), .text(link.host), .text(link.path),
                .text(text(.variant, row.int(2))), .text(String(repeating: "0", count: 16 - id.utf8.count) + id),
                .text(row.text(5)), isReached ? .text(text(.goal, row.int(6) == 0 ? own : row.int(6))) : .null,
                isReached ? .text(row.text(7)) : .null,
            ])
        }
        for row in rows {
            try insert.bind(row)
            try insert.run()
        }
    }
}
