internal import AccessLogs
internal import SQLite
internal import Site

/// What the database knows when logs are taken in: links, texts, User-Agents, how far logs were read.
struct Known: ~Copyable {
    var intake: Intake
    var sources: [SourceState] = []
    var closedDays: Set<Int> = []
    var goals = GoalPlan()

    init(intake: consuming Intake) { self.intake = intake }

    mutating func load(_ database: borrowing Database, _ settings: IngestSettings) throws(SQLiteError) {
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
        loadGoals(settings)
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

    private mutating func loadGoals(_ settings: IngestSettings) {
        let table = TextTable.Kind.goal.rawValue - 1
        for page in settings.catalog.pages {
            intake.goals.add(page, number: intake.texts[table].number(Array(page.utf8)))
        }
        var numbers: [String: UInt32] = [:]
        for (number, key) in intake.links.keys.enumerated() { numbers[key] = UInt32(number) }
        let texts = intake.texts[table]
        goals = GoalPlan(settings.catalog, rules: settings.rules, links: numbers) { texts.find(Array($0.utf8)) }
    }
}
