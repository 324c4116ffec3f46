public import Site
internal import Support

/// Where labels lie on a sheet, in millimetres from the upper left corner of the page.
public struct SheetLayout: Equatable, Sendable {
    /// A width and a height.
    public struct Size: Hashable, Sendable {
        /// Millimetres across.
        public var width: Double
        /// Millimetres down.
        public var height: Double

        /// A size in millimetres.
        public init(_ width: Double, _ height: Double) { (self.width, self.height) = (width, height) }
    }

    /// Why a sheet can't be laid out: lower case, no full stop; and what to do.
    public struct Problem: Error, Equatable, Sendable {
        /// What is wrong.
        public var summary: String
        /// What to do.
        public var help: String?
        /// The setting that it is about, as the manifest calls it.
        public var key: String
    }

    /// The paper.
    public var page: Size
    /// Labels beside one another.
    public var columns: Int
    /// Labels above one another.
    public var rows: Int
    /// One label, when it is cut out.
    public var label: Size
    /// The first label's left and upper edge.
    public var left, top: Double
    /// From one label's left or upper edge to the next one's.
    public var pitch: Size
    /// How far pictures go over a label's edge.
    public var bleed: Double

    /// Labels of a sheet.
    public var count: Int { columns * rows }
    /// The space between two labels, the narrower one.
    public var gap: Double {
        min(columns > 1 ? pitch.width - label.width : .infinity, rows > 1 ? pitch.height - label.height : .infinity)
    }

    /// The upper left corner of a label.
    /// - Parameter index: from 0, row by row.
    public func corner(_ index: Int) -> (x: Double, y: Double) {
        (left + Double(index % columns) * pitch.width, top + Double(index / columns) * pitch.height)
    }

    /// Lays out a sheet.
    public init(_ settings: SheetSettings) throws(Problem) {
        let named = LabelGrid.named(settings.grid)
        let pageName = settings.page ?? named?.page ?? "A4"
        if let named {
            (columns, rows, label) = (named.columns, named.rows, named.label)
            pitch = Size(named.label.width + named.gap.width, named.label.height + named.gap.height)
        } else if let (columns, rows) = LabelGrid.counts(settings.grid) {
            (self.columns, self.rows) = (columns, rows)
            (label, pitch) = (Size(0, 0), Size(0, 0))
        } else {
            let near = LabelGrid.nearest(settings.grid)
            throw Problem(
                summary: "there is no grid '\(settings.grid)'",
                help: near.map { "did you mean '\($0)'?" }
                    ?? "write columns x rows, such as 3x7, or a product such as L7160 or 5160", key: "grid")
        }
        bleed = settings.bleed
        let margins = settings.margin
        let gap = settings.gap ?? (0, 0)
        if let size = settings.label, named == nil { label = Size(size.width, size.height) }
        if pageName == "label" {
            // A page that is the labels, with what is cut off around them.
            let around = max(bleed, settings.marks.contains(.crop) ? bleed + 7 : 0)
            guard label.width > 0 else {
                throw Problem(
                    summary: "a page of the label's size needs that size", help: "add label: 50x30mm", key: "page")
            }
            pitch = Size(label.width + gap.0, label.height + gap.1)
            (left, top) = (around, around)
            page = Size(
                2 * around + pitch.width * Double(columns) - gap.0, 2 * around + pitch.height * Double(rows) - gap.1)
        } else {
            guard let size = LabelGrid.page(pageName) else {
                let near = LabelGrid.nearestPage(pageName)
                throw Problem(
                    summary: "there is no page '\(pageName)'",
                    help: near.map { "did you mean '\($0)'?" } ?? "write A4, Letter, or a size such as 320x450mm",
                    key: "page")
            }
            page = size
            if named == nil {
                let around = margins ?? [10, 10, 10, 10]
                if settings.label == nil {
                    label = Size(
                        (page.width - around[3] - around[1] - gap.0 * Double(columns - 1)) / Double(columns),
                        (page.height - around[0] - around[2] - gap.1 * Double(rows - 1)) / Double(rows))
                }
                pitch = Size(label.width + gap.0, label.height + gap.1)
            }
            let wide = pitch.width * Double(columns) - (pitch.width - label.width)
            let high = pitch.height * Double(rows) - (pitch.height - label.height)
            // What the manifest says, or the middle of the page.
            let centred = margins == nil || named == nil && settings.label != nil
            left = centred ? (page.width - wide) / 2 : margins?[3] ?? 0
            top = centred ? (page.height - high) / 2 : margins?[0] ?? 0
        }
        try check(settings)
    }

    private func check(_ settings: SheetSettings) throws(Problem) {
        let mm = LabelGrid.millimetres
        guard label.width >= 3, label.height >= 3 else {
            throw Problem(
                summary:
                    "\(columns) x \(rows) labels on \(mm(page.width)) x \(mm(page.height)) mm are smaller than 3 mm",
                help: "use fewer labels, a larger page, or smaller margins and gaps", key: "grid")
        }
        let right = left + pitch.width * Double(columns - 1) + label.width
        let bottom = top + pitch.height * Double(rows - 1) + label.height
        guard left >= -0.01, top >= -0.01, right <= page.width + 0.01, bottom <= page.height + 0.01 else {
            throw Problem(
                summary: "\(columns) x \(rows) labels of \(mm(label.width)) x \(mm(label.height)) mm need "
                    + "\(mm(right - min(0, left))) x \(mm(bottom - min(0, top))) mm, and the page has "
                    + "\(mm(page.width)) x \(mm(page.height)) mm",
                help: "use fewer labels, a larger page, or smaller margins and gaps", key: "grid")
        }
        // Half the gap belongs to each neighbour.
        guard gap >= -0.001, bleed <= 0 || gap >= 2 * bleed - 0.001 else {
            throw Problem(
                summary: "a bleed of \(mm(bleed)) mm needs \(mm(2 * bleed)) mm between labels, and there are "
                    + "\(mm(max(0, gap))) mm",
                help: "set gap: \(mm(2 * bleed))mm", key: "bleed")
        }
        if settings.marks.contains(.crop), min(left, top, page.width - right, page.height - bottom) < bleed + 3 {
            throw Problem(
                summary: "crop marks need \(mm(bleed + 3)) mm of margin",
                help: "set margin: \(mm(bleed + 7))mm, or leave the marks out: sheets of labels are cut already",
                key: "marks")
        }
    }
}

/// Sheets of labels that are sold cut, and papers.
public enum LabelGrid {
    struct Sheet {
        var page: String
        var columns: Int
        var rows: Int
        var label: SheetLayout.Size
        var gap: SheetLayout.Size
    }

    /// Product, paper, columns x rows, label, gaps. All lie in the middle of their sheet. Sizes are those that their
    /// makers print on the packages; what was inch is written in millimetres. Compared with the templates of gLabels
    /// (jimevins/glabels-qt, 2da9b2d), Worldlabel's among them, and Label Planet's pitches (66.0 and 101.6 mm): L7159 to L7165,
    /// L7169, L7651, L4760, 34xx and 51xx agree within 0.5 mm, except for the left margins of L7162, L7163 and 5160 in gLabels,
    /// where others say what is said here. L7166, L7167, L7168, L7173, L7636 and L4731 have not been found anywhere.
    private static let sheets = """
        L7159 A4 3x8 63.5x33.9 2.5x0
        L7160 A4 3x7 63.5x38.1 2.5x0
        L7161 A4 3x6 63.5x46.6 2.5x0
        L7162 A4 2x8 99.1x33.9 2.5x0
        L7163 A4 2x7 99.1x38.1 2.5x0
        L7164 A4 3x4 63.5x72 2.5x0
        L7165 A4 2x4 99.1x67.7 2.5x0
        L7166 A4 2x3 99.1x93.1 2.5x0
        L7167 A4 1x1 199.6x289.1 0x0
        L7168 A4 1x2 199.6x143.5 0x0
        L7169 A4 2x2 99.1x139 2.5x0
        L7173 A4 2x5 99.1x57 2.5x0
        L7636 A4 4x12 45.7x21.2 2.5x0
        L7651 A4 5x13 38.1x21.2 2.5x0
        L4731 A4 7x27 25.4x10 2.5x0
        L4760 A4 1x7 192x38 0x0
        3422 A4 3x8 70x35 0x0
        3474 A4 3x8 70x37 0x0
        3475 A4 3x8 70x36 0x0
        5160 Letter 3x10 66.675x25.4 3.175x0
        5161 Letter 2x10 101.6x25.4 4.7625x0
        5162 Letter 2x7 101.6x33.8667 4.7625x0
        5163 Letter 2x5 101.6x50.8 4.7625x0
        5164 Letter 2x3 101.6x84.6667 4.7625x0
        5167 Letter 4x20 44.45x12.7 7.9375x0
        """

    private static let pages = """
        A3 297x420
        A4 210x297
        A5 148x210
        A6 105x148
        SRA3 320x450
        Letter 215.9x279.4
        Legal 215.9x355.6
        Tabloid 279.4x431.8
        """

    /// Names of all sheets.
    public static var names: [String] { sheets.split(separator: "\n").map { String($0.prefix { $0 != " " }) } }
    /// A line for each sheet: product, paper, labels, and the size of one.
    public static var list: String {
        sheets.split(separator: "\n").map { line in
            let parts = line.split(separator: " ").map(String.init)
            func wide(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(1, width - text.count))
            }
            return wide(parts[0], 8) + wide(parts[1], 8) + wide(parts[2], 7) + "\(parts[3]) mm"
        }.joined(separator: "\n")
    }

    /// Names of all papers.
    public static var pageNames: [String] { pages.split(separator: "\n").map { String($0.prefix { $0 != " " }) } }

    static func named(_ name: String) -> Sheet? {
        let wanted = plain(name)
        for line in sheets.split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 5, plain(parts[0]) == wanted, let counts = counts(parts[2]),
                let label = size(parts[3]), let gap = size(parts[4])
            else { continue }
            return Sheet(page: parts[1], columns: counts.0, rows: counts.1, label: label, gap: gap)
        }
        return nil
    }

    /// Case, blanks and the maker's name don't count: `Avery L7160` and `l7160` are one.
    private static func plain(_ name: String) -> String {
        let name = name.lowercased().filter { $0 != " " && $0 != "-" && $0 != "_" }
        for maker in ["averyzweckform", "avery", "zweckform"] where name.hasPrefix(maker) && name.count > maker.count {
            return String(name.dropFirst(maker.count))
        }
        return name
    }

    static func nearest(_ name: String) -> String? {
        SpellingSuggestion.nearest(to: plain(name), among: names)
    }

    static func nearestPage(_ name: String) -> String? {
        SpellingSuggestion.nearest(to: name, among: pageNames + ["label"])
    }

    /// `5x13`.
    static func counts(_ text: String) -> (Int, Int)? {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let columns = Int(parts[0]), let rows = Int(parts[1]), (1...100).contains(columns),
            (1...200).contains(rows)
        else { return nil }
        return (columns, rows)
    }

    static func page(_ name: String) -> SheetLayout.Size? {
        for line in pages.split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() { return size(parts[1]) }
        }
        guard let (width, height) = SheetSettings.size(name) else { return nil }
        return SheetLayout.Size(width, height)
    }

    private static func size(_ text: String) -> SheetLayout.Size? {
        let parts = text.split(separator: "x").compactMap { SheetSettings.length($0) }
        return parts.count == 2 ? SheetLayout.Size(parts[0], parts[1]) : nil
    }

    /// A length with at most two decimal places.
    static func millimetres(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
