public import QRCode
internal import Support

/// Writes symbols as PDF 1.7 vectors, one square page each, in black only (`0 0 0 1 k`), so that a printing press
/// uses one plate. Neither date nor random identifier: same symbols, same bytes.
public struct PDFWriter: Sendable {
    /// The page tree has two levels below its root, so that no list of children is long.
    private static let pagesPerNode = 64
    private static let catalogue = 1
    private static let root = 2

    private var bytes: [UInt8] = []
    /// Where each object begins, object 1 first; 0 for one that is still to be written.
    private var offsets = [0, 0]
    private var pageCount = 0
    /// The node that takes pages, and those that are full.
    private var node: (number: Int, pages: [Int])?
    private var nodes: [Int] = []
    private let title: String?

    /// A document without pages.
    /// - Parameter title: shown by viewers in place of the file name; any text.
    public init(title: String? = nil) {
        self.title = title
        // Four bytes above 127 tell programs that guess that the file is binary (ISO 32000-1, section 7.5.2).
        bytes = Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    }

    /// A document of one page; see ``add(_:millimetres:quietZone:)``.
    public static func document(
        _ symbol: Symbol, millimetres: Double, quietZone: Int? = nil, title: String? = nil
    ) throws(CodeFileError) -> [UInt8] {
        var writer = PDFWriter(title: title)
        try writer.add(symbol, millimetres: millimetres, quietZone: quietZone)
        return writer.finish()
    }

    /// Adds a page.
    /// - Parameters:
    ///   - symbol: fills the page.
    ///   - millimetres: side of the page, quiet zone included.
    ///   - quietZone: in modules; `nil` for what the kind of symbol needs (4, Micro QR 2).
    public mutating func add(
        _ symbol: Symbol, millimetres: Double, quietZone: Int? = nil
    ) throws(CodeFileError) {
        guard millimetres > 0, millimetres <= 5000 else { throw .pageSize(millimetres: millimetres) }
        let quietZone = quietZone ?? symbol.quietZone
        guard quietZone >= 0 else { throw .negativeQuietZone(quietZone) }
        let points = millimetres * 72 / 25.4
        let side = Self.decimal(points)
        let module = Self.decimal(points / Double(symbol.size + 2 * quietZone))

        // From here on columns go to the right and rows downwards, one unit a module.
        var content = Array("0 0 0 1 k\n\(module) 0 0 -\(module) 0 \(side) cm\n".utf8)
        content.reserveCapacity(symbol.size * symbol.size * 4)
        symbol.forEachRun { x, y, length in
            content.appendDecimal(quietZone + x)
            content.append(0x20)
            content.appendDecimal(quietZone + y)
            content.append(0x20)
            content.appendDecimal(length)
            content.append(contentsOf: " 1 re\n".utf8)
        }
        content.append(contentsOf: "f\n".utf8)

        addPage(content, resources: "", width: side, height: side)
    }

    /// Adds a page that a drawing fills, in its colours for print.
    /// - Parameter millimetres: width of the page.
    public mutating func add(_ drawing: Drawing, millimetres: Double) throws(CodeFileError) {
        let high = millimetres * drawing.height / drawing.width
        guard millimetres > 0, millimetres <= 5000, high > 0, high <= 5000 else {
            throw .pageSize(millimetres: max(millimetres, high))
        }
        let scale = 72 / 25.4
        let module = Self.decimal(millimetres * scale / drawing.width)
        let drawn = PDFContent(drawing)
        var content = Array("\(module) 0 0 -\(module) 0 \(Self.decimal(high * scale)) cm\n".utf8)
        content += drawn.operators
        var categories: [(name: String, entries: String)] = []
        for resource in drawn.resources {
            var object = resource.object
            if let mask = resource.mask {
                let number = reserve()
                write(number, mask)
                object = Self.replacing(PDFContent.maskPlace, by: "/SMask \(number) 0 R", in: object)
            }
            let number = reserve()
            write(number, object)
            let entry = "/\(resource.name) \(number) 0 R"
            if let index = categories.firstIndex(where: { $0.name == resource.category }) {
                categories[index].entries += entry
            } else {
                categories.append((resource.category, entry))
            }
        }
        addPage(
            content, resources: categories.map { "/\($0.name)<<\($0.entries)>>" }.joined(),
            width: Self.decimal(millimetres * scale), height: Self.decimal(high * scale))
    }

    private mutating func addPage(_ content: [UInt8], resources: String, width: String, height: String) {
        let stream = reserve()
        write(stream, "<</Length \(content.count)>>\nstream\n")
        bytes.append(contentsOf: content)
        bytes.append(contentsOf: "endstream\nendobj\n".utf8)
        var node = node ?? (reserve(), [])
        let page = reserve()
        write(
            page,
            "<</Type/Page/Parent \(node.number) 0 R/MediaBox[0 0 \(width) \(height)]/Resources<<\(resources)>>"
                + "/Contents \(stream) 0 R>>\nendobj\n")
        node.pages.append(page)
        pageCount += 1
        self.node = node
        if node.pages.count == Self.pagesPerNode { closeNode() }
    }

    /// The bytes with the first occurrence of a text in a dictionary replaced.
    package static func replacing(_ text: String, by other: String, in bytes: [UInt8]) -> [UInt8] {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count,
            let start = (0...min(400, bytes.count - wanted.count)).first(where: {
                bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
            })
        else { return bytes }
        return Array(bytes[..<start]) + Array(other.utf8) + Array(bytes[(start + wanted.count)...])
    }

    /// The whole document.
    public consuming func finish() -> [UInt8] {
        closeNode()
        let kids = nodes.map { "\($0) 0 R" }.joined(separator: " ")
        write(Self.catalogue, "<</Type/Catalog/Pages \(Self.root) 0 R>>\nendobj\n")
        write(Self.root, "<</Type/Pages/Kids[\(kids)]/Count \(pageCount)>>\nendobj\n")
        var trailer = "/Root \(Self.catalogue) 0 R"
        if let title {
            let info = reserve()
            // UTF-16 in hexadecimal: nothing in a title can end the string.
            let digits = ([0xFEFF] + Array(title.utf16)).map { unit in
                let hex = String(unit, radix: 16)
                return String(repeating: "0", count: 4 - hex.count) + hex
            }
            write(info, "<</Title<\(digits.joined())>>>\nendobj\n")
            trailer += "/Info \(info) 0 R"
        }
        let start = bytes.count
        bytes.append(contentsOf: "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8)
        for offset in offsets {
            let digits = String(offset)
            bytes.append(
                contentsOf: "\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits) 00000 n \n"
                    .utf8)
        }
        bytes.append(
            contentsOf: "trailer\n<</Size \(offsets.count + 1)\(trailer)>>\nstartxref\n\(start)\n%%EOF\n".utf8
        )
        return bytes
    }

    private mutating func closeNode() {
        guard let closing = node else { return }
        let kids = closing.pages.map { "\($0) 0 R" }.joined(separator: " ")
        write(
            closing.number,
            "<</Type/Pages/Parent \(Self.root) 0 R/Kids[\(kids)]/Count \(closing.pages.count)>>\nendobj\n")
        nodes.append(closing.number)
        node = nil
    }

    /// The number of an object that will be written.
    private mutating func reserve() -> Int {
        offsets.append(0)
        return offsets.count
    }

    private mutating func write(_ number: Int, _ object: [UInt8]) {
        write(number, "")
        bytes.append(contentsOf: object)
        bytes.append(contentsOf: "\nendobj\n".utf8)
    }

    private mutating func write(_ number: Int, _ body: String) {
        offsets[number - 1] = bytes.count
        bytes.append(contentsOf: "\(number) 0 obj\n\(body)".utf8)
    }

    /// A number with six decimal places: PDF knows no exponents (ISO 32000-1, section 7.3.3).
    private static func decimal(_ value: Double) -> String {
        let (whole, fraction) = Int((value * 1_000_000).rounded()).quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(fraction)
        return "\(whole).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }
}
