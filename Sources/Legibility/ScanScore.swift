public import Codes
public import Decoding
public import QRCode

/// How well a code scans: 0 (not at all) to 100 (as well as black squares on white).
public struct ScanScore: Sendable {
    /// Why a code scores nothing, however good the rest is.
    public enum Fault: Equatable, Sendable {
        /// Fewer than two of the readers read the right text in the undistorted picture.
        case unread(readers: Int)
        /// Less than two modules of light margin (Micro QR: one).
        case noQuietZone(modules: Int)
        /// Light on dark, and nobody asked for it.
        case inverted
    }

    /// Grades of the picture.
    public let grade: ScanGrade
    /// What it bears, beside a plain code.
    public let margin: ScanMargin
    /// Why it is nothing; empty for a code that passes.
    public let faults: [Fault]
    /// Those of zxing and zbar, the readers behind most apps, that don't read it at four pixels a module, blurred by 0.3
    /// modules, at 60 % of its contrast. Not asked of photos, which are blurred and pale by themselves.
    public private(set) var failing: [String]
    /// 100 × (0.6 × mean share + 0.2 × least share + 0.2 × grade / 4); at most 54 when a reader is ``failing``, at most 60
    /// light on dark; 0 with a fault.
    public private(set) var points: Double
    /// The symbol that was judged.
    public let symbol: Symbol
    /// The bytes it says.
    public let bytes: [UInt8]
    /// Straightened picture, eight pixels a module, quiet zone included.
    public let picture: GreyImage
    /// The grade under red light of 660 nm, where colours are known.
    public let redGrade: ScanGrade?
    /// Whether it is light on dark.
    public let isInverted: Bool
    /// Whether it was photographed or scanned.
    public let isPhoto: Bool

    /// Takes the readers that fail at codes like this one.
    public mutating func add(failing others: [String]) {
        for reader in others where !failing.contains(reader) { failing.append(reader) }
        if !failing.isEmpty { points = min(points, Self.frail) }
    }

    /// What a code has at most that a reader fails at: not enough for print, unless the manifest asks for less.
    public static let frail = 54.0

    /// Rounded.
    public var value: Int { Int(points.rounded()) }

    /// From A (85 and more) over B (70), C (55) and D (40) to F.
    public var letter: Character { Self.letter(points) }

    /// The letter of a score.
    public static func letter(_ points: Double) -> Character {
        switch points.rounded() {
        case 85...: "A"
        case 70...: "B"
        case 55...: "C"
        case 40...: "D"
        default: "F"
        }
    }

    /// What many points are good for.
    public static func meaning(_ points: Double) -> String {
        switch letter(points) {
        case "A": "scans like a plain code"
        case "B": "good for print of usual size"
        case "C": "readable; print it larger than a plain code"
        case "D": "screens and large print only"
        default: "not for print"
        }
    }
}

/// What was drawn, as far as the advice needs its names.
public struct ScoredLook: Sendable {
    /// Colour of the modules, red, green, blue; `nil`: not one colour.
    public var ink: (UInt8, UInt8, UInt8)?
    /// Colour of the paper.
    public var paper: (UInt8, UInt8, UInt8)?
    /// Whether light on dark was asked for.
    public var mayBeInverted: Bool
    /// How the design was made, for advice that names its keys.
    public var isArt: Bool
    /// Whether there is a logo.
    public var hasLogo: Bool

    /// What is known.
    public init(
        ink: (UInt8, UInt8, UInt8)? = nil, paper: (UInt8, UInt8, UInt8)? = nil, mayBeInverted: Bool = false,
        isArt: Bool = false, hasLogo: Bool = false
    ) {
        (self.ink, self.paper, self.mayBeInverted) = (ink, paper, mayBeInverted)
        (self.isArt, self.hasLogo) = (isArt, hasLogo)
    }
}

extension ScanJudge {
    /// Scores a picture that we drew ourselves.
    /// - Parameters:
    ///   - raster: the whole picture.
    ///   - scale: pixels a module; 4 at least.
    ///   - x: left edge of the symbol in pixels, quiet zone not included.
    ///   - y: its upper edge.
    ///   - symbol: what is drawn.
    ///   - plain: the symbol that a plain code would have; by default `symbol`.
    ///   - mayBeInverted: light on dark is allowed.
    ///   - isWhole: what lies beyond the quiet zone, a frame, is part of what readers see. It lies on white paper.
    public mutating func score(
        _ raster: Raster, scale: Double, x: Double, y: Double, symbol: Symbol, plain: Symbol? = nil,
        mayBeInverted: Bool = false, isWhole: Bool = false
    ) -> ScanScore {
        let ring = isWhole ? Self.reach(raster, scale, x, y, symbol) : symbol.quietZone
        return score(
            Tones.grey(raster), grid: SymbolGrid(scale: scale, x: x, y: y), symbol: symbol, plain: plain, photo: false,
            mayBeInverted: mayBeInverted, red: Tones.underRedLight(raster), ring: ring)
    }

    /// Of zxing and zbar, those that fail at a picture that we drew ourselves, eight pixels a module, when it is printed
    /// badly: on white paper, and cut out.
    public mutating func failing(
        _ raster: Raster, x: Double, y: Double, symbol: Symbol, isInverted: Bool, isWhole: Bool
    ) -> [String] {
        let scale = Double(Self.scale)
        let ring = isWhole ? Self.reach(raster, scale, x, y, symbol) : symbol.quietZone
        let shades = isInverted ? Tones.grey(raster).negative : Tones.grey(raster)
        let picture = shades.straightened(
            SymbolGrid(scale: scale, x: x, y: y), size: symbol.size, ring: ring, scale: Self.scale,
            outside: isInverted ? 0 : 255)
        let bytes = symbol.bytes ?? []
        let failing = failing(Distorter(picture, seed: seed), bytes)
        // A picture that is larger is looked at as it is, too.
        let isCut = Int(x) >= 4 * Self.scale && Int(y) >= 4 * Self.scale && picture != shades
        return failing.isEmpty && isCut ? self.failing(Distorter(shades, seed: seed), bytes) : failing
    }

    /// Of zxing and zbar, those that fail at the small file of a code, four pixels a module, blurred by 0.3 modules, at 60 %
    /// of its contrast: drawn at that size, edges fall otherwise than in a larger picture that was made smaller.
    /// - Parameter margin: pixels of white page that belong around it.
    public mutating func failing(small raster: Raster, margin: Int, bytes: [UInt8], isInverted: Bool) -> [String] {
        var shades = Tones.grey(raster)
        if margin > 0 { shades = shades.framed(margin, shade: 255) }
        if isInverted { shades = shades.negative }
        return failing([shades.blurred(sigma: 0.3 * 4).noisy(deviation: 0, contrast: 0.6, seed: seed)], bytes)
    }

    /// Modules around a symbol that show all of a picture.
    private static func reach(_ raster: Raster, _ scale: Double, _ x: Double, _ y: Double, _ symbol: Symbol) -> Int {
        let side = scale * Double(symbol.size)
        let reach = max(x, y, Double(raster.width) - x - side, Double(raster.height) - y - side)
        return max(symbol.quietZone, Int((reach / scale).rounded(.up)))
    }

    /// Scores a symbol that was found in somebody's picture. Light on dark is judged in its negative, and marked.
    public mutating func score(_ found: FoundSymbol) -> ScanScore {
        score(
            found.image, grid: found.grid, symbol: found.symbol, plain: nil, photo: !found.isDrawn,
            mayBeInverted: false, red: nil, isNegative: found.read.isInverted)
    }

    private mutating func score(
        _ shades: GreyImage, grid: SymbolGrid, symbol: Symbol, plain: Symbol?, photo: Bool, mayBeInverted: Bool,
        red: GreyImage?, isNegative: Bool = false, ring: Int? = nil
    ) -> ScanScore {
        let bytes = symbol.bytes ?? []
        var image = shades
        var grade = ScanGrade(image, grid: grid, symbol: symbol, photo: photo)
        var isInverted = isNegative
        if !isNegative {
            let negative = image.negative
            let other = ScanGrade(negative, grid: grid, symbol: symbol, photo: photo)
            // More modules are right the other way round.
            if other.rightModules > grade.rightModules { (image, grade, isInverted) = (negative, other, true) }
        }
        let picture = image.straightened(grid, size: symbol.size, ring: symbol.quietZone, scale: Self.scale)
        var whole = picture
        if let ring, ring > symbol.quietZone {
            // The page around it is white, too, around what is light on dark.
            whole = image.straightened(
                grid, size: symbol.size, ring: ring, scale: Self.scale, outside: isInverted ? 0 : 255)
        }
        let distorter = Distorter(whole, seed: seed, unit: picture.width)
        var faults: [ScanScore.Fault] = []
        let readers = readers(of: whole, bytes: bytes)
        // Micro QR is known to zxing alone, whose two ways of looking count.
        if readers < 2 || bytes.isEmpty { faults.append(.unread(readers: readers)) }
        let depth = grade.quietDepths.min() ?? 0
        if depth < symbol.quietZone / 2 { faults.append(.noQuietZone(modules: depth)) }
        if isInverted, !mayBeInverted { faults.append(.inverted) }
        let failing = faults.isEmpty && !photo && symbol.kind == .standard ? failing(distorter, bytes) : []
        let margin = margin(distorter, plain: plain ?? symbol, bytes: bytes)
        var points = 100 * (0.6 * margin.mean + 0.2 * margin.least + 0.2 * grade.overall / 4)
        // Four of six readers of our bench refuse light on dark: a C at best.
        if isInverted { points = min(points, 60) }
        if !failing.isEmpty { points = min(points, ScanScore.frail) }
        if !faults.isEmpty { points = 0 }
        return ScanScore(
            grade: grade, margin: margin, faults: faults, failing: failing, points: points, symbol: symbol,
            bytes: bytes,
            picture: picture,
            redGrade: red.map { ScanGrade($0, grid: grid, symbol: symbol) }, isInverted: isInverted, isPhoto: photo)
    }
}

extension ScanGrade {
    /// How many modules are on their side.
    var rightModules: Int { modulation.count { $0 > 0 } }
}
