import Support

/// A table of any kind as CSV in UTF-8 with commas, for readers that take only that. Each row stays on the line it had, as far as
/// cells with line ends leave room.
public struct TableCopy: Sendable {
    /// The copy.
    public private(set) var bytes: [UInt8] = []
    /// What was done that a person may want to know.
    public private(set) var notes: [TableNote] = []
    /// Rows that can't be read; their lines are empty in the copy.
    public private(set) var problems: [TableError] = []

    /// Whether a CSV file is UTF-8 with commas already. O(bytes).
    public static func isPlain(_ bytes: [UInt8]) -> Bool {
        let span = bytes.span
        if bytes.count >= 2, bytes[0] == 0 || bytes[1] == 0 { return false }
        if UTF8Scalars.firstMalformed(span) != nil { return false }
        return CSVRows.separator(bytes[...]) == UInt8(ascii: ",")
    }

    /// Copies a table.
    /// - Throws: when nothing can be read of it, or nothing from some place on.
    public init(_ table: [UInt8], format: TableFormat) throws(TableError) {
        if format == .csv, let (text, notes) = try Self.text(table) {
            (bytes, self.notes) = (text, notes)
            return
        }
        var reader = try TableReader(bytes: table, format: format)
        var (copy, problems) = ([UInt8](), [TableError]())
        try Self.copy(&reader) {
            problems.append($0)
        } to: { piece throws(TableError) in
            copy += piece
        }
        (bytes, self.problems) = (copy, problems)
        notes = reader.notes
    }

    private static func copy(
        _ reader: inout TableReader, problem: (TableError) -> Void, to sink: ([UInt8]) throws(TableError) -> Void
    ) throws(TableError) {
        var line = 1
        var piece: [UInt8] = []
        func append(_ cells: [String]) {
            for (place, cell) in cells.enumerated() {
                if place > 0 { piece.append(UInt8(ascii: ",")) }
                let isPlain = cell.utf8.allSatisfy { $0 != 0x22 && $0 != 0x2C && $0 != 0x0A && $0 != 0x0D }
                if isPlain, !cell.isEmpty || cells.count > 1 {
                    piece += cell.utf8
                    continue
                }
                piece.append(0x22)
                for byte in cell.utf8 {
                    if byte == 0x22 { piece.append(0x22) }
                    if byte == 0x0A { line += 1 }
                    piece.append(byte)
                }
                piece.append(0x22)
            }
            piece.append(0x0A)
            line += 1
        }
        append(reader.columns)
        var count = 0
        while true {
            do throws(TableError) {
                guard let row = try reader.next() else { break }
                while line < row.line {
                    piece.append(0x0A)
                    line += 1
                }
                append(row.cells)
            } catch {
                if error.isFatal { throw error }
                count += 1
                if count <= 1_000 { problem(error) }
            }
            if piece.count > 1 << 18 {
                try sink(piece)
                piece.removeAll(keepingCapacity: true)
            }
        }
        try sink(piece)
    }

    /// A table with commas whose text only is not UTF-8: nothing else is touched. `nil`: it has other separators.
    private static func text(_ table: [UInt8]) throws(TableError) -> (text: [UInt8], notes: [TableNote])? {
        let source = TextSource(TableFile(table))
        var text: [UInt8] = []
        var piece: [UInt8] = []
        while try source.fill(&piece) { text += piece }
        return CSVRows.separator(text[...]) == UInt8(ascii: ",") ? (text, source.notes) : nil
    }
}
