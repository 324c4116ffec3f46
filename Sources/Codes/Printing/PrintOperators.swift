import Site

/// What PDF and PostScript share: both are written backwards, in numbers before operators.
struct PrintOperators {
    /// Names of a language's operators.
    struct Words {
        let move: String
        let line: String
        let curve: String
        let close: String
        let fill: String
        let fillEvenOdd: String
        let clip: String
        let clipEvenOdd: String
    }

    static let pdf = Words(
        move: " m ", line: " l ", curve: " c ", close: "h ", fill: "f\n", fillEvenOdd: "f*\n", clip: "W n\n",
        clipEvenOdd: "W* n\n")
    /// Short names that the prologue of an EPS file defines.
    static let postScript = Words(
        move: " m ", line: " l ", curve: " c ", close: "h ", fill: "fill\n", fillEvenOdd: "eofill\n",
        clip: "clip newpath\n", clipEvenOdd: "eoclip newpath\n")

    let words: Words

    /// Edges as a path; numbers to a thousandth of a module.
    func path(_ outline: Outline, _ bytes: inout [UInt8]) {
        var place = 0
        var column = 0
        func point(_ bytes: inout [UInt8]) {
            bytes.append(outline.points[place].x)
            bytes.append(0x20)
            bytes.append(outline.points[place].y)
            place += 1
        }
        for verb in outline.verbs {
            switch verb {
            case .move:
                point(&bytes)
                bytes.append(words.move)
            case .line:
                point(&bytes)
                bytes.append(words.line)
            case .curve:
                point(&bytes)
                bytes.append(0x20)
                point(&bytes)
                bytes.append(0x20)
                point(&bytes)
                bytes.append(words.curve)
            case .close: bytes.append(words.close)
            }
            // PostScript asks for lines of at most 255 characters (Document Structuring Conventions, section 3).
            if bytes.count - column > 140 {
                bytes.append(0x0A)
                column = bytes.count
            }
        }
    }

    /// A share of 100 as a number of at most 1.
    static func parts(_ colour: Colour) -> String {
        func share(_ value: Int, of whole: Int) -> String {
            var bytes: [UInt8] = []
            bytes.append(Double(value) / Double(whole), places: 4)
            return String(decoding: bytes, as: UTF8.self)
        }
        if let cmyk = colour.cmyk {
            return [cmyk.cyan, cmyk.magenta, cmyk.yellow, cmyk.black].map { share(Int($0), of: 100) }
                .joined(separator: " ")
        }
        return [colour.red, colour.green, colour.blue].map { share(Int($0), of: 255) }.joined(separator: " ")
    }

    /// The device's colour space for these colours: CMYK when all have it.
    static func space(_ colours: [Colour]) -> (name: String, colours: [Colour]) {
        if colours.allSatisfy({ $0.cmyk != nil }) { return ("/DeviceCMYK", colours) }
        return (
            "/DeviceRGB",
            colours.map { colour in
                var colour = colour
                colour.cmyk = nil
                return colour
            }
        )
    }

    /// A shading dictionary (ISO 32000-1, section 8.7.4.5.3; PostScript level 3 has the same); `nil`: a solid fill.
    static func shading(_ fill: Drawing.Fill) -> String? {
        let stops: [Paint.Stop]
        let geometry: String
        func text(_ values: [Double]) -> String {
            var bytes: [UInt8] = []
            for value in values {
                if !bytes.isEmpty { bytes.append(0x20) }
                bytes.append(value)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        switch fill {
        case .solid: return nil
        case .linear(let from, let to, let all):
            stops = all
            geometry = "/ShadingType 2/Coords[\(text([from.x, from.y, to.x, to.y]))]"
        case .radial(let centre, let radius, let all):
            stops = all
            geometry = "/ShadingType 3/Coords[\(text([centre.x, centre.y, 0, centre.x, centre.y, radius]))]"
        }
        guard let first = stops.first, let last = stops.last else { return nil }
        let space = space(stops.map(\.colour))
        let colours = space.colours.map { "[\(parts($0))]" }
        func ramp(_ index: Int) -> String {
            "<</FunctionType 2/Domain[0 1]/C0\(colours[index])/C1\(colours[min(index + 1, colours.count - 1)])/N 1>>"
        }
        // Stops inside 0...1; a first one after 0 and a last one before 1 go on to the ends.
        var places = stops.map(\.place)
        var ramps = (0..<max(1, stops.count - 1)).map(ramp)
        if first.place > 0 {
            ramps.insert(
                "<</FunctionType 2/Domain[0 1]/C0\(colours[0])/C1\(colours[0])/N 1>>", at: 0)
            places.insert(0, at: 0)
        }
        if last.place < 1 {
            ramps.append(ramp(colours.count - 1))
            places.append(1)
        }
        let function =
            ramps.count == 1
            ? ramps[0]
            : "<</FunctionType 3/Domain[0 1]/Functions[\(ramps.joined())]/Bounds[\(text(Array(places[1..<ramps.count])))]"
                + "/Encode[\(ramps.map { _ in "0 1" }.joined(separator: " "))]>>"
        return "<<\(geometry)/ColorSpace \(space.name)/Extend[true true]/Function \(function)>>"
    }

    /// A spot colour's space: its name, what stands in for it where there is no such plate, and how.
    static func separation(_ name: String, _ colour: Colour) -> (space: String, procedure: String) {
        var escaped = ""
        for byte in name.utf8 {
            // A name's characters outside the regular ones are written as #XX (ISO 32000-1, section 7.3.5).
            let isRegular = byte > 0x20 && byte < 0x7F && !"#()<>[]{}/%".utf8.contains(byte)
            escaped += isRegular ? String(UnicodeScalar(byte)) : "#" + hex(byte)
        }
        let (device, zero): (String, String) =
            colour.cmyk == nil ? ("/DeviceRGB", "1 1 1") : ("/DeviceCMYK", "0 0 0 0")
        return (
            "[/Separation/\(escaped) \(device) <</FunctionType 2/Domain[0 1]/C0[\(zero)]/C1[\(parts(colour))]/N 1>>]",
            device
        )
    }

    static func hex(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
}
