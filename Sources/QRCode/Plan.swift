/// Everything about a (version, level) that does not depend on the payload, computed once and kept.
final class Plan: Sendable {
    let version: Int
    let level: ErrorCorrection
    /// Modules on a side.
    let size: Int
    let wordsPerRow: Int
    /// Codewords, data and error correction together.
    let codewords: Int
    let dataCodewords: Int
    let checkCodewordsPerBlock: Int
    let blocks: Int
    /// Blocks of the shorter kind, which come first.
    let shortBlocks: Int
    /// How the bits of the codewords get into the rows.
    let placement: Placement
    /// The function patterns, dark modules set; format information not yet.
    let base: [UInt64]
    /// For each mask: the rows of the mask over the data region, and the format information that goes with it.
    let masks: [[UInt64]]
    let reedSolomon: ReedSolomon

    init(version: Int, level: ErrorCorrection, reedSolomon: ReedSolomon) {
        self.version = version
        self.level = level
        size = Version.size(version)
        wordsPerRow = (size + 63) / 64
        codewords = Version.codewords(version)
        dataCodewords = Version.dataCodewords(version, level)
        checkCodewordsPerBlock = Version.checkCodewordsPerBlock(version, level)
        blocks = Version.blocks(version, level)
        shortBlocks = blocks - Version.codewords(version) % blocks
        self.reedSolomon = reedSolomon

        let patterns = FunctionPatterns(version: version)
        base = patterns.dark
        masks = (0..<8).map { patterns.mask($0, level: level) }

        placement = Placement(
            order: Version.order(version, level), zigzag: patterns.zigzag(), wordsPerRow: wordsPerRow)
    }
}

/// Finder, timing, alignment, format and version patterns of a version (ISO/IEC 18004, section 6.3).
struct FunctionPatterns {
    let version: Int
    let size: Int
    let wordsPerRow: Int
    private(set) var dark: [UInt64]
    private var reserved: [UInt64]

    init(version: Int) {
        self.version = version
        size = Version.size(version)
        wordsPerRow = (size + 63) / 64
        dark = [UInt64](repeating: 0, count: size * wordsPerRow)
        reserved = dark
        for i in 0..<size {
            set(6, i, i % 2 == 0)
            set(i, 6, i % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let centres = Version.alignmentCentres(version)
        for y in centres {
            for x in centres where !Self.touchesFinder(x, y, last: size - 7) {
                for dy in -2...2 {
                    for dx in -2...2 { set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) }
                }
            }
        }
        for bit in 0..<15 {
            for place in FormatInformation.places(ofBit: bit, size: size) { set(place.x, place.y, false) }
        }
        set(8, size - 8, true)
        if version >= 7 {
            let bits = FormatInformation.versionBits(version)
            for i in 0..<18 {
                set(size - 11 + i % 3, i / 3, bits >> i & 1 == 1)
                set(i / 3, size - 11 + i % 3, bits >> i & 1 == 1)
            }
        }
    }

    static func touchesFinder(_ x: Int, _ y: Int, last: Int) -> Bool {
        x == 6 && (y == 6 || y == last) || x == last && y == 6
    }

    private mutating func drawFinder(_ x: Int, _ y: Int) {
        for dy in -4...4 {
            for dx in -4...4 {
                let (px, py) = (x + dx, y + dy)
                guard px >= 0, px < size, py >= 0, py < size else { continue }
                let ring = max(abs(dx), abs(dy))
                set(px, py, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        let (word, bit) = (y * wordsPerRow + x / 64, UInt64(1) << UInt64(x % 64))
        reserved[word] |= bit
        if isDark { dark[word] |= bit } else { dark[word] &= ~bit }
    }

    private func isReserved(_ x: Int, _ y: Int) -> Bool {
        reserved[y * wordsPerRow + x / 64] >> UInt64(x % 64) & 1 == 1
    }

    /// Bit indices of the data region in the order of section 7.7.3: two columns at a time from the right,
    /// upwards and downwards in turn, passing over the vertical timing pattern.
    func zigzag() -> [UInt16] {
        var places: [UInt16] = []
        places.reserveCapacity(Version.codewords(version) * 8 + 7)
        var right = size - 1
        var upwards = true
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let y = upwards ? size - 1 - step : step
                for x in [right, right - 1] where !isReserved(x, y) {
                    places.append(UInt16(y * wordsPerRow * 64 + x))
                }
            }
            upwards.toggle()
            right -= 2
        }
        return places
    }

    /// The rows of mask `mask` (section 7.8.2, table 10) over the data region, with the format information.
    func mask(_ mask: Int, level: ErrorCorrection) -> [UInt64] {
        var rows = [UInt64](repeating: 0, count: dark.count)
        // Every mask repeats after 12 rows.
        let pattern = (0..<12).map { y in
            var words = [UInt64](repeating: 0, count: wordsPerRow)
            for x in 0..<size where Self.inverts(mask, x, y) { words[x / 64] |= 1 << UInt64(x % 64) }
            return words
        }
        for y in 0..<size {
            for word in 0..<wordsPerRow {
                let at = y * wordsPerRow + word
                rows[at] = pattern[y % 12][word] & ~reserved[at]
            }
        }
        let bits = FormatInformation.bits(level: level, mask: mask)
        for i in 0..<15 where bits >> i & 1 == 1 {
            for (x, y) in FormatInformation.places(ofBit: i, size: size) {
                rows[y * wordsPerRow + x / 64] |= 1 << UInt64(x % 64)
            }
        }
        return rows
    }

    static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }
}
