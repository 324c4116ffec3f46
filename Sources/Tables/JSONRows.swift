import Support

/// Rows of JSON Lines: an object a line, whose members are texts, numbers, truth values or `null`.
final class JSONRows {
    let source: TextSource
    private var buffer: [UInt8] = []
    private var at = 0
    private var line = 0
    private var columns: [String: Int] = [:]
    private var first: TableRow?

    init(_ source: TextSource) { self.source = source }

    func readHeader() throws(TableError) -> [String] {
        guard let (text, line) = try nextLine() else { throw TableError(line: 1, "the table is empty") }
        do throws(TableError) {
            let members = try Self.members(text, line)
            let names = try TableReader.columns(members.map(\.key), line: line)
            guard names == members.map(\.key) else {
                throw TableError(line: line, "a key has blanks around it, or nothing in it")
            }
            for (place, name) in names.enumerated() { columns[name] = place }
            first = try row(members, line)
            return names
        } catch {
            // Without the first line there are no columns.
            throw TableError(line: error.line, error.summary, help: error.help)
        }
    }

    func next() throws(TableError) -> TableRow? {
        if let row = first {
            first = nil
            return row
        }
        guard let (text, line) = try nextLine() else { return nil }
        return try row(Self.members(text, line), line)
    }

    private static func members(_ text: [UInt8], _ line: Int) throws(TableError) -> [JSONValue.Member] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(reading: text, depth: 8)
        } catch {
            throw TableError(line: line, "\(error)", isFatal: false)
        }
        guard let members = value.object else {
            throw TableError(
                line: line, "this line is no object", help: "write {\"gtin\": \"…\", \"serial\": \"…\"}", isFatal: false
            )
        }
        return members
    }

    private func row(_ members: [JSONValue.Member], _ line: Int) throws(TableError) -> TableRow {
        var cells = [String](repeating: "", count: columns.count)
        for member in members {
            guard let place = columns[member.key] else {
                throw TableError(
                    line: line, "the key '\(member.key)' does not stand in the first line",
                    help: "give the first line all keys, with null where there is nothing", isFatal: false)
            }
            switch member.value {
            case .string(let text): cells[place] = text
            case .number(let text): cells[place] = text
            case .bool(let value): cells[place] = value ? "true" : "false"
            case .null: break
            case .array, .object:
                throw TableError(
                    line: line, "'\(member.key)' is a list or an object, and a cell has one value", isFatal: false)
            }
        }
        return TableRow(line: line, cells: cells)
    }

    /// The next line that is not blank.
    private func nextLine() throws(TableError) -> (text: [UInt8], line: Int)? {
        while true {
            var text: [UInt8] = []
            var hasEnd = false
            while !hasEnd {
                if at == buffer.count {
                    at = 0
                    guard try source.fill(&buffer) else {
                        if text.isEmpty { return nil }
                        break
                    }
                }
                let end = buffer[at...].firstIndex(of: 0x0A)
                text += buffer[at..<(end ?? buffer.count)]
                at = end.map { $0 + 1 } ?? buffer.count
                hasEnd = end != nil
                if text.count > TableReader.longestRow {
                    throw TableError(line: line + 1, "a row of over \(TableReader.longestRow >> 20) MiB begins here")
                }
            }
            line += 1
            if text.last == 0x0D { text.removeLast() }
            if text.contains(where: { $0 > 0x20 }) { return (text, line) }
        }
    }
}
