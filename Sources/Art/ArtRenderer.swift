// A hot file: unsafe pointers.
internal import Codes
internal import QRCode
public import Site

/// How an image and a symbol become one picture.
public typealias ArtStyle = Design.Art.Style

/// How strongly a symbol shows in its image.
public struct ArtStrength: Equatable, Sendable {
    /// How far the middle of a module is pulled towards dark or light, 0...1.
    public var strength: Double
    /// Side of that middle, as a part of a module, 0...1.
    public var centre: Double

    /// A strength.
    public init(strength: Double, centre: Double) {
        self.strength = strength
        self.centre = centre
    }
}

/// Draws a symbol and an image into each other. The patterns that readers look for stay as they are.
struct ArtRenderer {
    let symbol: Symbol
    let layout: SymbolLayout
    let image: ArtImage
    let ink: (UInt8, UInt8, UInt8)
    let paper: (UInt8, UInt8, UInt8)
    /// Whether the eyes are drawn; else they are paper, for a design to draw its own.
    var drawsEyes = true

    /// The symbol's square, without quiet zone.
    func picture(_ style: ArtStyle, _ strength: ArtStrength, scale: Int) -> Raster {
        switch style {
        case .qart: plain(scale: scale)
        case .blend: blend(strength, scale: scale)
        case .halftone: halftone(strength, scale: scale)
        }
    }

    private func isDark(_ x: Int, _ y: Int) -> Bool {
        symbol[x, y] && (drawsEyes || layout.parts[y * symbol.size + x] != .finder)
    }

    private func colour(_ isDark: Bool) -> (UInt8, UInt8, UInt8) { isDark ? ink : paper }

    private func plain(scale: Int) -> Raster {
        var raster = Raster(width: symbol.size * scale, height: symbol.size * scale)
        for y in 0..<symbol.size {
            for x in 0..<symbol.size { Self.fill(&raster, x * scale, y * scale, scale, colour(isDark(x, y))) }
        }
        return raster
    }

    private static func fill(_ raster: inout Raster, _ x: Int, _ y: Int, _ side: Int, _ colour: (UInt8, UInt8, UInt8)) {
        let width = raster.width
        raster.withMutablePixels { pixels in
            for row in y..<y + side {
                for column in x..<x + side {
                    let at = 4 * (row * width + column)
                    (pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]) = (colour.0, colour.1, colour.2, 255)
                }
            }
        }
    }

    /// The middle of each module is pulled only as far as it has to be: where the image is dark enough already, it stays.
    /// Of a dark module the brightness becomes at most half less what ``ArtStrength/strength`` asks for, of a light one at
    /// least half more; the hue stays.
    private func blend(_ strength: ArtStrength, scale: Int) -> Raster {
        let side = symbol.size * scale
        var raster = Raster(width: side, height: side)
        let source = min(image.raster.width, image.raster.height)
        let width = image.raster.width
        let half = strength.centre / 2
        let (darkest, lightest) = (Int(127.5 * (1 - strength.strength)), Int(127.5 * (1 + strength.strength)))
        let (ink, paper) = ([Int(ink.0), Int(ink.1), Int(ink.2)], [Int(paper.0), Int(paper.1), Int(paper.2)])
        image.raster.pixels.withUnsafeBufferPointer { from in
            raster.withMutablePixels { to in
                for py in 0..<side {
                    let (y, inY) = (py / scale, (Double(py % scale) + 0.5) / Double(scale) - 0.5)
                    for px in 0..<side {
                        let (x, inX) = (px / scale, (Double(px % scale) + 0.5) / Double(scale) - 0.5)
                        let at = 4 * (py * side + px)
                        let isDark = isDark(x, y)
                        let target = isDark ? ink : paper
                        let place = 4 * (py * source / side * width + px * source / side)
                        let colour = (Int(from[place]), Int(from[place + 1]), Int(from[place + 2]))
                        // BT.601 luma, close enough to brightness and what cameras deliver.
                        let brightness = (299 * colour.0 + 587 * colour.1 + 114 * colour.2) / 1_000
                        var share = 0
                        if layout.parts[y * symbol.size + x] != .data {
                            share = 256
                        } else if abs(inX) <= half, abs(inY) <= half {
                            if isDark, brightness > darkest {
                                share = 256 - 256 * darkest / brightness
                            } else if !isDark, brightness < lightest {
                                share = 256 * (lightest - brightness) / max(1, 255 - brightness)
                            }
                        }
                        to[at] = UInt8(colour.0 + (target[0] - colour.0) * share / 256)
                        to[at + 1] = UInt8(colour.1 + (target[1] - colour.1) * share / 256)
                        to[at + 2] = UInt8(colour.2 + (target[2] - colour.2) * share / 256)
                        to[at + 3] = 255
                    }
                }
            }
        }
        return raster
    }

    /// Floyd–Steinberg (1976) over 3 × 3 dots a module; what the module's own dots are off is made up for by the others
    /// (Chu et al., "Halftone QR Codes", 2013). From strength 0.5 on the cross of five dots is the module's.
    private func halftone(_ strength: ArtStrength, scale: Int) -> Raster {
        let dots = 3 * symbol.size
        var shades = image.brightness(size: dots)
        var raster = Raster(width: symbol.size * scale, height: symbol.size * scale)
        let isCross = strength.strength >= 0.5
        for y in 0..<dots {
            for x in 0..<dots {
                let (mx, my) = (x / 3, y / 3)
                let isFixed =
                    layout.parts[my * symbol.size + mx] != .data || x % 3 == 1 && y % 3 == 1
                    || isCross && (x % 3 == 1 || y % 3 == 1)
                let wanted = shades[y * dots + x]
                let isDark = isFixed ? isDark(mx, my) : wanted < 0.5
                // Patterns are not the image's business: their error goes nowhere.
                if layout.parts[my * symbol.size + mx] == .data {
                    let error = max(-1, min(1, wanted - (isDark ? 0 : 1)))
                    for (dx, dy, share) in [(1, 0, Float(7)), (-1, 1, 3), (0, 1, 5), (1, 1, 1)] {
                        let (nx, ny) = (x + dx, y + dy)
                        if nx >= 0, nx < dots, ny < dots { shades[ny * dots + nx] += error * share / 16 }
                    }
                }
                let (left, top) = (x * scale / 3, y * scale / 3)
                let (right, bottom) = ((x + 1) * scale / 3, (y + 1) * scale / 3)
                let colour = colour(isDark)
                for py in top..<bottom {
                    for px in left..<right { raster[px, py] = (colour.0, colour.1, colour.2, 255) }
                }
            }
        }
        return raster
    }
}
