/// A chart as shapes with meanings instead of colours: drawn as SVG on a page and by cairo on paper.

/// A drawing of `width` × `height` units, the origin top left, y downwards.
public struct Scene: Sendable, Equatable {
    /// Width in units; a unit is a CSS pixel at natural size.
    public var width: Double
    /// Height in units.
    public var height: Double
    /// What it shows, for screen readers.
    public var title: String
    /// What there is to see, in a sentence.
    public var summary: String
    /// The shapes, painted in order.
    public var shapes: [Shape] = []

    /// An empty drawing.
    public init(width: Double, height: Double, title: String, summary: String) {
        self.width = width
        self.height = height
        self.title = title
        self.summary = summary
    }

    /// A point.
    public struct Point: Sendable, Equatable {
        /// Rightwards.
        public var x: Double
        /// Downwards.
        public var y: Double
        /// A point.
        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// What a colour means; a theme gives the colour.
    public enum Tone: Sendable, Equatable, Hashable {
        /// Text.
        case ink
        /// Less important text.
        case muted
        /// Lines behind data.
        case grid
        /// The data.
        case accent
        /// The area under the data.
        case soft
        /// Data to compare with.
        case comparison
        /// What was left out or is wrong.
        case loss
        /// Land without data.
        case land
        /// Behind everything.
        case surface
        /// Step 0 (least) … 6 (most) of the sequential scale.
        case step(Int)
        /// Text on that step.
        case onStep(Int)
    }

    /// A line around or through something.
    public struct Stroke: Sendable, Equatable {
        /// Colour.
        public var tone: Tone
        /// Width in units.
        public var width: Double
        /// Whether it is dashed.
        public var isDashed = false
        /// A stroke.
        public init(_ tone: Tone, _ width: Double, isDashed: Bool = false) {
            self.tone = tone
            self.width = width
            self.isDashed = isDashed
        }
    }

    /// Where the given point of a text is.
    public enum Anchor: Sendable, Equatable {
        /// At its left end.
        case start
        /// In its middle.
        case middle
        /// At its right end.
        case end
    }

    /// A text on one line.
    public struct Label: Sendable, Equatable {
        /// The text; may be hostile.
        public var text: String
        /// The anchor on the base line.
        public var at: Point
        /// Size of the type in units.
        public var size: Double
        /// Colour.
        public var tone: Tone
        /// Where `at` is.
        public var anchor: Anchor
        /// Whether it is set semi-bold.
        public var isStrong: Bool
    }

    /// One shape.
    public enum Shape: Sendable, Equatable {
        /// A rectangle with rounded corners. The tip is shown when the pointer rests on it.
        case rectangle(x: Double, y: Double, width: Double, height: Double, radius: Double, fill: Tone?, tip: String?)
        /// Straight lines through points, ring by ring.
        case lines(rings: [[Point]], isClosed: Bool, fill: Tone?, stroke: Stroke?, tip: String?)
        /// A disc.
        case disc(centre: Point, radius: Double, fill: Tone, stroke: Stroke?, tip: String?)
        /// A text.
        case label(Label)
    }

    mutating func box(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double = 0, _ fill: Tone?,
        tip: String? = nil
    ) {
        shapes.append(
            .rectangle(
                x: x, y: y, width: max(0, width), height: max(0, height), radius: radius, fill: fill, tip: tip))
    }

    mutating func line(_ points: [Point], _ stroke: Stroke) {
        shapes.append(.lines(rings: [points], isClosed: false, fill: nil, stroke: stroke, tip: nil))
    }

    mutating func text(
        _ text: String, _ x: Double, _ y: Double, size: Double = 12, _ tone: Tone = .ink, _ anchor: Anchor = .start,
        strong: Bool = false
    ) {
        shapes.append(
            .label(
                Label(text: text, at: Point(x, y), size: size, tone: tone, anchor: anchor, isStrong: strong)))
    }
}

/// Making text from logs fit to be looked at.
enum Visible {
    /// The text with scalars that hide or reorder others replaced by U+FFFD, cut to `limit` scalars with an ellipsis.
    static func text(_ text: String, limit: Int = 120) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit - 1, text.unicodeScalars.count > limit {
                result.append("…")
                break
            }
            result.append(isHidden(scalar) ? "\u{FFFD}" : scalar)
            count += 1
        }
        return String(result)
    }

    /// Controls, format characters, surrogates' noncharacters: nothing a reader could see.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // Joiners belong to the spelling of Persian and Hindi and hide nothing.
        if scalar.value == 0x200C || scalar.value == 0x200D { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: return true
        default: return scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
