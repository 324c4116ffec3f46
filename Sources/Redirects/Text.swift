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

/// The rules that decide whether a wildcard answers a request target, as regular expressions, and as
/// ``RequestTarget`` computes them. PCRE gets possessive quantifiers: without them a long path would need more
/// of its stack than nginx gives it, and could be tried in very many ways. RE2 has neither the problem nor the
/// syntax.
struct WildcardPattern {
    /// `+` behind a quantifier, or nothing.
    private let possessive: String

    /// For nginx.
    static let pcre = WildcardPattern(possessive: "+")
    /// For Caddy.
    static let re2 = WildcardPattern(possessive: "")

    /// A target that has a `.` or `..` segment, whatever way its dots and slashes are written.
    static let dotSegment =
        "^[^?#]*(?:/|\\\\|%2[Ff]|%5[Cc])(?:\\.|%2[Ee])(?:\\.|%2[Ee])?(?:/|\\\\|%2[Ff]|%5[Cc]|[?#]|$)"

    /// RFC 3986 `pchar` without `%XX`.
    private static let plain = "A-Za-z0-9._~!$&'()*+,;=:@-"

    /// A target with a prefix of `depth` segments; the group that `open` begins holds what follows it.
    ///
    /// The target may be in absolute form (RFC 9112 §3.2.2). A segment of the prefix holds no encoded slash.
    /// What follows begins with no slash.
    func target(depth: Int, open: String = "(") -> String {
        let p = possessive
        let plain = Self.plain
        let hex = "%[0-9A-Fa-f][0-9A-Fa-f]"
        let origin = "(?:[A-Za-z][A-Za-z0-9+.-]*\(p)://[^/?#]*\(p))?\(p)"
        let segment = "(?:[\(plain)]+\(p)|%2[0-9A-Ea-e]|%[013-9A-Fa-f][0-9A-Fa-f])+\(p)"
        let segments = depth == 0 ? "" : "(?:/+\(p)\(segment)){\(depth)}"
        let suffix = "(?:(?:[\(plain)]|\(hex))(?:[/\(plain)]+\(p)|\(hex))*\(p))?\(p)"
        return "^\(origin)\(segments)/+\(p)\(open)\(suffix))(?:[?#]|$)"
    }

    /// The prefix of `depth` segments of a decoded path with its last slash.
    func prefix(depth: Int, open: String = "(") -> String {
        depth == 0 ? "^\(open)/)" : "^\(open)(?:/[^/]+\(possessive)){\(depth)}/)"
    }
}
