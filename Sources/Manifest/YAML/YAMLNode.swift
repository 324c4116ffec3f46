import Support

/// A value of a YAML file: its raw text and its place, without any type.
struct YAMLNode {
    enum Content {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
        /// Something that was refused and reported: nobody speaks of it again.
        case refused
    }

    var content: Content
    /// From the first byte to after the last; of a mapping or list, its first byte only.
    var range: SourceRange
    /// Written with braces or brackets.
    var isFlow = false

    var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    var entries: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// `key:` with nothing after it, or an unquoted `null` or `~`.
    var isEmpty: Bool { scalar?.isEmpty ?? false }

    var isRefused: Bool {
        if case .refused = content { true } else { false }
    }

    /// How messages call it.
    var kindName: String {
        switch content {
        case .scalar(let scalar): scalar.isEmpty ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .refused: "something refused"
        }
    }

    /// The first value of a key. O(keys).
    subscript(key: String) -> YAMLNode? { entries?.first { $0.key.text == key }?.value }
}

/// The text of a single value.
struct YAMLScalar {
    enum Style {
        case plain
        case quoted
        case block
    }

    /// The text after unquoting and folding.
    var text: String
    var style: Style
    var range: SourceRange

    var isEmpty: Bool { style == .plain && (text.isEmpty || text == "~" || text == "null") }

    /// The place of some bytes of ``text`` in the file: exact when the file holds them as they are, otherwise the whole value.
    func range(of bytes: Range<Int>?, in sources: SourceMap) -> SourceRange {
        guard let bytes, let start = verbatimStart(in: sources) else { return range }
        return SourceRange(
            file: range.file, start: UInt32(start + bytes.lowerBound), length: UInt32(bytes.count))
    }

    private func verbatimStart(in sources: SourceMap) -> Int? {
        let quote = style == .quoted ? 1 : 0
        let count = text.utf8.count
        guard style != .block, Int(range.length) == count + 2 * quote else { return nil }
        let start = Int(range.start) + quote
        let file = sources.files[Int(range.file)].bytes
        guard start + count <= file.count, file[start..<(start + count)].elementsEqual(text.utf8) else {
            return nil
        }
        return start
    }
}

/// A key with its value.
struct YAMLEntry {
    var key: YAMLScalar
    var value: YAMLNode
}
