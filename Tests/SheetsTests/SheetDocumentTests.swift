import Codes
import Decoding
import Foundation
import QRCode
import Sheets
import Site
import Support
import Testing

@Suite("Sheets of labels")
struct SheetDocumentTests {
    @Test("have every code where its row belongs, drawn by poppler and read back, and texts that can be searched")
    func fidelity() throws {
        let folder = try Folder()
        let (pdf, texts) = try document(50) { $0.marks = [.number] }
        try folder.write(pdf, "sheets.pdf")
        let pages = try decoded(folder, "sheets.pdf")
        // 21 labels a sheet, the last one begun.
        #expect(pages == [Array(texts[..<21]), Array(texts[21..<42]), Array(texts[42...])])
        let text = try run("pdftotext", ["-layout", "sheets.pdf", "-"], in: folder.url).output
        for word in ["Партия Л-2024", "Партия Л-2073", "Φιάλη Νο 49", "Riesling 7", "sheet 3 of 3", "43–50"] {
            #expect(text.contains(word), "\(word)")
        }
        let fonts = try run("pdffonts", ["sheets.pdf"], in: folder.url).output
        #expect(fonts.contains("+DejaVuSans ") && fonts.contains("+DejaVuSans-Bold"))
        // Embedded, a subset, with a map to Unicode.
        #expect(fonts.split(separator: "\n").dropFirst(2).allSatisfy { $0.contains("yes yes yes") })
        #expect(try run("qpdf", ["--check", "sheets.pdf"], in: folder.url).status == 0)
        #expect(!pdf.isEmpty && pdf.count < 60_000)
    }

    @Test("are the same bytes for the same labels")
    func deterministic() throws {
        #expect(try document(30).pdf == document(30).pdf)
    }

    @Test("come in pieces, so that memory holds one sheet", arguments: [SheetSettings.Order.rows, .stack])
    func streaming(order: SheetSettings.Order) throws {
        var settings = SheetSettings(grid: "5x13")
        (settings.order, settings.pile) = (order, 4)
        let layout = try SheetLayout(settings)
        var document = try SheetDocument(
            layout: layout, template: LabelTemplate(codeOn: layout.label), settings: settings, fonts: try fonts(),
            title: "x")
        var encoder = QREncoder()
        var longest = 0
        for row in 0..<2_000 {
            let symbol = try encoder.encode("https://go.example.org/\(row)", level: .medium, minimumVersion: 1)
            try document.add([], .symbol(symbol))
            longest = max(longest, document.takeBytes().count)
        }
        try document.finish()
        #expect(document.sheets == (2_000 + 64) / 65 && document.count == 2_000)
        #expect(longest < 40_000 * (order == .stack ? 4 : 1))
    }

    @Test("fill columns first, or piles, when told so")
    func orders() throws {
        let folder = try Folder()
        let plain =
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect id="code" width="1" height="1"/></svg>"#
        func pages(_ order: SheetSettings.Order, _ count: Int) throws -> [[Int]] {
            let (pdf, texts) = try document(
                count,
                { settings in
                    settings.grid = "2x3"
                    (settings.order, settings.pile) = (order, 3)
                }, template: plain)
            try folder.write(pdf, "a.pdf")
            return try decoded(folder, "a.pdf").map { $0.map { texts.firstIndex(of: $0) ?? -1 } }
        }
        #expect(try pages(.rows, 8) == [[0, 1, 2, 3, 4, 5], [6, 7]])
        #expect(try pages(.columns, 8) == [[0, 3, 1, 4, 2, 5], [6, 7]])
        // Three sheets: cut, the first pile has 0, 1, 2, the second 3, 4, 5. The rest is a pile of one sheet.
        #expect(
            try pages(.stack, 20)
                == [[0, 3, 6, 9, 12, 15], [1, 4, 7, 10, 13, 16], [2, 5, 8, 11, 14, 17], [18, 19]])
    }

    @Test("have crop marks, boxes for trim and bleed, and pictures that reach into the bleed")
    func press() throws {
        let folder = try Folder()
        let svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="30mm" viewBox="0 0 50 30">
            <rect x="-3" y="-3" width="56" height="36" fill="device-cmyk(0 1 0.6 0.3)"/>
            <rect id="code" x="3" y="3" width="24" height="24"/>
            <text x="30" y="12" font-size="4" fill="white" data-fit="18">{{name}}</text></svg>
            """
        let (pdf, texts) = try document(
            3,
            { settings in
                settings.grid = "1x1"
                settings.page = "label"
                settings.label = (50, 30)
                settings.bleed = 3
                settings.marks = [.crop]
            }, template: svg)
        try folder.write(pdf, "press.pdf")
        #expect(try decoded(folder, "press.pdf") == texts.map { [$0] })
        let boxes = try run("pdfinfo", ["-box", "press.pdf"], in: folder.url).output
        // 10 mm around: 7 for the marks, 3 of bleed.
        #expect(boxes.contains("MediaBox:            0.00     0.00   198.43   141.73"))
        #expect(boxes.contains("TrimBox:            28.35    28.35   170.08   113.39"))
        #expect(boxes.contains("BleedBox:           19.84    19.84   178.58   121.89"))
        // The bleed is red and ends at its box; beside it is paper.
        try run("pdftoppm", ["-r", "254", "-gray", "-singlefile", "press.pdf", "p"], in: folder.url)
        let image = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("p.pgm")))
        let header = image.prefix(20).split(separator: 0x0A)[1].split(separator: 0x20)
        let sizes = header.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        let (width, height) = (sizes[0], sizes[1])
        func pixel(_ x: Double, _ y: Double) -> UInt8 {
            image[image.count - width * height + Int(y * 10) * width + Int(x * 10)]
        }
        #expect(pixel(7.5, 20) < 130 && pixel(6.5, 20) == 255)
        // A mark stands at the trimmed edge, outside the bleed, and not in it.
        #expect((95...105).contains { pixel(Double($0) / 10, 3) < 200 })
        #expect((95...105).allSatisfy { pixel(Double($0) / 10, 6) == 255 })
        #expect(try run("qpdf", ["--check", "press.pdf"], in: folder.url).status == 0)
    }

    @Test("take designs: gradients, logos with opacity, each thing written once")
    func designs() throws {
        let folder = try Folder()
        var raster = Raster(width: 8, height: 8, pixel: (200, 0, 0, 128))
        raster[3, 3] = (0, 0, 0, 255)
        let (pdf, texts) = try document(
            24,
            code: { symbol in
                var drawing = Drawing(width: Double(symbol.size + 8), height: Double(symbol.size + 8))
                var dark = Outline()
                for y in 0..<symbol.size {
                    for x in 0..<symbol.size where symbol[x, y] {
                        let (x, y) = (Double(x + 4), Double(y + 4))
                        dark.move(to: Point(x, y))
                        for (dx, dy) in [(1.0, 0.0), (1, 1), (0, 1)] { dark.line(to: Point(x + dx, y + dy)) }
                        dark.close()
                    }
                }
                let stops = [Paint.Stop(0, Colour(20, 0, 60)), Paint.Stop(1, Colour(90, 0, 20))]
                drawing.fill(dark, .linear(from: Point(0, 0), to: Point(40, 40), stops))
                drawing.shapes.append(.picture(Drawing.Picture(raster, x: 1, y: 1, width: 2, height: 2)))
                return .drawing(drawing)
            })
        try folder.write(pdf, "designs.pdf")
        #expect(try decoded(folder, "designs.pdf").flatMap { $0 } == texts)
        let images = try run("pdfimages", ["-list", "designs.pdf"], in: folder.url).output
        let names = images.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ")[10] }
        // One picture and its mask, whatever the number of labels.
        #expect(Set(names).count <= 2)
        #expect(try run("qpdf", ["--check", "designs.pdf"], in: folder.url).status == 0)
    }
}

@Suite("Texts of labels")
struct LabelTextTests {
    private func template(_ text: String, _ columns: [String] = ["name"]) -> (LabelTemplate?, [Diagnostic]) {
        let svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="30mm">\
            <rect id="code" width="20" height="20"/>\(text)</svg>
            """
        return LabelTemplate.read(
            Array(svg.utf8), file: 0, label: SheetLayout.Size(50, 30), columns: columns)
    }

    private func problem(_ text: String, _ cell: String) throws -> LabelProblem? {
        let (template, diagnostics) = template(text)
        #expect(diagnostics == [])
        let settings = SheetSettings(grid: "2x4")
        var document = try SheetDocument(
            layout: try SheetLayout(settings), template: try #require(template), settings: settings, fonts: try fonts(),
            title: "t")
        var encoder = QREncoder()
        let symbol = try encoder.encode("x", level: .low, minimumVersion: 1)
        do throws(LabelProblem) {
            try document.add([cell], .symbol(symbol))
            return nil
        } catch {
            // A label that can't be drawn leaves nothing behind.
            #expect(document.count == 0)
            return error
        }
    }

    @Test("name columns that exist, or the nearest one is named")
    func columns() {
        let (found, fine) = template("<text>{{ name }}</text>")
        #expect(found != nil && fine == [])
        let (none, diagnostics) = template("<text>{{nmae}} {{other}} {{open</text>")
        #expect(none == nil)
        #expect(diagnostics.map(\.code) == [SheetCodes.column, SheetCodes.column, SheetCodes.column])
        #expect(diagnostics.first?.help == "did you mean {{name}}?")
        let slot = LabelTemplate.read(
            Array(#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5 3"/>"#.utf8), file: 0,
            label: SheetLayout.Size(50, 30), columns: [])
        #expect(slot.diagnostics.map(\.code) == [SheetCodes.slot])
        let size = LabelTemplate.read(
            Array(labelSVG.utf8), file: 0, label: SheetLayout.Size(70, 36), columns: ["name", "lot", "serial"])
        #expect(size.diagnostics.map(\.code) == [SheetCodes.size] && size.template != nil)
    }

    @Test("are made smaller when they must be, and refused when that is too small or they leave the label")
    func widths() throws {
        let fit = #"<text x="100" y="50" font-size="12" data-fit="60">{{name}}</text>"#
        #expect(try problem(fit, "Riesling") == nil)
        #expect(try problem(fit, "Riesling Reserve") == nil)
        let wide = try #require(try problem(fit, "Riesling Reserve vom Nussberg"))
        #expect(wide.kind == .width && wide.column == "name")
        let free = #"<text x="100" y="50" font-size="12">{{name}}</text>"#
        #expect(try problem(free, "Riesling") == nil)
        #expect(try problem(free, "Riesling Reserve vom Nussberg")?.kind == .width)
        #expect(
            try problem(
                #"<text x="100" y="50" font-size="12" text-anchor="end">{{name}}</text>"#, "Riesling Reserve 2024")?
                .kind == .width)
    }

    @Test("are refused where the font has no glyph, or where letters would have to join")
    func glyphs() throws {
        let text = #"<text x="10" y="90" font-size="8">{{name}}</text>"#
        #expect(try problem(text, "Žluťoučký kůň — ёж Ωμέγα ½ €") == nil)
        // The same letters as base and mark.
        #expect(try problem(text, "Ru\u{308}desheim e\u{301}") == nil)
        #expect(try problem(text, "<&>\"'{{name}} \u{0} \n (\\)") == nil)
        let missing = try #require(try problem(text, "葡萄"))
        #expect(missing.kind == .glyph && missing.summary == "the font DejaVuSans has no '葡' (U+8461)")
        #expect(try problem(text, "שלום")?.summary.contains("script") == true)
    }

    @Test("of hostile fonts never trap")
    func hostileFonts() throws {
        let font = try [UInt8](Data(contentsOf: URL(fileURLWithPath: dejavu.regular)))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var changed = font
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                // The directory and the tables' heads decide; outlines are only copied.
                let place =
                    Bool.random(using: &random)
                    ? Int.random(in: 0..<400, using: &random) : Int.random(in: 0..<changed.count, using: &random)
                changed[place] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { changed.removeLast(Int.random(in: 0..<changed.count, using: &random)) }
            guard let read = try? TrueTypeFont(changed) else { continue }
            let settings = SheetSettings(grid: "2x4")
            let layout = try SheetLayout(settings)
            let (template, _) = template("<text y='50' font-size='4'>{{name}}</text>")
            var document = try SheetDocument(
                layout: layout, template: try #require(template), settings: settings, fonts: LabelFonts(regular: read),
                title: "t")
            var encoder = QREncoder()
            try? document.add(["Äß й"], .symbol(try encoder.encode("x", level: .low, minimumVersion: 1)))
            try? document.finish()
        }
        #expect(throws: FontError.self) { try TrueTypeFont([]) }
        #expect(throws: FontError.postScriptOutlines) { try TrueTypeFont(Array("OTTO".utf8) + [0, 0, 0, 0]) }
    }
}

@Suite("Layouts of sheets")
struct SheetLayoutTests {
    @Test("of products are known by name, however it is written", arguments: LabelGrid.names)
    func products(name: String) throws {
        for written in [name, "Avery \(name)", name.lowercased()] {
            let layout = try SheetLayout(SheetSettings(grid: written))
            // In the middle of the sheet, and on it.
            let right = layout.left + layout.pitch.width * Double(layout.columns - 1) + layout.label.width
            let bottom = layout.top + layout.pitch.height * Double(layout.rows - 1) + layout.label.height
            #expect(abs(layout.left - (layout.page.width - right)) < 0.01 && layout.left >= 0)
            #expect(abs(layout.top - (layout.page.height - bottom)) < 0.01 && layout.top >= 0)
        }
    }

    @Test("divide a page evenly between margins and gaps")
    func even() throws {
        var settings = SheetSettings(grid: "5x13")
        settings.page = "A4"
        settings.margin = [10, 5, 10, 5]
        settings.gap = (2, 0)
        let layout = try SheetLayout(settings)
        #expect(layout.label == SheetLayout.Size((210 - 10 - 8) / 5, (297 - 20) / 13))
        #expect(layout.corner(6).x == 5 + layout.label.width + 2)
        #expect(layout.corner(6).y == 10 + layout.label.height)
    }

    @Test("that can't be printed are refused, with the setting that is wrong")
    func refused() {
        func key(_ change: (inout SheetSettings) -> Void) -> String? {
            var settings = SheetSettings(grid: "3x7")
            change(&settings)
            do throws(SheetLayout.Problem) {
                _ = try SheetLayout(settings)
                return nil
            } catch {
                return error.key
            }
        }
        #expect(key { _ in } == nil)
        #expect(key { $0.grid = "L7169x" } == "grid")
        #expect(key { $0.grid = "0x7" } == "grid")
        #expect(key { $0.grid = "100x200" } == "grid")
        #expect(key { $0.page = "A44" } == "page")
        #expect(key { $0.page = "label" } == "page")
        #expect(key { $0.bleed = 2 } == "bleed")
        #expect(
            key {
                $0.marks = [.crop]; $0.margin = [2, 2, 2, 2]
            } == "marks")
        #expect(key { $0.label = (100, 100) } == "grid")
        #expect(SheetSettings.size("320x450mm")?.width == 320)
        #expect(abs((SheetSettings.size("4x6in")?.height ?? 0) - 152.4) < 1e-9)
        #expect(SheetSettings.size("0x5mm") == nil && SheetSettings.size("ax5mm") == nil)
        #expect(SheetSettings.length("0.5in") == 12.7 && SheetSettings.length("1e3mm") == nil)
    }
}
