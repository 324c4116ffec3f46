// Calls C: unsafe pointers.
internal import CZXing

/// Reads QR and Micro QR symbols through libzxing.
public enum ZXingReader {
    /// How dark and light are told apart.
    public enum Threshold: Sendable {
        /// By the neighbourhood.
        case local
        /// One for the whole picture.
        case global
    }

    /// All symbols that are found in `image`, 255 at most.
    /// - Parameter pure: the picture is an undistorted rendering of one upright symbol; any scale, quiet zone or
    ///   none. About ten times faster, and finds nothing in a photo.
    public static func read(_ image: GreyImage, pure: Bool = false, threshold: Threshold = .local) -> [ReadSymbol] {
        guard image.width > 0, image.height > 0, image.width <= Int32.max, image.height <= Int32.max else {
            return []
        }
        let mode = pure ? CZXING_PURE : threshold == .local ? CZXING_LOCAL : CZXING_GLOBAL
        var symbols: [ReadSymbol] = []
        withUnsafeMutablePointer(to: &symbols) { symbols in
            _ = image.pixels.withUnsafeBufferPointer { pixels in
                czxing_read(
                    pixels.baseAddress, Int32(image.width), Int32(image.height), Int32(mode.rawValue),
                    { context, symbol in
                        guard let context, let symbol = symbol?.pointee else { return }
                        let sequence: ReadSymbol.Sequence? =
                            symbol.sequence_index >= 0 && symbol.sequence_size > 0
                            ? .init(index: Int(symbol.sequence_index), count: Int(symbol.sequence_size)) : nil
                        let c = symbol.corners
                        let (xs, ys) = ([c.0, c.2, c.4, c.6].map(Int.init), [c.1, c.3, c.5, c.7].map(Int.init))
                        context.assumingMemoryBound(to: [ReadSymbol].self).pointee.append(
                            ReadSymbol(
                                bytes: Array(
                                    UnsafeBufferPointer(start: symbol.bytes, count: symbol.byte_count)),
                                text: Array(
                                    UnsafeBufferPointer(start: symbol.text, count: symbol.text_count)),
                                sequence: sequence,
                                place: .init(
                                    left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 0,
                                    bottom: ys.max() ?? 0),
                                corners: zip(xs, ys).map { .init(x: $0, y: $1) }))
                    }, symbols)
            }
        }
        return symbols
    }
}
