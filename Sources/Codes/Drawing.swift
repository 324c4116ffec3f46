public import Site

/// A picture before it is a file: filled outlines and embedded pictures in order, measured in modules, from the top left.
/// SVG, PDF, EPS and pixels are printed from it, so that all show the same.
public struct Drawing: Equatable, Sendable {
    /// Width in modules, quiet zone and frame included.
    public var width: Double
    /// Height in modules.
    public var height: Double
    /// What is painted, the first at the bottom.
    public var shapes: [Shape] = []

    /// Nothing yet.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// One thing on a drawing.
    public enum Shape: Equatable, Sendable {
        /// A filled area.
        case area(Area)
        /// A picture of pixels.
        case picture(Picture)
    }

    /// A filled area.
    public struct Area: Equatable, Sendable {
        /// Its edges; where they cross, ``rule`` decides.
        public var outline: Outline
        /// What is inside.
        public var rule: FillRule
        /// What it is filled with.
        public var fill: Fill

        /// An area.
        public init(_ outline: Outline, _ fill: Fill, rule: FillRule = .nonZero) {
            self.outline = outline
            self.fill = fill
            self.rule = rule
        }
    }

    /// Which points an outline encloses.
    public enum FillRule: Sendable {
        /// Around which it goes another number of times to the right than to the left.
        case nonZero
        /// Around which it goes an odd number of times.
        case evenOdd
    }

    /// What an area is filled with; places in modules of the drawing.
    public enum Fill: Equatable, Sendable {
        /// A colour, and how opaque it is, 0...1.
        case solid(Colour, opacity: Double = 1)
        /// Colours along a line; before its beginning and after its end, the first and the last.
        case linear(from: Point, to: Point, [Paint.Stop])
        /// Colours from a centre outwards, and the last one beyond the radius.
        case radial(centre: Point, radius: Double, [Paint.Stop])
    }

    /// Pixels that fill a rectangle.
    public struct Picture: Equatable, Sendable {
        /// The pixels.
        public var raster: Raster
        /// Left edge.
        public var x: Double
        /// Upper edge.
        public var y: Double
        /// Width.
        public var width: Double
        /// Height.
        public var height: Double

        /// A picture in a rectangle.
        public init(_ raster: Raster, x: Double, y: Double, width: Double, height: Double) {
            self.raster = raster
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// Adds an area.
    public mutating func fill(_ outline: Outline, _ fill: Fill, rule: FillRule = .nonZero) {
        if !outline.isEmpty { shapes.append(.area(Area(outline, fill, rule: rule))) }
    }

    /// Adds another drawing, moved and scaled.
    public mutating func add(_ other: Drawing, _ transform: Transform) {
        for shape in other.shapes { shapes.append(shape.transformed(transform)) }
    }
}

/// A place on a drawing, in modules.
public struct Point: Hashable, Sendable {
    /// From the left.
    public var x: Double
    /// From the top.
    public var y: Double

    /// A place.
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// The edges of an area: closed lines of straight pieces and cubic curves.
public struct Outline: Equatable, Sendable {
    /// A piece of an outline.
    public enum Verb: UInt8, Sendable {
        /// Begins a line; one point.
        case move
        /// A straight piece; one point, its end.
        case line
        /// A cubic Bézier curve; three points: two that pull, and its end.
        case curve
        /// Back to where the line began; no point.
        case close
    }

    /// The pieces. A line that is not closed is filled as if it were.
    public private(set) var verbs: [Verb] = []
    /// Their points, in order.
    public private(set) var points: [Point] = []

    /// No edges.
    public init() {}

    /// Whether nothing is enclosed for lack of edges.
    public var isEmpty: Bool { verbs.isEmpty }

    /// Begins a line.
    public mutating func move(to point: Point) {
        verbs.append(.move)
        points.append(point)
    }

    /// Goes straight.
    public mutating func line(to point: Point) {
        verbs.append(.line)
        points.append(point)
    }

    /// Goes along a cubic Bézier curve.
    public mutating func curve(_ first: Point, _ second: Point, to end: Point) {
        verbs.append(.curve)
        points += [first, second, end]
    }

    /// Goes back to where the line began.
    public mutating func close() { verbs.append(.close) }

    /// Adds the edges of another outline, moved and scaled.
    public mutating func add(_ other: Outline, _ transform: Transform = Transform()) {
        verbs += other.verbs
        points += transform.isIdentity ? other.points : other.points.map(transform.apply)
    }

    /// The smallest rectangle around all points; `nil`: there is none. Points that pull count, too.
    public var bounds: (low: Point, high: Point)? {
        guard var low = points.first else { return nil }
        var high = low
        for point in points {
            low = Point(min(low.x, point.x), min(low.y, point.y))
            high = Point(max(high.x, point.x), max(high.y, point.y))
        }
        return (low, high)
    }
}

/// An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f, in SVG's order `matrix(a b c d e f)`.
public struct Transform: Equatable, Sendable {
    /// The six numbers.
    public var a = 1.0, b = 0.0, c = 0.0, d = 1.0, e = 0.0, f = 0.0

    /// Changes nothing.
    public init() {}

    /// With these numbers.
    public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) {
        (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
    }

    /// Scales, then moves.
    public init(scale: Double = 1, x: Double = 0, y: Double = 0) { self.init(scale, 0, 0, scale, x, y) }

    /// Whether it changes nothing.
    public var isIdentity: Bool { self == Transform() }

    /// Where a point goes.
    public func apply(_ point: Point) -> Point {
        Point(a * point.x + c * point.y + e, b * point.x + d * point.y + f)
    }

    /// First `inner`, then this one.
    public func after(_ inner: Transform) -> Transform {
        Transform(
            a * inner.a + c * inner.b, b * inner.a + d * inner.b, a * inner.c + c * inner.d, b * inner.c + d * inner.d,
            a * inner.e + c * inner.f + e, b * inner.e + d * inner.f + f)
    }

    /// How many times longer lengths get: the root of how much larger areas get.
    public var scale: Double { abs(a * d - b * c).squareRoot() }
}

extension Drawing.Shape {
    /// Moved and scaled. A picture stays upright: of a rotation, it keeps the place of its corner and the scale.
    public func transformed(_ transform: Transform) -> Drawing.Shape {
        switch self {
        case .area(var area):
            var outline = Outline()
            outline.add(area.outline, transform)
            area.outline = outline
            switch area.fill {
            case .solid: break
            case .linear(let from, let to, let stops):
                area.fill = .linear(from: transform.apply(from), to: transform.apply(to), stops)
            case .radial(let centre, let radius, let stops):
                area.fill = .radial(centre: transform.apply(centre), radius: radius * transform.scale, stops)
            }
            return .area(area)
        case .picture(var picture):
            let corner = transform.apply(Point(picture.x, picture.y))
            (picture.x, picture.y) = (corner.x, corner.y)
            picture.width *= transform.scale
            picture.height *= transform.scale
            return .picture(picture)
        }
    }
}
