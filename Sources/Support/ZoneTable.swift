/// The offsets of a time zone, from the system's zoneinfo (RFC 8536), so that days and hours are local ones.
public struct ZoneTable: Sendable {
    /// IANA name.
    public let name: String
    private var starts: [Int64] = [Int64.min]
    private var offsets: [Int64] = [0]

    /// UTC.
    public static let utc = ZoneTable(name: "UTC")

    /// Rules without end are written out until the end of this year; from then on the last offset stays.
    static let lastYear = 2199

    private init(name: String) { self.name = name }

    /// Reads a zone; `nil` when there is none of that name.
    public init?(named name: String, folder: String = "/usr/share/zoneinfo") {
        if name == "UTC" {
            self = .utc
            return
        }
        let isName = name.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "/_+-".utf8.contains(byte)
        }
        guard isName, !name.hasPrefix("/"), !name.isEmpty,
            let bytes = try? Files.read(folder + "/" + name, limit: 1 << 20)
        else { return nil }
        self.init(name: name, bytes: bytes)
    }

    /// A zone from the bytes of its file, version 2 or later; `nil` when they are none.
    public init?(name: String, bytes: [UInt8]) {
        self.init(name: name)
        guard read(bytes) else { return nil }
    }

    private mutating func read(_ bytes: [UInt8]) -> Bool {
        func number(_ at: Int, _ size: Int) -> Int64? {
            guard at >= 0, at + size <= bytes.count else { return nil }
            var value: UInt64 = bytes[at] >= 0x80 ? ~0 : 0
            for byte in bytes[at..<at + size] { value = value << 8 | UInt64(byte) }
            return Int64(bitPattern: value)
        }
        func header(_ at: Int) -> (isutc: Int, isstd: Int, leap: Int, time: Int, type: Int, char: Int)? {
            guard at + 44 <= bytes.count, Array(bytes[at..<at + 4]) == Array("TZif".utf8) else { return nil }
            var counts: [Int] = []
            for i in 0..<6 {
                guard let n = number(at + 20 + 4 * i, 4), n >= 0, n <= bytes.count else { return nil }
                counts.append(Int(n))
            }
            return (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
        }
        // The first part repeats the second in 32 bits (RFC 8536 §3.2); only its size matters.
        guard let first = header(0), bytes[4] >= 0x32 else { return false }
        let second = 44 + first.time * 5 + first.type * 6 + first.char + first.leap * 8 + first.isstd + first.isutc
        guard let counts = header(second), counts.type > 0 else { return false }
        let times = second + 44
        let indices = times + counts.time * 8
        let types = indices + counts.time
        guard types + counts.type * 6 <= bytes.count, let initial = number(types, 4), Self.isOffset(initial)
        else { return false }
        starts = [Int64.min]
        offsets = [initial]
        for i in 0..<counts.time {
            let type = Int(bytes[indices + i])
            guard type < counts.type, let time = number(times + i * 8, 8), let offset = number(types + type * 6, 4),
                Self.isOffset(offset), time >= -(1 << 59), time < 1 << 59, time > starts[i]
            else { return false }
            starts.append(time)
            offsets.append(offset)
        }
        let footer = types + counts.type * 6 + counts.char + counts.leap * 12 + counts.isstd + counts.isutc
        return readFooter(bytes[min(footer, bytes.count)...])
    }

    /// Seconds east of UTC that a zone can have (RFC 8536 §3.2, utoff).
    private static func isOffset(_ seconds: Int64) -> Bool { (-89_999...93_599).contains(seconds) }

    /// The rule for what comes after the last transition (RFC 8536 §3.3), between two line feeds.
    private mutating func readFooter(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == 0x0A, let end = bytes.dropFirst().firstIndex(of: 0x0A) else { return false }
        let text = bytes[(bytes.startIndex + 1)..<end]
        if text.isEmpty { return true }
        guard let rule = ZoneRule(text) else { return false }
        let last = starts[starts.count - 1]
        var following: [(time: Int64, offset: Int64)] = []
        if rule.summer == nil { return true }
        let firstYear = last < 0 ? 1970 : CivilTime.year(ofDay: last / 86_400) - 1
        guard firstYear <= Self.lastYear else { return true }
        for year in firstYear...Self.lastYear { following += rule.transitions(in: year) }
        // Stable: where one year's summer ends as the next one's begins, the later of both holds.
        let order = following.indices.sorted { (following[$0].time, $0) < (following[$1].time, $1) }
        for index in order where following[index].time > last {
            let (time, offset) = following[index]
            if time == starts[starts.count - 1] {
                offsets[offsets.count - 1] = offset
            } else if offset != offsets[offsets.count - 1] {
                starts.append(time)
                offsets.append(offset)
            }
        }
        return true
    }

    // MARK: Questions

    /// The offset at `time` (seconds east of UTC) with the span of time in which it holds. O(log n).
    public func offset(at time: Int64) -> (offset: Int64, from: Int64, to: Int64) {
        let index = span(at: time)
        return (offsets[index], starts[index], index + 1 < starts.count ? starts[index + 1] : Int64.max)
    }

    private func span(at time: Int64) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// The local day of `time`, as a number of days since 1970-01-01.
    public func day(of time: Int64) -> Int {
        let local = time + offset(at: time).offset
        return Int(local >= 0 ? local / 86400 : (local - 86399) / 86400)
    }

    /// When the local day begins (the first second of it), in seconds since 1970 UTC.
    public func start(ofDay day: Int) -> Int64 { instant(ofLocal: Int64(day) * 86400, .first) }

    /// Which of two instants is meant when the clock shows a time twice.
    public enum Reading: Sendable {
        /// The first: for what begins then.
        case first
        /// The second: for what ends then.
        case last
    }

    /// The instant at which clocks of this zone show a time; where they skip it, the instant at which they skip.
    /// - Parameter local: the time shown, as seconds since 1970-01-01T00:00:00 if the zone were UTC.
    public func instant(ofLocal local: Int64, _ reading: Reading) -> Int64 {
        // No zone is further from UTC than 26 hours.
        var index = span(at: local - 93_600)
        var found: Int64?
        while index < starts.count {
            let time = local - offsets[index]
            let end = index + 1 < starts.count ? starts[index + 1] : Int64.max
            if time < end {
                // Before this span begins, its clock would already be past: the time was skipped.
                if time < starts[index] { return found ?? starts[index] }
                if reading == .first { return time }
                found = time
            }
            index += 1
            if let found, index < starts.count, starts[index] > local + 93_600 { return found }
        }
        return found ?? local - (offsets.last ?? 0)
    }
}
