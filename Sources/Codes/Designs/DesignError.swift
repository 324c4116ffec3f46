/// Why a design draws no symbol. Each says which knob to turn.
public enum DesignError: Error, Equatable, Sendable {
    /// The logo's file can't be used; what is wrong with it, and what to do.
    case logo(String, help: String)
    /// The logo hides more than error correction makes up for, at any level and version that still makes sense.
    /// - Parameter largest: the largest size that works, as a part of the symbol; `nil`: none does.
    case logoTooLarge(largest: Double?)
    /// The text does not fit into a symbol.
    case text(QRCodeFault)
    /// A picture would have more pixels on a side than readers unpack, or a size that no file can hold.
    case size(CodeFileError)

    /// What is wrong: lower case, no full stop.
    public var summary: String {
        switch self {
        case .logo(let problem, _): problem
        case .logoTooLarge: "the logo hides more than error correction can make up for"
        case .text(let fault): fault.summary
        case .size(let error): error.description
        }
    }

    /// What to do.
    public var help: String? {
        switch self {
        case .logo(_, let help): help
        case .logoTooLarge(let largest):
            largest.map { "make it smaller: size: \(Self.percent($0)) is the largest that stays readable here" }
                ?? "leave it out, or shorten the address"
        case .text: "shorten the address"
        case .size: "make the picture smaller, or take fewer dots an inch"
        }
    }

    private static func percent(_ share: Double) -> String { "\(Int(share * 100))%" }
}

/// Why a text has no symbol, in words.
public struct QRCodeFault: Error, Equatable, Sendable {
    /// What is wrong: lower case, no full stop.
    public let summary: String
}
