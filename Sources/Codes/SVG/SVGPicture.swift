internal import Site

/// A picture that was read from SVG, in the units of its `viewBox`.
public struct SVGPicture: Equatable, Sendable {
    /// One thing to draw, later ones over earlier ones.
    public enum Item: Equatable, Sendable {
        /// An area.
        case area(Drawing.Area)
        /// A line of text (templates only).
        case text(TextLine)
        /// Where the code goes: a rectangle, and the map from its coordinates to the picture's (templates only).
        case slot(x: Double, y: Double, width: Double, height: Double, Transform)
    }

    /// A line of text, its characters not yet drawn.
    public struct TextLine: Equatable, Sendable {
        /// What lies at the line's origin.
        public enum Anchor: String, Sendable {
            /// The text's beginning.
            case start
            /// Its middle.
            case middle
            /// Its end.
            case end
        }

        /// Characters that look alike.
        public struct Run: Equatable, Sendable {
            /// What is written, white space collapsed; in templates with `{{column}}` in it.
            public var text: String
            /// Height of the font's em.
            public var size: Double
            /// Whether the heavier font is asked for (`font-weight` 600 and more).
            public var isBold: Bool
            /// What it is filled with.
            public var fill: Drawing.Fill
        }

        /// At least one.
        public var runs: [Run]
        /// From text coordinates (origin on the base line, y downwards) to those of the picture.
        public var map: Transform
        /// What lies at the origin.
        public var anchor: Anchor
        /// The width that the text must not pass (`data-fit`); it is drawn smaller if need be.
        public var fit: Double?
        /// The byte of the file at which the text's element begins, and the length of its start tag.
        public var place: Range<Int>
    }

    /// Left edge of what is shown.
    public var x: Double
    /// Its upper edge.
    public var y: Double
    /// Its width.
    public var width: Double
    /// Its height.
    public var height: Double
    /// Width and height in millimetres, when the file says them in absolute units.
    public var millimetres: Millimetres?
    /// What is drawn.
    public var items: [Item] = []

    /// A size on paper.
    public struct Millimetres: Equatable, Sendable {
        /// Across.
        public var width: Double
        /// Down.
        public var height: Double
    }

    /// The areas as a drawing whose upper left corner is the picture's, in the picture's units.
    public var drawing: Drawing {
        var drawing = Drawing(width: width, height: height)
        drawing.shapes = items.compactMap { item in
            guard case .area(let area) = item else { return nil }
            return Drawing.Shape.area(area).transformed(Transform(x: -x, y: -y))
        }
        return drawing
    }
}
