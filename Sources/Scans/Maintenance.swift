internal import SQLite

/// Work on a database of counts that is no ingest: purging, plain queries.
public enum ScanMaintenance {
    /// Deletes all counts of days before `day`: what the retention of the site says.
    /// - Returns: how many days were deleted.
    @discardableResult
    public static func purge(_ path: String, before day: CivilDay) throws(IngestError) -> Int {
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            let transaction = try database.begin()
            try database.run("DELETE FROM cell WHERE day < ?", .integer(day.number))
            try database.run("DELETE FROM journal WHERE day < ?", .integer(day.number))
            try database.run("DELETE FROM visitor WHERE day < ?", .integer(day.number))
            try database.run("DELETE FROM goal WHERE day < ?", .integer(day.number))
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

    /// One row of a plain query.
    public struct Row: Sendable, Equatable {
        /// Local day.
        public var day: CivilDay
        /// Link, `host/path`.
        public var link: String
        /// Scans.
        public var scans: Int
        /// Distinct visitors.
        public var uniqueScans: Int
        /// Requests of the link that were left out.
        public var excluded: Int
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
