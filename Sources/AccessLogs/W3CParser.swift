/// W3C extended log format: IIS (spaces) and CloudFront (tabs). The columns are what `#Fields:` says.

/// Which column holds what.
struct W3CColumns: Sendable {
    /// What a column means to us.
    enum Kind: UInt8, Sendable {
        case other, date, time, address, host, forwardedHost, method, stem, query, status, bytes, agent, referrer, id
    }

    /// Kinds in the order of the columns.
    private(set) var kinds: [Kind] = []
    /// The `#Fields:` line.
    private(set) var header: [UInt8] = []
    /// Tabs and percent-encoding.
    private(set) var isCloudFront = false

    /// Takes a directive; `false` when it is not `#Fields:`.
    mutating func directive(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Bool {
        guard let read = Self.read(line, from, to) else { return false }
        self = read
        return true
    }

    /// The columns of a `#Fields:` line.
    static func read(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> W3CColumns? {
        let name: StaticString = "#Fields:"
        guard to - from > 9, line.matches(name, from, from + 8) else { return nil }
        var columns = W3CColumns()
        var at = from + 8
        while at < to, columns.kinds.count < 256 {
            while at < to, line[at] == 0x20 || line[at] == 0x09 || line[at] == 0x0D { at += 1 }
            let start = at
            while at < to, line[at] != 0x20, line[at] != 0x09, line[at] != 0x0D { at += 1 }
            if at > start { columns.kinds.append(kind(line, start, at)) }
            if line.matches("x-edge-location", start, at) { columns.isCloudFront = true }
        }
        guard !columns.kinds.isEmpty else { return nil }
        columns.header = (from..<to).map { line[$0] }
        return columns
    }

    private static func kind(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Kind {
        if line.matches("date", from, to) { return .date }
        if line.matches("time", from, to) { return .time }
        if line.matches("c-ip", from, to) { return .address }
        if line.matches("cs-host", from, to) || line.matches("cs(Host)", from, to) { return .host }
        if line.matches("x-host-header", from, to) { return .forwardedHost }
        if line.matches("cs-method", from, to) { return .method }
        if line.matches("cs-uri-stem", from, to) { return .stem }
        if line.matches("cs-uri-query", from, to) { return .query }
        if line.matches("sc-status", from, to) { return .status }
        if line.matches("sc-bytes", from, to) { return .bytes }
        if line.matches("cs(User-Agent)", from, to) { return .agent }
        if line.matches("cs(Referer)", from, to) { return .referrer }
        if line.matches("x-edge-request-id", from, to) { return .id }
        return .other
    }
}

extension LogParser {
    mutating func w3c(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) -> Bool {
        if line[from] == 0x23 {
            _ = columns.directive(line, from, to)
            return false
        }
        guard !columns.kinds.isEmpty else { throw .header }
        let separator: UInt8 = columns.isCloudFront ? 0x09 : 0x20
        var date = Field.none
        var time = Field.none
        var at = from
        var column = 0
        var sawMethod = false
        while at <= to, column < columns.kinds.count {
            let end = line.find(separator, at, to)
            let value = field(line, at, end)
            switch columns.kinds[column] {
            case .other: break
            case .date: date = value
            case .time: time = value
            case .address: hit.address = value
            case .host: if hit.host.isEmpty { hit.host = value }
            case .forwardedHost: if !value.isEmpty { hit.host = value }
            case .method:
                hit.method = Self.method(line, Int(value.start), Int(value.end))
                sawMethod = true
            case .stem: if value.count > 0, line[at] == 0x2F { hit.path = value }
            case .query: hit.query = value
            case .status:
                guard value.count == 3, let number = Timestamps.epoch(line, Int(value.start), Int(value.end))
                else { throw .status }
                hit.status = UInt16(number)
            case .bytes: hit.bytes = Timestamps.epoch(line, Int(value.start), Int(value.end)) ?? 0
            case .agent: hit.userAgent = value
            case .referrer: hit.referrer = value
            case .id: hit.requestID = value
            }
            column += 1
            at = end + 1
        }
        guard column == columns.kinds.count else { throw .missing }
        guard sawMethod else { throw .request }
        guard !hit.address.isEmpty else { throw .address }
        guard hit.status > 0 else { throw .status }
        guard let seconds = Timestamps.dateAndTime(line, date: date, time: time) else { throw .time }
        hit.time = seconds
        hit.escaping = columns.isCloudFront ? .percent : .plus
        return true
    }
}
