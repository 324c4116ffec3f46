// A hot file: unsafe pointers.

/// A picture in colour: what designs are drawn into, and what is judged before it is printed.
public struct Raster: Equatable, Sendable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// Red, green, blue and opacity of each pixel, a byte each, in sRGB, not premultiplied; rows from the top, without
    /// gaps. Always `4 * width * height` bytes.
    public private(set) var pixels: [UInt8]

    /// A picture of one colour.
    /// - Parameter pixel: red, green, blue, opacity; opaque white unless told otherwise.
    public init(width: Int, height: Int, pixel: (UInt8, UInt8, UInt8, UInt8) = (255, 255, 255, 255)) {
        precondition(width >= 0 && height >= 0, "a picture of negative size")
        self.width = width
        self.height = height
        pixels = [UInt8](unsafeUninitializedCapacity: 4 * width * height) { bytes, count in
            count = 4 * width * height
            for place in stride(from: 0, to: count, by: 4) {
                (bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]) = pixel
            }
        }
    }

    /// A picture of known pixels; `nil` when their number is not `4 * width * height`.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        guard width >= 0, height >= 0, pixels.count == 4 * width * height else { return nil }
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The pixel in column `x` of row `y`, both from 0: red, green, blue, opacity.
    public subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8, opacity: UInt8) {
        get {
            let place = 4 * (y * width + x)
            return (pixels[place], pixels[place + 1], pixels[place + 2], pixels[place + 3])
        }
        set {
            let place = 4 * (y * width + x)
            (pixels[place], pixels[place + 1], pixels[place + 2], pixels[place + 3]) = newValue
        }
    }

    /// Changes pixels in place, for those who draw: `body` gets all bytes of ``pixels``.
    public mutating func withMutablePixels(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        pixels.withUnsafeMutableBufferPointer { body($0) }
    }
}
