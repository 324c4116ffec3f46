internal import Glibc
public import Codes
internal import Decoding
public import Legibility
public import QRCode
public import Site

/// What is made of an image and a text.
public struct ArtOrder: Sendable {
    /// How they become one.
    public var style: ArtStyle
    /// Which bits of the symbol are chosen for the image.
    public var freedom: ArtFreedom
    /// Share of the error correction that is spent on the image, 0...0.5.
    public var budget = 0.0
    /// How strongly the symbol shows; `nil`: as little as readers bear.
    public var strength: ArtStrength?
    /// Decides between equals.
    public var seed: UInt64 = 1
    /// Version at least; `nil`: four above the smallest, which has room for an image.
    public var version: Int?
    /// Level of error correction.
    public var level = ErrorCorrection.medium
    /// Colour of the dark modules.
    public var ink: (UInt8, UInt8, UInt8) = (0, 0, 0)
    /// Whether the picture has eyes; else there is paper, for a design to draw its own.
    public var drawsEyes = true
    /// Colour of the light modules.
    public var paper: (UInt8, UInt8, UInt8) = (255, 255, 255)

    /// An order.
    public init(style: ArtStyle, freedom: ArtFreedom = .pad) {
        self.style = style
        self.freedom = freedom
    }
}

/// A code with an image in it.
public struct ArtCode: Sendable {
    /// The symbol.
    public let symbol: Symbol
    /// The plain symbol that says the same.
    public let plain: Symbol
    /// The symbol's square in pixels, without quiet zone, ``scale`` pixels a module.
    public let picture: Raster
    /// Pixels a module.
    public let scale: Int
    /// How strongly the symbol shows.
    public let strength: ArtStrength
    /// The weighted share of modules that are what the image wants.
    public let match: Double
    /// Peak signal to noise of the picture against the image, in dB, over luminance; the higher the more alike.
    public let fidelity: Double
    /// Whether readers bear it in six distortions; `qart` of any image does.
    public let isReadable: Bool

    /// The picture with its quiet zone.
    public func framed(ring: Int, paper: (UInt8, UInt8, UInt8) = (255, 255, 255)) -> Raster {
        let side = picture.width + 2 * ring * scale
        var framed = Raster(width: side, height: side, pixel: (paper.0, paper.1, paper.2, 255))
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let pixel = picture[x, y]
                framed[x + ring * scale, y + ring * scale] = (pixel.red, pixel.green, pixel.blue, pixel.opacity)
            }
        }
        return framed
    }
}

/// Makes codes with images, and repairs them until readers read them. Not for two threads at a time.
public struct ArtMaker: ~Copyable {
    private var encoder = PictureEncoder()
    private var judge: ScanJudge
    /// Pixels a module: twelve keep three dots and an eighth of a module sharp.
    public static let scale = 24
    /// Middles that are tried, in parts of a module.
    private static let centres = [0.34, 0.56, 0.78]

    /// A maker; the judge's seed is the noise of the trials.
    public init(judge: consuming ScanJudge = ScanJudge()) { self.judge = judge }

    /// Makes one code. Where no strength is given, the weakest is found with which two of three readers read the code
    /// as drawn, blurred, small, pale, tilted and in noise; of all middles the one that shows the most of the image.
    public mutating func make(_ text: String, _ image: ArtImage, _ order: ArtOrder) throws(ArtError) -> ArtCode {
        let version: Int
        if let wanted = order.version {
            version = wanted
        } else {
            var plain = QREncoder()
            do throws(QRCodeError) { version = min(40, try plain.encode(text, level: order.level).version + 4) } catch {
                throw .text(error.description)
            }
        }
        let made = try encoder.encode(
            text, image: image, level: order.level, version: version, freedom: order.freedom, budget: order.budget,
            seed: order.seed)
        guard let layout = SymbolLayout(version: made.symbol.version, level: order.level) else { throw .noRoom }
        let renderer = ArtRenderer(
            symbol: made.symbol, layout: layout, image: image, ink: order.ink, paper: order.paper)
        guard let bytes = made.symbol.bytes else { throw .unreadable }
        var tried: [(strength: ArtStrength, fidelity: Double)] = []
        if let strength = order.strength {
            tried = [(strength, 0)]
        } else {
            switch order.style {
            case .qart: tried = [(ArtStrength(strength: 1, centre: 1), 0)]
            case .halftone:
                // Where not even the cross is enough, it is shown all the same: screens and large prints may do.
                for strength in [0.25, 0.75]
                where tried.isEmpty || !bears(renderer, order.style, tried[0].strength, bytes) {
                    tried = [(ArtStrength(strength: strength, centre: 1.0 / 3), 0)]
                }
            case .blend:
                // The largest middle is the whole module: with it any image is read, and few need it.
                for centre in Self.centres + [0.9, 1] where centre <= 0.78 || tried.isEmpty {
                    guard let strength = weakest(renderer, centre: centre, bytes) else { continue }
                    let picture = renderer.picture(.blend, strength, scale: ScanPixels.perModule)
                    tried.append((strength, ArtFidelity.decibels(picture, image)))
                }
            }
        }
        guard let best = tried.max(by: { $0.fidelity < $1.fidelity }) else { throw .unreadable }
        let fidelity = ArtFidelity.decibels(renderer.picture(order.style, best.strength, scale: 12), image)
        var final = renderer
        final.drawsEyes = order.drawsEyes
        let picture = final.picture(order.style, best.strength, scale: Self.scale)
        let isReadable =
            order.strength == nil && order.style != .qart || bears(renderer, order.style, best.strength, bytes)
        return ArtCode(
            symbol: made.symbol, plain: made.plain, picture: picture, scale: Self.scale, strength: best.strength,
            match: made.match, fidelity: fidelity, isReadable: isReadable)
    }

    /// The weakest strength, in tenths, that readers bear. They bear a stronger one, too.
    private mutating func weakest(_ renderer: ArtRenderer, centre: Double, _ bytes: [UInt8]) -> ArtStrength? {
        var (bad, good) = (1, 11)
        while good - bad > 1 {
            let middle = (good + bad) / 2
            let strength = ArtStrength(strength: Double(middle) / 10, centre: centre)
            if bears(renderer, .blend, strength, bytes) { good = middle } else { bad = middle }
        }
        return good > 10 ? nil : ArtStrength(strength: Double(good) / 10, centre: centre)
    }

    private mutating func bears(
        _ renderer: ArtRenderer, _ style: ArtStyle, _ strength: ArtStrength, _ bytes: [UInt8]
    ) -> Bool {
        let scale = ScanPixels.perModule
        // Three dots a module need a multiple of three.
        let drawn = style == .halftone ? 3 * scale : scale
        let picture = renderer.picture(style, strength, scale: drawn)
        let ring = 4
        let code = ArtCode(
            symbol: renderer.symbol, plain: renderer.symbol, picture: picture, scale: drawn, strength: strength,
            match: 0,
            fidelity: 0, isReadable: false)
        var grey = Tones.grey(code.framed(ring: ring, paper: renderer.paper))
        if drawn != scale { grey = grey.reduced(by: drawn / scale) }
        return judge.bears(grey, bytes: bytes)
    }

    /// Scores a code that was made.
    public mutating func score(_ code: ArtCode) -> ScanScore {
        let ring = code.symbol.quietZone
        return judge.score(
            code.framed(ring: ring), scale: Double(code.scale), x: Double(ring * code.scale),
            y: Double(ring * code.scale),
            symbol: code.symbol, plain: code.plain)
    }
}

/// How alike a picture and an image are.
public enum ArtFidelity {
    /// Peak signal to noise in dB over luminance as people see it, from −48 to 99.
    public static func decibels(_ picture: Raster, _ image: ArtImage) -> Double {
        let shades = Tones.grey(picture).pixels
        let wanted = Tones.grey(image.raster).pixels
        let side = min(image.raster.width, image.raster.height)
        guard picture.width > 0, side > 0 else { return 0 }
        var sum = 0
        for y in 0..<picture.height {
            let row = y * side / picture.height * image.raster.width
            for x in 0..<picture.width {
                let difference = Int(shades[y * picture.width + x]) - Int(wanted[row + x * side / picture.width])
                sum += difference * difference
            }
        }
        let mean = Double(sum) / Double(picture.width * picture.height) / (255 * 255)
        return mean > 0 ? min(99, -10 * log10(mean)) : 99
    }
}
