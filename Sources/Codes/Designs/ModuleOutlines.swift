import Site

/// The dark modules of a symbol as outlines: those that touch become one area, so that no viewer shows seams between them.
struct ModuleOutlines {
    let shape: Design.Modules
    /// Modules on a side.
    let size: Int
    /// What is drawn: dark modules that are neither part of an eye nor cleared.
    let dark: [Bool]

    init(_ shape: Design.Modules, size: Int, dark: [Bool]) {
        self.shape = shape
        self.size = size
        self.dark = dark
    }

    private func isDark(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < size && y < size && dark[y * size + x]
    }

    /// All of them, from the symbol's top left corner.
    var outline: Outline {
        var outline = Outline()
        switch shape {
        case .square, .rounded, .liquid, .classy, .classyRounded: trace(&outline)
        case .connectedH, .connectedV: bars(&outline)
        default:
            let stamp = Self.stamp(shape)
            for y in 0..<size {
                for x in 0..<size where dark[y * size + x] {
                    outline.add(stamp, Transform(x: Double(x), y: Double(y)))
                }
            }
        }
        return outline
    }

    /// Bars with round ends that fill 0.84 of their row or column.
    private func bars(_ outline: inout Outline) {
        let lies = shape == .connectedH
        let (gap, end) = (0.08, 0.04)
        for line in 0..<size {
            var start: Int?
            for place in 0...size {
                let isDark = place < size && (lies ? dark[line * size + place] : dark[place * size + line])
                if isDark {
                    start = start ?? place
                } else if let begin = start {
                    let (a, b) = (Double(begin) + end, Double(line) + gap)
                    let (long, wide) = (Double(place - begin) - 2 * end, 1 - 2 * gap)
                    let radii = [Double](repeating: wide / 2, count: 4)
                    outline.rectangle(
                        lies ? a : b, lies ? b : a, lies ? long : wide, lies ? wide : long, radii: radii)
                    start = nil
                }
            }
        }
    }

    // MARK: - Areas of modules that touch

    /// Radius where an area's corner points outwards.
    private func convex(_ corner: Corner) -> Double {
        switch shape {
        case .rounded, .liquid: 0.5
        case .classy: corner == .topLeft || corner == .bottomRight ? 0.5 : 0
        // An edge of one module has one corner of each kind: their radii make one module at most.
        case .classyRounded: corner == .topLeft || corner == .bottomRight ? 0.75 : 0.25
        default: 0
        }
    }

    /// Goes round each area with the dark side at the right hand. Modules that only touch at a corner are not joined: at
    /// a crossing of edges the line turns right. O(modules).
    private func trace(_ outline: inout Outline) {
        let steps = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        let row = size + 1
        // Edges that begin at each crossing of the grid, a bit for each direction.
        var edges = [UInt8](repeating: 0, count: row * row)
        for y in 0..<size {
            for x in 0..<size where dark[y * size + x] {
                if !isDark(x, y - 1) { edges[y * row + x] |= 1 }
                if !isDark(x + 1, y) { edges[y * row + x + 1] |= 2 }
                if !isDark(x, y + 1) { edges[(y + 1) * row + x + 1] |= 4 }
                if !isDark(x - 1, y) { edges[(y + 1) * row + x] |= 8 }
            }
        }
        for start in edges.indices {
            // A line begins at its upper left corner, with an edge to the right.
            while edges[start] & 1 != 0 {
                var (at, direction) = (start, 0)
                var corners: [(x: Int, y: Int, into: Int, isConvex: Bool)] = []
                repeat {
                    edges[at] &= ~(1 << UInt8(direction))
                    at += steps[direction].0 + steps[direction].1 * row
                    for turn in [1, 0, 3] {
                        let next = (direction + turn) % 4
                        // The first edge is taken again to close the line.
                        let isThere = edges[at] & 1 << UInt8(next) != 0 || at == start && next == 0
                        if isThere {
                            if turn != 0 { corners.append((at % row, at / row, direction, turn == 1)) }
                            direction = next
                            break
                        }
                    }
                } while at != start || direction != 0
                add(corners, steps, to: &outline)
            }
        }
    }

    private func add(
        _ corners: [(x: Int, y: Int, into: Int, isConvex: Bool)], _ steps: [(Int, Int)], to outline: inout Outline
    ) {
        for (index, corner) in corners.enumerated() {
            let radius: Double =
                corner.isConvex
                ? convex(Corner(rawValue: (corner.into + 1) % 4) ?? .topLeft) : shape == .liquid ? 0.5 : 0
            let place = Point(Double(corner.x), Double(corner.y))
            let into = steps[corner.into]
            let from = Point(place.x - Double(into.0) * radius, place.y - Double(into.1) * radius)
            if index == 0 { outline.move(to: from) } else { outline.line(to: from) }
            guard radius > 0 else { continue }
            let out = steps[(corner.into + (corner.isConvex ? 1 : 3)) % 4]
            outline.arc(
                from: from, around: place,
                to: Point(place.x + Double(out.0) * radius, place.y + Double(out.1) * radius))
        }
        outline.close()
    }

    // MARK: - Modules that stand alone

    /// One module of a form whose modules don't touch, in a square of 1.
    private static func stamp(_ shape: Design.Modules) -> Outline {
        var stamp = Outline()
        switch shape {
        case .dots: stamp.disc(Point(0.5, 0.5), 0.46)
        case .diamond: stamp.polygon([Point(0.5, 0), Point(1, 0.5), Point(0.5, 1), Point(0, 0.5)])
        case .hexagon:
            stamp.polygon(
                [(0.5, 0.0), (0.95, 0.25), (0.95, 0.75), (0.5, 1), (0.05, 0.75), (0.05, 0.25)].map(Point.init))
        case .star:
            // Five points on a circle of 0.57, five notches on one of 0.37, cut to the square.
            let points = [
                (0.5, -0.035), (0.717, 0.236), (1.042, 0.359), (0.852, 0.649), (0.835, 0.996),
                (0.5, 0.905), (0.165, 0.996), (0.148, 0.649), (-0.042, 0.359), (0.283, 0.236),
            ]
            stamp.polygon(points.map { Point(min(1, max(0, $0.0)), min(1, max(0, $0.1))) })
        case .smallSquare: stamp.rectangle(0.1, 0.1, 0.8, 0.8)
        case .plus:
            let (a, b, from, to) = (0.27, 0.73, 0.03, 0.97)
            stamp.polygon(
                [
                    (a, from), (b, from), (b, a), (to, a), (to, b), (b, b), (b, to), (a, to), (a, b), (from, b),
                    (from, a),
                    (a, a),
                ].map(Point.init))
        case .pebble: stamp.rectangle(0.05, 0.05, 0.9, 0.9, radii: [0.28, 0.28, 0.28, 0.28])
        case .leaf: stamp.rectangle(0.03, 0.03, 0.94, 0.94, radii: [0.47, 0, 0.47, 0])
        case .heart:
            stamp.move(to: Point(0.5, 0.97))
            stamp.curve(Point(0.12, 0.68), Point(0, 0.5), to: Point(0, 0.3))
            stamp.curve(Point(0, 0.12), Point(0.12, 0.03), to: Point(0.27, 0.03))
            stamp.curve(Point(0.37, 0.03), Point(0.46, 0.08), to: Point(0.5, 0.17))
            stamp.curve(Point(0.54, 0.08), Point(0.63, 0.03), to: Point(0.73, 0.03))
            stamp.curve(Point(0.88, 0.03), Point(1, 0.12), to: Point(1, 0.3))
            stamp.curve(Point(1, 0.5), Point(0.88, 0.68), to: Point(0.5, 0.97))
            stamp.close()
        default: stamp.rectangle(0, 0, 1, 1)
        }
        return stamp
    }
}
