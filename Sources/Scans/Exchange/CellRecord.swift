internal import AccessLogs

/// What machines exchange: the counts of one link on one day at one source, and of a source's whole day.
///
/// One line of tab-separated values each, exactly as ClickHouse reads and writes them (`FORMAT TabSeparated`): a file
/// made by `wayseal scans export` and the rows of the tables are the same bytes, but for the first column of a file. Lines
/// of version 1 end before goals and ids.
struct CellRecord: Equatable, Sendable {
    var day = 0
    var source = ""
    /// Later exports of the same day of the same source have greater numbers.
    var sequence: UInt64 = 0
    var host = ""
    var path = ""
    var scans: UInt32 = 0
    var uniques: UInt32 = 0
    var late: UInt32 = 0
    var last: UInt32 = 0
    /// Scans by value of each dimension, by its texts.
    var values: [Value] = []
    /// Requests left out, by ``Exclusion``.
    var excluded: [UInt32] = Array(repeating: 0, count: Exclusion.count)
    /// Hashes of the visitors, when the source shares them; else empty.
    var visitors: [UInt64] = []
    /// Visitors who reached a goal or a step of a funnel, counted for good.
    var reaches: [Reach] = []
    /// Scans whose id may still come back.
    var clicks: [Click] = []

    struct Reach: Equatable, Sendable {
        var variant = ""
        /// Empty: a goal.
        var funnel = ""
        var step: UInt32 = 0
        var goal = ""
        var isExact = false
        var count: UInt32 = 0
    }

    struct Click: Equatable, Sendable {
        /// ``ClickID/key(_:)``.
        var id: UInt64
        var variant: String
        /// The same for the clicks of one visitor.
        var person: UInt64
        var time: UInt32
    }

    struct Value: Equatable, Sendable {
        var dimension: Dimension
        var text: String
        var scans: UInt32
        var uniques: UInt32
    }

    var hasVisitors: Bool { uniques > 0 && visitors.count == Int(uniques) }
}

/// The day of a source.
struct DayRecord: Equatable, Sendable {
    var day = 0
    var source = ""
    var sequence: UInt64 = 0
    var zone = "UTC"
    var isClosed = false
    var requests = 0
    var visitors = 0
    var anonymous = 0
    var late = 0
    var skewed = 0
    /// All requests left out, those that belong to no link included.
    var excluded = [Int](repeating: 0, count: Exclusion.count)
    var attribution = ""
    /// Goals that came back on this day with the id of a scan, which may be another machine's; an empty goal is that of
    /// the link.
    var returns: [Return] = []

    struct Return: Equatable, Sendable {
        var id: UInt64
        var goal: String
        var time: UInt32
    }
}

extension Dimension {
    /// The name in the tables.
    var name: String {
        switch self {
        case .hour: "hour"
        case .device: "device"
        case .place: "place"
        case .referrer: "referrer"
        case .language: "language"
        case .variant: "variant"
        case .origin: "origin"
        }
    }

    /// Where the texts of its numbers are; `nil`: the number is the text.
    var kind: TextTable.Kind? {
        switch self {
        case .hour, .origin: nil
        case .device: .device
        case .place: .place
        case .referrer: .referrer
        case .language: .language
        case .variant: .variant
        }
    }
}

extension Exclusion {
    /// The name in the tables.
    var name: String { reason?.rawValue ?? "" }
}

// MARK: writing

extension CellRecord {
    /// The line, without its line feed.
    var line: [UInt8] {
        var row = RowWriter()
        row.put(CivilDay(number: day).description)
        row.put(source)
        row.put(sequence)
        row.put(host)
        row.put(path)
        row.put(UInt64(scans))
        row.put(UInt64(uniques))
        row.put(UInt64(late))
        row.put(UInt64(last))
        row.put(values.map(\.dimension.name))
        row.put(values.map(\.text))
        row.put(values.map { UInt64($0.scans) })
        row.put(values.map { UInt64($0.uniques) })
        row.put(exclusions: excluded.map(Int.init))
        row.put(visitors)
        row.put(reaches.map(\.variant))
        row.put(reaches.map(\.funnel))
        row.put(reaches.map { UInt64($0.step) })
        row.put(reaches.map(\.goal))
        row.put(reaches.map { $0.isExact ? 1 : 0 })
        row.put(reaches.map { UInt64($0.count) })
        row.put(clicks.map(\.id))
        row.put(clicks.map(\.variant))
        row.put(clicks.map(\.person))
        row.put(clicks.map { UInt64($0.time) })
        return row.bytes
    }
}

extension DayRecord {
    /// The line, without its line feed.
    var line: [UInt8] {
        var row = RowWriter()
        row.put(CivilDay(number: day).description)
        row.put(source)
        row.put(sequence)
        row.put(zone)
        row.put(isClosed ? 1 : 0)
        for number in [requests, visitors, anonymous, late, skewed] { row.put(UInt64(number)) }
        row.put(exclusions: excluded)
        row.put(attribution)
        row.put(returns.map(\.id))
        row.put(returns.map(\.goal))
        row.put(returns.map { UInt64($0.time) })
        return row.bytes
    }
}

private struct RowWriter {
    var bytes: [UInt8] = []
    private var isFirst = true

    private mutating func column() {
        if !isFirst { bytes.append(0x09) }
        isFirst = false
    }

    mutating func put(_ number: UInt64) {
        column()
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func put(_ text: String) {
        column()
        escape(text)
    }

    mutating func put(_ numbers: [UInt64]) {
        column()
        bytes.append(UInt8(ascii: "["))
        for (i, number) in numbers.enumerated() {
            if i > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: String(number).utf8)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func put(_ texts: [String]) {
        column()
        bytes.append(UInt8(ascii: "["))
        for (i, text) in texts.enumerated() {
            if i > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "'"))
            escape(text)
            bytes.append(UInt8(ascii: "'"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func put(exclusions: [Int]) {
        let left = exclusions.indices.filter { exclusions[$0] > 0 }
        put(left.map { Exclusion(rawValue: UInt8($0))?.name ?? "" })
        put(left.map { UInt64(exclusions[$0]) })
    }

    private mutating func escape(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x00: bytes.append(contentsOf: "\\0".utf8)
            case UInt8(ascii: "\\"), UInt8(ascii: "'"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            default: bytes.append(byte)
            }
        }
    }
}
