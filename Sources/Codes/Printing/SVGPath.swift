/// The `d` of a path, in as few bytes as exactness to a hundredth of a module allows: relative, a letter only where it
/// changes, quarters of circles as arcs.
struct SVGPath {
    /// The text.
    private(set) var bytes: [UInt8] = []
    /// Units of 1/100 module; all is rounded to them before it is subtracted, so that errors don't add up.
    private var current = (x: 0, y: 0)
    private var start = (x: 0, y: 0)
    private var letter: UInt8 = 0

    /// Writes an outline.
    init(_ outline: Outline) {
        bytes.reserveCapacity(outline.points.count * 6)
        let points = outline.points
        var place = 0
        for verb in outline.verbs {
            switch verb {
            case .move:
                let to = Self.units(points[place])
                place += 1
                command("m")
                numbers([to.x - current.x, to.y - current.y])
                // Further pairs after `m` are lines.
                letter = UInt8(ascii: "l")
                (current, start) = (to, to)
            case .line:
                let to = Self.units(points[place])
                place += 1
                let (dx, dy) = (to.x - current.x, to.y - current.y)
                if dx == 0, dy == 0 { continue }
                if dy == 0 {
                    command("h")
                    numbers([dx])
                } else if dx == 0 {
                    command("v")
                    numbers([dy])
                } else {
                    command("l")
                    numbers([dx, dy])
                }
                current = to
            case .curve:
                let (a, b, to) = (points[place], points[place + 1], points[place + 2])
                let from = place > 0 ? points[place - 1] : a
                let end = Self.units(to)
                place += 3
                if let (radius, isClockwise) = Self.quarter(from, a, b, to) {
                    command("a")
                    numbers([Self.units(radius), Self.units(radius)])
                    bytes.append(contentsOf: isClockwise ? " 0 0 1".utf8 : " 0 0 0".utf8)
                    number(end.x - current.x)
                    number(end.y - current.y)
                } else {
                    command("c")
                    let (first, second) = (Self.units(a), Self.units(b))
                    numbers(
                        [first, second, end].flatMap { [$0.x - current.x, $0.y - current.y] })
                }
                current = end
            case .close:
                bytes.append(UInt8(ascii: "z"))
                letter = 0
                current = start
            }
        }
    }

    /// Radius and direction of a quarter of a circle between two axes.
    private static func quarter(_ from: Point, _ a: Point, _ b: Point, _ to: Point) -> (Double, Bool)? {
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        let radius = abs(dx)
        guard radius > 0.01, abs(abs(dy) - radius) < 1e-6 else { return nil }
        let pull = radius * Outline.kappa
        let along = Point(a.x - from.x, a.y - from.y)
        let into = Point(to.x - b.x, to.y - b.y)
        let isAcross = abs(along.y) < 1e-6 && abs(into.x) < 1e-6
        guard isAcross || abs(along.x) < 1e-6 && abs(into.y) < 1e-6,
            abs(abs(along.x + along.y) - pull) < 1e-4 * radius + 1e-6,
            abs(abs(into.x + into.y) - pull) < 1e-4 * radius + 1e-6
        else { return nil }
        return (radius, along.x * into.y - along.y * into.x > 0)
    }

    private static func units(_ value: Double) -> Int {
        Int((value.isFinite ? min(1e9, max(-1e9, value)) : 0) * 100 + (value < 0 ? -0.5 : 0.5))
    }

    private static func units(_ point: Point) -> (x: Int, y: Int) { (units(point.x), units(point.y)) }

    private mutating func command(_ character: Unicode.Scalar) {
        let next = UInt8(ascii: character)
        if letter != next { bytes.append(next) }
        letter = next
    }

    private mutating func numbers(_ values: [Int]) { for value in values { number(value) } }

    /// A number, with a space before it unless its sign or the letter before divides it from another.
    private mutating func number(_ units: Int) {
        let last = bytes.last ?? 0
        let isAfterDigit = last >= 0x30 && last <= 0x39 || last == 0x2E
        if isAfterDigit, units >= 0 { bytes.append(0x20) }
        var value = units
        if value < 0 {
            bytes.append(0x2D)
            value = -value
        }
        let (whole, rest) = (value / 100, value % 100)
        if whole > 0 || rest == 0 { bytes.appendDecimal(whole) }
        guard rest > 0 else { return }
        bytes.append(0x2E)
        bytes.append(0x30 + UInt8(rest / 10))
        if rest % 10 > 0 { bytes.append(0x30 + UInt8(rest % 10)) }
    }
}
