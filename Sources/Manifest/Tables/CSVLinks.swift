import Support

/// Links from a CSV file with a header row.
enum CSVLinks {
    static func read(
        _ content: [UInt8], _ file: Int32, _ table: inout LinkTable, _ sink: inout DiagnosticSink
    ) {
        let bytes = content.span
        var row = TableRow(file: file)
        guard checkEncoding(bytes, row, &sink) else { return }
        var scanner = CSVScanner(bytes)
        var scratch: [UInt8] = []
        guard scanner.next(bytes, &scratch) else {
            sink.add(
                .error(
                    ManifestCodes.tableHeader, at: row.range(0..<0), "the file is empty",
                    help: "begin with a row slug,to"))
            return
        }
        guard let columns = readHeader(scanner, bytes, scratch, row, table, &sink) else { return }
        table.reserve(TableLines.count(bytes))
        while true {
            row.begin(at: scanner.cursor)
            guard scanner.next(bytes, &row.scratch) else { return }
            if let problem = scanner.problem {
                let place = row.range(problem.place)
                sink.add(.error, ManifestCodes.tableQuote, at: place) {
                    .error(
                        ManifestCodes.tableQuote, at: place, problem.summary,
                        help: "quote the whole cell, and double the quotes inside it")
                }
                if problem.isFatal { return }
                continue
            }
            if scanner.isBlank { continue }
            guard scanner.cells.count == columns.count else {
                reportCells(scanner, columns.count, row, &sink)
                continue
            }
            for index in columns.indices {
                if let column = columns[index] { row.set(column, scanner.cells[index]) }
            }
            row.add(bytes, &table, &sink)
        }
    }

    private static func reportCells(
        _ scanner: CSVScanner, _ expected: Int, _ row: TableRow, _ sink: inout DiagnosticSink
    ) {
        let cells = scanner.cells
        let place =
            row.range(
                cells.count > expected
                    ? cells[expected].place.lowerBound..<scanner.row.upperBound : scanner.row)
        sink.add(.error, ManifestCodes.tableCells, at: place) {
            .error(
                ManifestCodes.tableCells, at: place,
                "this row has \(cells.count) cell\(cells.count == 1 ? "" : "s"), the header has \(expected)",
                help: cells.count > expected ? "quote cells that hold a comma" : nil)
        }
    }

    static func checkEncoding(_ bytes: Span<UInt8>, _ row: TableRow, _ sink: inout DiagnosticSink) -> Bool {
        guard bytes.count >= 2, bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF
        else { return true }
        sink.add(
            .error(
                ManifestCodes.invalidUTF8, at: row.range(0..<0), "the file is UTF-16, not UTF-8",
                help: "save it as \"CSV UTF-8\""))
        return false
    }

    private static func readHeader(
        _ scanner: CSVScanner, _ bytes: Span<UInt8>, _ scratch: [UInt8], _ row: TableRow,
        _ table: LinkTable, _ sink: inout DiagnosticSink
    ) -> [TableColumn?]? {
        var columns: [TableColumn?] = []
        var places: [TableColumn: SourceRange] = [:]
        var isGood = true
        var hasUnknown = false
        for cell in scanner.cells {
            let text = (cell.isScratch ? scratch.span : bytes).extracting(cell.text)
            let name = SiteAssembly.trimmed(Bytes.string(text.count > 200 ? text.extracting(0..<200) : text))
            let range = row.range(cell.place)
            guard let column = TableColumn.byName[name] else {
                hasUnknown = true
                columns.append(nil)
                reportColumn(name, range, &sink)
                continue
            }
            if let first = places[column] {
                isGood = false
                sink.add(
                    .error(
                        ManifestCodes.tableHeader, at: range, "the column '\(name)' stands here twice",
                        notes: [Diagnostic.Note("first here", at: first)]))
            }
            places[column] = range
            columns.append(column)
        }
        // The rows can still be judged, unless the unknown column may be the target or the domain.
        if hasUnknown {
            let hasDomain = places[.domain] != nil || table.domains.count == 1
            return isGood && places[.to] != nil && hasDomain ? columns : nil
        }
        if isGood, places[.to] == nil {
            isGood = false
            sink.add(
                .error(
                    ManifestCodes.tableHeader, at: row.range(scanner.row), "the header names no column 'to'",
                    help: "the first row names the columns, for example slug,to"))
        }
        return isGood ? columns : nil
    }

    private static func reportColumn(
        _ name: String, _ range: SourceRange, _ sink: inout DiagnosticSink
    ) {
        let names = TableColumn.allCases.map(\.name)
        let isLaterKey = ManifestLanguage.link[name] != nil
        sink.add(
            .error(
                isLaterKey ? ManifestCodes.tableHeader : ManifestCodes.unknownKey, at: range,
                isLaterKey
                    ? "a table can't have the column '\(name)'" : "unknown column \(Bytes.quoted(name))",
                help: SpellingSuggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                    ?? "columns are \(names.joined(separator: ", "))"))
    }
}

/// Lines of a table, for making room before reading.
enum TableLines {
    static func count(_ bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in 0..<bytes.count where bytes[index] == 0x0A { count += 1 }
        return count
    }
}
