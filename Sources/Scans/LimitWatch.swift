internal import SQLite

/// Which links with a scan limit are used up, each told once: what was told is kept with the counts, by link and
/// limit, so that a limit that was raised is told again when it is reached.
public struct LimitWatch: Sendable {
    /// A link that is used up.
    public struct UsedUp: Equatable, Sendable {
        /// `go.example/ab`.
        public var link: String
        /// How many scans it is good for.
        public var limit: Int
        /// How many it had.
        public var scans: Int
    }

    private let limits: [(key: String, scans: Int)]
    private var isTold: Set<String> = []

    /// Watches the limits of a catalogue.
    public init(catalog: LinkCatalog) {
        limits = catalog.entries.compactMap { entry in entry.limit.map { (entry.key, $0) } }
    }

    /// Whether there is any limit.
    public var isEmpty: Bool { limits.isEmpty }

    /// Links that are used up and were not told yet.
    public mutating func news(_ builder: borrowing ReportBuilder) throws(IngestError) -> [UsedUp] {
        let open = limits.filter { !isTold.contains($0.key) }
        if open.isEmpty { return [] }
        let scans = try builder.scans(of: open.map(\.key))
        var news: [UsedUp] = []
        for limit in open {
            let count = scans[limit.key, default: 0]
            guard count >= limit.scans else { continue }
            let told: Int?
            do {
                told = try builder.database.first(
                    "SELECT value FROM setting WHERE name=?", .text(Self.name(limit.key))
                ) { $0.int(0) }
            } catch { throw .database(error) }
            if told == limit.scans {
                isTold.insert(limit.key)
            } else {
                news.append(UsedUp(link: limit.key, limit: limit.scans, scans: count))
            }
        }
        return news
    }

    /// Keeps that this was told.
    public static func keep(_ link: UsedUp, database path: String) throws(IngestError) {
        do {
            let database = try ScanStore.open(path, access: .readWrite)
            try database.run(
                "INSERT OR REPLACE INTO setting VALUES(?, ?)", .text(name(link.link)), .integer(link.limit))
        } catch { throw .database(error) }
    }

    private static func name(_ link: String) -> String { "told " + link }
}
