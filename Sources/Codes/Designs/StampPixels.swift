import Site

/// How pixels are written: by a palette where 256 colours suffice, else in red, green, blue and perhaps opacity.
struct StampPixels {
    /// Bits of a pixel: 1, 2, 4, 8, 24 or 32.
    let bits: Int
    /// PNG's colour type.
    let type: UInt8
    private let colours: [UInt32]
    private let indices: [UInt32: UInt8]

    /// The pixels that a picture and all shades of modules upon paper need.
    /// - Parameter hasEdges: whether modules have edges that are neither ink nor paper.
    init?(
        _ raster: Raster, ink: Colour, paper: (UInt8, UInt8, UInt8, UInt8), hasEdges: Bool, scale: Int
    ) {
        // Paper is 0: most of a picture are runs of it.
        var colours = [Self.pixel(paper.0, paper.1, paper.2, paper.3)]
        var seen = Set(colours)
        func add(_ pixel: UInt32) { if seen.insert(pixel).inserted { colours.append(pixel) } }
        for step in 1...15 where hasEdges || step == 15 {
            var shade = Raster(width: 1, height: 1, pixel: paper)
            shade.withMutablePixels {
                Raster.lay((ink.red, ink.green, ink.blue), step * 17, on: $0, at: 0)
            }
            let pixel = shade[0, 0]
            add(Self.pixel(pixel.red, pixel.green, pixel.blue, pixel.opacity))
        }
        var last: UInt32?
        var isOpaque = paper.3 == 255
        var others: Set<UInt32> = []
        raster.pixels.withUnsafeBufferPointer { bytes in
            for place in stride(from: 0, to: bytes.count, by: 4) {
                let pixel = Self.pixel(bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3])
                if pixel == last { continue }
                last = pixel
                if pixel & 0xFF != 255 { isOpaque = false }
                if others.count <= 256, !seen.contains(pixel) { others.insert(pixel) }
            }
        }
        for pixel in others.sorted() { add(pixel) }
        if colours.count <= 256 {
            self.colours = colours
            indices = Dictionary(uniqueKeysWithValues: colours.enumerated().map { ($1, UInt8($0)) })
            // The narrowest whose squares are whole bytes.
            bits = [1, 2, 4, 8].first { colours.count <= 1 << $0 && scale * $0 % 8 == 0 } ?? 8
            type = 3
        } else {
            self.colours = []
            indices = [:]
            bits = isOpaque ? 24 : 32
            type = isOpaque ? 2 : 6
        }
    }

    /// All that is wholly transparent is one colour.
    @inline(__always)
    private static func pixel(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ opacity: UInt8) -> UInt32 {
        opacity == 0 ? 0 : UInt32(red) << 24 | UInt32(green) << 16 | UInt32(blue) << 8 | UInt32(opacity)
    }

    func appendPalette(_ bytes: inout [UInt8]) {
        guard type == 3 else { return }
        PicturePNG.appendChunk(
            "PLTE", colours.flatMap { [UInt8($0 >> 24), UInt8($0 >> 16 & 0xFF), UInt8($0 >> 8 & 0xFF)] }, &bytes)
        let opacities = colours.map { UInt8($0 & 0xFF) }
        if let last = opacities.lastIndex(where: { $0 < 255 }) {
            PicturePNG.appendChunk("tRNS", Array(opacities[...last]), &bytes)
        }
    }

    /// A square of a picture as bytes, filtered: its first row as it is, the others as differences from the row above.
    func tile(_ raster: Raster, _ x: Int, _ y: Int, _ scale: Int) -> [UInt8] {
        let rowBytes = scale * bits / 8
        var rows = [UInt8](repeating: 0, count: rowBytes * scale)
        for row in 0..<scale {
            for column in 0..<scale {
                let pixel = raster[x + column, y + row]
                switch bits {
                case 24, 32:
                    let place = row * rowBytes + column * bits / 8
                    (rows[place], rows[place + 1], rows[place + 2]) = (pixel.red, pixel.green, pixel.blue)
                    if bits == 32 { rows[place + 3] = pixel.opacity }
                    if bits == 32, pixel.opacity == 0 {
                        (rows[place], rows[place + 1], rows[place + 2]) = (0, 0, 0)
                    }
                default:
                    let index = indices[Self.pixel(pixel.red, pixel.green, pixel.blue, pixel.opacity)] ?? 0
                    let perByte = 8 / bits
                    rows[row * rowBytes + column / perByte] |= index << UInt8(8 - bits - column % perByte * bits)
                }
            }
        }
        for row in stride(from: scale - 1, to: 0, by: -1) {
            for place in 0..<rowBytes { rows[row * rowBytes + place] &-= rows[(row - 1) * rowBytes + place] }
        }
        return rows
    }
}
