internal import Site
internal import Support

extension SVGReader {
    /// The outline of a basic shape or path in its own coordinates; `nil` when there is nothing to draw.
    mutating func outline(of index: Int) -> Outline? {
        let element = tree.elements[index]
        var pen = SVGPen()
        let (width, height) = (picture.width, picture.height)
        let diagonal = ((width * width + height * height) / 2).squareRoot()
        func missing(_ name: String) -> Bool { element[name] == nil || element[name] == "auto" }
        switch element.name {
        case "rect":
            let (w, h) = (length(index, "width", width), length(index, "height", height))
            guard w > 0, h > 0 else { return nil }
            var (rx, ry) = (max(0, length(index, "rx", width)), max(0, length(index, "ry", height)))
            if missing("rx") { rx = ry }
            if missing("ry") { ry = rx }
            pen.rectangle(
                x: length(index, "x", width), y: length(index, "y", height), width: w, height: h, rx: rx, ry: ry)
        case "circle", "ellipse":
            var (rx, ry) = (length(index, "rx", width), length(index, "ry", height))
            if missing("rx") { rx = ry }
            if missing("ry") { ry = rx }
            if element.name == "circle" {
                rx = length(index, "r", diagonal)
                ry = rx
            }
            guard rx > 0, ry > 0 else { return nil }
            let (cx, cy) = (length(index, "cx", width), length(index, "cy", height))
            // From three o'clock, where dashes begin.
            pen.move(Point(cx + rx, cy))
            pen.turn(Transform(rx, 0, 0, ry, cx, cy), from: 0, by: 2 * .pi, to: Point(cx + rx, cy))
            pen.close()
        case "line":
            pen.move(Point(length(index, "x1", width), length(index, "y1", height)))
            pen.line(Point(length(index, "x2", width), length(index, "y2", height)))
        case "polyline", "polygon":
            var scanner = SVGScanner(element["points"] ?? "")
            guard let numbers = scanner.numbers(), numbers.count % 2 == 0 else {
                badValue(index, "points", element["points"] ?? "", "write pairs of numbers")
                return nil
            }
            for place in stride(from: 0, to: numbers.count, by: 2) {
                let p = Point(numbers[place], numbers[place + 1])
                if place == 0 { pen.move(p) } else { pen.line(p) }
            }
            if element.name == "polygon" { pen.close() }
        default:
            do throws(SVGPathData.Problem) {
                return try SVGPathData.outline(element["d"] ?? "")
            } catch {
                let path = Array((element["d"] ?? "").utf8)
                let from = String(decoding: path[min(error.place, path.count)...].prefix(20), as: UTF8.self)
                let shown = from.isEmpty ? "it ends too early" : "from '\(ShownText.text(from))'"
                report(
                    .error(SVGCodes.value, at: range(index, "d"), "the path can't be read: \(shown)"))
                return nil
            }
        }
        return pen.outline
    }

    /// Fill, then stroke.
    mutating func draw(_ outline: Outline, _ index: Int, _ state: SVGState) {
        guard !outline.isEmpty, state.isVisible else { return }
        // Chords of strokes are off by less than a ten-thousandth of the picture.
        let scale = state.map.scale
        guard scale > 0, scale.isFinite else { return }
        let fine = max(picture.width, picture.height) / 10_000 / scale
        if let fill = fill(state.fill, state.fillOpacity * state.opacity, of: outline, index, "fill", state) {
            add(outline, fill, state.rule, state.map)
        }
        if state.line.width > 0,
            let fill = fill(state.stroke, state.strokeOpacity * state.opacity, of: outline, index, "stroke", state)
        {
            let area = state.line.area(of: outline, tolerance: max(1e-9, min(fine, state.line.width / 16)))
            add(area, fill, .nonZero, state.map)
        }
    }

    private mutating func add(_ outline: Outline, _ fill: Drawing.Fill, _ rule: Drawing.FillRule, _ map: Transform) {
        var mapped = Outline()
        mapped.add(outline, map)
        points += mapped.points.count
        guard points <= Self.mostPoints, !mapped.isEmpty else { return }
        picture.items.append(.area(Drawing.Area(mapped, fill, rule: rule)))
    }

    /// What an area is filled with, in the picture's coordinates; `nil` for nothing.
    mutating func fill(
        _ paint: SVGState.PaintValue, _ opacity: Double, of outline: Outline, _ index: Int, _ attribute: String,
        _ state: SVGState
    ) -> Drawing.Fill? {
        switch paint {
        case .none: return nil
        case .colour(let colour, let own): return opacity * own > 0 ? .solid(colour, opacity: opacity * own) : nil
        case .reference(let name, let hasFallback):
            guard let target = tree.byID[name], tree.elements[target].name.hasSuffix("Gradient") else {
                if hasFallback { return nil }
                if let target = tree.byID[name] {
                    unsupported(index, at: attribute, "a fill by <\(tree.elements[target].name)>")
                } else {
                    badValue(index, attribute, "#" + name, "no gradient has this id")
                }
                return nil
            }
            return gradient(target, opacity, of: outline, state)
        }
    }

    private mutating func gradient(
        _ target: Int, _ opacity: Double, of outline: Outline, _ state: SVGState
    ) -> Drawing.Fill? {
        // A gradient takes what it does not say from the one that it refers to.
        var chain = [target]
        while chain.count < 8, let href = tree.elements[chain[chain.count - 1]]["href"], href.hasPrefix("#"),
            let next = tree.byID[String(href.dropFirst())], !chain.contains(next)
        { chain.append(next) }
        let tree = tree
        func said(_ name: String) -> String? { chain.compactMap { tree.elements[$0][name] }.first }
        let stops = stops(chain, opacity)
        guard let stops, let last = stops.last else { return nil }
        if stops.count == 1 { return .solid(last.colour) }
        if let spread = said("spreadMethod"), spread != "pad" {
            unsupported(target, at: "spreadMethod", "a gradient that repeats")
        }
        var map = state.map
        let isOfBox = said("gradientUnits") != "userSpaceOnUse"
        if isOfBox {
            // The exact box: control points may lie outside.
            let lines = SVGStroke.Polyline.lines(
                of: outline, tolerance: max(1e-6, picture.width / 5000 / state.map.scale))
            var box = Outline()
            for point in lines.flatMap(\.points) { box.move(to: point) }
            guard let (low, high) = box.bounds, high.x > low.x, high.y > low.y else { return .solid(last.colour) }
            map = map.after(Transform(high.x - low.x, 0, 0, high.y - low.y, low.x, low.y))
        }
        if let text = said("gradientTransform") {
            guard let own = SVGTransform.parse(text) else {
                badValue(target, "gradientTransform", text)
                return nil
            }
            map = map.after(own)
        }
        func number(_ name: String, _ usual: String, _ whole: Double) -> Double {
            SVGLength.parse(said(name) ?? usual, whole: isOfBox ? 1 : whole) ?? 0
        }
        if tree.elements[target].name == "linearGradient" {
            let from = Point(number("x1", "0%", picture.width), number("y1", "0%", picture.height))
            let to = Point(number("x2", "100%", picture.width), number("y2", "0%", picture.height))
            guard let ends = Self.line(from, to, map) else { return .solid(last.colour) }
            return .linear(from: ends.0, to: ends.1, stops)
        }
        let centre = Point(number("cx", "50%", picture.width), number("cy", "50%", picture.height))
        let radius = number("r", "50%", picture.width)
        guard radius > 0, map.scale > 0 else { return .solid(last.colour) }
        let (u, v) = (Point(map.a, map.b), Point(map.c, map.d))
        let isRound =
            abs(u.length - v.length) < 0.01 * (u.length + v.length)
            && abs(u.x * v.x + u.y * v.y) < 0.01 * u.length * v.length
        let focus = Point(number("fx", "\(centre.x)", 1), number("fy", "\(centre.y)", 1))
        if !isRound || said("fx") != nil && (focus - centre).length > radius / 50 {
            report(
                .warning(
                    SVGCodes.approximate, at: range(target),
                    isRound
                        ? "the gradient's focus is moved to its middle"
                        : "an elliptical gradient is drawn as a round one"))
        }
        return .radial(centre: map.apply(centre), radius: radius * map.scale, stops)
    }

    /// The ends of the line whose perpendiculars are what `map` makes of the gradient's: exact also when it is skewed.
    private static func line(_ from: Point, _ to: Point, _ map: Transform) -> (Point, Point)? {
        let way = to - from
        let k = map.a * map.d - map.b * map.c
        let square = way.x * way.x + way.y * way.y
        guard square > 0, abs(k) > 1e-18 else { return nil }
        // The share of the way is linear in the picture's coordinates, too; this is its slope there.
        let slope = Point(
            (map.d * way.x - map.b * way.y) / (k * square), (map.a * way.y - map.c * way.x) / (k * square))
        let length = slope.x * slope.x + slope.y * slope.y
        guard length > 0, length.isFinite else { return nil }
        let start = map.apply(from)
        return (start, start + slope * (1 / length))
    }

    private mutating func stops(_ chain: [Int], _ opacity: Double) -> [Paint.Stop]? {
        var stops: [Paint.Stop] = []
        for gradient in chain where stops.isEmpty {
            for case .element(let index) in tree.elements[gradient].content where tree.elements[index].name == "stop" {
                let element = tree.elements[index]
                var said = element.attributes.filter { $0.name == "stop-color" || $0.name == "stop-opacity" }
                said += styles.declarations(for: element) + SVGStyleSheet.declarations(element["style"] ?? "")
                var (colour, share) = (Colour.black, opacity)
                for (name, value) in said {
                    if name == "stop-color" {
                        guard let (read, own) = SVGColour.parse(value) else {
                            badValue(index, "stop-color", value)
                            return nil
                        }
                        (colour, share) = (read, share * own)
                    } else if name == "stop-opacity" {
                        share *= SVGLength.parse(value, whole: 1) ?? 1
                    }
                }
                if share < 0.999 {
                    unsupported(
                        index, "a translucent gradient",
                        help: "mix the colours with what lies behind, and leave opacity at 1")
                    return nil
                }
                let place = SVGLength.parse(element["offset"] ?? "0", whole: 1) ?? 0
                // Offsets never fall (SVG 1.1, section 13.2.4).
                stops.append(Paint.Stop(max(stops.last?.place ?? 0, min(1, max(0, place))), colour))
            }
        }
        return stops
    }
}
