/// The part of a font that a document uses. Glyphs keep their numbers, so that text can be written before it is known which
/// others will be used; those that are not used are empty.
struct FontSubset {
    let font: TrueTypeFont
    /// Whether each glyph is used.
    private var isUsed: [Bool]
    /// The character that each glyph shows; of several, the first in Unicode.
    private var scalars: [UInt32]
    /// Beyond the last used glyph nothing is written.
    private var last = 0

    init(_ font: TrueTypeFont) {
        self.font = font
        isUsed = [Bool](repeating: false, count: font.glyphCount)
        scalars = [UInt32](repeating: .max, count: font.glyphCount)
        isUsed[0] = true
    }

    /// Notes that a glyph is used for a character. O(1).
    mutating func use(_ glyph: Int, for scalar: Unicode.Scalar) {
        guard glyph < isUsed.count else { return }
        isUsed[glyph] = true
        if scalar.value < scalars[glyph] { scalars[glyph] = scalar.value }
        if glyph > last { last = glyph }
    }

    /// Glyphs that stand for characters, in order, with them.
    var used: [(glyph: Int, scalar: UInt32)] {
        scalars.indices.compactMap { scalars[$0] == .max ? nil : ($0, scalars[$0]) }
    }

    /// A font file with the used glyphs and the parts that they are composed of. O(size of the font).
    func file() throws(FontError) -> [UInt8] {
        var isUsed = isUsed
        var last = last
        var open = isUsed.indices.filter { isUsed[$0] }
        while let glyph = open.popLast() {
            for part in try parts(of: glyph) where !isUsed[part] {
                isUsed[part] = true
                last = max(last, part)
                open.append(part)
            }
        }
        let count = last + 1
        var glyphs: [UInt8] = []
        var offsets: [UInt8] = []
        for glyph in 0..<count {
            offsets.appendBig(UInt32(glyphs.count))
            guard isUsed[glyph] else { continue }
            glyphs += font.bytes[try font.outline(glyph)]
            while glyphs.count % 4 != 0 { glyphs.append(0) }
        }
        offsets.appendBig(UInt32(glyphs.count))
        var metrics: [UInt8] = []
        for glyph in 0..<count {
            metrics.appendBig(UInt16(truncatingIfNeeded: isUsed[glyph] ? font.advance(glyph) : 0))
            metrics.appendBig(isUsed[glyph] ? leftBearing(glyph) : 0)
        }
        func copy(_ name: String) -> [UInt8]? { font.tables[FontBytes.tag(name)].map { Array(font.bytes[$0]) } }
        guard var head = copy("head"), var hhea = copy("hhea"), var maxp = copy("maxp") else {
            throw .notTrueType("a table is missing")
        }
        head.replaceSubrange(8..<12, with: [0, 0, 0, 0])
        head.replaceSubrange(50..<52, with: [0, 1])
        hhea.replaceSubrange(34..<36, with: [UInt8(count >> 8), UInt8(count & 0xFF)])
        maxp.replaceSubrange(4..<6, with: [UInt8(count >> 8), UInt8(count & 0xFF)])
        var tables: [(name: String, bytes: [UInt8])] = [
            ("glyf", glyphs), ("head", head), ("hhea", hhea), ("hmtx", metrics), ("loca", offsets), ("maxp", maxp),
        ]
        // What the glyphs' instructions refer to.
        for name in ["cvt ", "fpgm", "prep"] {
            if let table = copy(name) { tables.append((name, table)) }
        }
        return Self.assembled(tables.sorted { $0.name < $1.name })
    }

    private func leftBearing(_ glyph: Int) -> UInt16 {
        guard let table = font.tables[FontBytes.tag("hmtx")] else { return 0 }
        let place =
            glyph < font.metricCount
            ? table.lowerBound + 4 * glyph + 2
            : table.lowerBound + 4 * font.metricCount + 2 * (glyph - font.metricCount)
        guard place + 2 <= table.upperBound else { return 0 }
        return UInt16(font.bytes[place]) << 8 | UInt16(font.bytes[place + 1])
    }

    /// The glyphs that a composite one consists of (OpenType, chapter glyf).
    private func parts(of glyph: Int) throws(FontError) -> [Int] {
        let range = try font.outline(glyph)
        let reader = FontBytes(bytes: font.bytes)
        guard range.count >= 10, try reader.i16(range.lowerBound, "glyf") < 0 else { return [] }
        var parts: [Int] = []
        var place = range.lowerBound + 10
        while place + 4 <= range.upperBound {
            let (flags, part) = (try reader.u16(place, "glyf"), try reader.u16(place + 2, "glyf"))
            guard part < font.glyphCount else { throw .notTrueType("a part of a glyph") }
            parts.append(part)
            // Arguments are words (bit 0) or bytes; a scale is one number (bit 3), two (bit 6) or four (bit 7).
            place += 4 + (flags & 1 != 0 ? 4 : 2)
            place += flags & 8 != 0 ? 2 : flags & 0x40 != 0 ? 4 : flags & 0x80 != 0 ? 8 : 0
            guard flags & 0x20 != 0 else { break }
        }
        return parts
    }

    /// A font file of tables that are sorted by name (OpenType, chapter otff).
    private static func assembled(_ tables: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        file.appendBig(UInt32(0x0001_0000))
        let power = Int.bitWidth - 1 - tables.count.leadingZeroBitCount
        file.appendBig(UInt16(tables.count))
        file.appendBig(UInt16(16 << power))
        file.appendBig(UInt16(power))
        file.appendBig(UInt16(16 * tables.count - 16 << power))
        var offset = 12 + 16 * tables.count
        var headPlace = 0
        for (name, bytes) in tables {
            if name == "head" { headPlace = offset }
            file.appendBig(FontBytes.tag(name))
            file.appendBig(checksum(bytes))
            file.appendBig(UInt32(offset))
            file.appendBig(UInt32(bytes.count))
            offset += (bytes.count + 3) & ~3
        }
        for (_, bytes) in tables {
            file += bytes
            while file.count % 4 != 0 { file.append(0) }
        }
        var adjustment: [UInt8] = []
        adjustment.appendBig(0xB1B0_AFBA &- checksum(file))
        file.replaceSubrange(headPlace + 8..<headPlace + 12, with: adjustment)
        return file
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0
        for place in stride(from: 0, to: bytes.count, by: 4) {
            var word: UInt32 = 0
            for index in 0..<4 { word = word << 8 | (place + index < bytes.count ? UInt32(bytes[place + index]) : 0) }
            sum &+= word
        }
        return sum
    }
}

extension [UInt8] {
    mutating func appendBig(_ value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(value & 0xFF))
    }

    mutating func appendBig(_ value: UInt32) {
        appendBig(UInt16(value >> 16))
        appendBig(UInt16(value & 0xFFFF))
    }
}
