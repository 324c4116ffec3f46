/// A finished square of dark and light modules, without its quiet zone.
public struct Symbol: Hashable, Sendable {
    /// The family a symbol belongs to.
    public enum Kind: Sendable {
        /// A QR code, versions 1 to 40.
        case standard
        /// A Micro QR code, versions M1 to M4.
        case micro
    }

    /// QR or Micro QR.
    public let kind: Kind
    /// 1...40, or 1...4 for Micro QR.
    public let version: Int
    /// The level of error correction. M1 only detects errors, and says `.low`.
    public let level: ErrorCorrection
    /// Which mask was applied: 0...7, or 0...3 for Micro QR.
    public let mask: Int
    /// Modules on a side.
    public let size: Int
    /// 64-bit words that hold one row.
    public let wordsPerRow: Int
    /// All rows, top to bottom, ``wordsPerRow`` words each. Bit `x % 64` of word `x / 64` of a row is module `x`;
    /// 1 is dark. Bits beyond ``size`` are 0.
    public let words: [UInt64]

    /// A symbol whose modules are known.
    /// - Parameter words: `size` rows of `(size + 63) / 64` words, as described at ``words``.
    init(kind: Kind, version: Int, level: ErrorCorrection, mask: Int, size: Int, words: [UInt64]) {
        self.kind = kind
        self.version = version
        self.level = level
        self.mask = mask
        self.size = size
        self.wordsPerRow = (size + 63) / 64
        self.words = words
    }

    /// A symbol that another encoder made; its size tells the version.
    /// - Parameters:
    ///   - size: modules on a side.
    ///   - dark: says of each module, by column and row, whether it is dark.
    /// - Returns: `nil` when no QR or Micro QR code has this size, or when a Micro QR code's format information tells
    ///   another version than its size.
    public init?(size: Int, dark: (_ x: Int, _ y: Int) -> Bool) {
        guard (11...177).contains(size) else { return nil }
        let wordsPerRow = (size + 63) / 64
        var words = [UInt64](repeating: 0, count: size * wordsPerRow)
        for y in 0..<size {
            for x in 0..<size where dark(x, y) {
                words[y * wordsPerRow + x / 64] |= 1 << UInt64(x % 64)
            }
        }
        if size >= 21, size % 4 == 1 {
            let (level, mask) = FormatInformation.read { x, y in dark(x, y) }
            self.init(
                kind: .standard, version: (size - 17) / 4, level: level, mask: mask, size: size, words: words)
        } else if size <= 17, size % 2 == 1,
            let (version, level, mask) = FormatInformation.readMicro({ x, y in dark(x, y) })
        {
            guard size == 9 + 2 * version else { return nil }
            self.init(kind: .micro, version: version, level: level, mask: mask, size: size, words: words)
        } else {
            return nil
        }
    }

    /// Whether the module in column `x` of row `y` is dark. Both count from 0 and are less than ``size``.
    public subscript(x: Int, y: Int) -> Bool {
        precondition(x >= 0 && x < size && y >= 0 && y < size, "a module outside the symbol")
        return words[y * wordsPerRow + x / 64] >> UInt64(x % 64) & 1 == 1
    }

    /// The light margin that readers need around the symbol, in modules: 4, or 2 for Micro QR
    /// (ISO/IEC 18004, section 9.1).
    public var quietZone: Int { kind == .micro ? 2 : 4 }
}
