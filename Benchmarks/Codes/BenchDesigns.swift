// Styled pictures: rounded modules and a logo, against cairo drawing the same areas and writing its PNG.
import CPango
import Codes
import QRCode
import Site

enum BenchDesigns {
    /// A round logo in two colours.
    static func logo(_ side: Int) -> LogoFile {
        var raster = Raster(width: side, height: side, pixel: (0, 0, 0, 0))
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (2 * x - side + 1, 2 * y - side + 1)
                let square = dx * dx + dy * dy
                if square < side * side {
                    raster[x, y] = square < side * side / 4 ? (240, 180, 40, 255) : (91, 15, 31, 255)
                }
            }
        }
        return LogoFile(path: "logo.png", bytes: PicturePNG.file(raster))
    }

    static func run(
        _ texts: [String], _ figure: (_ name: String, _ value: String, _ wanted: String, _ met: Bool) -> Void
    ) throws {
        var design = Design(name: "bench")
        design.modules = .rounded
        design.eyeFrame = .leaf
        design.eyeBall = .leaf
        design.ink = .solid(Colour(91, 15, 31))
        design.logo = Design.Logo(file: logo(128))
        var writer = try DesignWriter(design, scale: 8)
        var encoder = QREncoder()
        var (bytes, ours, cairo) = (0, 0.0, 0.0)
        // In slices, so that both see the same machine.
        let (slices, rivals) = (20, 5)
        let slice = texts.count / slices
        for part in 0..<slices {
            ours += try BenchCodes.measure {
                for text in texts[part * slice..<(part + 1) * slice] {
                    let symbol = try writer.template.symbol(text, level: .medium, &encoder)
                    bytes += try writer.file(symbol, .png).count
                }
            }
            cairo += try BenchCodes.measure {
                for text in texts[part * slice..<part * slice + rivals] {
                    let symbol = try writer.template.symbol(text, level: .medium, &encoder)
                    bytes += draw(writer.template.drawing(symbol), scale: 8) > 0 ? 0 : 1
                }
            }
        }
        let symbol = try writer.template.symbol(texts[0], level: .medium, &encoder)
        let (own, theirs) = (ours / Double(slice * slices), cairo / Double(slices * rivals))
        print(
            "styled PNG: version \(symbol.version), \(BenchCodes.decimal(own)) µs, \(bytes / texts.count) bytes;"
                + " cairo \(BenchCodes.decimal(theirs)) µs, \(draw(writer.template.drawing(symbol), scale: 8)) bytes")
        figure(
            "100,000 styled PNGs, encoding and logo", "\(BenchCodes.decimal(own * 0.1)) s", "≤ 30 s", own <= 300)
        figure("styled PNG against cairo", "\(BenchCodes.decimal(theirs / own, 1))×", "≥ 50×", theirs / own >= 50)
    }

    /// The same areas and pictures by cairo, as PNG in memory: its length.
    static func draw(_ drawing: Drawing, scale: Double) -> Int {
        let surface = cairo_image_surface_create(
            CAIRO_FORMAT_ARGB32, Int32(drawing.width * scale), Int32(drawing.height * scale))
        defer { cairo_surface_destroy(surface) }
        let cairo = cairo_create(surface)
        defer { cairo_destroy(cairo) }
        cairo_scale(cairo, scale, scale)
        for shape in drawing.shapes {
            switch shape {
            case .area(let area):
                var place = 0
                let points = area.outline.points
                for verb in area.outline.verbs {
                    switch verb {
                    case .move: cairo_move_to(cairo, points[place].x, points[place].y)
                    case .line: cairo_line_to(cairo, points[place].x, points[place].y)
                    case .curve:
                        cairo_curve_to(
                            cairo, points[place].x, points[place].y, points[place + 1].x, points[place + 1].y,
                            points[place + 2].x, points[place + 2].y)
                    case .close: cairo_close_path(cairo)
                    }
                    place += verb == .curve ? 3 : verb == .close ? 0 : 1
                }
                if case .solid(let colour, _) = area.fill {
                    cairo_set_source_rgb(
                        cairo, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
                }
                cairo_set_fill_rule(cairo, area.rule == .evenOdd ? CAIRO_FILL_RULE_EVEN_ODD : CAIRO_FILL_RULE_WINDING)
                cairo_fill(cairo)
            case .picture(let picture):
                var pixels = premultiplied(picture.raster)
                pixels.withUnsafeMutableBufferPointer { pixels in
                    let image = cairo_image_surface_create_for_data(
                        pixels.baseAddress, CAIRO_FORMAT_ARGB32, Int32(picture.raster.width),
                        Int32(picture.raster.height), Int32(picture.raster.width * 4))
                    cairo_save(cairo)
                    cairo_translate(cairo, picture.x, picture.y)
                    cairo_scale(
                        cairo, picture.width / Double(picture.raster.width),
                        picture.height / Double(picture.raster.height))
                    cairo_set_source_surface(cairo, image, 0, 0)
                    cairo_paint(cairo)
                    cairo_restore(cairo)
                    cairo_surface_destroy(image)
                }
            }
        }
        var count = 0
        cairo_surface_write_to_png_stream(
            surface,
            { closure, _, length in
                closure?.assumingMemoryBound(to: Int.self).pointee += Int(length)
                return CAIRO_STATUS_SUCCESS
            }, &count)
        return count
    }

    /// As cairo wants pixels: blue first, colours times opacity.
    private static func premultiplied(_ raster: Raster) -> [UInt8] {
        var bytes = raster.pixels
        for place in stride(from: 0, to: bytes.count, by: 4) {
            let opacity = Int(bytes[place + 3])
            let (red, blue) = (Int(bytes[place]), Int(bytes[place + 2]))
            bytes[place] = UInt8(blue * opacity / 255)
            bytes[place + 1] = UInt8(Int(bytes[place + 1]) * opacity / 255)
            bytes[place + 2] = UInt8(red * opacity / 255)
        }
        return bytes
    }
}
