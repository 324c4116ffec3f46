import Support

/// Holds a file against the language: every key known, every value of the right kind, references only where they may be.
/// What passes here is read later without a word; what fails has been reported once and is passed over.
struct SchemaCheck {
    let sources: SourceMap
    let isMain: Bool
    /// Places that hold a literal secret.
    private(set) var secrets: [SourceRange] = []
    /// Files that hold secrets, as the manifest names them.
    private(set) var secretFiles: [String] = []

    init(_ sources: SourceMap, isMain: Bool) {
        self.sources = sources
        self.isMain = isMain
    }

    private struct Context {
        var key: SourceRange
        var use = SchemaKey.Use.open
        /// Inside a part that was reported as not compiled yet.
        var isLater = false
    }

    /// Checks a file that holds a record of its own.
    mutating func check(_ root: YAMLNode, as record: SchemaRecord, _ sink: inout DiagnosticSink) {
        check(root, .record(record), Context(key: root.range), &sink)
    }

    /// Checks a whole file.
    mutating func check(_ root: YAMLNode, _ sink: inout DiagnosticSink) {
        guard root.entries != nil else {
            if !root.isRefused {
                sink.add(
                    .error(
                        ManifestCodes.wrongKind, at: root.range,
                        "a manifest is a mapping of keys, not \(root.kindName)", help: Self.hint(root)))
            }
            return
        }
        checkRecord(root, ManifestLanguage.root, Context(key: root.range), &sink, isRoot: true)
    }

    private mutating func check(
        _ node: YAMLNode, _ shape: SchemaShape, _ context: Context, _ sink: inout DiagnosticSink
    ) {
        if node.isRefused { return }
        switch shape {
        case .text(let text): checkText(node, text, context, &sink, expected: "a single value")
        case .oneOrMore(let text):
            if let elements = node.elements {
                for element in elements {
                    checkText(element, text, context, &sink, expected: "a single value")
                }
            } else if !node.isEmpty || isColour(node, context) {
                checkText(node, text, context, &sink, expected: "a value or a list")
            }
        case .list(let element):
            if let elements = node.elements {
                for value in elements { check(value, element, context, &sink) }
            } else if !node.isEmpty {
                wrongKind(node, "a list", context, &sink)
            }
        case .either(let text, let long):
            if node.scalar != nil {
                checkText(node, text, context, &sink, expected: "a value or a mapping")
            } else {
                check(node, long, context, &sink)
            }
        case .record(let record):
            if node.entries != nil {
                checkRecord(node, record, context, &sink)
            } else if !node.isEmpty {
                wrongKind(node, "a mapping", context, &sink)
            }
        case .table(let table):
            if node.entries != nil {
                checkTable(node, table, context, &sink)
            } else if !node.isEmpty {
                wrongKind(node, "a mapping of names", context, &sink)
            }
        }
    }

    private func wrongKind(
        _ node: YAMLNode, _ expected: String, _ context: Context, _ sink: inout DiagnosticSink
    ) {
        let range = node.isEmpty ? context.key : node.range
        sink.add(
            .error(
                ManifestCodes.wrongKind, at: range, "expected \(expected), found \(node.kindName)",
                help: Self.hint(node)))
    }

    private static func hint(_ node: YAMLNode) -> String? {
        guard let text = node.scalar?.text, let colon = text.firstIndex(of: ":") else { return nil }
        let rest = text[colon...].dropFirst()
        guard !rest.isEmpty, rest.first != " ", !rest.hasPrefix("//") else { return nil }
        return "a key is followed by a colon and a space: \(text[..<colon]): …"
    }

    /// A doc sentence as the end of another: without its capital, unless it begins with a name, and without the full stop.
    private static func begun(_ doc: String) -> String {
        let isName = doc.dropFirst().first.map { $0.isUppercase || $0.isNumber } ?? true
        return (isName ? String(doc.prefix(1)) : doc.prefix(1).lowercased()) + doc.dropFirst().dropLast()
    }

    private mutating func checkRecord(
        _ node: YAMLNode, _ record: SchemaRecord, _ context: Context, _ sink: inout DiagnosticSink,
        isRoot: Bool = false
    ) {
        let entries = node.entries ?? []
        for (index, entry) in entries.enumerated() {
            let name = entry.key.text
            var inner = Context(key: entry.key.range, use: context.use, isLater: context.isLater)
            if let key = record[name] {
                if isRoot, !isMain, !ManifestLanguage.includable.contains(name) {
                    sink.add(
                        .error(
                            ManifestCodes.misplacedKey, at: entry.key.range,
                            "'\(name)' can't stand in an included file",
                            help: "move it to the main manifest"))
                    continue
                }
                if !key.works, !inner.isLater {
                    sink.add(
                        .error(
                            ManifestCodes.notYet, at: entry.key.range,
                            "'\(name)' is not compiled by this version yet",
                            help: key.use == .secret
                                ? "remove '\(name)' for now"
                                : "\(name): \(Self.begun(key.doc)); \(key.instead)"))
                    inner.isLater = true
                }
                if key.use != .open { inner.use = key.use }
                check(entry.value, key.shape, inner, &sink)
            } else if let prefixed = record.prefixed, name.hasPrefix(prefixed.prefix), name != prefixed.prefix {
                check(entry.value, prefixed.shape, inner, &sink)
            } else if !reportSplitURL(entries, index, isFlow: node.isFlow, isKnown: false, &sink) {
                reportUnknown(entry, record, &sink)
            }
        }
    }

    private mutating func checkTable(
        _ node: YAMLNode, _ table: SchemaTable, _ context: Context, _ sink: inout DiagnosticSink
    ) {
        let entries = node.entries ?? []
        for (index, entry) in entries.enumerated() {
            if reportSplitURL(entries, index, isFlow: node.isFlow, isKnown: true, &sink) { continue }
            if Reference.isPresent(in: entry.key.text) { refuseReference(at: entry.key.range, &sink) }
            let inner = Context(key: entry.key.range, use: context.use, isLater: context.isLater)
            check(entry.value, table.value, inner, &sink)
        }
    }

    // MARK: Single values

    private mutating func checkText(
        _ node: YAMLNode, _ text: SchemaText, _ context: Context, _ sink: inout DiagnosticSink,
        expected: String
    ) {
        if node.isRefused { return }
        guard let scalar = node.scalar else { return wrongKind(node, expected, context, &sink) }
        if scalar.isEmpty {
            if let colour = colour(after: context.key), node.range.start >= context.key.start {
                sink.add(
                    .error(
                        ManifestCodes.unquotedColour, at: colour,
                        "an unquoted colour is a comment to YAML: the value is empty",
                        help: "quote your colour: \"\(string(colour))\""))
            } else {
                sink.add(
                    .error(ManifestCodes.missingKey, at: context.key, "'\(string(context.key))' has no value")
                )
            }
            return
        }
        let hasReference = Reference.isPresent(in: scalar.text)
        if context.use == .secret, !hasReference || scalar.text.contains(":-") {
            secrets.append(scalar.range)
        }
        if hasReference {
            if context.use == .open { refuseReference(at: scalar.range, &sink) }
            for piece in (try? Reference.pieces(of: scalar.text)) ?? [] {
                if case .reference(.file(let path), _) = piece { secretFiles.append(path) }
            }
            return
        }
        checkValue(scalar, text, &sink)
    }

    private func refuseReference(at range: SourceRange, _ sink: inout DiagnosticSink) {
        sink.add(
            .error(
                ManifestCodes.referenceRefused, at: range,
                "${…} is not read here: this value is published, and a secret in it would be public",
                help: "write the value itself; a literal '${' is written '$${'"))
    }

    private func checkValue(_ scalar: YAMLScalar, _ text: SchemaText, _ sink: inout DiagnosticSink) {
        let value = scalar.text
        switch text {
        case .any: break
        case .url: checkURL(scalar, &sink)
        case .boolean:
            guard value != "true", value != "false" else { return }
            sink.add(BooleanText.problem(with: value), at: scalar.range)
        case .integer(let range):
            let isDigits = !value.isEmpty && value.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            guard isDigits, let number = Int(value), range.contains(number) else {
                let bounds = "a whole number from \(range.lowerBound) to \(range.upperBound)"
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: scalar.range,
                        "expected \(bounds), found \(Bytes.quoted(value))"))
                return
            }
        case .choice(let words):
            guard !words.contains(value) else { return }
            let near = SpellingSuggestion.nearest(to: value, among: words)
            let isNumber = value.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            sink.add(
                .error(
                    ManifestCodes.wrongValue, at: scalar.range,
                    "\(Bytes.quoted(value)) is not one of \(words.joined(separator: ", "))",
                    help: isNumber ? nil : near.map { "did you mean '\($0)'?" }))
        }
    }

    private func checkURL(_ scalar: YAMLScalar, _ sink: inout DiagnosticSink) {
        guard scalar.style == .plain else { return }
        let bytes = sources.files[Int(scalar.range.file)].bytes
        let start = Int(scalar.range.start)
        let end = start + Int(scalar.range.length)
        if scalar.text.contains(" "), bytes[start..<end].contains(0x0A) {
            sink.add(
                .error(
                    ManifestCodes.badTarget, at: scalar.range, "a URL goes on in the next line",
                    help: "write it in one line, or quote it"))
        }
        guard scalar.text.contains(":"), end + 2 < bytes.count, bytes[end] == 0x20,
            bytes[end + 1] == UInt8(ascii: "#"),
            bytes[end + 2] > 0x20, bytes[end + 2] != UInt8(ascii: "#"), bytes[end + 2] != UInt8(ascii: "-")
        else { return }
        let lineEnd = bytes[end...].firstIndex(of: 0x0A) ?? bytes.count
        let range = SourceRange(
            file: scalar.range.file, start: UInt32(end + 1), length: UInt32(lineEnd - end - 1))
        sink.add(
            .warning(
                ManifestCodes.cutURL, at: range, "YAML reads this as a comment, not as part of the URL",
                help: "quote the whole URL if it belongs to it; a comment is written '# …'"))
    }

    private func isColour(_ node: YAMLNode, _ context: Context) -> Bool {
        node.isEmpty && colour(after: context.key) != nil
    }

    /// A colour that YAML took for a comment, after the colon of a key.
    private func colour(after key: SourceRange) -> SourceRange? {
        let bytes = sources.files[Int(key.file)].bytes
        var index = Int(key.start) + Int(key.length)
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == UInt8(ascii: ":") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "#"),
            let end = YAMLText.colourEnd(bytes, index)
        else { return nil }
        return SourceRange(file: key.file, start: UInt32(index), length: UInt32(end - index))
    }

    private func string(_ range: SourceRange) -> String {
        let start = Int(range.start)
        return String(
            decoding: sources.files[Int(range.file)].bytes[start..<(start + Int(range.length))], as: UTF8.self
        )
    }

    // MARK: Keys that nobody knows

    /// `{to: https://x/p,q}`: is entry `index` the rest of a URL that was cut at its comma?
    private func reportSplitURL(
        _ entries: [YAMLEntry], _ index: Int, isFlow: Bool, isKnown: Bool, _ sink: inout DiagnosticSink
    ) -> Bool {
        guard isFlow, index > 0, let before = entries[index - 1].value.scalar, before.style == .plain,
            before.text.contains("://")
        else { return false }
        let key = entries[index].key
        let end = before.range.start + before.range.length
        let touches = key.range.start == end + 1
        let isEmpty = entries[index].value.isEmpty
        guard isKnown ? touches && isEmpty : touches || isEmpty else { return false }
        let range = SourceRange(
            file: key.range.file, start: before.range.start,
            length: key.range.start + key.range.length - before.range.start)
        let whole = string(range)
        sink.add(
            .error(
                ManifestCodes.splitURL, at: range,
                "YAML ends this URL at the comma: the rest became the key \(Bytes.quoted(key.text))",
                help: "quote the URL: \"\(whole)\""))
        return true
    }

    private mutating func reportUnknown(
        _ entry: YAMLEntry, _ record: SchemaRecord, _ sink: inout DiagnosticSink
    ) {
        let name = entry.key.text
        var help: String?
        var names = record.keys.map(\.name)
        if !isMain, record.name == ManifestLanguage.root.name {
            names = names.filter(ManifestLanguage.includable.contains)
        }
        let near = SpellingSuggestion.nearest(to: name, among: names)
        let elsewhere = (ManifestLanguage.places[name] ?? []).prefix(3)
        if let near, elsewhere.isEmpty || record[near]?.works == true {
            help = "did you mean '\(near)'?"
        } else if !elsewhere.isEmpty {
            let places = elsewhere.map { $0.isEmpty ? "the top level" : $0 }
            help = "'\(name)' belongs to \(places.joined(separator: " or "))"
        } else if let other = SpellingSuggestion.nearest(
            to: name, among: ManifestLanguage.places.keys.sorted()),
            name.utf8.count > 3
        {
            let place = ManifestLanguage.places[other]?.first ?? ""
            help = "did you mean '\(other)'? It belongs to \(place.isEmpty ? "the top level" : place)"
        } else if record.keys.count <= 12 {
            help = "keys here: \(names.joined(separator: ", "))"
        }
        if let near, record[near]?.use == .secret, let value = entry.value.scalar {
            secrets.append(value.range)
        }
        sink.add(
            .error(
                ManifestCodes.unknownKey, at: entry.key.range,
                "unknown key \(Bytes.quoted(name)) in \(record.name)", help: help))
    }
}

/// What is said of a value that is neither true nor false.
enum BooleanText {
    static func problem(with value: String) -> TextProblem {
        let meant: String? =
            switch value.lowercased() {
            case "yes", "on", "y", "1", "true": "true"
            case "no", "off", "n", "0", "false": "false"
            default: nil
            }
        return TextProblem(
            ManifestCodes.wrongValue, "expected true or false, found \(Bytes.quoted(value))",
            help: meant.map { "write \($0)" })
    }
}
