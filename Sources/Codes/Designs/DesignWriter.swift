public import QRCode
public import Site

/// Files of symbols in a design. A writer keeps what the symbols share; give each thread its own.
public struct DesignWriter: Sendable {
    /// The design, made ready.
    public var template: DesignTemplate
    /// Pixels to a module in PNG, where the design does not say how large it is printed.
    public let scale: Int
    /// Width on paper of PDF and EPS in millimetres, where the design does not say.
    public let millimetres: Double

    /// How symbols of each size are stamped; a size may have no plan.
    private var plans: [Int: StampPlan?] = [:]

    /// A writer.
    /// - Parameter quietZone: where the design says nothing.
    public init(
        _ design: Design, quietZone: Int = 4, scale: Int = 8, millimetres: Double = 30
    ) throws(DesignError) {
        template = try DesignTemplate(design, quietZone: quietZone)
        self.scale = scale
        self.millimetres = millimetres
    }

    /// The file of a symbol.
    /// - Parameters:
    ///   - title: for SVG, PDF and EPS; any text.
    ///   - picture: the symbol's modules in pixels, where somebody else drew them.
    public mutating func file(
        _ symbol: Symbol, _ format: CodeSettings.Format, title: String? = nil, picture: Raster? = nil
    ) throws(DesignError) -> [UInt8] {
        let width = template.design.print ?? millimetres
        do throws(CodeFileError) {
            switch format {
            case .svg:
                return drawing(symbol, picture).svg(title: title, millimetres: template.design.print)
            case .png: return try png(symbol, picture)
            case .pdf:
                var writer = PDFWriter(title: title)
                try writer.add(drawing(symbol, picture), millimetres: width)
                return writer.finish()
            case .eps:
                let paper = template.design.paper.colours.first ?? .white
                return try drawing(symbol, picture).eps(millimetres: width, title: title, paper: paper)
            }
        } catch {
            throw .size(error)
        }
    }

    /// Pixels to a module, and dots per metre: with a printed width as many whole dots as fit into it, so that every
    /// module is as wide as any other; the picture is then up to a dot a module narrower than the room for it.
    public func resolution(_ symbol: Symbol) -> (scale: Int, dotsPerMetre: UInt32?) {
        let design = template.design
        guard let print = design.print else { return (scale, nil) }
        let modules = Double(template.extent(size: symbol.size).width)
        let dots = print / 25.4 * Double(design.dpi) / modules
        return (max(1, Int(dots + 1e-9)), UInt32((Double(design.dpi) / 0.0254).rounded()))
    }

    private func drawing(_ symbol: Symbol, _ picture: Raster?) -> Drawing {
        picture.map { template.drawing(symbol, picture: $0) } ?? template.drawing(symbol)
    }

    private mutating func png(_ symbol: Symbol, _ picture: Raster?) throws(CodeFileError) -> [UInt8] {
        let (scale, dots) = resolution(symbol)
        if symbol.kind == .standard, picture == nil, var plan = try plan(symbol.size, scale, dots) {
            var bytes: [UInt8] = []
            // Out of the table while it changes: it is not copied then.
            plans[symbol.size] = nil
            plan.append(symbol, to: &bytes)
            plans[symbol.size] = .some(plan)
            return bytes
        }
        return PicturePNG.file(try drawing(symbol, picture).raster(scale: Double(scale)), dotsPerMetre: dots)
    }

    private mutating func plan(_ size: Int, _ scale: Int, _ dots: UInt32?) throws(CodeFileError) -> StampPlan? {
        if let known = plans[size] { return known }
        let plan = try StampPlan(template, size: size, scale: scale, dotsPerMetre: dots)
        plans[size] = .some(plan)
        return plan
    }
}
