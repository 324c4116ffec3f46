internal import SQLite
internal import Support
internal import Transfer

/// A ClickHouse server over HTTP: where the counts of many machines meet. The statements keep to what servers from 18.16
/// on understand.
public struct ClickHouse: Sendable {
    private let base: String
    private let database: String
    private let user: String?
    private let password: String?
    /// What it is called in messages and in the database of counts; without a password.
    public let name: String

    /// `clickhouse://host:8123/database`, or `clickhouses://` for TLS.
    public init(url: String, user: String? = nil, password: String? = nil) throws(ExchangeError) {
        let scheme: String
        let rest: Substring
        if url.hasPrefix("clickhouse://") {
            scheme = "http"
            rest = url.dropFirst("clickhouse://".count)
        } else if url.hasPrefix("clickhouses://") {
            scheme = "https"
            rest = url.dropFirst("clickhouses://".count)
        } else {
            throw .address(url)
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        // A password in an address ends up in lists of processes.
        guard let host = parts.first, !host.isEmpty, !host.contains("@"), !rest.contains("?"), !rest.contains("#")
        else {
            throw .address(url)
        }
        let database = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : "default"
        guard database.utf8.allSatisfy({ $0 == 0x5F || $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 }) else {
            throw .address(url)
        }
        let hasPort = host.last != "]" && host.split(separator: "]").last?.contains(":") == true
        let port = hasPort ? "" : scheme == "https" ? ":8443" : ":8123"
        base = "\(scheme)://\(host)\(port)/"
        self.database = database
        self.user = user
        self.password = password
        name = "\(host)/\(database)"
        if password != nil, scheme == "http", !Self.isLoopback(host) {
            throw .server("a password goes to \(host) only over TLS: use clickhouses://")
        }
    }

    private static func isLoopback(_ host: Substring) -> Bool {
        host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
    }

    /// Runs a statement; `body` is the data of an INSERT.
    @discardableResult
    func run(_ statement: String, body: [UInt8]? = nil) throws(ExchangeError) -> [UInt8] {
        var url = base + "?database=" + database + "&insert_distributed_sync=1"
        var fields: [HTTPRequest.Field] = []
        if let user { fields.append(.init("X-ClickHouse-User", user)) }
        if let password { fields.append(.init("X-ClickHouse-Key", password)) }
        var bytes = Array(statement.utf8)
        if let body {
            url += "&query=" + Self.percentEncoded(statement)
            bytes = body
        }
        let limits = HTTPRequest.Limits(connect: 10_000, total: 600_000, bytes: 1 << 30)
        let answer: HTTPResponse
        do {
            answer = try HTTPRequest(.post, url, fields: fields, body: bytes, limits: limits).send()
        } catch { throw .server("\(name): \(error.description)") }
        guard answer.status == 200 else {
            let words = String(
                decoding: answer.body.prefix(300).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
            throw .server("\(name) answers \(answer.status): \(words)")
        }
        return answer.body
    }

    private static func percentEncoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            if byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x5F {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += byte < 16 ? "%0" : "%"
                out += String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }

    // MARK: tables

    private static let cellColumns = """
        day Date, source String, sequence UInt64, host String, path String, scans UInt32, uniques UInt32, late UInt32, \
        last UInt32, dimensions Array(String), texts Array(String), text_scans Array(UInt32), \
        text_uniques Array(UInt32), reasons Array(String), left_out Array(UInt32), visitors Array(UInt64)
        """
    /// What later versions added behind it.
    private static let newCellColumns = [
        "goal_variants Array(String)", "goal_funnels Array(String)", "goal_steps Array(UInt32)", "goals Array(String)",
        "goal_exact Array(UInt8)", "goal_visitors Array(UInt32)", "click_ids Array(UInt64)",
        "click_variants Array(String)", "click_people Array(UInt64)", "click_times Array(UInt32)",
    ]
    private static let dayColumns = """
        day Date, source String, sequence UInt64, zone String, is_closed UInt8, requests UInt64, visitors UInt64, \
        anonymous UInt64, late UInt64, skewed UInt64, reasons Array(String), left_out Array(UInt64), attribution String
        """
    private static let newDayColumns = [
        "return_ids Array(UInt64)", "return_goals Array(String)", "return_times Array(UInt32)",
    ]

    private static let schema = [
        (
            name: "wayseal_cell", old: cellColumns, new: newCellColumns, key: "day, source, host, path",
            shard: "source, host, path"
        ),
        (name: "wayseal_day", old: dayColumns, new: newDayColumns, key: "day, source", shard: "source"),
    ]

    /// The statements that make the tables.
    /// - Parameter cluster: makes each table on this cluster's shards, and one that spreads over them.
    public static func tables(cluster: String? = nil) -> [String] {
        var statements: [String] = []
        for (name, old, new, key, shard) in schema {
            let local = cluster == nil ? name : name + "_local"
            statements.append(
                """
                CREATE TABLE IF NOT EXISTS \(local) (\(old), \(new.joined(separator: ", "))) \
                ENGINE = ReplacingMergeTree(sequence) PARTITION BY toYYYYMM(day) ORDER BY (\(key))
                """)
            if let cluster {
                // All rows that may replace one another come to the same shard.
                statements.append(
                    """
                    CREATE TABLE IF NOT EXISTS \(name) AS \(local) ENGINE = \
                    Distributed(\(cluster), currentDatabase(), \(local), cityHash64(\(shard)))
                    """)
            }
        }
        return statements
    }

    /// The statements that bring tables from before goals were sent up to date. (Servers of 18.16 know no
    /// `ADD COLUMN IF NOT EXISTS`: where the columns are, these fail and change nothing.)
    public static func additions(cluster: String? = nil) -> [String] {
        schema.flatMap { table in
            (cluster == nil ? [table.name] : [table.name + "_local", table.name]).map {
                "ALTER TABLE \($0) " + table.new.map { "ADD COLUMN " + $0 }.joined(separator: ", ")
            }
        }
    }

    /// Makes tables that are missing. Those that spread over a cluster are their owner's work.
    private func makeTables() throws(ExchangeError) {
        func ask(_ what: String) throws(ExchangeError) -> [UInt8] {
            Array(try run("SELECT " + what + " FORMAT TabSeparated").prefix { $0 != 0x0A })
        }
        let engine = try ask(
            "any(engine) FROM system.tables WHERE database = currentDatabase() AND name = 'wayseal_cell'")
        let isSpread = engine.starts(with: "Distributed".utf8)
        if !isSpread { for statement in Self.tables() { try run(statement) } }
        for ((name, _, new, _, _), statement) in zip(Self.schema, Self.additions()) {
            let last = new.last?.prefix { $0 != " " } ?? ""
            let there = try ask(
                "count() FROM system.columns WHERE database = currentDatabase() AND table = '\(name)' AND name = '\(last)'"
            )
            if there == Array("1".utf8) { continue }
            if isSpread {
                throw .server(
                    "\(self.name): \(name) is of an older wayseal: 'wayseal scans push --ddl --cluster …' prints what brings it up to date"
                )
            }
            try run(statement)
        }
    }

    // MARK: sending

    /// Sends the days that changed since they were last sent there. A run that breaks off goes on where it was; what is
    /// sent twice counts once.
    /// - Parameter now: seconds since 1970; numbers the rows, so that later ones replace earlier ones.
    /// - Returns: how many days were sent.
    public func push(
        _ export: borrowing ScanExport, source: String, now: Int64, createsTables: Bool = true,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(ExchangeError) -> Int {
        if createsTables { try makeTables() }
        let target = name + "#" + source
        var sent: [Int: (sequence: Int, state: Int)] = [:]
        do {
            try export.database.query("SELECT day, sequence, state FROM part WHERE source=?", .text(target)) {
                sent[$0.int(0)] = ($0.int(1), $0.int(2))
            }
        } catch { throw ExchangeError(error) }
        let days: [ScanExport.Day]
        do { days = try export.days() } catch { throw ExchangeError(error) }
        let changed = days.filter { sent[$0.day.number]?.state != $0.state }
        for (index, day) in changed.enumerated() {
            let sequence = max(Int(now), (sent[day.day.number]?.sequence ?? 0) + 1)
            let lines: ScanExport.Lines
            do { lines = try export.lines(day.day, sequence: UInt64(sequence)) } catch { throw ExchangeError(error) }
            var body: [UInt8] = []
            for line in lines.cells {
                body += line
                body.append(0x0A)
                if body.count > 4 << 20 {
                    try run("INSERT INTO wayseal_cell FORMAT TabSeparated", body: body)
                    body = []
                }
            }
            if !body.isEmpty { try run("INSERT INTO wayseal_cell FORMAT TabSeparated", body: body) }
            // The day comes last: readers take a day for whole when its row is there.
            try run("INSERT INTO wayseal_day FORMAT TabSeparated", body: lines.day + [0x0A])
            do {
                try export.database.run(
                    "INSERT OR REPLACE INTO part(source, day, sequence, state) VALUES(?, ?, ?, ?)", .text(target),
                    .integer(day.day.number), .integer(sequence), .integer(day.state))
            } catch { throw ExchangeError(error) }
            progress(index + 1, changed.count)
        }
        return changed.count
    }

    // MARK: reading

    /// The first and last day with counts; `nil` when there are none.
    public func days() throws(ExchangeError) -> ScanReport.Period? {
        let answer = try run(
            "SELECT count(), min(day), max(day) FROM wayseal_day WHERE requests > 0 FORMAT TabSeparated")
        let columns = answer.split(whereSeparator: { $0 == 0x09 || $0 == 0x0A }).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard columns.count == 3, columns[0] != "0", let first = CivilDay(iso: columns[1]),
            let last = CivilDay(iso: columns[2])
        else { return nil }
        return .init(first: first, last: last)
    }

    /// The local day of an instant, in the zone in which the machines count.
    public func day(at seconds: Int64) throws(ExchangeError) -> CivilDay {
        let answer = try run("SELECT any(zone) FROM wayseal_day FORMAT TabSeparated")
        let zone = ZoneTable(named: String(decoding: answer.prefix { $0 != 0x0A }, as: UTF8.self)) ?? .utc
        return CivilDay(number: zone.day(of: seconds))
    }

    /// Fetches the counts of a period into a new database at `path`, from which reports are made.
    public func fetch(_ period: ScanReport.Period, into path: String) throws(ExchangeError) {
        var merge = try ScanMerge(path: path)
        let range = "BETWEEN '\(period.first)' AND '\(period.last)'"
        let rows = try run("SELECT * FROM wayseal_day WHERE day \(range) FORMAT TabSeparated")
        var records: [Int: [DayRecord]] = [:]
        for line in rows.split(separator: 0x0A) {
            guard let record = DayRecord(line: line) else { throw .server("\(name): a row of wayseal_day is damaged") }
            records[record.day, default: []].append(record)
        }
        for (day, days) in records.sorted(by: { $0.key < $1.key }) {
            let rows = try run(
                "SELECT * FROM wayseal_cell WHERE day = '\(CivilDay(number: day))' FORMAT TabSeparated")
            var cells: [CellRecord] = []
            for line in rows.split(separator: 0x0A) {
                guard let cell = CellRecord(line: line) else {
                    throw .server("\(name): a row of wayseal_cell is damaged")
                }
                cells.append(cell)
            }
            try merge.add(day, days: days, cells: cells)
        }
        // Ids come back after their scans, also on days that are not asked for.
        let later = try run(
            """
            SELECT * FROM wayseal_day WHERE day > '\(period.last)' AND day <= '\(period.last.advanced(by: 401))' \
            AND notEmpty(return_ids) FORMAT TabSeparated
            """)
        var newest: [String: DayRecord] = [:]
        for line in later.split(separator: 0x0A) {
            guard let record = DayRecord(line: line) else { throw .server("\(name): a row of wayseal_day is damaged") }
            let key = "\(record.day) \(record.source)"
            if newest[key]?.sequence ?? 0 <= record.sequence { newest[key] = record }
        }
        try merge.add(returns: Array(newest.values))
        try merge.finish()
    }
}
