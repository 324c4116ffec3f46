internal import AccessLogs
internal import SQLite
internal import Site
internal import Support

/// Storing: one transaction holds what was counted and how far the logs were read.
extension Ingestion {
    mutating func load() throws(SQLiteError) {
        var links: [(host: String, path: String)] = []
        try database.query("SELECT host, path FROM link ORDER BY id") { links.append(($0.text(0), $0.text(1))) }
        var known: [String: LinkCatalog.Entry] = [:]
        for entry in settings.catalog.entries { known[entry.key] = entry }
        var isCut = settings.rules.truncatesAddresses
        var isWhole = false
        for link in links {
            let entry = known.removeValue(forKey: link.host + link.path)
            // A link that left the manifest keeps its number; its path is still known, as printed codes are.
            intake.links.append(
                host: link.host, path: link.path,
                privacy: entry?.privacy ?? (settings.catalog.scope == .discover ? .full : .aggregate),
                isMarked: entry?.isMarked ?? false, isTracked: entry?.isTracked ?? false,
                takesPost: entry?.takesPost ?? false)
        }
        for entry in settings.catalog.entries where known[entry.key] != nil {
            known[entry.key] = nil
            intake.links.append(
                host: entry.host, path: entry.path, privacy: entry.privacy, isMarked: entry.isMarked,
                isTracked: entry.isTracked, takesPost: entry.takesPost)
            intake.newLinks.append((entry.host, entry.path))
        }
        for kind in TextTable.Kind.allCases {
            try database.query("SELECT text FROM dimension WHERE kind=? ORDER BY id", .integer(kind.rawValue)) { row in
                _ = intake.texts[kind.rawValue - 1].add(row.blob(0))
            }
            intake.texts[kind.rawValue - 1].stored = intake.texts[kind.rawValue - 1].texts.count
        }
        for entry in settings.catalog.entries {
            if entry.privacy == .aggregate { isCut = true }
            if entry.privacy == .full, !settings.rules.truncatesAddresses { isWhole = true }
        }
        intake.cutsGoals = (isCut, isWhole)
        loadGoals()
        try database.run(
            "INSERT OR REPLACE INTO setting VALUES('rules', ?)", .text(settings.rules.asSet.text))
        let version = try ScanStore.text(database, "agents") ?? ""
        if version == settings.agentRules.version {
            try database.query("SELECT hash, value, mark FROM agent") { row in
                intake.agents.insert(
                    UInt64(bitPattern: Int64(row.int(0))),
                    AgentEntry(
                        value: UInt32(truncatingIfNeeded: row.int(1)), mark: UInt64(bitPattern: Int64(row.int(2)))))
            }
        } else {
            try database.run("DELETE FROM agent")
            try database.run("INSERT OR REPLACE INTO setting VALUES('agents', ?)", .text(settings.agentRules.version))
        }
        try database.query("SELECT id FROM day WHERE is_closed=1") { closedDays.insert($0.int(0)) }
        try database.query(
            """
            SELECT id, name, format, head_size, head, position, tail, lines, malformed, first_at, last_at, header
            FROM source ORDER BY id
            """
        ) { row in
            var source = SourceState(
                name: row.text(1), format: LogFormat(rawValue: UInt8(truncatingIfNeeded: row.int(2))) ?? .combined)
            source.id = row.int(0)
            source.headSize = row.int(3)
            source.head = row.blob(4)
            source.position = row.int(5)
            source.tail = row.blob(6)
            source.lines = row.int(7)
            source.malformed = row.int(8)
            source.firstAt = row.isNull(9) ? nil : Int64(row.int(9))
            source.lastAt = row.isNull(10) ? nil : Int64(row.int(10))
            source.header = row.blob(11)
            sources.append(source)
        }
    }

    private mutating func loadGoals() {
        let table = TextTable.Kind.goal.rawValue - 1
        for page in settings.catalog.pages {
            intake.goals.add(page, number: intake.texts[table].number(Array(page.utf8)))
        }
        var numbers: [String: UInt32] = [:]
        for (number, key) in intake.links.keys.enumerated() { numbers[key] = UInt32(number) }
        let texts = intake.texts[table]
        goals = GoalPlan(settings.catalog, rules: settings.rules, links: numbers) { texts.find(Array($0.utf8)) }
    }

    /// Commits all that was read, and closes the days that can get nothing more.
    mutating func commit(_ readers: inout [LogReader], isEnd: Bool) throws(IngestError) {
        var limit = intake.now
        if !isEnd {
            for reader in readers where !reader.isDone { limit = min(limit, reader.watermark) }
        }
        do {
            intake.park()
            let transaction = try database.begin()
            try storeTexts()
            let closing = try daysToClose(before: limit - Int64(settings.rules.openHours) * 3600)
            var days = intake.takeDays()
            let taken = Set(days.map(\.day))
            while let day = days.popLast() { try store(day, closing) }
            for day in closing.subtracting(taken).sorted() { try close(day, nil) }
            try storeReached()
            if isEnd { try sweep(today: limit) }
            try storeSources()
            try transaction.commit()
            closedDays.formUnion(closing)
            summary.closedDays += closing.count
            if !closing.isEmpty { try salts.destroy { [closedDays] in closedDays.contains($0) } }
            if isEnd, summary.closedDays > 0 {
                try database.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
            }
        } catch {
            throw IngestError(error)
        }
    }

    private mutating func storeTexts() throws(SQLiteError) {
        let first = intake.links.count - intake.newLinks.count
        if !intake.newLinks.isEmpty {
            let statement = try database.prepare("INSERT INTO link VALUES(?, ?, ?)")
            for (offset, link) in intake.newLinks.enumerated() {
                try statement.bind(1, first + offset)
                try statement.bind(2, link.host)
                try statement.bind(3, link.path)
                try statement.run()
            }
        }
        intake.newLinks.removeAll()
        for kind in TextTable.Kind.allCases {
            let table = intake.texts[kind.rawValue - 1]
            for number in table.stored..<max(table.stored, table.texts.count) {
                try database.run(
                    "INSERT INTO dimension VALUES(?, ?, ?)", .integer(kind.rawValue), .integer(number),
                    .text(String(decoding: table.texts[number], as: UTF8.self)))
            }
            intake.texts[kind.rawValue - 1].stored = table.texts.count
        }
        if !intake.newAgents.isEmpty {
            let stored = try database.first("SELECT count(*) FROM agent") { $0.int(0) } ?? 0
            if stored > 300_000 { try database.run("DELETE FROM agent") }
            let statement = try database.prepare("INSERT OR REPLACE INTO agent VALUES(?, ?, ?)")
            // In the order of the table: its pages are then filled one after the other.
            for agent in intake.newAgents.sorted(by: { Int64(bitPattern: $0.hash) < Int64(bitPattern: $1.hash) }) {
                try statement.bind(1, Int(Int64(bitPattern: agent.hash)))
                try statement.bind(2, Int(agent.entry.value))
                try statement.bind(3, Int(Int64(bitPattern: agent.entry.mark)))
                try statement.run()
            }
            intake.newAgents.removeAll()
        }
    }

    func hasDaysToClose() throws(IngestError) -> Bool {
        do {
            return try !daysToClose(before: intake.now - Int64(settings.rules.openHours) * 3600).isEmpty
        } catch { throw .database(error) }
    }

    /// Days that ended before `limit` and are not closed.
    private func daysToClose(before limit: Int64) throws(SQLiteError) -> Set<Int> {
        var days: Set<Int> = []
        func consider(_ day: Int) {
            if !closedDays.contains(day), intake.zone.start(ofDay: day + 1) <= limit { days.insert(day) }
        }
        try database.query("SELECT id FROM day WHERE is_closed=0") { consider($0.int(0)) }
        for day in intake.days { consider(day.day) }
        return days
    }

    /// Stores what came for one day.
    private mutating func store(_ taken: consuming OpenDay, _ closing: Set<Int>) throws(IngestError) {
        var day = taken
        do {
            try addCounters(day)
            try store(day.tracked, day: day.day)
            if day.isClosed {
                try mergeLate(&day)
            } else if closing.contains(day.day) {
                try close(day.day, day)
            } else {
                try journal(day)
                if !day.left.isEmpty {
                    try database.run(
                        "INSERT INTO journal(day, kind, data) VALUES(?, 2, ?)", .integer(day.day),
                        .blob(ScanStore.encodeLeft(day.left)))
                }
            }
        } catch {
            throw IngestError(error)
        }
        intake.recycle(day.events)
    }

    /// Events that wait, by parts of their addresses, so that a large day can be counted part by part.
    private func journal(_ day: OpenDay) throws(SQLiteError) {
        guard !day.events.isEmpty else { return }
        let statement = try database.prepare(
            "INSERT INTO journal(day, kind, part, events, data) VALUES(?, 1, ?, ?, ?)")
        try statement.bind(1, day.day)
        try Event.encode(day.events) { (part, count, bytes) throws(SQLiteError) in
            try statement.bind(2, part)
            try statement.bind(3, count)
            try statement.bind(4, bytes)
            try statement.run()
        }
    }

    private func addCounters(_ day: OpenDay) throws(SQLiteError) {
        let old = try database.first("SELECT excluded FROM day WHERE id=?", .integer(day.day)) { $0.blob(0) }
        var counts = day.excluded
        if let old {
            for (i, count) in ScanStore.decode(counts: old).enumerated() { counts[i] += count }
        } else {
            try database.run("INSERT INTO day(id, excluded) VALUES(?, x'')", .integer(day.day))
        }
        try database.run(
            "UPDATE day SET requests=requests+?, late=late+?, skewed=skewed+?, excluded=? WHERE id=?",
            .integer(day.requests), .integer(day.late), .integer(day.skewed), .blob(ScanStore.encode(counts)),
            .integer(day.day))
    }

    /// Counts a day for good: its cells stay, all that was known of single visitors goes.
    private mutating func close(_ day: Int, _ pending: OpenDay?) throws(IngestError) {
        do {
            let stored =
                try database.first(
                    "SELECT COALESCE(SUM(events),0) FROM journal WHERE day=?", .integer(day)
                ) { $0.int(0) } ?? 0
            let expected = stored + (pending?.events.count ?? 0)
            // Large days are counted in parts, by address: memory stays bounded, the result is the same.
            var parts = 1
            while parts < Event.parts, expected / parts > Self.eventsInMemory { parts *= 2 }
            var visitors = 0
            var anonymous = 0
            var conversions: [Conversion: Int] = [:]
            var tracked: Set<VisitorLink> = []
            // Packed: a day of many links has many cells.
            var whole: [UInt32: [UInt8]] = [:]
            let dayStart = Int64(day - 1) * 86400
            for part in 0..<parts {
                var events = counter.takeBuffer()
                var left: [UInt32] = []
                if parts == 1 { events.reserveCapacity(expected) }
                guard
                    try ScanStore.journal(
                        database, day: day, part: (part, parts), events: &events, left: &left)
                else { throw IngestError.damaged("journal of \(CivilDay(number: day))") }
                if let pending {
                    if parts == 1 {
                        events.append(contentsOf: pending.events)
                    } else {
                        for event in pending.events where event.part * parts / Event.parts == part {
                            events.append(event)
                        }
                    }
                    if part == 0 { left.append(contentsOf: pending.left) }
                }
                let result: DayResult
                var writer = try CellPages.Writer(database, day: day)
                let visitorStatement = try database.prepare("INSERT INTO visitor VALUES(?, ?, ?)")
                try visitorStatement.bind(1, day)
                result = try counter.countPacked(&events, excluded: left, dayStart: dayStart) {
                    (link, bytes, visitors) throws(IngestError) in
                    var bytes = bytes
                    if !visitors.isEmpty {
                        try Self.insert(visitorStatement, link, ScanStore.encode(hashes: visitors))
                    }
                    if parts > 1 {
                        if let old = whole[link] { bytes = try Self.sum(old, bytes, day, dayStart) }
                        whole[link] = bytes
                        return
                    }
                    try Self.add(&writer, link, bytes)
                }
                try writer.finish()
                counter.giveBack(events)
                visitors += result.visitors
                anonymous += result.anonymous
                conversions.merge(result.conversions, uniquingKeysWith: +)
                tracked.formUnion(result.tracked)
            }
            try write(day, whole.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            try store(conversions, day: day)
            try settle(tracked, day: day)
            try database.run("DELETE FROM journal WHERE day=?", .integer(day))
            try database.run(
                "UPDATE day SET is_closed=1, visitors=?, anonymous=? WHERE id=?", .integer(visitors),
                .integer(anonymous), .integer(day))
        } catch {
            throw IngestError(error)
        }
    }

    /// Events of one day that are counted at once.
    static let eventsInMemory = 200_000

    private static func insert(_ statement: borrowing Statement, _ link: UInt32, _ bytes: [UInt8]) throws(IngestError) {
        do {
            try statement.bind(2, Int(link))
            try statement.bind(3, bytes)
            try statement.run()
        } catch { throw .database(error) }
    }

    private static func add(
        _ writer: inout CellPages.Writer, _ link: UInt32, _ bytes: [UInt8]
    ) throws(IngestError) {
        do { try writer.add(Int(link), bytes) } catch { throw .database(error) }
    }

    private static func sum(_ a: [UInt8], _ b: [UInt8], _ day: Int, _ dayStart: Int64) throws(IngestError) -> [UInt8] {
        guard var cell = Cell.unpack(a, dayStart: dayStart), let other = Cell.unpack(b, dayStart: dayStart) else {
            throw .damaged("cell of \(CivilDay(number: day))")
        }
        cell.add(other)
        var bytes: [UInt8] = []
        cell.pack(dayStart: dayStart, into: &bytes)
        return bytes
    }

    private func write(_ day: Int, _ cells: [(link: UInt32, bytes: [UInt8])]) throws(SQLiteError) {
        var writer = try CellPages.Writer(database, day: day)
        for (link, bytes) in cells { try writer.add(Int(link), bytes) }
        try writer.finish()
    }

    /// Lines of a day that is closed: counted as scans, visitors stay as they were.
    private mutating func mergeLate(_ day: inout OpenDay) throws(IngestError) {
        let result = counter.count(&day.events, excluded: day.left, isLate: true)
        let start = Int64(day.day - 1) * 86400
        var added: [Int: Cell] = [:]
        for (link, cell) in result.cells { added[Int(link)] = cell }
        do {
            let isWhole = try CellPages.update(database, day: day.day, links: added.keys.sorted()) { link, old in
                guard var cell = old.map({ Cell.unpack($0, dayStart: start) }) ?? Cell() else { return nil }
                if let more = added[link] { cell.add(more) }
                var bytes: [UInt8] = []
                cell.pack(dayStart: start, into: &bytes)
                return bytes
            }
            guard isWhole else { throw IngestError.damaged("cell of \(CivilDay(number: day.day))") }
        } catch {
            throw IngestError(error)
        }
    }

    private mutating func storeSources() throws(SQLiteError) {
        for index in sources.indices where sources[index].headSize > 0 {
            let source = sources[index]
            let next = try database.first("SELECT COALESCE(MAX(id),0)+1 FROM source") { $0.int(0) }
            let id = source.id ?? next ?? 1
            sources[index].id = id
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
        for (reason, count) in malformed {
            try database.run(
                """
                INSERT INTO malformed VALUES(?, ?) ON CONFLICT(reason) DO UPDATE SET count=count+excluded.count
                """, .integer(Int(reason.rawValue)), .integer(count))
        }
        malformed = [:]
        guard !samples.isEmpty else { return }
        var slot = try ScanStore.setting(database, "samples", orStore: 0)
        for sample in samples {
            try database.run(
                "INSERT OR REPLACE INTO sample VALUES(?, ?, ?)", .integer(slot % 100),
                .integer(Int(sample.reason.rawValue)), .text(String(decoding: sample.text, as: UTF8.self)))
            slot += 1
        }
        samples = []
        try database.run("UPDATE setting SET value=? WHERE name='samples'", .integer(slot))
    }

    /// What benchmarks call the core path: reading, parsing, links, known User-Agents, uniques and cells by day. Nothing
    /// is stored, and every call begins anew.
    package mutating func dryRun(_ paths: [String]) throws(IngestError) -> (lines: Int, cells: Int) {
        sources = []
        forgetQuiet()
        summary = IngestSummary()
        var cells = 0
        var seen: Set<[UInt64]> = []
        for reader in plan(paths, isForGoals: false, &seen) {
            while !reader.isDone {
                try read(reader)
                if intake.pending >= settings.commitEvery { cells += countDry() }
            }
        }
        return (summary.lines, cells + countDry())
    }

    private mutating func countDry() -> Int {
        var cells = 0
        for var day in intake.takeDays() {
            _ = counter.countPacked(&day.events, excluded: day.left, dayStart: 0) { _, _, _ in cells += 1 }
            intake.recycle(day.events)
        }
        return cells
    }
}
