import Support

/// What is said of a YAML file that libyaml can't read, or that it would read as something nobody meant.
enum YAMLText {
    /// Whether the bytes may go to libyaml: UTF-8 without control characters.
    static func check(_ bytes: [UInt8], _ file: Int32, _ sink: inout DiagnosticSink) -> Bool {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            let range = SourceRange(file: file, start: 0, length: 0)
            sink.add(
                .error(
                    ManifestCodes.invalidUTF8, at: range, "the file is UTF-16, not UTF-8",
                    help: "save it as UTF-8"))
            return false
        }
        let span = bytes.span
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < span.count {
            let byte = span[index]
            if byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x09 || byte == 0x0D {
                index += 1
                continue
            }
            let step = UTF8Scalars.step(span, at: index)
            let range = SourceRange(file: file, start: UInt32(index), length: UInt32(step.length))
            guard let scalar = step.scalar else {
                let name = "0x" + Bytes.hex(UInt32(byte), 2)
                sink.add(
                    .error(
                        ManifestCodes.invalidUTF8, at: range, "the byte \(name) is not UTF-8",
                        help: "save the file as UTF-8 (older editors call it Unicode)"))
                return false
            }
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE,
                0xFFFF:
                sink.add(
                    .error(
                        ManifestCodes.controlCharacter, at: range,
                        "a manifest can't hold \(Bytes.name(span, at: index))",
                        help: "remove it, or write it in double quotes as an escape"))
                return false
            default: index += step.length
            }
        }
        return true
    }

    /// libyaml's failure in words, at the place where a person would mend it.
    static func diagnostic(
        of failure: YAMLFailure, _ bytes: [UInt8], _ file: Int32, _ offsets: CharacterOffsets
    ) -> Diagnostic {
        let place = offsets.byte(at: failure.place)
        let context = failure.context.isEmpty ? place : offsets.byte(at: failure.contextPlace)
        func range(_ start: Int, _ length: Int = 1) -> SourceRange {
            let from = min(start, bytes.count)
            return SourceRange(
                file: file, start: UInt32(from), length: UInt32(min(length, bytes.count - from)))
        }
        let isFlow =
            failure.problem.contains("',' or")
            || failure.context.contains("flow") || failure.problem.contains("end of stream")
        if isFlow || failure.problem.contains("expected key") || failure.problem.contains("':'") {
            // The end of a { … } that a comment swallowed is missed only lines later.
            var from = lineStart(bytes, min(context, place))
            for _ in 0..<20 where from > 0 { from = lineStart(bytes, from - 1) }
            if let colour = swallowedColour(bytes, from..<max(place, from)) {
                return .error(
                    ManifestCodes.unquotedColour, at: range(colour.lowerBound, colour.count),
                    "an unquoted colour is a comment to YAML, and the rest of its line is lost",
                    help: "quote your colour: \"\(String(decoding: bytes[colour], as: UTF8.self))\"")
            }
            if let reference = unquotedReference(bytes, from..<min(bytes.count, place + 1)) {
                return .error(
                    ManifestCodes.unquotedReference, at: range(reference.lowerBound, reference.count),
                    "between { and }, ${…} needs quotes",
                    help: "write \"\(String(decoding: bytes[reference], as: UTF8.self))\"")
            }
        }
        if place < bytes.count, bytes[place] == 0x09 || isIndentedByTab(bytes, place) {
            let tab = bytes[place] == 0x09 ? place : lineStart(bytes, place)
            return .error(
                ManifestCodes.yamlTab, at: range(tab), "a tab can't indent YAML",
                help: "use spaces, two a level")
        }
        let (summary, help) = words(failure, bytes, place)
        var notes: [Diagnostic.Note] = []
        if context != place, !failure.context.isEmpty {
            notes.append(Diagnostic.Note(contextWords(failure.context), at: range(context)))
        }
        return .error(ManifestCodes.yamlSyntax, at: range(place), summary, notes: notes, help: help)
    }

    private static func words(_ failure: YAMLFailure, _ bytes: [UInt8], _ place: Int) -> (String, String?) {
        let problem = failure.problem
        if problem.contains("cannot start any token") {
            let character = place < bytes.count ? Bytes.name(bytes.span, at: place) : "this"
            return ("a value can't begin with \(character)", "put the value into double quotes")
        }
        if problem.contains("mapping values are not allowed") {
            return (
                "': ' stands where YAML expects no key",
                "quote the value if the colon belongs to it, or check the indentation"
            )
        }
        if problem.contains("expected ':'") {
            return ("this line has no ': ' after its key", "a key is followed by a colon and a space")
        }
        if problem.contains("expected ',' or '}'") {
            return ("a { … } is not closed, or a comma is missing", "quote values that hold any of , { } [ ]")
        }
        if problem.contains("expected ',' or ']'") {
            return ("a [ … ] is not closed, or a comma is missing", "quote values that hold any of , { } [ ]")
        }
        if problem.contains("unexpected end of stream") {
            return ("the file ends inside quotes", "close the quote where it was opened")
        }
        if problem.contains("unexpected document indicator") {
            return ("'---' or '...' stands inside quotes", nil)
        }
        if problem.contains("expected key") {
            return (
                "this line fits into no mapping",
                "lines of one mapping begin in the same column; a key is followed by ': '"
            )
        }
        if problem.contains("expected '-' indicator") {
            return ("this line fits into no list", "every line of a list begins with '- ' in the same column")
        }
        if problem.contains("block sequence entries are not allowed") {
            return (
                "'- ' stands where no list can begin",
                "begin the list on a line of its own, or quote the value"
            )
        }
        if problem.contains("unknown escape") || problem.contains("expected hexdecimal") {
            return ("an unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes")
        }
        if problem.contains("expected <document start>") {
            return (
                "text stands here that belongs to nothing",
                "check the indentation of this line and of those before it"
            )
        }
        if problem.contains("alphabetic or numeric")
            || problem.contains("did not find expected whitespace or line break")
        {
            return ("a value that begins with & * or ! needs quotes", "put it into double quotes")
        }
        return (problem.isEmpty ? "the file is not YAML" : problem, nil)
    }

    private static func contextWords(_ context: String) -> String {
        if context.contains("flow mapping") { return "the { … } begins here" }
        if context.contains("flow sequence") { return "the [ … ] begins here" }
        if context.contains("block mapping") { return "the mapping begins here" }
        if context.contains("block collection") { return "the list begins here" }
        if context.contains("quoted scalar") { return "the quote was opened here" }
        if context.contains("simple key") { return "the key would be here" }
        return context
    }

    private static func lineStart(_ bytes: [UInt8], _ place: Int) -> Int {
        (bytes[..<min(place, bytes.count)].lastIndex(of: 0x0A) ?? -1) + 1
    }

    private static func isIndentedByTab(_ bytes: [UInt8], _ place: Int) -> Bool {
        let start = lineStart(bytes, place)
        let indent = bytes[start..<place]
        return bytes[start] == 0x09 || indent.allSatisfy { $0 == 0x20 || $0 == 0x09 } && indent.contains(0x09)
    }

    /// `: #` and 3 to 8 hexadecimal digits, outside quotes: the colour, or `nil`.
    static func swallowedColour(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        var index = range.lowerBound
        var quote: UInt8 = 0
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == 0x0A { quote = 0 }
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "#"), index > range.lowerBound,
                bytes[index - 1] == 0x20 || bytes[index - 1] == 0x09
            {
                let end = colourEnd(bytes, index)
                var before = index - 1
                while before > range.lowerBound, bytes[before] == 0x20 || bytes[before] == 0x09 {
                    before -= 1
                }
                if let end, bytes[before] == UInt8(ascii: ":") { return index..<end }
                // The rest of the line is a comment.
                while index < range.upperBound, bytes[index] != 0x0A { index += 1 }
                continue
            }
            index += 1
        }
        return nil
    }

    /// The end of a colour `#…` that begins at `start`.
    static func colourEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
        var end = start + 1
        while end < bytes.count, ASCIISet.hexDigits.contains(bytes[end]) { end += 1 }
        let follows = end < bytes.count ? bytes[end] : 0x0A
        guard [3, 4, 6, 8].contains(end - start - 1), !ASCIISet.word.contains(follows) else { return nil }
        return end
    }

    private static func unquotedReference(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        var index = range.lowerBound
        var quote: UInt8 = 0
        while index < range.upperBound {
            let byte = bytes[index]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "$"), index + 1 < bytes.count,
                bytes[index + 1] == UInt8(ascii: "{")
            {
                let limit = min(bytes.count, index + 200)
                let end = bytes[index..<limit].firstIndex { $0 == UInt8(ascii: "}") || $0 == 0x0A } ?? limit
                return index..<(end < limit && bytes[end] == UInt8(ascii: "}") ? end + 1 : end)
            }
            index += 1
        }
        return nil
    }
}
