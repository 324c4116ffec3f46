// Calls C: unsafe pointers.
internal import CPNG
public import Site
internal import Support

/// A logo that was looked at: what is drawn of it. Files come from outside, and nothing is unpacked before its size is
/// known.
public enum LogoPicture: Equatable, Sendable {
    /// Pixels.
    case raster(Raster)
    /// Areas.
    case drawing(Drawing)

    /// Bytes of a file that are looked at, at most.
    public static let largestFile = 4_000_000
    /// Pixels on a side that are unpacked, at most.
    public static let largestSide = 4_096
    /// Pixels on a side that are kept: a logo of 15 mm then has 870 dots an inch.
    static let keptSide = 512

    /// Width over height.
    public var aspect: Double {
        switch self {
        case .raster(let raster): Double(raster.width) / Double(max(1, raster.height))
        case .drawing(let drawing): drawing.width / max(1e-9, drawing.height)
        }
    }

    /// Looks at a file.
    public init(_ file: LogoFile) throws(DesignError) {
        let bytes = file.bytes
        guard bytes.count <= Self.largestFile else {
            throw .logo(
                "the logo has \(bytes.count) bytes, at most \(Self.largestFile) are read",
                help: "save it smaller: a logo needs no more than 500 pixels")
        }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .raster(try Self.png(bytes))
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            throw .logo(
                Self.isCMYK(bytes) ? "the logo is a JPEG in CMYK" : "the logo is a JPEG, which has no transparency",
                help: "save it as PNG or SVG")
        } else if bytes.starts(with: Array("GIF8".utf8)) || bytes.starts(with: Array("RIFF".utf8)) {
            throw .logo("the logo is neither PNG nor SVG", help: "save it as PNG or SVG")
        } else if Self.looksLikeXML(bytes) {
            self = .drawing(try Self.svg(bytes))
        } else {
            throw .logo("the logo is neither PNG nor SVG", help: "save it as PNG or SVG")
        }
    }

    private static func looksLikeXML(_ bytes: [UInt8]) -> Bool {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return bytes[start...].first { $0 > 0x20 } == UInt8(ascii: "<")
    }

    private static func svg(_ bytes: [UInt8]) throws(DesignError) -> Drawing {
        let read = SVGReader.read(bytes, file: 0)
        if let picture = read.picture, picture.width > 0, picture.height > 0, !picture.items.isEmpty {
            return picture.drawing
        }
        guard let error = read.diagnostics.first(where: { $0.severity == .error }) else {
            throw .logo("the logo draws nothing", help: "put shapes into it")
        }
        var place = ""
        if let range = error.range {
            let line = LineIndex(bytes).line(at: Int(range.start))
            place = "line \(line + 1): "
        }
        throw .logo(
            "the logo can't be used: \(place)\(error.summary)", help: error.help ?? "save it as plain SVG, or as PNG")
    }

    /// Whether the frame header of a JPEG (ITU-T T.81, section B.2.2) has four components.
    package static func isCMYK(_ bytes: [UInt8]) -> Bool {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return false }
        var place = 2
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            let isFrame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
            if isFrame { return bytes[place + 9] == 4 }
            place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
        }
        return false
    }

    private static func png(_ bytes: [UInt8]) throws(DesignError) -> Raster {
        var (width, height): (UInt32, UInt32) = (0, 0)
        let known = bytes.withUnsafeBytes { cpng_read_size($0.baseAddress, $0.count, &width, &height) }
        guard known == 1, width > 0, height > 0 else {
            throw .logo("the logo is a broken PNG", help: "save it again")
        }
        guard width <= largestSide, height <= largestSide else {
            throw .logo(
                "the logo has \(width) × \(height) pixels, at most \(largestSide) on a side are unpacked",
                help: "save it smaller: a logo needs no more than 500 pixels")
        }
        guard !isAnimated(bytes) else {
            throw .logo("the logo is an animated PNG, and print stands still", help: "save one of its pictures")
        }
        var pixels = [UInt8](repeating: 0, count: 4 * Int(width) * Int(height))
        let read = bytes.withUnsafeBytes { bytes in
            pixels.withUnsafeMutableBufferPointer {
                cpng_read_rgba(bytes.baseAddress, bytes.count, width, height, $0.baseAddress)
            }
        }
        guard read == 1, let raster = Raster(width: Int(width), height: Int(height), pixels: pixels) else {
            throw .logo("the logo is a broken PNG", help: "save it again")
        }
        return raster.reduced(to: keptSide)
    }

    /// Whether a chunk before the pixels says that more pictures follow (`acTL`, PNG third edition, section 11.3.6.1).
    private static func isAnimated(_ bytes: [UInt8]) -> Bool {
        var place = 8
        while place + 8 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let type = Array(bytes[place + 4..<place + 8])
            if type == Array("acTL".utf8) { return true }
            if type == Array("IDAT".utf8) { return false }
            place += 12 + length
        }
        return false
    }
}

extension Raster {
    /// A smaller copy, whose longer side has `side` pixels; itself when it is no larger. Each pixel is the mean of those
    /// it covers, weighted by their opacity.
    func reduced(to side: Int) -> Raster {
        let longer = max(width, height)
        guard longer > side else { return self }
        let (newWidth, newHeight) = (max(1, width * side / longer), max(1, height * side / longer))
        var result = Raster(width: newWidth, height: newHeight)
        for y in 0..<newHeight {
            let rows = y * height / newHeight..<max(y * height / newHeight + 1, (y + 1) * height / newHeight)
            for x in 0..<newWidth {
                let columns = x * width / newWidth..<max(x * width / newWidth + 1, (x + 1) * width / newWidth)
                var sums = (0, 0, 0, 0)
                for row in rows {
                    for column in columns {
                        let pixel = self[column, row]
                        let opacity = Int(pixel.opacity)
                        sums.0 += Int(pixel.red) * opacity
                        sums.1 += Int(pixel.green) * opacity
                        sums.2 += Int(pixel.blue) * opacity
                        sums.3 += opacity
                    }
                }
                let count = rows.count * columns.count
                let weight = max(1, sums.3)
                result[x, y] = (
                    UInt8((sums.0 + weight / 2) / weight), UInt8((sums.1 + weight / 2) / weight),
                    UInt8((sums.2 + weight / 2) / weight), UInt8((sums.3 + count / 2) / count)
                )
            }
        }
        return result
    }
}
