// Calls C: unsafe pointers.
internal import CZXing

/// Reads QR and Micro QR symbols through libzxing.
public enum ZXingReader {
    /// All symbols that are found in `image`.
    /// - Parameter pure: the picture is an undistorted rendering of one upright symbol; any scale, quiet zone or
    ///   none. About ten times faster, and finds nothing in a photo.
    public static func read(_ image: GreyImage, pure: Bool = false) -> [ReadSymbol] {
        guard image.width > 0, image.height > 0, image.width <= Int32.max, image.height <= Int32.max else {
            return []
        }
        var symbols: [ReadSymbol] = []
        withUnsafeMutablePointer(to: &symbols) { symbols in
            _ = image.pixels.withUnsafeBufferPointer { pixels in
                czxing_read(
                    pixels.baseAddress, Int32(image.width), Int32(image.height), pure ? 1 : 0,
                    { context, symbol in
                        guard let context, let symbol = symbol?.pointee else { return }
                        let sequence: ReadSymbol.Sequence? =
                            symbol.sequence_index >= 0 && symbol.sequence_size > 0
                            ? .init(index: Int(symbol.sequence_index), count: Int(symbol.sequence_size)) : nil
                        context.assumingMemoryBound(to: [ReadSymbol].self).pointee.append(
                            ReadSymbol(
                                bytes: Array(
                                    UnsafeBufferPointer(start: symbol.bytes, count: symbol.byte_count)),
                                text: Array(
                                    UnsafeBufferPointer(start: symbol.text, count: symbol.text_count)),
                                sequence: sequence))
                    }, symbols)
            }
        }
        return symbols
    }
}
