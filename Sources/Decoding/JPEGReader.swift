// Calls C: unsafe pointers.
internal import CJPEG

/// Reads JPEG files through libjpeg-turbo.
public enum JPEGReader {
    /// Reads a JPEG of any kind as grey, as it lies in the file: readers of codes don't mind which side is up.
    public static func read(_ bytes: [UInt8]) throws(ImageError) -> GreyImage {
        let (width, height, pixels) = try read(bytes, parts: 1)
        guard let image = GreyImage(width: width, height: height, pixels: pixels) else {
            throw .notReadable("the size changed")
        }
        return image
    }

    /// Reads a JPEG of any kind as red, green and blue, as it lies in the file.
    static func readColours(
        _ bytes: [UInt8], maximumPixels: Int
    ) throws(ImageError) -> (width: Int, height: Int, pixels: [UInt8]) {
        try read(bytes, parts: 3, maximumPixels: maximumPixels)
    }

    private static func read(
        _ bytes: [UInt8], parts: Int, maximumPixels: Int = PNGReader.maximumPixels
    ) throws(ImageError) -> (width: Int, height: Int, pixels: [UInt8]) {
        var (width, height): (UInt32, UInt32) = (0, 0)
        var message = [CChar](repeating: 0, count: 200)
        func call(_ pixels: UnsafeMutablePointer<UInt8>?) -> Bool {
            bytes.withUnsafeBufferPointer { bytes in
                message.withUnsafeMutableBufferPointer { message in
                    cjpeg_read(
                        bytes.baseAddress, bytes.count, &width, &height, Int32(parts), pixels, message.baseAddress) == 1
                }
            }
        }
        func problem() -> ImageError {
            .notReadable(String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        guard call(nil) else { throw problem() }
        guard width > 0, height > 0, Int(width) * Int(height) <= maximumPixels else {
            throw .tooLarge(width: Int(width), height: Int(height))
        }
        var pixels = [UInt8](repeating: 255, count: Int(width) * Int(height) * parts)
        let isRead = pixels.withUnsafeMutableBufferPointer { call($0.baseAddress) }
        guard isRead else { throw problem() }
        return (Int(width), Int(height), pixels)
    }
}
