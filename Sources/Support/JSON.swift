/// Writing JSON (RFC 8259) into bytes, from text that may be hostile.

/// Appends JSON values to a byte array and keeps commas and indentation right.
///
/// ```swift
/// var json = JSONWriter(indent: 2)
/// json.object {
///     $0.field("slug", "hello")
///     $0.key("tags")
///     $0.array { $0.string("spring") }
/// }
/// json.bytes  // {"slug": "hello", …}
/// ```
///
/// Whatever goes in, valid UTF-8 JSON comes out: control characters, DEL, U+2028 and U+2029 become `\u` escapes and
/// malformed UTF-8 becomes U+FFFD. Members keep the order in which they are written.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private let indent: Int?
    private var depth = 0
    private var isFirst = true
    private var followsKey = false

    /// A writer.
    /// - Parameters:
    ///   - indent: Spaces a level, each member on its own line; `nil`: no white space at all.
    ///   - reserve: Bytes to make room for.
    public init(indent: Int? = nil, reserve: Int = 0) {
        self.indent = indent
        bytes = []
        bytes.reserveCapacity(reserve)
    }

    /// Writes an object; `members` writes keys and values.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        begin("{")
        members(&self)
        end("}")
    }

    /// Writes an array; `elements` writes the values.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        begin("[")
        elements(&self)
        end("]")
    }

    /// Opens an object; ``endObject()`` closes it. For writers that can't use a closure.
    public mutating func beginObject() { begin("{") }
    /// Closes an object.
    public mutating func endObject() { end("}") }
    /// Opens an array; ``endArray()`` closes it.
    public mutating func beginArray() { begin("[") }
    /// Closes an array.
    public mutating func endArray() { end("]") }

    /// Writes a key; exactly one value must follow.
    public mutating func key(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        if indent != nil { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        quoted(text)
    }

    /// Writes bytes as a string; malformed UTF-8 becomes U+FFFD.
    public mutating func string(utf8: Span<UInt8>) {
        separate()
        quoted(utf8)
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a number; infinities and NaN, which JSON lacks, become `null`.
    public mutating func number(_ value: Double) {
        separate()
        bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a member with a string, `null` for `nil`.
    public mutating func field(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with a whole number, `null` for `nil`.
    public mutating func field(_ name: String, _ value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    /// Writes a member with a truth value.
    public mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a line end between values (JSON Lines) or after the last.
    public mutating func lineEnd() {
        bytes.append(0x0A)
        if depth == 0 { isFirst = true }
    }

    private mutating func begin(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        depth += 1
        isFirst = true
    }

    private mutating func end(_ bracket: Unicode.Scalar) {
        depth = max(0, depth - 1)
        if !isFirst { breakLine() }
        bytes.append(UInt8(ascii: bracket))
        isFirst = false
        followsKey = false
    }

    private mutating func separate() {
        if followsKey {
            followsKey = false
            return
        }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        guard let indent else { return }
        bytes.append(0x0A)
        for _ in 0..<(indent * depth) { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func quoted(_ text: String) {
        let utf8 = Array(text.utf8)
        quoted(utf8.span)
    }

    private mutating func quoted(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                bytes.append(byte)
                index += 1
                continue
            }
            let step = UTF8Scalars.step(text, at: index)
            escape(step, text, at: index)
            index += step.length
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ step: UTF8Scalars.Step, _ text: Span<UInt8>, at index: Int) {
        switch step.scalar?.value {
        case nil: bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
        case 0x22: bytes.append(contentsOf: "\\\"".utf8)
        case 0x5C: bytes.append(contentsOf: "\\\\".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case .some(let value) where value < 0x20 || value == 0x7F || value == 0x2028 || value == 0x2029:
            let digits = String(value, radix: 16)
            bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        default: for offset in 0..<step.length { bytes.append(text[index + offset]) }
        }
    }
}
