// What cairo 1.16 can't say in a tagged PDF: its language, and what its figures show.

import Support

enum PDFAccessibility {
    /// The PDF with `/Lang` (ISO 32000-1 §14.9.2), the title in the window's bar (§12.2), and a `/Alt` (§14.9.3) for each
    /// figure.
    /// - Parameter figures: What the figures show, in the order in which they were drawn.
    /// - Returns: `nil` when the PDF is not laid out as cairo does it.
    static func annotated(_ pdf: [UInt8], language: Language, figures: [String]) -> [UInt8]? {
        guard var update = PDFUpdate(pdf) else { return nil }
        let figureStart = Array("<< /Type /StructElem\n   /S /Figure\n".utf8)
        var texts = figures[...]
        for number in update.numbers {
            guard let body = update.object(number), body.starts(with: figureStart) else { continue }
            guard let text = texts.popFirst(), update.extend(number, "/Alt \(PDFUpdate.hexadecimal(text))") else {
                return nil
            }
        }
        guard texts.isEmpty,
            update.extend(
                update.root,
                "/Lang (\(language.rawValue))\n   /ViewerPreferences << /DisplayDocTitle true >>")
        else { return nil }
        return update.finish()
    }
}
