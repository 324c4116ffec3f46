/// A JSON document with ordered keys, printed so that people can read and compare it.
indirect enum JSON {
    case string(String)
    case integer(Int)
    case bool(Bool)
    case array([JSON])
    case object([(String, JSON)])
    /// Elements of an array that are printed already, one a line, without indentation, joined by `,\n`.
    case rows([UInt8])

    /// An array of strings.
    static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

    /// The document with a line feed at the end.
    func document() -> [UInt8] {
        var text = Text()
        text.reserve(size)
        print(to: &text, 0)
        text.append("\n")
        return text.bytes
    }

    /// Roughly the printed size.
    private var size: Int {
        switch self {
        case .string(let value): value.utf8.count + 4
        case .integer, .bool: 8
        case .array(let values): values.reduce(8) { $0 + $1.size + 16 }
        case .object(let members): members.reduce(8) { $0 + $1.0.utf8.count + $1.1.size + 24 }
        case .rows(let bytes): bytes.count + 8
        }
    }

    /// Whether it fits on one line: scalars, and small collections of them.
    private var isShort: Bool {
        switch self {
        case .string, .integer, .bool: true
        case .array(let values): values.allSatisfy(\.isShort) && size < 96 + 16 * values.count
        case .object(let members): members.allSatisfy { $0.1.isShort } && size < 96 + 24 * members.count
        case .rows: false
        }
    }

    private func print(to text: inout Text, _ depth: Int) {
        switch self {
        case .string(let value): Self.append(Array(value.utf8)[...], to: &text)
        case .integer(let value): text.append(Array(String(value).utf8))
        case .bool(let value): text.append(value ? "true" : "false")
        case .rows(let bytes):
            text.append("[\n")
            text.append(bytes)
            text.append("\n")
            Self.indent(&text, depth)
            text.append("]")
        case .array(let values):
            Self.list(&text, depth, short: isShort, open: "[", close: "]", values.count) { text, i in
                values[i].print(to: &text, depth + 1)
            }
        case .object(let members):
            Self.list(&text, depth, short: isShort, open: "{", close: "}", members.count) { text, i in
                Self.append(Array(members[i].0.utf8)[...], to: &text)
                text.append(": ")
                members[i].1.print(to: &text, depth + 1)
            }
        }
    }

    private static func list(
        _ text: inout Text, _ depth: Int, short: Bool, open: StaticString, close: StaticString, _ count: Int,
        _ element: (inout Text, Int) -> Void
    ) {
        text.append(open)
        for i in 0..<count {
            if i > 0 { text.append(short ? ", " : ",") }
            if !short {
                text.append("\n")
                indent(&text, depth + 1)
            }
            element(&text, i)
        }
        if !short && count > 0 {
            text.append("\n")
            indent(&text, depth)
        }
        text.append(close)
    }

    private static func indent(_ text: inout Text, _ depth: Int) {
        for _ in 0..<depth { text.append("  ") }
    }

    /// Appends `bytes`, which are UTF-8, as a JSON string (RFC 8259 §7).
    static func append(_ bytes: ArraySlice<UInt8>, to text: inout Text) {
        text.append(UInt8(ascii: "\""))
        if bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    text.append(UInt8(ascii: "\\"))
                    text.append(byte)
                case 0..<0x20:
                    let digits = Array("0123456789abcdef".utf8)
                    text.append("\\u00")
                    text.append(digits[Int(byte >> 4)])
                    text.append(digits[Int(byte & 15)])
                default: text.append(byte)
                }
            }
        } else {
            text.append(bytes)
        }
        text.append(UInt8(ascii: "\""))
    }
}

/// Caddy's own escaping, inside a JSON string.
enum CaddyText {
    /// `bytes` for a place where Caddy looks for placeholders (header values, outputs of `map`, values of
    /// matchers): a `{` gets a backslash. Caddy takes a backslash before a brace away, but only in a text
    /// that holds a `{` at all (replacer.go); there a `\}` needs a second one.
    ///
    /// - Parameter besidePlaceholder: the text will stand in one string with a placeholder of ours, perhaps
    ///   directly before it: a backslash at its end would escape that, and Caddy has no way to write it, so
    ///   it becomes `%5C` (a normalised target holds no backslash).
    static func escaped(_ bytes: ArraySlice<UInt8>, besidePlaceholder: Bool = false) -> ArraySlice<UInt8> {
        guard besidePlaceholder || bytes.contains(UInt8(ascii: "{")) else { return bytes }
        var out: ArraySlice<UInt8> = []
        for byte in bytes {
            let afterBackslash = byte == UInt8(ascii: "}") && out.last == UInt8(ascii: "\\")
            if byte == UInt8(ascii: "{") || afterBackslash { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        if besidePlaceholder && out.last == UInt8(ascii: "\\") {
            out.removeLast()
            out += Array("%5C".utf8)
        }
        return out
    }

    /// The same for a string.
    static func escaped(_ text: String) -> String {
        String(decoding: escaped(Array(text.utf8)[...]), as: UTF8.self)
    }
}
