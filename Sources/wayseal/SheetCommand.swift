import ArgumentParser
import Sheets
import Site
import Support

struct SheetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet",
        abstract: "Merge a table into label sheets, without any manifest.",
        discussion: """
            Each row of the table becomes a label with its code: a PDF of sheets for printers and presses, or, when the \
            file ends in .zpl, a job for a label printer. The template is an SVG file: {{column}} in its texts is the \
            row's cell, <rect id="code"> the place of the code. Without a template a label is its code.

            Examples:
              wayseal sheet bottles.csv --template label.svg --grid L7160 -o bottles.pdf
              wayseal sheet bottles.csv --page A3 --grid 4x10 --gap 4mm --bleed 2mm --marks crop,number -o press.pdf
              wayseal sheet bottles.csv --template label.svg --label 50x30mm --dpi 300 -o bottles.zpl
              wayseal sheet bottles.csv --grid L7160 --modules rounded --eyes leaf --ink '#5b0f1f' -o styled.pdf
              wayseal sheet --grids           (lists the sheets that are known by name)
            """)

    @Argument(help: ArgumentHelp("CSV, JSON Lines or XLSX, with a header.", valueName: "table")) var table: String?
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("FILE.pdf or FILE.zpl.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("The label, an SVG file.", valueName: "file")) var template: String?
    @Option(help: ArgumentHelp("The column that codes say.", valueName: "column")) var column = "url"
    @Option(help: ArgumentHelp("Error correction: L, M, Q or H.", valueName: "level")) var level: CodeSettings.Level =
        .M
    @OptionGroup var sheet: SheetOptions
    @Flag(help: "ZPL: send codes as dots; otherwise the printer makes them.") var bitmap = false
    @Option(help: ArgumentHelp("The document's title. Default: the table's name.", valueName: "text")) var title:
        String?
    @Flag(help: "List the sheets of labels that are known by name.") var grids = false
    @OptionGroup(title: "How codes look") var look: DesignOptions
    @OptionGroup var print: PrintOptions

    func validate() throws {
        for (value, option) in [
            (table, "TABLE"), (output, "-o"), (template, "--template"), (column, "--column"), (title, "--title"),
        ] { try refuseEmpty(value, option) }
        if grids { return }
        if table == nil { throw ValidationError("name the table, such as bottles.csv") }
        guard let output else { throw ValidationError("name the file to write: -o labels.pdf") }
        guard output.lowercased().hasSuffix(".pdf") || output.lowercased().hasSuffix(".zpl") else {
            throw ValidationError("'\(output)' names no format that is written: end it in .pdf or .zpl")
        }
        guard ZPLDocument.resolutions.contains(look.dpi ?? 203) else {
            throw ValidationError("--dpi is 203, 300 or 600: that of a label printer")
        }
        try sheet.check(isZPL: output.lowercased().hasSuffix(".zpl"))
    }

    func run() throws {
        guard let table, let output else {
            return Terminal.write(Array((LabelGrid.list + "\n").utf8))
        }
        var codes = look
        codes.dpi = nil
        let design = try codes.design(level: level, print: nil)
        var run = try SheetRun(print: print, column: column, level: level, design: design)
        let name = title ?? String(Files.name(of: table).prefix { $0 != "." })
        if output.lowercased().hasSuffix(".zpl") {
            try run.zpl(table, sheet.labelSize, template: template, dpi: look.dpi ?? 203, isBitmap: bitmap, to: output)
        } else {
            try run.pdf(table, sheet.settings(), template: template, title: name, to: output)
        }
    }
}
