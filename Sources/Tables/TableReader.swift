/// Rows of a table, one at a time, in constant memory whatever its size.
internal import Glibc
import Support

/// One row.
public struct TableRow: Equatable, Sendable {
    /// The line of the file it begins at, from 1; of a workbook the row's number.
    public var line: Int
    /// One text a column, in the order of ``TableReader/columns``.
    public var cells: [String]
}

/// Why a row, or the whole table, can't be read.
public struct TableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1; `nil`: the file as a whole.
    public var line: Int?
    /// What is wrong: lower case, no full stop.
    public var summary: String
    /// What to do.
    public var help: String?
    /// Whether nothing after it can be read. After an error that is not fatal, the next row is.
    public var isFatal: Bool

    /// An error.
    public init(line: Int?, _ summary: String, help: String? = nil, isFatal: Bool = true) {
        self.line = line
        self.summary = summary
        self.help = help
        self.isFatal = isFatal
    }

    /// For people.
    public var description: String { (line.map { "line \($0): " } ?? "") + summary }
}

/// Something that was done and that a person may want to know.
public struct TableNote: Equatable, Sendable {
    /// The line, from 1; `nil`: the file as a whole.
    public var line: Int?
    /// What was done.
    public var text: String
}

/// What a table's file is.
public enum TableFormat: String, CaseIterable, Sendable {
    /// Rows of cells (RFC 4180), separated by commas, semicolons or tabs.
    case csv
    /// A JSON object a line.
    case jsonLines = "jsonl"
    /// An Excel workbook (ECMA-376): its first visible sheet.
    case xlsx

    /// The format by a file's name; CSV unless it ends in `.jsonl`, `.ndjson` or `.xlsx`.
    public init(path: String) {
        let ending = path.split(separator: ".").last?.lowercased()
        self = ending == "xlsx" ? .xlsx : ending == "jsonl" || ending == "ndjson" ? .jsonLines : .csv
    }
}

/// Reads a table from a file. The first row of CSV and workbooks, and the keys of the first line of JSON Lines, name the
/// columns.
///
/// Text may be UTF-8, UTF-16 or Windows-1252 (of which Latin-1 is a part); what is not UTF-8 is converted, and a note says so.
/// Memory: a fixed buffer and one row of at most 1 MiB; of a workbook also its shared texts, at most 128 MiB.
public struct TableReader: ~Copyable {
    /// Names of the columns: not empty, each once.
    public let columns: [String]
    private let rows: Rows

    private enum Rows {
        case csv(CSVRows)
        case json(JSONRows)
        case workbook(WorkbookRows)
    }

    /// The longest row, in bytes.
    static let longestRow = 1 << 20
    static let mostColumns = 1_000

    /// Opens a table and reads its header.
    /// - Parameter format: by the file's name unless it is given.
    public init(path: String, format: TableFormat? = nil) throws(TableError) {
        try self.init(TableFile(path), format ?? TableFormat(path: path))
    }

    /// Reads a table that is in memory.
    public init(bytes: [UInt8], format: TableFormat) throws(TableError) { try self.init(TableFile(bytes), format) }

    private init(_ file: TableFile, _ format: TableFormat) throws(TableError) {
        switch format {
        case .csv:
            let rows = CSVRows(TextSource(file))
            columns = try rows.readHeader()
            self.rows = .csv(rows)
        case .jsonLines:
            let rows = JSONRows(TextSource(file))
            columns = try rows.readHeader()
            self.rows = .json(rows)
        case .xlsx:
            let rows = try WorkbookRows(file)
            columns = try rows.readHeader()
            self.rows = .workbook(rows)
        }
    }

    /// The next row that has anything in it; `nil` at the end. A row that can't be read throws, and unless the error is fatal
    /// the next call goes on after it.
    public mutating func next() throws(TableError) -> TableRow? {
        switch rows {
        case .csv(let rows): try rows.next(columns.count)
        case .json(let rows): try rows.next()
        case .workbook(let rows): try rows.next(columns.count)
        }
    }

    /// What was done so far that a person may want to know; each once.
    public var notes: [TableNote] {
        switch rows {
        case .csv(let rows): rows.source.notes
        case .json(let rows): rows.source.notes
        case .workbook(let rows): rows.notes
        }
    }

    /// The names of columns from the cells of a header.
    static func columns(_ cells: [String], line: Int) throws(TableError) -> [String] {
        var names = cells.map(trimmed)
        // Spreadsheets write cells that were once touched.
        while names.last?.isEmpty == true { names.removeLast() }
        if names.isEmpty {
            throw TableError(
                line: line, "the table has no header", help: "the first row names the columns: gtin,lot,serial")
        }
        if names.count > mostColumns {
            throw TableError(line: line, "the header has \(names.count) columns, \(mostColumns) are possible")
        }
        var seen: Set<String> = []
        for (place, name) in names.enumerated() {
            if name.isEmpty { throw TableError(line: line, "column \(place + 1) has no name") }
            if name.utf8.count > 200 {
                throw TableError(line: line, "the name of column \(place + 1) has over 200 bytes")
            }
            if !seen.insert(name).inserted { throw TableError(line: line, "the column '\(name)' stands here twice") }
        }
        return names
    }

    static func trimmed(_ text: String) -> String {
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The cells of a row in as many columns as the header has; `nil`: nothing is in it.
    static func fitted(_ cells: [String], _ count: Int, line: Int, separator: UInt8?) throws(TableError) -> TableRow? {
        if cells.count == count { return cells.allSatisfy(\.isEmpty) ? nil : TableRow(line: line, cells: cells) }
        if cells.allSatisfy(\.isEmpty) { return nil }
        if cells.count > count, cells[count...].allSatisfy(\.isEmpty) {
            return TableRow(line: line, cells: Array(cells[..<count]))
        }
        let sign = separator == 0x3B ? "a semicolon" : separator == 0x09 ? "a tab" : "a comma"
        throw TableError(
            line: line, "this row has \(cells.count) cell\(cells.count == 1 ? "" : "s"), the header has \(count)",
            help: cells.count > count && separator != nil ? "quote cells that hold \(sign)" : nil, isFatal: false)
    }
}

/// A plain file, or bytes in memory, that are read from the front or at any place.
final class TableFile {
    private let descriptor: Int32
    private let path: String
    private let memory: [UInt8]

    init(_ bytes: [UInt8]) {
        descriptor = -1
        path = ""
        memory = bytes
    }

    init(_ path: String) throws(TableError) {
        self.path = path
        memory = []
        // A pipe or device would keep the reader waiting for ever.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw TableError(line: nil, "\(path) is no plain file")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func failure(_ path: String) -> TableError {
        TableError(line: nil, "\(path) can't be read: \(String(cString: strerror(errno)))")
    }

    /// The length in bytes.
    var size: Int { descriptor < 0 ? memory.count : Int(lseek(descriptor, 0, SEEK_END)) }

    /// Fills `buffer` from `offset` on; how many bytes there were.
    func read(_ buffer: inout [UInt8], at offset: Int) throws(TableError) -> Int {
        if descriptor < 0 {
            let part = memory[min(max(0, offset), memory.count)...].prefix(buffer.count)
            buffer.replaceSubrange(0..<part.count, with: part)
            return part.count
        }
        var done = 0
        let room = buffer.count
        while done < room {
            let count = buffer.withUnsafeMutableBytes { bytes in
                pread(descriptor, bytes.baseAddress.map { $0 + done }, room - done, off_t(offset + done))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }
}
