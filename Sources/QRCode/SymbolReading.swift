/// A symbol as it must have been, worked out of modules some of which are seen wrong: the reference decoding of
/// ISO/IEC 18004, section 12, from a grid of modules on.
public struct SymbolReading: Sendable {
    /// The symbol without errors.
    public let symbol: Symbol
    /// For each block, how many codewords were wrong.
    public let wrong: [Int]

    /// Corrects what was seen.
    /// - Parameters:
    ///   - size: modules on a side.
    ///   - dark: says of each module, by column and row, whether it looks dark.
    /// - Returns: `nil` when no QR code has this size, or when more is wrong than can be put right. Micro QR codes are
    ///   taken as they are.
    public init?(size: Int, dark: (_ x: Int, _ y: Int) -> Bool) {
        guard size >= 21, size % 4 == 1, size <= 177 else {
            guard let symbol = Symbol(size: size, dark: dark) else { return nil }
            (self.symbol, wrong) = (symbol, [])
            return
        }
        guard let (level, mask) = FormatInformation.nearest(size: size, dark),
            let layout = SymbolLayout(version: (size - 17) / 4, level: level)
        else { return nil }
        var codewords = [UInt8](repeating: 0, count: layout.codewords)
        for (bit, place) in layout.places.enumerated() {
            let (x, y) = (Int(place) % size, Int(place) / size)
            if dark(x, y) != FunctionPatterns.inverts(mask, x, y) { codewords[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        }
        let field = GaloisField()
        var wrong: [Int] = []
        for block in layout.blocks {
            var received = Array(codewords[block.data] + codewords[block.check])
            guard let errors = field.correct(&received, check: block.check.count) else { return nil }
            wrong.append(errors)
            codewords.replaceSubrange(block.data, with: received[..<block.data.count])
        }
        let data = DataCodewords(
            version: layout.version, level: level, bytes: Array(codewords[..<layout.dataCodewords]),
            paddingStart: layout.dataCodewords)
        var encoder = QREncoder()
        guard let symbol = try? encoder.symbol(of: data, mask: mask) else { return nil }
        (self.symbol, self.wrong) = (symbol, wrong)
    }
}

extension FormatInformation {
    /// Level and mask whose word is nearest to one of its two copies; `nil` when both are more than three bits away from
    /// any (the words differ in seven).
    static func nearest(size: Int, _ dark: (Int, Int) -> Bool) -> (level: ErrorCorrection, mask: Int)? {
        var seen = [0, 0]
        for i in 0..<15 {
            for (copy, place) in places(ofBit: i, size: size).enumerated() where dark(place.x, place.y) {
                seen[copy] |= 1 << i
            }
        }
        var best: (distance: Int, level: ErrorCorrection, mask: Int)?
        for level in ErrorCorrection.allCases {
            for mask in 0..<8 {
                let word = bits(level: level, mask: mask)
                let distance = seen.map { ($0 ^ word).nonzeroBitCount }.min() ?? 15
                if distance < best?.distance ?? 4 { best = (distance, level, mask) }
            }
        }
        return best.map { ($0.level, $0.mask) }
    }
}

/// GF(256) with the polynomial x⁸ + x⁴ + x³ + x² + 1, and the correction of errors in it.
struct GaloisField {
    private var power = [UInt8](repeating: 0, count: 512)
    private var logarithm = [Int](repeating: 0, count: 256)

    init() {
        var value = 1
        for exponent in 0..<255 {
            power[exponent] = UInt8(value)
            power[exponent + 255] = UInt8(value)
            logarithm[value] = exponent
            value <<= 1
            if value > 255 { value ^= 0x11D }
        }
    }

    private func times(_ a: UInt8, _ b: UInt8) -> UInt8 {
        a == 0 || b == 0 ? 0 : power[logarithm[Int(a)] + logarithm[Int(b)]]
    }

    private func inverse(_ a: UInt8) -> UInt8 { power[255 - logarithm[Int(a)]] }

    /// The polynomial (lowest coefficient first) at α^`exponent`.
    private func value(_ polynomial: [UInt8], at exponent: Int) -> UInt8 {
        var sum: UInt8 = 0
        for coefficient in polynomial.reversed() { sum = times(sum, power[exponent]) ^ coefficient }
        return sum
    }

    /// Corrects a block of data and `check` check codewords: Berlekamp–Massey, Chien search and Forney's formula
    /// (Blahut, "Algebraic Codes for Data Transmission", chapter 7).
    /// - Returns: how many codewords were wrong; `nil` when there were too many.
    func correct(_ block: inout [UInt8], check: Int) -> Int? {
        let reversed = Array(block.reversed())
        let syndromes = (0..<check).map { value(reversed, at: $0) }
        if syndromes.allSatisfy({ $0 == 0 }) { return 0 }
        var (locator, previous): ([UInt8], [UInt8]) = ([1], [1])
        var (errors, gap, last): (Int, Int, UInt8) = (0, 1, 1)
        for n in 0..<check {
            var discrepancy = syndromes[n]
            for i in 1..<max(1, locator.count) where i <= n { discrepancy ^= times(locator[i], syndromes[n - i]) }
            guard discrepancy != 0 else {
                gap += 1
                continue
            }
            let before = locator
            let factor = times(discrepancy, inverse(last))
            if locator.count < previous.count + gap {
                locator += [UInt8](repeating: 0, count: previous.count + gap - locator.count)
            }
            for (i, coefficient) in previous.enumerated() { locator[i + gap] ^= times(factor, coefficient) }
            if 2 * errors <= n {
                (errors, previous, last, gap) = (n + 1 - errors, before, discrepancy, 1)
            } else {
                gap += 1
            }
        }
        guard 2 * errors <= check else { return nil }
        // Where the locator is zero at α^−i, the codeword i places from the end is wrong.
        let positions = (0..<block.count).filter { value(locator, at: (255 - $0 % 255) % 255) == 0 }
        guard positions.count == errors else { return nil }
        var evaluator = [UInt8](repeating: 0, count: check)
        for (i, a) in locator.enumerated() {
            for (j, b) in syndromes.enumerated() where i + j < check { evaluator[i + j] ^= times(a, b) }
        }
        // In this field's characteristic only odd powers survive the derivative.
        let derivative = locator.indices.dropFirst().map { $0 % 2 == 1 ? locator[$0] : 0 }
        for position in positions {
            let at = (255 - position) % 255
            let slope = value(derivative, at: at)
            guard slope != 0 else { return nil }
            // Roots begin at α⁰, so that Forney's value takes the place's own power once.
            let magnitude = times(times(value(evaluator, at: at), inverse(slope)), power[position])
            block[block.count - 1 - position] ^= magnitude
        }
        let corrected = Array(block.reversed())
        return (0..<check).allSatisfy { value(corrected, at: $0) == 0 } ? errors : nil
    }
}
