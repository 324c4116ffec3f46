internal import AccessLogs
internal import SQLite
internal import Support

/// The database of counts, written: one transaction holds what was counted and how far the logs were read.
struct DayStore: ~Copyable {
    let database: Database
    let zone: ZoneTable
    let rules: ScanRules
    /// What days are counted by besides the rules.
    let goals: GoalPlan
    let eventsInMemory: Int
    var counter: DayCounter
    let encoder = EventEncoder()
    /// Numbers of sources that are new, by their place in ``Ingestion/sources``.
    private var sourceIDs: [Int: Int] = [:]

    init(_ database: consuming Database, zone: ZoneTable, goals: GoalPlan, _ settings: IngestSettings) {
        self.database = database
        self.zone = zone
        self.goals = goals
        rules = settings.rules
        eventsInMemory = settings.eventsInMemory
        counter = DayCounter(rules: rules, goals: goals)
        counter.keepsVisitors = settings.sharesVisitors
    }

    /// Stores all of it or nothing, and counts the days that close.
    mutating func commit(_ delivery: consuming Delivery) throws(IngestError) -> Receipt {
        var receipt = Receipt()
        receipt.closed = delivery.closing
        do {
            let transaction = try database.begin()
            try storeTexts(delivery)
            var days: [OpenDay] = []
            swap(&days, &delivery.days)
            let taken = Set(days.map(\.day))
            while let day = days.popLast() { try store(day, delivery.closing, &receipt) }
            for day in delivery.closing.subtracting(taken).sorted() { try close(day, nil) }
            if !delivery.reached.isEmpty { try ConversionStore.store(delivery.reached, in: database) }
            if let today = delivery.sweep { try sweep(today: today) }
            try storeSources(delivery)
            try transaction.commit()
            if delivery.tidies {
                try database.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
            }
        } catch {
            throw IngestError(error)
        }
        return receipt
    }

    /// Days that are not closed.
    func openDays() throws(IngestError) -> Set<Int> {
        var days: Set<Int> = []
        do {
            try database.query("SELECT id FROM day WHERE is_closed=0") { days.insert($0.int(0)) }
        } catch { throw .database(error) }
        return days
    }

    private func storeTexts(_ delivery: Delivery) throws(SQLiteError) {
        if !delivery.links.isEmpty {
            let statement = try database.prepare("INSERT INTO link VALUES(?, ?, ?)")
            for (offset, link) in delivery.links.enumerated() {
                try statement.bind(1, delivery.firstLink + offset)
                try statement.bind(2, link.host)
                try statement.bind(3, link.path)
                try statement.run()
            }
        }
        for text in delivery.texts {
            try database.run(
                "INSERT INTO dimension VALUES(?, ?, ?)", .integer(text.kind.rawValue), .integer(text.number),
                .text(String(decoding: text.text, as: UTF8.self)))
        }
        if !delivery.agents.isEmpty {
            let stored = try database.first("SELECT count(*) FROM agent") { $0.int(0) } ?? 0
            if stored > 300_000 { try database.run("DELETE FROM agent") }
            let statement = try database.prepare("INSERT OR REPLACE INTO agent VALUES(?, ?, ?)")
            // In the order of the table: its pages are then filled one after the other.
            for agent in delivery.agents.sorted(by: { Int64(bitPattern: $0.hash) < Int64(bitPattern: $1.hash) }) {
                try statement.bind(1, Int(Int64(bitPattern: agent.hash)))
                try statement.bind(2, Int(agent.entry.value))
                try statement.bind(3, Int(Int64(bitPattern: agent.entry.mark)))
                try statement.run()
            }
        }
    }

    private mutating func storeSources(_ delivery: Delivery) throws(SQLiteError) {
        for (index, source) in delivery.sources where source.headSize > 0 {
            let next = try database.first("SELECT COALESCE(MAX(id),0)+1 FROM source") { $0.int(0) }
            let id = source.id ?? sourceIDs[index] ?? next ?? 1
            sourceIDs[index] = id
            try database.run(
                """
                INSERT OR REPLACE INTO source(id, name, format, head_size, head, position, tail, lines, malformed,
                  first_at, last_at, header) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                .integer(id), .text(source.name), .integer(Int(source.format.rawValue)), .integer(source.headSize),
                .blob(source.head), .integer(source.position), .blob(source.tail), .integer(source.lines),
                .integer(source.malformed), SQLiteValue(source.firstAt.map { Int($0) }),
                SQLiteValue(source.lastAt.map { Int($0) }), .blob(source.header))
        }
        for (reason, count) in delivery.malformed {
            try database.run(
                """
                INSERT INTO malformed VALUES(?, ?) ON CONFLICT(reason) DO UPDATE SET count=count+excluded.count
                """, .integer(Int(reason.rawValue)), .integer(count))
        }
        guard !delivery.samples.isEmpty else { return }
        var slot = try ScanStore.setting(database, "samples", orStore: 0)
        for sample in delivery.samples {
            try database.run(
                "INSERT OR REPLACE INTO sample VALUES(?, ?, ?)", .integer(slot % 100),
                .integer(Int(sample.reason.rawValue)), .text(String(decoding: sample.text, as: UTF8.self)))
            slot += 1
        }
        try database.run("UPDATE setting SET value=? WHERE name='samples'", .integer(slot))
    }
}
