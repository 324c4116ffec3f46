public import ArgumentParser
public import Site
import Support

/// How labels lie on a sheet.
struct SheetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A product such as L7160 or 5160, or columns x rows. Default 3x7.", valueName: "grid"))
    var grid: String?
    @Option(help: ArgumentHelp("A4, Letter, 320x450mm, or label for one label a page.", valueName: "page")) var page:
        String?
    @Option(help: ArgumentHelp("Size of one label.", valueName: "50x30mm")) var label: String?
    @Option(help: ArgumentHelp("Margins of the page: one to four lengths, as in CSS.", valueName: "mm")) var margin:
        String?
    @Option(help: ArgumentHelp("Between labels: one length, or across and down.", valueName: "mm")) var gap: String?
    @Option(help: ArgumentHelp("How far pictures go over the cut.", valueName: "mm")) var bleed: String?
    @Option(help: ArgumentHelp("crop, number, or both with a comma.", valueName: "marks")) var marks: String?
    @Option(help: "rows, columns, or stack for cutting in piles.") var order = SheetSettings.Order.rows
    @Option(help: ArgumentHelp("Sheets of a pile, with --order stack.", valueName: "sheets")) var pile = 100
    @Option(help: ArgumentHelp("A TrueType font. Default: DejaVu Sans.", valueName: "file")) var font: String?
    @Option(name: .customLong("bold-font"), help: ArgumentHelp("Its bold face.", valueName: "file")) var boldFont:
        String?

    func check(isZPL: Bool) throws {
        for (value, option) in [(grid, "--grid"), (page, "--page"), (font, "--font"), (boldFont, "--bold-font")] {
            try refuseEmpty(value, option)
        }
        if let label, SheetSettings.size(label) == nil {
            throw ValidationError("'\(label)' is no size: write --label 50x30mm")
        }
        if isZPL, label == nil { throw ValidationError("a label printer needs the label's size: --label 50x30mm") }
        if let margin, SheetSettings.margins(margin) == nil {
            throw ValidationError("'\(margin)' are no margins: write --margin 10mm, or --margin '10mm 5mm'")
        }
        if let gap, SheetSettings.gap(gap) == nil {
            throw ValidationError("'\(gap)' is no gap: write --gap 2mm, or --gap '2mm 0mm'")
        }
        guard bleed.map({ SheetSettings.length($0).map { $0 <= 20 } ?? false }) ?? true else {
            throw ValidationError("a bleed is at most 20mm, usually 2mm or 3mm")
        }
        guard (1...1_000).contains(pile) else { throw ValidationError("a pile has from 1 to 1000 sheets") }
        for mark in marks?.split(separator: ",") ?? [] where SheetSettings.Mark(rawValue: String(mark)) == nil {
            throw ValidationError("there is no mark '\(mark)': write crop, number, or crop,number")
        }
    }

    /// The label's size in millimetres.
    var labelSize: (width: Double, height: Double)? { label.flatMap { SheetSettings.size($0) } }

    /// What `check()` found right, with the fonts read.
    func settings() throws -> SheetSettings {
        var settings = SheetSettings(grid: grid ?? (page == "label" ? "1x1" : "3x7"))
        settings.page = page
        settings.label = labelSize
        settings.margin = margin.flatMap { SheetSettings.margins($0) }
        settings.gap = gap.flatMap { SheetSettings.gap($0) }
        settings.bleed = bleed.flatMap { SheetSettings.length($0) } ?? 0
        settings.marks = Set(marks?.split(separator: ",").compactMap { SheetSettings.Mark(rawValue: String($0)) } ?? [])
        (settings.order, settings.pile) = (order, pile)
        func file(_ path: String?) throws -> SheetSettings.File? {
            guard let path else { return nil }
            let bytes = try SheetRun.files { () throws(FileError) in try Files.read(path, limit: 64 << 20) }
            return SheetSettings.File(path: path, bytes: bytes)
        }
        (settings.font, settings.boldFont) = (try file(font), try file(boldFont))
        return settings
    }
}

extension SheetSettings.Order: ExpressibleByArgument {}
