import Support

/// Why a piece of text can't be what it should: becomes a diagnostic where the text's place is known.
struct TextProblem: Error, Equatable {
    var code: DiagnosticCode
    var summary: String
    /// The offending bytes of the text that was given; `nil`: the whole of it.
    var bytes: Range<Int>?
    var help: String?

    init(_ code: DiagnosticCode, _ summary: String, at bytes: Range<Int>? = nil, help: String? = nil) {
        self.code = code
        self.summary = summary
        self.bytes = bytes
        self.help = help
    }
}

/// Small questions about bytes, for messages and slow paths.
enum Bytes {
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    static func upperHex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? nibble + 0x30 : nibble + 0x37 }

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    static func appendEncoded(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "%"))
        out.append(upperHex(byte >> 4))
        out.append(upperHex(byte & 15))
    }

    /// A byte or character as a message names it.
    static func name(_ text: Span<UInt8>, at index: Int) -> String {
        let step = UTF8Scalars.step(text, at: index)
        guard let scalar = step.scalar else { return "byte 0x" + hex(UInt32(text[index]), 2) }
        switch scalar.value {
        case 0: return "a NUL byte"
        case 0x09: return "a tab"
        case 0x0A, 0x0D: return "a line end"
        case 0x20: return "a space"
        default:
            if UTF8Scalars.isTreacherous(scalar) {
                return "the invisible character U+" + hex(scalar.value, 4)
            }
            return "'\(Character(scalar))'"
        }
    }

    static func hex(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// A text for a message: in quotes, cut after 60 characters.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60)
        return shown.endIndex < text.endIndex ? "'\(String(shown))…'" : "'\(text)'"
    }

    static func quoted(_ text: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        for index in 0..<min(text.count, 300) { bytes.append(text[index]) }
        return quoted(String(decoding: bytes, as: UTF8.self))
    }
}
