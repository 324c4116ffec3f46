/// The colours of the tones, for light and dark screens and for paper.

/// A theme.
struct Palette: Sendable {
    /// A colour of the sRGB space, a byte a channel.
    struct Color: Sendable, Equatable {
        var red: UInt8
        var green: UInt8
        var blue: UInt8

        /// From `0xRRGGBB`.
        init(_ value: UInt32) {
            red = UInt8(value >> 16 & 0xFF)
            green = UInt8(value >> 8 & 0xFF)
            blue = UInt8(value & 0xFF)
        }

        /// `#rrggbb`.
        var css: String {
            "#"
                + [red, green, blue].map { channel in
                    let digits = String(channel, radix: 16)
                    return digits.utf8.count == 1 ? "0" + digits : digits
                }.joined()
        }
    }

    /// Behind the page.
    var page: Color
    /// Behind a figure.
    var surface: Color
    var ink: Color
    var muted: Color
    var grid: Color
    var accent: Color
    var soft: Color
    var comparison: Color
    var loss: Color
    var land: Color
    /// Seven steps of one hue, from least to most; told apart by lightness, so safe for the colour-blind.
    var steps: [Color]
    /// The first step on which text is written in the colour of the surface instead of ink.
    var flip: Int

    /// Light screens and paper.
    static let light = Palette(
        page: Color(0xF7F5F0), surface: Color(0xFFFFFF), ink: Color(0x1B2430), muted: Color(0x5A6473),
        grid: Color(0xE4E1D9), accent: Color(0x0E6470), soft: Color(0xDCECEC), comparison: Color(0x868F9B),
        loss: Color(0xA8471F), land: Color(0xE9E6DF),
        steps: [0xCDE7E6, 0xA8D3D3, 0x7DBBBF, 0x53A0A7, 0x31828C, 0x176470, 0x08444F].map { Color($0) }, flip: 4)

    /// Dark screens.
    static let dark = Palette(
        page: Color(0x11151A), surface: Color(0x1A2027), ink: Color(0xE9EDF2), muted: Color(0xA4AEBA),
        grid: Color(0x2E3742), accent: Color(0x63C3C9), soft: Color(0x1F3B40), comparison: Color(0x7D8896),
        loss: Color(0xF0A47C), land: Color(0x2B333D),
        steps: [0x1F454B, 0x22525A, 0x245F67, 0x317C85, 0x4A9CA4, 0x78BFC4, 0xB9E6E6].map { Color($0) }, flip: 4)

    /// The colour of a tone.
    func color(_ tone: Scene.Tone) -> Color {
        switch tone {
        case .ink: ink
        case .muted: muted
        case .grid: grid
        case .accent: accent
        case .soft: soft
        case .comparison: comparison
        case .loss: loss
        case .land: land
        case .surface: surface
        case .step(let step): steps[max(0, min(6, step))]
        case .onStep(let step): step >= flip ? surface : ink
        }
    }

    /// The tones with the names they have in style sheets.
    static let names: [(tone: Scene.Tone, name: String)] =
        [
            (.ink, "ink"), (.muted, "mut"), (.grid, "grd"), (.accent, "acc"), (.soft, "sft"), (.comparison, "cmp"),
            (.loss, "los"), (.land, "lnd"), (.surface, "srf"),
        ] + (0..<7).map { (.step($0), "s\($0)") } + (0..<7).map { (.onStep($0), "o\($0)") }

    /// The name of a tone.
    static func name(_ tone: Scene.Tone) -> String {
        switch tone {
        case .step(let step): "s\(max(0, min(6, step)))"
        case .onStep(let step): "o\(max(0, min(6, step)))"
        default: names.first { $0.tone == tone }?.name ?? "ink"
        }
    }

    /// CSS custom properties: `--ink:#1b2430;…`.
    var css: String {
        "--page:" + page.css + ";"
            + Self.names.map { "--" + $0.name + ":" + color($0.tone).css + ";" }.joined()
    }
}
