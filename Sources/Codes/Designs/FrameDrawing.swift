import Site

/// What a frame adds around a code: its room in whole modules, so that modules stay on whole pixels, and its areas.
struct FrameLayout {
    let frame: Design.Frame
    /// Modules of the code on a side, quiet zone included.
    let side: Int
    /// Room around the code, in modules.
    let left: Int
    let top: Int
    let bottom: Int
    /// Height of the band or of the room for the text; 0 without a text.
    let band: Int
    /// Thickness of lines.
    private let line: Double

    init(_ frame: Design.Frame, side: Int) {
        self.frame = frame
        self.side = side
        let unit = max(1, (side + 20) / 40)
        line = Double(side) / 48
        band = frame.text.isEmpty ? 0 : max(4, (side * 19 + 50) / 100)
        switch frame.shape {
        case .line, .rounded:
            left = unit
            top = unit
            bottom = unit + band
        case .banner:
            left = unit
            top = unit
            bottom = max(unit, band)
        case .bannerTop:
            left = unit
            top = max(unit, band)
            bottom = unit
        case .bubble:
            left = 0
            top = 0
            bottom = band == 0 ? 0 : band + max(1, side / 20)
        case .corners:
            left = unit
            top = unit
            bottom = unit + band
        }
    }

    var width: Double { Double(side + 2 * left) }
    var height: Double { Double(side + top + bottom) }

    /// What the paper fills.
    var ground: Outline {
        var outline = Outline()
        switch frame.shape {
        case .rounded: outline.rectangle(0, 0, width, height, radii: radii(outerRadius))
        case .banner, .bannerTop:
            // A little beneath the frame, so that nothing shines through between them.
            let lap = line / 2
            outline.rectangle(
                Double(left) - lap, Double(top) - lap, Double(side) + 2 * lap, Double(side) + 2 * lap,
                radii: radii(innerRadius + lap))
        default: outline.rectangle(0, 0, width, height)
        }
        return outline
    }

    private var outerRadius: Double { Double(side) / 14 }
    private var innerRadius: Double { max(0, outerRadius - Double(left)) + Double(side) / 40 }
    private func radii(_ radius: Double) -> [Double] { [radius, radius, radius, radius] }

    /// Lines, bands and text upon the paper.
    func draw(on drawing: inout Drawing, paper: Colour?) {
        let colour = Drawing.Fill.solid(frame.colour)
        var outline = Outline()
        switch frame.shape {
        case .line:
            outline.rectangle(0, 0, width, height)
            outline.rectangle(line, line, width - 2 * line, height - 2 * line)
        case .rounded:
            outline.rectangle(0, 0, width, height, radii: radii(outerRadius))
            outline.rectangle(line, line, width - 2 * line, height - 2 * line, radii: radii(outerRadius - line))
        case .banner, .bannerTop:
            outline.rectangle(0, 0, width, height, radii: radii(outerRadius))
            outline.rectangle(
                Double(left), Double(top), Double(side), Double(side), radii: radii(innerRadius))
        case .bubble:
            guard band > 0 else { break }
            let (y, tip) = (height - Double(band), Double(side) / 22)
            let inset = Double(side) / 16
            let radius = min(Double(band) / 2, Double(side) / 16)
            let middle = width / 2
            // One line round the bubble, with its tip.
            outline.move(to: Point(inset + radius, y))
            outline.line(to: Point(middle - tip * 1.3, y))
            outline.line(to: Point(middle, y - tip))
            outline.line(to: Point(middle + tip * 1.3, y))
            let (right, low, pull) = (width - inset, height - Double(side) / 60, radius)
            outline.line(to: Point(right - pull, y))
            outline.arc(from: Point(right - pull, y), around: Point(right, y), to: Point(right, y + pull))
            outline.line(to: Point(right, low - pull))
            outline.arc(from: Point(right, low - pull), around: Point(right, low), to: Point(right - pull, low))
            outline.line(to: Point(inset + pull, low))
            outline.arc(from: Point(inset + pull, low), around: Point(inset, low), to: Point(inset, low - pull))
            outline.line(to: Point(inset, y + pull))
            outline.arc(from: Point(inset, y + pull), around: Point(inset, y), to: Point(inset + pull, y))
            outline.close()
        case .corners: corners(&outline)
        }
        drawing.fill(outline, colour, rule: .evenOdd)
        drawText(on: &drawing, paper: paper)
    }

    /// Four brackets around the code, with round ends.
    private func corners(_ outline: inout Outline) {
        let (long, thick) = (Double(side) / 5, line * 1.3)
        let (x0, y0) = (Double(left) / 2, Double(top) / 2)
        let (x1, y1) = (width - x0, y0 + Double(side) + Double(top))
        let round = thick * 2.2
        for (x, y, h, v) in [(x0, y0, 1.0, 1.0), (x1, y0, -1, 1), (x1, y1, -1, -1), (x0, y1, 1, -1)] {
            func at(_ dx: Double, _ dy: Double) -> Point { Point(x + dx * h, y + dy * v) }
            outline.move(to: at(0, long))
            outline.line(to: at(0, round))
            outline.arc(from: at(0, round), around: at(0, 0), to: at(round, 0))
            outline.line(to: at(long, 0))
            outline.line(to: at(long, thick))
            outline.line(to: at(round, thick))
            let inner = round - thick
            outline.arc(from: at(round, thick), around: at(thick, thick), to: at(thick, thick + inner))
            outline.line(to: at(thick, long))
            outline.close()
        }
    }

    private func drawText(on drawing: inout Drawing, paper: Colour?) {
        guard band > 0 else { return }
        let text = TextOutlines.line(frame.text)
        guard text.width > 0 else { return }
        let (middle, room, onBand): (Double, Double, Bool) =
            switch frame.shape {
            case .line, .rounded:
                (height - Double(left) - Double(band) / 2 + Double(side) / 80, width - 6 * line, false)
            case .corners: (height - Double(band) / 2, width - 4 * line, false)
            case .banner: (height - Double(band) / 2, width - 2 * outerRadius, true)
            case .bannerTop: (Double(band) / 2, width - 2 * outerRadius, true)
            case .bubble: (height - Double(band) / 2 - Double(side) / 120, width - Double(side) / 4, true)
            }
        // Capital letters take four tenths of the band, unless the line is too long for it.
        let capital = min(Double(band) * 0.4, room / text.width)
        var outline = Outline()
        outline.add(
            text.outline,
            Transform(scale: capital, x: (width - text.width * capital) / 2, y: middle + capital / 2))
        var colour = frame.colour
        if onBand {
            let light = paper.map { $0.luminance > 0.5 ? $0 : .white } ?? .white
            colour = frame.textColour ?? (frame.colour.luminance > 0.4 ? .black : light)
        } else if let own = frame.textColour {
            colour = own
        }
        drawing.fill(outline, .solid(colour))
    }
}
