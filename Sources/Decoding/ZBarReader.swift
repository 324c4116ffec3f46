// Calls C: unsafe pointers.
internal import CZBar

/// Reads QR symbols through libzbar. Holds a scanner that is made once; not for two threads at a time.
public struct ZBarReader: ~Copyable {
    private let scanner: OpaquePointer?

    /// A reader of QR symbols and nothing else. Where libzbar is not installed it finds none.
    public init() { scanner = czbar_create() }

    deinit { czbar_destroy(scanner) }

    /// Whether libzbar is installed.
    public var isAvailable: Bool { scanner != nil }

    /// All symbols that are found in `image`. Needs about three pixels to a module.
    public mutating func read(_ image: GreyImage) -> [ReadSymbol] {
        guard image.width > 0, image.height > 0, image.width <= Int32.max, image.height <= Int32.max else {
            return []
        }
        var symbols: [ReadSymbol] = []
        withUnsafeMutablePointer(to: &symbols) { symbols in
            _ = image.pixels.withUnsafeBufferPointer { pixels in
                czbar_read(
                    scanner, pixels.baseAddress, UInt32(image.width), UInt32(image.height),
                    { context, bytes, count, box in
                        guard let context, let box else { return }
                        let (left, top, right, bottom) = (Int(box[0]), Int(box[1]), Int(box[2]), Int(box[3]))
                        context.assumingMemoryBound(to: [ReadSymbol].self).pointee.append(
                            ReadSymbol(
                                bytes: Array(UnsafeBufferPointer(start: bytes, count: count)), text: nil,
                                sequence: nil,
                                place: .init(left: left, top: top, right: right, bottom: bottom)))
                    }, symbols)
            }
        }
        return symbols
    }
}
