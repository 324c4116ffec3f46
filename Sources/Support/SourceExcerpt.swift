/// One source line made fit for a terminal, with the caret's place.
struct SourceExcerpt {
    /// The visible text, cut to the width.
    private(set) var text = ""
    /// Columns before the caret.
    private(set) var caret = 0
    /// Columns under which the underline runs, at least 1.
    private(set) var underline = 1

    private struct Cell {
        var text: String
        var width: Int
        var isMarked: Bool
    }

    init(_ place: Place, _ sources: SourceMap, width: Int) {
        let file = sources.files[place.file]
        // A line may have megabytes: only what can be seen is decoded. Four bytes make a column at most.
        let reach = width * 4
        let line = place.lineRange
        var from = max(line.lowerBound, place.marked.lowerBound - reach)
        while from > line.lowerBound, from < line.upperBound, file.bytes[from] & 0xC0 == 0x80 { from -= 1 }
        let to = min(line.upperBound, max(place.marked.lowerBound + reach, from + reach))
        var cells: [Cell] = []
        var column = 0
        let span = file.bytes.span
        let concealed = (file.concealed + place.privateKeys + ConcealedText.userinfo(span, in: from..<max(from, to)))
            .filter { $0.overlaps(from..<max(from, to)) }
        var index = from
        var caretCell = 0
        if from == 0, to >= 3, span[0] == 0xEF, span[1] == 0xBB, span[2] == 0xBF { index = 3 }
        while index < to {
            let step = UTF8Scalars.step(span, at: index)
            let marked = place.marked.contains(index)
            if index < place.marked.lowerBound { caretCell = cells.count + 1 }
            var cell = Cell(text: "", width: 0, isMarked: marked)
            if concealed.contains(where: { $0.contains(index) }) {
                (cell.text, cell.width) = ("*", 1)
            } else if span[index] == 0x09 {
                cell.width = 4 - column % 4
                cell.text = String(repeating: " ", count: cell.width)
            } else {
                cell.text = Self.visible(step, byte: span[index])
                cell.width = cell.text.unicodeScalars.reduce(0) { $0 + UTF8Scalars.width(of: $1) }
            }
            column += cell.width
            cells.append(cell)
            index += step.length
        }
        arrange(cells, caretCell, width, cutStart: from > line.lowerBound, cutEnd: to < line.upperBound)
    }

    private mutating func arrange(
        _ cells: [Cell], _ caretCell: Int, _ width: Int, cutStart: Bool, cutEnd: Bool
    ) {
        var first = 0
        var isCutStart = cutStart
        let total = cells.reduce(0) { $0 + $1.width }
        if total > width || cutStart {
            var before = cells[..<caretCell].reduce(0) { $0 + $1.width }
            while first < caretCell, before > width / 3 {
                before -= cells[first].width
                first += 1
                isCutStart = true
            }
        }
        var used = 0
        var markedWidth = 0
        if isCutStart {
            text = "…"
            used = 1
        }
        caret = used
        var last = first
        while last < cells.count, used + cells[last].width <= width {
            text += cells[last].text
            used += cells[last].width
            if last < caretCell { caret = used }
            if cells[last].isMarked { markedWidth += cells[last].width }
            last += 1
        }
        if last < cells.count || cutEnd { text += "…" }
        while text.last == " " { text.removeLast() }
        underline = max(1, markedWidth)
    }

    /// A scalar as it may be shown: control characters as pictures, invisible ones by number, malformed bytes in hex.
    static func visible(_ step: UTF8Scalars.Step, byte: UInt8) -> String {
        guard let scalar = step.scalar else { return "\\x" + hex(UInt32(byte), digits: 2) }
        if scalar.value < 0x20 {
            return String(Character(Unicode.Scalar(UInt16(0x2400 + scalar.value)) ?? "?"))
        }
        if scalar.value == 0x7F { return "\u{2421}" }
        guard UTF8Scalars.isTreacherous(scalar) else { return String(Character(scalar)) }
        return "<U+" + hex(scalar.value, digits: 4) + ">"
    }

    static func visible(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { out, scalar in
            out += visible(UTF8Scalars.Step(scalar: scalar, length: 1), byte: 0)
        }
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
