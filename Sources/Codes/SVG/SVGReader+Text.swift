internal import Site
internal import Support

extension SVGReader {
    /// The lines of a `<text>`: a `<tspan>` with a place of its own begins another.
    mutating func drawText(_ index: Int, _ state: SVGState) {
        var writer = LineWriter()
        let fit = tree.elements[index]["data-fit"].flatMap { SVGLength.parse($0, whole: picture.width) }
        if let text = tree.elements[index]["data-fit"], (fit ?? 0) <= 0 {
            badValue(index, "data-fit", text, "write the width that the text must not pass, in the template's units")
        }
        writer.pen = place(index, Point(0, 0))
        write(index, state, fit, &writer)
        writer.finish(&picture.items)
    }

    private struct LineWriter {
        var pen = Point(0, 0)
        private var line: SVGPicture.TextLine?

        mutating func add(
            _ text: String, _ fill: Drawing.Fill, _ state: SVGState, _ fit: Double?, _ place: Range<Int>
        ) {
            let run = SVGPicture.TextLine.Run(text: text, size: state.fontSize, isBold: state.isBold, fill: fill)
            if line == nil {
                line = SVGPicture.TextLine(
                    runs: [], map: state.map.after(Transform(x: pen.x, y: pen.y)), anchor: state.anchor, fit: fit,
                    place: place)
            }
            line?.runs.append(run)
        }

        /// White space collapses as in SVG: none at the ends, one blank between words.
        mutating func finish(_ items: inout [SVGPicture.Item]) {
            guard var line else { return }
            self.line = nil
            var endsWithSpace = true
            for index in line.runs.indices {
                var text = ""
                for character in line.runs[index].text {
                    let isSpace = character.isWhitespace
                    if isSpace, endsWithSpace { continue }
                    text.append(isSpace ? " " : character)
                    endsWithSpace = isSpace
                }
                line.runs[index].text = text
            }
            while let last = line.runs.last, last.text.allSatisfy({ $0 == " " }) { line.runs.removeLast() }
            guard !line.runs.isEmpty else { return }
            if line.runs[line.runs.count - 1].text.last == " " { line.runs[line.runs.count - 1].text.removeLast() }
            items.append(.text(line))
        }
    }

    private mutating func place(_ index: Int, _ usual: Point) -> Point {
        let element = tree.elements[index]
        func one(_ name: String, _ whole: Double, _ usual: Double) -> Double {
            guard let text = element[name] else { return usual }
            guard let value = SVGLength.parse(text, whole: whole) else {
                badValue(index, name, text, "write one number; letters that are placed one by one are not drawn")
                return usual
            }
            return value
        }
        return Point(one("x", picture.width, usual.x), one("y", picture.height, usual.y))
    }

    private mutating func write(_ index: Int, _ state: SVGState, _ fit: Double?, _ writer: inout LineWriter) {
        let element = tree.elements[index]
        for name in ["rotate", "textLength", "dx"] where element[name] != nil {
            unsupported(index, at: name, "'\(name)' of a text", help: name == "textLength" ? "use data-fit" : nil)
        }
        for part in element.content {
            switch part {
            case .text(let text):
                // White space between lines begins none.
                guard state.isVisible, !text.isEmpty else { continue }
                let fill: Drawing.Fill
                switch state.fill {
                case .none: continue
                case .colour(let colour, let own):
                    fill = .solid(colour, opacity: own * state.fillOpacity * state.opacity)
                case .reference: return unsupported(index, "a text that is filled with a gradient")
                }
                if state.stroke != .none { unsupported(index, at: "stroke", "the stroke of a text") }
                let start = element.start
                writer.add(text, fill, state, fit, start..<start + element.length)
            case .element(let child):
                let inner = tree.elements[child]
                guard inner.name == "tspan" else {
                    if !["", "title", "desc"].contains(inner.name) { unsupported(child, "<\(inner.name)> in a text") }
                    continue
                }
                let own = self.state(of: child, in: state)
                var pen = writer.pen
                if let dy = inner["dy"] {
                    pen.y += SVGLength.parse(dy, whole: picture.height, em: own.fontSize) ?? 0
                }
                pen = place(child, pen)
                if inner["x"] != nil || inner["y"] != nil || inner["dy"] != nil {
                    writer.finish(&picture.items)
                    writer.pen = pen
                }
                let ownFit = inner["data-fit"].flatMap { SVGLength.parse($0, whole: picture.width) }
                write(child, own, ownFit ?? fit, &writer)
            }
        }
    }
}
