// This file uses unsafe pointers: cairo's and pango's handles, owned here and freed before it returns.

import CPango
import QRCode
import Support

/// Draws a certificate on one page of PDF: cairo for lines and code, pango for text in any script.
///
/// The drawing is a text, one instruction a line, in points from the top left corner:
///
///     page WIDTH HEIGHT
///     fill X Y WIDTH HEIGHT #RRGGBB
///     frame X Y WIDTH HEIGHT THICKNESS #RRGGBB
///     text TAG X Y WIDTH left|center|right PANGO-MARKUP      Y: or +N, N below the text before
///     code X Y SIDE                                          the QR code without its light margin
struct PaperDrawing {
    let symbol: Symbol
    let title: String
    let language: String
    /// `2026-11-26T10:00:00Z`, the date that the file carries.
    let date: String

    private final class Sink {
        var bytes: [UInt8] = []
    }

    func pdf(_ drawing: [UInt8]) throws(CertificateError) -> [UInt8] {
        let lines = String(decoding: drawing, as: UTF8.self).split(separator: "\n").map(String.init)
        let first = lines.first.map { $0.split(separator: " ") } ?? []
        guard first.count == 3, first[0] == "page", let width = Double(first[1]), let height = Double(first[2]),
            (50...5_000).contains(width), (50...5_000).contains(height)
        else { throw .template("the paper's first line is 'page WIDTH HEIGHT', in points from 50 to 5000") }
        let sink = Sink()
        let surface = cairo_pdf_surface_create_for_stream(
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_SUCCESS }
                let sink = Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue()
                sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(sink).toOpaque(), width, height)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "wayseal")
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date)
        let cairo = cairo_create(surface)
        defer {
            cairo_destroy(cairo)
            cairo_surface_destroy(surface)
        }
        // What makes cairo mark the document as tagged.
        cairo_tag_begin(cairo, "Document", "")
        var below = 0.0
        for (number, line) in lines.enumerated().dropFirst() {
            do throws(Problem) {
                try draw(line, cairo, &below)
                if below > height { throw Problem("the text goes beyond the page: hide columns, or make room for it") }
            } catch { throw .template("line \(number + 1) of the paper: \(error.text)") }
        }
        cairo_tag_end(cairo, "Document")
        cairo_show_page(cairo)
        let drawn = cairo_status(cairo)
        cairo_surface_finish(surface)
        let status = drawn == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : drawn
        guard status == CAIRO_STATUS_SUCCESS else {
            throw .other("cairo: " + String(cString: cairo_status_to_string(status)))
        }
        return sink.bytes
    }

    private struct Problem: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    private func draw(_ line: String, _ cairo: OpaquePointer?, _ below: inout Double) throws(Problem) {
        let words = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: true)
        func numbers(_ count: Int) throws(Problem) -> [Double] {
            let numbers = words.dropFirst().prefix(count).compactMap { Double($0) }
            guard numbers.count == count, numbers.allSatisfy({ abs($0) <= 10_000 }) else {
                throw Problem("'\(words[0])' needs \(count) numbers")
            }
            return numbers
        }
        switch words.first {
        case "fill":
            let n = try numbers(4)
            try setColor(words.last, cairo)
            cairo_rectangle(cairo, n[0], n[1], n[2], n[3])
            cairo_fill(cairo)
        case "frame":
            let n = try numbers(5)
            try setColor(words.last, cairo)
            cairo_set_line_width(cairo, n[4])
            cairo_rectangle(cairo, n[0], n[1], n[2], n[3])
            cairo_stroke(cairo)
        case "code":
            let n = try numbers(3)
            cairo_tag_begin(cairo, "Figure", "")
            cairo_set_source_rgb(cairo, 0, 0, 0)
            let module = n[2] / Double(symbol.size)
            for y in 0..<symbol.size {
                var x = 0
                while x < symbol.size {
                    let start = x
                    while x < symbol.size, symbol[x, y] { x += 1 }
                    if x > start {
                        cairo_rectangle(
                            cairo, n[0] + Double(start) * module, n[1] + Double(y) * module,
                            Double(x - start) * module, module)
                    }
                    x += 1
                }
            }
            cairo_fill(cairo)
            cairo_tag_end(cairo, "Figure")
        case "text": try text(words, cairo, &below)
        default: throw Problem("'\(words.first ?? "")' is not known: fill, frame, text or code")
        }
    }

    private func text(_ words: [Substring], _ cairo: OpaquePointer?, _ below: inout Double) throws(Problem) {
        guard words.count == 7, ["H1", "H2", "P"].contains(words[1]), let x = Double(words[2]),
            let number = Double(words[3]), let width = Double(words[4]), (1...10_000).contains(width)
        else { throw Problem("'text' needs a tag (H1, H2, P), X, Y, a width, an alignment and a text") }
        let y = words[3].hasPrefix("+") ? below + number : number
        let layout: OpaquePointer = pango_cairo_create_layout(cairo)
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        let font = pango_font_description_new()
        pango_font_description_set_family(font, "Noto Serif, DejaVu Serif, serif")
        pango_font_description_set_absolute_size(font, 12 * 1_024)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_context_set_language(pango_layout_get_context(layout), pango_language_from_string(language))
        // `pt` in markup are points of the page: one unit of cairo is one.
        pango_cairo_context_set_resolution(pango_layout_get_context(layout), 72)
        pango_layout_set_width(layout, Int32(width * 1_024))
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        switch words[5] {
        case "left": pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case "center": pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case "right": pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        default: throw Problem("'\(words[5])' is not left, center or right")
        }
        let markup = Array(words[6].utf8)
        let isRead = markup.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                pango_parse_markup($0.baseAddress, Int32($0.count), 0, nil, nil, nil, nil) != 0
            }
        }
        guard isRead else { throw Problem("this is no Pango markup: '\(words[6].prefix(60))'") }
        markup.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                pango_layout_set_markup(layout, $0.baseAddress, Int32($0.count))
            }
        }
        cairo_tag_begin(cairo, String(words[1]), "")
        cairo_set_source_rgb(cairo, 0.11, 0.1, 0.1)
        cairo_move_to(cairo, x, y)
        pango_cairo_show_layout(cairo, layout)
        cairo_tag_end(cairo, String(words[1]))
        var size: (width: Int32, height: Int32) = (0, 0)
        pango_layout_get_size(layout, &size.width, &size.height)
        below = y + Double(size.height) / 1_024
    }

    private func setColor(_ word: Substring?, _ cairo: OpaquePointer?) throws(Problem) {
        guard let word, word.hasPrefix("#"), word.utf8.count == 7, let rgb = UInt32(word.dropFirst(), radix: 16) else {
            throw Problem("'\(word ?? "")' is no colour such as #8a2846")
        }
        cairo_set_source_rgb(
            cairo, Double(rgb >> 16 & 255) / 255, Double(rgb >> 8 & 255) / 255, Double(rgb & 255) / 255)
    }
}
