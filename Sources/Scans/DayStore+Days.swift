internal import SQLite
internal import Support

/// Storing and counting days.
extension DayStore {
    /// Stores what came for one day.
    mutating func store(_ taken: consuming OpenDay, _ closing: Set<Int>, _ receipt: inout Receipt) throws(IngestError) {
        var day = consume taken
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
        if day.events.capacity > 0 {
            var events: [Event] = []
            swap(&events, &day.events)
            events.removeAll(keepingCapacity: true)
            receipt.spare.append(events)
        }
    }

    /// Events that wait, by parts of their addresses, so that a large day can be counted part by part.
    private func journal(_ day: OpenDay) throws(SQLiteError) {
        guard !day.events.isEmpty else { return }
        let statement = try database.prepare(
            "INSERT INTO journal(day, kind, part, events, data) VALUES(?, 1, ?, ?, ?)")
        try statement.bind(1, day.day)
        try encoder.encode(day.events) { (part, count, bytes) throws(SQLiteError) in
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
    mutating func close(_ day: Int, _ pending: OpenDay?) throws(IngestError) {
        do {
            let stored =
                try database.first(
                    "SELECT COALESCE(SUM(events),0) FROM journal WHERE day=?", .integer(day)
                ) { $0.int(0) } ?? 0
            let expected = stored + (pending?.events.count ?? 0)
            // Large days are counted in parts, by address: memory stays bounded, the result is the same.
            var parts = 1
            while parts < Event.parts, expected / parts > eventsInMemory { parts *= 2 }
            var visitors = 0
            var anonymous = 0
            var conversions: [Conversion: Int] = [:]
            var tracked: Set<VisitorLink> = []
            // Cells of each part, when there are several.
            var runs: [CellPages.Run] = []
            let dayStart = Int64(day - 1) * 86400
            var writer = try CellPages.Writer(database, day: day)
            for part in 0..<parts {
                var events = counter.takeBuffer()
                var left: [UInt32] = []
                // A little more than its share: growing would double it.
                events.reserveCapacity(parts == 1 ? expected : expected / parts * 9 / 8)
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
                let visitorStatement = try database.prepare("INSERT INTO visitor VALUES(?, ?, ?)")
                try visitorStatement.bind(1, day)
                var run = CellPages.Run()
                let result = try counter.countPacked(&events, excluded: left, dayStart: dayStart) {
                    (link, bytes, visitors) throws(IngestError) in
                    if !visitors.isEmpty {
                        try Self.insert(visitorStatement, link, ScanStore.encode(hashes: visitors))
                    }
                    if parts > 1 {
                        run.add(Int(link), bytes)
                    } else {
                        try Self.add(&writer, Int(link), bytes)
                    }
                }
                if parts > 1 { runs.append(run) }
                counter.giveBack(&events)
                visitors += result.visitors
                anonymous += result.anonymous
                conversions.merge(result.conversions, uniquingKeysWith: +)
                tracked.formUnion(result.tracked)
            }
            let isWhole = try CellPages.sum(runs) { (link, bytes) throws(IngestError) in
                try Self.add(&writer, link, bytes)
            }
            guard isWhole else { throw IngestError.damaged("cells of \(CivilDay(number: day))") }
            try writer.finish()
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

    private static func insert(_ statement: borrowing Statement, _ link: UInt32, _ bytes: [UInt8]) throws(IngestError) {
        do {
            try statement.bind(2, Int(link))
            try statement.bind(3, bytes)
            try statement.run()
        } catch { throw .database(error) }
    }

    private static func add(
        _ writer: inout CellPages.Writer, _ link: Int, _ bytes: [UInt8]
    ) throws(IngestError) {
        do { try writer.add(link, bytes) } catch { throw .database(error) }
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
}
