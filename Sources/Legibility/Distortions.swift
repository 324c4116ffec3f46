// A hot file: unsafe pointers.
internal import Decoding
internal import Glibc

/// What happens to codes between the printer and the reader, each from 0 (nothing) to 1 (no code survives it).
public enum ScanAxis: String, CaseIterable, Sendable {
    /// Out of focus: a Gaussian of up to 0.7 modules.
    case blur
    /// Far away: down to one pixel a module.
    case distance
    /// Little light: noise with a deviation of up to 80 of 255 at four pixels a module.
    case noise
    /// Pale ink, glare, fog: contrast down to a thirtieth, with a little noise.
    case contrast
    /// Seen from the side: up to 80°, turned by 20° or by 6°; phones look often, so that one of both is enough.
    case tilt
}

/// Distorts the straightened picture of a symbol, always in the same way for the same seed.
struct Distorter {
    /// Eight pixels a module.
    let large: GreyImage
    /// Four.
    private let medium: GreyImage
    private let seed: UInt64
    /// Width of the symbol with its quiet zone in pixels of ``large``: what tilt is measured by.
    private let unit: Int

    /// - Parameter unit: width of the symbol with its quiet zone, where the picture shows more; `nil`: the picture's.
    init(_ straightened: GreyImage, seed: UInt64, unit: Int? = nil) {
        large = straightened
        self.unit = unit ?? straightened.width
        medium = straightened.resized(width: straightened.width / 2, height: straightened.height / 2)
        self.seed = seed
    }

    /// - Parameter turn: of a tilted picture, in its own plane, in radians.
    func picture(_ axis: ScanAxis, _ severity: Double, turn: Double = 0.35) -> GreyImage {
        switch axis {
        case .blur: return medium.gaussian(sigma: 4 * 0.7 * severity)
        case .distance:
            let factor = pow(8, -severity)
            return large.resized(
                width: max(8, Int((Double(large.width) * factor).rounded())),
                height: max(8, Int((Double(large.height) * factor).rounded())))
        case .noise: return medium.noisy(deviation: 80 * severity, contrast: 1, seed: seed)
        case .contrast: return medium.noisy(deviation: 2, contrast: pow(30, -severity), seed: seed &+ 1)
        case .tilt: return large.tilted(degrees: 80 * severity, turn: turn, unit: unit)
        }
    }

    /// Printed badly: four pixels a module, blurred by 0.3 modules, at 60 % of its contrast, and a little worse, so that
    /// codes which say something else bear it, too. Where the picture begins decides how zxing's squares of eight pixels
    /// lie on it, so that it lies differently in each.
    var printedBadly: [GreyImage] {
        [(0.31, 0.58, 0), (0.3, 0.6, 3), (0.31, 0.58, 5)].map { sigma, contrast, margin in
            let blurred = medium.gaussian(sigma: 4 * sigma).noisy(deviation: 0, contrast: contrast, seed: seed)
            return margin == 0 ? blurred : blurred.framed(margin, shade: blurred.pixels.first ?? 255)
        }
    }
}

extension GreyImage {
    /// The picture with so many pixels of a shade on all sides.
    func framed(_ margin: Int, shade: UInt8) -> GreyImage {
        var framed = GreyImage(width: width + 2 * margin, height: height + 2 * margin, shade: shade)
        for y in 0..<height {
            let start = (y + margin) * framed.width + margin
            framed.pixels.replaceSubrange(start..<start + width, with: pixels[y * width..<(y + 1) * width])
        }
        return framed
    }

    /// A Gaussian blur by its definition, cut off at three deviations: slower than ``gaussian(sigma:)``, and exact.
    func blurred(sigma: Double) -> GreyImage {
        let reach = Int((sigma * 3).rounded(.up))
        let all = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let total = all.reduce(0, +)
        let weights = all.map { Float($0 / total) }
        func pass(_ from: [UInt8], _ step: Int, _ place: (Int) -> Int, _ length: Int) -> [UInt8] {
            var to = from
            from.withUnsafeBufferPointer { from in
                for at in from.indices {
                    let here = place(at)
                    var sum: Float = 0
                    for offset in -reach...reach {
                        let there = max(0, min(length - 1, here + offset))
                        sum += weights[offset + reach] * Float(from[at + (there - here) * step])
                    }
                    to[at] = UInt8(max(0, min(255, sum + 0.5)))
                }
            }
            return to
        }
        var result = self
        result.pixels = pass(pixels, 1, { $0 % self.width }, width)
        result.pixels = pass(result.pixels, width, { $0 / self.width }, height)
        return result
    }

    /// A smaller picture; each pixel is the mean of the area it covers.
    func resized(width newWidth: Int, height newHeight: Int) -> GreyImage {
        var result = GreyImage(width: newWidth, height: newHeight)
        /// For each new pixel the first old one and the weights of it and those that follow, in 1/4096.
        func weights(_ from: Int, _ to: Int) -> (starts: [Int], counts: [Int], weights: [Int32]) {
            var (starts, counts, all): ([Int], [Int], [Int32]) = ([], [], [])
            for place in 0..<to {
                let (low, high) = (Double(place * from) / Double(to), Double((place + 1) * from) / Double(to))
                let first = Int(low)
                let last = min(from - 1, Int(high.rounded(.up)) - 1)
                starts.append(first)
                counts.append(last - first + 1)
                var left: Int32 = 4_096
                for pixel in first...last {
                    let part = min(high, Double(pixel + 1)) - max(low, Double(pixel))
                    let weight = pixel == last ? left : Int32(part / (high - low) * 4_096)
                    all.append(weight)
                    left -= weight
                }
            }
            return (starts, counts, all)
        }
        let across = weights(width, newWidth)
        let down = weights(height, newHeight)
        var between = [Int32](repeating: 0, count: newWidth * height)
        pixels.withUnsafeBufferPointer { from in
            between.withUnsafeMutableBufferPointer { to in
                for y in 0..<height {
                    var weight = 0
                    for x in 0..<newWidth {
                        var sum: Int32 = 0
                        for i in 0..<across.counts[x] {
                            sum &+= Int32(from[y &* width &+ across.starts[x] &+ i]) &* across.weights[weight]
                            weight &+= 1
                        }
                        to[y &* newWidth &+ x] = sum &>> 6
                    }
                }
            }
        }
        between.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                var weight = 0
                for y in 0..<newHeight {
                    for x in 0..<newWidth {
                        var sum = 0
                        for i in 0..<down.counts[y] {
                            sum &+= Int(from[(down.starts[y] &+ i) &* newWidth &+ x]) &* Int(down.weights[weight &+ i])
                        }
                        to[y &* newWidth &+ x] = UInt8(min(255, (sum + 1 << 17) >> 18))
                    }
                    weight &+= down.counts[y]
                }
            }
        }
        return result
    }

    /// About a Gaussian blur: three means over boxes of a width that need not be whole.
    func gaussian(sigma: Double) -> GreyImage {
        guard sigma > 0.05 else { return self }
        // Three boxes of width w have the variance (w² − 1) / 4.
        let boxWidth = (4 * sigma * sigma + 1).squareRoot()
        let radius = Int((boxWidth - 1) / 2)
        let edge = (boxWidth - 1) / 2 - Double(radius)
        var from = pixels.map { Float($0) }
        var to = from
        for _ in 0..<3 {
            Self.boxes(from, &to, count: height, length: width, step: 1, stride: width, radius, Float(edge))
            Self.boxes(to, &from, count: width, length: height, step: width, stride: 1, radius, Float(edge))
        }
        var result = self
        for place in result.pixels.indices { result.pixels[place] = UInt8(min(255, max(0, from[place] + 0.5))) }
        return result
    }

    private static func boxes(
        _ from: [Float], _ to: inout [Float], count: Int, length: Int, step: Int, stride: Int, _ radius: Int,
        _ edge: Float
    ) {
        let scale = 1 / (Float(2 * radius + 1) + 2 * edge)
        from.withUnsafeBufferPointer { from in
            to.withUnsafeMutableBufferPointer { to in
                for line in 0..<count {
                    let base = line * stride
                    @inline(__always) func at(_ place: Int) -> Float {
                        from[base &+ min(max(place, 0), length &- 1) &* step]
                    }
                    var sum: Float = 0
                    for place in -radius...radius { sum += at(place) }
                    for place in 0..<length {
                        let ends = at(place &- radius &- 1) + at(place &+ radius &+ 1)
                        to[base &+ place &* step] = (sum + edge * ends) * scale
                        sum += at(place &+ radius &+ 1) - at(place &- radius)
                    }
                }
            }
        }
    }

    /// Contrast around the middle shade, and noise that is about normal.
    func noisy(deviation: Double, contrast: Double, seed: UInt64) -> GreyImage {
        var random = NoiseSource(state: seed)
        var result = self
        // Four even 16-bit numbers have a sum with a deviation of 65536 / √3.
        let unit = Float(deviation * 3.0.squareRoot() / 65_536)
        let contrast = Float(contrast)
        result.pixels.withUnsafeMutableBufferPointer { out in
            for place in 0..<out.count {
                let bits = random.next()
                let sum = Int(bits & 0xFFFF) + Int(bits >> 16 & 0xFFFF) + Int(bits >> 32 & 0xFFFF) + Int(bits >> 48)
                let shade = 128 + (Float(out[place]) - 128) * contrast + Float(sum - 131_070) * unit
                out[place] = UInt8(min(255, max(0, shade + 0.5)))
            }
        }
        return result
    }

    /// A square picture, seen from the side, turned around an axis that is not the picture's own, half as large; around it
    /// the shade of the upper left corner.
    /// - Parameter unit: pixels that are as wide as the camera is 2.5 times away.
    func tilted(degrees: Double, turn: Double, unit: Int) -> GreyImage {
        // Room for the turned corners.
        let room = 1.4
        let side = Int(Double(width) / 2 * room)
        let ratio = Double(width) / Double(unit)
        var result = GreyImage(width: side, height: side, shade: pixels.first ?? 255)
        let tilt = degrees * .pi / 180
        let (ct, st, cr, sr) = (cos(tilt), sin(tilt), cos(turn), sin(turn))
        // A camera two and a half widths away.
        let camera = 2.5
        pixels.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                for py in 0..<side {
                    for px in 0..<side {
                        var sum = 0
                        for sub in 0..<4 {
                            let sx = ((Double(px) + 0.25 + 0.5 * Double(sub & 1)) / Double(side) - 0.5) * room * ratio
                            let sy = ((Double(py) + 0.25 + 0.5 * Double(sub >> 1)) / Double(side) - 0.5) * room * ratio
                            // The ray through (sx, sy) meets the plane (p, q·cos t, q·sin t).
                            let q = sy * camera / (camera * ct - sy * st)
                            let p = sx * (camera + q * st) / camera
                            let x = (p * cr - q * sr) / ratio + 0.5
                            let y = (p * sr + q * cr) / ratio + 0.5
                            let isInside = x >= 0 && y >= 0 && x < 1 && y < 1
                            sum += Int(
                                isInside ? from[Int(y * Double(height)) * width + Int(x * Double(width))] : from[0])
                        }
                        to[py * side + px] = UInt8((sum + 2) / 4)
                    }
                }
            }
        }
        return result
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere.
package struct NoiseSource: RandomNumberGenerator {
    private var state: UInt64

    /// From a seed.
    package init(state: UInt64) { self.state = state }

    /// The next number.
    @inline(__always)
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z &>> 31
    }
}
