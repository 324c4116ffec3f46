import Codes
import Decoding
import Glibc
import QRCode
import Testing

/// A program of the system, run on files in a fresh folder.
struct Sandbox: ~Copyable {
    let folder: String

    init() throws {
        var template = Array("/tmp/wayseal-codes-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = run(["rm", "-r", folder]) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen("\(folder)/\(name)", "wb"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try #require(fopen("\(folder)/\(name)", "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The exit status of a program, found through PATH; 127 when there is none.
    @discardableResult
    func run(_ arguments: [String]) -> Int32 {
        var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var process: pid_t = 0
        guard posix_spawnp(&process, arguments[0], nil, nil, &strings, environ) == 0 else { return 127 }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
    }
}

@Suite("SVG")
struct SVGTests {
    @Test("is one path of runs in modules, with quiet zone, paper and title")
    func golden() throws {
        // The runs of a row are checked by rendering; the frame here.
        var encoder = QREncoder()
        var writer = try SVGWriter()
        var bytes: [UInt8] = []
        writer.append(try encoder.encode("A"), title: "Wine & <b>\"cheese\"</b>\u{0}\u{1B}", to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\" shape-rendering=\"crispEdges\" "
                    + "role=\"img\"><title>Wine &amp; &lt;b&gt;&quot;cheese&quot;&lt;/b&gt;\u{FFFD}\u{FFFD}</title>"
                    + "<path fill=\"#fff\" d=\"M0 0h29v29H0z\"/><path d=\"M4 4m0 0h7v1h-7m"))
        #expect(text.hasSuffix("\"/></svg>\n"))
        #expect(text.split(separator: "<path").count == 3)
    }

    @Test("rendered by librsvg is decoded to the exact text")
    func rendered() throws {
        let sandbox = try Sandbox()
        var writer = try SVGWriter()
        for (text, symbol) in try samples() {
            var bytes: [UInt8] = []
            writer.append(symbol, title: "</title><rect width='99' height='99'/>", to: &bytes)
            try sandbox.write("code.svg", bytes)
            let side = (symbol.size + 8) * 4
            try #require(
                sandbox.run([
                    "rsvg-convert", "-w", "\(side)", "-h", "\(side)", "-o", "\(sandbox.folder)/code.png",
                    "\(sandbox.folder)/code.svg",
                ]) == 0)
            let image = try PNGReader.read(sandbox.read("code.png"))
            #expect(ZXingReader.read(image, pure: true).map(\.bytes) == [Array(text.utf8)], "\(text)")
            var wrong = 0
            for y in 0..<symbol.size + 8 {
                for x in 0..<symbol.size + 8 {
                    let (mx, my) = (x - 4, y - 4)
                    let dark = mx >= 0 && my >= 0 && mx < symbol.size && my < symbol.size && symbol[mx, my]
                    if image[x * 4 + 2, y * 4 + 2] != (dark ? 0 : 255) { wrong += 1 }
                }
            }
            #expect(wrong == 0, "\(text)")
        }
    }

    @Test("titles from outside never add an element")
    func hostileTitles() throws {
        let sandbox = try Sandbox()
        var encoder = QREncoder()
        let symbol = try encoder.encode("a")
        var random: UInt64 = 1
        var writer = try SVGWriter()
        let alphabet = Array("<>&\"'/]=![-CDAT\u{0}\u{7}\u{D}\u{A}\u{FFFF}ä🙂 titlesvg;#x0".unicodeScalars)
        for round in 0..<200 {
            var title = String.UnicodeScalarView()
            for _ in 0..<30 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                title.append(alphabet[Int(random >> 33) % alphabet.count])
            }
            var bytes: [UInt8] = []
            writer.append(symbol, title: String(title), to: &bytes)
            #expect(bytes.count { $0 == UInt8(ascii: "<") } == 6)
            #expect(bytes.count { $0 == UInt8(ascii: ">") } == 6)
            if round % 20 == 0 {
                try sandbox.write("code.svg", bytes)
                #expect(
                    sandbox.run([
                        "rsvg-convert", "-o", "\(sandbox.folder)/code.png", "\(sandbox.folder)/code.svg",
                    ])
                        == 0)
            }
        }
    }
}

@Suite("PDF")
struct PDFTests {
    @Test("of many pages is rendered by poppler, page by page, to the exact texts")
    func rendered() throws {
        let sandbox = try Sandbox()
        var encoder = QREncoder()
        var writer = PDFWriter(title: "Codes (of) \\ the <year> ✓")
        let texts = (0..<70).map { "https://go.example.org/p/\($0)" }
        for text in texts { try writer.add(encoder.encode(text), millimetres: 30) }
        try writer.add(encoder.encode("wide", minimumVersion: 40), millimetres: 188)
        let file = writer.finish()
        try sandbox.write("codes.pdf", file)
        try #require(
            sandbox.run([
                "pdftoppm", "-r", "200", "-gray", "-png", "\(sandbox.folder)/codes.pdf",
                "\(sandbox.folder)/p",
            ])
                == 0)
        for (index, text) in (texts + ["wide"]).enumerated() where index % 7 == 0 || index > 62 {
            let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
            let image = try PNGReader.read(sandbox.read("p-\(number).png"))
            #expect(ZXingReader.read(image).map(\.bytes) == [Array(text.utf8)], "page \(number)")
            // 30 mm at 200 dots per inch are 236.2 pixels.
            if text != "wide" { #expect((236...237).contains(image.width)) }
        }
    }

    @Test("has no date, no identifier, one ink, and true offsets")
    func structure() throws {
        let symbol = try samples()[2].symbol
        let file = try PDFWriter.document(symbol, millimetres: 25.4, title: "x")
        #expect(try file == PDFWriter.document(symbol, millimetres: 25.4, title: "x"))
        let text = String(decoding: file, as: UTF8.self)
        #expect(!text.contains("Date") && !text.contains("/ID"))
        #expect(text.contains("0 0 0 1 k\n") && text.contains("/MediaBox[0 0 72.000000 72.000000]"))
        #expect(text.contains("/Title<feff0078>"))
        // Each entry of the cross-reference table points at its object.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let table = try #require(lines.firstIndex { $0.hasPrefix("xref") })
        var checked = 0
        for (number, line) in lines[(table + 3)...].enumerated() {
            guard line.hasSuffix(" n ") else { break }
            let offset = try #require(Int(line.prefix(10)))
            #expect(file[offset...].starts(with: "\(number + 1) 0 obj".utf8))
            checked += 1
        }
        #expect(checked == 6)
    }

    @Test("a page without size is refused", arguments: [0, -1, 5001, .nan, .infinity])
    func sizes(millimetres: Double) throws {
        let symbol = try samples()[0].symbol
        #expect(throws: CodeFileError.self) { try PDFWriter.document(symbol, millimetres: millimetres) }
        #expect(throws: CodeFileError.negativeQuietZone(-1)) {
            try PDFWriter.document(symbol, millimetres: 10, quietZone: -1)
        }
    }
}

@Suite("terminal")
struct TerminalTests {
    /// What stands on the screen, as zxing would see it through a camera.
    func screen(_ text: String, lightText: Bool) -> GreyImage? {
        var rows: [[UInt8]] = []
        for line in text.split(separator: "\n") {
            var (ink, ground): (UInt8, UInt8) = lightText ? (255, 0) : (0, 255)
            var (upper, lower): ([UInt8], [UInt8]) = ([], [])
            var rest = line[...]
            while let character = rest.first {
                rest.removeFirst()
                switch character {
                case "\u{1B}":
                    let sequence = rest.prefix { $0 != "m" }
                    rest = rest.dropFirst(sequence.count + 1)
                    if sequence == "[38;5;16;48;5;231" { (ink, ground) = (0, 255) }
                    if sequence == "[0" { (ink, ground) = lightText ? (255, 0) : (0, 255) }
                case "█": (upper, lower) = (upper + [ink], lower + [ink])
                case "▀": (upper, lower) = (upper + [ink], lower + [ground])
                case "▄": (upper, lower) = (upper + [ground], lower + [ink])
                default: (upper, lower) = (upper + [ground], lower + [ground])
                }
            }
            rows += [upper, lower]
        }
        return GreyImage(width: rows[0].count, height: rows.count, pixels: Array(rows.joined()))
    }

    @Test("is dark on light on every terminal it is meant for")
    func decodes() throws {
        for (text, symbol) in try samples().prefix(4) {
            for (style, lightText) in [
                (TerminalWriter.Style.colour, true), (.colour, false), (.plainOnDark, true),
                (.plainOnLight, false),
            ] {
                let drawn = try TerminalWriter.text(symbol, style: style)
                let image = try #require(screen(drawn, lightText: lightText))
                #expect(image.width == symbol.size + 8)
                for y in 0..<symbol.size + 8 {
                    for x in 0..<symbol.size + 8 {
                        let inside = (4..<symbol.size + 4).contains(x) && (4..<symbol.size + 4).contains(y)
                        #expect((image[x, y] == 0) == (inside && symbol[x - 4, y - 4]))
                    }
                }
                #expect(
                    ZXingReader.read(image, pure: true).map(\.bytes) == [Array(text.utf8)],
                    "\(style) \(lightText)")
                if style != .colour { #expect(!drawn.contains("\u{1B}")) }
            }
        }
    }
}
