import Support

/// A file's text as UTF-8, a piece at a time, whatever it is written in.
final class TextSource {
    private enum Encoding {
        case utf8
        case utf16(isBig: Bool)
        case windows
    }

    private(set) var notes: [TableNote] = []
    private let file: TableFile
    private var encoding: Encoding?
    private var raw = [UInt8](repeating: 0, count: 1 << 17)
    /// Bytes of a character that ends in the next piece, at the front of `raw`.
    private var held: [UInt8] = []
    private var offset = 0
    private var isEnd = false
    /// Something else than ASCII was read as UTF-8.
    private var hasWideCharacters = false
    /// Line ends before the piece at hand.
    private var lines = 1

    init(_ file: TableFile) { self.file = file }

    /// Puts the next piece in the place of what is in `out`; `false` at the end.
    func fill(_ out: inout [UInt8]) throws(TableError) -> Bool {
        out.removeAll(keepingCapacity: true)
        while out.isEmpty {
            if isEnd { return false }
            let count = try file.read(&raw, at: offset)
            isEnd = count < raw.count
            var start = 0
            if encoding == nil { (encoding, start) = detect(count) }
            offset += count
            switch encoding {
            case .utf16(let isBig): try decode16(start..<count, isBig, &out)
            case .windows: try decodeWindows(raw[start..<count], &out)
            default: try take8(start..<count, &out)
            }
        }
        return true
    }

    /// By the byte order mark; without one UTF-16 is known by the NUL in each of the first ASCII characters.
    private func detect(_ count: Int) -> (Encoding, skip: Int) {
        if count >= 3, raw[0] == 0xEF, raw[1] == 0xBB, raw[2] == 0xBF { return (.utf8, 3) }
        if count >= 2 {
            let isBig = raw[0] == 0xFE && raw[1] == 0xFF
            if isBig || raw[0] == 0xFF && raw[1] == 0xFE { return note16(isBig, 2) }
            let pairs = min(count / 2, 32)
            if (0..<pairs).allSatisfy({ raw[2 * $0] == 0 && raw[2 * $0 + 1] != 0 }) { return note16(true, 0) }
            if (0..<pairs).allSatisfy({ raw[2 * $0] != 0 && raw[2 * $0 + 1] == 0 }) { return note16(false, 0) }
        }
        return (.utf8, 0)
    }

    private func note16(_ isBig: Bool, _ skip: Int) -> (Encoding, skip: Int) {
        notes.append(TableNote(line: nil, text: "the table is UTF-16; it was read as that"))
        return (.utf16(isBig: isBig), skip)
    }

    // MARK: UTF-8

    private func take8(_ range: Range<Int>, _ out: inout [UInt8]) throws(TableError) {
        var bytes: [UInt8]
        if held.isEmpty {
            bytes = Array(raw[range])
        } else {
            bytes = held + raw[range]
            held = []
        }
        let span = bytes.span
        var at = 0
        while at < span.count {
            // Eight bytes of ASCII at once.
            while at + 8 <= span.count,
                (span[at] | span[at + 1] | span[at + 2] | span[at + 3] | span[at + 4] | span[at + 5] | span[at + 6]
                    | span[at + 7]) < 0x80
            { at += 8 }
            guard at < span.count else { break }
            if span[at] < 0x80 {
                at += 1
                continue
            }
            let step = UTF8Scalars.step(span, at: at)
            if step.scalar != nil {
                hasWideCharacters = true
                at += step.length
                continue
            }
            if !isEnd, span.count - at < 4 {
                // Perhaps the rest of the character is in the next piece.
                held = Array(bytes[at...])
                break
            }
            let line = lines + Self.lineEnds(bytes[..<at])
            if hasWideCharacters {
                throw TableError(
                    line: line, "the text is UTF-8 up to here, and then something else",
                    help: "save the table in one encoding, best as \"CSV UTF-8\"")
            }
            encoding = .windows
            notes.append(TableNote(line: line, text: "the table is not UTF-8; it was read as Windows-1252 (Latin-1)"))
            out = Array(bytes[..<at])
            lines += Self.lineEnds(out[...])
            return try decodeWindows(bytes[at...], &out)
        }
        out = held.isEmpty ? bytes : Array(bytes[..<(bytes.count - held.count)])
        lines += Self.lineEnds(out[...])
    }

    private static func lineEnds(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = 0
        for byte in bytes where byte == 0x0A { count += 1 }
        return count
    }

    // MARK: Others

    /// 0x80 to 0x9F of Windows-1252; 0: no character.
    private static let high: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0,
        0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private func decodeWindows(_ bytes: ArraySlice<UInt8>, _ out: inout [UInt8]) throws(TableError) {
        for byte in bytes {
            if byte == 0x0A { lines += 1 }
            if byte < 0x80 {
                out.append(byte)
                continue
            }
            let value = byte < 0xA0 ? Self.high[Int(byte) - 0x80] : UInt16(byte)
            if value == 0 {
                throw TableError(
                    line: lines, "a byte here is neither UTF-8 nor Windows-1252",
                    help: "save the table as \"CSV UTF-8\"")
            }
            Self.append(UInt32(value), &out)
        }
    }

    private func decode16(_ range: Range<Int>, _ isBig: Bool, _ out: inout [UInt8]) throws(TableError) {
        let bytes = held + raw[range]
        held = []
        var at = 0
        func unit(_ at: Int) -> UInt32 {
            isBig ? UInt32(bytes[at]) << 8 | UInt32(bytes[at + 1]) : UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at])
        }
        while at < bytes.count {
            let isWhole = at + 1 < bytes.count
            let first = isWhole ? unit(at) : 0
            let isHigh = first & 0xFC00 == 0xD800
            guard isWhole, !isHigh || at + 3 < bytes.count else {
                if isEnd { throw TableError(line: lines, "the text ends within a character") }
                held = Array(bytes[at...])
                return
            }
            if first == 0x0A { lines += 1 }
            if isHigh {
                let second = unit(at + 2)
                guard second & 0xFC00 == 0xDC00 else { throw TableError(line: lines, "half a character in UTF-16") }
                Self.append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF, &out)
                at += 4
            } else {
                if first & 0xFC00 == 0xDC00 { throw TableError(line: lines, "half a character in UTF-16") }
                Self.append(first, &out)
                at += 2
            }
        }
    }

    private static func append(_ value: UInt32, _ out: inout [UInt8]) {
        switch value {
        case 0..<0x80: out.append(UInt8(value))
        case 0x80..<0x800:
            out.append(UInt8(0xC0 | value >> 6))
            out.append(UInt8(0x80 | value & 63))
        case 0x800..<0x10000:
            out.append(UInt8(0xE0 | value >> 12))
            out.append(UInt8(0x80 | value >> 6 & 63))
            out.append(UInt8(0x80 | value & 63))
        default:
            out.append(UInt8(0xF0 | value >> 18))
            out.append(UInt8(0x80 | value >> 12 & 63))
            out.append(UInt8(0x80 | value >> 6 & 63))
            out.append(UInt8(0x80 | value & 63))
        }
    }
}
