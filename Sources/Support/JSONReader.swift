/// Reading JSON (RFC 8259) that may be hostile: bounded depth, no duplicate keys, nothing repaired.

/// One JSON value.
public enum JSONValue: Equatable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as it was written: the reader of a field decides what it may be.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object: its members in the order written; keys are unique.
    case object([Member])

    /// One member of an object.
    public struct Member: Equatable, Sendable {
        /// Key.
        public var key: String
        /// Value.
        public var value: JSONValue

        /// A member.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The member `key` of an object; `nil` for anything else. Linear in the number of members.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The elements of an array.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The members of an object.
    public var object: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// A truth value.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A whole number written without fraction and exponent that fits.
    public var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    /// Whether it is `null`.
    public var isNull: Bool { self == .null }
}

/// Text that is not JSON, or goes beyond the bounds.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: String, Sendable {
        /// The text ends inside a value.
        case truncated = "ends too early"
        /// A byte that can't stand there.
        case unexpected = "an unexpected character"
        /// More than the allowed nesting.
        case tooDeep = "nested too deeply"
        /// The same key twice in one object.
        case duplicateKey = "the same key twice"
        /// A bad escape, a lone surrogate, a control byte or malformed UTF-8 in a string.
        case badString = "a malformed string"
        /// Not a number of RFC 8259 §6.
        case badNumber = "a malformed number"
        /// Something after the value.
        case trailing = "something after the end"
    }
    /// What is wrong.
    public var reason: Reason
    /// At which byte, from 0.
    public var offset: Int

    /// A reason at a byte.
    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// For people: lower case, no full stop.
    public var description: String { "not JSON: \(reason.rawValue) (byte \(offset))" }
}

extension JSONValue {
    /// Reads exactly one value. Time is linear in the text but for objects of very many members.
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - depth: Greatest nesting of arrays and objects.
    public init(reading bytes: [UInt8], depth: Int = 32) throws(JSONError) {
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        self = try reader.value(depth: depth)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.fault(.trailing) }
    }
}

/// The cursor.
private struct JSONReader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func fault(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: index >= bytes.count && reason == .unexpected ? .truncated : reason, offset: index)
    }

    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    mutating func take(_ byte: Unicode.Scalar) throws(JSONError) {
        guard next == UInt8(ascii: byte) else { throw fault(.unexpected) }
        index += 1
    }

    /// Whether the next byte is `byte`, which is then taken.
    mutating func takes(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"):
            guard depth > 0 else { throw fault(.tooDeep) }
            return try object(depth: depth - 1)
        case UInt8(ascii: "["):
            guard depth > 0 else { throw fault(.tooDeep) }
            return try array(depth: depth - 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some(UInt8(ascii: "-")), .some(0x30...0x39): return .number(try number())
        default: throw fault(.unexpected)
        }
    }

    mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.description.utf8 {
            guard next == byte else { throw fault(.unexpected) }
            index += 1
        }
        return value
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try take("[")
        var elements: [JSONValue] = []
        skipSpace()
        if takes("]") { return .array(elements) }
        repeat {
            skipSpace()
            elements.append(try value(depth: depth))
            skipSpace()
        } while takes(",")
        try take("]")
        return .array(elements)
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try take("{")
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if takes("}") { return .object(members) }
        repeat {
            skipSpace()
            let key = try string()
            guard keys.insert(key).inserted else { throw fault(.duplicateKey) }
            skipSpace()
            try take(":")
            skipSpace()
            members.append(JSONValue.Member(key: key, value: try value(depth: depth)))
            skipSpace()
        } while takes(",")
        try take("}")
        return .object(members)
    }

    mutating func number() throws(JSONError) -> String {
        let start = index
        _ = takes("-")
        if !takes("0") { try digits() }
        if takes(".") { try digits() }
        if takes("e") || takes("E") {
            if !takes("+") { _ = takes("-") }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
        if index == start { throw fault(.badNumber) }
    }

    mutating func string() throws(JSONError) -> String {
        try take("\"")
        var out: [UInt8] = []
        var start = index
        while true {
            guard let byte = next else { throw fault(.truncated) }
            switch byte {
            case UInt8(ascii: "\""):
                out.append(contentsOf: bytes[start..<index])
                guard let text = String(validating: out, as: UTF8.self) else { throw fault(.badString) }
                index += 1
                return text
            case UInt8(ascii: "\\"):
                out.append(contentsOf: bytes[start..<index])
                index += 1
                try escape(&out)
                start = index
            case 0..<0x20: throw fault(.badString)
            default: index += 1
            }
        }
    }

    private mutating func escape(_ out: inout [UInt8]) throws(JSONError) {
        guard let letter = next else { throw fault(.truncated) }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexDigits()
            if (0xD800..<0xDC00).contains(code) {
                // A pair of surrogates, RFC 8259 §7; half a pair is no character.
                guard takes("\\"), takes("u") else { throw fault(.badString) }
                let low = try hexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw fault(.badString) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault(.badString) }
            out.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault(.badString)
        }
    }

    private mutating func hexDigits() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let value = Hex.value(byte) else { throw fault(.badString) }
            code = code << 4 | UInt32(value)
            index += 1
        }
        return code
    }
}
