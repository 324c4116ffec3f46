// A hot file: unsafe pointers.

/// Which part of each pixel an outline covers: sixteen lines through each row of pixels, exact along each line.
///
/// Answers are rounded to sixteenths (0, 17, …, 255): edges then have few shades, and a picture of two colours a palette
/// of sixteen.
struct AreaScan {
    private static let lines = 16

    /// Calls `row` for each row of pixels that the outline touches, with the coverage of the pixels `0..<width`.
    static func scan(
        _ outline: Outline, rule: Drawing.FillRule, scale: Double, width: Int, height: Int,
        row: (_ y: Int, _ columns: Range<Int>, _ coverage: UnsafePointer<UInt8>) -> Void
    ) {
        guard width > 0, height > 0 else { return }
        var edges = Edges(scale: scale)
        edges.add(outline)
        let lineCount = height * lines
        // Crossings of each line, counted, then put into place.
        var starts = [Int32](repeating: 0, count: lineCount + 1)
        for edge in edges.all { for line in edge.lines(lineCount) { starts[line + 1] += 1 } }
        for line in 0..<lineCount { starts[line + 1] += starts[line] }
        let total = Int(starts[lineCount])
        if total == 0 { return }
        var next = starts
        var crossings = [Crossing](repeating: Crossing(x: 0, winding: 0), count: total)
        for edge in edges.all {
            for line in edge.lines(lineCount) {
                let y = (Double(line) + 0.5) / Double(lines)
                crossings[Int(next[line])] = Crossing(x: Float(edge.x(at: y)), winding: edge.winding)
                next[line] += 1
            }
        }
        var coverage = [UInt8](repeating: 0, count: width)
        // Whole pixels as differences from their left neighbour, and what is not whole besides.
        var steps = [Float](repeating: 0, count: width + 2)
        var parts = [Float](repeating: 0, count: width + 2)
        for y in 0..<height {
            var (low, high) = (width, 0)
            for line in y * lines..<(y + 1) * lines where starts[line] < starts[line + 1] {
                let range = Int(starts[line])..<Int(starts[line + 1])
                crossings[range].sort { $0.x < $1.x }
                var (winding, begin): (Int32, Float) = (0, 0)
                for crossing in crossings[range] {
                    let was = rule == .nonZero ? winding != 0 : winding & 1 != 0
                    winding += rule == .nonZero ? crossing.winding : 1
                    let isInside = rule == .nonZero ? winding != 0 : winding & 1 != 0
                    if !was, isInside { begin = crossing.x }
                    guard was, !isInside else { continue }
                    let from = max(0, begin)
                    let to = min(Float(width), crossing.x)
                    guard from < to else { continue }
                    let (first, last) = (Int(from), Int(to))
                    if first == last {
                        parts[first] += to - from
                    } else {
                        parts[first] += Float(first + 1) - from
                        parts[last] += to - Float(last)
                        steps[first + 1] += 1
                        steps[last] -= 1
                    }
                    low = min(low, first)
                    high = max(high, min(width, last + 1))
                }
            }
            guard low < high else { continue }
            var whole: Float = 0
            for x in low..<high {
                whole += steps[x]
                let share = (whole + parts[x]) * (15 / Float(lines)) + 0.5
                coverage[x] = UInt8(max(0, min(15, share))) &* 17
                steps[x] = 0
                parts[x] = 0
            }
            for x in high...min(width + 1, high + 1) { (steps[x], parts[x]) = (0, 0) }
            coverage.withUnsafeBufferPointer { if let start = $0.baseAddress { row(y, low..<high, start) } }
        }
    }

    private struct Crossing {
        var x: Float
        var winding: Int32
    }

    /// Straight pieces, in pixels.
    private struct Edges {
        struct Edge {
            var top: Point
            var bottom: Point
            var winding: Int32

            /// Lines whose middle the edge crosses.
            func lines(_ count: Int) -> Range<Int> {
                let first = (top.y * Double(AreaScan.lines) - 0.5).rounded(.up)
                let end = (bottom.y * Double(AreaScan.lines) - 0.5).rounded(.up)
                let low = Int(min(Double(count), max(0, first)))
                return low..<max(low, Int(min(Double(count), max(0, end))))
            }

            func x(at y: Double) -> Double {
                top.x + (bottom.x - top.x) * ((y - top.y) / (bottom.y - top.y))
            }
        }

        let scale: Double
        var all: [Edge] = []

        init(scale: Double) { self.scale = scale }

        mutating func add(_ outline: Outline) {
            var (start, current) = (Point(0, 0), Point(0, 0))
            var place = 0
            let points = outline.points
            func scaled(_ point: Point) -> Point { Point(point.x * scale, point.y * scale) }
            for verb in outline.verbs {
                switch verb {
                case .move:
                    edge(current, start)
                    start = scaled(points[place])
                    current = start
                    place += 1
                case .line:
                    let to = scaled(points[place])
                    edge(current, to)
                    current = to
                    place += 1
                case .curve:
                    let (a, b, to) = (scaled(points[place]), scaled(points[place + 1]), scaled(points[place + 2]))
                    let length = Self.span(current, a) + Self.span(a, b) + Self.span(b, to)
                    // A chord a fourth of a pixel away at most, for curves as round as a circle.
                    let count = max(2, min(256, Int((length * 1.5).squareRoot() * 2)))
                    var from = current
                    for step in 1...count {
                        let point =
                            step == count ? to : Self.point(current, a, b, to, Double(step) / Double(count))
                        edge(from, point)
                        from = point
                    }
                    current = to
                    place += 3
                case .close:
                    edge(current, start)
                    current = start
                }
            }
            edge(current, start)
        }

        private static func span(_ a: Point, _ b: Point) -> Double { max(abs(a.x - b.x), abs(a.y - b.y)) }

        private static func point(_ p: Point, _ a: Point, _ b: Point, _ q: Point, _ t: Double) -> Point {
            let s = 1 - t
            let (w0, w1, w2, w3) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
            return Point(
                w0 * p.x + w1 * a.x + w2 * b.x + w3 * q.x, w0 * p.y + w1 * a.y + w2 * b.y + w3 * q.y)
        }

        private mutating func edge(_ from: Point, _ to: Point) {
            guard from.y != to.y, from.x.isFinite, from.y.isFinite, to.x.isFinite, to.y.isFinite else { return }
            all.append(
                from.y < to.y
                    ? Edge(top: from, bottom: to, winding: 1) : Edge(top: to, bottom: from, winding: -1))
        }
    }
}
