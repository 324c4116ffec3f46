internal import Codes
internal import Site
public import Support

/// A label that is prepared once: what is the same on all labels as operators, and texts and code with their places.
public struct LabelTemplate: Sendable {
    /// What is drawn, later pieces over earlier ones.
    enum Piece: Sendable {
        /// The same on every label.
        case drawing(Drawing)
        /// A line of ``lines``.
        case text(Int)
        case code
    }

    /// A line of text.
    struct Line: Sendable {
        var runs: [Run]
        /// From the text's coordinates, y upwards, to millimetres of the label, y downwards.
        var map: Transform
        var anchor: SVGPicture.TextLine.Anchor
        /// The width it must not pass, in the text's coordinates.
        var fit: Double?
        /// Where the template has it.
        var range: SourceRange
    }

    /// A part of a line that looks the same.
    struct Run: Sendable {
        enum Part: Sendable {
            case text(String)
            /// A place in the row's cells.
            case column(Int)
        }

        var parts: [Part]
        var size: Double
        var face: Int
        var colour: Colour
        var opacity: Double
    }

    /// The label's size in millimetres.
    public let label: SheetLayout.Size
    /// The columns that rows have; a row's cells are in this order.
    public let columns: [String]
    var pieces: [Piece] = []
    var lines: [Line] = []
    /// Where the code goes: from the unit square to millimetres of the label, y downwards.
    var slot: Transform
    /// Whether something lies under the code, so that it brings its own paper.
    var hasGround = false

    /// A label with the code alone, as large as a margin of a twentieth lets it be.
    public init(codeOn label: SheetLayout.Size, columns: [String] = []) {
        (self.label, self.columns) = (label, columns)
        let side = min(label.width, label.height) * 0.9
        slot = Transform(scale: side, x: (label.width - side) / 2, y: (label.height - side) / 2)
        pieces = [.code]
    }

    /// Reads a template.
    /// - Parameters:
    ///   - bytes: an SVG file; hostile.
    ///   - file: its number for diagnostics.
    ///   - label: the size of the label that it fills.
    ///   - columns: what `{{column}}` may name.
    /// - Returns: the template, if there is no error, and all errors and warnings.
    public static func read(
        _ bytes: [UInt8], file: Int32, label: SheetLayout.Size, columns: [String]
    ) -> (template: LabelTemplate?, diagnostics: [Diagnostic]) {
        var (picture, diagnostics) = SVGReader.read(bytes, file: file, purpose: .template)
        guard let picture else { return (nil, diagnostics) }
        var template = LabelTemplate(codeOn: label, columns: columns)
        template.pieces = []
        let whole = SourceRange(file: file, start: 0, length: 0)
        let root = bytes.count > 4 ? SourceRange(file: file, start: UInt32(svgStart(bytes)), length: 4) : whole
        template.place(picture, file, root, &diagnostics)
        let hasErrors = diagnostics.contains { $0.severity == .error }
        return (hasErrors ? nil : template, diagnostics)
    }

    private static func svgStart(_ bytes: [UInt8]) -> Int {
        let tag = Array("<svg".utf8)
        return (0...bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual(tag) } ?? 0
    }

    private mutating func place(
        _ picture: SVGPicture, _ file: Int32, _ root: SourceRange, _ diagnostics: inout [Diagnostic]
    ) {
        let scale = min(label.width / picture.width, label.height / picture.height)
        let map = Transform(
            scale: scale, x: (label.width - picture.width * scale) / 2 - picture.x * scale,
            y: (label.height - picture.height * scale) / 2 - picture.y * scale)
        warnOfSize(picture, root, &diagnostics)
        var slots = 0
        for item in picture.items {
            switch item {
            case .area(let area):
                if slots == 0 { hasGround = true }
                let shape = Drawing.Shape.area(area).transformed(map)
                if case .drawing(var drawing)? = pieces.last {
                    drawing.shapes.append(shape)
                    pieces[pieces.count - 1] = .drawing(drawing)
                } else {
                    var drawing = Drawing(width: label.width, height: label.height)
                    drawing.shapes.append(shape)
                    pieces.append(.drawing(drawing))
                }
            case .text(let text):
                let start = UInt32(text.place.lowerBound)
                let range = SourceRange(file: file, start: start, length: 5)
                guard let line = line(text, map, range, &diagnostics) else { continue }
                pieces.append(.text(lines.count))
                lines.append(line)
            case .slot(let x, let y, let width, let height, let own):
                slots += 1
                let side = min(width, height)
                let square = Transform(side, 0, 0, side, x + (width - side) / 2, y + (height - side) / 2)
                slot = map.after(own).after(square)
                pieces.append(.code)
            }
        }
        if slots != 1 {
            diagnostics.append(
                .error(
                    SheetCodes.slot, at: root,
                    slots == 0
                        ? "the template has no place for the code" : "the template has \(slots) places for the code",
                    help: #"draw one <rect id="code" …/> where the code goes, quiet zone included"#))
        }
    }

    private func warnOfSize(_ picture: SVGPicture, _ root: SourceRange, _ diagnostics: inout [Diagnostic]) {
        let mm = LabelGrid.millimetres
        if let size = picture.millimetres {
            guard abs(size.width - label.width) > 0.5 || abs(size.height - label.height) > 0.5 else { return }
            diagnostics.append(
                .warning(
                    SheetCodes.size, at: root,
                    "the template is \(mm(size.width)) x \(mm(size.height)) mm, and the label is \(mm(label.width)) x "
                        + "\(mm(label.height)) mm: it is drawn larger or smaller",
                    help: "draw it at the label's size, or choose another grid"))
        } else {
            let (ours, theirs) = (picture.width / picture.height, label.width / label.height)
            guard abs(ours - theirs) > 0.05 * theirs else { return }
            diagnostics.append(
                .warning(
                    SheetCodes.size, at: root,
                    "the template has other proportions than the label of \(mm(label.width)) x \(mm(label.height)) mm",
                    help: "draw it at the label's size, or choose another grid"))
        }
    }

    private func line(
        _ text: SVGPicture.TextLine, _ map: Transform, _ range: SourceRange, _ diagnostics: inout [Diagnostic]
    ) -> Line? {
        var runs: [Run] = []
        for run in text.runs {
            guard case .solid(let colour, let opacity) = run.fill else { continue }
            let parts = parts(run.text, range, &diagnostics)
            runs.append(
                Run(parts: parts, size: run.size, face: run.isBold ? 1 : 0, colour: colour, opacity: opacity))
        }
        guard !runs.isEmpty else { return nil }
        let flip = Transform(1, 0, 0, -1, 0, 0)
        return Line(
            runs: runs, map: map.after(text.map).after(flip), anchor: text.anchor, fit: text.fit, range: range)
    }

    /// `{{column}}` and what is between.
    private func parts(_ text: String, _ range: SourceRange, _ diagnostics: inout [Diagnostic]) -> [Run.Part] {
        var parts: [Run.Part] = []
        var rest = text[...]
        func error(_ summary: String, _ help: String?) {
            diagnostics.append(.error(SheetCodes.column, at: range, summary, help: help))
        }
        while let open = rest.firstRange(ofBraces: "{{") {
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            guard let close = rest[open.upperBound...].firstRange(ofBraces: "}}") else {
                error("'{{' is opened and never closed", "write {{column}}")
                return parts
            }
            var name = String(rest[open.upperBound..<close.lowerBound])
            while name.first == " " { name.removeFirst() }
            while name.last == " " { name.removeLast() }
            if let index = columns.firstIndex(of: name) {
                parts.append(.column(index))
            } else {
                let near = SpellingSuggestion.nearest(to: name, among: columns)
                error(
                    "the table has no column '\(ShownText.text(name))'",
                    near.map { "did you mean {{\($0)}}?" }
                        ?? "it has: \(columns.map(ShownText.text).joined(separator: ", "))")
            }
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }
}

extension Substring {
    /// The first place where two braces stand.
    fileprivate func firstRange(ofBraces braces: String) -> Range<Index>? {
        guard let brace = braces.first else { return nil }
        var at = startIndex
        while let found = self[at...].firstIndex(of: brace) {
            let next = index(after: found)
            if next < endIndex, self[next] == brace { return found..<index(after: next) }
            at = next
        }
        return nil
    }
}
