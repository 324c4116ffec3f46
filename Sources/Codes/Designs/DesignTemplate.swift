public import QRCode
public import Site

/// A design made ready for many symbols: its logo is looked at, its text set once.
public struct DesignTemplate: Sendable {
    /// What is drawn.
    public let design: Design
    /// Light modules around a symbol.
    public let quietZone: Int
    /// The logo; `nil`: there is none.
    public let logo: LogoPicture?
    /// The layout of each (version, level), computed when first needed.
    private var layouts: [Int: SymbolLayout] = [:]
    /// What is left of the error correction of each (version, level).
    private var unused: [Int: Double] = [:]

    /// Looks at the logo's file.
    /// - Parameter quietZone: where the design says nothing.
    public init(_ design: Design, quietZone: Int = 4) throws(DesignError) {
        self.design = design
        self.quietZone = design.quietZone ?? quietZone
        logo = try design.logo.map { logo throws(DesignError) in try LogoPicture(logo.file) }
    }

    // MARK: - Symbols

    /// How much of its error correction a symbol keeps, 0...1, in the block that is worst off: 1 − 2e/n for e codewords
    /// of its n check codewords that have a hidden module (ISO/IEC 15415, unused error correction). Negative when the
    /// logo hides a pattern that readers look for first.
    public mutating func unusedCorrection(_ symbol: Symbol) -> Double {
        symbol.kind == .standard ? unusedCorrection(symbol.version, symbol.level) : 1
    }

    /// The same of any QR code of this version and level: it does not depend on what the code says.
    private mutating func unusedCorrection(_ version: Int, _ level: ErrorCorrection) -> Double {
        guard let logo = design.logo else { return 1 }
        let key = version * 4 + level.rawValue
        if let known = unused[key] { return known }
        let share = layout(version, level).map { unusedCorrection(logo, $0) } ?? -1
        unused[key] = share
        return share
    }

    private func unusedCorrection(_ logo: Design.Logo, _ layout: SymbolLayout) -> Double {
        let hidden = hiddenModules(logo, size: layout.size)
        let last = layout.size - 1
        // Eyes, their margins, timing and format: within 8 modules of three corners, and row and column 6.
        let isVital = { (x: Int, y: Int) in
            x == 6 || y == 6 || (x <= 8 && y <= 8) || (x >= last - 7 && y <= 8) || (x <= 8 && y >= last - 7)
        }
        for y in hidden.rows { for x in hidden.columns where isVital(x, y) { return -1 } }
        let worst = layout.damage { hidden.columns.contains($0) && hidden.rows.contains($1) }.max() ?? 0
        return 1 - 2 * Double(worst) / Double(layout.checkCodewordsPerBlock)
    }

    /// Half of the error correction stays for dirt and scratches.
    public static let leastUnused = 0.5

    /// The smallest symbol of which the logo leaves enough: first the level rises, then the version.
    /// - Parameter level: the level where the design says nothing.
    public mutating func symbol(
        _ text: String, level: ErrorCorrection, _ encoder: inout QREncoder
    ) throws(DesignError) -> Symbol {
        let least = design.level.flatMap { ErrorCorrection(letter: Character($0.rawValue)) } ?? level
        let plain: Symbol
        do throws(QRCodeError) { plain = try encoder.encode(text, level: least) } catch {
            throw .text(QRCodeFault(summary: error.description))
        }
        guard design.logo != nil else { return plain }
        // Beyond eight versions more the modules get so small that a smaller logo is the better way.
        for version in plain.version...min(40, plain.version + 8) {
            for level in ErrorCorrection.allCases where level.rawValue >= least.rawValue {
                guard unusedCorrection(version, level) >= Self.leastUnused,
                    let symbol = try? encoder.encode(text, level: level, minimumVersion: version),
                    symbol.version == version
                else { continue }
                return symbol
            }
        }
        throw .logoTooLarge(largest: largestLogo(plain.version))
    }

    /// The largest logo that works at level H a few versions further.
    private mutating func largestLogo(_ version: Int) -> Double? {
        guard let logo = design.logo else { return nil }
        for percent in stride(from: Int(logo.size * 100) - 1, through: 5, by: -1) {
            var smaller = logo
            smaller.size = Double(percent) / 100
            for version in version...min(40, version + 4) {
                if let layout = layout(version, .high), unusedCorrection(smaller, layout) >= Self.leastUnused {
                    return smaller.size
                }
            }
        }
        return nil
    }

    private mutating func layout(_ version: Int, _ level: ErrorCorrection) -> SymbolLayout? {
        let key = version * 4 + level.rawValue
        if let layout = layouts[key] { return layout }
        let layout = SymbolLayout(version: version, level: level)
        layouts[key] = layout
        return layout
    }

    // MARK: - Places

    /// Where the logo is, in modules of the symbol.
    private func logoPlace(_ logo: Design.Logo, size: Int) -> (x: Double, y: Double, width: Double, height: Double) {
        let (longer, aspect) = (logo.size * Double(size), self.logo?.aspect ?? 1)
        let (width, height) = aspect >= 1 ? (longer, longer / aspect) : (longer * aspect, longer)
        return ((Double(size) - width) / 2, (Double(size) - height) / 2, width, height)
    }

    /// Modules of which the logo, or the room around it, hides more than a sliver.
    func hiddenModules(_ logo: Design.Logo, size: Int) -> (columns: Range<Int>, rows: Range<Int>) {
        let place = logoPlace(logo, size: size)
        let margin = logo.clears ? logo.margin : 0
        func span(_ start: Double, _ length: Double) -> Range<Int> {
            let low = max(0, Int((start - margin + 0.05).rounded(.down)))
            let high = min(size, Int((start + length + margin - 0.05).rounded(.up)))
            return low..<max(low, high)
        }
        return (span(place.x, place.width), span(place.y, place.height))
    }

    /// Modules that are drawn one by one, row by row: neither eyes nor cleared for the logo.
    func drawnPlaces(size: Int, kind: Symbol.Kind) -> [Bool] {
        var drawn = [Bool](repeating: true, count: size * size)
        var (columns, rows) = (0..<0, 0..<0)
        if let logo = design.logo, logo.clears { (columns, rows) = hiddenModules(logo, size: size) }
        let eyes = kind == .standard
        for y in 0..<size {
            for x in 0..<size {
                let isEye = x < 7 && y < 7 || eyes && (x >= size - 7 && y < 7 || x < 7 && y >= size - 7)
                drawn[y * size + x] = !isEye && !(columns.contains(x) && rows.contains(y))
            }
        }
        return drawn
    }

    /// Those of them that are dark.
    func drawnModules(_ symbol: Symbol) -> [Bool] {
        var drawn = drawnPlaces(size: symbol.size, kind: symbol.kind)
        for index in drawn.indices where drawn[index] {
            drawn[index] = symbol[index % symbol.size, index / symbol.size]
        }
        return drawn
    }

    /// The frame's layout around a symbol; `nil`: no frame.
    func frameLayout(_ size: Int) -> FrameLayout? {
        design.frame.map { FrameLayout($0, side: size + 2 * quietZone) }
    }

    /// Size of a drawing in modules, and the place of the symbol's first module.
    public func extent(size: Int) -> (width: Int, height: Int, x: Int, y: Int) {
        let side = size + 2 * quietZone
        guard let layout = frameLayout(size) else { return (side, side, quietZone, quietZone) }
        return (
            side + 2 * layout.left, side + layout.top + layout.bottom, quietZone + layout.left, quietZone + layout.top
        )
    }

    // MARK: - Drawing

    /// A symbol in this design.
    public func drawing(_ symbol: Symbol) -> Drawing {
        var drawing = background(size: symbol.size)
        let place = extent(size: symbol.size)
        let outlines = ModuleOutlines(design.modules, size: symbol.size, dark: drawnModules(symbol))
        var modules = Outline()
        modules.add(outlines.outline, Transform(x: Double(place.x), y: Double(place.y)))
        drawing.fill(modules, fill(design.ink, size: symbol.size), rule: .evenOdd)
        foreground(size: symbol.size, kind: symbol.kind, on: &drawing)
        return drawing
    }

    /// A symbol whose modules somebody else drew, without eyes: those, logo and frame are this design's.
    /// - Parameter picture: the symbol's square, quiet zone not included.
    public func drawing(_ symbol: Symbol, picture: Raster) -> Drawing {
        var drawing = background(size: symbol.size)
        let place = extent(size: symbol.size)
        drawing.shapes.append(
            .picture(
                Drawing.Picture(
                    picture, x: Double(place.x), y: Double(place.y), width: Double(symbol.size),
                    height: Double(symbol.size))))
        foreground(size: symbol.size, kind: symbol.kind, on: &drawing)
        return drawing
    }

    /// What is under the modules: paper and frame.
    func background(size: Int) -> Drawing {
        let place = extent(size: size)
        var drawing = Drawing(width: Double(place.width), height: Double(place.height))
        let layout = frameLayout(size)
        if design.paper != .none {
            var ground = Outline()
            if let layout { ground = layout.ground } else { ground.rectangle(0, 0, drawing.width, drawing.height) }
            drawing.fill(ground, fill(design.paper, size: size))
        }
        layout?.draw(on: &drawing, paper: design.paper.colours.first)
        return drawing
    }

    /// What is above them: eyes and logo.
    func foreground(size: Int, kind: Symbol.Kind, on drawing: inout Drawing) {
        let place = extent(size: size)
        let frameInk = design.frameInk ?? design.ink
        let ballInk = design.ballInk ?? frameInk
        var (frames, balls) = (Outline(), Outline())
        let last = Double(size - 7)
        for (eye, x, y) in [(EyeOutlines.Place.topLeft, 0, 0), (.topRight, last, 0), (.bottomLeft, 0, last)]
        where kind == .standard || eye == .topLeft {
            let transform = Transform(x: Double(place.x) + x, y: Double(place.y) + y)
            frames.add(EyeOutlines.frame(design.eyeFrame, eye), transform)
            balls.add(EyeOutlines.ball(design.eyeBall, in: design.eyeFrame, eye), transform)
        }
        if frameInk == ballInk {
            frames.add(balls)
            drawing.fill(frames, fill(frameInk, size: size), rule: .evenOdd)
        } else {
            drawing.fill(frames, fill(frameInk, size: size), rule: .evenOdd)
            drawing.fill(balls, fill(ballInk, size: size), rule: .evenOdd)
        }
        guard let logo = design.logo, let picture = self.logo else { return }
        let at = logoPlace(logo, size: size)
        let (x, y) = (at.x + Double(place.x), at.y + Double(place.y))
        switch picture {
        case .raster(let raster):
            drawing.shapes.append(
                .picture(Drawing.Picture(raster, x: x, y: y, width: at.width, height: at.height)))
        case .drawing(let art):
            let scale = min(at.width / max(1e-9, art.width), at.height / max(1e-9, art.height))
            drawing.add(art, Transform(scale: scale, x: x, y: y))
        }
    }

    /// A paint over the whole symbol.
    private func fill(_ paint: Paint, size: Int) -> Drawing.Fill {
        let place = extent(size: size)
        let half = Double(size) / 2
        let centre = Point(Double(place.x) + half, Double(place.y) + half)
        switch paint {
        case .none: return .solid(.white, opacity: 0)
        case .solid(let colour): return .solid(colour)
        case .radial(let stops): return .radial(centre: centre, radius: half * 1.4142135624, stops)
        case .linear(let angle, let stops):
            let (cosine, sine) = Angle.direction(degrees: angle)
            // As long as the square is in this direction, so that its corners get the first and the last colour.
            let reach = half * (abs(cosine) + abs(sine))
            return .linear(
                from: Point(centre.x - cosine * reach, centre.y - sine * reach),
                to: Point(centre.x + cosine * reach, centre.y + sine * reach), stops)
        }
    }
}
