// A hot file: unsafe pointers.
internal import CZlib
internal import Support

/// Any picture as PNG, in the narrowest of its kinds: 1, 2, 4 or 8 bits by a palette where 256 colours suffice, else red,
/// green and blue, with opacity where something is not opaque.
public enum PicturePNG {
    /// The file of a picture.
    /// - Parameter dotsPerMetre: resolution for the pHYs chunk; `nil` for none.
    public static func file(_ raster: Raster, dotsPerMetre: UInt32? = nil) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let palette = Palette(raster)
        let kind: (bits: UInt8, type: UInt8)
        var rows: [UInt8]
        let stride: Int
        if let palette {
            kind = (UInt8(palette.bits), 3)
            stride = (raster.width * palette.bits + 7) / 8
            rows = palette.rows(raster, stride)
        } else {
            let isOpaque = raster.isOpaque
            kind = (8, isOpaque ? 2 : 6)
            stride = raster.width * (isOpaque ? 3 : 4)
            rows = isOpaque ? raster.withoutOpacity : raster.pixels
        }
        appendChunk(
            "IHDR", bigEndian(raster.width) + bigEndian(raster.height) + [kind.bits, kind.type, 0, 0, 0], &bytes)
        if let palette {
            appendChunk("PLTE", palette.colours, &bytes)
            if !palette.opacities.isEmpty { appendChunk("tRNS", palette.opacities, &bytes) }
        }
        appendResolution(dotsPerMetre, &bytes)
        // Rows as they are, or as differences from the row above (filter "up"): whichever packs smaller.
        let plain = deflated(filtered(rows, stride, up: false))
        let up = deflated(filtered(rows, stride, up: true))
        appendChunk("IDAT", plain.count <= up.count ? plain : up, &bytes)
        appendChunk("IEND", [], &bytes)
        rows.removeAll()
        return bytes
    }

    static func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

    static func appendResolution(_ dotsPerMetre: UInt32?, _ bytes: inout [UInt8]) {
        guard let dotsPerMetre else { return }
        let dots = bigEndian(Int(min(dotsPerMetre, 0x7FFF_FFFF)))
        appendChunk("pHYs", dots + dots + [1], &bytes)
    }

    static func appendChunk(_ type: String, _ content: [UInt8], _ bytes: inout [UInt8]) {
        let body = Array(type.utf8) + content
        bytes += bigEndian(content.count) + body + bigEndian(Int(CRC32(body).value))
    }

    private static func filtered(_ rows: [UInt8], _ stride: Int, up: Bool) -> [UInt8] {
        guard stride > 0 else { return [] }
        let height = rows.count / stride
        return [UInt8](unsafeUninitializedCapacity: rows.count + height) { bytes, count in
            count = rows.count + height
            rows.withUnsafeBufferPointer { rows in
                for y in 0..<height {
                    let (to, from) = (y * (stride + 1), y * stride)
                    bytes[to] = up ? 2 : 0
                    for x in 0..<stride {
                        let above = up && y > 0 ? rows[from + x - stride] : 0
                        bytes[to + 1 + x] = rows[from + x] &- above
                    }
                }
            }
        }
    }

    /// A zlib stream.
    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        let room = bytes.count + bytes.count / 1000 + 64
        return [UInt8](unsafeUninitializedCapacity: room) { packed, count in
            count = bytes.withUnsafeBytes { source in
                Int(wayseal_zlib(source.baseAddress, UInt(source.count), packed.baseAddress, UInt(room), 9))
            }
        }
    }
}

/// The colours of a picture that has at most 256.
private struct Palette {
    /// Red, green and blue of each, those that are not opaque first.
    let colours: [UInt8]
    /// Opacities of those that are not opaque.
    let opacities: [UInt8]
    /// Bits a pixel: 1, 2, 4 or 8.
    let bits: Int
    private let indices: [UInt32: UInt8]

    init?(_ raster: Raster) {
        var found: Set<UInt32> = []
        var last: UInt32?
        for place in stride(from: 0, to: raster.pixels.count, by: 4) {
            let pixel = Self.pixel(raster.pixels, place)
            if pixel == last { continue }
            last = pixel
            if found.insert(pixel).inserted, found.count > 256 { return nil }
        }
        let sorted = found.sorted { ($0 & 0xFF, $0) < ($1 & 0xFF, $1) }
        colours = sorted.flatMap { [UInt8($0 >> 24), UInt8($0 >> 16 & 0xFF), UInt8($0 >> 8 & 0xFF)] }
        opacities = sorted.map { UInt8($0 & 0xFF) }.filter { $0 < 255 }
        bits = sorted.count <= 2 ? 1 : sorted.count <= 4 ? 2 : sorted.count <= 16 ? 4 : 8
        indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, UInt8($0)) })
    }

    /// A pixel; all that are wholly transparent are one.
    @inline(__always)
    private static func pixel(_ pixels: [UInt8], _ place: Int) -> UInt32 {
        let opacity = UInt32(pixels[place + 3])
        if opacity == 0 { return 0 }
        return UInt32(pixels[place]) << 24 | UInt32(pixels[place + 1]) << 16 | UInt32(pixels[place + 2]) << 8 | opacity
    }

    func rows(_ raster: Raster, _ stride: Int) -> [UInt8] {
        var rows = [UInt8](repeating: 0, count: stride * raster.height)
        var (last, index): (UInt32?, UInt8) = (nil, 0)
        let perByte = 8 / bits
        for y in 0..<raster.height {
            for x in 0..<raster.width {
                let pixel = Self.pixel(raster.pixels, 4 * (y * raster.width + x))
                if pixel != last { (last, index) = (pixel, indices[pixel] ?? 0) }
                rows[y * stride + x / perByte] |= index << UInt8(8 - bits - x % perByte * bits)
            }
        }
        return rows
    }
}

extension Raster {
    /// Whether nothing shines through.
    var isOpaque: Bool { stride(from: 3, to: pixels.count, by: 4).allSatisfy { pixels[$0] == 255 } }

    /// Red, green and blue only.
    var withoutOpacity: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pixels.count / 4 * 3)
        for place in stride(from: 0, to: pixels.count, by: 4) { bytes.append(contentsOf: pixels[place..<place + 3]) }
        return bytes
    }
}
