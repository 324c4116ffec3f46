/// Why a font can't be embedded.
public enum FontError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a TrueType font, or one that ends too early; with what could not be read.
    case notTrueType(String)
    /// OpenType with PostScript outlines.
    case postScriptOutlines
    /// The font says that it must not be embedded, or not in part.
    case embeddingForbidden

    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .notTrueType(let part): "not a TrueType font: \(part)"
        case .postScriptOutlines: "an OpenType font with PostScript outlines (.otf); a TrueType font (.ttf) is needed"
        case .embeddingForbidden: "the font's licence bits (OS/2 fsType) forbid embedding it in a document"
        }
    }
}

/// A TrueType font, read from a file that may be hostile: every offset is checked.
///
/// Tables and fields: OpenType specification 1.9, chapters head, hhea, hmtx, maxp, loca, glyf, cmap, OS/2, name.
public struct TrueTypeFont: Sendable {
    let bytes: [UInt8]
    let tables: [UInt32: Range<Int>]
    /// Units of an em, 16...16384.
    public let unitsPerEm: Int
    /// How far letters go above and below the base line, in units; the descent is negative.
    public let ascent, descent: Int
    /// Height of capitals, in units.
    public let capHeight: Int
    /// The box around all glyphs, in units: left, bottom, right, top.
    let box: (Int, Int, Int, Int)
    /// Number of glyphs.
    let glyphCount: Int
    let metricCount: Int
    let hasLongOffsets: Bool
    /// The PostScript name, safe for a PDF name.
    let name: String
    /// Glyphs of the scalars up to U+FFFF.
    private let plane: [UInt16]
    /// Glyphs beyond: first scalar, last scalar, glyph of the first.
    private let groups: [(first: UInt32, last: UInt32, glyph: UInt32)]

    /// Reads a font.
    public init(_ bytes: [UInt8]) throws(FontError) {
        self.bytes = bytes
        let reader = FontBytes(bytes: bytes)
        let tag = try reader.u32(0, "the header")
        if tag == FontBytes.tag("OTTO") { throw .postScriptOutlines }
        guard tag == 0x0001_0000 || tag == FontBytes.tag("true") else {
            throw .notTrueType(tag == FontBytes.tag("ttcf") ? "it is a collection of fonts" : "the header is another")
        }
        var tables: [UInt32: Range<Int>] = [:]
        for index in 0..<(try reader.u16(4, "the header")) {
            let entry = 12 + 16 * index
            let (name, offset) = (try reader.u32(entry, "tables"), Int(try reader.u32(entry + 8, "tables")))
            let length = Int(try reader.u32(entry + 12, "tables"))
            guard offset <= bytes.count, length <= bytes.count - offset else {
                throw .notTrueType("a table ends too late")
            }
            tables[name] = offset..<offset + length
        }
        func table(_ name: String, _ least: Int) throws(FontError) -> Int {
            guard let range = tables[FontBytes.tag(name)], range.count >= least else {
                throw .notTrueType("the table '\(name)' is missing or too short")
            }
            return range.lowerBound
        }
        let (head, hhea, maxp) = (try table("head", 54), try table("hhea", 36), try table("maxp", 6))
        unitsPerEm = try reader.u16(head + 18, "head")
        guard (16...16_384).contains(unitsPerEm) else { throw .notTrueType("units of an em") }
        box = (
            try reader.i16(head + 36, "head"), try reader.i16(head + 38, "head"), try reader.i16(head + 40, "head"),
            try reader.i16(head + 42, "head")
        )
        hasLongOffsets = try reader.u16(head + 50, "head") == 1
        (ascent, descent) = (try reader.i16(hhea + 4, "hhea"), try reader.i16(hhea + 6, "hhea"))
        glyphCount = try reader.u16(maxp + 4, "maxp")
        metricCount = try reader.u16(hhea + 34, "hhea")
        guard glyphCount > 0, metricCount > 0, metricCount <= glyphCount else {
            throw .notTrueType("the number of glyphs")
        }
        _ = try table("hmtx", metricCount * 4)
        _ = try table("loca", (glyphCount + 1) * (hasLongOffsets ? 4 : 2))
        _ = try table("glyf", 0)
        self.tables = tables
        var capHeight = ascent * 7 / 10
        if let os2 = tables[FontBytes.tag("OS/2")], os2.count >= 10 {
            // Bit 1: restricted licence, unless a weaker one is set, too; bit 8: whole or not at all.
            let rights = try reader.u16(os2.lowerBound + 8, "OS/2")
            if rights & 0xF == 2 || rights & 0x100 != 0 { throw .embeddingForbidden }
            if os2.count >= 90, try reader.u16(os2.lowerBound, "OS/2") >= 2 {
                capHeight = try reader.i16(os2.lowerBound + 88, "OS/2")
            }
        }
        self.capHeight = capHeight
        let map = try table("cmap", 4)
        (plane, groups) = try FontBytes(bytes: bytes).characterMap(map, glyphCount)
        name = reader.postScriptName(tables[FontBytes.tag("name")]) ?? "Font"
    }

    /// The glyph of a character; 0 when the font has none.
    public func glyph(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value <= 0xFFFF { return Int(plane[Int(scalar.value)]) }
        for group in groups where scalar.value >= group.first && scalar.value <= group.last {
            return Int(group.glyph + scalar.value - group.first)
        }
        return 0
    }

    /// How far the pen moves for a glyph, in units.
    public func advance(_ glyph: Int) -> Int {
        let start = tables[FontBytes.tag("hmtx")]?.lowerBound ?? 0
        let place = start + 4 * min(max(0, glyph), metricCount - 1)
        return Int(bytes[place]) << 8 | Int(bytes[place + 1])
    }

    /// The bytes of a glyph in `glyf`; empty for blanks.
    func outline(_ glyph: Int) throws(FontError) -> Range<Int> {
        guard let loca = tables[FontBytes.tag("loca")], let glyf = tables[FontBytes.tag("glyf")], glyph < glyphCount
        else {
            throw .notTrueType("a glyph that is not there")
        }
        let reader = FontBytes(bytes: bytes)
        let (start, end): (Int, Int)
        if hasLongOffsets {
            start = Int(try reader.u32(loca.lowerBound + 4 * glyph, "loca"))
            end = Int(try reader.u32(loca.lowerBound + 4 * glyph + 4, "loca"))
        } else {
            start = 2 * (try reader.u16(loca.lowerBound + 2 * glyph, "loca"))
            end = 2 * (try reader.u16(loca.lowerBound + 2 * glyph + 2, "loca"))
        }
        guard start <= end, end <= glyf.count else { throw .notTrueType("the place of a glyph") }
        return glyf.lowerBound + start..<glyf.lowerBound + end
    }
}

/// Numbers of a font, high byte first.
struct FontBytes {
    let bytes: [UInt8]

    static func tag(_ name: String) -> UInt32 { name.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

    func u16(_ place: Int, _ what: String) throws(FontError) -> Int {
        guard place >= 0, place + 2 <= bytes.count else { throw .notTrueType("\(what): it ends too early") }
        return Int(bytes[place]) << 8 | Int(bytes[place + 1])
    }

    func i16(_ place: Int, _ what: String) throws(FontError) -> Int {
        Int(Int16(truncatingIfNeeded: try u16(place, what)))
    }

    func u32(_ place: Int, _ what: String) throws(FontError) -> UInt32 {
        UInt32(try u16(place, what)) << 16 | UInt32(try u16(place + 2, what))
    }

    /// The Unicode subtables of `cmap`: format 4 for the first plane, format 12 for what lies beyond, too.
    func characterMap(
        _ map: Int, _ glyphCount: Int
    ) throws(FontError) -> ([UInt16], [(first: UInt32, last: UInt32, glyph: UInt32)]) {
        var plane = [UInt16](repeating: 0, count: 65_536)
        var groups: [(first: UInt32, last: UInt32, glyph: UInt32)] = []
        var isRead = false
        for index in 0..<min(64, try u16(map + 2, "cmap")) {
            let entry = map + 4 + 8 * index
            let (platform, encoding) = (try u16(entry, "cmap"), try u16(entry + 2, "cmap"))
            guard platform == 0 && encoding != 5 || platform == 3 && (encoding == 1 || encoding == 10) else { continue }
            let start = map + Int(try u32(entry + 4, "cmap"))
            switch try u16(start, "cmap") {
            case 4: try readSegments(start, glyphCount, &plane)
            case 12: groups = try readGroups(start, glyphCount, &plane)
            default: continue
            }
            isRead = true
        }
        guard isRead else { throw .notTrueType("it has no map from Unicode (cmap)") }
        return (plane, groups)
    }

    private func readSegments(_ start: Int, _ glyphCount: Int, _ plane: inout [UInt16]) throws(FontError) {
        let count = try u16(start + 6, "cmap") / 2
        var next = 0
        for index in 0..<count {
            let last = try u16(start + 14 + 2 * index, "cmap")
            let first = try u16(start + 16 + 2 * (count + index), "cmap")
            let delta = try u16(start + 16 + 2 * (2 * count + index), "cmap")
            let offsetPlace = start + 16 + 2 * (3 * count + index)
            let offset = try u16(offsetPlace, "cmap")
            // Segments rise, so that all of them together are 65,536 steps at most.
            guard first >= next, last >= first else {
                if first == 0xFFFF { continue }
                throw .notTrueType("segments of the cmap overlap")
            }
            next = last + 1
            for scalar in first...last where scalar != 0xFFFF {
                var glyph = scalar
                if offset != 0 {
                    glyph = try u16(offsetPlace + offset + 2 * (scalar - first), "cmap")
                    if glyph == 0 { continue }
                }
                glyph = (glyph + delta) & 0xFFFF
                if glyph < glyphCount { plane[scalar] = UInt16(glyph) }
            }
        }
    }

    private func readGroups(
        _ start: Int, _ glyphCount: Int, _ plane: inout [UInt16]
    ) throws(FontError) -> [(first: UInt32, last: UInt32, glyph: UInt32)] {
        var groups: [(first: UInt32, last: UInt32, glyph: UInt32)] = []
        var next: UInt32 = 0
        for index in 0..<min(100_000, Int(try u32(start + 12, "cmap"))) {
            let entry = start + 16 + 12 * index
            let (first, last) = (try u32(entry, "cmap"), try u32(entry + 4, "cmap"))
            let glyph = try u32(entry + 8, "cmap")
            guard first >= next, last >= first, last <= 0x10FFFF, Int(glyph) + Int(last - first) < glyphCount else {
                throw .notTrueType("groups of the cmap overlap")
            }
            next = last + 1
            if first <= 0xFFFF {
                for scalar in first...min(last, 0xFFFF) { plane[Int(scalar)] = UInt16(glyph + scalar - first) }
            }
            if last > 0xFFFF { groups.append((first, last, glyph)) }
        }
        return groups
    }

    func postScriptName(_ table: Range<Int>?) -> String? {
        guard let table, let count = try? u16(table.lowerBound + 2, "name"),
            let storage = try? u16(table.lowerBound + 4, "name")
        else { return nil }
        for index in 0..<min(count, 1_000) {
            let entry = table.lowerBound + 6 + 12 * index
            guard let id = try? u16(entry + 6, "name"), id == 6, let length = try? u16(entry + 8, "name"),
                let offset = try? u16(entry + 10, "name")
            else { continue }
            let start = table.lowerBound + storage + offset
            guard start + length <= table.upperBound else { continue }
            // UTF-16 or one byte a character: the letters are those that PDF names need no escapes for.
            let letters = bytes[start..<start + length].filter {
                $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x2D
            }
            if !letters.isEmpty { return String(decoding: letters.prefix(60), as: UTF8.self) }
        }
        return nil
    }
}
