internal import Glibc
internal import Site
internal import Support

/// Sines that are exact at quarters of a turn.
enum SVGAngle {
    static func sineAndCosine(_ degrees: Double) -> (Double, Double) {
        let turn = degrees.truncatingRemainder(dividingBy: 360)
        switch turn < 0 ? turn + 360 : turn {
        case 0: return (0, 1)
        case 90: return (1, 0)
        case 180: return (0, -1)
        case 270: return (-1, 0)
        default: return (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        }
    }
}

extension SVGReader {
    /// Attributes that say how things look, and that a style may say as well.
    private static let properties: Set<String> = [
        "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
        "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "color",
        "visibility",
        "font-size", "font-weight", "text-anchor", "transform", "filter", "mask", "clip-path", "marker-start",
        "marker-mid", "marker-end", "marker", "mix-blend-mode", "paint-order", "font",
    ]

    /// An element's state: what it inherits, its attributes, the rules for it, and its style, in this order.
    mutating func state(of index: Int, in outer: SVGState, isRoot: Bool = false) -> SVGState {
        var state = outer
        let element = tree.elements[index]
        var said = element.attributes.filter {
            Self.properties.contains($0.name) && !(isRoot && $0.name == "transform")
        }
        var places = [String](repeating: "", count: said.count)
        for index in said.indices { places[index] = said[index].name }
        let style = element["style"].map { SVGStyleSheet.declarations($0) } ?? []
        for one in styles.declarations(for: element) + style where Self.properties.contains(one.name) {
            said.append(one)
            places.append(element["style"] == nil ? "class" : "style")
        }
        // What others are relative to comes first.
        for pass in 0..<2 {
            for (one, place) in zip(said, places) where (one.name == "color" || one.name == "font-size") == (pass == 0)
            {
                apply(one.name, SVGStyleSheet.trimmed(one.value), place, index, outer, &state)
            }
        }
        return state
    }

    private mutating func apply(
        _ name: String, _ value: String, _ place: String, _ index: Int, _ outer: SVGState, _ state: inout SVGState
    ) {
        if value == "inherit" { return }
        switch name {
        case "color":
            if let colour = SVGColour.parse(value) { state.colour = colour } else { badValue(index, place, value) }
        case "fill": state.fill = paint(value, place, index, state) ?? state.fill
        case "stroke": state.stroke = paint(value, place, index, state) ?? state.stroke
        case "fill-opacity": state.fillOpacity = share(value, place, index)
        case "stroke-opacity": state.strokeOpacity = share(value, place, index)
        case "opacity": state.opacity = outer.opacity * share(value, place, index)
        case "fill-rule":
            switch value {
            case "nonzero": state.rule = .nonZero
            case "evenodd": state.rule = .evenOdd
            default: badValue(index, place, value, "write nonzero or evenodd")
            }
        case "stroke-width": state.line.width = positive(value, place, index, state)
        case "stroke-linecap":
            if let cap = SVGStroke.Cap(rawValue: value) { state.line.cap = cap } else { badValue(index, place, value) }
        case "stroke-linejoin":
            if let join = SVGStroke.Join(rawValue: value) {
                state.line.join = join
            } else {
                badValue(index, place, value)
            }
        case "stroke-miterlimit":
            var scanner = SVGScanner(value)
            if let limit = scanner.number(), limit >= 1 {
                state.line.miterLimit = limit
            } else {
                badValue(index, place, value)
            }
        case "stroke-dasharray": state.line.dashes = dashes(value, place, index, state)
        case "stroke-dashoffset":
            if let offset = SVGLength.parse(value, whole: picture.width) {
                state.line.dashOffset = offset
            } else {
                badValue(index, place, value)
            }
        case "visibility": state.isVisible = value == "visible"
        case "font-size":
            if let size = SVGLength.parse(value, whole: outer.fontSize, em: outer.fontSize), size > 0 {
                state.fontSize = size
            } else {
                badValue(index, place, value, "write a size such as 4 or 12px")
            }
        case "font-weight":
            var scanner = SVGScanner(value)
            switch value {
            case "bold", "bolder": state.isBold = true
            case "normal", "lighter": state.isBold = false
            default:
                if let weight = scanner.number() { state.isBold = weight >= 600 } else { badValue(index, place, value) }
            }
        case "text-anchor":
            if let anchor = SVGPicture.TextLine.Anchor(rawValue: value) {
                state.anchor = anchor
            } else {
                badValue(index, place, value, "write start, middle or end")
            }
        case "transform":
            if let map = SVGTransform.parse(value) {
                state.map = outer.map.after(map)
            } else {
                badValue(index, place, value)
            }
        case "clip-path": if value != "none", !clipsNothing(value) { unsupported(index, at: place, "a clip path") }
        case "font": unsupported(index, at: place, "the shorthand 'font'", help: "write font-size and font-weight")
        case "mix-blend-mode", "paint-order":
            if value != "normal" { unsupported(index, at: place, "'\(name)'") }
        // Filters, masks and markers.
        default: if value != "none" { unsupported(index, at: place, "'\(name)'", help: "turn the effect into shapes") }
        }
    }

    private mutating func share(_ value: String, _ place: String, _ index: Int) -> Double {
        guard let share = SVGLength.parse(value, whole: 1) else {
            badValue(index, place, value)
            return 1
        }
        return min(1, max(0, share))
    }

    private mutating func positive(_ value: String, _ place: String, _ index: Int, _ state: SVGState) -> Double {
        guard let length = SVGLength.parse(value, whole: picture.width, em: state.fontSize), length >= 0 else {
            badValue(index, place, value)
            return 0
        }
        return length
    }

    private mutating func dashes(_ value: String, _ place: String, _ index: Int, _ state: SVGState) -> [Double] {
        guard value != "none" else { return [] }
        let parts = value.split { $0 == "," || $0.isWhitespace }
        let lengths = parts.compactMap { SVGLength.parse(String($0), whole: picture.width, em: state.fontSize) }
        guard lengths.count == parts.count, lengths.allSatisfy({ $0 >= 0 }) else {
            badValue(index, place, value)
            return []
        }
        // All zeros are a line; an odd number is gone through twice.
        guard lengths.contains(where: { $0 > 0 }) else { return [] }
        return lengths.count % 2 == 0 ? lengths : lengths + lengths
    }

    private mutating func paint(
        _ value: String, _ place: String, _ index: Int, _ state: SVGState
    ) -> SVGState.PaintValue? {
        if value == "none" { return SVGState.PaintValue.none }
        if value == "currentColor" || value == "currentcolor" { return .colour(state.colour.0, state.colour.1) }
        if value.hasPrefix("url("), let end = value.firstIndex(of: ")") {
            let name = value[..<end].dropFirst(4).filter { $0 != "'" && $0 != "\"" && $0 != " " }
            guard name.hasPrefix("#") else { return nil }
            return .reference(String(name.dropFirst()), fallback: value[end...].hasSuffix("none"))
        }
        if let (colour, opacity) = SVGColour.parse(value) { return .colour(colour, opacity) }
        badValue(index, place, value, "write a colour such as #5b0f1f, a name, or url(#gradient)")
        return nil
    }

    /// A clip path that is one rectangle around the whole picture, as some editors put around everything.
    private func clipsNothing(_ value: String) -> Bool {
        guard value.hasPrefix("url(#"), let end = value.firstIndex(of: ")"),
            let clip = tree.byID[String(value[..<end].dropFirst(5))], tree.elements[clip].name == "clipPath"
        else { return false }
        let children = tree.elements[clip].content.compactMap {
            if case .element(let child) = $0 { child } else { nil }
        }
        guard children.count == 1, let child = children.first, tree.elements[child].name == "rect",
            tree.elements[clip]["clipPathUnits"] != "objectBoundingBox"
        else { return false }
        func number(_ name: String, _ whole: Double) -> Double {
            tree.elements[child][name].flatMap { SVGLength.parse($0, whole: whole) } ?? 0
        }
        var (x, y) = (number("x", picture.width), number("y", picture.height))
        if let map = tree.elements[child]["transform"].flatMap(SVGTransform.parse) {
            guard map.a == 1, map.b == 0, map.c == 0, map.d == 1 else { return false }
            (x, y) = (x + map.e, y + map.f)
        }
        let near = picture.width / 1000
        return x <= picture.x + near && y <= picture.y + near
            && x + number("width", picture.width) >= picture.x + picture.width - near
            && y + number("height", picture.height) >= picture.y + picture.height - near
    }
}
