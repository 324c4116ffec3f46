/// `combined` of nginx and Apache:
/// `ADDRESS - USER [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 302 0 "REFERER" "USER-AGENT"`,
/// with or without the last two; what follows them is ignored.
extension LogParser {
    mutating func combined(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) {
        let afterAddress = line.find(0x20, from, to)
        guard afterAddress > from, afterAddress < to, afterAddress - from <= 64 else { throw .address }
        hit.address = Field(from, afterAddress)

        // The user may hold brackets, but no raw quote: `[time] "` cannot be forged in it.
        var bracket = afterAddress
        while true {
            bracket = line.find(0x5B, bracket, to)
            guard bracket + 30 <= to else { throw .time }
            if line[bracket + 27] == 0x5D, line[bracket + 28] == 0x20, line[bracket + 29] == 0x22,
                let time = timestamps.common(line, bracket + 1)
            {
                hit.time = time
                break
            }
            bracket += 1
        }

        let requestStart = bracket + 30
        let requestEnd = closingQuote(line, requestStart, to, &hit)
        guard requestEnd < to else { throw .quote }
        request(line, requestStart, requestEnd, &hit)

        // ` 302 0`
        var at = requestEnd + 1
        guard at + 4 <= to, line[at] == 0x20 else { throw .status }
        let a = line[at + 1] &- 0x30
        let b = line[at + 2] &- 0x30
        let c = line[at + 3] &- 0x30
        guard a < 10, b < 10, c < 10, at + 4 == to || line[at + 4] == 0x20 else { throw .status }
        hit.status = UInt16(a) * 100 + UInt16(b) * 10 + UInt16(c)
        at += 4
        guard at < to else { return }
        at += 1
        var size: Int64 = 0
        while at < to, line[at] &- 0x30 < 10 {
            size = size &* 10 &+ Int64(line[at] &- 0x30)
            at += 1
        }
        if at < to, line[at] == 0x2D { at += 1 }
        hit.bytes = size
        // `common` ends here.
        guard at < to else { return }
        guard at + 1 < to, line[at] == 0x20, line[at + 1] == 0x22 else { throw .missing }
        let referrerStart = at + 2
        let referrerEnd = closingQuote(line, referrerStart, to, &hit)
        guard referrerEnd < to else { throw .quote }
        hit.referrer = field(line, referrerStart, referrerEnd)
        at = referrerEnd + 1
        guard at + 1 < to, line[at] == 0x20, line[at + 1] == 0x22 else { throw .missing }
        let agentStart = at + 2
        let agentEnd = closingQuote(line, agentStart, to, &hit)
        guard agentEnd < to else { throw .quote }
        hit.userAgent = field(line, agentStart, agentEnd)
    }

    /// A field in which `-` means nothing.
    @inline(__always)
    func field(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Field {
        to - from == 1 && line[from] == 0x2D ? .none : Field(from, to)
    }

    /// The quote that ends what begins at `from`; `to` when there is none. A backslash takes the next byte with it.
    @inline(__always)
    private func closingQuote(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) -> Int {
        var at = from
        while true {
            at = line.find(0x22, or: 0x5C, at, to)
            if at == to || line[at] == 0x22 { return at }
            hit.escaping = .backslash
            at = min(at + 2, to)
        }
    }

    /// `GET /path?query HTTP/1.1`; anything else leaves ``Method/garbage``.
    @inline(__always)
    func request(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit) {
        let space = line.find(0x20, from, to)
        guard space < to else { return }
        let method = Self.method(line, from, space)
        guard method != .garbage else { return }
        // Spaces may stand in the path; the protocol is what follows the last one.
        var end = to
        if to - space > 9, line[to - 9] == 0x20, line.word(to - 8) & 0xFF_FFFF_FFFF == pack("HTTP/") {
            end = to - 9
        } else {
            let last = line.findLast(0x20, space + 1, to)
            if last > space, to - last > 5, line.matches("HTTP/", last + 1, last + 6) { end = last }
        }
        hit.method = method
        target(line, space + 1, end, &hit)
    }

    /// A request target: `/path?query`, also in absolute form.
    @inline(__always)
    func target(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit) {
        var start = from
        guard start < to else {
            hit.method = .garbage
            return
        }
        if line[start] != 0x2F {
            guard let path = Self.skipAuthority(line, from, to) else {
                // `*`, an authority (CONNECT), or nonsense: no path, hence no link.
                return
            }
            start = path
        }
        let question = line.find(0x3F, start, to)
        hit.path = Field(start, question)
        if question < to { hit.query = Field(question + 1, to) }
    }

    /// Where the path of `http://host/path` begins.
    private static func skipAuthority(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Int? {
        var i = from
        while i < to, i - from < 6, line[i] != 0x3A { i += 1 }
        guard i + 2 < to, line[i] == 0x3A, line[i + 1] == 0x2F, line[i + 2] == 0x2F else { return nil }
        let slash = line.find(0x2F, i + 3, to)
        return slash < to ? slash : nil
    }

    /// The method whose name stands in `from..<to`.
    @inline(__always)
    static func method(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Method {
        let length = to - from
        if length == 3, line[from] == 0x47, line[from + 1] == 0x45, line[from + 2] == 0x54 { return .get }
        if line.matches("HEAD", from, to) { return .head }
        if line.matches("POST", from, to) { return .post }
        guard length > 0, length <= 20 else { return .garbage }
        var i = from
        while i < to {
            let byte = line[i]
            guard byte &- 0x41 < 26 || byte == 0x2D || byte == 0x5F else { return .garbage }
            i += 1
        }
        return .other
    }
}
