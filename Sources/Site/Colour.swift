/// A colour: for screens always, for presses where the manifest says so.
public struct Colour: Hashable, Sendable {
    /// Red, 0...255, in sRGB.
    public var red: UInt8
    /// Green.
    public var green: UInt8
    /// Blue.
    public var blue: UInt8
    /// Its parts in print; `nil`: PDF and EPS take ``red``, ``green`` and ``blue``.
    public var cmyk: CMYK?
    /// Name of the spot colour that prints it, such as `PANTONE Black C`; its plate is named so. Printable ASCII, at most
    /// 63 characters.
    public var spot: String?

    /// The parts of process colours, in percent, 0...100.
    public struct CMYK: Hashable, Sendable {
        /// Cyan.
        public var cyan: UInt8
        /// Magenta.
        public var magenta: UInt8
        /// Yellow.
        public var yellow: UInt8
        /// Black.
        public var black: UInt8

        /// A colour.
        public init(_ cyan: UInt8, _ magenta: UInt8, _ yellow: UInt8, _ black: UInt8) {
            self.cyan = cyan
            self.magenta = magenta
            self.yellow = yellow
            self.black = black
        }
    }

    /// A colour of a screen, and perhaps of a press.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, cmyk: CMYK? = nil, spot: String? = nil) {
        self.red = red
        self.green = green
        self.blue = blue
        self.cmyk = cmyk
        self.spot = spot
    }

    /// Black: in print one plate, `0 0 0 1 k`.
    public static let black = Colour(0, 0, 0, cmyk: CMYK(0, 0, 0, 100))
    /// White: in print no ink at all.
    public static let white = Colour(255, 255, 255, cmyk: CMYK(0, 0, 0, 0))

    /// Relative luminance 0...1 (IEC 61966-2-1, BT.709 weights).
    public var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// Linear light of an sRGB value.
    private static func linear(_ value: UInt8) -> Double {
        let v = Double(value) / 255
        return v <= 0.04045 ? v / 12.92 : power24((v + 0.055) / 1.055)
    }

    /// `x` to the power of 2.4 for 0...1: x² times the fifth root of x², by Newton's method; no C library, so that every
    /// machine answers the same.
    private static func power24(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        let square = x * x
        var root = 0.5 + square / 2
        for _ in 0..<40 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }
}

/// What an area is filled with.
public enum Paint: Hashable, Sendable {
    /// One colour.
    case solid(Colour)
    /// From colour to colour along a line across the code.
    /// - Parameter angle: degrees; 0 goes from left to right, 90 downwards.
    case linear(angle: Double, [Stop])
    /// From colour to colour, from the middle of the code to its corners.
    case radial([Stop])
    /// Nothing: what lies behind shows through.
    case none

    /// A colour at a place of a gradient.
    public struct Stop: Hashable, Sendable {
        /// From 0 (beginning) to 1 (end). Rises from stop to stop.
        public var place: Double
        /// The colour there.
        public var colour: Colour

        /// A stop.
        public init(_ place: Double, _ colour: Colour) {
            self.place = place
            self.colour = colour
        }
    }

    /// All colours in it.
    public var colours: [Colour] {
        switch self {
        case .solid(let colour): [colour]
        case .linear(_, let stops), .radial(let stops): stops.map(\.colour)
        case .none: []
        }
    }
}
