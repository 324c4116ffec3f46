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
            let isPlain =
                spot.text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && (1...63).contains(spot.text.utf8.count)
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

    private mutating func colour(_ scalar: YAMLScalar) -> Colour? {
        if let colour = Colour(text: scalar.text) { return colour }
        let text = scalar.text.lowercased()
        let near = SpellingSuggestion.nearest(to: text, among: Colour.names)
        let isBare = !text.hasPrefix("#") && [3, 6].contains(text.utf8.count) && Int(text, radix: 16) != nil
        sink.add(
            .error(
                ManifestCodes.designColour, at: scalar.range, "\(Bytes.quoted(scalar.text)) is no colour",
                help: isBare
                    ? "write \"#\(text)\", in quotes"
                    : near.map { "did you mean '\($0)'?" } ?? "write \"#5b0f1f\" in quotes, or a name such as navy"))
        return nil
    }

    /// Refuses what no reader can tell apart, and what is light on dark without a word that it is meant so.
    mutating func checkContrast(_ design: Design) {
        guard let range = design.range, let problem = design.contrastProblem else { return }
        let summary = "in the design \(Bytes.quoted(design.name)) \(problem.summary)"
        sink.add(
            problem.isError
                ? .error(ManifestCodes.designContrast, at: range, summary, help: problem.help)
                : .warning(ManifestCodes.designContrast, at: range, summary, help: problem.help))
    }
}
