/// JSON in the one spelling of RFC 8785 (JSON Canonicalization Scheme), written and read.

/// A JSON value whose bytes are decided by its content: sorted keys, no white space, one way to write each string.
///
/// Reading accepts nothing else, so that no byte of a signed or hashed file can change without changing its meaning.
/// Numbers are integers up to 2^53 − 1 only; others have no one spelling that is easy to check.
public enum CanonicalJSON: Hashable, Sendable {
    /// An object; its keys are written in the order of their UTF-16 code units (RFC 8785 §3.2.3).
    case object([String: CanonicalJSON])
    /// An array.
    case array([CanonicalJSON])
    /// A string.
    case string(String)
    /// An integer, −(2^53 − 1) … 2^53 − 1.
    case integer(Int)
    /// A truth value.
    case bool(Bool)
    /// Null.
    case null

    static let largest = 1 << 53 - 1

    /// A member of an object; `nil` when there is none or this is no object.
    public subscript(key: String) -> CanonicalJSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }
    /// The string, if it is one.
    public var text: String? { if case .string(let text) = self { text } else { nil } }
    /// The integer, if it is one.
    public var number: Int? { if case .integer(let number) = self { number } else { nil } }
    /// The members, if it is an object.
    public var members: [String: CanonicalJSON]? { if case .object(let members) = self { members } else { nil } }
    /// The elements, if it is an array.
    public var elements: [CanonicalJSON]? { if case .array(let elements) = self { elements } else { nil } }

    /// The bytes.
    public var serialized: [UInt8] {
        var out: [UInt8] = []
        append(to: &out)
        return out
    }

    private func append(to out: inout [UInt8]) {
        switch self {
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let keys = members.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            for (place, key) in keys.enumerated() {
                if place > 0 { out.append(UInt8(ascii: ",")) }
                Self.append(string: key, to: &out)
                out.append(UInt8(ascii: ":"))
                members[key]?.append(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { out.append(UInt8(ascii: ",")) }
                element.append(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .string(let text): Self.append(string: text, to: &out)
        case .integer(let number): out += String(number).utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .null: out += "null".utf8
        }
    }

    /// Appends a quoted string as RFC 8785 §3.2.2.2 escapes it.
    public static func append(string: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case 0x22: out += [0x5C, 0x22]
            case 0x5C: out += [0x5C, 0x5C]
            case 0x08: out += "\\b".utf8
            case 0x09: out += "\\t".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0D: out += "\\r".utf8
            case 0..<0x20:
                out += "\\u00".utf8
                Hex.append([byte], to: &out)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Reads bytes; `nil` for anything that ``serialized`` would not write, or that is nested deeper than 16.
    public init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard UTF8Scalars.firstMalformed(bytes.span) == nil, let value = reader.value(depth: 0),
            reader.at == bytes.count, value.serialized == bytes
        else { return nil }
        self = value
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        mutating func take(word: String) -> Bool {
            let end = at + word.utf8.count
            guard end <= bytes.count, bytes[at..<end].elementsEqual(word.utf8) else { return false }
            at = end
            return true
        }

        mutating func value(depth: Int) -> CanonicalJSON? {
            guard depth < 16, at < bytes.count else { return nil }
            switch bytes[at] {
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "["): return array(depth: depth)
            case UInt8(ascii: "\""): return string().map(CanonicalJSON.string)
            case UInt8(ascii: "t"): return take(word: "true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take(word: "false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
            default: return number()
            }
        }

        private mutating func object(depth: Int) -> CanonicalJSON? {
            at += 1
            var members: [String: CanonicalJSON] = [:]
            if take("}") { return .object(members) }
            repeat {
                guard let key = string(), take(":"), members[key] == nil, let value = value(depth: depth + 1)
                else { return nil }
                members[key] = value
            } while take(",")
            return take("}") ? .object(members) : nil
        }

        private mutating func array(depth: Int) -> CanonicalJSON? {
            at += 1
            var elements: [CanonicalJSON] = []
            if take("]") { return .array(elements) }
            repeat {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
            } while take(",")
            return take("]") ? .array(elements) : nil
        }

        private mutating func number() -> CanonicalJSON? {
            let start = at
            while at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] &- 0x30 < 10 { at += 1 }
            guard at - start <= 17, let number = Int(String(decoding: bytes[start..<at], as: UTF8.self)),
                abs(number) <= CanonicalJSON.largest
            else { return nil }
            return .integer(number)
        }

        private mutating func string() -> String? {
            guard take("\"") else { return nil }
            var out: [UInt8] = []
            while at < bytes.count {
                let byte = bytes[at]
                at += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = escape() else { return nil }
                    out.append(escaped)
                case 0..<0x20: return nil
                default: out.append(byte)
                }
            }
            return nil
        }

        /// Only characters below 0x80 are ever escaped; any other escape fails when the spelling is compared.
        private mutating func escape() -> UInt8? {
            guard at < bytes.count else { return nil }
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
            case UInt8(ascii: "b"): return 0x08
            case UInt8(ascii: "t"): return 0x09
            case UInt8(ascii: "n"): return 0x0A
            case UInt8(ascii: "f"): return 0x0C
            case UInt8(ascii: "r"): return 0x0D
            case UInt8(ascii: "u"):
                guard at + 4 <= bytes.count, take(word: "00"), let code = Hex.decode(bytes[at..<at + 2]) else {
                    return nil
                }
                at += 2
                return code[0]
            default: return nil
            }
        }
    }
}
