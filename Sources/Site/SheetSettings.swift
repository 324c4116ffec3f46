public import Support

/// How labels come onto sheets of paper: what the manifest's `sheet` says.
public struct SheetSettings: Equatable, Sendable {
    /// Which label of a sheet the next row fills.
    public enum Order: String, CaseIterable, Sendable {
        /// Row by row, from the left.
        case rows
        /// Column by column, from the top.
        case columns
        /// For cutting in a pile: the next row is on the next sheet of the pile, so that the cut piles, laid upon one
        /// another, are in order.
        case stack
    }

    /// What is printed beside the labels.
    public enum Mark: String, CaseIterable, Sendable {
        /// Where to cut.
        case crop
        /// Name, number of the sheet, and rows that are on it.
        case number
    }

    /// A file that the manifest names.
    public struct File: Equatable, Sendable {
        /// Its path, as the manifest writes it.
        public var path: String
        /// The whole file; hostile.
        public var bytes: [UInt8]
        /// Where the manifest names it.
        public var range: SourceRange?

        /// A file that was read.
        public init(path: String, bytes: [UInt8], range: SourceRange? = nil) {
            (self.path, self.bytes, self.range) = (path, bytes, range)
        }
    }

    /// The label, an SVG file; `nil`: the code alone.
    public var template: File?
    /// A paper by its name (`A4`), a size (`320x450mm`), or `label` for pages of the label's size; `nil`: the grid's, or A4.
    public var page: String?
    /// Columns x rows, or a product such as `L7160`.
    public var grid: String
    /// Size of one label in millimetres; `nil`: the page is divided evenly.
    public var label: (width: Double, height: Double)?
    /// Margins of the page in millimetres: top, right, bottom, left; `nil`: 10 mm.
    public var margin: [Double]?
    /// Gaps between labels in millimetres: across and down; `nil`: none.
    public var gap: (across: Double, down: Double)?
    /// How far pictures go over a label's edge, in millimetres.
    public var bleed = 0.0
    /// What is printed beside the labels.
    public var marks: Set<Mark> = []
    /// Which label of a sheet the next row fills.
    public var order = Order.rows
    /// Sheets of a pile that is cut at once, for ``Order/stack``.
    public var pile = 100
    /// A TrueType font; `nil`: the machine's DejaVu Sans.
    public var font: File?
    /// Its bold face; `nil`: the machine's DejaVu Sans Bold, or ``font``, if that is given.
    public var boldFont: File?
    /// Where the manifest defines it.
    public var range: SourceRange?

    /// Sheets of a grid.
    public init(grid: String) { self.grid = grid }

    /// Equal when the same would be printed.
    public static func == (a: Self, b: Self) -> Bool {
        a.template == b.template && a.page == b.page && a.grid == b.grid && a.label?.width == b.label?.width
            && a.label?.height == b.label?.height && a.margin == b.margin && a.gap?.0 == b.gap?.0
            && a.gap?.1 == b.gap?.1
            && a.bleed == b.bleed && a.marks == b.marks && a.order == b.order && a.pile == b.pile && a.font == b.font
            && a.boldFont == b.boldFont
    }

    /// Millimetres of a text such as `2mm`, `0.5in`, `1.2cm` or `7pt`; a number alone is millimetres. At most 5,000.
    public static func length(_ text: some StringProtocol) -> Double? {
        var text = text.lowercased()[...]
        while text.first == " " { text.removeFirst() }
        var unit = 1.0
        for (name, millimetres) in [("mm", 1.0), ("cm", 10), ("in", 25.4), ("pt", 25.4 / 72)] where text.hasSuffix(name)
        {
            (unit, text) = (millimetres, text.dropLast(2))
            break
        }
        while text.last == " " { text.removeLast() }
        let digits = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }
        guard digits, let value = Double(text), value * unit <= 5_000 else { return nil }
        return value * unit
    }

    /// `320x450mm`: a width and a height in one unit.
    public static func size(_ text: String) -> (width: Double, height: Double)? {
        let text = text.lowercased()
        guard let cross = text.firstIndex(of: "x") else { return nil }
        let second = text[text.index(after: cross)...]
        let unit = second.drop { $0.isNumber || $0 == "." || $0 == " " }
        guard ["mm", "cm", "in", "pt"].contains(String(unit)), let height = length(second),
            let width = length(text[..<cross] + unit), width > 0, height > 0
        else { return nil }
        return (width, height)
    }

    /// A gap between labels: one length, or across and down.
    public static func gap(_ text: String) -> (across: Double, down: Double)? {
        let parts = text.split(separator: " ").map { length($0) }
        let lengths = parts.compactMap { $0 }
        guard lengths.count == parts.count, let first = lengths.first, lengths.count <= 2 else { return nil }
        return (first, lengths.count == 2 ? lengths[1] : first)
    }

    /// One to four lengths, as CSS orders margins; top, right, bottom, left.
    public static func margins(_ text: String) -> [Double]? {
        let parts = text.split(separator: " ").map { length($0) }
        let lengths = parts.compactMap { $0 }
        guard lengths.count == parts.count else { return nil }
        switch lengths.count {
        case 1: return [lengths[0], lengths[0], lengths[0], lengths[0]]
        case 2: return [lengths[0], lengths[1], lengths[0], lengths[1]]
        case 3: return [lengths[0], lengths[1], lengths[2], lengths[1]]
        case 4: return lengths
        default: return nil
        }
    }
}
