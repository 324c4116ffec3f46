// System calls: the unsafe expressions of this file are theirs, each marked.
import Support
import Tables

/// Tables that are not CSV in UTF-8 with commas, made into that: workbooks, JSON Lines, UTF-16, Windows-1252, semicolons and
/// tabs. Every row keeps the number of its line, so that what is wrong with it is told where people look for it.
public enum TableConversion {
    /// Why a table can't be converted.
    public struct Problem: Error, Sendable {
        /// The line; `nil`: the table as a whole.
        public var line: Int?
        /// What is wrong: lower case, no full stop.
        public var summary: String
        /// What to do.
        public var help: String?
    }

    /// Bytes by which a text is judged.
    public static let sample = 1 << 16

    /// Whether a table must be converted, by its name and its first ``sample`` bytes.
    public static func isNeeded(path: String, first bytes: Span<UInt8>) -> Bool {
        if TableFormat(path: path) != .csv { return true }
        var separators = (commas: 0, others: 0)
        var isQuoted = false
        var isHeader = true
        for index in 0..<bytes.count {
            let byte = bytes[index]
            // UTF-16 of any Latin text.
            if byte == 0 { return true }
            guard isHeader else { continue }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: ",") { separators.commas += 1 }
            if byte == UInt8(ascii: ";") || byte == 0x09 { separators.others += 1 }
            if byte == 0x0A || byte == 0x0D { isHeader = false }
        }
        if separators.commas == 0, separators.others > 0 { return true }
        if bytes.count >= 2, bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF {
            return true
        }
        // The last character may be cut.
        guard let malformed = UTF8Scalars.firstMalformed(bytes) else { return false }
        return malformed + 4 < bytes.count || bytes.count < sample
    }

    /// The number of the converted text's first line: the header of JSON Lines is in none.
    public static func firstLine(path: String) -> Int { TableFormat(path: path) == .jsonLines ? 0 : 1 }

    /// Converts a table, a row at a time.
    /// - Parameters:
    ///   - take: gets the text in pieces.
    ///   - problem: gets rows that can't be read; their lines stay empty.
    /// - Returns: what was done that a person may want to know, lower case.
    public static func convert(
        _ path: String, to take: ([UInt8]) throws -> Void, problem: (Problem) -> Void
    ) throws -> [String] {
        do {
            var table = try TableReader(path: path)
            var out: [UInt8] = []
            var line = firstLine(path: path)
            append(table.columns, to: &out, &line)
            while true {
                do throws(TableError) {
                    guard let row = try table.next() else { break }
                    while line < row.line {
                        out.append(0x0A)
                        line += 1
                    }
                    append(row.cells, to: &out, &line)
                } catch {
                    problem(Problem(line: error.line, summary: error.summary, help: error.help))
                    if error.isFatal { break }
                }
                if out.count > 1 << 18 {
                    try take(out)
                    out.removeAll(keepingCapacity: true)
                }
            }
            try take(out)
            return table.notes.map(\.text)
        } catch let error as TableError {
            throw Problem(line: error.line, summary: error.summary, help: error.help)
        }
    }

    private static func append(_ cells: [String], to out: inout [UInt8], _ line: inout Int) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            var needsQuotes = cells.count == 1 && cell.isEmpty
            for byte in cell.utf8 where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte < 0x20 {
                needsQuotes = true
                if byte == 0x0A { line += 1 }
            }
            if needsQuotes { out.append(UInt8(ascii: "\"")) }
            for byte in cell.utf8 {
                if byte == UInt8(ascii: "\"") { out.append(byte) }
                out.append(byte)
            }
            if needsQuotes { out.append(UInt8(ascii: "\"")) }
        }
        out.append(0x0A)
        line += 1
    }
}
