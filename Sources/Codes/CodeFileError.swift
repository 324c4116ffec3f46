/// Why a symbol is not written to a file.
public enum CodeFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A module must be at least one pixel wide.
    case scaleTooSmall(Int)
    /// A quiet zone is not negative.
    case negativeQuietZone(Int)
    /// The picture would have more pixels on a side than readers unpack.
    case tooManyPixels(side: Int, limit: Int)
    /// A page has a size that PDF can hold: more than 0 and at most 5,000 mm.
    case pageSize(millimetres: Double)

    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .scaleTooSmall(let scale): "a module can't be \(scale) pixels wide"
        case .negativeQuietZone(let modules): "a quiet zone can't be \(modules) modules wide"
        case .tooManyPixels(let side, let limit):
            "the picture would be \(side) pixels wide, at most \(limit) are written"
        case .pageSize(let millimetres): "a page can't be \(millimetres) mm wide: more than 0, at most 5000"
        }
    }
}
