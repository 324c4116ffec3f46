public import Site
public import Support

/// The table of a batch of certificates: CSV with a header, one certificate a row.
public struct CertificateTable: Sendable {
    /// The rows; empty when there is an error.
    public private(set) var rows: [CertificateRow] = []
    /// All problems, in the order of their places.
    public private(set) var diagnostics: [Diagnostic] = []
    /// The file, for showing them.
    public private(set) var sources = SourceMap()
    private var sink = DiagnosticSink()

    /// The longest cell.
    private static let longestCell = 4_096

    /// Reads the table of `batch`.
    public init(_ content: [UInt8], path: String, batch: CertificateBatch) {
        let file = sources.add(path: path, bytes: content)
        read(content, file, batch)
        diagnostics = sink.finished(sources)
        if sink.hasErrors { rows = [] }
    }

    /// Reads a table of revoked certificates: `id` and, if it is there, `reason`.
    public static func revoked(_ content: [UInt8], path: String) -> CertificateTable {
        var table = CertificateTable()
        let file = table.sources.add(path: path, bytes: content)
        // A batch whose numbers are the cells of the column `id`.
        if let pattern = try? CertificatePattern("{id}") {
            table.read(content, file, CertificateBatch(name: "revoked", data: path, pattern: pattern))
        }
        table.diagnostics = table.sink.finished(table.sources)
        if table.sink.hasErrors { table.rows = [] }
        return table
    }

    private init() {}

    private mutating func read(_ content: [UInt8], _ file: Int32, _ batch: CertificateBatch) {
        let bytes = content.span
        let range = { (place: Range<Int>) in
            SourceRange(file: file, start: UInt32(place.lowerBound), length: UInt32(place.count))
        }
        guard CSVLinks.checkEncoding(bytes, TableRow(file: file), &sink) else { return }
        var scanner = CSVScanner(bytes)
        var scratch: [UInt8] = []
        guard scanner.next(bytes, &scratch), !scanner.isBlank else {
            return sink.add(
                .error(
                    ManifestCodes.certificateHeader, at: range(0..<0), "the table has no header",
                    help: "the first row names the columns, for example name,grade"))
        }
        var columns: [String] = []
        for cell in scanner.cells {
            let name = text(cell, bytes, scratch, range(cell.place)).map(SiteAssembly.trimmed) ?? ""
            let isFine = !name.isEmpty && name.utf8.count <= 100 && !["slug", "batch", "title"].contains(name)
            if !isFine || columns.contains(name) {
                sink.add(
                    .error(
                        ManifestCodes.certificateHeader, at: range(cell.place),
                        name.isEmpty
                            ? "a column without a name"
                            : isFine
                                ? "the column '\(name)' stands here twice"
                                : "a column can't be called \(Bytes.quoted(name))",
                        help: isFine ? nil : "'slug', 'batch' and 'title' are fields of every certificate"))
            }
            columns.append(name)
        }
        for name in batch.pattern.columns + batch.hidden.sorted() where !columns.contains(name) {
            let near = SpellingSuggestion.nearest(to: name, among: columns)
            sink.add(
                .error(
                    ManifestCodes.certificateHeader, at: range(scanner.row),
                    "the table has no column '\(name)', which the manifest names",
                    help: near.map { "did you mean '\($0)'?" }))
        }
        if sink.hasErrors { return }
        var number = 0
        var seen: [String: SourceRange] = [:]
        while true {
            scratch.removeAll(keepingCapacity: true)
            guard scanner.next(bytes, &scratch) else { return }
            if let problem = scanner.problem {
                sink.add(.error(ManifestCodes.tableQuote, at: range(problem.place), problem.summary))
                if problem.isFatal { return }
                continue
            }
            if scanner.isBlank { continue }
            number += 1
            guard scanner.cells.count == columns.count else {
                sink.add(
                    .error(
                        ManifestCodes.tableCells, at: range(scanner.row),
                        "this row has \(scanner.cells.count) cell\(scanner.cells.count == 1 ? "" : "s"), the header has \(columns.count)",
                        help: scanner.cells.count > columns.count ? "quote cells that hold a comma" : nil))
                continue
            }
            addRow(number, columns, scanner, bytes, scratch, range, batch, &seen)
        }
    }

    private mutating func addRow(
        _ number: Int, _ columns: [String], _ scanner: CSVScanner, _ bytes: Span<UInt8>, _ scratch: [UInt8],
        _ range: (Range<Int>) -> SourceRange, _ batch: CertificateBatch, _ seen: inout [String: SourceRange]
    ) {
        var values: [String: String] = [:]
        var fields: [CertificateRow.Field] = []
        for (name, cell) in zip(columns, scanner.cells) {
            guard let raw = text(cell, bytes, scratch, range(cell.place)) else { return }
            let value = SiteAssembly.trimmed(raw)
            values[name] = value
            if !value.isEmpty { fields.append(.init(name: name, value: value)) }
        }
        let id = batch.pattern.id(row: number) { values[$0] ?? "" }
        let row = range(scanner.row)
        if let empty = batch.pattern.columns.first(where: { values[$0]?.isEmpty ?? true }) {
            return sink.add(
                .error(
                    ManifestCodes.certificateRow, at: row, "the cell of '\(empty)' is empty, and the number needs it"))
        }
        guard CertificatePattern.isPlain(id), id.utf8.count <= 100 else {
            return sink.add(
                .error(
                    ManifestCodes.certificateRow, at: row, "\(Bytes.quoted(id)) can't be a certificate's number",
                    help: "numbers have letters, digits, '-' and '_', at most 100 of them"))
        }
        // On a disk that folds case two such certificates would be one file.
        if let first = seen.updateValue(row, forKey: id.lowercased()) {
            return sink.add(
                .error(
                    ManifestCodes.duplicateCertificate, at: row, "the number '\(id)' is given twice",
                    notes: [.init("first here", at: first)]))
        }
        rows.append(CertificateRow(id: id, fields: fields, range: row))
    }

    /// The text of a cell; `nil` when it was reported.
    private mutating func text(
        _ cell: TableCell, _ bytes: Span<UInt8>, _ scratch: [UInt8], _ range: SourceRange
    ) -> String? {
        let span = (cell.isScratch ? scratch.span : bytes).extracting(cell.text)
        guard span.count <= Self.longestCell else {
            sink.add(
                .error(
                    ManifestCodes.certificateRow, at: range,
                    "a cell of \(span.count) bytes, at most \(Self.longestCell) are taken"))
            return nil
        }
        guard UTF8Scalars.firstMalformed(span) == nil else {
            sink.add(
                .error(
                    ManifestCodes.invalidUTF8, at: range, "this cell is not UTF-8",
                    help: "save the table as \"CSV UTF-8\""))
            return nil
        }
        let text = Bytes.string(span)
        // Joiners and marks of direction belong to names; what overrides direction or ends a line does not.
        let isHarmful = text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x200C...0x200F, 0xAD, 0x061C: false
            case 0xE0000...0xE007F: true
            default: UTF8Scalars.isTreacherous(scalar)
            }
        }
        guard !isHarmful else {
            sink.add(
                .error(
                    ManifestCodes.controlCharacter, at: range,
                    "this cell holds a line end, a control or an invisible character"))
            return nil
        }
        return text
    }
}
