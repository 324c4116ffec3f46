internal import Codes

/// What is printed beside the labels.
enum SheetMarks {
    /// Lines of 4 mm outside the labels where every edge of a label is cut, 2 mm away from what is printed; as thin as
    /// printers draw safely, in all plates.
    static func crops(_ layout: SheetLayout) -> [UInt8] {
        var content = Array("q /Reg CS 1 SCN 0.1 w\n".utf8)
        func edges(_ count: Int, _ start: Double, _ pitch: Double, _ size: Double) -> [Double] {
            var edges: [Double] = []
            for index in 0..<count {
                for edge in [start + pitch * Double(index), start + pitch * Double(index) + size]
                where !edges.contains(where: { abs($0 - edge) < 0.01 }) { edges.append(edge) }
            }
            return edges
        }
        func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) {
            content.append(millimetres: x0)
            content.append(millimetres: y0)
            content.append("m ")
            content.append(millimetres: x1)
            content.append(millimetres: y1)
            content.append("l S\n")
        }
        let right = layout.left + layout.pitch.width * Double(layout.columns - 1) + layout.label.width
        let bottom = layout.top + layout.pitch.height * Double(layout.rows - 1) + layout.label.height
        let (near, far) = (layout.bleed + 2, layout.bleed + 6)
        for x in edges(layout.columns, layout.left, layout.pitch.width, layout.label.width) {
            line(x, max(0, layout.top - far), x, layout.top - near)
            line(x, bottom + near, x, min(layout.page.height, bottom + far))
        }
        for y in edges(layout.rows, layout.top, layout.pitch.height, layout.label.height) {
            line(max(0, layout.left - far), y, layout.left - near, y)
            line(right + near, y, min(layout.page.width, right + far), y)
        }
        content.append("Q\n")
        return content
    }
}
