internal import AccessLogs
internal import SQLite
internal import Support

/// Goals that another system reports back by click id, as CSV: `qid,goal,time`.
public struct Postbacks: Sendable {
    /// What became of a file.
    public struct Summary: Sendable, Equatable {
        /// Rows with an id.
        public var rows = 0
        /// Ids that are those of a scan.
        public var known = 0
        /// Rows that could not be read: number of the line, and why.
        public var problems: [(line: Int, why: String)] = []

        /// Equal in all but the order of problems.
        public static func == (a: Summary, b: Summary) -> Bool {
            a.rows == b.rows && a.known == b.known && a.problems.map(\.line) == b.problems.map(\.line)
        }
    }

    /// Takes in a file. A row that was there before changes nothing, so a file that grows can be taken in again.
    ///
    /// The first line names the columns: `qid` (or `click_id`), and if wanted `goal` (else the goal of the link) and
    /// `time` (seconds since 1970 or RFC 3339; else now). Ids of scans that are not counted yet wait for them.
    public static func ingest(
        _ bytes: [UInt8], database path: String, now: Int64
    ) throws(IngestError) -> Summary {
        var table = CSVTable(bytes)
        var summary = Summary()
        guard let header = table.next()?.map({ String(decoding: $0.map(lower), as: UTF8.self) }),
            let idColumn = header.firstIndex(where: { $0 == "qid" || $0 == "click_id" })
        else {
            summary.problems.append((1, "the first line names no column 'qid'"))
            return summary
        }
        let goalColumn = header.firstIndex(of: "goal")
        let timeColumn = header.firstIndex(of: "time")
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            let transaction = try database.begin()
            var goals = TextTable(limit: 5000)
            try database.query(
                "SELECT text FROM dimension WHERE kind=? ORDER BY id", .integer(TextTable.Kind.goal.rawValue)
            ) { _ = goals.add($0.blob(0)) }
            goals.stored = goals.texts.count
            var reached: [ReachedGoal] = []
            while let row = table.next() {
                if row.count == 1, row[0].isEmpty { continue }
                guard row.count > idColumn, let id = ClickID.key(row[idColumn]) else {
                    summary.problems.append((table.line, "no click id"))
                    continue
                }
                var time = now
                if let timeColumn, row.count > timeColumn, !row[timeColumn].isEmpty {
                    guard let read = Self.time(row[timeColumn]) else {
                        summary.problems.append((table.line, "no time"))
                        continue
                    }
                    time = read
                }
                var goal: UInt32 = 0
                if let goalColumn, row.count > goalColumn, !row[goalColumn].isEmpty {
                    guard row[goalColumn].count <= 200 else {
                        summary.problems.append((table.line, "a goal of more than 200 bytes"))
                        continue
                    }
                    goal = goals.number(row[goalColumn])
                }
                summary.rows += 1
                reached.append(ReachedGoal(id: id, goal: goal, time: UInt32(clamping: time)))
            }
            for number in goals.stored..<max(goals.stored, goals.texts.count) {
                try database.run(
                    "INSERT INTO dimension VALUES(?, ?, ?)", .integer(TextTable.Kind.goal.rawValue), .integer(number),
                    .text(String(decoding: goals.texts[number], as: UTF8.self)))
            }
            try ConversionStore.store(reached, in: database)
            for goal in reached {
                let isKnown = try database.first(
                    "SELECT 1 FROM request WHERE id=?", .integer(Int(Int64(bitPattern: goal.id)))
                ) { _ in true }
                if isKnown == true { summary.known += 1 }
            }
            try transaction.commit()
        } catch { throw .database(error) }
        return summary
    }

    private static func time(_ text: [UInt8]) -> Int64? { Instant.seconds(text) }
}

/// Rows of CSV (RFC 4180), one after the other.
struct CSVTable {
    private let bytes: [UInt8]
    private var at: Int
    /// The line on which the last row began.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The fields of the next row; `nil` at the end.
    mutating func next() -> [[UInt8]]? {
        guard at < bytes.count else { return nil }
        line = nextLine
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if isQuoted {
                if byte == 0x22, at < bytes.count, bytes[at] == 0x22 {
                    field.append(0x22)
                    at += 1
                } else if byte == 0x22 {
                    isQuoted = false
                } else {
                    if byte == 0x0A { nextLine += 1 }
                    field.append(byte)
                }
                continue
            }
            switch byte {
            case 0x22 where field.isEmpty: isQuoted = true
            case 0x2C:
                fields.append(field)
                field = []
            case 0x0D where at < bytes.count && bytes[at] == 0x0A: break
            case 0x0A:
                nextLine += 1
                fields.append(field)
                return fields
            default: field.append(byte)
            }
        }
        fields.append(field)
        return fields
    }
}
