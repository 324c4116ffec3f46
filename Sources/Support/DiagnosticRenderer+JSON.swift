extension DiagnosticRenderer {
    /// All diagnostics as a JSON array of objects, sorted as ``text(_:sources:)`` sorts them.
    ///
    /// Members: `severity` (`error`, `warning`), `code`, `path`, `line`, `column`, `endColumn` (columns from 1 in
    /// Unicode scalars; the end is exclusive and on the same line; all four `null` without a place), `summary`, `notes`
    /// (objects with `text` and the same four), `help` (or `null`). No source text, hence no secrets.
    public static func json(_ diagnostics: [Diagnostic], sources: SourceMap, indent: Int? = 2) -> [UInt8] {
        var writer = JSONWriter(indent: indent)
        write(diagnostics, sources: sources, to: &writer)
        writer.lineEnd()
        return writer.bytes
    }

    /// Writes the array of ``json(_:sources:indent:)`` as one value of a larger document.
    public static func write(_ diagnostics: [Diagnostic], sources: SourceMap, to writer: inout JSONWriter) {
        var places = PlaceFinder(sources)
        writer.beginArray()
        for diagnostic in sorted(diagnostics) {
            writer.beginObject()
            writer.field("severity", diagnostic.severity.rawValue)
            writer.field("code", diagnostic.code.id)
            write(diagnostic.range, &places, to: &writer)
            writer.field("summary", diagnostic.summary)
            writer.key("notes")
            writer.beginArray()
            for note in diagnostic.notes {
                writer.beginObject()
                write(note.range, &places, to: &writer)
                writer.field("text", note.text)
                writer.endObject()
            }
            writer.endArray()
            writer.field("help", diagnostic.help)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ range: SourceRange?, _ places: inout PlaceFinder, to writer: inout JSONWriter)
    {
        let place = range.map { places.place(of: $0) }
        writer.field("path", place?.path)
        writer.field("line", place?.line)
        writer.field("column", place?.column)
        writer.field("endColumn", place?.endColumn)
    }
}
