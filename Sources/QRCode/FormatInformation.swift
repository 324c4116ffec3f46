/// The BCH-coded words beside the finder patterns (ISO/IEC 18004, section 7.9 and 7.10).
enum FormatInformation {
    /// The 15 bits that tell level and mask (section 7.9.1).
    static func bits(level: ErrorCorrection, mask: Int) -> Int {
        let data = level.formatBits << 3 | mask
        return (data << 10 | remainder(data, degree: 10, generator: 0x537)) ^ 0x5412
    }

    /// The 18 bits that tell the version, from version 7 on (section 7.10).
    static func versionBits(_ version: Int) -> Int {
        version << 12 | remainder(version, degree: 12, generator: 0x1F25)
    }

    /// Where bit `i` of the format information stands, both times (section 7.9.1, figure 25).
    static func places(ofBit i: Int, size: Int) -> [(x: Int, y: Int)] {
        let upperLeft: (x: Int, y: Int) =
            switch i {
            case 0...5: (8, i)
            case 6: (8, 7)
            case 7: (8, 8)
            case 8: (7, 8)
            default: (14 - i, 8)
            }
        return [upperLeft, i < 8 ? (size - 1 - i, 8) : (8, size - 15 + i)]
    }

    /// Level and mask of an undamaged symbol.
    static func read(_ dark: (Int, Int) -> Bool) -> (level: ErrorCorrection, mask: Int) {
        var found = 0
        for i in 10..<15 {
            let place = places(ofBit: i, size: 21)[0]
            if dark(place.x, place.y) { found |= 1 << i }
        }
        let data = (found ^ 0x5412) >> 10
        let level = ErrorCorrection.allCases.first { $0.formatBits == data >> 3 } ?? .medium
        return (level, data & 7)
    }

    /// Version, level and mask of an undamaged Micro QR symbol (section 7.9.2, table 13).
    static func readMicro(
        _ dark: (Int, Int) -> Bool
    ) -> (version: Int, level: ErrorCorrection, mask: Int)? {
        var found = 0
        for i in 0..<15 {
            let place = i < 8 ? (x: 8, y: i + 1) : (x: 15 - i, y: 8)
            if dark(place.x, place.y) { found |= 1 << i }
        }
        let data = (found ^ 0x4445) >> 10
        let table: [(Int, ErrorCorrection)] = [
            (1, .low), (2, .low), (2, .medium), (3, .low), (3, .medium), (4, .low), (4, .medium),
            (4, .quartile),
        ]
        let (version, level) = table[data >> 2]
        return (version, level, data & 3)
    }

    private static func remainder(_ data: Int, degree: Int, generator: Int) -> Int {
        var remainder = data
        for _ in 0..<degree {
            remainder = remainder << 1 ^ (remainder >> (degree - 1) & 1) * generator
        }
        return remainder
    }
}
