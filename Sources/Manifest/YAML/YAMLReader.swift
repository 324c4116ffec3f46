import Support

/// Bytes of a YAML file to one node, with limits, and with a diagnostic for whatever is refused.
struct YAMLReader {
    static let maximumDepth = 64
    static let maximumNodes = 10_000_000

    private let bytes: [UInt8]
    private let file: Int32
    private let offsets: CharacterOffsets
    fileprivate var open: [Frame] = []
    private var root: YAMLNode?
    private var nodes = 0
    private var hasReportedAnchor = false

    fileprivate struct Frame {
        var isMapping: Bool
        var isFlow: Bool
        var range: SourceRange
        var elements: [YAMLNode] = []
        var entries: [YAMLEntry] = []
        var key: YAMLScalar?
        /// Places of keys, once there are enough that looking through them all would be slow.
        var known: [String: Int] = [:]
    }

    /// Reads file `file` of `sources`. `nil`: nothing usable, and `sink` knows why.
    static func read(_ file: Int32, _ sources: SourceMap, _ sink: inout DiagnosticSink) -> YAMLNode? {
        let bytes = sources.files[Int(file)].bytes
        guard YAMLText.check(bytes, file, &sink) else { return nil }
        var reader = YAMLReader(bytes: bytes, file: file)
        return reader.readDocument(&sink)
    }

    private init(bytes: [UInt8], file: Int32) {
        self.bytes = bytes
        self.file = file
        offsets = CharacterOffsets(bytes)
    }

    private mutating func readDocument(_ sink: inout DiagnosticSink) -> YAMLNode? {
        var events = YAMLEvents(bytes[offsets.first...])
        var documents = 0
        do throws(YAMLFailure) {
            while true {
                let event = try events.next()
                let range = self.range(event.start, event.end)
                if case .documentStart = event.kind {
                    documents += 1
                    if documents > 1 {
                        sink.add(
                            .error(
                                ManifestCodes.yamlDocuments, at: range, "a second YAML document begins here"))
                        return root
                    }
                }
                if case .streamEnd = event.kind { break }
                guard take(event, range, &sink) else { return nil }
            }
        } catch {
            sink.add(YAMLText.diagnostic(of: error, bytes, file, offsets))
            return nil
        }
        return root
    }

    private func range(_ start: Int, _ end: Int) -> SourceRange {
        let from = offsets.byte(at: start)
        return SourceRange(
            file: file, start: UInt32(from), length: UInt32(max(0, offsets.byte(at: end) - from)))
    }

    /// Takes one event; `false` when a limit is passed and reading must stop.
    private mutating func take(_ event: YAMLEvent, _ range: SourceRange, _ sink: inout DiagnosticSink) -> Bool
    {
        if event.hasTag {
            sink.add(
                .error(
                    ManifestCodes.yamlTag, at: range, "YAML tags are not read",
                    help: "remove the word with '!'"))
        }
        var isAlias = event.hasAnchor
        if case .alias = event.kind { isAlias = true }
        if isAlias, !hasReportedAnchor {
            hasReportedAnchor = true
            sink.add(
                .error(
                    ManifestCodes.yamlAlias, at: range, "YAML anchors (&) and aliases (*) are not read",
                    help:
                        "what links have in common goes into defaults; a value that begins with & or * needs quotes"
                ))
        }
        switch event.kind {
        case .scalar(let text, let style):
            return add(
                YAMLNode(content: .scalar(YAMLScalar(text: text, style: style, range: range)), range: range),
                &sink)
        case .alias: return add(YAMLNode(content: .refused, range: range), &sink)
        case .sequenceStart(let isFlow), .mappingStart(let isFlow):
            guard open.count < Self.maximumDepth else {
                sink.add(
                    .error(
                        ManifestCodes.fileTooLarge, at: range,
                        "values are nested over \(Self.maximumDepth) levels deep"))
                return false
            }
            var isMapping = false
            if case .mappingStart = event.kind { isMapping = true }
            // Of a collection only its beginning is marked: the whole could be the whole file.
            let mark = SourceRange(file: file, start: range.start, length: isFlow ? 1 : 0)
            open.append(Frame(isMapping: isMapping, isFlow: isFlow, range: mark))
            return true
        case .sequenceEnd, .mappingEnd:
            guard let frame = open.popLast() else { return true }
            let content: YAMLNode.Content =
                frame.isMapping ? .mapping(frame.entries) : .sequence(frame.elements)
            return add(YAMLNode(content: content, range: frame.range, isFlow: frame.isFlow), &sink)
        case .documentStart, .documentEnd, .streamEnd, .other: return true
        }
    }

    private mutating func add(_ node: YAMLNode, _ sink: inout DiagnosticSink) -> Bool {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            sink.add(
                .error(
                    ManifestCodes.fileTooLarge, at: node.range, "over \(Self.maximumNodes) values in one file"
                ))
            return false
        }
        guard !open.isEmpty else {
            root = node
            return true
        }
        let last = open.count - 1
        guard open[last].isMapping else {
            open[last].elements.append(node)
            return true
        }
        guard let key = open[last].key else {
            open[last].key = key(of: node, &sink)
            return true
        }
        open[last].key = nil
        if let first = open[last].place(of: key.text) {
            sink.add(
                .error(
                    ManifestCodes.duplicateKey, at: key.range,
                    "the key \(Bytes.quoted(key.text)) stands here twice",
                    notes: [Diagnostic.Note("first here", at: open[last].entries[first].key.range)],
                    help: "remove one of them, or give it another name"))
        } else {
            open[last].append(YAMLEntry(key: key, value: node))
        }
        return true
    }

    private func key(of node: YAMLNode, _ sink: inout DiagnosticSink) -> YAMLScalar {
        if let scalar = node.scalar {
            if scalar.style == .plain, scalar.text == "<<" {
                sink.add(.error(ManifestCodes.yamlAlias, at: node.range, "YAML merge keys (<<) are not read"))
            } else if !scalar.text.isEmpty || scalar.style == .quoted {
                return scalar
            } else {
                sink.add(.error(ManifestCodes.wrongKind, at: node.range, "a key is missing before the colon"))
            }
        } else if !node.isRefused {
            sink.add(
                .error(
                    ManifestCodes.wrongKind, at: node.range,
                    "a key must be a single text, not \(node.kindName)",
                    help: "a key that begins with { or [ needs quotes"))
        }
        // A name that no schema has and that can't stand twice; the entry is dropped again when it is complete.
        return YAMLScalar(text: "\u{0}\(nodes)", style: .block, range: node.range)
    }
}

extension YAMLReader.Frame {
    fileprivate mutating func append(_ entry: YAMLEntry) {
        if entry.key.text.utf8.first == 0 { return }
        entries.append(entry)
        if entries.count == 9 {
            for (index, entry) in entries.enumerated() { known[entry.key.text] = index }
        } else if entries.count > 9 {
            known[entry.key.text] = entries.count - 1
        }
    }

    fileprivate func place(of key: String) -> Int? {
        entries.count < 9 ? entries.firstIndex { $0.key.text == key } : known[key]
    }
}

/// From libyaml's character counts to bytes: every 64th character's place is kept. Nothing is kept for ASCII files.
struct CharacterOffsets {
    /// The first byte after the byte order mark, if there is one.
    let first: Int
    private let count: Int
    private var samples: [UInt32] = []
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        count = bytes.count
        first = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let span = bytes.span
        var isASCII = true
        for index in first..<span.count where span[index] >= 0x80 {
            isASCII = false
            break
        }
        if isASCII { return }
        var character = 0
        for index in first..<span.count where span[index] & 0xC0 != 0x80 {
            if character & 63 == 0 { samples.append(UInt32(index)) }
            character += 1
        }
    }

    /// The byte offset of character `number`, at most the end of the file.
    func byte(at number: Int) -> Int {
        if samples.isEmpty { return min(count, first + number) }
        guard number / 64 < samples.count else { return count }
        var index = Int(samples[number / 64])
        var left = number & 63
        while index < count, left > 0 {
            index += 1
            while index < count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }
}
