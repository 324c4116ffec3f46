import Codes
import Decoding
import Foundation
import QRCode
import Sheets
import Site
import Support
import Testing

/// What a ZPL printer makes of `^GFA` data: rows of dots.
private func dots(_ data: Substring, stride: Int) throws -> [[Bool]] {
    var rows: [[Bool]] = []
    var digits: [Int] = []
    var count = 0
    func finish(_ fill: Int) {
        while digits.count < 2 * stride { digits.append(fill) }
        rows.append(digits.flatMap { digit in (0..<4).map { digit >> (3 - $0) & 1 == 1 } })
        (digits, count) = ([], 0)
    }
    for character in data {
        switch character {
        case "G"..."Y": count += Int(character.asciiValue ?? 0) - 0x46
        case "g"..."z": count += 20 * (Int(character.asciiValue ?? 0) - 0x66)
        case ",": finish(0)
        case "!": finish(15)
        case ":": rows.append(try #require(rows.last))
        default:
            let digit = try #require(character.hexDigitValue)
            digits += [Int](repeating: digit, count: max(1, count))
            count = 0
        }
        if digits.count == 2 * stride { finish(0) }
    }
    return rows
}

@Suite("Jobs for label printers")
struct ZPLDocumentTests {
    private func template(_ body: String = "") throws -> LabelTemplate {
        let svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="30mm" viewBox="0 0 50 30">\
            <rect id="code" x="2" y="3" width="24" height="24"/>\(body)</svg>
            """
        let (template, diagnostics) = LabelTemplate.read(
            Array(svg.utf8), file: 0, label: SheetLayout.Size(50, 30), columns: ["name"])
        #expect(diagnostics == [])
        return try #require(template)
    }

    @Test("carry codes as dots that are read back, at every resolution", arguments: ZPLDocument.resolutions)
    func bitmaps(dpi: Int) throws {
        var document = try ZPLDocument(template: template(), dpi: dpi)
        var encoder = QREncoder()
        for number in 0..<5 {
            let text = "https://go.vinea.example/21/\(number * 7919)"
            let symbol = try encoder.encode(text, level: .medium)
            document.add(["x"], payload: text, symbol, isBitmap: true)
            let job = String(decoding: document.takeBytes(), as: UTF8.self)
            let match = try #require(job.firstMatch(of: /\^FO(\d+),(\d+)\^GFA,(\d+),\3,(\d+),([^^]*)\^FS/))
            let rows = try dots(match.5, stride: try #require(Int(match.4)))
            let side = rows.count
            #expect(Int(match.3) == side * (Int(match.4) ?? 0))
            // Whole dots a module, and the quiet zone within the slot.
            #expect(side % symbol.size == 0)
            let module = side / symbol.size
            #expect(module * (symbol.size + 8) <= 24 * [203: 8, 300: 12, 600: 24][dpi, default: 0])
            var image = GreyImage(width: side + 8 * module, height: side + 8 * module)
            for y in 0..<side {
                for x in 0..<side where rows[y][x] { image[x + 4 * module, y + 4 * module] = 0 }
            }
            var reader = CodeReader()
            #expect(reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
        }
    }

    @Test("carry designs as dots that are read back", arguments: ZPLDocument.resolutions)
    func designs(dpi: Int) throws {
        var designs = [Design(name: "rounded"), Design(name: "framed"), Design(name: "liquid")]
        designs[0].modules = .rounded
        designs[0].eyeFrame = .leaf
        designs[0].ink = .solid(Colour(91, 15, 31))
        designs[1].modules = .diamond
        designs[1].frame = Design.Frame(shape: .banner, text: "Scan", colour: .black)
        designs[2].modules = .liquid
        designs[2].ink = .linear(angle: 45, [Paint.Stop(0, Colour(120, 20, 60)), Paint.Stop(1, Colour(30, 20, 120))])
        var document = try ZPLDocument(template: template(), dpi: dpi)
        var encoder = QREncoder()
        for design in designs {
            let text = "https://go.vinea.example/21/\(design.name)"
            let look = try DesignTemplate(design)
            try document.add(["x"], look.drawing(try encoder.encode(text, level: .medium)))
            let job = String(decoding: document.takeBytes(), as: UTF8.self)
            let match = try #require(job.firstMatch(of: /\^FO(\d+),(\d+)\^GFA,(\d+),\3,(\d+),([^^]*)\^FS/))
            let rows = try dots(match.5, stride: try #require(Int(match.4)))
            var image = GreyImage(width: (rows.first?.count ?? 0) + 40, height: rows.count + 40)
            for (y, row) in rows.enumerated() {
                for (x, dot) in row.enumerated() where dot { image[x + 20, y + 20] = 0 }
            }
            var reader = CodeReader()
            #expect(
                reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) } == [text],
                "\(design.name) at \(dpi) dpi")
        }
        #expect(ZPLDocument.isBlack(Colour(91, 15, 31)) && !ZPLDocument.isBlack(Colour(200, 150, 40)))
    }

    @Test("let the printer make plain codes, and no cell can end its field")
    func native() throws {
        let texts =
            #"<text x="28" y="10" font-size="3">{{name}}</text><text x="48" y="20" font-size="3" text-anchor="end">Ж</text>"#
        var document = try ZPLDocument(template: template(texts), dpi: 203)
        var encoder = QREncoder()
        let payload = "https://go.vinea.example/~a^b_c"
        document.add(
            ["Ω^FS^XZ~DG\u{1}_"], payload: payload, try encoder.encode(payload, level: .quartile))
        #expect(
            String(decoding: document.takeBytes(), as: UTF8.self) == """
                ^XA^CI28^PW400^LL240
                ^FT224,80,0^A0N,24^FH_^FDΩ_5EFS_5EXZ_7EDG_01_5F^FS
                ^FT384,160,1^A0N,24^FH_^FDЖ^FS
                ^FO40,48^BQN,2,5^FH_^FDQA,https://go.vinea.example/_7Ea_5Eb_5Fc^FS
                ^XZ

                """)
    }

    @Test("send what is the same on all labels once, and designs as dots")
    func graphics() throws {
        var document = try ZPLDocument(template: template(#"<rect x="30" y="2" width="10" height="10"/>"#), dpi: 203)
        var drawing = Drawing(width: 10, height: 10)
        var square = Outline()
        for (index, p) in [Point(2, 2), Point(8, 2), Point(8, 8), Point(2, 8)].enumerated() {
            if index == 0 { square.move(to: p) } else { square.line(to: p) }
        }
        square.close()
        drawing.fill(square, .solid(.black))
        for _ in 0..<2 { try document.add(["x"], drawing) }
        let job = String(decoding: document.takeBytes(), as: UTF8.self)
        #expect(job.matches(of: /~DGR:WAYSEAL\.GRF/).count == 1)
        #expect(job.matches(of: /\^XGR:WAYSEAL\.GRF,1,1\^FS/).count == 2)
        let ground = try #require(job.firstMatch(of: /~DGR:WAYSEAL\.GRF,(\d+),(\d+),(.*)\n/))
        let rows = try dots(ground.3, stride: try #require(Int(ground.2)))
        #expect(rows.count == 240 && rows[20][250] && !rows[20][100] && !rows[100][250])
        let design = try #require(job.firstMatch(of: /\^GFA,(\d+),\1,(\d+),([^^]*)\^FS/))
        let dark = try dots(design.3, stride: try #require(Int(design.2)))
        #expect(dark[dark.count / 2][dark.count / 2] && !dark[2][2])
    }
}
