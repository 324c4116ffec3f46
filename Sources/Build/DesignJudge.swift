import Art
import Codes
import Decoding
import Legibility
import QRCode
import Site
import Support

/// Draws codes as they are printed, frame and call to action included, on what they are printed on, and scores them.
struct DesignJudge: ~Copyable {
    private var judge = ScanJudge()
    private var maker = ArtMaker()
    private var encoder = QREncoder()

    /// Counts what judging means: a new number, and everything is judged again.
    static let version = 2

    /// Whether zbar is among the readers.
    var hasZBar: Bool { judge.hasZBar }

    /// A code as it is drawn.
    private struct Drawn {
        var symbol: Symbol
        var plain: Symbol
        var drawing: Drawing
    }

    private mutating func draw(
        _ text: String, _ template: inout DesignTemplate, _ art: DesignArt?, level: ErrorCorrection
    ) throws(ArtError) -> Drawn? {
        guard let art else {
            guard let symbol = try? template.symbol(text, level: level, &encoder) else { return nil }
            return Drawn(symbol: symbol, plain: symbol, drawing: template.drawing(symbol))
        }
        let made = try art.make(text, level: template.design.level.map { ErrorCorrection($0) } ?? level, &maker)
        let drawing = made.picture.map { template.drawing(made.symbol, picture: $0) }
        return Drawn(symbol: made.symbol, plain: made.plain, drawing: drawing ?? template.drawing(made.symbol))
    }

    /// The score of the code of a text; `nil`: it has none.
    /// - Parameter level: where the design asks for none.
    mutating func score(
        _ text: String, _ template: inout DesignTemplate, _ art: DesignArt?, level: ErrorCorrection
    ) throws(ArtError) -> ScanScore? {
        let design = template.design
        guard let drawn = try draw(text, &template, art, level: level), let raster = raster(drawn.drawing, design)
        else { return nil }
        let place = place(template, drawn.symbol)
        var score = judge.score(
            raster, scale: Double(ScanPixels.perModule), x: place.x, y: place.y, symbol: drawn.symbol,
            plain: drawn.plain, mayBeInverted: design.isInverted, isWhole: design.frame != nil)
        // Other masks make other modules: what codes have that say something else.
        let symbol = drawn.symbol
        if score.failing.isEmpty, score.faults.isEmpty { score.add(failing: failing(drawn, template)) }
        for mask in 0..<8 where art == nil && mask != symbol.mask && score.failing.isEmpty && score.faults.isEmpty {
            guard
                let other = try? encoder.encode(text, level: symbol.level, minimumVersion: symbol.version, mask: mask)
            else { continue }
            let drawn = Drawn(symbol: other, plain: other, drawing: template.drawing(other))
            score.add(failing: failing(drawn, template))
        }
        return score
    }

    /// The readers that fail at the code of a text when it is printed badly.
    mutating func failing(
        _ text: String, _ template: inout DesignTemplate, _ art: DesignArt?, level: ErrorCorrection
    ) throws(ArtError) -> [String] {
        try draw(text, &template, art, level: level).map { failing($0, template) } ?? []
    }

    private mutating func failing(_ drawn: Drawn, _ template: DesignTemplate) -> [String] {
        let design = template.design
        guard let raster = raster(drawn.drawing, design) else { return [] }
        let place = place(template, drawn.symbol)
        let failing = judge.failing(
            raster, x: place.x, y: place.y, symbol: drawn.symbol,
            isInverted: design.isInverted, isWhole: design.frame != nil)
        guard failing.isEmpty, let small = self.raster(drawn.drawing, design, scale: 4) else { return failing }
        // A margin that is narrower than four modules gets the rest from the page.
        let margin = design.frame == nil ? max(0, 4 - template.quietZone) * 4 : 0
        return judge.failing(
            small: small, margin: margin, bytes: drawn.symbol.bytes ?? [], isInverted: design.isInverted)
    }

    /// The pixels of a drawing, upon what it is printed on.
    private func raster(_ drawing: Drawing, _ design: Design, scale: Int = ScanPixels.perModule) -> Raster? {
        guard var raster = try? drawing.raster(scale: Double(scale)) else { return nil }
        if design.paper == .none, let ground = design.ground { raster.lay(on: ground) }
        return raster
    }

    /// The pixel where a symbol begins.
    private func place(_ template: DesignTemplate, _ symbol: Symbol) -> (x: Double, y: Double) {
        let place = template.extent(size: symbol.size)
        return (Double(place.x * ScanPixels.perModule), Double(place.y * ScanPixels.perModule))
    }
}

extension Raster {
    /// Puts a colour under what is transparent.
    mutating func lay(on ground: Colour) {
        withMutablePixels { pixels in
            for at in stride(from: 0, to: pixels.count, by: 4) where pixels[at + 3] < 255 {
                let opacity = Int(pixels[at + 3])
                func over(_ part: Int, _ under: UInt8) {
                    pixels[at + part] = UInt8((Int(pixels[at + part]) * opacity + Int(under) * (255 - opacity)) / 255)
                }
                over(0, ground.red)
                over(1, ground.green)
                over(2, ground.blue)
                pixels[at + 3] = 255
            }
        }
    }
}
