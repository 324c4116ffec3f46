import Build
import Codes
import Glibc
import Manifest
import QRCode
import Sheets
import Site
import Support
import Tables

/// A table that becomes labels: reads what is asked for, shows all that is wrong with it, and writes nothing unless all is right.
struct SheetRun {
    let print: PrintOptions
    /// The column that codes say.
    let column: String
    let level: CodeSettings.Level
    /// How codes look, made ready; `nil`: plain.
    private var look: DesignTemplate?
    private var diagnostics: [Diagnostic] = []
    private var sources = SourceMap()
    private static let mostProblems = 100

    init(print: PrintOptions, column: String, level: CodeSettings.Level, design: Design?) throws {
        (self.print, self.column, self.level) = (print, column, level)
        do throws(DesignError) {
            look = try design.map { design throws(DesignError) in try DesignTemplate(design) }
        } catch {
            throw Failure(.checkFailed, error.summary, hint: error.help)
        }
    }

    /// Runs an operation on files; its failure is the outside world's.
    static func files<T>(_ body: () throws(FileError) -> T) throws -> T {
        do throws(FileError) { return try body() } catch { throw Failure(error) }
    }

    /// Writes sheets of labels.
    mutating func pdf(
        _ path: String, _ settings: SheetSettings, template: String?, title: String, to output: String
    ) throws {
        let layout: SheetLayout
        do throws(SheetLayout.Problem) { layout = try SheetLayout(settings) } catch {
            throw Failure(.usage, "--\(error.key): \(error.summary)", hint: error.help)
        }
        let fonts = try Self.fonts(settings)
        var table = try open(path)
        let label = try read(template, layout.label, table.columns)
        let check = LabelCheck(label, fonts: fonts, bleed: layout.bleed)
        if !check.diagnostics.isEmpty {
            diagnostics += check.diagnostics
            try stopOnErrors()
        }
        let file = try AsideFile(output)
        var document: SheetDocument
        do throws(LabelProblem) {
            document = try SheetDocument(
                layout: layout, template: label, settings: settings, fonts: fonts, title: title,
                total: settings.marks.contains(.number) ? table.rowCount : nil)
        } catch {
            throw Failure(.checkFailed, "\(template ?? output): \(error.summary)", hint: error.help)
        }
        let look = look
        try merge(&table) { (row, symbol) throws(LabelProblem) in
            try document.add(row.cells, look.map { .drawing($0.drawing(symbol)) } ?? .symbol(symbol))
        } afterEach: {
            if document.hasBytes { try file.write(document.takeBytes()) }
        }
        do throws(FontError) { try document.finish() } catch {
            throw Failure(.checkFailed, "\(settings.font?.path ?? "the font"): \(error)")
        }
        try file.write(document.takeBytes())
        try file.finish()
        say(
            document.count, "\(output): \(count(document.count, "label")) on \(count(document.sheets, "sheet"))", output
        ) {
            $0.field("sheets", document.sheets)
        }
    }

    /// Writes a job for a label printer.
    mutating func zpl(
        _ path: String, _ size: (width: Double, height: Double)?, template: String?, dpi: Int,
        isBitmap: Bool, to output: String
    ) throws {
        if let look { try Self.checkBlack(look.design) }
        var table = try open(path)
        let label = try read(template, SheetLayout.Size(size?.width ?? 50, size?.height ?? 30), table.columns)
        let file = try AsideFile(output)
        var document: ZPLDocument
        do throws(CodeFileError) { document = try ZPLDocument(template: label, dpi: dpi) } catch {
            throw Failure(.checkFailed, "\(template ?? output): \(error)")
        }
        var labels = 0
        let look = look
        let place = table.columns.firstIndex(of: column) ?? 0
        try merge(&table) { (row, symbol) throws(LabelProblem) in
            labels += 1
            guard let look else {
                return document.add(row.cells, payload: row.cells[place], symbol, isBitmap: isBitmap)
            }
            try document.add(row.cells, look.drawing(symbol))
        } afterEach: {
            try file.write(document.takeBytes())
        }
        try file.write(document.takeBytes())
        try file.finish()
        say(labels, "\(output): \(count(labels, "label"))", output) { $0.field("dpi", dpi) }
    }

    /// Label printers have black and nothing: what is darker than the middle is black.
    private static func checkBlack(_ design: Design) throws {
        let inks = [design.ink, design.frameInk, design.ballInk].compactMap { $0 }.flatMap(\.colours)
        if design.isInverted || !inks.allSatisfy(ZPLDocument.isBlack) {
            throw Failure(
                .checkFailed, "a label printer has black alone: this code would be white there",
                hint: "choose an ink that is darker than the middle between black and white")
        }
    }

    // MARK: Reading

    private mutating func open(_ path: String) throws -> LabelTable {
        let table = LabelTable(try Self.text(path, isQuiet: print.quiet), path: path, wanted: [column])
        sources = table.sources
        if !table.isReadable {
            diagnostics = table.diagnostics
            try stopOnErrors()
        }
        return table
    }

    /// The table as UTF-8 CSV: as it is, or what is in it, so that problems are shown at their line.
    private static func text(_ path: String, isQuiet: Bool) throws -> [UInt8] {
        if TableFormat(path: path) == .csv {
            let bytes = try files { () throws(FileError) in try Files.read(path, limit: 1 << 31) }
            let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            let header = bytes.prefix { $0 != 0x0A }
            // A header in one column is perhaps divided by semicolons or tabs.
            let isPlain = header.contains(UInt8(ascii: ",")) || !header.contains { $0 == 0x3B || $0 == 0x09 }
            if !isUTF16, isPlain, String(validating: bytes, as: UTF8.self) != nil { return bytes }
        }
        var bytes: [UInt8] = []
        func append(_ cells: [String]) {
            for (place, cell) in cells.enumerated() {
                if place > 0 { bytes.append(0x2C) }
                bytes +=
                    "\"\(cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
                    .utf8
            }
            bytes.append(0x0A)
        }
        do throws(TableError) {
            var reader = try TableReader(path: path)
            append(reader.columns)
            while let row = try reader.next() { append(row.cells) }
            if !isQuiet { for note in reader.notes { Terminal.note("\(path): note: \(note.text)\n") } }
        } catch { throw Failure(.checkFailed, "\(path): \(error)", hint: error.help) }
        return bytes
    }

    private mutating func read(
        _ path: String?, _ label: SheetLayout.Size, _ columns: [String]
    ) throws -> LabelTemplate {
        guard let path else { return LabelTemplate(codeOn: label, columns: columns) }
        let bytes = try Self.files { () throws(FileError) in try Files.read(path, limit: 8 << 20) }
        let file = sources.add(path: path, bytes: bytes)
        let (template, problems) = LabelTemplate.read(bytes, file: file, label: label, columns: columns)
        diagnostics += problems
        guard let template else {
            try stopOnErrors()
            throw ExitStatus.checkFailed
        }
        return template
    }

    private static func fonts(_ settings: SheetSettings) throws -> LabelFonts {
        func font(_ file: SheetSettings.File?, _ usual: String) throws -> TrueTypeFont {
            var bytes = file?.bytes ?? []
            do throws(FileError) { if file == nil { bytes = try Files.read(usual, limit: 64 << 20) } } catch {
                throw Failure(
                    .outsideWorld, "the font \(usual) can't be read",
                    hint: "install fonts-dejavu-core, or name a TrueType font")
            }
            do throws(FontError) { return try TrueTypeFont(bytes) } catch {
                throw Failure(
                    .checkFailed, "\(file?.path ?? usual): \(error)", hint: "name another TrueType font (.ttf)")
            }
        }
        let regular = try font(settings.font, LabelFonts.usualPaths.regular)
        if settings.font != nil, settings.boldFont == nil { return LabelFonts(regular: regular) }
        return LabelFonts(regular: regular, bold: try font(settings.boldFont, LabelFonts.usualPaths.bold))
    }

    // MARK: Merging

    private mutating func merge(
        _ table: inout LabelTable, _ add: (_ row: LabelTable.Row, _ symbol: Symbol) throws(LabelProblem) -> Void,
        afterEach: () throws -> Void
    ) throws {
        var encoder = QREncoder()
        let place = table.columns.firstIndex(of: column) ?? 0
        var problems: [Diagnostic] = []
        var bar = ProgressBar(isQuiet: print.quiet)
        let total = table.rowCount
        var done = 0
        while let row = table.next() {
            done += 1
            if done % 512 == 0 { bar.show("labels", done, total) }
            do {
                let symbol =
                    try look?.symbol(row.cells[place], level: ErrorCorrection(level), &encoder)
                    ?? encoder.encode(row.cells[place], level: ErrorCorrection(level))
                do throws(LabelProblem) { try add(row, symbol) } catch {
                    let cell = error.column.flatMap { table.columns.firstIndex(of: $0) }.map { row.places[$0] }
                    problems.append(
                        .error(
                            SheetCodes.text, at: cell ?? row.range, error.summary, notes: error.notes, help: error.help)
                    )
                }
            } catch {
                problems.append(
                    .error(
                        SheetCodes.code, at: row.places[place], (error as? DesignError)?.summary ?? "\(error)",
                        help: (error as? DesignError)?.help))
            }
            if problems.count >= Self.mostProblems { break }
            if problems.isEmpty { try afterEach() }
        }
        bar.clear()
        diagnostics += table.diagnostics + problems
        if done == 0, table.diagnostics.isEmpty {
            diagnostics.append(.error(SheetCodes.code, at: nil, "the table has no rows: there is nothing to print"))
        }
        try stopOnErrors()
    }

    private func stopOnErrors() throws(ExitStatus) {
        let shown = print.quiet ? diagnostics.filter { $0.severity == .error } : diagnostics
        if print.json, !shown.isEmpty {
            let errors = diagnostics.contains { $0.severity == .error }
            if errors { Terminal.write(DiagnosticRenderer.json(shown, sources: sources)) }
        }
        let renderer = DiagnosticRenderer(color: print.color.isUsed(on: STDERR_FILENO))
        Terminal.note(renderer.text(DiagnosticRenderer.sorted(shown), sources: sources))
        let errors = diagnostics.count { $0.severity == .error }
        guard errors > 0 else { return }
        Terminal.note("\(count(errors, "error")); nothing was written; 'wayseal explain CODE' tells more\n")
        throw .checkFailed
    }

    private func say(_ labels: Int, _ text: String, _ path: String, _ more: (inout JSONWriter) -> Void) {
        if print.json {
            var json = JSONWriter(indent: 2)
            json.object { json in
                json.field("file", path)
                json.field("labels", labels)
                more(&json)
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        } else if !print.quiet {
            Terminal.say(text)
        }
    }
}

/// A file that is written beside its place, and gets its name when it is whole.
final class AsideFile {
    private let path: String
    private let aside: String
    private let file: FileDescriptor
    private var isFinished = false

    init(_ path: String) throws {
        (self.path, aside) = (path, path + ".new")
        unlink(aside)
        let aside = aside
        do throws(FileError) {
            file = try FileDescriptor(path: aside, flags: O_WRONLY | O_CREAT | O_EXCL)
        } catch { throw Failure(.outsideWorld, "can't write \(path): \(String(cString: strerror(error.code)))") }
    }

    deinit { if !isFinished { unlink(aside) } }

    func write(_ bytes: [UInt8]) throws {
        do throws(FileError) { try file.write(bytes) } catch {
            throw Failure(FileError("write", path, code: error.code))
        }
    }

    func finish() throws {
        do throws(FileError) {
            try file.synchronize()
            try Files.rename(aside, to: path)
            isFinished = true
            try Files.synchronizeDirectory(Files.parent(of: path))
        } catch { throw Failure(FileError("write", path, code: error.code)) }
    }
}
