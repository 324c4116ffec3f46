import Codes
import Decoding
import Glibc
import QRCode
import Site
import Testing

/// The same numbers on every machine (SplitMix64).
private struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func roll(_ sides: Int) -> Int { Int(next() % UInt64(sides)) }
    mutating func one<Element>(of all: [Element]) -> Element { all[roll(all.count)] }
    mutating func chance(_ percent: Int) -> Bool { roll(100) < percent }

    mutating func colour(_ levels: ClosedRange<Int>) -> Colour {
        func part(_ dice: inout Dice) -> UInt8 { UInt8(levels.lowerBound + dice.roll(levels.count)) }
        return Colour(part(&self), part(&self), part(&self))
    }

    mutating func ink() -> Paint {
        let stops = [Paint.Stop(0, colour(0...150)), Paint.Stop(1, colour(0...150))]
        switch roll(10) {
        case 0, 1: return .linear(angle: Double(roll(360)), stops)
        case 2: return .radial(stops)
        default: return .solid(stops[0].colour)
        }
    }

    mutating func design(_ number: Int) -> Design {
        var design = Design(name: "random \(number)")
        design.ink = ink()
        design.paper = chance(10) ? .none : .solid(chance(50) ? .white : colour(200...255))
        if chance(40) { design.frameInk = ink() }
        if chance(40) { design.ballInk = ink() }
        design.modules = one(of: Design.Modules.allCases)
        design.eyeFrame = one(of: Design.EyeFrame.allCases)
        design.eyeBall = one(of: Design.EyeBall.allCases)
        if chance(35) {
            var logo = Design.Logo(file: logoFile())
            logo.size = 0.12 + Double(roll(12)) / 100
            design.logo = logo
        }
        if chance(30) {
            design.frame = Design.Frame(
                shape: one(of: Design.Frame.Shape.allCases), text: "Scan", colour: colour(0...120))
        }
        return design
    }
}

extension GreyImage {
    /// Gaussian blur.
    func gauss(sigma: Double) -> GreyImage {
        let reach = Int((sigma * 3).rounded(.up))
        let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let total = weights.reduce(0, +)
        func pass(_ image: GreyImage, _ dx: Int, _ dy: Int) -> GreyImage {
            var out = image
            for y in 0..<image.height {
                for x in 0..<image.width {
                    var sum = 0.0
                    for step in -reach...reach {
                        let u = min(image.width - 1, max(0, x + dx * step))
                        let v = min(image.height - 1, max(0, y + dy * step))
                        sum += weights[step + reach] * Double(image[u, v])
                    }
                    out[x, y] = UInt8(max(0, min(255, sum / total + 0.5)))
                }
            }
            return out
        }
        return pass(pass(self, 1, 0), 0, 1)
    }

    /// All between a fifth of grey and four fifths.
    var pale: GreyImage {
        var out = self
        for index in out.pixels.indices { out.pixels[index] = UInt8(51 + Int(pixels[index]) * 3 / 5) }
        return out
    }
}

@Suite("Random designs")
struct RandomDesignTests {
    @Test(
        "with good contrast are read by zxing and zbar, small, blurred and pale", arguments: 0..<10)
    func random(part: Int) throws {
        var dice = Dice(state: UInt64(part) &* 7_919 + 26)
        var encoder = QREncoder()
        var zbar = ZBarReader()
        var count = 0
        while count < 20 {
            let design = dice.design(part * 100 + count)
            // What is pale itself must not become paler still: of dark inks, a contrast of 9 : 1 and more.
            let inks = [design.ink, design.frameInk, design.ballInk].compactMap { $0 }.flatMap(\.colours)
            let paper = design.paper.colours.first ?? .white
            let contrast = (paper.luminance + 0.05) / ((inks.map(\.luminance).max() ?? 0) + 0.05)
            if design.contrastProblem != nil || contrast < 9 { continue }
            count += 1
            let text = "https://go.example.org/\(part)/\(count)"
            var template = try DesignTemplate(design)
            let symbol = try template.symbol(text, level: .medium, &encoder)
            let image = try grey(template.drawing(symbol).raster(scale: 4)).gauss(sigma: 1.2).pale
            let look = "\(design.modules) \(design.eyeFrame) \(design.eyeBall) \(design.ink) \(design.paper) \(count)"
            // As apps do: dark and light by the neighbourhood, then by the whole picture.
            let read = ZXingReader.read(image) + ZXingReader.read(image, threshold: .global)
            #expect(read.first.map { String(decoding: $0.bytes, as: UTF8.self) } == text, "zxing: \(look)")
            #expect(zbar.read(image).map { String(decoding: $0.bytes, as: UTF8.self) } == [text], "zbar: \(look)")
        }
    }
}
