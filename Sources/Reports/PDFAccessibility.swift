/// What cairo 1.16 can't say in a tagged PDF: its language, and what its figures show.

/// Appends an incremental update (ISO 32000-1 §7.5.6) to a PDF that cairo wrote: the bytes that are there stay as they
/// are, changed objects follow with a cross-reference section of their own.
enum PDFAccessibility {
    /// The PDF with `/Lang` (§14.9.2), the title in the window's bar (§12.2), and a `/Alt` (§14.9.3) for each figure.
    /// - Parameter figures: What the figures show, in the order in which they were drawn.
    /// - Returns: `nil` when the PDF is not laid out as cairo does it.
    static func annotated(_ pdf: [UInt8], language: Language, figures: [String]) -> [UInt8]? {
        guard let table = Table(pdf), let catalog = table.object(table.root, in: pdf),
            catalog.starts(with: Array("<< /Type /Catalog".utf8)), catalog.suffix(2) == Array(">>".utf8)[...]
        else { return nil }
        let figureStart = Array("<< /Type /StructElem\n   /S /Figure\n".utf8)
        var changed: [(number: Int, body: [UInt8])] = []
        var texts = figures[...]
        for number in 1..<table.offsets.count {
            guard let body = table.object(number, in: pdf), body.starts(with: figureStart),
                body.suffix(2) == Array(">>".utf8)[...]
            else { continue }
            guard let text = texts.popFirst() else { return nil }
            changed.append((number, body.dropLast(2) + Array("   /Alt \(hexadecimal(text))\n>>".utf8)))
        }
        guard texts.isEmpty else { return nil }
        let entries = "   /Lang (\(language.rawValue))\n   /ViewerPreferences << /DisplayDocTitle true >>\n>>"
        changed.append((table.root, catalog.dropLast(2) + Array(entries.utf8)))

        var result = pdf
        // The head of the list of free objects comes first, as in every section.
        var references = "0 1\n0000000000 65535 f \n"
        for (number, body) in changed {
            let digits = String(result.count)
            references +=
                "\(number) 1\n" + String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n"
            result += Array("\(number) 0 obj\n".utf8) + body + Array("\nendobj\n".utf8)
        }
        let start = result.count
        let trailer =
            "trailer\n<< /Size \(table.offsets.count)\n   /Root \(table.root) 0 R\n   /Info \(table.info) 0 R\n"
            + "   /Prev \(table.start)\n>>\nstartxref\n\(start)\n%%EOF\n"
        result += Array(("xref\n" + references + trailer).utf8)
        return result
    }

    /// A text string (§7.9.2.2) in UTF-16BE as hexadecimal: no byte of it can end the string.
    private static func hexadecimal(_ text: String) -> String {
        text.utf16.reduce(into: "<FEFF") { result, unit in
            let digits = String(unit, radix: 16, uppercase: true)
            result += String(repeating: "0", count: 4 - digits.utf8.count) + digits
        } + ">"
    }

    /// The cross-reference table of a file that has only one.
    private struct Table {
        var start: Int
        var offsets: [Int]
        var root: Int
        var info: Int

        init?(_ pdf: [UInt8]) {
            guard let mark = Self.last("startxref\n", in: pdf),
                let start = Self.number(pdf, mark + 10), pdf.indices.contains(start),
                pdf[start...].starts(with: Array("xref\n0 ".utf8)), let count = Self.number(pdf, start + 7), count > 1,
                let trailer = Self.last("trailer\n", in: pdf), trailer > start,
                let root = Self.last("/Root ", in: pdf), root > trailer, let info = Self.last("/Info ", in: pdf),
                info > trailer, let rootNumber = Self.number(pdf, root + 6),
                let infoNumber = Self.number(pdf, info + 6),
                let lineEnd = pdf[(start + 7)...].firstIndex(of: 0x0A), lineEnd + 1 + count * 20 <= trailer,
                rootNumber < count
            else { return nil }
            self.start = start
            self.root = rootNumber
            self.info = infoNumber
            offsets = []
            for index in 0..<count {
                guard let offset = Self.number(pdf, lineEnd + 1 + index * 20), offset < start else { return nil }
                offsets.append(offset)
            }
        }

        /// What stands between `N 0 obj` and `endobj`; `nil` for a stream.
        func object(_ number: Int, in pdf: [UInt8]) -> [UInt8]? {
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
}
