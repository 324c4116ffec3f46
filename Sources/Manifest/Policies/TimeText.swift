import Site
import Support

/// Hours, days and dates as people write them.
enum TimeText {
    /// A span of the day in minutes; one that wraps midnight ends before it begins.
    struct Span: Equatable {
        var from: Int
        var to: Int
    }

    static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `11:00-15:00`, `9-17`, `22:00-02:00`, `00:00-24:00`; a dash or an en dash.
    static func span(_ text: String) throws(TextProblem) -> Span {
        let halves = text.replacing("–", with: "-").split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2 else {
            throw TextProblem(
                ManifestCodes.badHours, "\(Bytes.quoted(text)) is no span of time", help: "write 11:00-15:00")
        }
        let from = try minutes(halves[0], in: text)
        let to = try minutes(halves[1], in: text)
        if from == to {
            throw TextProblem(
                ManifestCodes.emptyWindow, "\(Bytes.quoted(text)) ends when it begins",
                help: "the whole day is 00:00-24:00, or no 'hours' at all")
        }
        if from == 1440 {
            throw TextProblem(
                ManifestCodes.badHours, "a span can't begin at 24:00", help: "write 00:00-\(halves[1])")
        }
        return Span(from: from, to: to)
    }

    private static func minutes(_ part: Substring, in text: String) throws(TextProblem) -> Int {
        let time = SiteAssembly.trimmed(String(part))
        let parts = time.split(separator: ":", omittingEmptySubsequences: false)
        let hours = parts.first.flatMap { number($0, digits: 1...2) }
        let minutes = parts.count == 1 ? 0 : parts.count == 2 ? number(parts[1], digits: 2...2) : nil
        guard let hours, let minutes else {
            let isHalfDay = time.lowercased().hasSuffix("m")
            throw TextProblem(
                ManifestCodes.badHours, "\(Bytes.quoted(time)) is no time of day",
                help: isHalfDay ? "write the time of 24 hours: 3 pm is 15:00" : "write 11:00-15:00")
        }
        guard minutes < 60, hours < 24 || hours == 24 && minutes == 0 else {
            throw TextProblem(
                ManifestCodes.badHours, "there is no \(Bytes.quoted(time)) on a clock",
                help: "a day goes from 00:00 to 24:00")
        }
        return hours * 60 + minutes
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    /// `fri` or `mon-fri` (which may go over the end of the week: `sat-mon`); 0 is Monday.
    static func days(_ text: String) throws(TextProblem) -> [Int] {
        let ends = text.replacing("–", with: "-").split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(ends.count) else { throw unknownDay(text) }
        let first = try day(ends[0])
        guard ends.count == 2 else { return [first] }
        let last = try day(ends[1])
        return (0...((last - first + 7) % 7)).map { (first + $0) % 7 }
    }

    private static func day(_ part: Substring) throws(TextProblem) -> Int {
        let name = SiteAssembly.trimmed(part.lowercased())
        guard let day = dayNames.firstIndex(of: name) else { throw unknownDay(name) }
        return day
    }

    private static func unknownDay(_ name: String) -> TextProblem {
        let near =
            dayNames.first { name.lowercased().hasPrefix($0) } ?? SpellingSuggestion.nearest(to: name, among: dayNames)
        return TextProblem(
            ManifestCodes.badHours, "\(Bytes.quoted(name)) is no day",
            help: near.map { "did you mean '\($0)'?" } ?? "days are \(dayNames.joined(separator: ", ")), or mon-fri")
    }

    /// Every span on every day, in the order of the week. A span that wraps midnight belongs to the day it begins on:
    /// its rest is in the morning of the next.
    static func windows(_ spans: [Span], on days: Set<Int>) -> [WeekWindow] {
        var windows: [WeekWindow] = []
        for day in days {
            for span in spans.isEmpty ? [Span(from: 0, to: 1440)] : spans {
                if span.to > span.from {
                    windows.append(WeekWindow(day: day, from: span.from, to: span.to))
                } else {
                    windows.append(WeekWindow(day: day, from: span.from, to: 1440))
                    windows.append(WeekWindow(day: (day + 1) % 7, from: 0, to: span.to))
                }
            }
        }
        return WeekWindow.normalized(windows)
    }

    /// Whether the windows are the whole week.
    static func isAlways(_ windows: [WeekWindow]) -> Bool {
        windows.count == 7 && windows.allSatisfy { $0.from == 0 && $0.to == 1440 }
    }
}

/// Instants as people write them: `2027-03-01`, `2027-03-01T12:30`, with seconds, with `Z`, `+02:00` or a zone's name.
struct InstantText {
    /// Years that can be told apart by the ten digits of their Unix time.
    static let years = 2002...2199

    /// The site's zone.
    let zone: ZoneTable
    /// Other zones, by name.
    let zones: ManifestZones

    /// Seconds since 1970 UTC. A date is the start of that local day. Where clocks skip the time it is the moment of the
    /// skip; where they show it twice, `reading` decides.
    func instant(_ text: String, _ reading: ZoneTable.Reading) throws(TextProblem) -> Int64 {
        var rest = Array(text.utf8)[...]
        func failure(_ summary: String? = nil) -> TextProblem {
            TextProblem(
                ManifestCodes.badDate, summary ?? "\(Bytes.quoted(text)) is no date",
                help: "write 2027-03-01, 2027-03-01T12:30, or with +02:00, Z or ' Europe/Vienna' at its end")
        }
        func digits(_ count: Int) -> Int? {
            let part = rest.prefix(count)
            guard part.count == count, part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            rest = rest.dropFirst(count)
            return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func take(_ bytes: String) -> Bool {
            guard let first = rest.first, bytes.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2) else {
            throw failure()
        }
        var time = (hour: 0, minute: 0, second: 0)
        let second = rest.dropFirst().first ?? 0
        let hasTime =
            (rest.first == UInt8(ascii: " ") && second >= 0x30 && second <= 0x39)
            || rest.first.map { $0 | 0x20 } == UInt8(ascii: "t")
        if hasTime {
            rest = rest.dropFirst()
            guard let hour = digits(2), take(":"), let minute = digits(2) else { throw failure() }
            time = (hour, minute, 0)
            if take(":") {
                guard let second = digits(2) else { throw failure() }
                time.second = second
            }
        }
        guard Self.years.contains(year) else {
            throw failure("a date has a year from \(Self.years.lowerBound) to \(Self.years.upperBound)")
        }
        guard
            let local = CivilTime.seconds(
                year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second)
        else { throw failure("there is no \(Bytes.quoted(text)) in the calendar") }
        if rest.isEmpty { return zone.instant(ofLocal: local, reading) }
        if hasTime, rest.count == 1, rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "z") { return local }
        if hasTime, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            rest = rest.dropFirst()
            guard let hours = digits(2), take(":"), let minutes = digits(2), rest.isEmpty, hours <= 14, minutes < 60
            else {
                throw failure()
            }
            let offset = Int64(hours * 60 + minutes) * 60
            return sign == UInt8(ascii: "+") ? local - offset : local + offset
        }
        guard rest.first == UInt8(ascii: " ") else { throw failure() }
        let start = text.utf8.count - rest.count + 1
        let name = String(decoding: rest.dropFirst(), as: UTF8.self)
        guard let zone = zones.zone(name) else {
            throw zones.unknown(name, at: start..<text.utf8.count)
        }
        return zone.instant(ofLocal: local, reading)
    }
}

/// The time zones of the machine, as far as a manifest may name them.
struct ManifestZones: Sendable {
    let find: @Sendable (String) -> ZoneTable?

    /// Names of the IANA database (theory.html): parts of letters, digits, `_`, `+`, `-`; never a path that goes up.
    func zone(_ name: String) -> ZoneTable? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName =
            name.utf8.count <= 64
            && !parts.contains {
                $0.isEmpty || !$0.utf8.allSatisfy { ASCIISet.word.contains($0) || $0 == 0x2B || $0 == 0x2D }
            }
        return isName ? find(name) : nil
    }

    func unknown(_ name: String, at bytes: Range<Int>? = nil) -> TextProblem {
        let near = SpellingSuggestion.nearest(to: name, among: SystemTimeZones.names())
        return TextProblem(
            ManifestCodes.badTimezone, "there is no time zone \(Bytes.quoted(name))", at: bytes,
            help: near.map { "did you mean '\($0)'?" } ?? "write a name such as Europe/Vienna or UTC")
    }
}
