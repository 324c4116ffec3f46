/// Reading UTF-8 scalar by scalar from bytes that may be anything.

/// Decodes UTF-8 as RFC 3629 §4 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
public enum UTF8Scalars {
    /// What stands at one place of a byte string.
    public struct Step: Equatable, Sendable {
        /// The scalar; `nil`: the byte there does not begin a well-formed sequence.
        public let scalar: Unicode.Scalar?
        /// Bytes it takes, 1 when malformed.
        public let length: Int
    }

    /// The scalar that begins at `index`, which must be inside `bytes`.
    public static func step(_ bytes: Span<UInt8>, at index: Int) -> Step {
        let first = bytes[index]
        if first < 0x80 { return Step(scalar: Unicode.Scalar(first), length: 1) }
        let malformed = Step(scalar: nil, length: 1)
        let length: Int
        var value: UInt32
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
        case 0xE0...0xEF:
            (length, value) = (3, UInt32(first & 0x0F))
            if first == 0xE0 { lowest = 0xA0 }
            if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            (length, value) = (4, UInt32(first & 0x07))
            if first == 0xF0 { lowest = 0x90 }
            if first == 0xF4 { highest = 0x8F }
        default: return malformed
        }
        guard index + length <= bytes.count else { return malformed }
        for offset in 1..<length {
            let byte = bytes[index + offset]
            guard byte >= lowest, byte <= highest else { return malformed }
            value = value << 6 | UInt32(byte & 0x3F)
            (lowest, highest) = (0x80, 0xBF)
        }
        return Step(scalar: Unicode.Scalar(value), length: length)
    }

    /// Offset of the first byte that is not part of well-formed UTF-8; `nil`: all is well.
    public static func firstMalformed(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index += 1
                continue
            }
            let step = step(bytes, at: index)
            guard step.scalar != nil else { return index }
            index += step.length
        }
        return nil
    }

    /// Whether a terminal or an editor may hide, reorder or act on the scalar: C0, DEL, C1, bidirectional
    /// marks, zero-width characters, line and paragraph separators, byte order mark.
    public static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0xAD, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
            0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }

    /// Columns a terminal gives the scalar: 0 for combining marks, 2 for East Asian wide ones, else 1.
    static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE00...0xFE0F,
            0xFE20...0xFE2F:
            0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
