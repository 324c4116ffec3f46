import Build
import Codes
import Manifest
import QRCode
import Sheets
import Site
import Support

/// Label sheets of a batch, `sheets.pdf`: a label for each row, in the order of the table. They are drawn after the images, in
/// one go: a run that is killed while it draws them draws them again.
struct BatchSheet: Sendable {
    private let settings: SheetSettings
    private let layout: SheetLayout
    private let template: LabelTemplate
    private let fonts: LabelFonts
    private let check: LabelCheck
    /// Columns of the table, and what a row has besides.
    private static let further = ["n", "url"]

    /// Looks at what the manifest says: the layout, the template, the fonts. `nil` after problems were added.
    init?(
        _ settings: SheetSettings, columns: [String], sources: inout SourceMap, diagnostics: inout [Diagnostic]
    ) {
        self.settings = settings
        do throws(SheetLayout.Problem) { layout = try SheetLayout(settings) } catch {
            diagnostics.append(.error(SheetCodes.layout, at: settings.range, error.summary, help: error.help))
            return nil
        }
        let all = columns + Self.further.filter { !columns.contains($0) }
        if let file = settings.template {
            let number = sources.add(path: file.path, bytes: file.bytes)
            let (template, problems) = LabelTemplate.read(
                file.bytes, file: number, label: layout.label, columns: all)
            diagnostics += problems
            guard let template else { return nil }
            self.template = template
        } else {
            template = LabelTemplate(codeOn: layout.label, columns: all)
        }
        do {
            let regular = try Self.font(settings.font, LabelFonts.usualPaths.regular)
            let isPlain = settings.font != nil && settings.boldFont == nil
            fonts = LabelFonts(
                regular: regular, bold: isPlain ? nil : try Self.font(settings.boldFont, LabelFonts.usualPaths.bold))
        } catch {
            diagnostics.append(
                .error(
                    SheetCodes.font, at: settings.font?.range ?? settings.range, "\(error)",
                    help: "install fonts-dejavu-core, or name a TrueType font: font: brand/sans.ttf"))
            return nil
        }
        check = LabelCheck(template, fonts: fonts, bleed: layout.bleed)
        diagnostics += check.diagnostics
    }

    /// A row's cells as the template counts them.
    private static func cells(_ row: BatchRows, _ bytes: Span<UInt8>, _ url: String) -> [String] {
        let own = row.columns
        return own.indices.map { row.cell($0, bytes) }
            + further.filter { !own.contains($0) }.map { $0 == "n" ? "\(row.number)" : url }
    }

    /// Judges the labels of a stretch of rows.
    struct Judge {
        fileprivate var check: LabelCheck

        /// Says why the label of the row that `row` stands at can't be drawn.
        mutating func judge(_ row: BatchRows, _ bytes: Span<UInt8>, url: String) -> BatchRows.Problem? {
            do throws(LabelProblem) {
                try check.check(BatchSheet.cells(row, bytes, url))
                return nil
            } catch {
                let column = error.column.flatMap { row.columns.firstIndex(of: $0) }
                return BatchRows.Problem(
                    code: SheetCodes.text, summary: error.summary,
                    place: column.map { row.place(of: $0) } ?? row.place, help: error.help,
                    notes: error.notes)
            }
        }
    }

    /// A judge, for one task.
    var judge: Judge { Judge(check: check) }

    private static func font(_ file: SheetSettings.File?, _ usual: String) throws -> TrueTypeFont {
        try TrueTypeFont(file?.bytes ?? Files.read(usual, limit: 64 << 20))
    }

    /// Draws all labels; answers the digest of the file.
    /// - Parameters:
    ///   - symbol: the code of the row that `reader` stands at, and its address.
    ///   - progress: labels that are drawn.
    func write(
        _ path: String, title: String, total: Int, table: TableStretches, reader: BatchRows,
        code: (BatchRows) throws(BatchError) -> (code: SheetDocument.Code, url: String), progress: (Int) -> Void
    ) throws -> [UInt8] {
        try Files.remove(path)
        var file = try BatchOutput.Stream.open(path, keeping: 0)
        var document: SheetDocument
        do throws(LabelProblem) {
            document = try SheetDocument(
                layout: layout, template: template, settings: settings, fonts: fonts, title: title, total: total)
        } catch { throw BatchError.build(.other(error.summary)) }
        var reader = reader
        for stretch in table.stretches {
            let bytes = try table.read(stretch)
            reader.begin(before: stretch.before)
            while case .row = reader.next(bytes.span) {
                do throws(BatchRows.Problem) { try reader.normalize() } catch {
                    throw BatchError.code(row: reader.number, url: "", error.summary)
                }
                let (code, url) = try code(reader)
                do throws(LabelProblem) { try document.add(Self.cells(reader, bytes.span, url), code) } catch {
                    throw BatchError.code(row: reader.number, url: url, error.summary)
                }
                if document.hasBytes { try file.append(document.takeBytes()) }
            }
            progress(stretch.before + stretch.rows)
        }
        do throws(FontError) { try document.finish() } catch { throw BatchError.build(.other("\(error)")) }
        try file.append(document.takeBytes())
        return try file.finish()
    }
}
