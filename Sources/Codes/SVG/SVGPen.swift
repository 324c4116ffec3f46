internal import Glibc

/// Draws outlines step by step, and knows where it is.
struct SVGPen {
    private(set) var outline = Outline()
    private(set) var place = Point(0, 0)
    private(set) var hasMoved = false
    private var start = Point(0, 0)
    /// After a close, the next step begins a line where the last one began.
    private var needsMove = true
    /// The control points that `S` and `T` reflect.
    private var lastCubic: Point?
    private var lastQuadratic: Point?

    mutating func move(_ p: Point) {
        outline.move(to: p)
        (start, place, needsMove, hasMoved) = (p, p, false, true)
        (lastCubic, lastQuadratic) = (nil, nil)
    }

    mutating func line(_ p: Point) {
        begin()
        outline.line(to: p)
        place = p
    }

    mutating func cubic(_ c1: Point, _ c2: Point, _ p: Point) {
        begin()
        outline.curve(c1, c2, to: p)
        (place, lastCubic) = (p, c2)
    }

    /// A quadratic Bézier, as the cubic that is the same curve.
    mutating func quadratic(_ c: Point, _ p: Point) {
        let from = place
        cubic(from + (c - from) * (2 / 3), p + (c - p) * (2 / 3), p)
        (lastCubic, lastQuadratic) = (nil, c)
    }

    mutating func close() {
        guard !needsMove else { return }
        outline.close()
        (place, needsMove) = (start, true)
        (lastCubic, lastQuadratic) = (nil, nil)
    }

    var reflectedCubic: Point { lastCubic.map { place * 2 - $0 } ?? place }
    var reflectedQuadratic: Point { lastQuadratic.map { place * 2 - $0 } ?? place }

    private mutating func begin() {
        if needsMove { move(place) }
        (lastCubic, lastQuadratic) = (nil, nil)
    }

    /// An arc of an ellipse from the pen to `end` (SVG 1.1, appendix F.6), as cubics of at most a quarter of a turn.
    mutating func arc(
        rx: Double, ry: Double, rotation degrees: Double, isLarge: Bool, isClockwise: Bool, to end: Point
    ) {
        let from = place
        var (rx, ry) = (abs(rx), abs(ry))
        guard from != end else { return }
        guard rx > 0, ry > 0 else { return line(end) }
        let phi = degrees * .pi / 180
        let (cosPhi, sinPhi) = (cos(phi), sin(phi))
        // F.6.5.1: half the way, in the ellipse's own directions.
        let half = (from - end) * 0.5
        let (x1, y1) = (cosPhi * half.x + sinPhi * half.y, cosPhi * half.y - sinPhi * half.x)
        // F.6.6.3: radii that are too small grow until they reach.
        let reach = x1 * x1 / (rx * rx) + y1 * y1 / (ry * ry)
        if reach > 1 { (rx, ry) = (rx * reach.squareRoot(), ry * reach.squareRoot()) }
        // F.6.5.2: the centre.
        let below = rx * rx * y1 * y1 + ry * ry * x1 * x1
        let root = max(0, (rx * rx * ry * ry - below) / below).squareRoot() * (isLarge == isClockwise ? -1 : 1)
        let (cx, cy) = (root * rx * y1 / ry, -root * ry * x1 / rx)
        let middle = (from + end) * 0.5
        let centre = Point(cosPhi * cx - sinPhi * cy + middle.x, sinPhi * cx + cosPhi * cy + middle.y)
        // F.6.5.5 and 6: the angles.
        let first = atan2((y1 - cy) / ry, (x1 - cx) / rx)
        var sweep = atan2((-y1 - cy) / ry, (-x1 - cx) / rx) - first
        if isClockwise, sweep < 0 { sweep += 2 * .pi }
        if !isClockwise, sweep > 0 { sweep -= 2 * .pi }
        guard first.isFinite, sweep.isFinite, centre.x.isFinite, centre.y.isFinite else { return line(end) }
        let map = Transform(cosPhi * rx, sinPhi * rx, -sinPhi * ry, cosPhi * ry, centre.x, centre.y)
        turn(map, from: first, by: sweep, to: end)
    }

    /// Along the unit circle under `map` from an angle by another; ends exactly at `end`.
    mutating func turn(_ map: Transform, from first: Double, by sweep: Double, to end: Point) {
        let count = max(1, Int((abs(sweep) / (.pi / 2) - 1e-9).rounded(.up)))
        let step = sweep / Double(count)
        let k = 4 / 3 * tan(step / 4)
        for index in 0..<count {
            let (t0, t1) = (first + step * Double(index), first + step * Double(index + 1))
            let (p0, p1) = (Point(cos(t0), sin(t0)), Point(cos(t1), sin(t1)))
            let (c1, c2) = (Point(p0.x - k * p0.y, p0.y + k * p0.x), Point(p1.x + k * p1.y, p1.y - k * p1.x))
            // The last point is the one that was asked for, not what sines leave of it.
            cubic(map.apply(c1), map.apply(c2), index == count - 1 ? end : map.apply(p1))
        }
        lastCubic = nil
    }

    /// A rectangle, its corners rounded by quarters of an ellipse.
    mutating func rectangle(x: Double, y: Double, width w: Double, height h: Double, rx: Double, ry: Double) {
        let (rx, ry) = (min(rx, w / 2), min(ry, h / 2))
        guard rx > 0, ry > 0 else {
            move(Point(x, y))
            for p in [Point(x + w, y), Point(x + w, y + h), Point(x, y + h)] { line(p) }
            return close()
        }
        func corner(_ cx: Double, _ cy: Double, _ first: Double, _ end: Point) {
            turn(Transform(rx, 0, 0, ry, cx, cy), from: first, by: .pi / 2, to: end)
        }
        move(Point(x + rx, y))
        if w > 2 * rx { line(Point(x + w - rx, y)) }
        corner(x + w - rx, y + ry, -.pi / 2, Point(x + w, y + ry))
        if h > 2 * ry { line(Point(x + w, y + h - ry)) }
        corner(x + w - rx, y + h - ry, 0, Point(x + w - rx, y + h))
        if w > 2 * rx { line(Point(x + rx, y + h)) }
        corner(x + rx, y + h - ry, .pi / 2, Point(x, y + h - ry))
        if h > 2 * ry { line(Point(x, y + ry)) }
        corner(x + rx, y + ry, .pi, Point(x + rx, y))
        close()
    }
}

extension Point {
    static func + (a: Self, b: Self) -> Self { Point(a.x + b.x, a.y + b.y) }
    static func - (a: Self, b: Self) -> Self { Point(a.x - b.x, a.y - b.y) }
    static func * (a: Self, factor: Double) -> Self { Point(a.x * factor, a.y * factor) }
    /// Distance from the origin.
    var length: Double { (x * x + y * y).squareRoot() }
}
