// A hot file: unsafe pointers.
internal import Decoding
internal import QRCode

/// Finds the exact grid of a symbol whose corners are known to about a module: modules of eyes, timing and alignment
/// patterns have known colours, and the grid under which they are the most distinct is the right one.
enum GridFit {
    /// Modules whose colours are known before anything is read.
    private struct Known {
        var places: [(u: Double, v: Double, isDark: Bool)] = []

        init(size: Int) {
            // Any symbol of this size has the same patterns.
            var encoder = QREncoder()
            guard size >= 21, size % 4 == 1, size <= 177,
                let symbol = try? encoder.encode("0", level: .low, minimumVersion: (size - 17) / 4, mask: 0),
                let layout = SymbolLayout(version: symbol.version, level: .low)
            else {
                addMicro(size: size)
                return
            }
            for y in 0..<size {
                for x in 0..<size where layout.parts[y * size + x] != .data && layout.parts[y * size + x] != .format {
                    places.append((Double(x) + 0.5, Double(y) + 0.5, symbol[x, y]))
                }
            }
        }

        private mutating func addMicro(size: Int) {
            for y in 0..<min(8, size) {
                for x in 0..<min(8, size) {
                    let distance = max(abs(x - 3), abs(y - 3))
                    places.append((Double(x) + 0.5, Double(y) + 0.5, distance != 2 && distance != 4))
                }
            }
            for i in 8..<max(8, size) {
                places.append((Double(i) + 0.5, 0.5, i % 2 == 0))
                places.append((0.5, Double(i) + 0.5, i % 2 == 0))
            }
        }
    }

    /// Mean light of what should be light less that of what should be dark, −1...1.
    private static func distinctness(
        _ image: GreyImage, _ grid: SymbolGrid, _ known: Known, shift: (Double, Double) = (0, 0), reach: Double = 0.3
    ) -> Double {
        var (light, dark, lights, darks) = (0.0, 0.0, 0.0, 0.0)
        image.pixels.withUnsafeBufferPointer { pixels in
            for place in known.places {
                // Five points: the middle counts twice as much as each of four around it.
                var sum = 0.0
                for (du, dv, weight) in [
                    (0.0, 0.0, 2.0), (-reach, 0, 1), (reach, 0, 1), (0, -reach, 1), (0, reach, 1),
                ] {
                    let at = grid.pixel(place.u + du + shift.0, place.v + dv + shift.1)
                    let isInside =
                        at.x >= 0 && at.y >= 0 && at.x < Double(image.width) && at.y < Double(image.height)
                    sum += weight * (isInside ? Double(pixels[Int(at.y) * image.width + Int(at.x)]) : 127)
                }
                if place.isDark {
                    dark += sum
                    darks += 6
                } else {
                    light += sum
                    lights += 6
                }
            }
        }
        return lights > 0 && darks > 0 ? (light / lights - dark / darks) / 255 : -1
    }

    /// The size and the grid of a symbol between four corners, wherever its own top left is among them.
    /// - Parameter sizes: sizes that may be.
    static func find(
        _ image: GreyImage, corners: [(x: Double, y: Double)], sizes: [Int], turns: Range<Int> = 0..<4
    ) -> (grid: SymbolGrid, size: Int)? {
        // The sizes in turn with the corners as they are; the timing patterns of a wrong size are grey.
        var best: (score: Double, size: Int, corners: [(x: Double, y: Double)])?
        for size in sizes {
            let known = Known(size: size)
            for turn in turns {
                let turned = (0..<4).map { corners[($0 + turn) % 4] }
                for mirrored in [false, true] {
                    let q = mirrored ? [turned[0], turned[3], turned[2], turned[1]] : turned
                    guard let grid = SymbolGrid(corners: q, size: size) else { continue }
                    let score = distinctness(image, grid, known)
                    if score > best?.score ?? 0 { best = (score, size, q) }
                }
            }
        }
        guard let best else { return nil }
        // Then the corners move as long as that makes the patterns more distinct.
        let known = Known(size: best.size)
        var (score, q) = (best.score, best.corners)
        guard let first = SymbolGrid(corners: q, size: best.size) else { return nil }
        let module = first.moduleSize(size: best.size)
        var step = max(module.across, module.down)
        while step > 0.03 * max(module.across, module.down) {
            var isBetter = false
            for corner in 0..<4 {
                for (dx, dy) in [(1.0, 0.0), (-1, 0), (0, 1), (0, -1)] {
                    var moved = q
                    moved[corner].x += dx * step
                    moved[corner].y += dy * step
                    guard let grid = SymbolGrid(corners: moved, size: best.size) else { continue }
                    let found = distinctness(image, grid, known)
                    if found > score + 1e-9 { (score, q, isBetter) = (found, moved, true) }
                }
            }
            if !isBetter { step /= 2 }
        }
        return SymbolGrid(corners: q, size: best.size).map { ($0, best.size) }
    }

    /// Of the upright grids with whole pixels a module that begin within two pixels of a place, the best.
    static func upright(_ image: GreyImage, scale: Double, x: Double, y: Double, size: Int) -> SymbolGrid {
        let known = Known(size: size)
        let start = SymbolGrid(scale: scale, x: x.rounded(), y: y.rounded())
        var best = (score: -1.0, grid: start)
        for dy in -2...2 {
            for dx in -2...2 {
                let grid = SymbolGrid(scale: scale, x: x.rounded() + Double(dx), y: y.rounded() + Double(dy))
                let distance = Double(dx * dx + dy * dy)
                let score = distinctness(image, grid, known, reach: 0.45) - 1e-4 * distance
                if score > best.score { best = (score, grid) }
            }
        }
        return best.grid
    }

    /// How far the eyes and alignment patterns lie from where the grid has them, in modules: the furthest.
    static func unevenness(_ image: GreyImage, _ grid: SymbolGrid, _ symbol: Symbol) -> Double {
        let known = Known(size: symbol.size)
        var worst = 0.0
        // Squares of 9 × 9 modules around each pattern.
        let last = Double(symbol.size) - 3.5
        var centres: [(Double, Double)] = [(3.5, 3.5), (last, 3.5), (3.5, last)]
        if symbol.kind == .micro { centres = [(3.5, 3.5)] }
        if symbol.version >= 2, symbol.kind == .standard {
            let far = Double(symbol.size) - 6.5
            centres.append((far, far))
        }
        for centre in centres {
            var near = known
            near.places = known.places.filter { abs($0.u - centre.0) <= 4 && abs($0.v - centre.1) <= 4 }
            var best = (score: -1.0, distance: 0.0)
            for du in -8...8 {
                for dv in -8...8 {
                    let (x, y) = (Double(du) / 8, Double(dv) / 8)
                    let distance = (x * x + y * y).squareRoot()
                    // Of equals the nearest: a hundredth of distinctness for a module.
                    let score = distinctness(image, grid, near, shift: (x, y)) - 0.01 * distance
                    if score > best.score { best = (score, distance) }
                }
            }
            worst = max(worst, best.distance)
        }
        return worst
    }
}
