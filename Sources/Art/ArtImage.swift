// A hot file: unsafe pointers.
public import Codes
public import Decoding
internal import Legibility
public import QRCode

/// The image that a code shows: a square of colours on white.
public struct ArtImage: Equatable, Sendable {
    /// The pixels; as wide as high.
    public let raster: Raster
    /// Linear light of each pixel, 0...1.
    let light: [Float]

    /// Pixels on a side that are kept: twelve to a module of the largest sensible symbol.
    static let side = 720

    /// The middle square of a picture, on white where it is transparent.
    public init(_ picture: ColourPicture) {
        let edge = min(picture.width, picture.height)
        let (left, top) = ((picture.width - edge) / 2, (picture.height - edge) / 2)
        let side = min(Self.side, edge)
        var raster = Raster(width: side, height: side)
        raster.withMutablePixels { to in
            picture.pixels.withUnsafeBufferPointer { from in
                for y in 0..<side {
                    let rows = top + y * edge / side..<top + max(y * edge / side + 1, (y + 1) * edge / side)
                    for x in 0..<side {
                        let columns = left + x * edge / side..<left + max(x * edge / side + 1, (x + 1) * edge / side)
                        var (red, green, blue) = (0, 0, 0)
                        for row in rows {
                            for column in columns {
                                let at = 4 * (row * picture.width + column)
                                let opacity = Int(from[at + 3])
                                red += 255 * 255 + (Int(from[at]) - 255) * opacity
                                green += 255 * 255 + (Int(from[at + 1]) - 255) * opacity
                                blue += 255 * 255 + (Int(from[at + 2]) - 255) * opacity
                            }
                        }
                        let count = rows.count * columns.count * 255
                        let at = 4 * (y * side + x)
                        to[at] = UInt8(red / count)
                        to[at + 1] = UInt8(green / count)
                        to[at + 2] = UInt8(blue / count)
                    }
                }
            }
        }
        self.init(square: raster)
    }

    /// An image whose pixels are known; the upper left square of it.
    public init(square raster: Raster) {
        self.raster = raster
        let grey = Tones.grey(raster).pixels
        light = grey.map { Tones.light[Int($0)] }
    }

    /// Mean brightness, as people see it (0 black, 1 white), of each cell of a grid of `size` × `size`.
    func brightness(size: Int) -> [Float] {
        let side = min(raster.width, raster.height)
        guard side > 0 else { return [Float](repeating: 1, count: size * size) }
        var cells = [Float](repeating: 0, count: size * size)
        for y in 0..<size {
            let rows = y * side / size..<max(y * side / size + 1, (y + 1) * side / size)
            for x in 0..<size {
                let columns = x * side / size..<max(x * side / size + 1, (x + 1) * side / size)
                var sum: Float = 0
                for row in rows { for column in columns { sum += light[row * raster.width + column] } }
                let mean = sum / Float(rows.count * columns.count)
                cells[y * size + x] = Float(Tones.shade(Double(mean))) / 255
            }
        }
        return cells
    }
}

/// What the modules of a symbol should be for an image to be seen in them.
public struct ArtTarget: Sendable {
    /// Modules on a side.
    let size: Int
    /// Whether a module should be dark.
    let dark: [Bool]
    /// How much it matters, above 0.
    let weight: [Float]

    /// Dark where the image is darker than its middle. What differs from its surroundings matters most, and what is
    /// clearly dark or light more than what is grey.
    /// - Parameter seed: of the little noise that decides between equals.
    public init(_ image: ArtImage, size: Int, seed: UInt64) {
        self.size = size
        let cells = image.brightness(size: size)
        let threshold = Self.threshold(cells)
        var random = NoiseSource(state: seed)
        var weights: [Float] = []
        for y in 0..<size {
            for x in 0..<size {
                var (sum, squares, count): (Float, Float, Float) = (0, 0, 0)
                for ny in max(0, y - 2)...min(size - 1, y + 2) {
                    for nx in max(0, x - 2)...min(size - 1, x + 2) {
                        let value = cells[ny * size + nx]
                        sum += value
                        squares += value * value
                        count += 1
                    }
                }
                let deviation = max(0, squares / count - sum * sum / count / count).squareRoot()
                let distance = abs(cells[y * size + x] - threshold)
                weights.append(0.1 + distance + 2 * deviation + Float(random.next() & 0xFFFF) / 65_536 * 0.15)
            }
        }
        dark = cells.map { $0 < threshold }
        weight = weights
    }

    /// Otsu's threshold (1979): the one that divides the shades into the two most distinct classes; half way for an image
    /// of one shade.
    private static func threshold(_ cells: [Float]) -> Float {
        var histogram = [Int](repeating: 0, count: 64)
        for cell in cells { histogram[min(63, Int(cell * 64))] += 1 }
        let total = Float(cells.count)
        let mean = (0..<64).reduce(Float(0)) { $0 + Float($1) * Float(histogram[$1]) } / total
        var (best, threshold, below, sum): (Float, Float, Float, Float) = (0, 32, 0, 0)
        for step in 0..<63 {
            below += Float(histogram[step])
            sum += Float(step) * Float(histogram[step])
            guard below > 0, below < total else { continue }
            let difference = mean * below / total - sum / total
            let between = difference * difference / (below / total * (1 - below / total))
            if between > best { (best, threshold) = (between, Float(step) + 1) }
        }
        return threshold / 64
    }

    /// The share of modules that are as they should be, weighted; patterns don't count.
    public func match(_ symbol: Symbol, _ layout: SymbolLayout) -> Double {
        var (good, all): (Float, Float) = (0, 0)
        for y in 0..<size {
            for x in 0..<size where layout.parts[y * size + x] == .data {
                all += weight[y * size + x]
                if symbol[x, y] == dark[y * size + x] { good += weight[y * size + x] }
            }
        }
        return all > 0 ? Double(good / all) : 1
    }
}
