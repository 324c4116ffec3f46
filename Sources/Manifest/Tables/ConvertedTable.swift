import Support
import Tables

/// Tables as CSV in UTF-8 with commas, whatever they were: what is read and shown is a copy, line by line the same.
enum ConvertedTable {
    /// The table's number among the sources and its bytes; `nil` after a report.
    static func read(
        _ bytes: [UInt8], _ format: TableFormat, _ path: String, at range: SourceRange, _ sources: inout SourceMap,
        _ sink: inout DiagnosticSink
    ) -> (file: Int32, bytes: [UInt8])? {
        if format == .csv, TableCopy.isPlain(bytes) { return (sources.add(path: path, bytes: bytes), bytes) }
        do throws(TableError) {
            let copy = try TableCopy(bytes, format: format)
            let file = sources.add(path: path, bytes: copy.bytes)
            let lines = copy.bytes.indices.filter { copy.bytes[$0] == 0x0A }
            func place(_ line: Int?) -> SourceRange {
                let start = line.map { $0 < 2 ? 0 : $0 - 2 < lines.count ? lines[$0 - 2] + 1 : copy.bytes.count } ?? 0
                return SourceRange(file: file, start: UInt32(start), length: 0)
            }
            for note in copy.notes { sink.add(.warning(ManifestCodes.tableConverted, at: place(note.line), note.text)) }
            for problem in copy.problems {
                sink.add(.error(ManifestCodes.tableCells, at: place(problem.line), problem.summary, help: problem.help))
            }
            return (file, copy.bytes)
        } catch {
            let place = error.line.map { " from line \($0) on" } ?? ""
            sink.add(
                .error(
                    ManifestCodes.tableHeader, at: range, "'\(path)' can't be read\(place): \(error.summary)",
                    help: error.help))
            return nil
        }
    }
}
