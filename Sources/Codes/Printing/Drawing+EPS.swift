public import Site

extension Drawing {
    /// The drawing as Encapsulated PostScript, language level 3: areas in their colours for print, gradients as shadings,
    /// pictures in red, green and blue upon `paper`, since PostScript has no transparency.
    /// - Parameters:
    ///   - millimetres: width.
    ///   - title: in the header; any text.
    ///   - paper: what shines through pictures and areas that are not opaque.
    public func eps(millimetres: Double, title: String? = nil, paper: Colour = .white) throws(CodeFileError) -> [UInt8]
    {
        guard millimetres > 0, millimetres <= 5000 else { throw .pageSize(millimetres: millimetres) }
        let points = millimetres * 72 / 25.4
        let module = points / width
        let high = module * height
        var bytes = Array("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 ".utf8)
        bytes.append("\(Int(points.rounded(.up))) \(Int(high.rounded(.up)))\n%%HiResBoundingBox: 0 0 ")
        bytes.append(points, places: 4)
        bytes.append(0x20)
        bytes.append(high, places: 4)
        bytes.append("\n%%LanguageLevel: 3\n")
        if let title { bytes.append("%%Title: (\(Self.comment(title)))\n") }
        let spots = Self.spots(self)
        if !spots.isEmpty {
            bytes.append("%%DocumentCustomColors: \(spots.map { "(\(Self.comment($0)))" }.joined(separator: " "))\n")
        }
        bytes.append(
            "%%EndComments\n/m/moveto load def/l/lineto load def/c/curveto load def/h/closepath load def\ngsave\n")
        bytes.append(module, places: 6)
        bytes.append(" 0 0 ")
        bytes.append(-module, places: 6)
        bytes.append(" 0 ")
        bytes.append(high, places: 6)
        bytes.append(" 6 array astore concat\n")
        let print = PrintOperators(words: PrintOperators.postScript)
        for shape in shapes {
            switch shape {
            case .area(let area):
                if case .solid(let colour, let opacity) = area.fill {
                    if opacity <= 0 { continue }
                    bytes.append(Self.setColour(opacity < 1 ? colour.mixed(opacity, over: paper) : colour))
                    print.path(area.outline, &bytes)
                    bytes.append(area.rule == .evenOdd ? print.words.fillEvenOdd : print.words.fill)
                } else if let shading = PrintOperators.shading(area.fill) {
                    bytes.append("gsave ")
                    print.path(area.outline, &bytes)
                    bytes.append(area.rule == .evenOdd ? print.words.clipEvenOdd : print.words.clip)
                    bytes.append(Self.wrapped(shading))
                    bytes.append(" shfill grestore\n")
                }
            case .picture(let picture): Self.add(picture, paper, &bytes)
            }
        }
        bytes.append("grestore\n%%EOF\n")
        return bytes
    }

    /// Text that may stand in a header comment: printable ASCII without parentheses and backslashes, at most 200 of them.
    private static func comment(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(200).map { scalar in
                let isPlain = scalar.value >= 32 && scalar.value < 127 && !"()\\".unicodeScalars.contains(scalar)
                return isPlain ? Character(scalar) : "?"
            })
    }

    /// Dictionaries are long: a new line before each one inside.
    private static func wrapped(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "<", result.last != "<" { result += "\n" }
            result.append(character)
        }
        return result
    }

    private static func spots(_ drawing: Drawing) -> [String] {
        var names: [String] = []
        for case .area(let area) in drawing.shapes {
            if case .solid(let colour, _) = area.fill, let spot = colour.spot, !names.contains(spot) {
                names.append(spot)
            }
        }
        return names
    }

    private static func setColour(_ colour: Colour) -> String {
        let parts = PrintOperators.parts(colour)
        guard let spot = colour.spot else {
            return parts + (colour.cmyk == nil ? " setrgbcolor\n" : " setcmykcolor\n")
        }
        // The name as a string in hexadecimal, and the tint as mixtures with no ink.
        let name = spot.utf8.map(PrintOperators.hex).joined()
        let values = parts.split(separator: " ")
        let procedure =
            colour.cmyk == nil
            ? "{dup \(values[0]) 1 sub mul 1 add exch dup \(values[1]) 1 sub mul 1 add exch \(values[2]) 1 sub mul 1 add}"
            : "{dup \(values[0]) mul exch dup \(values[1]) mul exch dup \(values[2]) mul exch \(values[3]) mul}"
        let device = colour.cmyk == nil ? "/DeviceRGB" : "/DeviceCMYK"
        return "[/Separation <\(name)> cvn \(device) \(procedure)] setcolorspace 1 setcolor\n"
    }

    private static func add(_ picture: Picture, _ paper: Colour, _ bytes: inout [UInt8]) {
        let raster = picture.raster
        bytes.append("gsave ")
        bytes.append(picture.x)
        bytes.append(0x20)
        bytes.append(picture.y)
        bytes.append(" translate ")
        bytes.append(picture.width)
        bytes.append(0x20)
        bytes.append(picture.height)
        bytes.append(
            " scale /DeviceRGB setcolorspace\n<</ImageType 1/Width \(raster.width)/Height \(raster.height)"
                + "/BitsPerComponent 8/Decode[0 1 0 1 0 1]\n/ImageMatrix[\(raster.width) 0 0 \(raster.height) 0 0]"
                + "/DataSource currentfile/ASCIIHexDecode filter>>image\n")
        let digits = Array("0123456789ABCDEF".utf8)
        var column = 0
        for place in stride(from: 0, to: raster.pixels.count, by: 4) {
            let opacity = Double(raster.pixels[place + 3]) / 255
            let pixel = Colour(raster.pixels[place], raster.pixels[place + 1], raster.pixels[place + 2])
            let mixed = opacity < 1 ? pixel.mixed(opacity, over: paper) : pixel
            for value in [mixed.red, mixed.green, mixed.blue] {
                bytes.append(digits[Int(value >> 4)])
                bytes.append(digits[Int(value & 15)])
            }
            column += 6
            if column >= 120 {
                bytes.append(0x0A)
                column = 0
            }
        }
        bytes.append(">\ngrestore\n")
    }
}

extension Colour {
    /// This colour, so opaque, over another; what it is in print is lost.
    func mixed(_ opacity: Double, over paper: Colour) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8(max(0, min(255, Double(a) * opacity + Double(b) * (1 - opacity) + 0.5)))
        }
        return Colour(mix(red, paper.red), mix(green, paper.green), mix(blue, paper.blue))
    }
}
