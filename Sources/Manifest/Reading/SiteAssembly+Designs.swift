import Site
import Support

/// The designs of a manifest while it is read.
struct DesignTable {
    /// All, by number.
    private(set) var designs: [Design] = []
    /// Numbers of those that have a name.
    var numbers: [String: Int] = [:]
    /// Names of those that were reported as wrong: what uses them is not reported again.
    var broken: Set<String> = []
    /// The one of `defaults`; -1: plain codes.
    var standard: Int32 = -1
    /// The same design that two links write for themselves is one.
    private var unnamed: [Design: Int] = [:]
    /// Logos by their canonical folder and path, so that none is read twice.
    var logos: [String: LogoFile?] = [:]

    mutating func add(_ design: Design) -> Int {
        designs.append(design)
        return designs.count - 1
    }

    mutating func addUnnamed(_ design: Design) -> Int {
        var key = design
        key.name = ""
        key.range = nil
        key.logo?.file.range = nil
        if let known = unnamed[key] { return known }
        let number = add(design)
        unnamed[key] = number
        return number
    }

    /// The number of a design by its name; `nil` after a report.
    func number(_ name: String, at range: SourceRange, _ sink: inout DiagnosticSink) -> Int? {
        if let number = numbers[name] { return number }
        if !broken.contains(name) {
            sink.add(.error, ManifestCodes.unknownDesign, at: range) {
                let near = SpellingSuggestion.nearest(to: name, among: numbers.keys.sorted() + broken.sorted())
                return .error(
                    ManifestCodes.unknownDesign, at: range, "there is no design \(Bytes.quoted(name))",
                    help: near.map { "did you mean '\($0)'?" } ?? "describe it under designs:")
            }
        }
        return nil
    }
}

extension SiteAssembly {
    /// Reads all designs, each after the one it extends.
    mutating func readDesigns(_ node: YAMLNode?, folder: String) {
        let entries = (node?.entries ?? []).filter { !Reference.isPresent(in: $0.key.text) }
        let byName = Dictionary(entries.map { ($0.key.text, $0) }, uniquingKeysWith: { first, _ in first })
        var open: [String] = []
        func read(_ entry: YAMLEntry, _ assembly: inout SiteAssembly) {
            let name = entry.key.text
            if assembly.designs.numbers[name] != nil || assembly.designs.broken.contains(name) { return }
            var base = Design(name: name)
            if let parent = assembly.text(entry.value["extends"]) {
                if let start = open.firstIndex(of: parent.text) ?? (parent.text == name ? open.count : nil) {
                    let ring = open[start...] + (open.last == name ? [] : [name]) + [parent.text]
                    assembly.sink.add(
                        .error(
                            ManifestCodes.designCycle, at: parent.range,
                            parent.text == name
                                ? "the design \(Bytes.quoted(name)) extends itself"
                                : "designs extend each other in a ring: \(ring.joined(separator: " → "))",
                            help: "let one of them stand for itself"))
                    assembly.designs.broken.insert(name)
                    return
                }
                if let entry = byName[parent.text] {
                    open.append(name)
                    read(entry, &assembly)
                    open.removeLast()
                }
                guard let number = assembly.designs.number(parent.text, at: parent.range, &assembly.sink) else {
                    assembly.designs.broken.insert(name)
                    return
                }
                base = assembly.designs.designs[number]
                base.name = name
            }
            base.range = entry.key.range
            let errors = assembly.sink.errorCount
            assembly.readDesign(entry.value, folder: folder, into: &base)
            assembly.checkContrast(base)
            if assembly.sink.errorCount == errors {
                assembly.designs.numbers[name] = assembly.designs.add(base)
            } else {
                assembly.designs.broken.insert(name)
            }
        }
        for entry in entries where entry.value.entries != nil || entry.value.isEmpty {
            // A chain of many designs is a ring, or nobody's intention.
            open = []
            read(entry, &self)
        }
        for entry in entries where entry.value.entries == nil && !entry.value.isEmpty {
            designs.broken.insert(entry.key.text)
        }
    }

    /// The design of a link: a name, or what differs from one. `nil`: nothing is said, or it was reported.
    mutating func linkDesign(_ node: YAMLNode?, name: String, folder: String) -> Int32? {
        guard let node, !node.isEmpty, !node.isRefused else { return nil }
        if let scalar = text(node) {
            if scalar.text == "none" { return -1 }
            return designs.number(scalar.text, at: scalar.range, &sink).map(Int32.init)
        }
        guard node.entries != nil else { return nil }
        var base = designs.standard >= 0 ? designs.designs[Int(designs.standard)] : Design(name: name)
        if let parent = text(node["extends"]) {
            guard let number = designs.number(parent.text, at: parent.range, &sink) else { return nil }
            base = designs.designs[number]
        }
        base.name = name
        base.range = node.range
        let errors = sink.errorCount
        readDesign(node, folder: folder, into: &base)
        checkContrast(base)
        return sink.errorCount == errors ? Int32(designs.addUnnamed(base)) : nil
    }

    /// What a record of a design says, over what is there.
    private mutating func readDesign(_ node: YAMLNode, folder: String, into design: inout Design) {
        if let ink = readPaint(node["ink"], "ink") { design.ink = ink }
        if let paper = readPaint(node["paper"], "paper") { design.paper = paper }
        if let ground = readColour(node["ground"], "ground") { design.ground = ground }
        design.modules = choice(node["modules"], as: Design.Modules.self) ?? design.modules
        readEyes(node["eyes"], into: &design)
        readLogo(node["logo"], folder: folder, into: &design)
        readFrame(node["frame"], into: &design)
        design.isInverted = boolean(node["inverted"]) ?? design.isInverted
        design.level = choice(node["ecc"], as: CodeSettings.Level.self) ?? design.level
        if let zone = number(node["quiet-zone"], 0...64) { design.quietZone = zone }
        if let dpi = number(node["dpi"], 72...2400) { design.dpi = dpi }
        if let score = number(node["score"], 0...100) { design.leastScore = score }
        readArt(node["art"], folder: folder, into: &design)
        if let print = length(node["print"], 2...2_000) { design.print = print }
        if let distance = length(node["distance"], 10...100_000) { design.distance = distance }
    }

    private func number(_ node: YAMLNode?, _ range: ClosedRange<Int>) -> Int? {
        // What is no such number was reported by the schema.
        text(node).flatMap { Int($0.text) }.flatMap { range.contains($0) ? $0 : nil }
    }

    /// A length in millimetres: `20mm`, `2 cm`, `0.8in`.
    private mutating func length(_ node: YAMLNode?, _ range: ClosedRange<Double>) -> Double? {
        guard let scalar = text(node) else { return nil }
        let units = [("mm", 1.0), ("cm", 10), ("in", 25.4), ("m", 1_000)]
        for (unit, scale) in units where scalar.text.hasSuffix(unit) {
            let digits = Self.trimmed(String(scalar.text.dropLast(unit.utf8.count)))
            guard let value = Self.decimal(digits), range.contains(value * scale) else { break }
            return value * scale
        }
        sink.add(
            .error(
                ManifestCodes.designLength, at: scalar.range,
                "\(Bytes.quoted(scalar.text)) is no length from \(Int(range.lowerBound))mm to \(Int(range.upperBound))mm",
                help: "write a number and its unit: 20mm, 2cm, 0.8in"))
        return nil
    }

    /// A plain decimal number: no sign, no exponent.
    static func decimal(_ text: String) -> Double? {
        let isPlain = text.utf8.count <= 12 && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        return isPlain ? Double(text) : nil
    }

    /// A share: `22%`, or 0.22.
    private mutating func share(_ node: YAMLNode?, _ range: ClosedRange<Int>) -> Double? {
        guard let scalar = text(node) else { return nil }
        let isPercent = scalar.text.hasSuffix("%")
        let digits = Self.trimmed(isPercent ? String(scalar.text.dropLast()) : scalar.text)
        if let value = Self.decimal(digits).map({ isPercent ? $0 / 100 : $0 }),
            value * 100 >= Double(range.lowerBound) - 1e-9, value * 100 <= Double(range.upperBound) + 1e-9
        {
            return value
        }
        sink.add(
            .error(
                ManifestCodes.wrongValue, at: scalar.range,
                "\(Bytes.quoted(scalar.text)) is no share from \(range.lowerBound)% to \(range.upperBound)%"))
        return nil
    }

    private mutating func readEyes(_ node: YAMLNode?, into design: inout Design) {
        if let both = text(node) {
            if let frame = Design.EyeFrame(rawValue: both.text), let ball = Design.EyeBall(rawValue: both.text) {
                (design.eyeFrame, design.eyeBall) = (frame, ball)
            }
            return
        }
        guard let node, node.entries != nil else { return }
        design.eyeFrame = choice(node["frame"], as: Design.EyeFrame.self) ?? design.eyeFrame
        design.eyeBall = choice(node["ball"], as: Design.EyeBall.self) ?? design.eyeBall
        for (key, part) in [("ink", \Design.frameInk), ("ball-ink", \Design.ballInk)] {
            guard let paint = readPaint(node[key], key) else { continue }
            design[keyPath: part] = paint
        }
    }

    private mutating func readLogo(_ node: YAMLNode?, folder: String, into design: inout Design) {
        if let scalar = text(node) {
            if scalar.text == "none" {
                design.logo = nil
            } else if let file = logoFile(scalar, folder: folder) {
                design.logo = Design.Logo(file: file)
            }
            return
        }
        guard let node, node.entries != nil else { return }
        if let path = text(node["file"]) {
            guard let file = logoFile(path, folder: folder) else { return }
            if design.logo == nil { design.logo = Design.Logo(file: file) } else { design.logo?.file = file }
        }
        guard var logo = design.logo else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "the logo has no 'file'",
                    help: "name a picture: file: brand/mark.svg"))
            return
        }
        logo.size = share(node["size"], 5...50) ?? logo.size
        if let margin = text(node["margin"]) {
            if let value = Self.decimal(margin.text), value <= 4 {
                logo.margin = value
            } else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: margin.range,
                        "\(Bytes.quoted(margin.text)) is no number of modules from 0 to 4"))
            }
        }
        logo.clears = boolean(node["clear"]) ?? logo.clears
        design.logo = logo
    }

    private mutating func readArt(_ node: YAMLNode?, folder: String, into design: inout Design) {
        if let scalar = text(node) {
            if scalar.text == "none" { design.art = nil }
            return
        }
        guard let node, node.entries != nil else { return }
        if let path = text(node["image"]) {
            guard let file = logoFile(path, folder: folder) else { return }
            if design.art == nil { design.art = Design.Art(image: file) } else { design.art?.image = file }
        }
        guard var art = design.art else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "the art has no 'image'",
                    help: "name a picture: image: brand/photo.jpg"))
            return
        }
        art.style = choice(node["style"], as: Design.Art.Style.self) ?? art.style
        art.freedom = choice(node["freedom"], as: Design.Art.Freedom.self) ?? art.freedom
        art.budget = share(node["budget"], 0...50) ?? art.budget
        art.strength = share(node["strength"], 0...100) ?? art.strength
        art.centre = share(node["centre"], 20...100) ?? art.centre
        art.version = number(node["version"], 1...40) ?? art.version
        art.seed = number(node["seed"], 0...1_000_000_000).map(UInt64.init) ?? art.seed
        design.art = art
    }

    private mutating func logoFile(_ path: YAMLScalar, folder: String) -> LogoFile? {
        if let known = designs.logos[folder + "\0" + path.text] {
            var file = known
            file?.range = path.range
            return file
        }
        let file = readFile(path.text, at: path.range, folder: folder).map {
            LogoFile(path: path.text, bytes: $0, range: path.range)
        }
        designs.logos[folder + "\0" + path.text] = .some(file)
        return file
    }

    private mutating func readFrame(_ node: YAMLNode?, into design: inout Design) {
        var own = design.frame ?? Design.Frame(shape: .rounded, colour: design.ink.colours.first ?? .black)
        if let scalar = text(node) {
            guard let shape = Design.Frame.Shape(rawValue: scalar.text) else {
                if scalar.text == "none" { design.frame = nil }
                return
            }
            own.shape = shape
            design.frame = own
            return
        }
        guard let node, node.entries != nil else { return }
        own.shape = choice(node["shape"], as: Design.Frame.Shape.self) ?? own.shape
        if let words = text(node["text"]) {
            let length = words.text.unicodeScalars.count
            if words.text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous) {
                sink.add(
                    .error(
                        ManifestCodes.controlCharacter, at: words.range,
                        "this text holds a control or invisible character"))
            } else if length > 60 {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: words.range,
                        "this text has \(length) characters, and 60 are possible: nobody reads more before scanning"))
            } else {
                own.text = words.text
            }
        }
        if let colour = readColour(node["colour"], "colour") { own.colour = colour }
        if let colour = readColour(node["text-colour"], "text-colour") { own.textColour = colour }
        design.frame = own
    }
}
