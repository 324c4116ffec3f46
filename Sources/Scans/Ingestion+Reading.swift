internal import AccessLogs

/// Reading: the lines of one piece of a log after the other.
extension Ingestion {
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
            case .cut(let size, let tail):
                summary.failures.append(
                    "\(file.path) was cut from \(sources[source].position) to \(size) bytes: what was read stays counted, reading goes on at its end"
                )
                sources[source].position = size
                sources[source].tail = tail
                reader.begin(position: size)
            }
        } catch { throw .log(error) }
        changed.insert(reader.source)
        sources[reader.source].take(head: file.head)
        sources[reader.source].identity = file.identity
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
        changed.insert(reader.source)
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
        let span = buffer.span
        // Hits wait here until what they lead to has come from memory.
        var waiting = [(hit: Hit, keys: Intake.Keys)](repeating: (Hit(), Intake.Keys()), count: 8)
        var first = 0
        var next = 0
        while true {
            let lineEnd = span.firstLineFeed(progress.at, end)
            if lineEnd == end { break }
            do {
                if next - first == 8 {
                    try take(waiting.span[first & 7], span, &progress)
                    first += 1
                }
                let slot = next & 7
                if try progress.parser.parse(span, progress.at, lineEnd, &waiting[slot].hit) {
                    progress.count += 1
                    if progress.isForGoals {
                        note(
                            try intake.takeGoal(waiting.span[slot].hit, span, &salts) { [closedDays] in
                                closedDays.contains($0)
                            }, &progress)
                    } else {
                        waiting[slot].keys = intake.keys(waiting.span[slot].hit, span)
                        next += 1
                    }
                }
            } catch let reason as Malformation {
                while first < next {
                    try take(waiting.span[first & 7], span, &progress)
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
            try take(waiting.span[first & 7], span, &progress)
            first += 1
        }
    }

    @inline(__always)
    private mutating func take(
        _ waiting: (hit: Hit, keys: Intake.Keys), _ span: borrowing Span<UInt8>, _ progress: inout Progress
    ) throws(IngestError) {
        note(
            try intake.take(waiting.hit, waiting.keys, span, &salts) { [closedDays] in closedDays.contains($0) },
            &progress)
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
