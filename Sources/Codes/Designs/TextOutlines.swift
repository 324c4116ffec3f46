// Calls C: unsafe pointers.
internal import CPango

/// Text as outlines, set by pango in a face of this machine: files need no fonts, and any script that a face has is shown.
enum TextOutlines {
    /// One line of text, 1 high from the baseline to the top of a capital letter, its baseline at 0 and its left edge at 0.
    /// Line breaks and control characters become spaces.
    /// - Returns: the outlines, to be filled by the non-zero rule, and their width.
    static func line(_ text: String) -> (outline: Outline, width: Double) {
        let plain = String(text.map { $0.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } ? $0 : " " })
        let capital = outline("H").bounds ?? (Point(0, -1), Point(1, 0))
        let drawn = outline(plain)
        guard let bounds = drawn.bounds else { return (Outline(), 0) }
        let scale = 1 / max(1, capital.high.y - capital.low.y)
        var placed = Outline()
        placed.add(drawn, Transform(scale: scale, x: -bounds.low.x * scale, y: -capital.high.y * scale))
        return (placed, (bounds.high.x - bounds.low.x) * scale)
    }

    /// A line in a size of 100 units, the baseline at 0.
    private static func outline(_ text: String) -> Outline {
        // Without bounds: cairo leaves out glyphs that are ten letters beyond those of a surface, even in outlines.
        guard let surface = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nil) else { return Outline() }
        defer { cairo_surface_destroy(surface) }
        guard let cairo = cairo_create(surface) else { return Outline() }
        defer { cairo_destroy(cairo) }
        // Outlines must not depend on how a screen's pixels lie.
        let options = cairo_font_options_create()
        defer { cairo_font_options_destroy(options) }
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_set_font_options(cairo, options)
        guard let layout = pango_cairo_create_layout(cairo) else { return Outline() }
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        pango_context_set_round_glyph_positions(pango_layout_get_context(layout), 0)
        let font = pango_font_description_new()
        pango_font_description_set_family(font, "Noto Sans, DejaVu Sans, sans-serif")
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD)
        pango_font_description_set_absolute_size(font, 100 * Double(PANGO_SCALE))
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_single_paragraph_mode(layout, 1)
        var utf8 = Array(text.utf8CString)
        utf8.withUnsafeMutableBufferPointer { pango_layout_set_text(layout, $0.baseAddress, Int32($0.count - 1)) }
        // The baseline at 0.
        cairo_move_to(cairo, 0, -Double(pango_layout_get_baseline(layout)) / Double(PANGO_SCALE))
        pango_cairo_layout_path(cairo, layout)
        guard let path = cairo_copy_path(cairo) else { return Outline() }
        defer { cairo_path_destroy(path) }
        guard path.pointee.status == CAIRO_STATUS_SUCCESS, let data = path.pointee.data else { return Outline() }
        var outline = Outline()
        var index = 0
        while index < Int(path.pointee.num_data) {
            func point(_ offset: Int) -> Point { Point(data[index + offset].point.x, data[index + offset].point.y) }
            let header = data[index].header
            switch header.type {
            case CAIRO_PATH_MOVE_TO: outline.move(to: point(1))
            case CAIRO_PATH_LINE_TO: outline.line(to: point(1))
            case CAIRO_PATH_CURVE_TO: outline.curve(point(1), point(2), to: point(3))
            default: outline.close()
            }
            index += Int(max(1, header.length))
        }
        return outline.withoutEmptyLines
    }
}

extension Outline {
    /// Without lines that begin and enclose nothing, such as those of spaces and the one that cairo begins after each
    /// `close`.
    var withoutEmptyLines: Outline {
        var result = Outline()
        var (start, place): (Point?, Int) = (nil, 0)
        for verb in verbs {
            switch verb {
            case .move:
                start = points[place]
                place += 1
            case .line, .curve:
                if let begin = start { result.move(to: begin) }
                start = nil
                if verb == .line {
                    result.line(to: points[place])
                    place += 1
                } else {
                    result.curve(points[place], points[place + 1], to: points[place + 2])
                    place += 3
                }
            case .close: if start == nil { result.close() }
            }
        }
        return result
    }
}
