// Calls C: unsafe pointers.
internal import CPango
internal import Codes
internal import Decoding

/// Colours of overlays, red, green, blue, opacity, each 0...1.
typealias CanvasColour = (Double, Double, Double, Double)

/// A PNG with pictures, rectangles and words on white, drawn with cairo: for pictures that explain, never for codes.
final class PictureCanvas {
    private let surface: OpaquePointer?
    private let cairo: OpaquePointer?

    /// A white canvas.
    init(width: Int, height: Int) {
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        cairo = cairo_create(surface)
        rectangle(0, 0, Double(width), Double(height), (1, 1, 1, 1))
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    /// Fills a rectangle.
    func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: CanvasColour) {
        cairo_set_source_rgba(cairo, colour.0, colour.1, colour.2, colour.3)
        cairo_rectangle(cairo, x, y, width, height)
        cairo_fill(cairo)
    }

    /// Outlines a rectangle.
    func frame(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: CanvasColour, thickness: Double) {
        cairo_set_source_rgba(cairo, colour.0, colour.1, colour.2, colour.3)
        cairo_set_line_width(cairo, thickness)
        cairo_rectangle(cairo, x, y, width, height)
        cairo_stroke(cairo)
    }

    /// Draws a picture into a square; enlarged, its pixels stay squares.
    func picture(_ raster: Raster, _ x: Double, _ y: Double, side: Double) {
        guard raster.width > 0, raster.height > 0,
            let image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(raster.width), Int32(raster.height)),
            cairo_surface_status(image) == CAIRO_STATUS_SUCCESS, let bytes = cairo_image_surface_get_data(image)
        else { return }
        defer { cairo_surface_destroy(image) }
        let stride = Int(cairo_image_surface_get_stride(image))
        cairo_surface_flush(image)
        for row in 0..<raster.height {
            for column in 0..<raster.width {
                let pixel = raster[column, row]
                let opacity = Int(pixel.opacity)
                func over(_ value: UInt8) -> UInt8 { UInt8(255 + (Int(value) - 255) * opacity / 255) }
                let at = row * stride + 4 * column
                // Native words 0x00RRGGBB on a little-endian machine.
                (bytes[at], bytes[at + 1], bytes[at + 2]) = (over(pixel.blue), over(pixel.green), over(pixel.red))
            }
        }
        cairo_surface_mark_dirty(image)
        let scale = side / Double(max(raster.width, raster.height))
        cairo_save(cairo)
        cairo_translate(cairo, x, y)
        cairo_scale(cairo, scale, scale)
        cairo_set_source_surface(cairo, image, 0, 0)
        cairo_pattern_set_filter(cairo_get_source(cairo), scale >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BEST)
        cairo_paint(cairo)
        cairo_restore(cairo)
    }

    /// Writes words, in lines of at most `width` pixels; answers their height.
    @discardableResult
    func text(
        _ text: String, _ x: Double, _ y: Double, size: Double, isStrong: Bool = false, width: Double? = nil,
        lines: Int = 4, colour: CanvasColour = (0.1, 0.1, 0.12, 1)
    ) -> Double {
        let layout: OpaquePointer = pango_cairo_create_layout(cairo)
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        let font = pango_font_description_new()
        pango_font_description_set_family(font, "Noto Sans, DejaVu Sans, sans-serif")
        pango_font_description_set_absolute_size(font, size * 1_024)
        pango_font_description_set_weight(font, isStrong ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_text(layout, text, -1)
        if let width {
            pango_layout_set_width(layout, Int32(width * 1_024))
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
            pango_layout_set_height(layout, Int32(-lines))
        }
        cairo_set_source_rgba(cairo, colour.0, colour.1, colour.2, colour.3)
        cairo_move_to(cairo, x, y)
        pango_cairo_show_layout(cairo, layout)
        var (across, down): (Int32, Int32) = (0, 0)
        pango_layout_get_pixel_size(layout, &across, &down)
        return Double(down)
    }

    private final class Sink {
        var bytes: [UInt8] = []
    }

    /// The file; empty when cairo had no memory for it.
    func png() -> [UInt8] {
        let sink = Sink()
        cairo_surface_flush(surface)
        let status = cairo_surface_write_to_png_stream(
            surface,
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_SUCCESS }
                let sink = Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue()
                sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(sink).toOpaque())
        return status == CAIRO_STATUS_SUCCESS ? sink.bytes : []
    }
}

extension Raster {
    /// A grey picture in colour, as light as `fade` makes it: 0 as it is, 1 white.
    init(_ image: GreyImage, fade: Double = 0) {
        self.init(width: image.width, height: image.height)
        let shades = image.pixels
        withMutablePixels { out in
            for (place, shade) in shades.enumerated() {
                let value = UInt8(Double(shade) + (255 - Double(shade)) * fade)
                for part in 0..<3 { out[4 * place + part] = value }
            }
        }
    }
}
