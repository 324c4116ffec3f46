/// JSON lines: wayseal's own format for nginx, and Caddy's. A walk over the top object; what is of no interest is
/// skipped by counting brackets, so depth costs nothing.
extension LogParser {
    /// `{"v":1,"t":"1732377917.123","id":…,"link":…,"host":…,"path":…,"q":…,"m":…,"st":302,"ip":…,"ua":…,…}`
    @inline(__always)
    mutating func nginxJSON(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) {
        if !Self.ownFormat(line, from, to, &hit) { try generalJSON(line, from, to, &hit) }
    }

    /// The same with its keys in any order, with spaces, with others between them.
    mutating func generalJSON(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) {
        var cursor = try JSONCursor(line, from, to)
        var time: Int64?
        while try cursor.nextKey(line) {
            let keyLength = cursor.keyEnd - cursor.keyStart
            guard keyLength <= 8 else {
                try cursor.skipValue(line)
                continue
            }
            switch line.packed(cursor.keyStart, cursor.keyEnd) {
            case pack("t"): time = try cursor.scalar(line).seconds(line)
            case pack("id"): hit.requestID = try cursor.scalar(line)
            case pack("link"): hit.link = try cursor.scalar(line)
            case pack("var"): hit.variant = try cursor.scalar(line)
            case pack("deny"): hit.deny = try cursor.scalar(line)
            case pack("host"): hit.host = try cursor.scalar(line)
            case pack("path"): hit.path = try cursor.scalar(line)
            case pack("q"): hit.query = try cursor.scalar(line)
            case pack("m"):
                let value = try cursor.scalar(line)
                hit.method = Self.method(line, Int(value.start), Int(value.end))
            case pack("st"): hit.status = try cursor.scalar(line).status(line)
            case pack("ip"): hit.address = try cursor.scalar(line)
            case pack("ua"): hit.userAgent = dash(line, try cursor.scalar(line))
            case pack("ref"): hit.referrer = dash(line, try cursor.scalar(line))
            case pack("al"): hit.language = dash(line, try cursor.scalar(line))
            case pack("dnt"):
                let value = try cursor.scalar(line)
                hit.optsOut = line.find(0x31, Int(value.start), Int(value.end)) < Int(value.end)
            case pack("pf"):
                let value = try cursor.scalar(line)
                hit.isPrefetch = Self.isPrefetch(line, value) || hit.isPrefetch
            case pack("b"): hit.bytes = try cursor.scalar(line).seconds(line) ?? 0
            default: try cursor.skipValue(line)
            }
        }
        guard let time else { throw .time }
        guard !hit.address.isEmpty else { throw .address }
        guard hit.status > 0 else { throw .status }
        hit.time = time
        hit.isPathDecoded = true
        if cursor.sawEscape { hit.escaping = .json }
    }

    /// `{"level":…,"ts":1732377917.1,"request":{"remote_ip":…,"host":…,"uri":…,"headers":{…}},"status":302,…}`
    mutating func caddyJSON(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) {
        var cursor = try JSONCursor(line, from, to)
        var time: Int64?
        var sawRequest = false
        while try cursor.nextKey(line) {
            let length = cursor.keyEnd - cursor.keyStart
            let key = line.packed(cursor.keyStart, cursor.keyEnd)
            if length == 2, key == pack("ts") {
                time = try cursor.scalar(line).seconds(line)
            } else if length == 6, key == pack("status") {
                hit.status = try cursor.scalar(line).status(line)
            } else if length == 4, key == pack("size") {
                hit.bytes = try cursor.scalar(line).seconds(line) ?? 0
            } else if length == 7, key == pack("request"), cursor.isObject(line) {
                sawRequest = true
                try caddyRequest(line, &cursor, &hit)
            } else if length == 12, key == pack("resp_hea"), cursor.isObject(line) {
                try caddyAnswerHeaders(line, &cursor, &hit)
            } else {
                try cursor.skipValue(line)
            }
        }
        guard let time else { throw .time }
        guard sawRequest else { throw .request }
        guard !hit.address.isEmpty else { throw .address }
        guard hit.status > 0 else { throw .status }
        hit.time = time
        if cursor.sawEscape { hit.escaping = .json }
    }

    private func caddyRequest(
        _ line: borrowing Span<UInt8>, _ cursor: inout JSONCursor, _ hit: inout Hit
    ) throws(Malformation) {
        cursor.enter()
        while try cursor.nextKey(line) {
            let length = cursor.keyEnd - cursor.keyStart
            let key = line.packed(cursor.keyStart, cursor.keyEnd)
            if length == 9, key == pack("remote_i") {
                let value = try cursor.scalar(line)
                if hit.address.isEmpty { hit.address = value }
            } else if length == 9, key == pack("client_i") {
                // Behind a trusted proxy the client is not the peer.
                hit.address = try cursor.scalar(line)
            } else if length == 4, key == pack("host") {
                hit.host = try cursor.scalar(line)
            } else if length == 6, key == pack("method") {
                let value = try cursor.scalar(line)
                hit.method = Self.method(line, Int(value.start), Int(value.end))
            } else if length == 3, key == pack("uri") {
                let value = try cursor.scalar(line)
                let method = hit.method
                target(line, Int(value.start), Int(value.end), &hit)
                // `method` may come before or after; an empty target must not decide about it.
                hit.method = method
            } else if length == 7, key == pack("headers"), cursor.isObject(line) {
                try caddyHeaders(line, &cursor, &hit)
            } else {
                try cursor.skipValue(line)
            }
        }
    }

    private func caddyHeaders(
        _ line: borrowing Span<UInt8>, _ cursor: inout JSONCursor, _ hit: inout Hit
    ) throws(Malformation) {
        cursor.enter()
        while try cursor.nextKey(line) {
            let length = cursor.keyEnd - cursor.keyStart
            let key = line.packed(cursor.keyStart, cursor.keyEnd)
            if length == 10, key == pack("User-Age") {
                hit.userAgent = try cursor.first(line)
            } else if length == 7, key == pack("Referer") {
                hit.referrer = try cursor.first(line)
            } else if length == 15, key == pack("Accept-L") {
                hit.language = try cursor.first(line)
            } else if length == 7, key == pack("Purpose") {
                hit.isPrefetch = Self.isPrefetch(line, try cursor.first(line)) || hit.isPrefetch
            } else if length == 11, key == pack("Sec-Purp") {
                hit.isPrefetch = Self.isPrefetch(line, try cursor.first(line)) || hit.isPrefetch
            } else if length == 5, key == pack("X-Moz") {
                hit.isPrefetch = Self.isPrefetch(line, try cursor.first(line)) || hit.isPrefetch
            } else if length == 3, key == pack("Dnt") || key == pack("DNT") {
                let value = try cursor.first(line)
                if value.count == 1, line[Int(value.start)] == 0x31 { hit.optsOut = true }
            } else if length == 7, key == pack("Sec-Gpc") || key == pack("Sec-GPC") {
                let value = try cursor.first(line)
                if value.count == 1, line[Int(value.start)] == 0x31 { hit.optsOut = true }
            } else {
                try cursor.skipValue(line)
            }
        }
    }

    private func caddyAnswerHeaders(
        _ line: borrowing Span<UInt8>, _ cursor: inout JSONCursor, _ hit: inout Hit
    ) throws(Malformation) {
        cursor.enter()
        while try cursor.nextKey(line) {
            let length = cursor.keyEnd - cursor.keyStart
            let key = line.packed(cursor.keyStart, cursor.keyEnd)
            if length == 6, key == pack("X-Link") {
                hit.link = try cursor.first(line)
            } else if length == 6, key == pack("X-Deny") {
                hit.deny = try cursor.first(line)
            } else if length == 9, key == pack("X-Varian") {
                hit.variant = try cursor.first(line)
            } else if length == 12, key == pack("X-Reques") {
                hit.requestID = try cursor.first(line)
            } else {
                try cursor.skipValue(line)
            }
        }
    }

    @inline(__always)
    private func dash(_ line: borrowing Span<UInt8>, _ value: Field) -> Field {
        field(line, Int(value.start), Int(value.end))
    }

    /// `prefetch`, `prefetch;prerender`, `preview`.
    static func isPrefetch(_ line: borrowing Span<UInt8>, _ value: Field) -> Bool {
        guard value.count >= 7 else { return false }
        let word = line.packed(Int(value.start), Int(value.end)) | 0x2020_2020_2020_2020
        return word == pack("prefetch") || word << 8 == pack("preview") << 8
    }
}

/// A cursor over one line of JSON.
struct JSONCursor {
    private var at: Int
    private let end: Int
    private var isFirst = true
    /// The key just read.
    private(set) var keyStart = 0
    private(set) var keyEnd = 0
    /// Whether any string that was read had a backslash.
    private(set) var sawEscape = false

    init(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) throws(Malformation) {
        at = from + 1
        end = to
        guard from < to, line[from] == 0x7B else { throw .json }
    }

    @inline(__always)
    private mutating func skipSpace(_ line: borrowing Span<UInt8>) {
        while at < end, line[at] == 0x20 || line[at] == 0x09 { at += 1 }
    }

    /// Moves to the next member; `false` behind the object's end.
    @inline(__always)
    mutating func nextKey(_ line: borrowing Span<UInt8>) throws(Malformation) -> Bool {
        if !isFirst, closeKey(line) { return true }
        skipSpace(line)
        guard at < end else { throw .json }
        if line[at] == 0x7D {
            at += 1
            isFirst = false
            return false
        }
        if !isFirst {
            guard line[at] == 0x2C else { throw .json }
            at += 1
            skipSpace(line)
        }
        isFirst = false
        guard at < end, line[at] == 0x22 else { throw .json }
        let key = try string(line)
        keyStart = Int(key.start)
        keyEnd = Int(key.end)
        skipSpace(line)
        guard at < end, line[at] == 0x3A else { throw .json }
        at += 1
        skipSpace(line)
        guard at < end else { throw .json }
        return true
    }

    /// The way almost every member is written: `,"key":` without spaces, the key's end within eight bytes.
    @inline(__always)
    private mutating func closeKey(_ line: borrowing Span<UInt8>) -> Bool {
        guard at + 12 <= end, line[at] == 0x2C, line[at + 1] == 0x22 else { return false }
        let length = line.word(at + 2).plainStringLength
        guard length < 8, line[at + 3 + length] == 0x3A, line[at + 4 + length] > 0x20 else { return false }
        keyStart = at + 2
        keyEnd = keyStart + length
        at = keyEnd + 2
        return at < end
    }

    /// Whether the value is an object.
    func isObject(_ line: borrowing Span<UInt8>) -> Bool { line[at] == 0x7B }

    /// Steps into the object that is the value.
    mutating func enter() {
        at += 1
        isFirst = true
    }

    /// The string at the cursor, without its quotes.
    @inline(__always)
    private mutating func string(_ line: borrowing Span<UInt8>) throws(Malformation) -> Field {
        let start = at + 1
        var i = start
        // Half of all values are shorter than it takes to call a search.
        if start + 8 <= end {
            let length = line.word(start).plainStringLength
            if length < 8 {
                at = start + length + 1
                return Field(start, start + length)
            }
        }
        while true {
            i = line.find(0x22, or: 0x5C, i, end)
            guard i < end else { throw .quote }
            if line[i] == 0x22 { break }
            sawEscape = true
            i = min(i + 2, end)
        }
        at = i + 1
        return Field(start, i)
    }

    /// A string without its quotes, or the bytes of a number or a word; empty for what nests, and for null.
    @inline(__always)
    mutating func scalar(_ line: borrowing Span<UInt8>) throws(Malformation) -> Field {
        let byte = line[at]
        if byte == 0x22 { return try string(line) }
        if byte == 0x7B || byte == 0x5B {
            try skipValue(line)
            return .none
        }
        let start = at
        while at < end, line[at] != 0x2C, line[at] != 0x7D, line[at] != 0x5D, line[at] != 0x20 { at += 1 }
        guard at > start else { throw .json }
        return byte == 0x6E ? .none : Field(start, at)
    }

    /// The first string of a list (a header's values), or a scalar.
    mutating func first(_ line: borrowing Span<UInt8>) throws(Malformation) -> Field {
        guard line[at] == 0x5B else { return try scalar(line) }
        guard at + 1 < end, line[at + 1] == 0x22 else {
            try skipValue(line)
            return .none
        }
        at += 1
        let value = try string(line)
        try skipToClose(line, depth: 1)
        return value
    }

    @inline(__always)
    mutating func skipValue(_ line: borrowing Span<UInt8>) throws(Malformation) {
        switch line[at] {
        case 0x22: _ = try string(line)
        case 0x7B, 0x5B:
            at += 1
            try skipToClose(line, depth: 1)
        default:
            let start = at
            while at < end, line[at] != 0x2C, line[at] != 0x7D, line[at] != 0x5D { at += 1 }
            guard at > start else { throw .json }
        }
    }

    /// Behind the bracket that closes `depth` open ones.
    private mutating func skipToClose(_ line: borrowing Span<UInt8>, depth: Int) throws(Malformation) {
        var depth = depth
        while depth > 0 {
            guard at < end else { throw .json }
            switch line[at] {
            case 0x22:
                _ = try string(line)
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            default: break
            }
            at += 1
        }
    }
}

extension UInt64 {
    /// Of eight bytes, the first lowest: how many come before a quote that no backslash precedes; 8 when there is none.
    @inline(__always)
    fileprivate var plainStringLength: Int {
        // The lowest bit that is set is right: a borrow only reaches bytes above the first zero.
        let quotes = self ^ 0x2222_2222_2222_2222
        let quote = (quotes &- 0x0101_0101_0101_0101) & ~quotes & 0x8080_8080_8080_8080
        let slashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        let slash = (slashes &- 0x0101_0101_0101_0101) & ~slashes & 0x8080_8080_8080_8080
        let first = quote.trailingZeroBitCount
        return first < slash.trailingZeroBitCount ? first >> 3 : 8
    }
}

extension Field {
    /// A number of seconds, or an RFC 3339 time; `nil` when it is neither.
    fileprivate func seconds(_ line: borrowing Span<UInt8>) -> Int64? {
        Timestamps.epoch(line, Int(start), Int(end)) ?? Timestamps.rfc3339(line, Int(start), Int(end))
    }

    /// Three digits; 0 when it is none.
    fileprivate func status(_ line: borrowing Span<UInt8>) -> UInt16 {
        guard count == 3 else { return 0 }
        var value: UInt16 = 0
        for i in range {
            let digit = line[i] &- 0x30
            guard digit < 10 else { return 0 }
            value = value * 10 + UInt16(digit)
        }
        return value
    }
}
