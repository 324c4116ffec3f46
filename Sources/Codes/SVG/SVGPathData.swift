/// Reads the `d` of paths (SVG 1.1, section 8.3).
enum SVGPathData {
    /// The first byte that can't be read; what came before it was drawn.
    struct Problem: Error {
        var place: Int
    }

    /// The outline of `text`.
    static func outline(_ text: String) throws(Problem) -> Outline {
        var scanner = SVGScanner(text)
        var pen = SVGPen()
        var command: UInt8?
        scanner.skipSpace()
        while let byte = scanner.next {
            if byte | 0x20 >= 0x61, byte | 0x20 <= 0x7A {
                command = byte
                scanner.skip()
                scanner.skipSpace()
                if byte | 0x20 == UInt8(ascii: "z") {
                    guard pen.hasMoved else { throw Problem(place: 0) }
                    pen.close()
                    command = nil
                    continue
                }
            }
            // A path begins with a move, and nothing follows a close but a command.
            guard let current = command, pen.hasMoved || current | 0x20 == UInt8(ascii: "m"),
                step(current, &scanner, &pen)
            else { throw Problem(place: scanner.place) }
            scanner.skipComma()
            // Pairs after a move's first are lines.
            if current == UInt8(ascii: "m") { command = UInt8(ascii: "l") }
            if current == UInt8(ascii: "M") { command = UInt8(ascii: "L") }
        }
        return pen.outline
    }

    private static func step(_ command: UInt8, _ scanner: inout SVGScanner, _ pen: inout SVGPen) -> Bool {
        let base = command >= 0x61 ? pen.place : Point(0, 0)
        func number() -> Double? {
            defer { scanner.skipComma() }
            return scanner.number()
        }
        func point() -> Point? {
            guard let x = number(), let y = number() else { return nil }
            return Point(base.x + x, base.y + y)
        }
        switch UInt8(command | 0x20) {
        case UInt8(ascii: "m"):
            guard let p = point() else { return false }
            pen.move(p)
        case UInt8(ascii: "l"):
            guard let p = point() else { return false }
            pen.line(p)
        case UInt8(ascii: "h"):
            guard let x = number() else { return false }
            pen.line(Point(base.x + x, pen.place.y))
        case UInt8(ascii: "v"):
            guard let y = number() else { return false }
            pen.line(Point(pen.place.x, base.y + y))
        case UInt8(ascii: "c"):
            guard let c1 = point(), let c2 = point(), let p = point() else { return false }
            pen.cubic(c1, c2, p)
        case UInt8(ascii: "s"):
            guard let c2 = point(), let p = point() else { return false }
            pen.cubic(pen.reflectedCubic, c2, p)
        case UInt8(ascii: "q"):
            guard let c = point(), let p = point() else { return false }
            pen.quadratic(c, p)
        case UInt8(ascii: "t"):
            guard let p = point() else { return false }
            pen.quadratic(pen.reflectedQuadratic, p)
        case UInt8(ascii: "a"):
            guard let rx = number(), let ry = number(), let rotation = number(), let isLarge = scanner.flag()
            else { return false }
            scanner.skipComma()
            guard let isClockwise = scanner.flag() else { return false }
            scanner.skipComma()
            guard let p = point() else { return false }
            pen.arc(rx: rx, ry: ry, rotation: rotation, isLarge: isLarge, isClockwise: isClockwise, to: p)
        default: return false
        }
        return true
    }
}
