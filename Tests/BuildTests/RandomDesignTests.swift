import Codes
import Decoding
import Foundation
import Legibility
import Site
import Support
import TestSupport
import Testing

@testable import Build

/// Designs that a manifest can say, from a seed.
private struct DesignDice {
    var random: SplitMix

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &random) }
    mutating func one<Element>(of all: [Element]) -> Element { all[roll(all.count)] }
    mutating func chance(_ percent: Int) -> Bool { roll(100) < percent }
    mutating func share(_ range: ClosedRange<Int>) -> Double { Double(Int.random(in: range, using: &random)) / 100 }

    mutating func colour(_ levels: ClosedRange<Int>) -> Colour {
        var part: UInt8 { UInt8(Int.random(in: levels, using: &random)) }
        return Colour(part, part, part)
    }

    mutating func paint(_ levels: ClosedRange<Int>) -> Paint {
        let stops = (0..<2 + roll(2)).map { _ in colour(levels) }
        let places = stops.enumerated().map { Paint.Stop(Double($0.offset) / Double(stops.count - 1), $0.element) }
        switch roll(8) {
        case 0, 1: return .linear(angle: Double(roll(360)), places)
        case 2: return .radial(places)
        default: return .solid(stops[0])
        }
    }

    /// Shades of a flower or stripes, with a share that is transparent.
    mutating func picture(_ side: Int, _ levels: ClosedRange<Int>) -> [UInt8] {
        var raster = Raster(width: side, height: side, pixel: (0, 0, 0, 0))
        let (one, two, petals, isRound) = (colour(levels), colour(0...255), Double(2 + roll(7)), chance(60))
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (Double(2 * x) / Double(side) - 1, Double(2 * y) / Double(side) - 1)
                let radius = (dx * dx + dy * dy).squareRoot()
                if isRound, radius > 0.98 { continue }
                let isOne = cos(petals * atan2(dy, dx)) * 0.4 + 0.5 > radius
                let own = isOne ? one : two
                let light = 1 - 0.4 * abs(dx)
                raster[x, y] = (
                    UInt8(Double(own.red) * light), UInt8(Double(own.green) * light), UInt8(Double(own.blue) * light),
                    255
                )
            }
        }
        return PicturePNG.file(raster)
    }

    mutating func logo() -> Design.Logo {
        var file = LogoFile(path: "logo.png", bytes: picture(40, 0...255))
        if chance(40) {
            let svg = """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 \(12 + roll(30))">\
                <rect width="30" height="12" rx="3" fill="\(hex(colour(0...255)))"/>\
                <circle cx="15" cy="9" r="7" fill="\(hex(colour(0...255)))"/></svg>
                """
            file = LogoFile(path: "logo.svg", bytes: Array(svg.utf8))
        }
        var logo = Design.Logo(file: file)
        logo.size = share(6...34)
        logo.margin = Double(roll(5)) / 2
        logo.clears = chance(70)
        return logo
    }

    private func hex(_ colour: Colour) -> String {
        "#" + Hex.encode([colour.red, colour.green, colour.blue])
    }

    mutating func design(_ number: Int) -> Design {
        var design = Design(name: "random \(number)")
        design.range = SourceRange(file: 0, start: 0, length: 1)
        let isInverted = chance(6)
        let (dark, light) = (chance(70) ? 0...130 : 0...190, chance(70) ? 210...255 : 150...255)
        let (ink, paper) = isInverted ? (light, dark) : (dark, light)
        design.isInverted = isInverted
        design.ink = paint(ink)
        design.paper = chance(40) && !isInverted ? .solid(.white) : paint(paper)
        if chance(15) {
            design.paper = .none
            design.ground = colour(paper)
        }
        if chance(40) { design.frameInk = paint(ink) }
        if chance(40) { design.ballInk = paint(ink) }
        design.modules = one(of: Design.Modules.allCases)
        design.eyeFrame = one(of: Design.EyeFrame.allCases)
        design.eyeBall = one(of: Design.EyeBall.allCases)
        if chance(45) { design.logo = logo() }
        if chance(40) {
            let words = [
                "", "Scan", "Scan me", "Einmal hier scannen, bitte", "ПРИВЕТ", "Open the menu of the day right here",
            ]
            design.frame = Design.Frame(
                shape: one(of: Design.Frame.Shape.allCases), text: one(of: words), colour: colour(0...160),
                textColour: chance(30) ? colour(0...255) : nil)
        }
        if chance(40) { design.level = one(of: CodeSettings.Level.allCases) }
        if chance(30) { design.quietZone = 1 + roll(7) }
        if chance(12) {
            var art = Design.Art(image: LogoFile(path: "art.png", bytes: picture(120, 0...200)))
            art.style = one(of: Design.Art.Style.allCases)
            art.freedom = one(of: Design.Art.Freedom.allCases)
            art.budget = chance(50) ? 0 : share(0...50)
            if chance(30) { (art.strength, art.centre) = (share(30...100), share(34...100)) }
            art.seed = UInt64(roll(1_000))
            (design.art, design.logo) = (art, chance(30) ? design.logo : nil)
        }
        return design
    }

    /// Three links of different lengths with this design.
    mutating func site(_ design: Design) -> Site {
        let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz-")
        var links: [Link] = []
        for length in [1 + roll(8), 8 + roll(30), 30 + roll(chance(20) ? 200 : 50)] {
            var slug = String((0..<length).map { _ in one(of: letters) })
            if chance(30) { slug = String((0..<length).map { _ in one(of: Array("0123456789")) }) }
            var link = Link(slug: slug + "\(links.count)", target: "https://example.org/")
            link.design = 0
            if chance(25) { link.options = .dense }
            links.append(link)
        }
        var site = Site(domains: [Domain(host: "go.example.org")], links: links)
        site.designs = [design]
        site.codes.scale = 4
        site.codes.formats = [.png]
        return site
    }
}

extension GreyImage {
    /// Gaussian blur.
    fileprivate func gauss(sigma: Double) -> GreyImage {
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
                        sum += weights[step + reach] * Double(image.pixels[v * image.width + u])
                    }
                    out.pixels[y * out.width + x] = UInt8(max(0, min(255, sum / total + 0.5)))
                }
            }
            return out
        }
        return pass(pass(self, 1, 0), 0, 1)
    }

    /// At 60 % of its contrast: all between a fifth of grey and four fifths.
    fileprivate var pale: GreyImage {
        var out = self
        for index in out.pixels.indices { out.pixels[index] = UInt8(51 + Int(pixels[index]) * 3 / 5) }
        return out
    }

    fileprivate var negated: GreyImage {
        var out = self
        for index in out.pixels.indices { out.pixels[index] = 255 - pixels[index] }
        return out
    }
}

/// The gate is asked about random designs; each code that it lets through is then drawn by the build, and read from its file by
/// two readers, small, blurred and pale. With `WAYSEAL_SERVER_TESTS=1` 40 designs that pass, with
/// `WAYSEAL_LONG_TESTS=1` 200, and what the gate does to the rest: `make designs`.
@Suite("Random designs")
struct RandomDesignTests {
    private static func isOn(_ name: String) -> Bool { ProcessInfo.processInfo.environment[name] == "1" }
    private static let isLong = isOn("WAYSEAL_LONG_TESTS")
    private static let wanted = isLong ? 20 : isOn("WAYSEAL_SERVER_TESTS") ? 4 : 0

    /// The file of a build as a printer and a bad camera make it: on what it is printed on, four pixels a module.
    private static func seen(_ file: [UInt8], _ design: Design) throws -> GreyImage {
        let picture = try ColourPicture(file)
        var raster = try #require(Raster(width: picture.width, height: picture.height, pixels: picture.pixels))
        if design.paper == .none, let ground = design.ground { raster.lay(on: ground) }
        var grey = Tones.grey(raster)
        // A light margin that is narrower than four modules gets the rest from the page.
        let zone = design.quietZone ?? 4
        if zone < 4, design.frame == nil {
            let more = 4 * (4 - zone)
            var page = GreyImage(width: grey.width + 2 * more, height: grey.height + 2 * more, shade: 255)
            for y in 0..<grey.height { for x in 0..<grey.width { page[x + more, y + more] = grey[x, y] } }
            grey = page
        }
        // Whoever asks for light on dark asks for readers that look at the negative, too.
        if design.isInverted { grey = grey.negated }
        return grey.gauss(sigma: 0.3 * 4).pale
    }

    @Test("that pass the gate are read by zxing and zbar, small, blurred and pale", arguments: 0..<10)
    func random(part: Int) throws {
        let wanted = part < 2 ? max(4, Self.wanted) : Self.wanted
        var dice = DesignDice(random: SplitMix(seed: UInt64(part) &* 7_919 + 26))
        var zbar = ZBarReader()
        var (passed, tries, refused, good) = (0, 0, 0, 0)
        var (contrast, undrawn) = (0, 0)
        var known = JudgedDesigns()
        while passed < wanted {
            tries += 1
            let design = dice.design(tries)
            let site = dice.site(design)
            if design.contrastProblem?.isError ?? false {
                contrast += 1
                continue
            }
            let gate = PrintGate(site)
            if gate.sizes().contains(where: { $0.severity == .error }) {
                undrawn += 1
                continue
            }
            let judged = gate.judge(all: false, known: &known)
            let isPassed = judged.diagnostics.isEmpty
            let files: [OutputFile]
            do { files = try CodeImages(site: site).files(of: 0..<3) } catch {
                #expect(!isPassed, "\(part).\(tries) passes and can't be drawn: \(error)")
                undrawn += 1
                continue
            }
            var failures: [String] = []
            for (link, file) in zip(site.links, files) {
                let image = try Self.seen(file.bytes, design)
                let text = site.codeText(of: link)
                // As apps do: dark and light by the neighbourhood, then by the whole picture.
                let read = ZXingReader.read(image) + ZXingReader.read(image, threshold: .global)
                func isText(_ bytes: [UInt8]) -> Bool { PrintGate.isSame(bytes, text, design) }
                if !read.contains(where: { isText($0.bytes) }) { failures.append("zxing") }
                if !zbar.read(image).contains(where: { isText($0.bytes) }) { failures.append("zbar") }
            }
            if isPassed {
                passed += 1
                let points = judged.verdicts.map { "\($0.score.value)" }.joined()
                let look =
                    "\(points) points, \(design.modules) \(design.eyeFrame) \(design.eyeBall) logo \(design.logo != nil) "
                    + "zone \(design.quietZone ?? 4) frame \(design.frame.map { "\($0.shape)" } ?? "none") "
                    + "art \(design.art.map { "\($0.style) \($0.freedom) \($0.budget)" } ?? "none") \(design.isInverted)"
                #expect(failures.isEmpty, "\(part).\(tries): \(failures) \(look)")
            } else {
                refused += 1
                if failures.isEmpty { good += 1 }
            }
        }
        if Self.isLong {
            print(
                "random designs, part \(part): \(tries) drawn by lot, \(contrast) without contrast, \(undrawn) that can't be "
                    + "drawn, \(passed) pass, \(refused) refused, of which \(good) are read all the same")
        }
    }
}
