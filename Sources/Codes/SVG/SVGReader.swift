internal import Site
public import Support

/// Reads the part of SVG that can be printed: shapes, groups, transformations, fills, strokes, gradients, classes, `use`, and
/// in templates text and the slot of the code. What is not drawn is named with its place, never left out silently.
public struct SVGReader {
    /// What the file is for.
    public enum Purpose: Sendable {
        /// A picture: text is refused, because its look depends on fonts.
        case picture
        /// A label: text is kept as text, and `<rect id="code">` is the place of the code.
        case template
    }

    /// Points of all outlines together, after `use`.
    static let mostPoints = 500_000
    static let mostDiagnostics = 50

    let purpose: Purpose
    let file: Int32
    let bytes: [UInt8]
    let tree: SVGElements
    var styles = SVGStyleSheet()
    var picture = SVGPicture(x: 0, y: 0, width: 0, height: 0)
    var diagnostics: [Diagnostic] = []
    /// Elements that were drawn, and points.
    private var drawn = 0
    var points = 0
    /// How many `use` are open.
    private var uses = 0
    private var isFull = false

    /// Reads a file.
    /// - Parameters:
    ///   - bytes: the whole file; hostile.
    ///   - file: its number in the ``SourceMap`` that shows the diagnostics.
    /// - Returns: the picture, if there is no error, and all errors and warnings. O(bytes + points drawn).
    public static func read(
        _ bytes: [UInt8], file: Int32, purpose: Purpose = .picture
    ) -> (picture: SVGPicture?, diagnostics: [Diagnostic]) {
        let tree: SVGElements
        do throws(SVGElements.Failure) {
            tree = try SVGElements(bytes)
        } catch {
            let place = SourceRange(file: file, start: UInt32(min(error.place, bytes.count)), length: 1)
            return (nil, [.error(error.code, at: place, error.summary, help: error.help)])
        }
        var reader = SVGReader(purpose: purpose, file: file, bytes: bytes, tree: tree)
        reader.refuseActiveContent()
        reader.readStyles()
        if reader.readSize() {
            let root = reader.state(of: 0, in: SVGState(), isRoot: true)
            reader.drawChildren(of: 0, root)
        }
        let hasErrors = reader.diagnostics.contains { $0.severity == .error }
        return (hasErrors ? nil : reader.picture, reader.diagnostics)
    }

    private init(purpose: Purpose, file: Int32, bytes: [UInt8], tree: SVGElements) {
        (self.purpose, self.file, self.bytes, self.tree) = (purpose, file, bytes, tree)
    }

    // MARK: Problems

    /// Where an attribute stands in its start tag; without a name, the tag's.
    func range(_ element: Int, _ attribute: String? = nil) -> SourceRange {
        let (start, length) = (tree.elements[element].start, tree.elements[element].length)
        let end = min(bytes.count, start + length)
        if let name = attribute.map({ Array($0.utf8) }), start < end {
            var at = start + 1
            while at + name.count < end {
                let before = bytes[at - 1]
                let after = bytes[at + name.count]
                if before <= 0x20 || before == 0x3A, after <= 0x20 || after == 0x3D,
                    bytes[at..<at + name.count].elementsEqual(name)
                {
                    return SourceRange(file: file, start: UInt32(at), length: UInt32(name.count))
                }
                at += 1
            }
        }
        // `<name` alone: a tag may have many lines.
        let name = tree.elements[element].name.utf8.count + 1
        return SourceRange(file: file, start: UInt32(start), length: UInt32(max(1, min(name, end - start))))
    }

    mutating func report(_ diagnostic: Diagnostic) {
        // `use` may draw one mistake many times.
        guard !diagnostics.contains(where: { $0.range == diagnostic.range && $0.summary == diagnostic.summary }),
            diagnostics.count < Self.mostDiagnostics
        else { return }
        diagnostics.append(diagnostic)
    }

    mutating func unsupported(_ element: Int, at attribute: String? = nil, _ what: String, help: String? = nil) {
        report(.error(SVGCodes.unsupported, at: range(element, attribute), "\(what) is not drawn", help: help))
    }

    mutating func badValue(_ element: Int, _ attribute: String, _ value: String, _ help: String? = nil) {
        let value = ShownText.text(String(value.prefix(60)))
        report(
            .error(
                SVGCodes.value, at: range(element, attribute), "'\(value)' is no value of \(attribute)", help: help))
    }

    // MARK: Before drawing

    private mutating func refuseActiveContent() {
        for index in tree.elements.indices {
            let element = tree.elements[index]
            if ["script", "foreignObject", "handler", "listener", "iframe"].contains(element.name) {
                report(
                    .error(
                        SVGCodes.active, at: range(index), "<\(element.name)> has no place in a picture",
                        help: "export the file as plain SVG"))
            }
            for (name, value) in element.attributes {
                if name.utf8.count > 2, name.lowercased().hasPrefix("on") {
                    report(
                        .error(
                            SVGCodes.active, at: range(index, name), "'\(ShownText.text(name))' runs a script",
                            help: "remove the attribute"))
                }
                let isReference = name == "href" || name == "src"
                let isOutside = isReference && !SVGStyleSheet.trimmed(value).hasPrefix("#")
                if isOutside || Self.leadsOutside(value) {
                    // A picture inside the file leads nowhere; it is refused below for what it is.
                    if element.name == "image", value.hasPrefix("data:image/") { continue }
                    report(
                        .error(
                            SVGCodes.active, at: range(index, name),
                            "'\(name)' leads out of the file",
                            help: "only references to '#id' within the file are followed"))
                }
            }
        }
    }

    /// Whether a value has a `url()` that is not of this file.
    private static func leadsOutside(_ value: String) -> Bool {
        var rest = value.lowercased()[...]
        while let found = rest.utf8.firstIndex(of: UInt8(ascii: "(")) {
            let isURL = rest[..<found].hasSuffix("url")
            rest = rest[rest.index(after: found)...]
            if isURL, rest.first(where: { $0 != " " && $0 != "'" && $0 != "\"" }) != "#" { return true }
        }
        return false
    }

    private mutating func readStyles() {
        for index in tree.elements.indices where tree.elements[index].name == "style" {
            var text = ""
            for case .text(let part) in tree.elements[index].content { text += part }
            if Self.leadsOutside(text) {
                report(.error(SVGCodes.active, at: range(index), "a style leads out of the file"))
            }
            for (problem, isActive) in styles.add(text) {
                let shown = ShownText.text(String(problem.prefix(60)))
                report(
                    .error(
                        isActive ? SVGCodes.active : SVGCodes.unsupported, at: range(index),
                        isActive ? "a style sheet that lies elsewhere" : "the style rule '\(shown)' is not followed",
                        help: "selectors are one name, one .class or one #id each"))
            }
        }
    }

    private mutating func readSize() -> Bool {
        let root = tree.elements[0]
        let (width, height) = (root["width"] ?? "100%", root["height"] ?? "100%")
        if let text = root["viewBox"] {
            var scanner = SVGScanner(text)
            guard let box = scanner.numbers(), box.count == 4, box[2] > 0, box[3] > 0 else {
                badValue(0, "viewBox", text, "write four numbers: left, top, width, height")
                return false
            }
            (picture.x, picture.y, picture.width, picture.height) = (box[0], box[1], box[2], box[3])
        } else {
            guard !width.hasSuffix("%"), let w = SVGLength.parse(width, whole: 0), w > 0, !height.hasSuffix("%"),
                let h = SVGLength.parse(height, whole: 0), h > 0
            else {
                report(
                    .error(
                        SVGCodes.syntax, at: range(0), "the picture has no size",
                        help: #"add viewBox="0 0 WIDTH HEIGHT" to <svg>"#))
                return false
            }
            (picture.width, picture.height) = (w, h)
        }
        if let width = SVGLength.millimetres(width), let height = SVGLength.millimetres(height), width > 0, height > 0 {
            picture.millimetres = SVGPicture.Millimetres(width: width, height: height)
        }
        return true
    }

    // MARK: Drawing

    mutating func drawChildren(of element: Int, _ state: SVGState) {
        for case .element(let child) in tree.elements[element].content { draw(child, state) }
    }

    private mutating func draw(_ index: Int, _ outer: SVGState) {
        drawn += 1
        guard drawn <= SVGElements.most, points <= Self.mostPoints else {
            if !isFull {
                report(.error(SVGCodes.limit, at: range(index), "the picture has too many shapes or points"))
            }
            isFull = true
            return
        }
        let element = tree.elements[index]
        switch element.name {
        // Other namespaces hold what editors note for themselves.
        case "", "defs", "title", "desc", "metadata", "style", "symbol", "linearGradient", "radialGradient", "clipPath",
            "script", "foreignObject", "filter", "mask", "pattern", "marker":
            // Unused filters and masks harm nobody; used ones are refused where they are used.
            return
        case "g", "a": drawGroup(index, outer)
        case "use": drawUse(index, outer)
        case "path", "rect", "circle", "ellipse", "line", "polyline", "polygon":
            guard let state = shown(index, outer) else { return }
            if purpose == .template, element["id"] == "code" { return drawSlot(index, state) }
            if let outline = outline(of: index) { draw(outline, index, state) }
        case "text":
            guard let state = shown(index, outer) else { return }
            guard purpose == .template else {
                return unsupported(index, "text", help: "turn it into paths: a picture looks the same everywhere")
            }
            drawText(index, state)
        default:
            let known = [
                "g", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "defs", "style",
                "title", "desc",
            ]
            let near = SpellingSuggestion.nearest(to: element.name, among: known)
            let name = ShownText.text(String(element.name.prefix(40)))
            unsupported(index, "<\(name)>", help: near.map { "did you mean <\($0)>?" })
        }
    }

    /// What an element inherits and says; `nil` when nothing of it is seen.
    private mutating func shown(_ index: Int, _ outer: SVGState) -> SVGState? {
        let state = state(of: index, in: outer)
        return isDisplayed(index) && state.opacity > 0 ? state : nil
    }

    private func isDisplayed(_ index: Int) -> Bool {
        let element = tree.elements[index]
        var display = element["display"]
        for (name, value) in styles.declarations(for: element) + SVGStyleSheet.declarations(element["style"] ?? "")
        where name == "display" { display = value }
        return display != "none"
    }

    private mutating func drawGroup(_ index: Int, _ outer: SVGState) {
        guard let state = shown(index, outer) else { return }
        let before = picture.items.count
        drawChildren(of: index, state)
        if state.opacity < outer.opacity, picture.items.count > before + 1 {
            report(
                .warning(
                    SVGCodes.approximate, at: range(index),
                    "the group's opacity is given to each of its \(picture.items.count - before) shapes"))
        }
    }

    private mutating func drawUse(_ index: Int, _ outer: SVGState) {
        guard var state = shown(index, outer) else { return }
        let element = tree.elements[index]
        let reference = SVGStyleSheet.trimmed(element["href"] ?? "")
        guard reference.hasPrefix("#") else {
            if element["href"] == nil { unsupported(index, "<use> without href") }
            return
        }
        guard let target = tree.byID[String(reference.dropFirst())] else {
            return badValue(index, "href", reference, "no element has this id")
        }
        guard uses < 16 else {
            return report(.error(SVGCodes.limit, at: range(index), "<use> leads in a circle, or more than 16 deep"))
        }
        uses += 1
        defer { uses -= 1 }
        let (x, y) = (length(index, "x", picture.width), length(index, "y", picture.height))
        state.map = state.map.after(Transform(x: x, y: y))
        guard tree.elements[target].name == "symbol" else { return draw(target, state) }
        guard var inner = shown(target, state) else { return }
        if let text = tree.elements[target]["viewBox"] {
            var scanner = SVGScanner(text)
            guard let box = scanner.numbers(), box.count == 4, box[2] > 0, box[3] > 0 else {
                return badValue(target, "viewBox", text)
            }
            let width = element["width"] == nil ? picture.width : length(index, "width", picture.width)
            let height = element["height"] == nil ? picture.height : length(index, "height", picture.height)
            let scale = min(width / box[2], height / box[3])
            inner.map = inner.map.after(
                Transform(
                    scale: scale, x: (width - box[2] * scale) / 2 - box[0] * scale,
                    y: (height - box[3] * scale) / 2 - box[1] * scale))
        }
        drawChildren(of: target, inner)
    }

    private mutating func drawSlot(_ index: Int, _ state: SVGState) {
        guard tree.elements[index].name == "rect" else {
            return unsupported(
                index, at: "id", "a code in a <\(tree.elements[index].name)>", help: #"use <rect id="code">"#)
        }
        let (x, y) = (length(index, "x", picture.width), length(index, "y", picture.height))
        let (width, height) = (length(index, "width", picture.width), length(index, "height", picture.height))
        guard width > 0, height > 0 else { return badValue(index, "width", tree.elements[index]["width"] ?? "") }
        picture.items.append(.slot(x: x, y: y, width: width, height: height, state.map))
    }

    /// A length of an element; 0 without the attribute.
    mutating func length(_ index: Int, _ name: String, _ whole: Double) -> Double {
        guard let text = tree.elements[index][name], text != "auto" else { return 0 }
        guard let value = SVGLength.parse(text, whole: whole) else {
            badValue(index, name, text)
            return 0
        }
        return value
    }
}
