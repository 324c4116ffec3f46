// Calls C: unsafe pointers.
internal import CJPEG

/// Reads JPEG files through libjpeg-turbo.
public enum JPEGReader {
    /// Reads a JPEG of any kind as grey, as it lies in the file: readers of codes don't mind which side is up.
    public static func read(_ bytes: [UInt8]) throws(ImageError) -> GreyImage {
        var (width, height): (UInt32, UInt32) = (0, 0)
        var message = [CChar](repeating: 0, count: 200)
        func call(_ pixels: UnsafeMutablePointer<UInt8>?) -> Bool {
            bytes.withUnsafeBufferPointer { bytes in
                message.withUnsafeMutableBufferPointer { message in
                    cjpeg_read_grey(
                        bytes.baseAddress, bytes.count, &width, &height, pixels, message.baseAddress) == 1
                }
            }
        }
        func problem() -> ImageError {
            .notReadable(String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        guard call(nil) else { throw problem() }
        guard width > 0, height > 0, Int(width) * Int(height) <= PNGReader.maximumPixels else {
            throw .tooLarge(width: Int(width), height: Int(height))
        }
        var image = GreyImage(width: Int(width), height: Int(height))
        let isRead = image.pixels.withUnsafeMutableBufferPointer { call($0.baseAddress) }
        guard isRead else { throw problem() }
        return image
    }
}
