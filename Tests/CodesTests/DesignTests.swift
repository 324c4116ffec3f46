import CPNG
import Codes
import Decoding
import Glibc
import QRCode
import Site
import Testing

/// A picture as a reader sees it: grey, on white.
func grey(_ raster: Raster) throws -> GreyImage {
    try PNGReader.read(PicturePNG.file(raster))
}

/// A small logo: a disc with a hole, in two colours, transparent around.
func logoFile(side: Int = 64) -> LogoFile {
    var raster = Raster(width: side, height: side, pixel: (0, 0, 0, 0))
    for y in 0..<side {
        for x in 0..<side {
            let (dx, dy) = (2 * x - side + 1, 2 * y - side + 1)
            let square = dx * dx + dy * dy
            if square < side * side {
                raster[x, y] = square < side * side / 4 ? (240, 180, 40, 255) : (120, 20, 60, 255)
            }
        }
    }
    return LogoFile(path: "logo.png", bytes: PicturePNG.file(raster))
}

@Suite("A design")
struct DesignTests {
    static let text = "https://go.example.org/r/1234"

    static func template(_ change: (inout Design) -> Void) throws -> DesignTemplate {
        var design = Design(name: "test")
        change(&design)
        return try DesignTemplate(design)
    }

    static func read(_ template: DesignTemplate, scale: Double = 6) throws -> [String] {
        var (template, encoder) = (template, QREncoder())
        let symbol = try template.symbol(text, level: .medium, &encoder)
        let image = try grey(template.drawing(symbol).raster(scale: scale))
        return ZXingReader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("is read by zxing in every form of its modules", arguments: Design.Modules.allCases)
    func modules(_ shape: Design.Modules) throws {
        #expect(try Self.read(Self.template { $0.modules = shape }) == [Self.text])
    }

    @Test(
        "is read by zxing and by zbar with every ball in every frame of its eyes", arguments: Design.EyeFrame.allCases)
    func eyes(_ frame: Design.EyeFrame) throws {
        var zbar = ZBarReader()
        for ball in Design.EyeBall.allCases {
            for scale in [4.0, 6] {
                var template = try Self.template {
                    $0.eyeFrame = frame
                    $0.eyeBall = ball
                }
                var encoder = QREncoder()
                let symbol = try template.symbol(Self.text, level: .medium, &encoder)
                let image = try grey(template.drawing(symbol).raster(scale: scale))
                #expect(ZXingReader.read(image).count == 1, "zxing: \(ball) in \(frame), \(scale) pixels a module")
                #expect(zbar.read(image).count == 1, "zbar: \(ball) in \(frame), \(scale) pixels a module")
            }
        }
    }

    @Test("is read by zxing with every frame around it, with and without words", arguments: Design.Frame.Shape.allCases)
    func frames(_ shape: Design.Frame.Shape) throws {
        for text in ["Scan me", ""] {
            #expect(
                try Self.read(Self.template { $0.frame = Design.Frame(shape: shape, text: text) }, scale: 5) == [
                    Self.text
                ])
        }
    }

    @Test("with a logo chooses a symbol that keeps half of its error correction, and is read")
    func logo() throws {
        var (template, encoder) = (
            try Self.template {
                $0.logo = Design.Logo(file: logoFile())
                $0.modules = .rounded
            }, QREncoder()
        )
        let symbol = try template.symbol(Self.text, level: .medium, &encoder)
        #expect(template.unusedCorrection(symbol) >= 0.5)
        #expect(try Self.read(template) == [Self.text])
    }

    @Test(
        "looks as it should: pictures for a person who sets WAYSEAL_LOOK", .enabled(if: getenv("WAYSEAL_LOOK") != nil))
    func look() throws {
        let folder = String(cString: getenv("WAYSEAL_LOOK"))
        var designs: [(String, Design)] = []
        func add(_ name: String, _ change: (inout Design) -> Void) {
            var design = Design(name: name)
            change(&design)
            designs.append((name, design))
        }
        for shape in Design.Modules.allCases { add("m-\(shape.rawValue)") { $0.modules = shape } }
        for shape in Design.EyeFrame.allCases {
            add("e-\(shape.rawValue)") {
                $0.eyeFrame = shape
                $0.eyeBall = Design.EyeBall(rawValue: shape.rawValue) ?? .square
                $0.modules = .rounded
            }
        }
        add("e-gem") { $0.eyeBall = .gem }
        add("e-star") { $0.eyeBall = .star }
        for shape in Design.Frame.Shape.allCases {
            add("f-\(shape.rawValue)") {
                $0.frame = Design.Frame(shape: shape, text: "Scan me", colour: Colour(91, 15, 31))
                $0.ink = .solid(Colour(91, 15, 31))
                $0.modules = .rounded
                $0.eyeFrame = .rounded
                $0.eyeBall = .rounded
            }
        }
        add("g-linear") {
            $0.ink = .linear(angle: 45, [Paint.Stop(0, Colour(180, 20, 60)), Paint.Stop(1, Colour(30, 20, 120))])
            $0.modules = .liquid
            $0.eyeFrame = .circle
            $0.eyeBall = .circle
        }
        add("g-radial") {
            $0.ink = .radial([Paint.Stop(0, Colour(0, 100, 160)), Paint.Stop(1, Colour(0, 20, 60))])
            $0.modules = .dots
            $0.eyeFrame = .leaf
            $0.eyeBall = .leaf
        }
        add("l-logo") {
            $0.logo = Design.Logo(file: logoFile(side: 300))
            $0.modules = .rounded
            $0.eyeFrame = .drop
            $0.eyeBall = .circle
            $0.ink = .solid(Colour(91, 15, 31))
        }
        var encoder = QREncoder()
        for (name, design) in designs {
            var template = try DesignTemplate(design)
            let symbol = try template.symbol("https://go.example.org/r/1234", level: .medium, &encoder)
            let drawing = template.drawing(symbol)
            var writer = PDFWriter()
            try writer.add(drawing, millimetres: 30)
            for (suffix, bytes) in [
                ("png", PicturePNG.file(try drawing.raster(scale: 8))), ("svg", drawing.svg(title: name)),
                ("pdf", writer.finish()), ("eps", try drawing.eps(millimetres: 30)),
            ] {
                let file = fopen("\(folder)/\(name).\(suffix)", "w")
                fwrite(bytes, 1, bytes.count, file)
                fclose(file)
            }
        }
    }
}

@Suite("The words of a frame")
struct FrameWordsTests {
    @Test("are all drawn, however many: twice as many are twice as small")
    func wide() throws {
        func capital(_ text: String) throws -> Double {
            var design = Design(name: "words")
            design.frame = Design.Frame(shape: .banner, text: text)
            var encoder = QREncoder()
            let template = try DesignTemplate(design)
            let drawing = template.drawing(try encoder.encode("https://go.example.org/words"))
            guard
                case .area(let area)? = drawing.shapes.filter({ shape in
                    if case .area(let area) = shape { area.fill == .solid(.white) } else { false }
                }).last, let bounds = area.outline.bounds
            else { return 0 }
            return bounds.high.y - bounds.low.y
        }
        let (one, two) = (
            try capital(String(repeating: "H", count: 28)), try capital(String(repeating: "H", count: 56))
        )
        #expect(one > 0)
        #expect(abs(one / two - 2) < 0.1)
    }
}
