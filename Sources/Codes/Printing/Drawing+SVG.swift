import Site

extension Drawing {
    /// The drawing as SVG 1.1, measured in modules, complete in itself: no fonts, no other files, no scripts.
    /// - Parameters:
    ///   - title: read aloud by screen readers and shown as a tool tip; any text.
    ///   - millimetres: printed width; `nil`: the file says no size, and fits whatever it is put into.
    public func svg(title: String? = nil, millimetres: Double? = nil) -> [UInt8] {
        var body: [UInt8] = []
        var definitions: [UInt8] = []
        var ids = 0
        for shape in shapes {
            switch shape {
            case .area(let area):
                body.append("<path ")
                switch area.fill {
                case .solid(let colour, let opacity):
                    if colour.red != 0 || colour.green != 0 || colour.blue != 0 {
                        body.append("fill=\"")
                        body.appendHex(colour.red, colour.green, colour.blue)
                        body.append("\" ")
                    }
                    if opacity < 1 {
                        body.append("fill-opacity=\"")
                        body.append(max(0, opacity))
                        body.append("\" ")
                    }
                case .linear(let from, let to, let stops):
                    body.append("fill=\"url(#g\(ids))\" ")
                    definitions.append("<linearGradient id=\"g\(ids)\" gradientUnits=\"userSpaceOnUse\"")
                    for (name, value) in [("x1", from.x), ("y1", from.y), ("x2", to.x), ("y2", to.y)] {
                        definitions.appendAttribute(name, value)
                    }
                    definitions.appendStops(stops)
                    definitions.append("</linearGradient>")
                    ids += 1
                case .radial(let centre, let radius, let stops):
                    body.append("fill=\"url(#g\(ids))\" ")
                    definitions.append("<radialGradient id=\"g\(ids)\" gradientUnits=\"userSpaceOnUse\"")
                    for (name, value) in [("cx", centre.x), ("cy", centre.y), ("r", radius)] {
                        definitions.appendAttribute(name, value)
                    }
                    definitions.appendStops(stops)
                    definitions.append("</radialGradient>")
                    ids += 1
                }
                if area.rule == .evenOdd { body.append("fill-rule=\"evenodd\" ") }
                body.append("d=\"")
                body.append(contentsOf: SVGPath(area.outline).bytes)
                body.append("\"/>")
            case .picture(let picture):
                body.append("<image")
                for (name, value) in [
                    ("x", picture.x), ("y", picture.y), ("width", picture.width), ("height", picture.height),
                ] {
                    body.appendAttribute(name, value)
                }
                body.append(" preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,")
                body.appendBase64(PicturePNG.file(picture.raster))
                body.append("\"/>")
            }
        }
        var bytes = Array("<svg xmlns=\"http://www.w3.org/2000/svg\"".utf8)
        let hasPicture = shapes.contains { if case .picture = $0 { true } else { false } }
        if hasPicture { bytes.append(" xmlns:xlink=\"http://www.w3.org/1999/xlink\"") }
        bytes.append(" viewBox=\"0 0 ")
        bytes.append(width)
        bytes.append(0x20)
        bytes.append(height)
        bytes.append(0x22)
        if let millimetres {
            for (name, value) in [("width", millimetres), ("height", millimetres * height / width)] {
                bytes.append(" \(name)=\"")
                bytes.append(value)
                bytes.append("mm\"")
            }
        }
        if let title {
            bytes.append(" role=\"img\"><title>")
            bytes.appendXMLText(title)
            bytes.append("</title>")
        } else {
            bytes.append(0x3E)
        }
        if !definitions.isEmpty {
            bytes.append("<defs>")
            bytes.append(contentsOf: definitions)
            bytes.append("</defs>")
        }
        bytes.append(contentsOf: body)
        bytes.append("</svg>\n")
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func appendAttribute(_ name: String, _ value: Double) {
        append(" \(name)=\"")
        append(value)
        append(0x22)
    }

    fileprivate mutating func appendStops(_ stops: [Paint.Stop]) {
        append(0x3E)
        for stop in stops {
            append("<stop")
            if stop.place > 0 { appendAttribute("offset", stop.place) }
            append(" stop-color=\"")
            appendHex(stop.colour.red, stop.colour.green, stop.colour.blue)
            append("\"/>")
        }
    }

    /// Appends bytes in base 64 (RFC 4648, section 4).
    mutating func appendBase64(_ source: [UInt8]) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        reserveCapacity(count + source.count * 4 / 3 + 4)
        for start in stride(from: 0, to: source.count, by: 3) {
            let have = Swift.min(3, source.count - start)
            var group = 0
            for index in 0..<3 { group = group << 8 | (index < have ? Int(source[start + index]) : 0) }
            for index in 0..<4 { append(index <= have ? digits[group >> (18 - 6 * index) & 63] : 0x3D) }
        }
    }
}
