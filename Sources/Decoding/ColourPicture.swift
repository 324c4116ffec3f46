// Calls C: unsafe pointers.
internal import CPNG

/// A picture in colour that somebody wants to see in a code.
public struct ColourPicture: Equatable, Sendable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// Red, green, blue and opacity of each pixel, rows from the top; `4 * width * height` bytes.
    public let pixels: [UInt8]

    /// Pictures with more pixels are refused before they are unpacked.
    public static let maximumPixels = 50_000_000

    /// Reads a PNG or a JPEG, upright as its camera held it (the orientation of EXIF 2.32, section 4.6.5).
    public init(_ bytes: [UInt8]) throws(ImageError) {
        switch Picture.format(of: bytes) {
        case .png:
            var (width, height): (UInt32, UInt32) = (0, 0)
            let known = bytes.withUnsafeBytes { cpng_read_size($0.baseAddress, $0.count, &width, &height) }
            guard known == 1, width > 0, height > 0 else { throw .notReadable("not a PNG file") }
            guard Int(width) * Int(height) <= Self.maximumPixels else {
                throw .tooLarge(width: Int(width), height: Int(height))
            }
            var pixels = [UInt8](repeating: 0, count: 4 * Int(width) * Int(height))
            let read = bytes.withUnsafeBytes { bytes in
                pixels.withUnsafeMutableBufferPointer {
                    cpng_read_rgba(bytes.baseAddress, bytes.count, width, height, $0.baseAddress)
                }
            }
            guard read == 1 else { throw .notReadable("a broken PNG") }
            (self.width, self.height, self.pixels) = (Int(width), Int(height), pixels)
        case .jpeg:
            let (width, height, colours) = try JPEGReader.readColours(bytes, maximumPixels: Self.maximumPixels)
            let orientation = Self.orientation(bytes)
            let isTurned = orientation >= 5
            (self.width, self.height) = isTurned ? (height, width) : (width, height)
            let newWidth = self.width
            var pixels = [UInt8](repeating: 255, count: 4 * width * height)
            pixels.withUnsafeMutableBufferPointer { to in
                colours.withUnsafeBufferPointer { from in
                    for y in 0..<height {
                        for x in 0..<width {
                            // Where row 0 and column 0 of the file are on the scene.
                            let (nx, ny) =
                                switch orientation {
                                case 2: (width - 1 - x, y)
                                case 3: (width - 1 - x, height - 1 - y)
                                case 4: (x, height - 1 - y)
                                case 5: (y, x)
                                case 6: (height - 1 - y, x)
                                case 7: (height - 1 - y, width - 1 - x)
                                case 8: (y, width - 1 - x)
                                default: (x, y)
                                }
                            for part in 0..<3 { to[4 * (ny * newWidth + nx) + part] = from[3 * (y * width + x) + part] }
                        }
                    }
                }
            }
            self.pixels = pixels
        default: throw .notReadable("neither PNG nor JPEG")
        }
    }

    /// The orientation, 1...8, that the APP1 segment of a JPEG tells; 1 where it tells none, or rubbish.
    static func orientation(_ bytes: [UInt8]) -> Int {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            if marker == 0xDA || length < 2 { return 1 }
            let end = min(bytes.count, place + 2 + length)
            if marker == 0xE1, end - place > 18, bytes[place + 4..<end].starts(with: Array("Exif\0\0".utf8)) {
                let tiff = place + 10
                let isLittle = bytes[tiff] == UInt8(ascii: "I")
                func number(_ at: Int, _ count: Int) -> Int? {
                    guard at >= tiff, at + count <= end else { return nil }
                    let part = Array(bytes[at..<at + count])
                    return (isLittle ? part.reversed() : part).reduce(0) { $0 << 8 | Int($1) }
                }
                guard let first = number(tiff + 4, 4), let entries = number(tiff + first, 2) else { return 1 }
                for entry in 0..<min(entries, 100) {
                    let at = tiff + first + 2 + 12 * entry
                    guard let tag = number(at, 2) else { return 1 }
                    if tag == 0x0112, let value = number(at + 8, 2), (1...8).contains(value) { return value }
                }
                return 1
            }
            place += 2 + length
        }
        return 1
    }
}
