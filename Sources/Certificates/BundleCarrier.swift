import Support

/// Puts a bundle into a picture or a document, so that one file is both what people look at and its proof. Readers that
/// know nothing of it show the same picture as before.
public enum BundleCarrier {
    /// A PNG with the bundle in an `iTXt` chunk of keyword `wayseal` (PNG §11.3.4.5), before the end; `nil` when the PNG does
    /// not end as PNGs do.
    public static func png(_ png: [UInt8], carrying bundle: [UInt8]) -> [UInt8]? {
        let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
        guard png.suffix(12).elementsEqual(end), bundle.count < 1 << 30 else { return nil }
        // Keyword, not compressed, no language, no translated keyword.
        let body = Array("iTXtwayseal".utf8) + [0, 0, 0, 0, 0] + bundle
        var out = Array(png[..<(png.count - end.count)])
        out += bigEndian(UInt32(body.count - 4)) + body
        return out + bigEndian(CRC32(body).value) + end
    }

    /// An SVG with the bundle in base64 in `<metadata id="wayseal">`; `nil` when it has no end.
    public static func svg(_ svg: [UInt8], carrying bundle: [UInt8]) -> [UInt8]? {
        let end = Array("</svg>\n".utf8)
        guard svg.suffix(end.count).elementsEqual(end) else { return nil }
        let metadata = "<metadata id=\"wayseal\">\(Base64.encode(bundle))</metadata>"
        return Array(svg[..<(svg.count - end.count)]) + Array(metadata.utf8) + end
    }

    /// A PDF that cairo wrote, with the bundle as an attachment (ISO 32000-2 §7.11.4, §14.13); `nil` when it is laid out
    /// otherwise.
    /// - Parameters:
    ///   - name: of the attachment, in plain ASCII.
    ///   - language: of the document, as a BCP 47 tag.
    ///   - figure: what the document's one figure shows, for those who can't see it.
    public static func pdf(
        _ pdf: [UInt8], carrying bundle: [UInt8], name: String, language: String, figure: String
    ) -> [UInt8]? {
        guard var update = PDFUpdate(pdf) else { return nil }
        let head =
            "<< /Type /EmbeddedFile /Subtype /application#2Fjson /Params << /Size \(bundle.count) >> "
            + "/WaysealBundle true /Length \(bundle.count) >>\nstream\n"
        let stream = update.add(Array(head.utf8) + bundle + Array("\nendstream".utf8))
        let file = update.add(
            Array(
                "<< /Type /Filespec /F (\(name)) /UF \(PDFUpdate.hexadecimal(name)) /AFRelationship /Data /EF << /F \(stream) 0 R /UF \(stream) 0 R >> >>"
                    .utf8))
        let figureStart = Array("<< /Type /StructElem\n   /S /Figure\n".utf8)
        for number in update.numbers where update.object(number)?.starts(with: figureStart) == true {
            _ = update.extend(number, "/Alt \(PDFUpdate.hexadecimal(figure))")
        }
        let entries =
            "/Lang (\(language))\n   /ViewerPreferences << /DisplayDocTitle true >>\n   "
            + "/Names << /EmbeddedFiles << /Names [(\(name)) \(file) 0 R] >> >>\n   /AF [\(file) 0 R]"
        guard update.extend(update.root, entries) else { return nil }
        return update.finish()
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
