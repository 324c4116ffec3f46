internal import Codes
internal import Site

/// Sets the texts of labels: widths, anchors, what is made smaller, and which glyphs are used.
struct LabelText {
    private let template: LabelTemplate
    private let bleed: Double
    private var writers: [GlyphWriter]
    /// What is the same on all labels, by line: its place, as long as nothing is made smaller, and the colour and font of each
    /// run.
    private let places: [[UInt8]]
    private let looks: [[[UInt8]]]
    /// The glyphs that were used, of both faces.
    var subsets: [FontSubset]

    init(template: LabelTemplate, fonts: LabelFonts, bleed: Double) {
        (self.template, self.bleed) = (template, bleed)
        writers = [GlyphWriter(fonts.regular), GlyphWriter(fonts.bold)]
        subsets = [FontSubset(fonts.regular), FontSubset(fonts.bold)]
        places = template.lines.map { Self.place($0.map) }
        looks = template.lines.map { line in
            line.runs.map { run in
                var look: [UInt8] = []
                Self.append(run.colour, to: &look)
                look.append("/F\(run.face) ")
                look.append(run.size, places: 4)
                look.append(" Tf (")
                return look
            }
        }
    }

    /// Begins a text that runs along a map.
    private static func place(_ map: Transform) -> [UInt8] {
        var bytes = Array("BT ".utf8)
        for value in [map.a, map.b, map.c, map.d] {
            bytes.append(value, places: 5)
            bytes.append(0x20)
        }
        bytes.append(millimetres: map.e)
        bytes.append(millimetres: map.f)
        bytes.append("Tm ")
        return bytes
    }

    /// Whether a line is the same on all labels.
    func isFixed(_ line: Int) -> Bool {
        template.lines[line].runs.allSatisfy {
            $0.parts.allSatisfy { if case .text = $0 { true } else { false } }
        }
    }

    /// Appends a line's operators, the label's millimetres as coordinates.
    mutating func append(_ index: Int, _ cells: [String], to content: inout [UInt8]) throws(LabelProblem) {
        do throws(LabelProblem) { try set(index, cells, to: &content) } catch {
            var problem = error
            problem.place = template.lines[index].range
            throw problem
        }
    }

    private mutating func set(_ index: Int, _ cells: [String], to content: inout [UInt8]) throws(LabelProblem) {
        let line = template.lines[index]
        var strings: [[UInt8]] = []
        var width = 0.0
        var cell: Int?
        for run in line.runs {
            var string: [UInt8] = []
            var units = 0
            for part in run.parts {
                switch part {
                case .text(let text): units += try glyphs(text, run.face, nil, &string)
                case .column(let column):
                    cell = cell ?? column
                    units += try glyphs(column < cells.count ? cells[column] : "", run.face, column, &string)
                }
            }
            strings.append(string)
            width += Double(units) * run.size / Double(writers[run.face].font.unitsPerEm)
        }
        guard width > 0 else { return }
        let scale = try scale(line, width, cell)
        let start: Double =
            switch line.anchor {
            case .start: 0
            case .middle: -width * scale / 2
            case .end: -width * scale
            }
        if line.fit == nil { try checkInside(line, start, width, cell) }
        content +=
            scale == 1 && start == 0
            ? places[index] : Self.place(line.map.after(Transform(scale: scale, x: start)))
        for (look, string) in zip(looks[index], strings) where !string.isEmpty {
            content += look
            content += string
            content.append(")Tj ")
        }
        content.append("ET\n")
    }

    /// How much smaller a line must be; not less than half.
    private func scale(_ line: LabelTemplate.Line, _ width: Double, _ cell: Int?) throws(LabelProblem) -> Double {
        guard let fit = line.fit, width > fit else { return 1 }
        guard width <= 2 * fit else {
            throw LabelProblem(
                kind: .width, summary: "the text is \(percent(width / fit)) % as wide as its place (data-fit)",
                help: "shorten it, or give it more room: it is made smaller down to half its size",
                column: cell.map { template.columns[$0] })
        }
        return fit / width
    }

    private func checkInside(
        _ line: LabelTemplate.Line, _ start: Double, _ width: Double, _ cell: Int?
    ) throws(LabelProblem) {
        let room = bleed + 0.3
        for x in [start, start + width] {
            let p = line.map.apply(Point(x, 0))
            guard p.x < -room || p.y < -room || p.x > template.label.width + room || p.y > template.label.height + room
            else { continue }
            throw LabelProblem(
                kind: .width, summary: "the text goes over the label's edge",
                help: "give its <text> data-fit=\"WIDTH\", and it is made smaller when it must be",
                column: cell.map { template.columns[$0] })
        }
    }

    private func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }

    private mutating func glyphs(
        _ text: String, _ face: Int, _ column: Int?, _ string: inout [UInt8]
    ) throws(LabelProblem) -> Int {
        do throws(GlyphWriter.Missing) {
            return try writers[face].append(text, to: &string) { subsets[face].use($0, for: $1) }
        } catch {
            let number = String(error.scalar.value, radix: 16, uppercase: true)
            let zeros = String(repeating: "0", count: max(0, 4 - number.utf8.count))
            throw LabelProblem(
                kind: .glyph,
                summary: error.needsShaping
                    ? "'\(error.scalar)' (U+\(zeros)\(number)) is of a script that labels are not set in"
                    : "the font \(writers[face].font.name) has no '\(error.scalar)' (U+\(zeros)\(number))",
                help: error.needsShaping
                    ? "turn the text into paths, and use it as a fixed part of the template"
                    : "name a TrueType font that has it (font)", column: column.map { template.columns[$0] })
        }
    }

    /// A line in black on the page; what the font does not have becomes a question mark.
    mutating func plain(_ text: String, size: Double, x: Double, y: Double) -> [UInt8] {
        var string: [UInt8] = []
        for scalar in text.unicodeScalars {
            let shown = (try? writers[0].append(String(scalar), to: &string) { subsets[0].use($0, for: $1) }) != nil
            if !shown { _ = try? writers[0].append("?", to: &string) { subsets[0].use($0, for: $1) } }
        }
        var content = Array("0 0 0 1 k BT 1 0 0 -1 ".utf8)
        content.append(millimetres: x)
        content.append(millimetres: y)
        content.append("Tm /F0 ")
        content.append(size, places: 3)
        content.append(" Tf (")
        content += string
        content.append(")Tj ET\n")
        return content
    }

    private static func append(_ colour: Colour, to content: inout [UInt8]) {
        if let inks = colour.cmyk {
            for part in [inks.cyan, inks.magenta, inks.yellow, inks.black] {
                content.append(Double(part) / 100, places: 2)
                content.append(0x20)
            }
            content.append("k ")
        } else {
            for part in [colour.red, colour.green, colour.blue] {
                content.append(Double(part) / 255, places: 3)
                content.append(0x20)
            }
            content.append("rg ")
        }
    }
}
