// This file uses unsafe pointers: cairo's and pango's handles, owned here and freed in deinit.

import CPango

/// A4 pages drawn by cairo with text set by pango, in points from the top left corner, every piece tagged.
struct PaperCanvas: ~Copyable {
    /// A4 in points.
    static let page = (width: 595.28, height: 841.89)

    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    private let sink: Sink
    /// The number of the page being drawn, from 1.
    private(set) var pageNumber = 1

    /// Takes what cairo writes.
    private final class Sink {
        var bytes: [UInt8] = []
    }

    /// Alignment of a text in its width.
    enum Alignment {
        case left
        case right
        case center
    }

    /// How a text is set.
    struct Style {
        var size: Double
        var tone: Scene.Tone = .ink
        var isStrong = false
        var alignment = Alignment.left
        /// Lines before the text is cut with an ellipsis; 0: as many as it takes.
        var lines = 0
    }

    init(title: String, language: Language, creationDate: String) {
        let sink = Sink()
        self.sink = sink
        surface = cairo_pdf_surface_create_for_stream(
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_SUCCESS }
                let sink = Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue()
                sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(sink).toOpaque(), Self.page.width, Self.page.height)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "wayseal")
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, creationDate)
        cairo = cairo_create(surface)
        self.language = pango_language_from_string(language.rawValue)
    }

    private let language: OpaquePointer?

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    /// Ends the document: its bytes, or what cairo says went wrong.
    consuming func finish() -> Result<[UInt8], ReportError> {
        cairo_show_page(cairo)
        let drawn = cairo_status(cairo)
        cairo_surface_finish(surface)
        let status = drawn == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : drawn
        guard status == CAIRO_STATUS_SUCCESS else {
            return .failure(.drawing(String(cString: cairo_status_to_string(status))))
        }
        return .success(sink.bytes)
    }

    /// Ends the page and begins the next.
    mutating func nextPage() {
        cairo_show_page(cairo)
        pageNumber += 1
    }

    /// Draws what belongs to one element of the structure (ISO 32000-1 §14.8): `H1`, `P`, `Table`, …
    mutating func tagged(_ tag: String, _ draw: (inout PaperCanvas) -> Void) {
        cairo_tag_begin(cairo, tag, "")
        draw(&self)
        cairo_tag_end(cairo, tag)
    }

    /// Opens an element that goes over pages; ``end(_:)`` closes it.
    func begin(_ tag: String) { cairo_tag_begin(cairo, tag, "") }

    /// Closes it.
    func end(_ tag: String) { cairo_tag_end(cairo, tag) }

    /// An entry of the outline that leads to this height of the page.
    func outline(_ text: String, at y: Double) {
        // Attributes are numbers of ours; the text is a string of the API.
        let place = "page=\(pageNumber) pos=[0 \(Int(y))]"
        _ = cairo_pdf_surface_add_outline(
            surface, CAIRO_PDF_OUTLINE_ROOT, text, place, cairo_pdf_outline_flags_t(rawValue: 0))
    }

    /// The height of a text.
    func height(of text: String, width: Double, _ style: Style) -> Double {
        let layout = layout(text, width: width, style)
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        return size(of: layout).height
    }

    /// Sets a text with its top left corner at a point; returns its height.
    @discardableResult
    func text(_ text: String, x: Double, y: Double, width: Double, _ style: Style) -> Double {
        let layout = layout(text, width: width, style)
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        set(style.tone)
        cairo_move_to(cairo, x, y)
        pango_cairo_show_layout(cairo, layout)
        return size(of: layout).height
    }

    /// A filled rectangle.
    func fill(x: Double, y: Double, width: Double, height: Double, radius: Double = 0, _ tone: Scene.Tone) {
        set(tone)
        rectangle(x, y, width, height, radius)
        cairo_fill(cairo)
    }

    /// A horizontal line.
    func rule(x: Double, y: Double, width: Double, _ tone: Scene.Tone = .grid, thickness: Double = 0.6) {
        set(tone)
        cairo_set_line_width(cairo, thickness)
        cairo_move_to(cairo, x, y)
        cairo_line_to(cairo, x + width, y)
        cairo_stroke(cairo)
    }

    /// A scene scaled to a width.
    func draw(_ scene: Scene, x: Double, y: Double, width: Double) {
        cairo_save(cairo)
        cairo_translate(cairo, x, y)
        cairo_scale(cairo, width / scene.width, width / scene.width)
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
        for shape in scene.shapes { draw(shape) }
        cairo_restore(cairo)
    }

    private func draw(_ shape: Scene.Shape) {
        switch shape {
        case .rectangle(let x, let y, let width, let height, let radius, let fill, _):
            if let fill { self.fill(x: x, y: y, width: width, height: height, radius: radius, fill) }
        case .lines(let rings, let isClosed, let fill, let stroke, _):
            for ring in rings {
                guard let first = ring.first else { continue }
                cairo_move_to(cairo, first.x, first.y)
                for point in ring.dropFirst() { cairo_line_to(cairo, point.x, point.y) }
                if isClosed { cairo_close_path(cairo) }
            }
            paint(fill, stroke)
        case .disc(let centre, let radius, let fill, let stroke, _):
            cairo_new_sub_path(cairo)
            cairo_arc(cairo, centre.x, centre.y, radius, 0, 2 * Double.pi)
            paint(fill, stroke)
        case .label(let label):
            let layout = layout(
                label.text, width: 0,
                Style(size: label.size, tone: label.tone, isStrong: label.isStrong, lines: 1))
            defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
            let width = size(of: layout).width
            let shift = label.anchor == .start ? 0 : label.anchor == .middle ? width / 2 : width
            set(label.tone)
            cairo_move_to(
                cairo, label.at.x - shift, label.at.y - Double(pango_layout_get_baseline(layout)) / 1_024)
            pango_cairo_show_layout(cairo, layout)
        }
    }

    private func paint(_ fill: Scene.Tone?, _ stroke: Scene.Stroke?) {
        if let fill {
            set(fill)
            if stroke == nil { cairo_fill(cairo) } else { cairo_fill_preserve(cairo) }
        }
        if let stroke {
            set(stroke.tone)
            cairo_set_line_width(cairo, stroke.width)
            cairo_set_dash(cairo, [4, 4], stroke.isDashed ? 2 : 0, 0)
            cairo_stroke(cairo)
            cairo_set_dash(cairo, [4, 4], 0, 0)
        }
    }

    private func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ radius: Double) {
        let radius = min(radius, width / 2, height / 2)
        guard radius > 0 else { return cairo_rectangle(cairo, x, y, width, height) }
        let quarter = Double.pi / 2
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, x + width - radius, y + radius, radius, -quarter, 0)
        cairo_arc(cairo, x + width - radius, y + height - radius, radius, 0, quarter)
        cairo_arc(cairo, x + radius, y + height - radius, radius, quarter, 2 * quarter)
        cairo_arc(cairo, x + radius, y + radius, radius, 2 * quarter, 3 * quarter)
        cairo_close_path(cairo)
    }

    private func set(_ tone: Scene.Tone) {
        let color = Palette.light.color(tone)
        cairo_set_source_rgb(
            cairo, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255)
    }

    /// A layout the caller frees. `width` 0: as wide as the text.
    private func layout(_ text: String, width: Double, _ style: Style) -> OpaquePointer {
        let layout: OpaquePointer = pango_cairo_create_layout(cairo)
        let font = pango_font_description_new()
        pango_font_description_set_family(font, "Noto Sans, DejaVu Sans, sans-serif")
        pango_font_description_set_absolute_size(font, style.size * 1_024)
        pango_font_description_set_weight(font, style.isStrong ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_context_set_language(pango_layout_get_context(layout), language)
        // As text, never as markup. A length keeps NUL from ending it early.
        let bytes = Array(Visible.text(text, limit: 4_000).utf8)
        bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                pango_layout_set_text(layout, $0.baseAddress, Int32($0.count))
            }
        }
        if width > 0 {
            pango_layout_set_width(layout, Int32(width * 1_024))
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        }
        if style.lines > 0 {
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
            pango_layout_set_height(layout, -Int32(style.lines))
        }
        switch style.alignment {
        case .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        case .center: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        }
        return layout
    }

    private func size(of layout: OpaquePointer) -> (width: Double, height: Double) {
        var width: Int32 = 0
        var height: Int32 = 0
        pango_layout_get_size(layout, &width, &height)
        return (Double(width) / 1_024, Double(height) / 1_024)
    }
}
