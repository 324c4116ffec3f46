internal import Support

/// The offsets of a time zone, from the system's zoneinfo (RFC 8536), so that days and hours are local ones.
public struct ZoneTable: Sendable {
    /// IANA name.
    public let name: String
    private var starts: [Int64] = [Int64.min]
    private var offsets: [Int64] = [0]

    /// UTC.
    public static let utc = ZoneTable(name: "UTC")

    private init(name: String) { self.name = name }

    /// Reads a zone; `nil` when there is none of that name.
    public init?(named name: String, folder: String = "/usr/share/zoneinfo") {
        self.init(name: name)
        if name == "UTC" { return }
        let isName = name.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "/_+-".utf8.contains(byte)
        }
        guard isName, !name.hasPrefix("/"), !name.isEmpty,
            let bytes = try? Files.read(folder + "/" + name, limit: 1 << 20), read(bytes)
        else { return nil }
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
        guard let first = header(0), bytes[4] >= 0x32 else { return false }
        let second = 44 + first.time * 5 + first.type * 6 + first.char + first.leap * 8 + first.isstd + first.isutc
        guard let counts = header(second), counts.type > 0 else { return false }
        let times = second + 44
        let indices = times + counts.time * 8
        let types = indices + counts.time
        guard types + counts.type * 6 <= bytes.count, let initial = number(types, 4) else { return false }
        starts = [Int64.min]
        offsets = [initial]
        for i in 0..<counts.time {
            let type = Int(bytes[indices + i])
            guard type < counts.type, let time = number(times + i * 8, 8), let offset = number(types + type * 6, 4)
            else { return false }
            starts.append(time)
            offsets.append(offset)
        }
        return true
    }

    /// The offset at `time` with the span of time in which it holds.
    func offset(at time: Int64) -> (offset: Int64, from: Int64, to: Int64) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle } else { high = middle }
        }
        return (offsets[low], starts[low], low + 1 < starts.count ? starts[low + 1] : Int64.max)
    }

    /// The local day of `time`, as a number of days since 1970-01-01.
    func day(of time: Int64) -> Int {
        let local = time + offset(at: time).offset
        return Int(local >= 0 ? local / 86400 : (local - 86399) / 86400)
    }

    /// When the local day begins (the first second of it), in seconds since 1970 UTC.
    func start(ofDay day: Int) -> Int64 {
        let local = Int64(day) * 86400
        // The offset at noon before is off by at most one transition.
        var time = local - offset(at: local).offset
        time = local - offset(at: time).offset
        return time
    }
}
