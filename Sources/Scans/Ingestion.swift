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
    var counter: DayCounter
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
        counter = DayCounter(rules: settings.rules)
        salts = SaltFolder(
            path: settings.salts ?? settings.database + ".salts", isShared: settings.salts != nil,
            random: settings.random)
    }

    private mutating func start() throws(IngestError) {
        do { try load() } catch { throw .database(error) }
        counter = DayCounter(rules: settings.rules, goals: goals)
        counter.keepsVisitors = settings.sharesVisitors
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

    // MARK: reading

    /// Reads one piece of a log.
    mutating func read(_ reader: LogReader) throws(IngestError) {
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
        var progress = Progress(source: sources[reader.source], parser: reader.parser, last: settings.now)
        progress.isForGoals = reader.isForGoals
        progress.last = progress.source.lastAt ?? settings.now
        let end = reader.filled
        let buffer = reader.lend()
        swap(&progress.recent, &reader.recent)
        if reader.isSkipping {
            try skip(buffer, end, &progress)
            if progress.at > 0 { reader.isSkipping = false }
        }
        try take(buffer, end, &progress)
        var source = progress.source
        source.lines += progress.count
        summary.lines += progress.count
        summary.bytes += progress.at
        if progress.count > 0 { source.lastAt = progress.last }
        source.header = progress.parser.header
        if progress.lineStart >= 0 {
            source.tail = SourceState.tail(buffer[max(progress.lineStart, progress.at - 256)..<progress.at])
        }
        source.position = reader.position + progress.at
        sources[reader.source] = source
        reader.parser = progress.parser
        // Given away: a second reference would make the next write copy the whole buffer.
        reader.giveBack(consume buffer)
        swap(&reader.recent, &progress.recent)
        reader.consumed(progress.at)
        // A line that does not end within the buffer: counted where it ends, so that a crash before does no harm.
        if reader.isOverlong {
            reader.isSkipping = true
            reader.drop()
        }
    }

    /// What changes from line to line.
    private struct Progress {
        var source: SourceState
        var parser: LogParser
        var recent = RecentTimes()
        /// Time of the last line.
        var last: Int64
        var at = 0
        var lineStart = -1
        var count = 0
        var isForGoals = false

        init(source: SourceState, parser: LogParser, last: Int64) {
            self.source = source
            self.parser = parser
            self.last = last
        }
    }

    /// The end of a line that was longer than the buffer, if it is here.
    private mutating func skip(_ buffer: [UInt8], _ end: Int, _ progress: inout Progress) throws(IngestError) {
        let lineEnd = buffer.span.firstLineFeed(0, end)
        guard lineEnd < end else { return }
        try malformed(.tooLong, &progress)
        progress.lineStart = 0
        progress.at = lineEnd + 1
    }

    private mutating func malformed(_ reason: Malformation, _ progress: inout Progress) throws(IngestError) {
        progress.count += 1
        progress.source.malformed += 1
        if !progress.isForGoals {
            try intake.malformed(near: progress.last, &salts) { [closedDays] in closedDays.contains($0) }
        }
        malformed[reason, default: 0] += 1
        summary.malformed[reason, default: 0] += 1
    }

    private mutating func take(_ buffer: [UInt8], _ end: Int, _ progress: inout Progress) throws(IngestError) {
        var hit = Hit()
        let span = buffer.span
        // Hits wait here until what they lead to has come from memory.
        var waiting = [(hit: Hit, keys: Intake.Keys)](repeating: (Hit(), Intake.Keys()), count: 8)
        var first = 0
        var next = 0
        while true {
            let lineEnd = span.firstLineFeed(progress.at, end)
            if lineEnd == end { break }
            do {
                if try progress.parser.parse(span, progress.at, lineEnd, &hit) {
                    progress.count += 1
                    if progress.isForGoals {
                        note(
                            try intake.takeGoal(hit, span, &salts) { [closedDays] in closedDays.contains($0) },
                            &progress)
                    } else {
                        if next - first == 8 {
                            try take(waiting[first & 7].hit, waiting[first & 7].keys, span, &progress)
                            first += 1
                        }
                        waiting[next & 7] = (hit, intake.keys(hit, span))
                        next += 1
                    }
                }
            } catch let reason as Malformation {
                while first < next {
                    try take(waiting[first & 7].hit, waiting[first & 7].keys, span, &progress)
                    first += 1
                }
                try malformed(reason, &progress)
                if samples.count < 100 { samples.append((reason, Self.masked(span, progress.at, lineEnd))) }
            } catch let error as IngestError {
                throw error
            } catch {
                throw .damaged("\(error)")
            }
            progress.lineStart = progress.at
            progress.at = lineEnd + 1
        }
        while first < next {
            try take(waiting[first & 7].hit, waiting[first & 7].keys, span, &progress)
            first += 1
        }
    }

    @inline(__always)
    private mutating func take(
        _ hit: Hit, _ keys: Intake.Keys, _ span: borrowing Span<UInt8>, _ progress: inout Progress
    ) throws(IngestError) {
        note(try intake.take(hit, keys, span, &salts) { [closedDays] in closedDays.contains($0) }, &progress)
    }

    private func note(_ time: Int64, _ progress: inout Progress) {
        progress.last = time
        progress.recent.note(time)
        if progress.source.firstAt == nil { progress.source.firstAt = time }
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
