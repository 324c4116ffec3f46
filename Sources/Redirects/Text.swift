/// Text of a configuration file while it grows: bytes, with two spaces an indentation step.
struct Text {
    private(set) var bytes: [UInt8] = []

    init() {}

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// One line, indented.
    mutating func line(_ text: String = "", _ depth: Int = 0) {
        if !text.isEmpty {
            for _ in 0..<depth { bytes.append(contentsOf: [0x20, 0x20]) }
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(0x0A)
    }

    /// Several lines.
    mutating func lines(_ lines: [String], _ depth: Int = 0) {
        for text in lines { line(text, depth) }
    }

    /// Raw bytes.
    mutating func append(_ raw: ArraySlice<UInt8>) { bytes.append(contentsOf: raw) }
    /// Raw bytes.
    mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }
    /// Raw text.
    mutating func append(_ raw: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: raw.utf8Start, count: raw.utf8CodeUnitCount))
    }
    /// One byte.
    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    /// The bytes of a buffer.
    mutating func append(_ raw: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: raw) }
}

/// The rules that decide whether a wildcard answers a request target, as regular expressions that PCRE2 and
/// RE2 read alike, and as the ``RequestTarget`` computes them.
enum WildcardPattern {
    /// The scheme and host of a target in absolute form (RFC 9112 §3.2.2).
    static let origin = "(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?"
    /// RFC 3986 `pchar` without an encoded slash.
    static let segmentByte =
        "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%2[0-9A-Ea-e]|%[013-9A-Fa-f][0-9A-Fa-f])"
    /// RFC 3986 `pchar`, then any of these and slashes; or nothing. That the first byte is no slash keeps a
    /// long row of slashes from being tried in every way.
    static let suffix =
        "(?:(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f][0-9A-Fa-f])"
        + "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f][0-9A-Fa-f])*)?"

    /// A target that has a `.` or `..` segment, whatever way its dots and slashes are written.
    static let dotSegment =
        "^[^?#]*(?:/|\\\\|%2[Ff]|%5[Cc])(?:\\.|%2[Ee])(?:\\.|%2[Ee])?(?:/|\\\\|%2[Ff]|%5[Cc]|[?#]|$)"

    /// A target with a prefix of `depth` segments; the group that `open` begins holds what follows it.
    static func target(depth: Int, open: String = "(") -> String {
        let segments = depth == 0 ? "" : "(?:/+\(segmentByte)+){\(depth)}"
        return "^\(origin)\(segments)/+\(open)\(suffix))(?:[?#]|$)"
    }

    /// The prefix of `depth` segments of a decoded path with its last slash.
    static func prefix(depth: Int, open: String = "(") -> String {
        depth == 0 ? "^\(open)/)" : "^\(open)(?:/[^/]+){\(depth)}/)"
    }
}
