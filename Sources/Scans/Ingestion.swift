internal import AccessLogs
internal import SQLite
internal import Support

/// Taking in logs: each line once, whatever happens to the files or to this process.
///
/// A log is known by the hash of its first bytes. How far it was read is committed together with what was read, so
/// a killed run leaves both or neither; the next one goes on at the same byte.
public struct Ingestion: ~Copyable {
    let settings: IngestSettings
    let database: Database
    var intake: Intake
    var salts: SaltFolder
    var sources: [SourceState] = []
    var closedDays: Set<Int> = []
    var malformed: [Malformation: Int] = [:]
    var samples: [(reason: Malformation, text: [UInt8])] = []
    var summary = IngestSummary()
    /// Sizes of files that had nothing new last time.
    private var quiet: [String: [UInt64]] = [:]
    /// What days are counted by besides the rules.
    var goals = GoalPlan()
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
        let intake = Intake(
            rules: settings.rules, scope: settings.catalog.scope, zone: zone, seed: UInt64(bitPattern: Int64(seed)),
            now: settings.now, agentRules: settings.agentRules, geography: geography)
        var ingestion = Ingestion(settings: settings, database: database, intake: intake)
        try ingestion.start()
        return ingestion
    }

    private init(settings: IngestSettings, database: consuming Database, intake: consuming Intake) {
        self.settings = settings
        self.database = database
        self.intake = intake
        salts = SaltFolder(path: settings.database + ".salts", random: settings.random)
    }

    private mutating func start() throws(IngestError) {
        do { try load() } catch { throw .database(error) }
        try salts.destroy { [closedDays] in closedDays.contains($0) }
    }

    private static func wrap(_ body: () throws(SQLiteError) -> Database) throws(IngestError) -> Database {
        do { return try body() } catch { throw .database(error) }
    }

    private static func openDatabase(_ settings: IngestSettings, attribution: String?) throws(SQLiteError) -> Database {
        let database = try ScanStore.open(settings.database)
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
    /// - Returns: what this call did.
    public mutating func ingest(
        _ paths: [String], goals: [String] = [], shouldStop: () -> Bool = { false }
    ) throws(IngestError) -> IngestSummary {
        summary = IngestSummary()
        let classified = intake.classified
        var seen: Set<[UInt64]> = []
        var readers = plan(paths, isForGoals: false, &seen)
        if !intake.goals.isEmpty { readers += plan(goals, isForGoals: true, &seen) }
        // Whoever follows logs comes here every second: nothing new is no reason to write.
        if readers.isEmpty, sweptAt == intake.now / 3600, try !hasDaysToClose() { return summary }
        while true {
            // The one that is behind the others.
            var next: Int?
            for (index, reader) in readers.enumerated() where !reader.isDone {
                if let chosen = next, readers[chosen].watermark <= reader.watermark { continue }
                next = index
            }
            guard let next else { break }
            if shouldStop() {
                try commit(&readers, isEnd: false)
                summary.classified = intake.classified - classified
                return summary
            }
            do {
                try read(readers[next])
            } catch .log(let error) {
                summary.failures.append(error.description)
                readers[next].finish()
            }
            if intake.pending >= settings.commitEvery { try commit(&readers, isEnd: false) }
        }
        try commit(&readers, isEnd: true)
        summary.classified = intake.classified - classified
        return summary
    }

    // MARK: planning

    /// Opens the logs; those that are one log under several names become one reader.
    private mutating func plan(
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

    // MARK: reading

    /// Reads one piece of a log.
    private mutating func read(_ reader: LogReader) throws(IngestError) {
        if !reader.isOpen {
            guard try open(reader) else { return }
        }
        let more: Bool
        do { more = try reader.fill() } catch { throw .log(error) }
        try lines(reader)
        if !more {
            if reader.endsWithoutLineFeed { try lastLine(reader) }
            reader.nextFile()
        }
    }

    /// Goes to where the log was left; `false` when there is nothing new.
    private mutating func open(_ reader: LogReader) throws(IngestError) -> Bool {
        let file = reader.files[reader.fileIndex]
        let source = reader.source
        do {
            switch try file.resume(sources[source]) {
            case .at(let position):
                reader.begin(position: position)
            case .nothingNew:
                summary.unchanged += 1
                reader.nextFile()
                return false
            case .rewritten:
                // The same beginning, but not what was read: another log that took its place.
                var fresh = SourceState(name: file.path, format: sources[source].format)
                fresh.header = sources[source].header
                sources.append(fresh)
                reader.source = sources.count - 1
                reader.begin(position: 0)
            }
        } catch { throw .log(error) }
        sources[reader.source].take(head: file.head)
        if file.path != "-" { sources[reader.source].name = file.path }
        summary.logs += 1
        return true
    }

    /// All whole lines of the buffer.
    private mutating func lines(_ reader: LogReader) throws(IngestError) {
        var hit = Hit()
        var at = 0
        let end = reader.filled
        var source = sources[reader.source]
        var parser = reader.parser
        var last = source.lastAt ?? settings.now
        var lineStart = -1
        var count = 0
        let closed = closedDays
        let buffer = reader.lend()
        var recent = RecentTimes()
        swap(&recent, &reader.recent)
        let isForGoals = reader.isForGoals
        let span = buffer.span
        while true {
            let lineEnd = span.firstLineFeed(at, end)
            if lineEnd == end { break }
            if reader.isSkipping {
                // The end of a line that was longer than the buffer.
                reader.isSkipping = false
                count += 1
                source.malformed += 1
                if !isForGoals { try intake.malformed(near: last, &salts) { closed.contains($0) } }
                malformed[.tooLong, default: 0] += 1
                summary.malformed[.tooLong, default: 0] += 1
                lineStart = at
                at = lineEnd + 1
                continue
            }
            do {
                if try parser.parse(span, at, lineEnd, &hit) {
                    count += 1
                    last =
                        isForGoals
                        ? try intake.takeGoal(hit, span, &salts) { closed.contains($0) }
                        : try intake.take(hit, span, &salts) { closed.contains($0) }
                    recent.note(last)
                    if source.firstAt == nil { source.firstAt = last }
                }
            } catch let reason as Malformation {
                count += 1
                source.malformed += 1
                if !isForGoals { try intake.malformed(near: last, &salts) { closed.contains($0) } }
                malformed[reason, default: 0] += 1
                summary.malformed[reason, default: 0] += 1
                if samples.count < 100 { samples.append((reason, Self.masked(span, at, lineEnd))) }
            } catch let error as IngestError {
                throw error
            } catch {
                throw .damaged("\(error)")
            }
            lineStart = at
            at = lineEnd + 1
        }
        source.lines += count
        summary.lines += count
        summary.bytes += at
        if count > 0 { source.lastAt = last }
        source.header = parser.header
        if lineStart >= 0 {
            source.tail = SourceState.tail(buffer[max(lineStart, at - 256)..<at])
        }
        source.position = reader.position + at
        sources[reader.source] = source
        reader.parser = parser
        reader.giveBack(buffer)
        reader.recent = recent
        reader.consumed(at)
        // A line that does not end within the buffer: counted where it ends, so that a crash before does no harm.
        if reader.isOverlong {
            reader.isSkipping = true
            reader.drop()
        }
    }

    /// What follows the last line feed of a log that will not grow.
    private mutating func lastLine(_ reader: LogReader) throws(IngestError) {
        reader.appendLineFeed()
        try lines(reader)
        // The line feed was ours.
        sources[reader.source].position -= 1
        sources[reader.source].tail = []
    }

    /// A sample for people: no address wherever it stands, no bytes that do anything.
    private static func masked(_ span: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> [UInt8] {
        var text: [UInt8] = []
        for i in from..<min(to, from + 200) {
            let byte = span[i]
            text.append(byte >= 0x20 && byte < 0x7F ? byte : 0x3F)
        }
        func isHex(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 }
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, isHex(text[end]) || text[end] == 0x2E || text[end] == 0x3A { end += 1 }
            let dots = text[start..<end].count { $0 == 0x2E }
            let colons = text[start..<end].count { $0 == 0x3A }
            // Cut off at the end of the sample, an address may have fewer. Times of day go with IPv6.
            if dots >= 2 || colons >= 2 || start == 0 || end == text.count {
                for i in start..<end where isHex(text[i]) { text[i] = 0x78 }
            }
            start = end + 1
        }
        return text
    }
}
