internal import Site

/// What elements inherit, and what their attributes say about them.
struct SVGState {
    enum PaintValue: Equatable {
        case none
        case colour(Colour, Double)
        /// A gradient by its id, and what is taken when there is none.
        case reference(String, fallback: Bool)
    }

    /// From the element's coordinates to the picture's.
    var map = Transform()
    var fill = PaintValue.colour(.black, 1)
    var fillOpacity = 1.0
    var rule = Drawing.FillRule.nonZero
    var stroke = PaintValue.none
    var strokeOpacity = 1.0
    var line = SVGStroke()
    /// Of the element and all around it.
    var opacity = 1.0
    var colour: (Colour, Double) = (.black, 1)
    var isVisible = true
    var fontSize = 16.0
    var isBold = false
    var anchor = SVGPicture.TextLine.Anchor.start
}

/// Lengths with units, in user units of 1/96 inch.
enum SVGLength {
    /// A length; `nil` when it can't be read.
    /// - Parameters:
    ///   - whole: what 100 % is.
    ///   - em: what 1em is.
    static func parse(_ text: String, whole: Double, em: Double = 16) -> Double? {
        var scanner = SVGScanner(text)
        scanner.skipSpace()
        guard let value = scanner.number() else { return nil }
        let unit = scanner.word()
        scanner.skipSpace()
        guard scanner.isAtEnd else { return nil }
        switch unit {
        case "", "px": return value
        case "%": return value / 100 * whole
        case "em", "rem": return value * em
        case "ex": return value * em / 2
        default: return absolute(unit).map { value * $0 * 96 / 25.4 }
        }
    }

    /// A length of paper in millimetres; `nil` when the unit is not one of paper.
    static func millimetres(_ text: String) -> Double? {
        var scanner = SVGScanner(text)
        scanner.skipSpace()
        guard let value = scanner.number(), let unit = absolute(scanner.word()) else { return nil }
        return value * unit
    }

    private static func absolute(_ unit: String) -> Double? {
        switch unit {
        case "mm": 1
        case "cm": 10
        case "in": 25.4
        case "pt": 25.4 / 72
        case "pc": 25.4 / 6
        case "Q": 0.25
        default: nil
        }
    }
}

/// Lists of transformations (SVG 1.1, section 7.6).
enum SVGTransform {
    /// The map; `nil` when it can't be read.
    static func parse(_ text: String) -> Transform? {
        var scanner = SVGScanner(text)
        var map = Transform()
        scanner.skipComma()
        while !scanner.isAtEnd {
            let name = scanner.word()
            scanner.skipSpace()
            guard scanner.take("(") else { return nil }
            var values: [Double] = []
            scanner.skipSpace()
            while !scanner.take(")") {
                guard let value = scanner.number() else { return nil }
                values.append(value)
                scanner.skipComma()
            }
            scanner.skipComma()
            guard let one = one(name, values) else { return nil }
            map = map.after(one)
        }
        return map
    }

    private static func one(_ name: String, _ v: [Double]) -> Transform? {
        switch (name, v.count) {
        case ("matrix", 6): return Transform(v[0], v[1], v[2], v[3], v[4], v[5])
        case ("translate", 1): return Transform(x: v[0])
        case ("translate", 2): return Transform(x: v[0], y: v[1])
        case ("scale", 1): return Transform(scale: v[0])
        case ("scale", 2): return Transform(v[0], 0, 0, v[1], 0, 0)
        case ("rotate", 1): return rotation(v[0])
        case ("rotate", 3):
            return Transform(x: v[1], y: v[2]).after(rotation(v[0])).after(Transform(x: -v[1], y: -v[2]))
        case ("skewX", 1): return Transform(1, 0, tangent(v[0]), 1, 0, 0)
        case ("skewY", 1): return Transform(1, tangent(v[0]), 0, 1, 0, 0)
        default: return nil
        }
    }

    /// Quarters of a turn exactly.
    private static func rotation(_ degrees: Double) -> Transform {
        let (sine, cosine) = SVGAngle.sineAndCosine(degrees)
        return Transform(cosine, sine, -sine, cosine, 0, 0)
    }

    private static func tangent(_ degrees: Double) -> Double {
        let (sine, cosine) = SVGAngle.sineAndCosine(degrees)
        return cosine == 0 ? 0 : sine / cosine
    }
}
