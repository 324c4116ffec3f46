internal import SQLite

/// Work on a database of counts that is no ingest: purging, plain queries.
public enum ScanMaintenance {
    /// Deletes all counts of days before `day`: what the retention of the site says.
    /// - Returns: how many days were deleted.
    @discardableResult
    public static func purge(_ path: String, before day: CivilDay) throws(IngestError) -> Int {
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            let old = try database.first(
                "SELECT count(*) FROM day WHERE id < ? AND (requests > 0 OR is_closed=0)", .integer(day.number)
            ) { $0.int(0) }
            if old == 0 { return 0 }
            let transaction = try database.begin()
            try remember(database, before: day)
            try database.run("DELETE FROM cells WHERE id < ?", .integer(CellPages.key(day.number, 0)))
            try database.run("DELETE FROM journal WHERE day < ?", .integer(day.number))
            try database.run("DELETE FROM visitor WHERE day < ?", .integer(day.number))
            try database.run("DELETE FROM conversion WHERE day < ?", .integer(day.number))
            try database.run(
                "DELETE FROM reached WHERE request IN (SELECT id FROM request WHERE day < ?)", .integer(day.number))
            try database.run("DELETE FROM request WHERE day < ?", .integer(day.number))
            // The rows stay, empty and closed: a log that is read again must not bring the day back to life.
            let days = try database.run(
                """
                UPDATE day SET is_closed=1, requests=0, visitors=0, anonymous=0, late=0, skewed=0, excluded=x''
                WHERE id < ? AND (requests > 0 OR is_closed=0)
                """, .integer(day.number))
            try database.run("DELETE FROM sample")
            try transaction.commit()
            try database.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
            return days
        } catch { throw .database(error) }
    }

    /// How often each link was scanned on days that go: its number of scans outlives them, or a link whose limit is
    /// used up would open again.
    private static func remember(_ database: borrowing Database, before day: CivilDay) throws(SQLiteError) {
        var scans: [Int: Int] = [:]
        // What is damaged goes all the same.
        _ = try CellPages.forEach(database, through: day.number - 1) { _, link, bytes in
            if let count = Cell.scans(packed: bytes), count > 0 { scans[link, default: 0] += count }
        }
        for (link, count) in scans {
            try database.run(
                "INSERT INTO forgotten VALUES(?, ?) ON CONFLICT(link) DO UPDATE SET scans=scans+excluded.scans",
                .integer(link), .integer(count))
        }
    }

    /// One row of a plain query.
    public struct Row: Sendable {
        /// Local day.
        public var day: CivilDay
        /// Link, `host/path`.
        public var link: String
        /// Scans.
        public var scans: Int
        /// Distinct visitors.
        public var uniqueScans: Int
        /// Requests of the link that were left out, by reason (the raw values of ``ScanReport/Waterfall/Reason``).
        public var reasons: [(reason: String, count: Int)]
        /// All of them.
        public var excluded: Int { reasons.reduce(0) { $0 + $1.count } }
    }

    /// Counts by day and link, in that order, for those who have their own tools.
    public static func rows(_ path: String, period: ScanReport.Period) throws(IngestError) -> [Row] {
        let builder = try ReportBuilder.open(path)
        return try builder.rows(period)
    }

    /// The kept samples of lines that could not be read, without addresses: reason and text.
    public static func malformedSamples(_ path: String) throws(IngestError) -> [(reason: String, text: String)] {
        do {
            let database = try ScanStore.open(path, access: .readOnly)
            var samples: [(String, String)] = []
            try database.query("SELECT reason, text FROM sample ORDER BY slot") { row in
                samples.append((IngestSummary.name(ofReason: row.int(0)), row.text(1)))
            }
            return samples
        } catch { throw .database(error) }
    }
}
