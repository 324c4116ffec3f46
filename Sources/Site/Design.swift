public import Support

/// How codes look: a pure value, complete in itself (`extends` is resolved). Equal designs draw equal pictures.
public struct Design: Hashable, Sendable {
    /// Form of the dark modules.
    public enum Modules: String, CaseIterable, Sendable {
        /// Squares without gaps: what everybody can read.
        case square
        /// Joined, with round corners where nothing follows.
        case rounded
        /// Joined like drops of a liquid: inner corners are round too.
        case liquid
        /// Discs.
        case dots
        /// Squares on their points.
        case diamond
        /// Joined; two opposite corners round where nothing follows.
        case classy
        /// Joined; the end of each line is a leaf.
        case classyRounded = "classy-rounded"
        /// Bars that lie.
        case connectedH = "connected-h"
        /// Bars that stand.
        case connectedV = "connected-v"
        /// Hexagons.
        case hexagon
        /// Stars with five points.
        case star
        /// Squares with gaps.
        case smallSquare = "small-square"
        /// Crosses.
        case plus
        /// Squares with round corners and gaps.
        case pebble
        /// Leaves.
        case leaf
        /// Hearts.
        case heart
    }

    /// Form of the eyes' frames: rings of 7 modules, one module thick.
    public enum EyeFrame: String, CaseIterable, Sendable {
        /// A square.
        case square
        /// Round corners.
        case rounded
        /// A ring.
        case circle
        /// Between square and ring.
        case squircle
        /// Two opposite corners are round.
        case leaf
        /// All corners are round but the one at the code's corner.
        case drop
        /// All corners are round but the one that points into the code.
        case petal
        /// Eight corners.
        case octagon
    }

    /// Form of the eyes' balls: 3 modules.
    public enum EyeBall: String, CaseIterable, Sendable {
        /// A square.
        case square
        /// Round corners.
        case rounded
        /// A disc.
        case circle
        /// Between square and disc.
        case squircle
        /// Two opposite corners are round.
        case leaf
        /// All corners are round but the one at the code's corner.
        case drop
        /// All corners are round but the one that points into the code.
        case petal
        /// Eight corners.
        case octagon
        /// Two opposite corners are cut.
        case gem
        /// A star with eight blunt points.
        case star
    }

    /// A picture in the middle.
    public struct Logo: Hashable, Sendable {
        /// The picture.
        public var file: LogoFile
        /// Its longer side as a part of the symbol's, 0.05...0.5.
        public var size = 0.22
        /// Room around it, in modules.
        public var margin = 0.5
        /// Whether modules under it and its margin are left out; else it lies upon them.
        public var clears = true

        /// A logo of the usual size.
        public init(file: LogoFile) { self.file = file }
    }

    /// What is around the code, with words that say what it is good for.
    public struct Frame: Hashable, Sendable {
        /// Form of a frame.
        public enum Shape: String, CaseIterable, Sendable {
            /// A line around, the text beneath the code within it.
            case line
            /// As `line`, with round corners.
            case rounded
            /// Round corners, and the text in a band beneath.
            case banner
            /// As `banner`, the band above.
            case bannerTop = "banner-top"
            /// The text in a bubble beneath, which points at the code.
            case bubble
            /// Corners of a viewfinder, the text beneath.
            case corners
        }

        /// Its form.
        public var shape: Shape
        /// The call to action, in any script; one line, at most 60 characters. Empty: none.
        public var text: String
        /// Colour of lines and bands, and of a text that lies on neither.
        public var colour: Colour
        /// Colour of a text in a band; `nil`: the paper's, or white.
        public var textColour: Colour?

        /// A frame.
        public init(shape: Shape, text: String = "", colour: Colour = .black, textColour: Colour? = nil) {
            self.shape = shape
            self.text = text
            self.colour = colour
            self.textColour = textColour
        }
    }

    /// An image that the code shows.
    public struct Art: Hashable, Sendable {
        /// How image and symbol become one picture.
        public enum Style: String, CaseIterable, Sendable {
            /// Plain modules, chosen so that they look like the image.
            case qart
            /// The image in colour; the middle of each module is pulled towards dark or light.
            case blend
            /// Nine dots to a module: those in the middle are the module's, the others the image's shade.
            case halftone
        }

        /// What of a symbol may be chosen freely so that it looks like an image.
        public enum Freedom: String, CaseIterable, Sendable {
            /// Nothing: the symbol is the plain one.
            case none
            /// The padding behind the text, which readers never look at. The text stays exactly what it is. Strictly, the
            /// standard wants padding of its own there.
            case pad
            /// Digits in the fragment of an address (`#123…`), which browsers never send. Follows the standard to the
            /// letter.
            case fragment
        }

        /// The image, PNG or JPEG; its middle square is taken.
        public var image: LogoFile
        /// How it is shown.
        public var style = Style.blend
        /// Which bits are chosen.
        public var freedom = Freedom.pad
        /// Share of the error correction that is spent on the image, 0...0.5.
        public var budget = 0.0
        /// How strongly the modules show, 0...1; `nil`: as little as readers bear.
        public var strength: Double?
        /// Side of the middle of a module that shows, 0.2...1; `nil`: the best one.
        public var centre: Double?
        /// Version at least, 1...40; `nil`: four above the smallest.
        public var version: Int?
        /// Decides between equals.
        public var seed: UInt64 = 1

        /// Art of the usual kind.
        public init(image: LogoFile) { self.image = image }
    }

    /// Its name in the manifest; of a design that a link writes for itself, the link's.
    public var name: String
    /// The dark modules.
    public var ink = Paint.solid(.black)
    /// The light modules and the quiet zone.
    public var paper = Paint.solid(.white)
    /// What it is printed on where ``paper`` is transparent: judged with it, never drawn; `nil`: white.
    public var ground: Colour?
    /// The frames of the eyes; `nil`: as ``ink``.
    public var frameInk: Paint?
    /// The balls of the eyes; `nil`: as ``frameInk``.
    public var ballInk: Paint?
    /// Form of the modules.
    public var modules = Modules.square
    /// Form of the eyes' frames.
    public var eyeFrame = EyeFrame.square
    /// Form of the eyes' balls.
    public var eyeBall = EyeBall.square
    /// A picture in the middle.
    public var logo: Logo?
    /// What is around the code.
    public var frame: Frame?
    /// Light on dark, which many readers can't read: only where the manifest says so.
    public var isInverted = false
    /// Error correction at least; `nil`: the site's. A logo may raise it.
    public var level: CodeSettings.Level?
    /// Light margin in modules; `nil`: the site's.
    public var quietZone: Int?
    /// Printed width of the whole picture, quiet zone and frame included, in millimetres; `nil`: not said.
    public var print: Double?
    /// Dots per inch of pictures for ``print``, 72...2400.
    public var dpi = 300
    /// How far away people stand who scan it, in millimetres; `nil`: as far as its size allows, ten times its width.
    public var distance: Double?
    /// An image that the code shows.
    public var art: Art?
    /// Points that its codes need at least before they are built, 0...100; `nil`: the site's.
    public var leastScore: Int?
    /// Where the manifest defines it.
    public var range: SourceRange?

    /// Black squares on white.
    public init(name: String) { self.name = name }

    /// Whether it draws the same as the site's plain codes, apart from sizes: black squares on white.
    public var isPlain: Bool {
        ink == .solid(.black) && paper == .solid(.white) && (frameInk ?? ink) == ink && (ballInk ?? ink) == ink
            && modules == .square && eyeFrame == .square && eyeBall == .square && logo == nil && frame == nil
            && !isInverted && art == nil
    }
}

/// A logo, as it was read. Its bytes are from outside: whoever draws it checks them.
public struct LogoFile: Hashable, Sendable {
    /// Its path as the manifest writes it.
    public var path: String
    /// The whole file: PNG or SVG.
    public var bytes: [UInt8]
    /// Where the manifest names it.
    public var range: SourceRange?

    /// A file.
    public init(path: String, bytes: [UInt8], range: SourceRange? = nil) {
        self.path = path
        self.bytes = bytes
        self.range = range
    }
}
