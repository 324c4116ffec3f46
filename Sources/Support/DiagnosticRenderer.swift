/// Diagnostics as people read them in a terminal, and as programs read them.

/// Shows diagnostics the way compilers do:
///
/// ```
/// wayseal.yaml:4:5: error[unknown-key]: unknown key 'redirct' in a link
///   4 |     redirct: 301
///     |     ^~~~~~~
///     help: did you mean 'redirect'?
/// ```
///
/// Whatever the files hold, the output holds no control characters but line ends (and colours, if asked for): tabs are
/// expanded, control bytes and invisible characters become visible, secrets become asterisks, long lines are cut round the
/// caret. Files are indexed once, so many diagnostics in a large file are cheap.
public struct DiagnosticRenderer: Sendable {
    /// ANSI colours.
    public var color: Bool
    /// Columns of source shown at most.
    public var width: Int

    /// A renderer.
    public init(color: Bool = false, width: Int = 100) {
        self.color = color
        self.width = max(20, width)
    }

    /// Diagnostics by file in order of reading, then by place; those of no place come first.
    public static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.enumerated().sorted { a, b in
            let (x, y) = (a.element.range, b.element.range)
            let left = (x?.file ?? -1, x?.start ?? 0, a.element.severity == .error ? 0 : 1, a.offset)
            let right = (y?.file ?? -1, y?.start ?? 0, b.element.severity == .error ? 0 : 1, b.offset)
            return left < right
        }.map(\.element)
    }

    /// All diagnostics as text, sorted, an empty line between two.
    public func text(_ diagnostics: [Diagnostic], sources: SourceMap) -> String {
        var places = PlaceFinder(sources)
        var out = ""
        for diagnostic in Self.sorted(diagnostics) {
            if !out.isEmpty { out += "\n" }
            write(diagnostic, &places, to: &out)
        }
        return out
    }

    private func write(_ diagnostic: Diagnostic, _ places: inout PlaceFinder, to out: inout String) {
        let place = diagnostic.range.map { places.place(of: $0) }
        let severity = diagnostic.severity
        let name = "\(severity.rawValue)[\(diagnostic.code.id)]"
        out += paint(place.map { $0.label + ": " } ?? "", .bold)
        out +=
            paint(name, severity == .error ? .red : .yellow)
            + paint(": " + visible(diagnostic.summary), .bold) + "\n"
        if let place { writeExcerpt(place, places.sources, to: &out) }
        for note in diagnostic.notes {
            let place = note.range.map { places.place(of: $0) }
            out += paint(place.map { $0.label + ": " } ?? "    ", .bold)
            out += paint("note", .cyan) + ": " + visible(note.text) + "\n"
            if let place { writeExcerpt(place, places.sources, to: &out) }
        }
        if let help = diagnostic.help {
            for (index, line) in help.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                out += index == 0 ? "    " + paint("help", .green) + ": " : "          "
                out += visible(String(line)) + "\n"
            }
        }
    }

    private func writeExcerpt(_ place: Place, _ sources: SourceMap, to out: inout String) {
        let excerpt = SourceExcerpt(place, sources, width: width)
        let number = String(place.line)
        let gutter = String(repeating: " ", count: max(0, 4 - number.utf8.count))
        out += paint(gutter + number + " |", .blue) + (excerpt.text.isEmpty ? "" : " " + excerpt.text) + "\n"
        let blank = String(repeating: " ", count: max(4, number.utf8.count))
        let underline = "^" + String(repeating: "~", count: max(0, excerpt.underline - 1))
        out +=
            paint(blank + " |", .blue) + " " + String(repeating: " ", count: excerpt.caret)
            + paint(underline, .green) + "\n"
    }

    private enum Style: String {
        case bold = "1"
        case red = "1;31"
        case yellow = "1;33"
        case cyan = "1;36"
        case green = "1;32"
        case blue = "34"
    }

    private func paint(_ text: String, _ style: Style) -> String {
        color && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Text from a manifest inside a message: nothing in it may act on a terminal, and nobody reads a megabyte.
    private func visible(_ text: String) -> String {
        let all = Array(text.utf8)
        let limit = 2_000
        var end = min(limit, all.count)
        while end < all.count, end > 0, all[end] & 0xC0 == 0x80 { end -= 1 }
        let span = all.span
        var out = ""
        var index = 0
        while index < end {
            let step = UTF8Scalars.step(span, at: index)
            out += SourceExcerpt.visible(step, byte: span[index])
            index += step.length
        }
        return end < all.count ? out + "…" : out
    }
}

/// A place with everything an excerpt needs.
struct Place {
    var path: String
    var file: Int
    var line: Int
    var column: Int
    var endColumn: Int
    /// The line's bytes in the file.
    var lineRange: Range<Int>
    /// The marked bytes in the file, cut to the line.
    var marked: Range<Int>
    /// Bodies of private keys in the file.
    var privateKeys: [Range<Int>]

    var label: String { "\(SourceExcerpt.visible(path)):\(line):\(column)" }
}

/// Finds places with one line index a file.
struct PlaceFinder {
    let sources: SourceMap
    private var indices: [Int: LineIndex] = [:]
    private var privateKeys: [Int: [Range<Int>]] = [:]

    init(_ sources: SourceMap) { self.sources = sources }

    mutating func place(of range: SourceRange) -> Place {
        let file = Int(range.file)
        let bytes = sources.files[file].bytes
        let index = indices[file] ?? LineIndex(bytes)
        indices[file] = index
        let keys = privateKeys[file] ?? ConcealedText.privateKeys(bytes.span)
        privateKeys[file] = keys
        let start = min(Int(range.start), bytes.count)
        let line = index.line(at: start)
        let lineRange = index.range(ofLine: line, in: bytes)
        let markStart = min(start, lineRange.upperBound)
        let end = max(markStart, min(start + Int(range.length), lineRange.upperBound))
        let span = bytes.span
        var column = 1
        for at in lineRange.lowerBound..<markStart where span[at] & 0xC0 != 0x80 { column += 1 }
        var endColumn = column
        for at in markStart..<end where span[at] & 0xC0 != 0x80 { endColumn += 1 }
        return Place(
            path: sources.files[file].path, file: file, line: line + sources.files[file].firstLine, column: column,
            endColumn: endColumn,
            lineRange: lineRange, marked: markStart..<end, privateKeys: keys)
    }
}
