import QRCode
import TestSupport
import Testing

@Suite("mask")
struct MaskTests {
    /// The four rules of ISO/IEC 18004, table 11, module by module.
    private func penalty(_ symbol: Symbol) -> Int {
        let size = symbol.size
        let rows = (0..<size).map { y in (0..<size).map { x in symbol[x, y] } }
        let columns = (0..<size).map { x in (0..<size).map { y in symbol[x, y] } }
        var points = 0
        for line in rows + columns {
            // Runs.
            var i = 0
            while i < size {
                var j = i
                while j < size, line[j] == line[i] { j += 1 }
                if j - i >= 5 { points += 3 + (j - i - 5) }
                i = j
            }
            // Finder-like patterns with four light modules on at least one side; light outside.
            func isLight(_ range: Range<Int>) -> Bool {
                range.allSatisfy { $0 < 0 || $0 >= size || !line[$0] }
            }
            for i in 0..<size - 6
            where Array(line[i..<i + 7]) == [true, false, true, true, true, false, true] {
                if isLight(i - 4..<i) || isLight(i + 7..<i + 11) { points += 40 }
            }
        }
        for y in 0..<size - 1 {
            for x in 0..<size - 1 {
                if rows[y][x] == rows[y][x + 1], rows[y][x] == rows[y + 1][x],
                    rows[y][x] == rows[y + 1][x + 1]
                {
                    points += 3
                }
            }
        }
        let dark = rows.joined().count(where: { $0 })
        // Steps of 5 % of deviation from 50 %.
        var steps = 0
        while abs(dark * 100 - 50 * size * size) >= 5 * (steps + 1) * size * size { steps += 1 }
        return points + 10 * steps
    }

    @Test(
        "chosen has the least penalty of all eight, the first of equals", arguments: ErrorCorrection.allCases)
    func least(level: ErrorCorrection) throws {
        var random = SplitMix(seed: UInt64(level.rawValue))
        var encoder = QREncoder()
        for version in [1, 2, 3, 4, 4, 6, 7, 11, 12] + (level == .low ? [10, 17, 27, 28] : []) {
            let text = (0..<Int.random(in: 4...7, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &random)))
            }
            let chosen = try encoder.encode(String(text), level: level, minimumVersion: version)
            let all = try (0..<8).map {
                try penalty(encoder.encode(String(text), level: level, minimumVersion: version, mask: $0))
            }
            #expect(chosen.mask == all.firstIndex(of: all.min() ?? 0), "version \(version): \(all)")
        }
    }

    @Test("of the largest symbol has the least penalty")
    func largest() throws {
        var encoder = QREncoder()
        let text = String(repeating: "wide rows ", count: 110)
        let chosen = try encoder.encode(text, level: .high)
        #expect(chosen.version == 40 || chosen.version > 35)
        let all = try (0..<8).map { try penalty(encoder.encode(text, level: .high, mask: $0)) }
        #expect(chosen.mask == all.firstIndex(of: all.min() ?? 0))
    }
}
