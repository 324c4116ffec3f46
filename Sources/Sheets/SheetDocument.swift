public import Codes
public import QRCode
public import Site

/// A PDF of label sheets, written label by label. Neither date nor random identifier: same labels, same bytes.
///
/// The file comes in pieces that ``takeBytes()`` hands over: memory holds one sheet (or one pile), however many labels come.
public struct SheetDocument {
    /// The code of one label.
    public enum Code {
        /// Black modules on white, in one plate.
        case symbol(Symbol)
        /// A design, quiet zone and frame included.
        case drawing(Drawing)
    }

    /// What is drawn label by label.
    enum Step {
        /// The same on every label: a form and its name.
        case form(String)
        case text(Int)
        case code
    }

    let layout: SheetLayout
    let template: LabelTemplate
    let settings: SheetSettings
    let title: String
    /// Labels in all, when that is known before.
    let total: Int?

    var objects = PDFObjects()
    var text: LabelText
    var steps: [Step] = []
    private let runs = ModuleRuns()
    private var resources = SheetResources()
    /// Form, font and other resources, one dictionary for all pages.
    private let resourcesNumber: Int
    private let fontNumbers: [Int]
    private let catalogue: Int
    private let root: Int

    /// Labels of the sheet or pile at hand, each drawn from its upper left corner; where the code of each ends, and the label,
    /// and the mask of its code.
    private var labels: [UInt8] = []
    private var ends: [(code: Int, end: Int, mask: Int)] = []
    /// Whether a text lies under the code.
    private var isTextFirst = false
    /// Labels that were added.
    public private(set) var count = 0
    /// Sheets that were written.
    public private(set) var sheets = 0
    private var node: (number: Int, pages: [Int])?
    private var nodes: [Int] = []
    private var head: [UInt8] = []

    /// The page tree has two levels below its root, so that no list of children is long.
    private static let pagesPerNode = 64

    /// A document without labels.
    /// - Parameters:
    ///   - title: shown by viewers, and by the mark `number`; any text.
    ///   - total: labels that will come, if that is known; the mark `number` then tells how many sheets there are.
    public init(
        layout: SheetLayout, template: LabelTemplate, settings: SheetSettings, fonts: LabelFonts, title: String,
        total: Int? = nil
    ) throws(LabelProblem) {
        (self.layout, self.template, self.settings) = (layout, template, settings)
        (self.title, self.total) = (title, total)
        text = LabelText(template: template, fonts: fonts, bleed: layout.bleed)
        (catalogue, root, resourcesNumber) = (objects.reserve(), objects.reserve(), objects.reserve())
        fontNumbers = [objects.reserve(), objects.reserve()]
        try prepare()
        head = Array(
            "2.834646 0 0 -2.834646 0 \(Self.points(layout.page.height)) cm\n".utf8)
        if settings.marks.contains(.crop) {
            let name = addForm(SheetMarks.crops(layout), box: (0, 0, layout.page.width, layout.page.height))
            resources.add(
                "ColorSpace", "Reg",
                "[/Separation/All/DeviceCMYK<</FunctionType 2/Domain[0 1]/N 1/C0[0 0 0 0]/C1[1 1 1 1]>>]")
            head.append("/\(name) Do\n")
        }
    }

    // MARK: Labels

    /// Adds a label.
    /// - Parameters:
    ///   - cells: one a column of the template, in its order.
    ///   - code: drawn into the template's slot.
    /// - Throws: the problem of this label; the document is then as it was before.
    public mutating func add(_ cells: [String], _ code: Code) throws(LabelProblem) {
        let before = labels.count
        var codeEnd = before
        do throws(LabelProblem) {
            for step in steps {
                switch step {
                case .form(let name): labels.append("/\(name) Do\n")
                case .text(let line): try text.append(line, cells, to: &labels)
                case .code:
                    draw(code)
                    codeEnd = labels.count
                }
            }
        } catch {
            labels.removeLast(labels.count - before)
            throw error
        }
        let mask = if case .symbol(let symbol) = code, !isTextFirst { symbol.mask } else { 0 }
        ends.append((codeEnd, labels.count, mask))
        count += 1
        let capacity = settings.order == .stack ? layout.count * settings.pile : layout.count
        if ends.count == capacity { flush() }
    }

    /// The bytes of the file since the last call.
    public mutating func takeBytes() -> [UInt8] { objects.take() }

    /// Whether enough bytes wait to be worth a write.
    public var hasBytes: Bool { objects.bytes.count >= 1 << 20 }

    private mutating func draw(_ code: Code) {
        switch code {
        case .symbol(let symbol):
            let side = symbol.size + 2 * symbol.quietZone
            labels.append("q ")
            labels.append(template.slot.after(Transform(scale: 1 / Double(side))))
            if template.hasGround { labels.append("0 0 0 0 k 0 0 \(side) \(side) re f ") }
            labels.append("0 0 0 1 k\n")
            runs.append(symbol, margin: symbol.quietZone, to: &labels)
            labels.append("f Q\n")
        case .drawing(let drawing):
            // The whole drawing, in the middle of the slot.
            let scale = 1 / max(drawing.width, drawing.height)
            let place = Transform(
                scale: scale, x: (1 - drawing.width * scale) / 2, y: (1 - drawing.height * scale) / 2)
            let operators = resources.operators(of: drawing, &objects)
            labels.append("q ")
            labels.append(template.slot.after(place))
            labels.append(contentsOf: operators)
            labels.append("Q\n")
        }
    }

    // MARK: Sheets

    /// Writes the sheets of the labels at hand.
    private mutating func flush() {
        guard !ends.isEmpty else { return }
        let count = ends.count
        let first = self.count - count
        let depth = (count + layout.count - 1) / layout.count
        for sheet in 0..<depth {
            var content = head
            // A pile is filled downwards, other sheets one after another.
            var places = (0..<layout.count).map { place in
                (place: place, label: settings.order == .stack ? place * depth + sheet : sheet * layout.count + place)
            }
            places.removeAll { $0.label >= count }
            // Codes of one mask have most in common: beside one another in the stream, they pack best. Texts keep the order of
            // the rows, in which programs read and copy them.
            let byMask = places.sorted { (ends[$0.label].mask, $0.place) < (ends[$1.label].mask, $1.place) }
            for (place, label) in byMask {
                self.place(labels[(label == 0 ? 0 : ends[label - 1].end)..<ends[label].code], at: place, in: &content)
            }
            for (place, label) in places where ends[label].end > ends[label].code {
                self.place(labels[ends[label].code..<ends[label].end], at: place, in: &content)
            }
            let numbers = places.map { first + $0.label + 1 }
            let rows = numbers.min().map { $0...(numbers.max() ?? $0) }
            if settings.marks.contains(.number), let rows { content += numberLine(rows) }
            writePage(content)
        }
        labels.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Draws what belongs to the label at a place of the sheet.
    private func place(_ operators: ArraySlice<UInt8>, at place: Int, in content: inout [UInt8]) {
        let slot = settings.order == .columns ? place % layout.rows * layout.columns + place / layout.rows : place
        let corner = layout.corner(slot)
        content.append("q 1 0 0 1 ")
        content.append(millimetres: corner.x)
        content.append(millimetres: corner.y)
        content.append("cm\n")
        content.append(contentsOf: operators)
        content.append("Q\n")
    }

    /// The line in the margin.
    private mutating func numberLine(_ rows: ClosedRange<Int>) -> [UInt8] {
        let all = total.map { " of \(($0 + layout.count - 1) / layout.count)" } ?? ""
        let span =
            settings.order == .stack
            ? "\(rows.lowerBound), … \(rows.upperBound)" : "\(rows.lowerBound)–\(rows.upperBound)"
        let bottom = layout.top + layout.pitch.height * Double(layout.rows - 1) + layout.label.height
        // In the middle of the lower margin, at most 2.4 mm high.
        let room = layout.page.height - bottom
        let size = min(2.4, room * 0.6)
        guard size >= 1 else { return [] }
        let crops = settings.marks.contains(.crop) ? layout.bleed + 7 : 0
        let y = max(bottom + room / 2 + size * 0.35, min(bottom + crops + size, layout.page.height - size * 0.4))
        return text.plain("\(title) · sheet \(sheets + 1)\(all) · \(span)", size: size, x: layout.left, y: y)
    }

    private mutating func writePage(_ content: [UInt8]) {
        let stream = objects.reserve()
        objects.writePage(stream, content)
        var node = node ?? (objects.reserve(), [])
        let page = objects.reserve()
        let (width, height) = (Self.points(layout.page.width), Self.points(layout.page.height))
        // What is left when the sheet is cut, and what pictures reach (ISO 32000-1, section 14.11.2).
        let right = layout.left + layout.pitch.width * Double(layout.columns - 1) + layout.label.width
        let bottom = layout.top + layout.pitch.height * Double(layout.rows - 1) + layout.label.height
        func box(_ more: Double) -> String {
            [
                max(0, layout.left - more), max(0, layout.page.height - bottom - more),
                min(layout.page.width, right + more), min(layout.page.height, layout.page.height - layout.top + more),
            ].map(Self.points).joined(separator: " ")
        }
        objects.write(
            page,
            "<</Type/Page/Parent \(node.number) 0 R/MediaBox[0 0 \(width) \(height)]/TrimBox[\(box(0))]"
                + "/BleedBox[\(box(layout.bleed))]/Resources \(resourcesNumber) 0 R/Contents \(stream) 0 R>>")
        node.pages.append(page)
        self.node = node
        sheets += 1
        if node.pages.count == Self.pagesPerNode { closeNode() }
    }

    private mutating func closeNode() {
        guard let closing = node else { return }
        let kids = closing.pages.map { "\($0) 0 R" }.joined(separator: " ")
        objects.write(
            closing.number, "<</Type/Pages/Parent \(root) 0 R/Kids[\(kids)]/Count \(closing.pages.count)>>")
        nodes.append(closing.number)
        node = nil
    }

    /// Writes what is left; ``takeBytes()`` then has the end of the file.
    public mutating func finish() throws(FontError) {
        flush()
        if sheets == 0 { writePage(head) }
        closeNode()
        for face in 0..<2 { try text.subsets[face].write(fontNumbers[face], &objects) }
        var categories = resources.categories
        let fonts = (0..<2).filter { !text.subsets[$0].used.isEmpty }.map { "/F\($0) \(fontNumbers[$0]) 0 R" }
        if !fonts.isEmpty { categories.append(("Font", fonts.joined())) }
        objects.write(resourcesNumber, "<<" + categories.map { "/\($0.0)<<\($0.1)>>" }.joined() + ">>")
        let kids = nodes.map { "\($0) 0 R" }.joined(separator: " ")
        objects.write(root, "<</Type/Pages/Kids[\(kids)]/Count \(sheets)>>")
        // Labels that a viewer makes smaller to fit the printer's margins miss their places.
        objects.write(
            catalogue,
            "<</Type/Catalog/Pages \(root) 0 R/ViewerPreferences<</PrintScaling/None/DisplayDocTitle true>>>>")
        let info = objects.reserve()
        objects.write(info, "<</Title\(PDFObjects.text(title))>>")
        objects.finish(trailer: "/Root \(catalogue) 0 R/Info \(info) 0 R")
    }

    // MARK: What is the same on every label

    private mutating func prepare() throws(LabelProblem) {
        var fixed: [UInt8] = []
        let bleed = layout.bleed
        func close(_ self: inout Self) {
            guard !fixed.isEmpty else { return }
            let box = (-bleed, -bleed, self.template.label.width + bleed, self.template.label.height + bleed)
            self.steps.append(.form(self.addForm(fixed, box: box)))
            fixed = []
        }
        for piece in template.pieces {
            switch piece {
            case .drawing(let drawing): fixed += resources.operators(of: drawing, &objects)
            case .text(let line) where text.isFixed(line): try text.append(line, [], to: &fixed)
            case .text(let line):
                close(&self)
                isTextFirst = isTextFirst || !steps.contains { if case .code = $0 { true } else { false } }
                steps.append(.text(line))
            case .code:
                close(&self)
                steps.append(.code)
            }
        }
        close(&self)
    }

    private mutating func addForm(_ content: [UInt8], box: (Double, Double, Double, Double)) -> String {
        let number = objects.reserve()
        var corners: [UInt8] = []
        for value in [box.0, box.1, box.2, box.3] { corners.append(millimetres: value) }
        let entries =
            "/Type/XObject/Subtype/Form/BBox[\(String(decoding: corners, as: UTF8.self))]/Resources \(resourcesNumber) 0 R"
        objects.writeStream(number, content, entries: entries)
        return resources.addForm(number)
    }

    /// Millimetres in points, with four decimal places.
    private static func points(_ millimetres: Double) -> String {
        var digits: [UInt8] = []
        digits.append(millimetres * 72 / 25.4, places: 4)
        return String(decoding: digits, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Millimetres to a ten-thousandth, and a blank.
    mutating func append(millimetres value: Double) {
        append(value, places: 4)
        append(0x20)
    }

    /// `a b c d e f cm`, and a blank.
    mutating func append(_ map: Transform) {
        for value in [map.a, map.b, map.c, map.d] {
            append(value, places: 6)
            append(0x20)
        }
        append(millimetres: map.e)
        append(millimetres: map.f)
        append("cm ")
    }
}
