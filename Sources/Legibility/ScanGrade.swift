// A hot file: unsafe pointers.
public import Decoding
public import QRCode

/// How well the picture of a symbol is printed or drawn, in the manner of ISO/IEC 15415: grades from 0 (fail) to 4,
/// interpolated between the standard's thresholds. The standard asks for a calibrated verifier; this is a picture, so the
/// grades compare pictures and are no certificate.
public struct ScanGrade: Equatable, Sendable {
    /// What is graded.
    public enum Aspect: String, CaseIterable, Sendable {
        /// Symbol contrast: how much lighter the lightest modules are than the darkest.
        case contrast
        /// Reflectance margin: how clearly each module is dark or light, counting wrong ones as 0.
        case modulation
        /// Unused error correction: how much of the budget is left.
        case correction
        /// Fixed pattern damage: eyes, timing, alignment and format.
        case patterns
        /// The light margin.
        case quietZone = "quiet-zone"
        /// Axial nonuniformity: whether modules are as wide as high.
        case axial
        /// Grid nonuniformity: whether patterns lie where an even grid has them.
        case grid
    }

    /// One aspect.
    public struct Value: Equatable, Sendable {
        /// What.
        public let aspect: Aspect
        /// The measured value: contrast, modulation and correction 0...1 (correction may be negative), patterns the share of
        /// good modules of the worst pattern, quiet zone in modules, nonuniformity in parts of a module.
        public let value: Double
        /// 0...4.
        public let grade: Double
    }

    /// What was measured; axial and grid only of photos.
    public let values: [Value]
    /// The least of all grades: the scan grade.
    public var overall: Double { values.map(\.grade).min() ?? 0 }
    /// The least of all.
    public var weakest: Value? { values.min { $0.grade < $1.grade } }
    /// Linear reflectance of the lightest and of the darkest modules, 0...1.
    public let lightest: Double
    /// See ``lightest``.
    public let darkest: Double
    /// Linear reflectance of the middle one of the modules that should be dark: less dark than ``darkest`` where something
    /// darker lies on the code.
    public let inkLight: Double
    /// For each block, how many of its codewords have a module on the wrong side, and how many may.
    public let blocks: [(wrong: Int, correctable: Int)]
    /// Depth of the quiet zone in modules: top, right, bottom, left. At most what is needed.
    public let quietDepths: [Int]
    /// Sides where the picture ends within the quiet zone, so that nobody knows what comes there: top, right, bottom, left.
    public let isCut: [Bool]
    /// Modules around the symbol that were looked at.
    public let ring: Int
    /// For each module, quiet zone included, row by row: 0...1 as clearly as it is what it should be, negative when it is on
    /// the wrong side; `nan` outside the picture.
    public let modulation: [Float]
    /// Which pattern is damaged most.
    public let worstPart: SymbolLayout.Part

    /// Whether the same was measured.
    public static func == (a: Self, b: Self) -> Bool { a.values == b.values && a.modulation == b.modulation }

    /// The value of an aspect, where it was measured.
    public subscript(aspect: Aspect) -> Value? { values.first { $0.aspect == aspect } }

    /// Grades a picture of a symbol.
    /// - Parameters:
    ///   - image: sRGB shades.
    ///   - grid: where the modules are.
    ///   - symbol: what they should be.
    ///   - photo: whether it was photographed or scanned: then light is measured against the paper, and the grid is graded.
    public init(_ image: GreyImage, grid: SymbolGrid, symbol: Symbol, photo: Bool = false) {
        let (size, ring) = (symbol.size, symbol.quietZone)
        let side = size + 2 * ring
        let module = grid.moduleSize(size: size)
        // A synthetic aperture of 80 % of a module (ISO/IEC 15415, 7.3.3).
        let steps = min(8, max(2, Int((0.8 * max(module.across, module.down)).rounded(.up))))
        var reflectance = [Float](repeating: .nan, count: side * side)
        Tones.light.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            for y in 0..<side {
                for x in 0..<side {
                    let (u, v) = (Double(x - ring) + 0.5, Double(y - ring) + 0.5)
                    if let mean = image.mean(grid, u, v, aperture: 0.8, steps: steps, table) {
                        reflectance[y * side + x] = mean
                    }
                }
            }
        }
        let known = reflectance.filter { !$0.isNaN }.sorted()
        var (low, high) = (0.0, 0.0)
        if let first = known.first, let last = known.last {
            // A hundredth at each end may be dirt.
            (low, high) =
                photo
                ? (Double(known[known.count / 100]), Double(known[known.count - 1 - known.count / 100]))
                : (Double(first), Double(last))
        }
        if photo, high > 0 { (low, high) = (low / high, 1) }
        (lightest, darkest) = (high, low)
        let scale = photo ? Float(known.isEmpty ? 1 : max(1e-6, known[known.count - 1 - known.count / 100])) : 1
        var dark: [Double] = []
        for y in 0..<size {
            for x in 0..<size where symbol[x, y] {
                let light = reflectance[(y + ring) * side + x + ring]
                if !light.isNaN { dark.append(Double(light / scale)) }
            }
        }
        dark.sort()
        inkLight = dark.isEmpty ? 0 : dark[dark.count / 2]
        let (threshold, contrast) = (Float(high + low) / 2, Float(max(high - low, 1e-6)))

        var modulation = reflectance
        for y in 0..<side {
            for x in 0..<side {
                let (mx, my) = (x - ring, y - ring)
                let isInside = mx >= 0 && my >= 0 && mx < size && my < size
                let isDark = isInside && symbol[mx, my]
                if reflectance[y * side + x].isNaN { continue }
                let light = (reflectance[y * side + x] / scale - threshold) * 2 / contrast
                modulation[y * side + x] = min(1, max(-1, isDark ? -light : light))
            }
        }
        self.modulation = modulation
        self.ring = ring

        let layout = symbol.kind == .standard ? SymbolLayout(version: symbol.version, level: symbol.level) : nil
        func at(_ x: Int, _ y: Int) -> Float {
            let value = modulation[(y + ring) * side + x + ring]
            return value.isNaN ? 0 : max(0, value)
        }
        // The least clear module decides about a codeword.
        var blockMods: [[Float]] = []
        var budget = 0
        if let layout {
            var mods = [Float](repeating: 1, count: layout.codewords)
            for (bit, place) in layout.places.enumerated() {
                mods[bit / 8] = min(mods[bit / 8], at(Int(place) % size, Int(place) / size))
            }
            blockMods = layout.blocks.map { Array(mods[$0.data]) + Array(mods[$0.check]) }
            budget = layout.correctablePerBlock
        } else {
            // Micro QR: every module counts as a codeword of its own, which is stricter (ISO/IEC 18004, table 9).
            blockMods = [
                (0..<size * size).filter { $0 % size > 8 || $0 / size > 8 }.map { at($0 % size, $0 / size) }
            ]
            budget = [0, 0, 2, 3, 4][symbol.version] + symbol.level.rawValue
        }
        func unused(below limit: Float) -> Double {
            let wrong = blockMods.map { mods in mods.count { $0 < limit || $0 == 0 } }.max() ?? 0
            return budget == 0 ? (wrong == 0 ? 1 : 0) : 1 - Double(wrong) / Double(budget)
        }
        let correctable = budget
        blocks = blockMods.map { mods in (mods.count { $0 == 0 }, correctable) }
        // The highest grade that enough codewords reach (ISO/IEC 15415, 7.8.4.2), in steps of 1/20.
        var (margin, marginGrade) = (0.0, 0.0)
        for step in (0...80).reversed() {
            let grade = Double(step) / 20
            let limit = grade < 1 ? 0.2 * grade : 0.1 + 0.1 * grade
            let left = Self.interpolated(unused(below: Float(limit)), [0.25, 0.37, 0.50, 0.62])
            if min(grade, left) > marginGrade { (margin, marginGrade) = (limit, min(grade, left)) }
        }
        let correction = unused(below: 0)

        let (patterns, worst) = Self.patterns(symbol, layout, at)
        worstPart = worst
        var depths: [Int] = []
        var cuts: [Bool] = []
        for edge in 0..<4 {
            var (depth, isCut) = (ring, false)
            for distance in (1...ring).reversed() {
                var bad = 0
                for along in 0..<size {
                    let (x, y) = [
                        (along, -distance), (size - 1 + distance, along), (along, size - 1 + distance),
                        (-distance, along),
                    ][edge]
                    let value = modulation[(y + ring) * side + x + ring]
                    if value.isNaN { isCut = true } else if value < 0.4 { bad += 1 }
                }
                if bad * 40 > size { depth = distance - 1 }
            }
            depths.append(depth)
            cuts.append(isCut)
        }
        (quietDepths, isCut) = (depths, cuts)

        var values = [
            Value(
                aspect: .contrast, value: high - low,
                grade: Self.interpolated(high - low, [0.20, 0.40, 0.55, 0.70])),
            Value(aspect: .modulation, value: margin, grade: marginGrade),
            Value(
                aspect: .correction, value: correction,
                grade: Self.interpolated(correction, [0.25, 0.37, 0.50, 0.62])),
            Value(
                aspect: .patterns, value: patterns, grade: Self.interpolated(patterns, [0.90, 0.94, 0.97, 0.99])),
            Value(
                aspect: .quietZone, value: Double(depths.min() ?? 0),
                grade: 4 * Double(depths.min() ?? 0) / Double(ring)),
        ]
        if photo {
            let axial = abs(module.across - module.down) / ((module.across + module.down) / 2)
            let uneven = GridFit.unevenness(image, grid, symbol)
            values.append(
                Value(aspect: .axial, value: axial, grade: Self.interpolated(-axial, [-0.12, -0.10, -0.08, -0.06])))
            values.append(
                Value(aspect: .grid, value: uneven, grade: Self.interpolated(-uneven, [-0.75, -0.63, -0.50, -0.38])))
        }
        self.values = values
    }

    /// 1 at the first threshold to 4 at the last, even between them; below the first as steep as above it, 0 at the least.
    static func interpolated(_ value: Double, _ thresholds: [Double]) -> Double {
        if value.isNaN { return 0 }
        if value >= thresholds[3] { return 4 }
        for step in (0..<3).reversed() where value >= thresholds[step] {
            return Double(step + 1) + (value - thresholds[step]) / (thresholds[step + 1] - thresholds[step])
        }
        return max(0, 1 - (thresholds[0] - value) / (thresholds[1] - thresholds[0]))
    }

    /// The share of good modules (modulation of 0.2 and more) of the worst pattern. Of an eye, the outermost module of each
    /// corner does not count: no reader looks there, and round eyes are round.
    private static func patterns(
        _ symbol: Symbol, _ layout: SymbolLayout?, _ at: (Int, Int) -> Float
    ) -> (Double, SymbolLayout.Part) {
        let size = symbol.size
        var good: [Int: (good: Int, all: Int)] = [:]
        for y in 0..<size {
            for x in 0..<size {
                let part: SymbolLayout.Part
                if let layout {
                    part = layout.parts[y * size + x]
                } else {
                    part = x < 8 && y < 8 ? .finder : x == 0 || y == 0 ? .timing : x < 9 && y < 9 ? .format : .data
                }
                var key = Int(part.rawValue)
                switch part {
                case .data: continue
                case .finder:
                    let (fx, fy) = (x < 8 ? x : size - 1 - x, y < 8 ? y : size - 1 - y)
                    if (fx == 0 || fx == 6) && (fy == 0 || fy == 6) { continue }
                    key += 10 * (1 + (x < 8 ? 0 : 1) + (y < 8 ? 0 : 2))
                default: break
                }
                let isGood = at(x, y) >= 0.2
                good[key, default: (0, 0)].all += 1
                if isGood { good[key, default: (0, 0)].good += 1 }
            }
        }
        var (share, worst) = (1.0, SymbolLayout.Part.finder)
        for key in good.keys.sorted() {
            guard let part = good[key], part.all > 0 else { continue }
            // Small patterns may have one bad module, as the standard's segments may.
            let value = part.all < 100 && part.good == part.all - 1 ? 0.97 : Double(part.good) / Double(part.all)
            if value < share { (share, worst) = (value, SymbolLayout.Part(rawValue: UInt8(key % 10)) ?? .finder) }
        }
        return (share, worst)
    }
}
