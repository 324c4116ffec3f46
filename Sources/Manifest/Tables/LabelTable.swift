public import Support

/// A CSV table whose rows become labels: its columns, and the cells of one row after the other. Memory holds the file, and one
/// row.
public struct LabelTable: Sendable {
    /// One row.
    public struct Row: Sendable {
        /// A cell for each column.
        public var cells: [String]
        /// Where it stands.
        public var range: SourceRange
        /// Where each cell stands, with its quotes.
        public var places: [SourceRange]
    }

    /// Names of the columns, each once.
    public private(set) var columns: [String] = []
    /// All problems so far, in the order of their places.
    public var diagnostics: [Diagnostic] { sink.finished(sources) }
    /// The files that diagnostics show.
    public var sources: SourceMap
    private let bytes: [UInt8]
    private let file: Int32
    private var scanner: CSVScanner
    private var scratch: [UInt8] = []
    private var sink = DiagnosticSink()
    private var isBroken = false

    /// The longest cell, in bytes.
    private static let longestCell = 4_096

    /// Reads the header.
    /// - Parameter wanted: columns that must be there.
    public init(_ content: [UInt8], path: String, sources: SourceMap = SourceMap(), wanted: [String]) {
        (bytes, self.sources) = (content, sources)
        file = self.sources.add(path: path, bytes: content)
        scanner = CSVScanner(content.span)
        isBroken = !CSVLinks.checkEncoding(content.span, TableRow(file: file), &sink)
        if !isBroken { readHeader(wanted) }
    }

    /// Whether the header can be used.
    public var isReadable: Bool { !isBroken }

    /// Rows that are still to come, those that can't be used included. O(bytes).
    public var rowCount: Int {
        var (scanner, scratch, count) = (scanner, [UInt8](), 0)
        while scanner.next(bytes.span, &scratch) {
            if !scanner.isBlank { count += 1 }
            scratch.removeAll(keepingCapacity: true)
        }
        return count
    }

    private func range(_ place: Range<Int>) -> SourceRange {
        SourceRange(file: file, start: UInt32(place.lowerBound), length: UInt32(place.count))
    }

    private mutating func readHeader(_ wanted: [String]) {
        let bytes = bytes
        guard scanner.next(bytes.span, &scratch), !scanner.isBlank else {
            sink.add(
                .error(
                    ManifestCodes.tableHeader, at: range(0..<0), "the table has no header",
                    help: "the first row names the columns, for example \(wanted.first ?? "url"),name"))
            isBroken = true
            return
        }
        for cell in scanner.cells {
            let name = SiteAssembly.trimmed(text(cell) ?? "")
            if name.isEmpty || columns.contains(name) {
                let summary = name.isEmpty ? "a column without a name" : "the column '\(name)' stands here twice"
                sink.add(.error(ManifestCodes.tableHeader, at: range(cell.place), summary))
                isBroken = true
            }
            columns.append(name)
        }
        for name in wanted where !columns.contains(name) {
            let near = SpellingSuggestion.nearest(to: name, among: columns)
            sink.add(
                .error(
                    ManifestCodes.tableHeader, at: range(scanner.row), "the table has no column '\(name)'",
                    help: near.map { "did you mean '\($0)'?" } ?? "it has: \(columns.joined(separator: ", "))"))
            isBroken = true
        }
    }

    /// The next row that can be used; `nil` at the end. Rows that can't be used are told in ``diagnostics``.
    public mutating func next() -> Row? {
        guard !isBroken else { return nil }
        let bytes = bytes
        while true {
            scratch.removeAll(keepingCapacity: true)
            guard scanner.next(bytes.span, &scratch) else { return nil }
            if let problem = scanner.problem {
                sink.add(.error(ManifestCodes.tableQuote, at: range(problem.place), problem.summary))
                isBroken = problem.isFatal
                if isBroken { return nil }
                continue
            }
            if scanner.isBlank { continue }
            guard scanner.cells.count == columns.count else {
                let (count, header) = (scanner.cells.count, columns.count)
                sink.add(
                    .error(
                        ManifestCodes.tableCells, at: range(scanner.row),
                        "this row has \(count) cell\(count == 1 ? "" : "s"), the header has \(header)",
                        help: count > header ? "quote cells that hold a comma" : nil))
                continue
            }
            var cells: [String] = []
            for cell in scanner.cells {
                guard let text = text(cell) else { break }
                cells.append(SiteAssembly.trimmed(text))
            }
            guard cells.count == columns.count else { continue }
            return Row(cells: cells, range: range(scanner.row), places: scanner.cells.map { range($0.place) })
        }
    }

    /// The text of a cell; `nil` when it was reported.
    private mutating func text(_ cell: TableCell) -> String? {
        let source = cell.isScratch ? scratch : bytes
        let span = source.span.extracting(cell.text)
        let text = Bytes.string(span)
        let isTooLong = span.count > Self.longestCell
        // What is not UTF-8 became U+FFFD.
        if isTooLong || text.unicodeScalars.contains("\u{FFFD}") {
            sink.add(
                isTooLong
                    ? .error(
                        ManifestCodes.tableCells, at: range(cell.place),
                        "a cell of \(span.count) bytes, at most \(Self.longestCell) are taken")
                    : .error(
                        ManifestCodes.invalidUTF8, at: range(cell.place), "the cell is not UTF-8",
                        help: "save the table as \"CSV UTF-8\""))
            return nil
        }
        return text
    }
}
