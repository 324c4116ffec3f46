import Support

/// Links from a JSON Lines file: one flat object a line (RFC 8259), read by its own scanner over the bytes.
enum JSONLinks {
    static func read(
        _ content: [UInt8], _ file: Int32, _ table: inout LinkTable, _ sink: inout DiagnosticSink
    ) {
        let bytes = content.span
        var row = TableRow(file: file)
        row.isJSON = true
        guard CSVLinks.checkEncoding(bytes, row, &sink) else { return }
        table.reserve(TableLines.count(bytes))
        var start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            row.begin(at: start)
            var line = JSONLine(start, end)
            line.skipSpace(bytes)
            if line.at < end {
                do throws(TextProblem) {
                    try line.readObject(bytes, &row)
                    row.add(bytes, &table, &sink)
                } catch {
                    sink.add(error, at: row.range(error.bytes ?? start..<start))
                }
            }
            start = end + 1
        }
    }
}

/// One line: a cursor and its end.
struct JSONLine {
    private(set) var at: Int
    private let end: Int

    init(_ start: Int, _ end: Int) {
        at = start
        self.end = end
    }

    mutating func skipSpace(_ bytes: Span<UInt8>) {
        while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
    }

    private func failure(_ summary: String, _ place: Range<Int>? = nil, help: String? = nil) -> TextProblem {
        TextProblem(ManifestCodes.tableJSON, summary, at: place ?? at..<min(end, at + 1), help: help)
    }

    private mutating func take(_ byte: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
        skipSpace(bytes)
        guard at < end, bytes[at] == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    /// The whole line as an object into the cells of `row`.
    mutating func readObject(_ bytes: Span<UInt8>, _ row: inout TableRow) throws(TextProblem) {
        guard take("{", bytes) else { throw failure("a line must be one JSON object: {…}") }
        if !take("}", bytes) {
            repeat { try readMember(bytes, &row) } while take(",", bytes)
            guard take("}", bytes) else {
                throw failure(at < end ? "expected ',' or '}'" : "the object is not closed")
            }
        }
        skipSpace(bytes)
        if at < end { throw failure("something follows the object", at..<end, help: "one object a line") }
    }

    private mutating func readMember(_ bytes: Span<UInt8>, _ row: inout TableRow) throws(TextProblem) {
        skipSpace(bytes)
        guard at < end, bytes[at] == UInt8(ascii: "\"") else {
            throw failure(at < end ? "a key must be in double quotes" : "the object is not closed")
        }
        let key = try readString(bytes, &row.scratch)
        let column =
            key.isScratch
            ? try column(row.scratch.span.extracting(key.text), key.place)
            : try column(bytes.extracting(key.text), key.place)
        if row.has(column) {
            throw TextProblem(
                ManifestCodes.duplicateKey, "the key '\(column.name)' stands here twice", at: key.place)
        }
        guard take(":", bytes) else { throw failure("expected ':' after the key") }
        skipSpace(bytes)
        guard at < end else { throw failure("a value is missing") }
        if let cell = try readValue(column, bytes, &row) { row.set(column, cell) }
    }

    private func column(_ name: Span<UInt8>, _ place: Range<Int>) throws(TextProblem) -> TableColumn {
        // The two keys of nearly every line, without making a string.
        if name.count == 2, name[0] == UInt8(ascii: "t"), name[1] == UInt8(ascii: "o") { return .to }
        if name.count == 4, name[0] == UInt8(ascii: "s"), name[1] == UInt8(ascii: "l"),
            name[2] == UInt8(ascii: "u"),
            name[3] == UInt8(ascii: "g")
        {
            return .slug
        }
        let text = Bytes.string(name.count > 200 ? name.extracting(0..<200) : name)
        if let column = TableColumn.byName[text] { return column }
        let names = TableColumn.allCases.map(\.name)
        throw TextProblem(
            ManifestCodes.unknownKey, "unknown key \(Bytes.quoted(text)) in a line of links", at: place,
            help: SpellingSuggestion.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
                ?? "keys are \(names.joined(separator: ", "))")
    }

    /// A text, number, truth value; `nil` for null.
    private mutating func readValue(
        _ column: TableColumn, _ bytes: Span<UInt8>, _ row: inout TableRow
    ) throws(TextProblem) -> TableCell? {
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "\""): return try readString(bytes, &row.scratch)
        case UInt8(ascii: "["):
            guard column.isList else {
                throw TextProblem(
                    ManifestCodes.wrongKind, "'\(column.name)' takes a single value, not a list",
                    at: at..<(at + 1))
            }
            row.lists[column] = try readList(bytes, &row.scratch)
            return TableCell(text: start..<at, place: start..<at)
        case UInt8(ascii: "{"):
            throw TextProblem(
                ManifestCodes.wrongKind, "'\(column.name)' takes a single value, not an object",
                at: at..<(at + 1))
        default:
            while at < end, ASCIISet.scheme.contains(bytes[at]) { at += 1 }
            let token = bytes.extracting(start..<at)
            let word = Bytes.string(token.count > 64 ? token.extracting(0..<64) : token)
            if word == "null" { return nil }
            guard word == "true" || word == "false" || Self.isNumber(word) else {
                at = start
                throw failure("a text must be in double quotes")
            }
            return TableCell(text: start..<at, place: start..<at)
        }
    }

    /// RFC 8259 §6, whole numbers: nothing in a link is a fraction.
    private static func isNumber(_ word: String) -> Bool {
        let digits = word.utf8.drop { $0 == UInt8(ascii: "-") }
        return word.utf8.count - digits.count <= 1 && !digits.isEmpty
            && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }

    private mutating func readList(_ bytes: Span<UInt8>, _ scratch: inout [UInt8]) throws(TextProblem)
        -> [String]
    {
        at += 1
        var values: [String] = []
        if take("]", bytes) { return values }
        repeat {
            skipSpace(bytes)
            guard at < end, bytes[at] == UInt8(ascii: "\"") else {
                throw failure("a value of a list must be a text in double quotes")
            }
            let cell = try readString(bytes, &scratch)
            values.append(
                cell.isScratch
                    ? Bytes.string(scratch.span.extracting(cell.text))
                    : Bytes.string(bytes.extracting(cell.text)))
        } while take(",", bytes)
        guard take("]", bytes) else { throw failure("the list is not closed") }
        return values
    }

    /// RFC 8259 §7.
    private mutating func readString(_ bytes: Span<UInt8>, _ scratch: inout [UInt8]) throws(TextProblem)
        -> TableCell
    {
        let start = at
        at += 1
        let first = at
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return TableCell(text: first..<(at - 1), place: start..<at)
            }
            if byte == UInt8(ascii: "\\") { break }
            if byte < 0x20 {
                throw TextProblem(
                    ManifestCodes.controlCharacter, "a text can't hold \(Bytes.name(bytes, at: at))",
                    at: at..<(at + 1))
            }
            at += 1
        }
        let from = scratch.count
        for index in first..<at { scratch.append(bytes[index]) }
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return TableCell(text: from..<scratch.count, isScratch: true, place: start..<at)
            }
            if byte == UInt8(ascii: "\\") {
                try readEscape(bytes, &scratch)
            } else if byte < 0x20 {
                throw TextProblem(
                    ManifestCodes.controlCharacter, "a text can't hold \(Bytes.name(bytes, at: at))",
                    at: at..<(at + 1))
            } else {
                scratch.append(byte)
                at += 1
            }
        }
        throw failure("a text is opened here and not closed in its line", start..<(start + 1))
    }

    private mutating func readEscape(_ bytes: Span<UInt8>, _ scratch: inout [UInt8]) throws(TextProblem) {
        let start = at
        guard at + 1 < end else { throw failure("an escape is cut off") }
        at += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(bytes[start + 1])
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"):
            var value = try readHex(bytes, start)
            if (0xD800...0xDBFF).contains(value), at + 1 < end, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u")
            {
                at += 2
                let low = try readHex(bytes, start)
                guard (0xDC00...0xDFFF).contains(low) else {
                    throw failure("half of a surrogate pair", start..<at)
                }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else {
                throw failure("half of a surrogate pair", start..<at)
            }
            scratch += String(scalar).utf8
        default: throw failure("an unknown escape", start..<at)
        }
    }

    private mutating func readHex(_ bytes: Span<UInt8>, _ start: Int) throws(TextProblem) -> UInt32 {
        var value: UInt32 = 0
        guard at + 4 <= end else { throw failure("an escape is cut off", start..<end) }
        for _ in 0..<4 {
            guard let digit = Bytes.hexValue(bytes[at]) else {
                throw failure("\\u needs four hexadecimal digits", start..<(at + 1))
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
