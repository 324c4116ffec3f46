// Calls C: unsafe pointers.
internal import CPNG

/// Reads PNG files through libpng.
public enum PNGReader {
    /// Pictures with more pixels are refused before anything is unpacked.
    public static let maximumPixels = 100_000_000

    /// Reads a PNG of any kind as grey; what is transparent lies on white.
    public static func read(_ bytes: [UInt8]) throws(ImageError) -> GreyImage {
        var (width, height): (UInt32, UInt32) = (0, 0)
        let known = bytes.withUnsafeBytes { cpng_read_size($0.baseAddress, $0.count, &width, &height) }
        guard known == 1 else { throw .notReadable("not a PNG file") }
        guard Int(width) * Int(height) <= maximumPixels else {
            throw .tooLarge(width: Int(width), height: Int(height))
        }
        var image = GreyImage(width: Int(width), height: Int(height))
        var message = [CChar](repeating: 0, count: 64)
        let read = bytes.withUnsafeBytes { bytes in
            image.pixels.withUnsafeMutableBufferPointer { pixels in
                message.withUnsafeMutableBufferPointer { message in
                    cpng_read_grey(
                        bytes.baseAddress, bytes.count, width, height, pixels.baseAddress, message.baseAddress
                    )
                }
            }
        }
        guard read == 1 else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .notReadable(String(decoding: text, as: UTF8.self))
        }
        return image
    }
}
