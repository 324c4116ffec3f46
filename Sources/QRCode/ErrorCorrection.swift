/// How much damage a symbol survives (ISO/IEC 18004, section 7.5.1).
public enum ErrorCorrection: Int, CaseIterable, Sendable {
    /// About 7 % of the codewords can be wrong.
    case low
    /// About 15 %: the everyday choice.
    case medium
    /// About 25 %.
    case quartile
    /// About 30 %: for logos and rough use.
    case high

    /// The letter people know it by: L, M, Q or H.
    public var letter: Character {
        switch self {
        case .low: "L"
        case .medium: "M"
        case .quartile: "Q"
        case .high: "H"
        }
    }

    /// The level a letter stands for, in either case.
    public init?(letter: Character) {
        switch letter {
        case "L", "l": self = .low
        case "M", "m": self = .medium
        case "Q", "q": self = .quartile
        case "H", "h": self = .high
        default: return nil
        }
    }

    /// The two bits of the format information (ISO/IEC 18004, table 12).
    var formatBits: Int {
        switch self {
        case .low: 0b01
        case .medium: 0b00
        case .quartile: 0b11
        case .high: 0b10
        }
    }
}
