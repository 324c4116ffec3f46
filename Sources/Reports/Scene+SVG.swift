/// A scene as inline SVG (SVG 1.1, with classes for colours so that a page's themes reach it).

extension Scene {
    /// `<svg …>…</svg>` for a page whose style sheet defines the classes of ``Palette``.
    ///
    /// Coordinates are whole tenths; outlines use relative steps in tenths from their rounded start, so rounding
    /// does not add up.
    func write(to markup: inout Markup) {
        markup.element(
            "svg",
            [
                .init("viewBox", "0 0 " + Self.number(width) + " " + Self.number(height)), .init("role", "img"),
                .init("aria-label", title + ". " + summary),
            ]
        ) { markup in
            markup.element("title", text: title)
            markup.element("desc", text: summary)
            for shape in shapes { Self.write(shape, to: &markup) }
        }
    }

    private static func write(_ shape: Shape, to markup: inout Markup) {
        switch shape {
        case .rectangle(let x, let y, let width, let height, let radius, let fill, let tip):
            var attributes: [Markup.Attribute] = [
                .init("x", number(x)), .init("y", number(y)), .init("width", number(width)),
                .init("height", number(height)),
            ]
            if radius > 0 { attributes.append(.init("rx", number(radius))) }
            attributes.append(.init("class", fill.map { "f-" + Palette.name($0) } ?? "h"))
            close("rect", attributes, tip, &markup)
        case .lines(let rings, let isClosed, let fill, let stroke, let tip):
            var attributes: [Markup.Attribute] = [.init("d", path(rings, isClosed: isClosed))]
            attributes += paint(fill, stroke)
            close("path", attributes, tip, &markup)
        case .disc(let centre, let radius, let fill, let stroke, let tip):
            let attributes: [Markup.Attribute] = [
                .init("cx", number(centre.x)), .init("cy", number(centre.y)), .init("r", number(radius)),
            ]
            close("circle", attributes + paint(fill, stroke), tip, &markup)
        case .label(let label):
            var attributes: [Markup.Attribute] = [
                .init("x", number(label.at.x)), .init("y", number(label.at.y)),
                .init("class", "f-" + Palette.name(label.tone) + (label.isStrong ? " b" : "")),
            ]
            if label.size != 12 { attributes.append(.init("font-size", number(label.size))) }
            switch label.anchor {
            case .start: break
            case .middle: attributes.append(.init("text-anchor", "middle"))
            case .end: attributes.append(.init("text-anchor", "end"))
            }
            markup.element("text", attributes, text: label.text)
        }
    }

    private static func close(
        _ name: StaticString, _ attributes: [Markup.Attribute], _ tip: String?, _ markup: inout Markup
    ) {
        guard let tip else { return markup.empty(name, attributes) }
        markup.element(name, attributes) { $0.element("title", text: tip) }
    }

    private static func paint(_ fill: Tone?, _ stroke: Stroke?) -> [Markup.Attribute] {
        var classes = fill.map { "f-" + Palette.name($0) } ?? "n"
        var attributes: [Markup.Attribute] = []
        if let stroke {
            classes += " l-" + Palette.name(stroke.tone)
            attributes.append(.init("stroke-width", number(stroke.width)))
            if stroke.isDashed { attributes.append(.init("stroke-dasharray", "4 4")) }
        }
        return [.init("class", classes)] + attributes
    }

    private static func path(_ rings: [[Point]], isClosed: Bool) -> String {
        var text = ""
        for ring in rings {
            guard let first = ring.first else { continue }
            var last = (x: tenths(first.x), y: tenths(first.y))
            text += "M" + number(tenths: last.x) + " " + number(tenths: last.y) + "l"
            var isFirst = true
            for point in ring.dropFirst() {
                let next = (x: tenths(point.x), y: tenths(point.y))
                for step in [next.x - last.x, next.y - last.y] {
                    if !isFirst, step >= 0 { text += " " }
                    text += number(tenths: step)
                    isFirst = false
                }
                last = next
            }
            if isClosed { text += "z" }
        }
        return text
    }

    private static func tenths(_ value: Double) -> Int { Int((max(-1e6, min(1e6, value)) * 10).rounded()) }

    static func number(_ value: Double) -> String { number(tenths: tenths(value)) }

    private static func number(tenths: Int) -> String {
        let whole = String(tenths.magnitude / 10)
        let sign = tenths < 0 ? "-" : ""
        return tenths % 10 == 0 ? sign + whole : sign + whole + "." + String(tenths.magnitude % 10)
    }
}
