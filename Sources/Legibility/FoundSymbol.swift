public import Decoding
public import QRCode

/// A symbol in somebody's picture: what it says, what its modules should be, and where they are.
public struct FoundSymbol: Sendable {
    /// What the reader got.
    public let read: ReadSymbol
    /// What it was read in: the picture, or its negative.
    public let image: GreyImage
    /// The symbol without its errors.
    public let symbol: Symbol
    /// Where its modules are in ``image``.
    public let grid: SymbolGrid
    /// Whether it was drawn by a program: upright, and not the least uneven.
    public let isDrawn: Bool

    /// Finds the grid of a symbol that was read; `nil` when there is none that explains what was read.
    public init?(_ read: ReadSymbol, in image: GreyImage) {
        let image = read.isInverted ? image.negative : image
        let sizes = Array(stride(from: 21, through: 177, by: 4)) + [11, 13, 15, 17]
        let place = read.place
        let box = [
            (place.left, place.top), (place.right, place.top), (place.right, place.bottom), (place.left, place.bottom),
        ].map { (x: Double($0.0) + 0.5, y: Double($0.1) + 0.5) }
        let seen = read.corners?.map { (x: Double($0.x) + 0.5, y: Double($0.y) + 0.5) }
        for (corners, turns) in [(seen, 0..<1), (seen, 0..<4), (box, 0..<4)] {
            guard let corners, let found = GridFit.find(image, corners: corners, sizes: sizes, turns: turns) else {
                continue
            }
            let upright = Self.upright(image, found.grid, size: found.size)
            for grid in [upright, found.grid] {
                guard let grid, let symbol = Self.symbol(image, grid, size: found.size, says: read.bytes) else {
                    continue
                }
                (self.read, self.image, self.symbol, self.grid) = (read, image, symbol, grid)
                isDrawn = grid.isUpright
                return
            }
        }
        return nil
    }

    /// The upright grid of whole pixels nearest to a grid; `nil` when none is near.
    private static func upright(_ image: GreyImage, _ grid: SymbolGrid, size: Int) -> SymbolGrid? {
        let q = grid.corners(size: size)
        let (left, top) = ((q[0].x + q[3].x) / 2, (q[0].y + q[1].y) / 2)
        let scale = (q[1].x + q[2].x - q[0].x - q[3].x) / Double(2 * size)
        let tolerance = max(1.2, 0.25 * scale)
        let ideal = SymbolGrid(scale: scale, x: left, y: top).corners(size: size)
        guard scale > 0.9, zip(q, ideal).allSatisfy({ abs($0.x - $1.x) < tolerance && abs($0.y - $1.y) < tolerance })
        else { return nil }
        // Programs put modules on whole pixels, or the whole code into a given width.
        let whole = scale.rounded()
        let isWhole = abs(whole - scale) * Double(size) < max(1.5, 0.4 * scale)
        let centre = left + scale * Double(size) / 2
        let middle = top + scale * Double(size) / 2
        guard isWhole else { return SymbolGrid(scale: scale, x: left, y: top) }
        return GridFit.upright(
            image, scale: whole, x: centre - whole * Double(size) / 2, y: middle - whole * Double(size) / 2, size: size)
    }

    /// The symbol under a grid, if it says what was read.
    private static func symbol(_ image: GreyImage, _ grid: SymbolGrid, size: Int, says bytes: [UInt8]) -> Symbol? {
        var seen = [Float](repeating: 0, count: size * size)
        Tones.light.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            for y in 0..<size {
                for x in 0..<size {
                    seen[y * size + x] =
                        image.mean(grid, Double(x) + 0.5, Double(y) + 0.5, aperture: 0.5, steps: 3, table) ?? 1
                }
            }
        }
        // A shadow over half of it should not matter here: each module is compared with those around it, then with all.
        let sorted = seen.sorted()
        let overall = (sorted[sorted.count / 20] + sorted[sorted.count - 1 - sorted.count / 20]) / 2
        let reach = 8
        for isLocal in [false, true] {
            let reading = SymbolReading(size: size) { x, y in
                guard isLocal else { return seen[y * size + x] < overall }
                var (low, high): (Float, Float) = (1, 0)
                for ny in max(0, y - reach)..<min(size, y + reach + 1) {
                    for nx in max(0, x - reach)..<min(size, x + reach + 1) {
                        low = min(low, seen[ny * size + nx])
                        high = max(high, seen[ny * size + nx])
                    }
                }
                return seen[y * size + x] < (low + high) / 2
            }
            if let symbol = reading?.symbol, symbol.bytes == bytes { return symbol }
        }
        return nil
    }
}

extension GreyImage {
    /// Black for white.
    var negative: GreyImage {
        var result = self
        for place in result.pixels.indices { result.pixels[place] = 255 - result.pixels[place] }
        return result
    }
}

extension Symbol {
    /// The symbol as a picture of one pixel a module, with its quiet zone.
    public var smallestPicture: GreyImage {
        let side = size + 2 * quietZone
        var image = GreyImage(width: side, height: side)
        for y in 0..<size {
            for x in 0..<size where self[x, y] { image[quietZone + x, quietZone + y] = 0 }
        }
        return image
    }

    /// What a reader gets out of the modules themselves; about 30 µs. `nil`: nothing.
    public var bytes: [UInt8]? { ZXingReader.read(smallestPicture, pure: true).first?.bytes }
}
