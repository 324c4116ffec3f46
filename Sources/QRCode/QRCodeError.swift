/// Why there is no symbol.
public enum QRCodeError: Error, Equatable, Sendable {
    /// There is nothing to encode.
    case empty
    /// Not even version 40 holds it at this level; `bytesTooMany` bytes of encoded data have to go.
    /// Bytes of text, when the text is neither digits nor upper-case letters.
    case tooLong(bytesTooMany: Int, level: ErrorCorrection)
    /// A version outside 1...40 was asked for.
    case noSuchVersion(Int)
    /// A mask outside 0...7 was asked for.
    case noSuchMask(Int)
    /// Data codewords were given that do not fill the symbol exactly.
    case wrongCodewordCount(given: Int, needed: Int)
}

extension QRCodeError: CustomStringConvertible {
    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .empty: "there is nothing to encode"
        case .tooLong(let bytes, let level):
            "the text is \(bytes) byte\(bytes == 1 ? "" : "s") too long for a QR code of level \(level.letter)"
        case .noSuchVersion(let version): "there is no QR code version \(version): versions are 1 to 40"
        case .noSuchMask(let mask): "there is no mask \(mask): masks are 0 to 7"
        case .wrongCodewordCount(let given, let needed):
            "\(given) data codewords were given, and the symbol holds exactly \(needed)"
        }
    }
}
