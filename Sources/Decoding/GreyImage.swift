/// An 8-bit grey picture: 0 is black, 255 white; rows from the top, without gaps.
public struct GreyImage: Equatable, Sendable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// `width` × `height` bytes.
    public var pixels: [UInt8]

    /// A picture of known pixels; `nil` when their number is not `width` × `height`.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        guard width >= 0, height >= 0, pixels.count == width * height else { return nil }
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one shade.
    public init(width: Int, height: Int, shade: UInt8 = 255) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: shade, count: width * height)
    }

    /// The pixel in column `x` of row `y`, both from 0.
    public subscript(x: Int, y: Int) -> UInt8 {
        get { pixels[y * width + x] }
        set { pixels[y * width + x] = newValue }
    }
}

/// Why a picture can't be read.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no such picture, or a broken one; with the words of the library.
    case notReadable(String)
    /// More pixels than we are willing to unpack.
    case tooLarge(width: Int, height: Int)

    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .notReadable(let reason): "the picture can't be read: \(reason)"
        case .tooLarge(let width, let height):
            "the picture is too large: \(width) × \(height) pixels, at most 100 million are read"
        }
    }
}
