/// An incremental update (ISO 32000-1 §7.5.6) of a PDF as cairo writes it: the bytes that are there stay as they are,
/// changed and new objects follow with a cross-reference section of their own.
public struct PDFUpdate: Sendable {
    private let pdf: [UInt8]
    /// Where the only cross-reference section begins.
    private let start: Int
    private let offsets: [Int]
    private let info: Int
    private var changed: [(number: Int, body: [UInt8])] = []
    private var next: Int
    /// Number of the catalogue.
    public let root: Int

    /// An update of `pdf`; `nil` when it is not laid out as cairo does it.
    public init?(_ pdf: [UInt8]) {
        guard let mark = Self.last("startxref\n", in: pdf),
            let start = Self.number(pdf, mark + 10), pdf.indices.contains(start),
            pdf[start...].starts(with: Array("xref\n0 ".utf8)), let count = Self.number(pdf, start + 7), count > 1,
            let trailer = Self.last("trailer\n", in: pdf), trailer > start,
            let root = Self.last("/Root ", in: pdf), root > trailer, let info = Self.last("/Info ", in: pdf),
            info > trailer, let rootNumber = Self.number(pdf, root + 6), let infoNumber = Self.number(pdf, info + 6),
            let lineEnd = pdf[(start + 7)...].firstIndex(of: 0x0A), lineEnd + 1 + count * 20 <= trailer,
            rootNumber < count
        else { return nil }
        var offsets: [Int] = []
        for index in 0..<count {
            guard let offset = Self.number(pdf, lineEnd + 1 + index * 20), offset < start else { return nil }
            offsets.append(offset)
        }
        (self.pdf, self.start, self.offsets, self.info, self.root) = (pdf, start, offsets, infoNumber, rootNumber)
        next = count
    }

    /// Numbers of the objects that are there, from 1.
    public var numbers: Range<Int> { 1..<offsets.count }

    /// What stands between `N 0 obj` and `endobj`; `nil` for a stream.
    public func object(_ number: Int) -> [UInt8]? {
        let head = Array("\(number) 0 obj\n".utf8)
        let offset = offsets[number]
        guard pdf[offset...].starts(with: head) else { return nil }
        let body = pdf[(offset + head.count)...].prefix(4_000)
        let end = Array("\nendobj".utf8)
        var at = body.startIndex
        while let line = body[at...].firstIndex(of: 0x0A) {
            if body[line...].starts(with: end) { return Array(body[..<line]) }
            at = line + 1
        }
        return nil
    }

    /// Gives an object another body.
    public mutating func replace(_ number: Int, _ body: [UInt8]) { changed.append((number, body)) }

    /// Adds entries to a dictionary of the file; `false` when the object is none.
    public mutating func extend(_ number: Int, _ entries: String) -> Bool {
        guard let body = object(number), body.starts(with: Array("<<".utf8)), body.suffix(2) == Array(">>".utf8)[...]
        else { return false }
        replace(number, body.dropLast(2) + Array("   \(entries)\n>>".utf8))
        return true
    }

    /// Adds an object; answers its number.
    public mutating func add(_ body: [UInt8]) -> Int {
        changed.append((next, body))
        next += 1
        return next - 1
    }

    /// The whole file.
    public func finish() -> [UInt8] {
        var result = pdf
        // The head of the list of free objects comes first, as in every section.
        var references = "0 1\n0000000000 65535 f \n"
        for (number, body) in changed {
            let digits = String(result.count)
            references +=
                "\(number) 1\n" + String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
            result += Array("\(number) 0 obj\n".utf8) + body + Array("\nendobj\n".utf8)
        }
        let begin = result.count
        let trailer =
            "trailer\n<< /Size \(next)\n   /Root \(root) 0 R\n   /Info \(info) 0 R\n   /Prev \(start)\n>>\n"
            + "startxref\n\(begin)\n%%EOF\n"
        result += Array(("xref\n" + references + trailer).utf8)
        return result
    }

    /// A text string (§7.9.2.2) in UTF-16BE as hexadecimal: no byte of it can end the string.
    public static func hexadecimal(_ text: String) -> String {
        text.utf16.reduce(into: "<FEFF") { result, unit in
            let digits = String(unit, radix: 16, uppercase: true)
            result += String(repeating: "0", count: 4 - digits.utf8.count) + digits
        } + ">"
    }

    private static func number(_ pdf: [UInt8], _ at: Int) -> Int? {
        var value: Int?
        for byte in pdf[min(at, pdf.count)...].prefix(12) {
            guard (0x30...0x39).contains(byte) else { break }
            value = (value ?? 0) * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func last(_ text: String, in pdf: [UInt8]) -> Int? {
        let bytes = Array(text.utf8)
        guard pdf.count >= bytes.count else { return nil }
        return (max(0, pdf.count - 2_000)...(pdf.count - bytes.count)).last { pdf[$0...].starts(with: bytes) }
    }
}
