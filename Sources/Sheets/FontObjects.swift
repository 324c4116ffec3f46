internal import Support

extension FontSubset {
    /// Writes the font as `Type0` with horizontal glyph numbers (ISO 32000-1, section 9.7), and with a map back to Unicode so
    /// that text can be searched and copied.
    func write(_ number: Int, _ objects: inout PDFObjects) throws(FontError) {
        let used = used
        guard !used.isEmpty else {
            // Its number was given away before anybody knew that nothing is set in it.
            return objects.write(number, "null")
        }
        let file = try file()
        let (descendant, descriptor) = (objects.reserve(), objects.reserve())
        let (data, unicode) = (objects.reserve(), objects.reserve())
        let name = "\(tag(used))+\(font.name)"
        objects.write(
            number,
            "<</Type/Font/Subtype/Type0/BaseFont/\(name)/Encoding/Identity-H/DescendantFonts[\(descendant) 0 R]"
                + "/ToUnicode \(unicode) 0 R>>")
        objects.write(
            descendant,
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/\(name)/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
                + "/Supplement 0>>/FontDescriptor \(descriptor) 0 R/CIDToGIDMap/Identity/DW 0/W[\(widths(used))]>>")
        let box = [font.box.0, font.box.1, font.box.2, font.box.3].map { String(thousandths($0)) }
        objects.write(
            descriptor,
            "<</Type/FontDescriptor/FontName/\(name)/Flags 4/FontBBox[\(box.joined(separator: " "))]/ItalicAngle 0"
                + "/Ascent \(thousandths(font.ascent))/Descent \(thousandths(font.descent))"
                + "/CapHeight \(thousandths(font.capHeight))/StemV 80/FontFile2 \(data) 0 R>>")
        objects.writeStream(data, file, entries: "/Length1 \(file.count)")
        objects.writeStream(unicode, Array(toUnicode(used).utf8))
    }

    /// Thousandths of an em.
    private func thousandths(_ units: Int) -> Int {
        Int((Double(units) * 1000 / Double(font.unitsPerEm)).rounded())
    }

    /// Six letters that tell subsets apart (section 9.6.4), from what is in it.
    private func tag(_ used: [(glyph: Int, scalar: UInt32)]) -> String {
        var bytes: [UInt8] = []
        for (glyph, _) in used { bytes.appendBig(UInt16(glyph)) }
        var rest = CRC32(bytes).value
        var letters = ""
        for _ in 0..<6 {
            letters.unicodeScalars.append(Unicode.Scalar(UInt8(0x41 + rest % 26)))
            rest /= 26
        }
        return letters
    }

    private func widths(_ used: [(glyph: Int, scalar: UInt32)]) -> String {
        var text = ""
        var next = -1
        for (glyph, _) in used {
            if glyph == next {
                text += " "
            } else {
                text += text.isEmpty ? "\(glyph)[" : "]\(glyph)["
            }
            text += String(thousandths(font.advance(glyph)))
            next = glyph + 1
        }
        return text + "]"
    }

    /// A CMap from glyphs to UTF-16 (section 9.10.3), 100 glyphs a block.
    private func toUnicode(_ used: [(glyph: Int, scalar: UInt32)]) -> String {
        func hex(_ value: UInt16) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
        var text = """
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000> <FFFF>
            endcodespacerange

            """
        for start in stride(from: 0, to: used.count, by: 100) {
            let block = used[start..<min(start + 100, used.count)]
            text += "\(block.count) beginbfchar\n"
            for (glyph, scalar) in block {
                let units = Unicode.Scalar(scalar).map { Array(String($0).utf16) } ?? []
                text += "<\(hex(UInt16(glyph)))> <\(units.map(hex).joined())>\n"
            }
            text += "endbfchar\n"
        }
        return text + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    }
}
