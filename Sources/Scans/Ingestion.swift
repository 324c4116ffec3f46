internal import AccessLogs
internal import SQLite
internal import Support

/// Taking in logs: each line once, whatever happens to the files or to this process.
///
/// A log is known by the hash of its first bytes. How far it was read is committed together with what was read, so
/// a killed run leaves both or neither; the next one goes on at the same byte.
///
/// Reading and storing are two halves of the work: see ``Storing``.
public struct Ingestion: ~Copyable {
    let settings: IngestSettings
    let storing: Storing
    var intake: Intake
    var salts: SaltFolder
    var sources: [SourceState] = []
    var closedDays: Set<Int> = []
    /// Days that were seen and get more.
    var openDays: Set<Int> = []
    /// Sources that changed since the last delivery.
    var changed: Set<Int> = []
    var malformed: [Malformation: Int] = [:]
    var samples: [(reason: Malformation, text: [UInt8])] = []
    var summary = IngestSummary()
    /// Sizes of files that had nothing new last time.
    private var quiet: [String: [UInt64]] = [:]
    /// Hours of UTC in which old click ids were looked for last.
    var sweptAt: Int64?

    /// Opens the database, made when there is none, and reads what it knows.
    public static func open(_ settings: IngestSettings) throws(IngestError) -> Ingestion {
        guard let zone = ZoneTable(named: settings.zone) else { throw .zone(settings.zone) }
        var geography: Geography?
        if let path = settings.geography {
            do { geography = try Geography(path: path) } catch { throw .geography(error) }
        }
        let (seed, stored): (Int, String)
        let database = try wrap { () throws(SQLiteError) in
            try openDatabase(settings, attribution: geography?.attribution)
        }
        do {
            seed = try ScanStore.setting(database, "seed", orStore: Int(truncatingIfNeeded: settings.random()))
            stored = try ScanStore.text(database, "zone", orStore: settings.zone)
        } catch { throw .database(error) }
        guard stored == settings.zone else { throw .otherZone(stored: stored, asked: settings.zone) }
        var known = Known(
            intake: Intake(
                rules: settings.rules, scope: settings.catalog.scope, zone: zone, seed: UInt64(bitPattern: Int64(seed)),
                now: settings.now, agentRules: settings.agentRules, geography: geography))
        do { try known.load(database, settings) } catch { throw .database(error) }
        let store = DayStore(database, zone: zone, goals: known.goals, settings)
        return try Ingestion(settings: settings, store: store, known: known)
    }

    private init(
        settings: IngestSettings, store: consuming DayStore, known: consuming Known
    ) throws(IngestError) {
        self.settings = settings
        storing = Storing(store)
        sources = known.sources
        closedDays = known.closedDays
        intake = known.intake
        salts = SaltFolder(
            path: settings.salts ?? settings.database + ".salts", isShared: settings.salts != nil,
            random: settings.random)
        try salts.destroy { [closedDays] in closedDays.contains($0) }
    }

    private static func wrap(_ body: () throws(SQLiteError) -> Database) throws(IngestError) -> Database {
        do { return try body() } catch { throw .database(error) }
    }

    private static func openDatabase(_ settings: IngestSettings, attribution: String?) throws(SQLiteError) -> Database {
        let database = try ScanStore.open(settings.database)
        try database.run(
            "INSERT OR REPLACE INTO setting VALUES('shares_visitors', ?)", .text(settings.sharesVisitors ? "1" : "0"))
        if let attribution {
            try database.run("INSERT OR REPLACE INTO setting VALUES('attribution', ?)", .text(attribution))
        }
        return database
    }

    /// Sets the clock: for runs that follow logs.
    public mutating func setNow(_ now: Int64) { intake.now = now }

    /// Takes in what is new in these logs (`-`: standard input). Several logs are read side by side in the order
    /// of their times, so that days of all servers are complete before they close.
    /// - Parameters:
    ///   - goals: logs of the sites that links lead to; only goals are looked for in them.
    ///   - shouldStop: asked between pieces; what was read until then is committed.
    ///   - progress: told between pieces how many bytes of how many were read, as the files lie on disk.
    /// - Returns: what this call did.
    public mutating func ingest(
        _ paths: [String], goals: [String] = [], shouldStop: () -> Bool = { false },
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(IngestError) -> IngestSummary {
        summary = IngestSummary()
        let classified = intake.classified
        var seen: Set<[UInt64]> = []
        var readers = plan(paths, isForGoals: false, &seen)
        if !intake.goals.isEmpty { readers += plan(goals, isForGoals: true, &seen) }
        // Whoever follows logs comes here every second: nothing new is no reason to write.
        openDays = try storing.withStore { (store) throws(IngestError) in try store.openDays() }
        if readers.isEmpty, sweptAt == intake.now / 3600, daysToClose(before: closingLimit(intake.now)).isEmpty {
            return summary
        }
        do {
            try readAll(&readers, shouldStop, progress)
        } catch {
            // What is being stored is whole all the same.
            try? storing.wait()
            throw error
        }
        summary.classified = intake.classified - classified
        return summary
    }

    private mutating func readAll(
        _ readers: inout [LogReader], _ shouldStop: () -> Bool, _ progress: (Int, Int) -> Void
    ) throws(IngestError) {
        let total = readers.reduce(0) { $0 + $1.size }
        var done = 0
        while true {
            // The one that is behind the others.
            var next: Int?
            for (index, reader) in readers.enumerated() where !reader.isDone {
                if let chosen = next, readers[chosen].watermark <= reader.watermark { continue }
                next = index
            }
            guard let next else { break }
            if shouldStop() {
                try deliver(readers, isEnd: false)
                try settle()
                return
            }
            let before = readers[next].offset
            do {
                try read(readers[next])
            } catch .log(let error) {
                summary.failures.append(error.description)
                readers[next].finish()
            }
            done += readers[next].offset - before
            progress(done, total)
            if intake.pending >= settings.commitEvery { try deliver(readers, isEnd: false) }
        }
        try deliver(readers, isEnd: true)
        try settle()
    }

    /// Looks at all files again, also those that had nothing new.
    mutating func forgetQuiet() { quiet = [:] }

    // MARK: planning

    /// Opens the logs; those that are one log under several names become one reader.
    mutating func plan(
        _ paths: [String], isForGoals: Bool, _ seen: inout Set<[UInt64]>
    ) -> [LogReader] {
        var readers: [LogReader] = []
        for path in paths {
            do {
                if path != "-", let status = try Files.status(path) {
                    let mark = status.identity + [UInt64(status.size)]
                    if quiet[path] == mark {
                        summary.unchanged += 1
                        continue
                    }
                    quiet[path] = mark
                }
                let file = try LogFile(path: path)
                if path != "-", !seen.insert(file.identity).inserted { continue }
                guard !file.head.isEmpty else { continue }
                add(file, isForGoals, to: &readers)
            } catch let error as LogStreamError {
                summary.failures.append(error.description)
            } catch {
                summary.failures.append("\(error)")
            }
        }
        return readers
    }

    private mutating func add(_ file: LogFile, _ isForGoals: Bool, to readers: inout [LogReader]) {
        if file.path != "-", !file.head.contains(0x0A), !file.isPacked, file.head.count < LogFile.headLimit {
            // Half a first line: nothing to know it by yet.
            quiet[file.path] = nil
            return
        }
        if let same = readers.firstIndex(where: { $0.isSameLog(as: file) }) {
            readers[same].files.append(file)
            return
        }
        var index: Int?
        if file.path != "-" {
            for (i, source) in sources.enumerated() where source.matches(file.head) {
                if let best = index, sources[best].headSize >= source.headSize { continue }
                index = i
            }
        }
        let head = file.head
        let detected = LogParser.detect(head.span)
        let format = settings.format ?? detected ?? index.map { sources[$0].format }
        guard let format else {
            summary.failures.append(IngestError.unknownFormat(path: file.path).description)
            return
        }
        let source: Int
        if let index {
            source = index
        } else {
            sources.append(SourceState(name: file.path, format: format))
            source = sources.count - 1
        }
        var parser = LogParser(format: sources[source].format)
        if !sources[source].header.isEmpty { parser.adopt(header: sources[source].header) }
        let reader = LogReader(source: source, parser: parser, first: file)
        reader.isForGoals = isForGoals
        reader.watermark = sources[source].lastAt ?? reader.firstTime()
        readers.append(reader)
    }
}
