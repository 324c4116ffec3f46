internal import SQLite
internal import Support

/// Storing goals: in the transaction of everything else, so that each counts once.
extension DayStore {
    /// Scans whose id went along.
    func store(_ tracked: [TrackedScan], day: Int) throws(SQLiteError) {
        guard !tracked.isEmpty else { return }
        let statement = try database.prepare("INSERT OR IGNORE INTO request VALUES(?, ?, ?, ?, ?, ?)")
        for scan in tracked {
            try statement.bind(1, Int(Int64(bitPattern: scan.id)))
            try statement.bind(2, day)
            try statement.bind(3, Int(scan.link))
            try statement.bind(4, Int(scan.variant))
            // Late ones have no visitor: each stands for itself.
            try statement.bind(5, Int(Int64(bitPattern: scan.visitor == 0 ? scan.id : scan.visitor)))
            try statement.bind(6, Int(scan.time))
            try statement.run()
        }
    }

    /// Goals tied by visitor, of a day that closes.
    func store(_ conversions: [Conversion: Int], day: Int) throws(SQLiteError) {
        for (key, count) in conversions {
            try ConversionStore.add(
                count, of: key, funnel: key.funnel < 0 ? "" : goals.funnels[Int(key.funnel)].name, day: day,
                isExact: false, in: database)
        }
    }

    /// A day closes: ids of quarantined visitors go, those of one visitor become one, the visitor's hash goes.
    func settle(_ tracked: Set<VisitorLink>, day: Int) throws(SQLiteError) {
        var requests: [(id: Int, link: UInt32, person: Int)] = []
        try database.query("SELECT id, link, person FROM request WHERE day=? ORDER BY at, id", .integer(day)) {
            requests.append(($0.int(0), UInt32(truncatingIfNeeded: $0.int(1)), $0.int(2)))
        }
        var first: [VisitorLink: Int] = [:]
        for request in requests {
            let key = VisitorLink(visitor: UInt64(bitPattern: Int64(request.person)), link: request.link)
            guard tracked.contains(key) else {
                try database.run("DELETE FROM request WHERE id=?", .integer(request.id))
                continue
            }
            // Machines that share visitors keep their hashes, so that one who clicked at two of them is one.
            let person = counter.keepsVisitors ? request.person : first[key] ?? request.id
            first[key] = person
            try database.run(
                "UPDATE request SET person=? WHERE id=?", .integer(person), .integer(request.id))
        }
    }

    /// Old ids become counts and go.
    func sweep(today: Int64) throws(SQLiteError) {
        let oldest = zone.day(of: today) - rules.clickDays
        guard
            let first = try database.first(
                "SELECT min(day) FROM request WHERE day < ?", .integer(oldest), row: { $0.isNull(0) ? nil : $0.int(0) })
                ?? nil
        else {
            try database.run("DELETE FROM reached WHERE at < ?", .integer(Int(zone.start(ofDay: oldest))))
            return
        }
        let exact = try ConversionStore.exact(
            database, first: first, last: oldest - 1, goals: goals, clickDays: rules.clickDays
        ) { _, _ in true }
        for (day, conversions) in exact {
            for (key, count) in conversions {
                try ConversionStore.add(
                    count, of: key, funnel: key.funnel < 0 ? "" : goals.funnels[Int(key.funnel)].name, day: day,
                    isExact: true, in: database)
            }
        }
        try database.run(
            "DELETE FROM reached WHERE request IN (SELECT id FROM request WHERE day < ?)", .integer(oldest))
        try database.run("DELETE FROM request WHERE day < ?", .integer(oldest))
        try database.run("DELETE FROM reached WHERE at < ?", .integer(Int(zone.start(ofDay: oldest))))
    }
}

/// Goals in the database.
enum ConversionStore {
    /// Goals that came back with an id; the first time counts, a second one changes nothing.
    static func store(_ reached: [ReachedGoal], in database: borrowing Database) throws(SQLiteError) {
        let statement = try database.prepare(
            "INSERT INTO reached VALUES(?, ?, ?) ON CONFLICT(request, goal) DO UPDATE SET at=min(at, excluded.at)")
        for goal in reached {
            try statement.bind(1, Int(Int64(bitPattern: goal.id)))
            try statement.bind(2, Int(goal.goal))
            try statement.bind(3, Int(goal.time))
            try statement.run()
        }
    }

    static func add(
        _ count: Int, of key: Conversion, funnel: String, day: Int, isExact: Bool, in database: borrowing Database
    ) throws(SQLiteError) {
        let isGoal = key.funnel < 0
        try database.run(
            """
            INSERT INTO conversion VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET count=count+excluded.count
            """, .integer(day), .integer(Int(key.link)), .integer(Int(key.variant)), .text(funnel),
            .integer(isGoal ? 0 : Int(key.step)), .integer(isGoal ? Int(key.step) : 0), .integer(isExact ? 1 : 0),
            .integer(count))
    }

    /// What came back by id for scans of these days, by day.
    /// - Parameter isCounted: whether the visitor of an open day was counted for the link.
    static func exact(
        _ database: borrowing Database, first: Int, last: Int, goals: GoalPlan, clickDays: Int,
        isCounted: (Int, VisitorLink) -> Bool
    ) throws(SQLiteError) -> [Int: [Conversion: Int]] {
        struct Row {
            var day: Int
            var link: UInt32
            var variant: UInt16
            var person: Int
            var goal: UInt32
            var at: Int
        }
        var rows: [Row] = []
        try database.query(
            """
            SELECT r.day, r.link, r.variant, r.person, x.goal, x.at FROM request r JOIN reached x ON x.request = r.id
            WHERE r.day BETWEEN ? AND ? AND x.at BETWEEN r.at - 300 AND r.at + ? ORDER BY r.day, r.link, r.person, x.at
            """, .integer(first), .integer(last), .integer(clickDays * 86400)
        ) { row in
            rows.append(
                Row(
                    day: row.int(0), link: UInt32(truncatingIfNeeded: row.int(1)),
                    variant: UInt16(truncatingIfNeeded: row.int(2)), person: row.int(3),
                    goal: UInt32(truncatingIfNeeded: row.int(4)), at: row.int(5)))
        }
        var result: [Int: [Conversion: Int]] = [:]
        var start = 0
        while start < rows.count {
            var end = start + 1
            let head = rows[start]
            while end < rows.count, rows[end].day == head.day, rows[end].link == head.link,
                rows[end].person == head.person
            { end += 1 }
            defer { start = end }
            let visitor = VisitorLink(visitor: UInt64(bitPattern: Int64(head.person)), link: head.link)
            guard isCounted(head.day, visitor) else { continue }
            let own = goals.goals[head.link] ?? 0
            func count(_ funnel: Int32, _ step: UInt32, _ variant: UInt16) {
                let key = Conversion(funnel: funnel, step: step, link: head.link, variant: variant)
                result[head.day, default: [:]][key, default: 0] += 1
            }
            var seen: Set<UInt32> = []
            for row in rows[start..<end] {
                let goal = row.goal == 0 ? own : row.goal
                if seen.insert(goal).inserted { count(-1, goal, row.variant) }
            }
            for (funnel, steps) in goals.funnels.map(\.steps).enumerated() {
                var step = 0
                for row in rows[start..<end] where step < steps.count {
                    let goal = row.goal == 0 ? own : row.goal
                    if goal != 0, goal == steps[step] {
                        step += 1
                        count(Int32(funnel), UInt32(step), row.variant)
                    }
                }
            }
        }
        return result
    }
}
