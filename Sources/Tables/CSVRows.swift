/// Rows of CSV (RFC 4180). Line ends are LF, CRLF or CR; a quoted cell may hold them.
final class CSVRows {
    let source: TextSource
    private(set) var separator = UInt8(ascii: ",")
    private var buffer: [UInt8] = []
    private var at = 0
    /// The line of the next byte.
    private var line = 1
    /// What is in the cell at hand from pieces before.
    private var cell: [UInt8] = []
    private var cells: [String] = []
    /// Bytes of the row so far.
    private var size = 0
    private var problem: TableError?

    init(_ source: TextSource) { self.source = source }

    func readHeader() throws(TableError) -> [String] {
        _ = try more()
        findSeparator()
        guard let line = try record() else {
            throw TableError(line: 1, "the table is empty", help: "the first row names the columns: gtin,lot,serial")
        }
        if let problem { throw TableError(line: problem.line, problem.summary, help: problem.help) }
        return try TableReader.columns(cells, line: line)
    }

    func next(_ count: Int) throws(TableError) -> TableRow? {
        while let line = try record() {
            if let problem { throw problem }
            if let row = try TableReader.fitted(cells, count, line: line, separator: separator) { return row }
        }
        return nil
    }

    /// The sign that stands most often in the header outside of quotes; a line `sep=;`, which Excel knows, says it.
    private func findSeparator() {
        if buffer.starts(with: "sep=".utf8), buffer.count > 5, buffer[5] == 0x0A || buffer[5] == 0x0D,
            ",;\t|".utf8.contains(buffer[4])
        {
            separator = buffer[4]
            at = buffer[5] == 0x0D && buffer.count > 6 && buffer[6] == 0x0A ? 7 : 6
            line = 2
            return
        }
        separator = Self.separator(buffer[...])
    }

    /// The sign that stands most often in the first line outside of quotes.
    static func separator(_ bytes: ArraySlice<UInt8>) -> UInt8 {
        if bytes.starts(with: "sep=".utf8) { return 0 }
        var separator = UInt8(ascii: ",")
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x09 { counts[byte, default: 0] += 1 }
        }
        for byte in [UInt8(ascii: ";"), 0x09] where counts[byte, default: 0] > counts[separator, default: 0] {
            separator = byte
        }
        return separator
    }

    /// Gets the next piece when this one is used up; `false` at the end.
    private func more() throws(TableError) -> Bool {
        if at < buffer.count { return true }
        at = 0
        return try source.fill(&buffer)
    }

    /// Reads a row into `cells`; its line, or `nil` at the end.
    private func record() throws(TableError) -> Int? {
        cells.removeAll(keepingCapacity: true)
        problem = nil
        size = 0
        guard try more() else { return nil }
        let first = line
        while true {
            if try more(), buffer[at] == UInt8(ascii: "\"") {
                try quoted(first)
            } else {
                try plain(first)
            }
            guard try more() else { return first }
            let byte = buffer[at]
            at += 1
            if byte == separator { continue }
            // What ends a cell and is no separator ends the line.
            line += 1
            if byte == 0x0D, try more(), buffer[at] == 0x0A { at += 1 }
            return first
        }
    }

    private func plain(_ first: Int) throws(TableError) {
        cell.removeAll(keepingCapacity: true)
        while true {
            let start = at
            var end = at
            let separator = separator
            let highest = max(separator, UInt8(ascii: "\""))
            buffer.withUnsafeBufferPointer { bytes in
                while end < bytes.count {
                    let byte = bytes[end]
                    // One comparison keeps letters going.
                    if byte <= highest,
                        byte == separator || byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "\"")
                    {
                        break
                    }
                    end += 1
                }
            }
            at = end
            size += end - start
            try checkSize(first)
            if end < buffer.count, buffer[end] == UInt8(ascii: "\"") {
                fail(first, "a quote inside a cell that is not quoted")
                cell += buffer[start...end]
                at += 1
                continue
            }
            if end < buffer.count, cell.isEmpty {
                cells.append(Self.text(buffer, start..<end))
                return
            }
            cell += buffer[start..<end]
            if end < buffer.count { break }
            guard try more() else { break }
        }
        cells.append(Self.text(cell, 0..<cell.count))
    }

    private func quoted(_ first: Int) throws(TableError) {
        cell.removeAll(keepingCapacity: true)
        at += 1
        let opened = line
        while true {
            guard try more() else {
                throw TableError(
                    line: opened, "a quote is opened here and never closed",
                    help: "quote the whole cell, and double the quotes inside it")
            }
            let start = at
            var end = at
            var ends = 0
            buffer.withUnsafeBufferPointer { bytes in
                while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                    if bytes[end] == 0x0A { ends += 1 }
                    end += 1
                }
            }
            line += ends
            cell += buffer[start..<end]
            size += end - start
            try checkSize(opened)
            at = end
            if end == buffer.count { continue }
            at += 1
            guard try more(), buffer[at] == UInt8(ascii: "\"") else { break }
            cell.append(UInt8(ascii: "\""))
            at += 1
        }
        cells.append(Self.text(cell, 0..<cell.count))
        while try more(), buffer[at] != separator, buffer[at] != 0x0A, buffer[at] != 0x0D {
            // Blanks between quote and separator are a habit of some programs.
            if buffer[at] != 0x20 { fail(first, "text stands after the closing quote of a cell") }
            at += 1
            size += 1
            try checkSize(first)
        }
    }

    private func fail(_ line: Int, _ summary: String) {
        if problem != nil { return }
        problem = TableError(
            line: line, summary, help: "quote the whole cell, and double the quotes inside it", isFatal: false)
    }

    private func checkSize(_ line: Int) throws(TableError) {
        if size > TableReader.longestRow {
            throw TableError(
                line: line, "a row of over \(TableReader.longestRow >> 20) MiB begins here",
                help: "look for a quote that is not closed")
        }
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }
}
