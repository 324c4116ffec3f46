internal import SQLite

/// The database of counts: what is in it is the result, and how far each log has been read, in one transaction.
enum ScanStore {
    /// Tables, one script a version.
    static let schema: [String] = [
        """
        CREATE TABLE setting(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        -- id is dense from 0 and never changes: cells name links by it.
        CREATE TABLE link(id INTEGER PRIMARY KEY, host TEXT NOT NULL, path TEXT NOT NULL, UNIQUE(host, path));
        CREATE TABLE dimension(kind INTEGER, id INTEGER, text TEXT NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID;
        -- Counts of one link on one local day (days since 1970-01-01), packed.
        CREATE TABLE cell(day INTEGER, link INTEGER, counts BLOB NOT NULL, PRIMARY KEY(day, link)) WITHOUT ROWID;
        CREATE TABLE day(id INTEGER PRIMARY KEY, is_closed INTEGER NOT NULL DEFAULT 0,
          requests INTEGER NOT NULL DEFAULT 0, visitors INTEGER NOT NULL DEFAULT 0,
          anonymous INTEGER NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0, skewed INTEGER NOT NULL DEFAULT 0,
          excluded BLOB NOT NULL);
        -- What open days are made of; goes when they close.
        CREATE TABLE journal(seq INTEGER PRIMARY KEY, day INTEGER NOT NULL, kind INTEGER NOT NULL,
          part INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL);
        CREATE INDEX journal_day ON journal(day, seq);
        -- A log is known by the hash of its first bytes, wherever it moves.
        CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL, format INTEGER NOT NULL,
          head_size INTEGER NOT NULL, head BLOB NOT NULL, position INTEGER NOT NULL, tail BLOB NOT NULL,
          lines INTEGER NOT NULL, malformed INTEGER NOT NULL, first_at INTEGER, last_at INTEGER, header BLOB NOT NULL,
          is_finished INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE malformed(reason INTEGER PRIMARY KEY, count INTEGER NOT NULL);
        CREATE TABLE sample(slot INTEGER PRIMARY KEY, reason INTEGER NOT NULL, text TEXT NOT NULL);
        CREATE TABLE agent(hash INTEGER PRIMARY KEY, value INTEGER NOT NULL, mark INTEGER NOT NULL);
        CREATE TABLE goal(day INTEGER, name TEXT, link INTEGER, variant TEXT, count INTEGER NOT NULL,
          PRIMARY KEY(day, name, link, variant)) WITHOUT ROWID;
        -- What was sent where, and what a day was like then.
        CREATE TABLE part(source TEXT, day INTEGER, sequence INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY(source, day)) WITHOUT ROWID;
        -- Hashes of the visitors of closed days: only where several machines count one site.
        CREATE TABLE visitor(day INTEGER, link INTEGER, hashes BLOB NOT NULL);
        CREATE INDEX visitor_day ON visitor(day);
        """,
        """
        DROP TABLE goal;
        -- Visitors of a closed day who reached a goal (funnel '', step 0) or a step of a funnel (goal 0), by link and
        -- variant of the scan.
        CREATE TABLE conversion(day INTEGER, link INTEGER, variant INTEGER, funnel TEXT, step INTEGER, goal INTEGER,
          is_exact INTEGER, count INTEGER NOT NULL,
          PRIMARY KEY(day, link, variant, funnel, step, goal, is_exact)) WITHOUT ROWID;
        -- Scans whose id went along to the target. `person` is the visitor's hash while the day is open, then one of
        -- the ids of that visitor: nobody can tell whose.
        CREATE TABLE request(id INTEGER PRIMARY KEY, day INTEGER NOT NULL, link INTEGER NOT NULL,
          variant INTEGER NOT NULL, person INTEGER NOT NULL, at INTEGER NOT NULL);
        CREATE INDEX request_day ON request(day);
        -- Goals that came back with an id: 0 is the goal of the link, whatever it is.
        CREATE TABLE reached(request INTEGER, goal INTEGER, at INTEGER NOT NULL, PRIMARY KEY(request, goal)) WITHOUT ROWID;
        -- Scans of days that were purged, for limits and for the number of a scan.
        CREATE TABLE forgotten(link INTEGER PRIMARY KEY, scans INTEGER NOT NULL);
        """,
        """
        -- Counts of links on one local day (days since 1970-01-01), packed; id is the day << 32 | the first link. What
        -- `cell` held is taken over, and `cell` goes.
        CREATE TABLE cells(id INTEGER PRIMARY KEY, packed BLOB NOT NULL);
        """,
        """
        -- Days of many events are read part by part.
        DROP INDEX journal_day;
        CREATE INDEX journal_part ON journal(day, part, seq);
        """,
    ]

    /// Bytes of a page: journals are written and read in pieces of some of them.
    private static let pageSize = 16384

    /// Opens (and makes) a database of counts.
    static func open(_ path: String, access: Database.Access = .create) throws(SQLiteError) -> Database {
        let database = try Database(path: path, access: access, pageSize: pageSize)
        if access != .readOnly {
            // What is deleted is overwritten: the journal of a closed day is personal data.
            try database.execute("PRAGMA secure_delete=ON; PRAGMA cache_size=-4000;")
            try database.migrate(schema)
            try CellPages.convert(database)
        } else if try database.first("PRAGMA user_version", row: { $0.int(0) }) ?? 0 < schema.count {
            throw SQLiteError(
                code: .misuse,
                message: "the counts were made by an older wayseal: 'wayseal scans ingest' brings them up to date")
        }
        return database
    }
}

/// Texts by number, one table for each kind; numbers are dense from 1, 0 is "not known".
struct TextTable: Sendable {
    /// The kinds of the table `dimension`.
    enum Kind: Int, CaseIterable, Sendable {
        case device = 1
        case place, referrer, language, variant, goal
    }

    private var numbers: [[UInt8]: UInt32] = [:]
    private(set) var texts: [[UInt8]] = [[]]
    /// Numbers from here on are not stored yet.
    var stored = 1
    private let limit: Int
    private var overflow: UInt32 = 0

    /// - Parameter limit: more texts than this become the one text `…`: strangers choose them.
    init(limit: Int) { self.limit = limit }

    mutating func number(_ text: [UInt8]) -> UInt32 {
        if text.isEmpty { return 0 }
        if let known = numbers[text] { return known }
        if texts.count >= limit {
            if overflow == 0 { overflow = add(Array("…".utf8)) }
            return overflow
        }
        return add(text)
    }

    /// The number of a text that is there.
    func find(_ text: [UInt8]) -> UInt32? { numbers[text] }

    mutating func add(_ text: [UInt8]) -> UInt32 {
        let number = UInt32(texts.count)
        texts.append(text)
        numbers[text] = number
        if text == Array("…".utf8) { overflow = number }
        return number
    }
}

extension ScanStore {
    /// An integer setting, stored at its first use.
    static func setting(
        _ database: borrowing Database, _ name: String, orStore value: @autoclosure () -> Int
    ) throws(SQLiteError) -> Int {
        if let stored = try database.first("SELECT value FROM setting WHERE name=?", .text(name), row: { $0.int(0) }) {
            return stored
        }
        let new = value()
        try database.run("INSERT INTO setting VALUES(?, ?)", .text(name), .integer(new))
        return new
    }

    /// A text setting, stored at its first use.
    static func text(
        _ database: borrowing Database, _ name: String, orStore value: String
    ) throws(SQLiteError) -> String {
        if let stored = try text(database, name) { return stored }
        try database.run("INSERT INTO setting VALUES(?, ?)", .text(name), .text(value))
        return value
    }

    /// A text setting; `nil` when it was never stored.
    static func text(_ database: borrowing Database, _ name: String) throws(SQLiteError) -> String? {
        try database.first("SELECT value FROM setting WHERE name=?", .text(name), row: { $0.text(0) })
    }

    /// All events of a day that wait in the journal, of the addresses in one part of all (a power of two, at most
    /// ``Event/parts``).
    static func journal(
        _ database: borrowing Database, day: Int, part: (index: Int, count: Int), events: inout [Event],
        left: inout [UInt32]
    ) throws(SQLiteError) -> Bool {
        var isWhole = true
        let width = Event.parts / part.count
        try database.query(
            "SELECT kind, data FROM journal WHERE day=? AND part BETWEEN ? AND ?", .integer(day),
            .integer(part.index * width), .integer((part.index + 1) * width - 1)
        ) { row in
            let data = row.blob(1)
            if row.int(0) == 1 {
                isWhole = Event.decode(data, into: &events) && isWhole
            } else {
                left.append(contentsOf: decodeLeft(data))
            }
        }
        return isWhole
    }

    static func encodeLeft(_ left: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(left.count * 2)
        var previous: UInt32 = 0
        for value in left.sorted() {
            varint(UInt64(value - previous), &bytes)
            previous = value
        }
        return bytes
    }

    static func decodeLeft(_ bytes: [UInt8]) -> [UInt32] {
        var reader = VarintReader(bytes: bytes)
        var left: [UInt32] = []
        var previous: UInt32 = 0
        while let delta = reader.next32() {
            previous = previous &+ delta
            left.append(previous)
        }
        return left
    }

    static func encode(hashes: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * 8)
        for hash in hashes { withUnsafeBytes(of: hash.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    static func decode(hashes bytes: [UInt8]) -> [UInt64] {
        var reader = VarintReader(bytes: bytes)
        var hashes: [UInt64] = []
        while let hash = reader.word() { hashes.append(hash) }
        return hashes
    }

    /// Counters by exclusion.
    static func encode(_ counts: [Int]) -> [UInt8] {
        var bytes: [UInt8] = []
        for count in counts { varint(UInt64(count), &bytes) }
        return bytes
    }

    static func decode(counts bytes: [UInt8]) -> [Int] {
        var reader = VarintReader(bytes: bytes)
        var counts = [Int](repeating: 0, count: Exclusion.count)
        for i in 0..<counts.count { counts[i] = Int(clamping: reader.next() ?? 0) }
        return counts
    }
}
