// A hot file: unsafe pointers.
import Site

extension Drawing {
    /// The drawing in pixels, with smooth edges; where nothing is painted it is transparent.
    /// - Parameter scale: pixels to a module. A whole number keeps the edges of modules sharp.
    public func raster(scale: Double) throws(CodeFileError) -> Raster {
        guard scale > 0, scale.isFinite else { throw .scaleTooSmall(0) }
        let (across, down) = ((width * scale).rounded(.up), (height * scale).rounded(.up))
        let limit = PNGWriter.maximumSide
        guard across <= Double(limit), down <= Double(limit) else {
            throw .tooManyPixels(side: max(across, down) < 1e9 ? Int(max(across, down)) : .max, limit: limit)
        }
        var raster = Raster(width: Int(across), height: Int(down), pixel: (0, 0, 0, 0))
        for shape in shapes { raster.paint(shape, scale: scale) }
        return raster
    }
}

extension Raster {
    /// Paints one thing over what is there.
    mutating func paint(_ shape: Drawing.Shape, scale: Double) {
        let (width, height) = (width, height)
        switch shape {
        case .area(let area):
            let shades = Shades(area.fill, scale: scale)
            withMutablePixels { pixels in
                AreaScan.scan(area.outline, rule: area.rule, scale: scale, width: width, height: height) {
                    y, columns, coverage in
                    for x in columns where coverage[x] > 0 {
                        let (colour, opacity) = shades.colour(x, y)
                        let alpha = opacity == 255 ? Int(coverage[x]) : Int(coverage[x]) * opacity / 255
                        Self.lay(colour, alpha, on: pixels, at: 4 * (y * width + x))
                    }
                }
            }
        case .picture(let picture):
            let (left, top) = (picture.x * scale, picture.y * scale)
            let (right, bottom) = (left + picture.width * scale, top + picture.height * scale)
            let source = picture.raster
            guard right > left, bottom > top, source.width > 0, source.height > 0 else { return }
            let columns = Self.pixels(left, right, width)
            let rows = Self.pixels(top, bottom, height)
            let (perX, perY) = (Double(source.width) / (right - left), Double(source.height) / (bottom - top))
            withMutablePixels { pixels in
                for y in rows {
                    let (v0, v1) = Self.source(y, top, perY, source.height)
                    for x in columns {
                        let (u0, u1) = Self.source(x, left, perX, source.width)
                        let (colour, alpha) = source.mean(u0, u1, v0, v1)
                        Self.lay(colour, alpha, on: pixels, at: 4 * (y * width + x))
                    }
                }
            }
        }
    }

    /// Pixels whose middle lies between two places.
    private static func pixels(_ from: Double, _ to: Double, _ count: Int) -> Range<Int> {
        let low = Int(min(Double(count), max(0, (from - 0.5).rounded(.up))))
        return low..<max(low, Int(min(Double(count), max(0, (to - 0.5).rounded(.up)))))
    }

    /// Pixels of a picture that lie under a pixel of this one.
    private static func source(_ pixel: Int, _ start: Double, _ per: Double, _ count: Int) -> (Int, Int) {
        let low = min(count - 1, max(0, Int((Double(pixel) - start) * per)))
        return (low, min(count, max(low + 1, Int((Double(pixel) + 1 - start) * per))))
    }

    /// Mean of some pixels, weighted by their opacity, and their mean opacity.
    private func mean(_ u0: Int, _ u1: Int, _ v0: Int, _ v1: Int) -> ((UInt8, UInt8, UInt8), Int) {
        var (red, green, blue, opacity) = (0, 0, 0, 0)
        for v in v0..<v1 {
            for u in u0..<u1 {
                let pixel = self[u, v]
                let weight = Int(pixel.opacity)
                red += Int(pixel.red) * weight
                green += Int(pixel.green) * weight
                blue += Int(pixel.blue) * weight
                opacity += weight
            }
        }
        guard opacity > 0 else { return ((0, 0, 0), 0) }
        return (
            (UInt8(red / opacity), UInt8(green / opacity), UInt8(blue / opacity)), opacity / ((u1 - u0) * (v1 - v0))
        )
    }

    /// A colour over a pixel (Porter and Duff's "over", in sRGB as browsers do it).
    @inline(__always)
    static func lay(
        _ colour: (UInt8, UInt8, UInt8), _ alpha: Int, on pixels: UnsafeMutableBufferPointer<UInt8>, at place: Int
    ) {
        if alpha <= 0 { return }
        let under = Int(pixels[place + 3])
        if alpha == 255 || under == 0 {
            (pixels[place], pixels[place + 1], pixels[place + 2]) = colour
            pixels[place + 3] = UInt8(alpha)
            return
        }
        // In 255ths of 255.
        let (over, rest) = (alpha * 255, under * (255 - alpha))
        let total = over + rest
        func mix(_ new: UInt8, _ old: UInt8) -> UInt8 {
            UInt8((Int(new) * over + Int(old) * rest + total / 2) / total)
        }
        pixels[place] = mix(colour.0, pixels[place])
        pixels[place + 1] = mix(colour.1, pixels[place + 1])
        pixels[place + 2] = mix(colour.2, pixels[place + 2])
        pixels[place + 3] = UInt8((total + 127) / 255)
    }
}

/// Colours of a fill, by pixel.
private struct Shades {
    /// 256 colours from the first stop to the last; of a solid fill, one.
    private var table: [(UInt8, UInt8, UInt8)] = []
    private var opacity = 255
    /// Of a linear fill: place in the table as a·x + b·y + c.
    private var linear: (a: Double, b: Double, c: Double)?
    private var radial: (x: Double, y: Double, perPixel: Double)?

    init(_ fill: Drawing.Fill, scale: Double) {
        switch fill {
        case .solid(let colour, let opacity):
            table = [(colour.red, colour.green, colour.blue)]
            self.opacity = Int(max(0, min(1, opacity)) * 255 + 0.5)
        case .linear(let from, let to, let stops):
            table = Self.ramp(stops)
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let square = max(1e-12, dx * dx + dy * dy)
            let (a, b) = (dx / square * 255 / scale, dy / square * 255 / scale)
            linear = (a, b, 0.5 * (a + b) - (from.x * dx + from.y * dy) / square * 255 + 0.5)
        case .radial(let centre, let radius, let stops):
            table = Self.ramp(stops)
            radial = (centre.x * scale - 0.5, centre.y * scale - 0.5, 255 / max(1e-9, radius * scale))
        }
    }

    @inline(__always)
    func colour(_ x: Int, _ y: Int) -> (colour: (UInt8, UInt8, UInt8), opacity: Int) {
        if table.count == 1 { return (table[0], opacity) }
        var place = 0.0
        if let linear { place = linear.a * Double(x) + linear.b * Double(y) + linear.c }
        if let radial {
            let (dx, dy) = (Double(x) - radial.x, Double(y) - radial.y)
            place = (dx * dx + dy * dy).squareRoot() * radial.perPixel + 0.5
        }
        return (table[Int(max(0, min(255, place)))], 255)
    }

    private static func ramp(_ stops: [Paint.Stop]) -> [(UInt8, UInt8, UInt8)] {
        guard let first = stops.first, let last = stops.last else { return [(0, 0, 0)] }
        return (0...255).map { index in
            let place = Double(index) / 255
            guard place > first.place else { return (first.colour.red, first.colour.green, first.colour.blue) }
            guard let next = stops.firstIndex(where: { $0.place >= place }), next > 0 else {
                return (last.colour.red, last.colour.green, last.colour.blue)
            }
            let (a, b) = (stops[next - 1], stops[next])
            let share = b.place > a.place ? (place - a.place) / (b.place - a.place) : 1
            func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
                UInt8(Double(from) + (Double(to) - Double(from)) * share + 0.5)
            }
            return (
                mix(a.colour.red, b.colour.red), mix(a.colour.green, b.colour.green), mix(a.colour.blue, b.colour.blue)
            )
        }
    }
}
