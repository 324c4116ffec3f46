public import Scans

/// The report on A4, tagged for screen readers, in any script.
public enum PDFReport {
    /// The document. The same report gives the same bytes where the same fonts are installed: its date of creation is
    /// ``ScanReport/createdAt``.
    /// - Parameter linkPages: How many pages about single links at most.
    public static func document(
        _ report: ScanReport, language: Language, linkPages: Int = 50
    ) throws(ReportError) -> [UInt8] {
        let composer = ReportComposer(report: report, language: language, wide: 690, narrow: 336)
        let document = composer.document(linkPages: linkPages)
        let (day, time) = ReportComposer.moment(report.createdAt)
        var layout = PaperLayout(
            document: document,
            canvas: PaperCanvas(
                title: document.title + " – " + (document.lead.first ?? ""), language: language,
                creationDate: day.description + "T" + time + ":00Z"))
        layout.drawAll()
        let figures = layout.figures
        let pdf = try layout.finish().get()
        // Another cairo may lay files out in another way: then the document stays tagged, but says less.
        return PDFAccessibility.annotated(pdf, language: language, figures: figures) ?? pdf
    }
}

/// Lets the blocks of a document flow over pages.
struct PaperLayout: ~Copyable {
    private let document: ReportDocument
    private var canvas: PaperCanvas
    private let margin = 42.0
    private let width = PaperCanvas.page.width - 84
    private let bottom = PaperCanvas.page.height - 56
    private var y = 42.0
    /// What the figures drawn so far show.
    private(set) var figures: [String] = []
    /// Data of charts, printed at the end.
    private var appendix: [ReportDocument.Table] = []

    init(document: ReportDocument, canvas: consuming PaperCanvas) {
        self.document = document
        self.canvas = canvas
    }

    consuming func finish() -> Result<[UInt8], ReportError> { canvas.finish() }

    mutating func drawAll() {
        // cairo calls a document tagged when its structure has one root of this name.
        canvas.begin("Document")
        heading()
        for section in document.sections { draw(section) }
        if !appendix.isEmpty {
            newPage()
            title(Phrase.dataTable.said(in: document.language), tag: "H2", size: 17, before: 0)
            for table in appendix {
                title(table.title, tag: "H3", size: 10.5, before: 12)
                draw(table)
            }
        }
        for line in document.footer { paragraph(line, size: 8, tone: .muted) }
        canvas.end("Document")
        pageFoot()
    }

    private mutating func heading() {
        let (document, margin, width) = (document, margin, width)
        var at = y
        canvas.tagged("P") {
            at += $0.text(
                Phrase.report.said(in: document.language), x: margin, y: at, width: width,
                .init(size: 9, tone: .accent, isStrong: true))
        }
        canvas.tagged("H1") {
            at += $0.text(document.title, x: margin, y: at, width: width, .init(size: 26, isStrong: true, lines: 3))
        }
        canvas.tagged("P") {
            at += $0.text(
                document.lead.joined(separator: " · "), x: margin, y: at, width: width, .init(size: 10, tone: .muted))
        }
        y = at + 4
    }

    private mutating func draw(_ section: ReportDocument.Section) {
        if section.isLinkPage || section.blocks.first.map({ height(of: $0) + 50 > bottom - y }) == true { newPage() }
        canvas.outline(section.title, at: y)
        title(section.title, tag: "H2", size: 17, before: 20)
        for block in section.blocks { draw(block, heading: section.title, keepsData: !section.isLinkPage) }
    }

    /// About how much room a block needs to begin.
    private func height(of block: ReportDocument.Block) -> Double {
        switch block {
        case .figure(let figure): 20 + width / figure.scene.width * figure.scene.height
        case .pair(let figures):
            40 + (figures.map { (width - 24) / 2 / $0.scene.width * $0.scene.height }.max() ?? 0)
        case .tiles: 86
        default: 60
        }
    }

    private mutating func draw(_ block: ReportDocument.Block, heading: String, keepsData: Bool) {
        switch block {
        case .tiles(let tiles): draw(tiles)
        case .figure(let figure):
            room(height(of: block))
            y = draw(figure, x: margin, y: y, width: width, heading: heading) + 10
            keep(figure, keepsData)
        case .pair(let figures):
            room(height(of: block))
            var lowest = y
            for (index, figure) in figures.enumerated() {
                let half = (width - 24) / 2
                lowest = max(
                    lowest, draw(figure, x: margin + Double(index) * (half + 24), y: y, width: half, heading: heading))
                keep(figure, keepsData)
            }
            y = lowest + 10
        case .table(let table):
            if table.title != heading { title(table.title, tag: "H3", size: 10.5, before: 8) }
            draw(table)
        case .paragraph(let text): paragraph(text, size: 9.5, tone: .ink)
        case .warning(let text):
            let (margin, width) = (margin, width)
            let style = PaperCanvas.Style(size: 9.5)
            let tall = canvas.height(of: text, width: width - 14, style)
            room(tall + 8)
            canvas.fill(x: margin, y: y, width: 2.2, height: tall, .loss)
            let at = y
            canvas.tagged("P") { $0.text(text, x: margin + 12, y: at, width: width - 14, style) }
            y += tall + 7
        case .definitions(let definitions):
            for definition in definitions {
                room(40)
                paragraph(definition.term, size: 9.5, tone: .ink, isStrong: true, after: 0)
                paragraph(definition.text, size: 9.5, tone: .muted)
            }
        }
    }

    private mutating func keep(_ figure: ReportDocument.Figure, _ keepsData: Bool) {
        guard keepsData else { return }
        if figure.isTableOpen { draw(figure.table) } else { appendix.append(figure.table) }
    }

    private mutating func draw(_ tiles: [ReportDocument.Tile]) {
        room(84)
        let gap = 10.0
        let each = (width - gap * Double(tiles.count - 1)) / Double(max(1, tiles.count))
        let (margin, top) = (margin, y)
        for (index, tile) in tiles.enumerated() {
            let x = margin + Double(index) * (each + gap)
            canvas.fill(x: x, y: top, width: each, height: 74, radius: 5, .land)
            canvas.fill(x: x + 0.6, y: top + 0.6, width: each - 1.2, height: 72.8, radius: 4.6, .surface)
            canvas.tagged("P") {
                let inner = each - 14
                $0.text(tile.name, x: x + 8, y: top + 8, width: inner, .init(size: 7.7, tone: .muted, lines: 1))
                $0.text(tile.value, x: x + 8, y: top + 19, width: inner, .init(size: 20, isStrong: true, lines: 1))
                let arrow = tile.direction > 0 ? "▲ " : tile.direction < 0 ? "▼ " : ""
                var at = top + 46
                if let change = tile.change {
                    at += $0.text(
                        arrow + change, x: x + 8, y: at, width: inner,
                        .init(size: 8, tone: tile.direction < 0 ? .loss : .accent, isStrong: true, lines: 1))
                }
                $0.text(tile.detail, x: x + 8, y: at, width: inner, .init(size: 8, tone: .muted, lines: 1))
            }
        }
        y += 82
    }

    private mutating func draw(
        _ figure: ReportDocument.Figure, x: Double, y: Double, width: Double, heading: String
    ) -> Double {
        var at = y
        if figure.title != heading {
            canvas.tagged("H3") {
                at += $0.text(figure.title, x: x, y: at, width: width, .init(size: 10.5, isStrong: true, lines: 2)) + 5
            }
        }
        figures.append(figure.scene.title + ". " + figure.scene.summary)
        canvas.tagged("Figure") { $0.draw(figure.scene, x: x, y: at, width: width) }
        at += width / figure.scene.width * figure.scene.height
        if !figure.caption.isEmpty {
            canvas.tagged("Caption") {
                at += 2 + $0.text(figure.caption, x: x, y: at + 2, width: width, .init(size: 8, tone: .muted))
            }
        }
        return at
    }

    private mutating func title(_ text: String, tag: String, size: Double, before: Double) {
        room(before + size * 3)
        y += y > margin ? before : 0
        let (margin, width, at) = (margin, width, y)
        let style = PaperCanvas.Style(size: size, isStrong: true, lines: 2)
        var tall = 0.0
        canvas.tagged(tag) { tall = $0.text(text, x: margin, y: at, width: width, style) }
        y += tall + size * 0.45
    }

    private mutating func paragraph(
        _ text: String, size: Double, tone: Scene.Tone, isStrong: Bool = false, after: Double = 6
    ) {
        let style = PaperCanvas.Style(size: size, tone: tone, isStrong: isStrong)
        let tall = canvas.height(of: text, width: width, style)
        room(tall + after)
        let (margin, width, at) = (margin, width, y)
        canvas.tagged("P") { $0.text(text, x: margin, y: at, width: width, style) }
        y += tall + after
    }

    // MARK: - Tables

    private mutating func draw(_ table: ReportDocument.Table) {
        let columns = columnWidths(table)
        let size = table.columns.count > 12 ? 5.2 : 8.2
        var rest = table.rows.prefix(400)[...]
        while true {
            room(40)
            // A table that goes on on the next page is a new table there: marked content can't span pages.
            var drawn = 0
            var at = y
            let bottom = bottom
            let language = document.language
            let rows = rest
            let margin = margin
            let width = width
            canvas.tagged("Table") { canvas in
                canvas.tagged("TR") {
                    at += Self.row(
                        table.columns.map(\.name), table.columns, columns, &$0, x: margin, y: at,
                        .init(size: size, tone: .muted, isStrong: true, lines: 2), tag: "TH")
                }
                canvas.rule(x: margin, y: at, width: width, .comparison)
                for cells in rows {
                    let texts = cells.map { $0.text(language) }
                    let style = PaperCanvas.Style(size: size, lines: 2)
                    let tall = Self.rowHeight(texts, columns, canvas, style)
                    if at + tall > bottom, drawn > 0 { break }
                    canvas.tagged("TR") {
                        at += Self.row(texts, table.columns, columns, &$0, x: margin, y: at, style, tag: "TD")
                    }
                    canvas.rule(x: margin, y: at, width: width)
                    drawn += 1
                }
            }
            y = at + 4
            rest = rest.dropFirst(drawn)
            if rest.isEmpty { break }
            newPage()
        }
        if table.rows.count > 400 {
            paragraph("… +" + document.language.number(table.rows.count - 400), size: 8, tone: .muted)
        }
        y += 8
    }

    private static func rowHeight(
        _ texts: [String], _ widths: [Double], _ canvas: borrowing PaperCanvas, _ style: PaperCanvas.Style
    ) -> Double {
        var tallest = 0.0
        for (text, width) in zip(texts, widths) {
            tallest = max(tallest, canvas.height(of: text, width: width - 6, style))
        }
        return tallest + 5
    }

    private static func row(
        _ texts: [String], _ columns: [ReportDocument.Table.Column], _ widths: [Double],
        _ canvas: inout PaperCanvas, x: Double, y: Double, _ style: PaperCanvas.Style, tag: String
    ) -> Double {
        let tall = rowHeight(texts, widths, canvas, style)
        var at = x
        for (index, text) in texts.enumerated() where index < widths.count {
            var style = style
            if columns[index].isNumber { style.alignment = .right }
            let (left, room) = (at, widths[index] - 6)
            canvas.tagged(tag) { $0.text(text, x: left + 3, y: y + 2.5, width: room, style) }
            at += widths[index]
        }
        return tall
    }

    /// Columns share the width by the length of what stands in them, within bounds.
    private func columnWidths(_ table: ReportDocument.Table) -> [Double] {
        let language = document.language
        let weights = table.columns.indices.map { index -> Double in
            let longest =
                table.rows.prefix(60).map { row in
                    index < row.count ? row[index].text(language).unicodeScalars.count : 0
                }.max() ?? 0
            let words = table.columns[index].name.split { $0 == " " || $0 == "-" }
            let name = (words.map(\.unicodeScalars.count).max() ?? 0) + 2
            let (low, high) = table.columns.count > 12 ? (3, 6) : (6, 34)
            return Double(max(low, min(high, max(longest, min(name, 18)))))
        }
        let sum = max(1, weights.reduce(0, +))
        return weights.map { $0 / sum * width }
    }

    // MARK: - Pages

    private mutating func room(_ height: Double) {
        if y + height > bottom, y > margin { newPage() }
    }

    private mutating func newPage() {
        pageFoot()
        canvas.nextPage()
        y = margin
    }

    private func pageFoot() {
        let foot = PaperCanvas.page.height - 36
        canvas.rule(x: margin, y: foot - 6, width: width)
        canvas.text(
            document.title + " · " + (document.lead.first ?? ""), x: margin, y: foot, width: width - 60,
            .init(size: 7.5, tone: .muted, lines: 1))
        canvas.text(
            String(canvas.pageNumber), x: margin + width - 50, y: foot, width: 50,
            .init(size: 7.5, tone: .muted, alignment: .right))
    }
}
