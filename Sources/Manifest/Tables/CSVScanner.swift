import Support

/// Cells of a CSV file (RFC 4180), a row at a time, by offsets into the bytes: nothing is copied but cells with doubled quotes.
///
/// Line ends are LF, CRLF or CR. O(bytes).
struct CSVScanner {
    /// Where reading goes on.
    private(set) var cursor: Int
    /// Cells of the last row.
    private(set) var cells: [TableCell] = []
    /// What is wrong with the last row.
    private(set) var problem: (summary: String, place: Range<Int>, isFatal: Bool)?
    /// Bytes of the last row, without its line end.
    private(set) var row = 0..<0

    /// Begins after the byte order mark, if there is one.
    init(_ bytes: Span<UInt8>) {
        cursor = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    }

    /// Begins in the middle of a file, at a row.
    init(at offset: Int) { cursor = offset }

    /// Reads the next row; `false` at the end. Unescaped cells are appended to `scratch`.
    mutating func next(_ bytes: Span<UInt8>, _ scratch: inout [UInt8]) -> Bool {
        let end = bytes.count
        guard cursor < end else { return false }
        cells.removeAll(keepingCapacity: true)
        problem = nil
        var at = cursor
        let first = at
        while true {
            if at < end, bytes[at] == UInt8(ascii: "\"") {
                at = quoted(bytes, at, &scratch)
            } else {
                let start = at
                while at < end {
                    let byte = bytes[at]
                    // One comparison keeps letters going: everything that matters is at most a comma.
                    if byte <= UInt8(ascii: ",") {
                        if byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D { break }
                        if byte == UInt8(ascii: "\"") {
                            fail("a quote inside a cell that is not quoted", at..<(at + 1))
                        }
                    }
                    at += 1
                }
                cells.append(TableCell(text: start..<at, place: start..<at))
            }
            guard at < end, bytes[at] == UInt8(ascii: ",") else { break }
            at += 1
        }
        row = first..<at
        if at < end {
            let byte = bytes[at]
            at += 1
            if byte == 0x0D, at < end, bytes[at] == 0x0A { at += 1 }
        }
        cursor = at
        return true
    }

    /// A row that has nothing in it.
    var isBlank: Bool { cells.count == 1 && row.isEmpty }

    private mutating func fail(_ summary: String, _ place: Range<Int>, isFatal: Bool = false) {
        if problem == nil { problem = (summary, place, isFatal) }
    }

    /// A quoted cell that begins at `start`; answers where the cell ends.
    private mutating func quoted(_ bytes: Span<UInt8>, _ start: Int, _ scratch: inout [UInt8]) -> Int {
        let end = bytes.count
        var at = start + 1
        var hasDoubled = false
        while true {
            while at < end, bytes[at] != UInt8(ascii: "\"") { at += 1 }
            if at == end {
                fail("a quote is opened here and never closed", start..<(start + 1), isFatal: true)
                return end
            }
            guard at + 1 < end, bytes[at + 1] == UInt8(ascii: "\"") else { break }
            hasDoubled = true
            at += 2
        }
        var cell = TableCell(text: (start + 1)..<at, place: start..<(at + 1))
        if hasDoubled {
            let from = scratch.count
            var index = start + 1
            while index < at {
                scratch.append(bytes[index])
                index += bytes[index] == UInt8(ascii: "\"") ? 2 : 1
            }
            cell.text = from..<scratch.count
            cell.isScratch = true
        }
        cells.append(cell)
        at += 1
        let after = at
        while at < end, bytes[at] != UInt8(ascii: ","), bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
        if at > after { fail("text stands after the closing quote of a cell", after..<at) }
        return at
    }
}
