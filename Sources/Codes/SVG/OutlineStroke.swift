internal import Glibc

/// How a line is drawn along an outline.
struct SVGStroke: Equatable {
    enum Cap: String { case butt, round, square }
    enum Join: String { case miter, round, bevel }

    var width = 1.0
    var cap = Cap.butt
    var join = Join.miter
    var miterLimit = 4.0
    /// Lengths of dashes and gaps by turns; empty for a line without gaps.
    var dashes: [Double] = []
    var dashOffset = 0.0

    /// The area that the line covers, to be filled by the nonzero rule. Curves become chords that are at most `tolerance`
    /// off.
    func area(of outline: Outline, tolerance: Double) -> Outline {
        var pen = SVGPen()
        for line in Polyline.lines(of: outline, tolerance: tolerance) {
            for part in dashes.isEmpty ? [line] : dashed(line) { draw(part, &pen) }
        }
        return pen.outline
    }

    /// A line of chords.
    struct Polyline {
        var points: [Point]
        var isClosed: Bool

        static func lines(of outline: Outline, tolerance: Double) -> [Polyline] {
            var lines: [Polyline] = []
            var points: [Point] = []
            func finish(isClosed: Bool) {
                if isClosed, points.count > 1, points.first == points.last { points.removeLast() }
                if !points.isEmpty { lines.append(Polyline(points: points, isClosed: isClosed)) }
                points = []
            }
            func add(_ p: Point) { if points.last != p { points.append(p) } }
            var next = 0
            for verb in outline.verbs {
                switch verb {
                case .move:
                    finish(isClosed: false)
                    add(outline.points[next])
                    next += 1
                case .line:
                    add(outline.points[next])
                    next += 1
                case .curve:
                    let (p0, p1) = (points.last ?? outline.points[next], outline.points[next])
                    let (p2, p3) = (outline.points[next + 1], outline.points[next + 2])
                    next += 3
                    // The chord's error is at most 1/8 of the second derivative's length / n².
                    let bend = max((p0 - p1 * 2 + p2).length, (p1 - p2 * 2 + p3).length) * 6 / 8
                    let count = min(64, max(1, Int((bend / tolerance).squareRoot().rounded(.up))))
                    // Two points close to the ends, so that caps and joins stand on the curve's own directions.
                    let near = 1 / (64 * Double(count))
                    let inner = (1..<count).map { Double($0) / Double(count) }
                    for t in [near] + inner + [1 - near, 1] {
                        let s = 1 - t
                        add(p0 * (s * s * s) + p1 * (3 * s * s * t) + p2 * (3 * s * t * t) + p3 * (t * t * t))
                    }
                case .close: finish(isClosed: true)
                }
            }
            finish(isClosed: false)
            return lines
        }
    }

    private func dashed(_ line: Polyline) -> [Polyline] {
        let points = line.isClosed ? line.points + line.points.prefix(1) : line.points
        let total = dashes.reduce(0, +)
        let length = zip(points, points.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0).length }
        // As many dashes as nobody could see apart are a line.
        guard total > 0, length / total < 10_000 else { return [line] }
        var parts: [Polyline] = []
        var (index, left) = (0, dashOffset.truncatingRemainder(dividingBy: total))
        if left < 0 { left += total }
        while left >= dashes[index] {
            left -= dashes[index]
            index = (index + 1) % dashes.count
        }
        left = dashes[index] - left
        var dash = index % 2 == 0 ? [points[0]] : []
        for (from, to) in zip(points, points.dropFirst()) {
            let way = (to - from).length
            var gone = 0.0
            while way - gone > left {
                gone += left
                let p = from + (to - from) * (gone / way)
                if index % 2 == 0 {
                    parts.append(Polyline(points: dash + [p], isClosed: false))
                    dash = []
                } else {
                    dash = [p]
                }
                index = (index + 1) % dashes.count
                left = dashes[index]
            }
            left -= way - gone
            if index % 2 == 0 { dash.append(to) }
        }
        if dash.count > 1 { parts.append(Polyline(points: dash, isClosed: false)) }
        return parts
    }

    private func draw(_ line: Polyline, _ pen: inout SVGPen) {
        let points = line.points
        let half = width / 2
        guard points.count > 1 else {
            // A line of no length has only its caps (SVG 1.1, section 11.4).
            guard cap != .butt, let p = points.first else { return }
            let round = cap == .round ? half : 0
            return pen.rectangle(x: p.x - half, y: p.y - half, width: width, height: width, rx: round, ry: round)
        }
        if line.isClosed, points.count > 2 {
            side(points, isClosed: true, half, &pen, isFirst: true)
            pen.close()
            side(points.reversed(), isClosed: true, half, &pen, isFirst: true)
            pen.close()
        } else {
            let points = line.isClosed ? points + [points[0]] : points
            side(points, isClosed: false, half, &pen, isFirst: true)
            capEnd(points[points.count - 2], points[points.count - 1], half, &pen)
            side(points.reversed(), isClosed: false, half, &pen, isFirst: false)
            capEnd(points[1], points[0], half, &pen)
            pen.close()
        }
    }

    /// The edge to the left of the way. Where the way turns left, the edge goes through the corner itself, so that what is
    /// covered twice is wound around twice and not the other way.
    private func side(_ points: [Point], isClosed: Bool, _ half: Double, _ pen: inout SVGPen, isFirst: Bool) {
        let count = points.count
        var isFirst = isFirst
        func go(_ p: Point) {
            if isFirst { pen.move(p) } else { pen.line(p) }
            isFirst = false
        }
        let last = isClosed ? count : count - 1
        for index in 0..<last {
            let (from, to) = (points[index], points[(index + 1) % count])
            let normal = Self.normal(from, to) * half
            // A corner has already gone to where the next edge begins.
            if index == 0 { go(from + normal) }
            go(to + normal)
            guard isClosed || index + 1 < last else { break }
            let next = Self.normal(to, points[(index + 2) % count]) * half
            corner(at: to, normal, next, half, &pen)
        }
    }

    private func corner(at p: Point, _ a: Point, _ b: Point, _ half: Double, _ pen: inout SVGPen) {
        let cross = a.x * b.y - a.y * b.x
        let dot = a.x * b.x + a.y * b.y
        let square = half * half
        guard cross > 0 || dot < -0.999 * square else {
            // The inner side of the corner.
            if cross < -1e-9 * square { pen.line(p) }
            return pen.line(p + b)
        }
        // Chords of a curve meet at less than 11 degrees: no join is seen there.
        guard dot < 0.98 * square else { return pen.line(p + b) }
        switch join {
        case .bevel: pen.line(p + b)
        case .miter:
            // sin²(θ/2) of the angle between the edges; the limit is on its reciprocal.
            let sine2 = (1 + dot / square) / 2
            if sine2 > 0, 1 / sine2 <= miterLimit * miterLimit {
                let middle = a + b
                pen.line(p + middle * (2 * square / (middle.x * middle.x + middle.y * middle.y)))
            }
            pen.line(p + b)
        case .round: Self.turn(&pen, p, a, b, half, cross > 0 || dot > 0 ? nil : .pi)
        }
    }

    private func capEnd(_ from: Point, _ to: Point, _ half: Double, _ pen: inout SVGPen) {
        let normal = Self.normal(from, to) * half
        let ahead = Point(normal.y, -normal.x) * -1
        switch cap {
        case .butt: break
        case .square:
            pen.line(to + normal + ahead)
            pen.line(to - normal + ahead)
        case .round: Self.turn(&pen, to, normal, normal * -1, half, .pi)
        }
    }

    private static func turn(
        _ pen: inout SVGPen, _ p: Point, _ a: Point, _ b: Point, _ half: Double, _ sweep: Double?
    ) {
        let first = atan2(a.y, a.x)
        var angle = atan2(b.y, b.x) - first
        if angle < 0 { angle += 2 * .pi }
        pen.turn(Transform(half, 0, 0, half, p.x, p.y), from: first, by: sweep ?? angle, to: p + b)
    }

    /// The unit vector to the left of the way, as y goes downwards: for a way to the right, upwards.
    private static func normal(_ from: Point, _ to: Point) -> Point {
        let way = to - from
        let length = way.length
        return length > 0 ? Point(way.y / length, -way.x / length) : Point(0, 0)
    }
}
