import Site
import Support

extension SiteAssembly {
    /// A colour, a gradient, or `none`. `nil`: nothing is said, or it was reported.
    mutating func readPaint(_ node: YAMLNode?, _ key: String) -> Paint? {
        guard let node, !node.isEmpty, !node.isRefused else { return nil }
        if let scalar = text(node), scalar.text == "none" || scalar.text == "transparent" {
            if key == "paper" { return Paint.none }
            sink.add(
                .error(
                    ManifestCodes.designColour, at: scalar.range, "what is dark can't be transparent",
                    help: "only paper can be none"))
            return nil
        }
        let gradients = [node["linear"], node["radial"]].compactMap(\.self)
        if gradients.isEmpty {
            if let angle = node["angle"] {
                sink.add(
                    .error(
                        ManifestCodes.conflictingKeys, at: angle.range, "an angle belongs to a linear gradient",
                        help: "write { linear: [\"#b01030\", \"#201060\"], angle: 45 }"))
                return nil
            }
            return readColour(node, key).map(Paint.solid)
        }
        guard gradients.count == 1, node["rgb"] == nil, node["cmyk"] == nil, node["spot"] == nil else {
            sink.add(
                .error(
                    ManifestCodes.conflictingKeys, at: node.range, "a paint is one colour or one gradient",
                    help: "write one of rgb, linear, radial"))
            return nil
        }
        guard let stops = readStops(gradients[0], key) else { return nil }
        if node["radial"] != nil { return .radial(stops) }
        let angle = text(node["angle"]).flatMap { Int($0.text) } ?? 0
        return .linear(angle: Double(angle), stops)
    }

    private mutating func readStops(_ node: YAMLNode, _ key: String) -> [Paint.Stop]? {
        guard let elements = node.elements else { return nil }
        guard (2...16).contains(elements.count) else {
            sink.add(
                .error(
                    ManifestCodes.designColour, at: node.range,
                    "a gradient goes through 2 to 16 colours, and this one has \(elements.count)"))
            return nil
        }
        var stops: [Paint.Stop] = []
        var last = 0.0
        for (index, element) in elements.enumerated() {
            guard let colour = readColour(element, key) else { return nil }
            var place = Double(index) / Double(elements.count - 1)
            if let at = text(element["at"]) {
                let digits = at.text.hasSuffix("%") ? String(at.text.dropLast()) : ""
                guard let value = Self.decimal(digits), value <= 100, value / 100 >= last else {
                    sink.add(
                        .error(
                            ManifestCodes.designColour, at: at.range,
                            "\(Bytes.quoted(at.text)) is no place after the one before, up to 100%"))
                    return nil
                }
                place = value / 100
            }
            place = max(place, last)
            last = place
            stops.append(Paint.Stop(place, colour))
        }
        return stops
    }

    /// One colour. `nil`: nothing is said, or it was reported.
    mutating func readColour(_ node: YAMLNode?, _ key: String) -> Colour? {
        guard let node, !node.isEmpty, !node.isRefused else { return nil }
        if let scalar = text(node) { return colour(scalar) }
        guard node.entries != nil else { return nil }
        var result: Colour?
        if let rgb = text(node["rgb"]) {
            guard let colour = colour(rgb) else { return nil }
            result = colour
        }
        if let list = node["cmyk"] {
            let parts = (list.elements ?? []).compactMap { text($0).flatMap { UInt8($0.text) } }.filter { $0 <= 100 }
            guard parts.count == 4 else {
                sink.add(
                    .error(
                        ManifestCodes.designColour, at: list.range, "a colour in print has four parts of 0 to 100",
                        help: "write cyan, magenta, yellow and black: [0, 90, 60, 50]"))
                return nil
            }
            let cmyk = Colour.CMYK(parts[0], parts[1], parts[2], parts[3])
            if result == nil { result = Self.screen(cmyk) }
            result?.cmyk = cmyk
        }
        guard var colour = result else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "a colour needs 'rgb' or 'cmyk'",
                    help: "write { rgb: \"#5b0f1f\", cmyk: [0, 90, 60, 50] }"))
            return nil
        }
        if let spot = text(node["spot"]) {
            let isPlain = spot.text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && (1...63).contains(spot.text.utf8.count)
            guard isPlain else {
                sink.add(
                    .error(
                        ManifestCodes.designColour, at: spot.range,
                        "\(Bytes.quoted(spot.text)) can't be a spot colour's name",
                        help: "at most 63 letters, digits and signs of ASCII: PANTONE 188 C"))
                return nil
            }
            colour.spot = spot.text
        }
        return colour
    }

    /// What a colour of a press looks like on a screen, roughly: without a profile nobody knows better.
    private static func screen(_ cmyk: Colour.CMYK) -> Colour {
        let white = 255 * (100 - Int(cmyk.black))
        func light(_ part: UInt8) -> UInt8 { UInt8((white * (100 - Int(part)) + 5_000) / 10_000) }
        return Colour(light(cmyk.cyan), light(cmyk.magenta), light(cmyk.yellow))
    }

    /// Sixteen names that everybody knows (CSS Color 4, section 6.1, the basic ones).
    private static let names: [(String, UInt8, UInt8, UInt8)] = [
        ("black", 0, 0, 0), ("white", 255, 255, 255), ("gray", 128, 128, 128), ("grey", 128, 128, 128),
        ("silver", 192, 192, 192), ("red", 255, 0, 0), ("maroon", 128, 0, 0), ("purple", 128, 0, 128),
        ("fuchsia", 255, 0, 255), ("green", 0, 128, 0), ("lime", 0, 255, 0), ("olive", 128, 128, 0),
        ("yellow", 255, 255, 0), ("navy", 0, 0, 128), ("blue", 0, 0, 255), ("teal", 0, 128, 128), ("aqua", 0, 255, 255),
    ]

    private mutating func colour(_ scalar: YAMLScalar) -> Colour? {
        let text: String = scalar.text.lowercased()
        if let found = Self.names.first(where: { $0.0 == text }) { return Self.printed(found.1, found.2, found.3) }
        let digits = Array(text.utf8.dropFirst())
        let values: [UInt8] = digits.compactMap { (byte: UInt8) -> UInt8? in
            switch byte {
            case 0x30...0x39: return byte - 0x30
            case 0x61...0x66: return byte - 0x57
            default: return nil
            }
        }
        if text.hasPrefix("#"), values.count == digits.count, values.count == 3 || values.count == 6 {
            let step = values.count / 3
            func part(_ index: Int) -> UInt8 { values[index * step] << 4 | values[index * step + step - 1] }
            return Self.printed(part(0), part(1), part(2))
        }
        let near = SpellingSuggestion.nearest(to: text, among: Self.names.map(\.0))
        let isBare = !text.hasPrefix("#") && [3, 6].contains(text.utf8.count) && Int(text, radix: 16) != nil
        sink.add(
            .error(
                ManifestCodes.designColour, at: scalar.range, "\(Bytes.quoted(scalar.text)) is no colour",
                help: isBare
                    ? "write \"#\(text)\", in quotes"
                    : near.map { "did you mean '\($0)'?" } ?? "write \"#5b0f1f\" in quotes, or a name such as navy"))
        return nil
    }

    /// Black and white have their one plate, and none.
    private static func printed(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Colour {
        switch (red, green, blue) {
        case (0, 0, 0): .black
        case (255, 255, 255): .white
        default: Colour(red, green, blue)
        }
    }

    /// Refuses what no reader can tell apart, and what is light on dark without a word that it is meant so.
    mutating func checkContrast(_ design: Design) {
        guard let range = design.range else { return }
        let papers = design.paper.colours.map(\.luminance)
        guard let darkest = papers.min(), let lightest = papers.max() else { return }
        let parts = [
            ("ink", design.ink), ("the eyes' ink", design.frameInk), ("the eyes' ball-ink", design.ballInk),
        ]
        for (name, paint) in parts {
            let inks = (paint?.colours ?? []).map(\.luminance)
            guard let least = inks.min(), let most = inks.max() else { continue }
            // (L + 0.05) / (l + 0.05) of the pair that is worst (WCAG 2.2, contrast ratio).
            let ratio = design.isInverted ? (least + 0.05) / (lightest + 0.05) : (darkest + 0.05) / (most + 0.05)
            let reversed = design.isInverted ? (darkest + 0.05) / (most + 0.05) : (least + 0.05) / (lightest + 0.05)
            let digits = Self.tenths(max(ratio, 1 / ratio))
            if reversed >= 2 {
                sink.add(
                    .error(
                        ManifestCodes.designContrast, at: range,
                        design.isInverted
                            ? "the design \(Bytes.quoted(design.name)) is inverted, and \(name) is darker than its paper"
                            : "\(name) of the design \(Bytes.quoted(design.name)) is lighter than its paper: many readers can't read that",
                        help: design.isInverted ? "remove 'inverted', or exchange the colours"
                            : "exchange the colours; if it must be so, write inverted: true"))
            } else if ratio < 2.5 {
                sink.add(
                    .error(
                        ManifestCodes.designContrast, at: range,
                        "\(name) of the design \(Bytes.quoted(design.name)) can't be told from its paper: their contrast is \(digits) : 1",
                        help: "take a darker ink or a lighter paper: 4 : 1 is good, below 2.5 : 1 readers fail"))
            } else if ratio < 4 {
                sink.add(
                    .warning(
                        ManifestCodes.designContrast, at: range,
                        "\(name) of the design \(Bytes.quoted(design.name)) has little contrast with its paper: \(digits) : 1",
                        help: "4 : 1 is good; in bad light cameras see half of it"))
            }
        }
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((min(100, value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
