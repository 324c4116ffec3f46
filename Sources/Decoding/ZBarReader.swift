// Calls C: unsafe pointers.
internal import CZBar

/// Reads QR symbols through libzbar. Holds a scanner that is made once; not for two threads at a time.
public struct ZBarReader: ~Copyable {
    private let scanner: OpaquePointer?

    /// A reader of QR symbols and nothing else.
    public init() {
        scanner = zbar_image_scanner_create()
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0)
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1)
        // Bytes as they are: zbar's guess at character sets is its own.
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1)
    }

    deinit { zbar_image_scanner_destroy(scanner) }

    /// All symbols that are found in `image`. Needs about three pixels to a module.
    public mutating func read(_ image: GreyImage) -> [ReadSymbol] {
        guard image.width > 0, image.height > 0, image.width <= Int32.max, image.height <= Int32.max else {
            return []
        }
        let picture = zbar_image_create()
        defer { zbar_image_destroy(picture) }
        // "Y800", 8-bit grey.
        zbar_image_set_format(picture, 0x3030_3859)
        zbar_image_set_size(picture, UInt32(image.width), UInt32(image.height))
        return image.pixels.withUnsafeBytes { pixels in
            // No clean-up handler: the bytes stay ours, and outlive the picture's last use.
            zbar_image_set_data(picture, pixels.baseAddress, UInt(pixels.count), nil)
            guard zbar_scan_image(scanner, picture) > 0 else { return [] }
            var symbols: [ReadSymbol] = []
            var symbol = zbar_image_first_symbol(picture)
            while let found = symbol {
                let bytes = UnsafeRawBufferPointer(
                    start: zbar_symbol_get_data(found), count: Int(zbar_symbol_get_data_length(found)))
                symbols.append(ReadSymbol(bytes: Array(bytes), text: nil, sequence: nil))
                symbol = zbar_symbol_next(found)
            }
            return symbols
        }
    }
}
