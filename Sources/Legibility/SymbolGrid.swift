// A hot file: unsafe pointers.
internal import Decoding

/// Where the modules of a symbol lie in a picture: a perspective map from modules to pixels. Module (0, 0) begins at the
/// symbol's top left corner and ends at (1, 1); the quiet zone has negative coordinates.
public struct SymbolGrid: Equatable, Sendable {
    // x = (a·u + b·v + c) / (g·u + h·v + 1), y = (d·u + e·v + f) / (g·u + h·v + 1)
    private let a, b, c, d, e, f, g, h: Double
    /// Whether modules are upright squares, as in a picture that a program drew.
    public let isUpright: Bool

    /// Upright modules of `scale` pixels; the symbol's top left corner is at (`x`, `y`).
    public init(scale: Double, x: Double, y: Double) {
        (a, b, c, d, e, f, g, h) = (scale, 0, x, 0, scale, y, 0, 0)
        isUpright = true
    }

    /// The map that puts the corners of a symbol of `size` modules (its own top left, then clockwise) where they are seen;
    /// `nil` when no camera sees such a square. (Heckbert, "Fundamentals of Texture Mapping", 1989, section 2.2.3.)
    public init?(corners q: [(x: Double, y: Double)], size: Int) {
        guard q.count == 4, size > 0 else { return nil }
        // A convex quadrangle turns the same way at all corners.
        let turns = (0..<4).map { i in
            let (p, r, s) = (q[i], q[(i + 1) % 4], q[(i + 2) % 4])
            return (r.x - p.x) * (s.y - r.y) - (r.y - p.y) * (s.x - r.x)
        }
        guard turns.allSatisfy({ $0 > 1 }) || turns.allSatisfy({ $0 < -1 }) else { return nil }
        let (sx, sy) = (q[0].x - q[1].x + q[2].x - q[3].x, q[0].y - q[1].y + q[2].y - q[3].y)
        let (dx1, dy1) = (q[1].x - q[2].x, q[1].y - q[2].y)
        let (dx2, dy2) = (q[3].x - q[2].x, q[3].y - q[2].y)
        let determinant = dx1 * dy2 - dx2 * dy1
        guard abs(determinant) > 1e-9 else { return nil }
        let n = Double(size)
        let (g, h) = ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant)
        (self.g, self.h) = (g / n, h / n)
        (a, b, c) = ((q[1].x - q[0].x + g * q[1].x) / n, (q[3].x - q[0].x + h * q[3].x) / n, q[0].x)
        (d, e, f) = ((q[1].y - q[0].y + g * q[1].y) / n, (q[3].y - q[0].y + h * q[3].y) / n, q[0].y)
        isUpright = false
    }

    /// The pixel under a place in modules; the middle of the first pixel is (0.5, 0.5).
    @inline(__always)
    public func pixel(_ u: Double, _ v: Double) -> (x: Double, y: Double) {
        let w = g * u + h * v + 1
        return ((a * u + b * v + c) / w, (d * u + e * v + f) / w)
    }

    /// Corners of a symbol of `size` modules.
    func corners(size: Int) -> [(x: Double, y: Double)] {
        let n = Double(size)
        return [pixel(0, 0), pixel(n, 0), pixel(n, n), pixel(0, n)]
    }

    /// Pixels to a module, in the mean of a symbol of `size` modules, across and down.
    public func moduleSize(size: Int) -> (across: Double, down: Double) {
        let q = corners(size: size)
        func length(_ i: Int, _ j: Int) -> Double {
            let (x, y) = (q[i].x - q[j].x, q[i].y - q[j].y)
            return (x * x + y * y).squareRoot()
        }
        return ((length(0, 1) + length(3, 2)) / Double(2 * size), (length(0, 3) + length(1, 2)) / Double(2 * size))
    }
}

extension GreyImage {
    /// The mean of `table` over a square of `aperture` modules around the middle of a module; `nil` when it is not in the
    /// picture.
    @inline(__always)
    func mean(
        _ grid: SymbolGrid, _ u: Double, _ v: Double, aperture: Double, steps: Int, _ table: UnsafePointer<Float>
    ) -> Float? {
        pixels.withUnsafeBufferPointer { pixels in
            var sum: Float = 0
            for row in 0..<steps {
                let y = v + aperture * ((Double(row) + 0.5) / Double(steps) - 0.5)
                for column in 0..<steps {
                    let x = u + aperture * ((Double(column) + 0.5) / Double(steps) - 0.5)
                    let at = grid.pixel(x, y)
                    guard at.x >= 0, at.y >= 0, at.x < Double(width), at.y < Double(height) else { return nil }
                    sum += table[Int(pixels[Int(at.y) * width + Int(at.x)])]
                }
            }
            return sum / Float(steps * steps)
        }
    }

    /// The symbol upright, with `ring` modules around it, at `scale` pixels a module. What is not in the picture has the
    /// shade `outside`.
    func straightened(_ grid: SymbolGrid, size: Int, ring: Int, scale: Int, outside: UInt8 = 255) -> GreyImage {
        let side = (size + 2 * ring) * scale
        var result = GreyImage(width: side, height: side)
        let module = grid.moduleSize(size: size)
        let steps = min(4, max(1, Int((max(module.across, module.down) / Double(scale)).rounded(.up))))
        pixels.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                for py in 0..<side {
                    for px in 0..<side {
                        var (sum, count) = (0.0, 0.0)
                        for row in 0..<steps {
                            for column in 0..<steps {
                                let u = (Double(px) + (Double(column) + 0.5) / Double(steps)) / Double(scale)
                                let v = (Double(py) + (Double(row) + 0.5) / Double(steps)) / Double(scale)
                                let at = grid.pixel(u - Double(ring), v - Double(ring))
                                guard at.x >= 0, at.y >= 0, at.x < Double(width), at.y < Double(height) else {
                                    continue
                                }
                                sum += grid.isUpright ? Double(from[Int(at.y) * width + Int(at.x)]) : between(from, at)
                                count += 1
                            }
                        }
                        to[py * side + px] = count == 0 ? outside : UInt8(min(255, sum / count + 0.5))
                    }
                }
            }
        }
        return result
    }

    /// Between the four pixels around a point.
    @inline(__always)
    private func between(_ pixels: UnsafeBufferPointer<UInt8>, _ at: (x: Double, y: Double)) -> Double {
        let (x, y) = (max(0, at.x - 0.5), max(0, at.y - 0.5))
        let (left, top) = (min(Int(x), width - 1), min(Int(y), height - 1))
        let (right, below) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (fx, fy) = (x - Double(left), y - Double(top))
        let above = Double(pixels[top * width + left]) * (1 - fx) + Double(pixels[top * width + right]) * fx
        let under = Double(pixels[below * width + left]) * (1 - fx) + Double(pixels[below * width + right]) * fx
        return above * (1 - fy) + under * fy
    }
}
