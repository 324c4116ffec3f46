/// A corner of an upright rectangle, in the order in which an outline goes round: to the right, down, to the left, up.
enum Corner: Int {
    case topLeft, topRight, bottomRight, bottomLeft
}

extension Outline {
    /// How far a cubic curve's points pull for a quarter of a circle of radius 1: the error is below 0.03 %.
    static let kappa = 0.5522847498

    /// A quarter of a circle from the current point; `from` and `to` are its ends, `corner` where its tangents meet.
    mutating func arc(from: Point, around corner: Point, to: Point, pull: Double = Outline.kappa) {
        curve(
            Point(from.x + (corner.x - from.x) * pull, from.y + (corner.y - from.y) * pull),
            Point(to.x + (corner.x - to.x) * pull, to.y + (corner.y - to.y) * pull), to: to)
    }

    /// A closed line through points.
    mutating func polygon(_ points: [Point]) {
        for (index, point) in points.enumerated() { if index == 0 { move(to: point) } else { line(to: point) } }
        close()
    }

    /// A rectangle whose corners have radii: top left, top right, bottom right, bottom left.
    /// - Parameter pull: more than ``kappa`` makes corners that are fuller than circles.
    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, radii: [Double] = [0, 0, 0, 0],
        pull: Double = Outline.kappa
    ) {
        let corners = [Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)]
        // Directions in which the outline arrives at each corner and leaves it.
        let along = [Point(0, -1), Point(1, 0), Point(0, 1), Point(-1, 0)]
        var current = Point(0, 0)
        for index in 0..<4 {
            let (corner, radius) = (corners[index], radii[index])
            let (into, out) = (along[index], along[(index + 1) % 4])
            let from = Point(corner.x - into.x * radius, corner.y - into.y * radius)
            if index == 0 { move(to: from) } else if from != current { line(to: from) }
            current = from
            if radius > 0 {
                current = Point(corner.x + out.x * radius, corner.y + out.y * radius)
                arc(from: from, around: corner, to: current, pull: pull)
            }
        }
        close()
    }

    /// A disc.
    mutating func disc(_ centre: Point, _ radius: Double) {
        rectangle(
            centre.x - radius, centre.y - radius, 2 * radius, 2 * radius, radii: [Double](repeating: radius, count: 4))
    }

    /// A square with cut corners.
    mutating func octagon(_ x: Double, _ y: Double, _ side: Double, cut: Double) {
        let (a, b) = (cut, side - cut)
        polygon(
            [(a, 0), (b, 0), (side, a), (side, b), (b, side), (a, side), (0, b), (0, a)].map { Point(x + $0, y + $1) })
    }
}
