internal import Codes
internal import QRCode

/// What is wrong with a code, and where: its straightened picture with the bad modules in colours, grades and advice.
public enum ScorePicture {
    private static let wrong: CanvasColour = (0.86, 0.08, 0.16, 0.85)
    private static let unclear: CanvasColour = (0.96, 0.55, 0.05, 0.80)
    private static let faint: CanvasColour = (0.98, 0.83, 0.15, 0.65)
    private static let pattern: CanvasColour = (0.55, 0.15, 0.75, 0.85)
    private static let quiet: CanvasColour = (0.05, 0.45, 0.85, 0.75)

    /// A PNG, about 1,000 pixels wide.
    public static func png(_ score: ScanScore, title: String, look: ScoredLook = ScoredLook()) -> [UInt8] {
        let (size, ring) = (score.symbol.size, score.grade.ring)
        let side = size + 2 * ring
        let module = max(4, 560 / side)
        let (left, top) = (24.0, 24.0)
        let picture = Double(side * module)
        let column = left + picture + 32
        let canvas = PictureCanvas(width: Int(column) + 420, height: max(Int(top + picture) + 24, 640))
        canvas.picture(Raster(score.picture, fade: 0.35), left, top, side: picture)
        canvas.frame(left - 0.5, top - 0.5, picture + 1, picture + 1, (0.7, 0.7, 0.72, 1), thickness: 1)
        let layout =
            score.symbol.kind == .standard
            ? SymbolLayout(version: score.symbol.version, level: score.symbol.level) : nil
        var counts = [0, 0, 0, 0, 0]
        for y in 0..<side {
            for x in 0..<side {
                let value = score.grade.modulation[y * side + x]
                let (mx, my) = (x - ring, y - ring)
                let isInside = mx >= 0 && my >= 0 && mx < size && my < size
                let isPattern = isInside && (layout.map { $0.parts[my * size + mx] != .data } ?? false)
                let kind: Int
                if value.isNaN { continue }
                if !isInside {
                    guard value < 0.4 else { continue }
                    kind = 4
                } else if isPattern {
                    guard value < 0.2 else { continue }
                    kind = 3
                } else {
                    guard value < 0.4 else { continue }
                    kind = value <= 0 ? 0 : value < 0.2 ? 1 : 2
                }
                counts[kind] += 1
                let colour = [wrong, unclear, faint, pattern, quiet][kind]
                let (px, py) = (left + Double(x * module), top + Double(y * module))
                let inset = Double(module) * 0.14
                canvas.rectangle(
                    px + inset, py + inset, Double(module) - 2 * inset, Double(module) - 2 * inset, colour)
            }
        }
        var y = top
        y += canvas.text(title, column, y, size: 15, isStrong: true, width: 390, lines: 2) + 4
        canvas.text("\(score.value)", column, y, size: 46, isStrong: true)
        canvas.text(
            "\(score.letter): \(score.faults.isEmpty ? ScanScore.meaning(score.points) : "does not pass")",
            column + (score.value > 99 ? 104 : score.value > 9 ? 76 : 46), y + 24, size: 15, width: 290, lines: 2)
        y += 68
        canvas.text("GRADES, 0 to 4", column, y, size: 11, isStrong: true, colour: (0.4, 0.4, 0.45, 1))
        y += 18
        for value in score.grade.values {
            bar(canvas, name(value.aspect), value.grade / 4, Self.one(value.grade), column, &y)
        }
        y += 8
        canvas.text(
            "MARGIN, BESIDE A PLAIN CODE", column, y, size: 11, isStrong: true, colour: (0.4, 0.4, 0.45, 1))
        y += 18
        for share in score.margin.shares {
            bar(canvas, share.axis.name, share.share, ScanScore.percent(share.share), column, &y)
        }
        y += 8
        canvas.text("MODULES", column, y, size: 11, isStrong: true, colour: (0.4, 0.4, 0.45, 1))
        y += 18
        for (kind, text) in [
            "on the wrong side", "hardly told apart", "not clear", "of a pattern that readers look for",
            "in the quiet zone, not light",
        ].enumerated() {
            canvas.rectangle(column, y + 2, 11, 11, [wrong, unclear, faint, pattern, quiet][kind])
            canvas.text("\(counts[kind])  \(text)", column + 20, y, size: 12)
            y += 18
        }
        y += 8
        for advice in score.advice(look).prefix(3) {
            y += canvas.text(advice.problem, column, y, size: 12, isStrong: true, width: 390, lines: 2) + 1
            y += canvas.text("→ " + advice.remedy, column, y, size: 12, width: 390, lines: 3) + 7
        }
        return canvas.png()
    }

    private static func bar(
        _ canvas: PictureCanvas, _ name: String, _ share: Double, _ value: String, _ x: Double, _ y: inout Double
    ) {
        canvas.text(name, x, y, size: 12)
        canvas.rectangle(x + 130, y + 3, 190, 9, (0.9, 0.9, 0.92, 1))
        let colour: CanvasColour =
            share >= 0.8 ? (0.16, 0.55, 0.30, 1) : share >= 0.5 ? (0.93, 0.62, 0.10, 1) : (0.82, 0.16, 0.18, 1)
        canvas.rectangle(x + 130, y + 3, 190 * max(0.01, min(1, share)), 9, colour)
        canvas.text(value, x + 330, y, size: 12)
        y += 18
    }

    private static func one(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func name(_ aspect: ScanGrade.Aspect) -> String { aspect.name }
}

extension ScanGrade.Aspect {
    /// What is graded, for people.
    public var name: String {
        switch self {
        case .contrast: "contrast"
        case .modulation: "modulation"
        case .correction: "error budget"
        case .patterns: "patterns"
        case .quietZone: "quiet zone"
        case .axial: "proportions"
        case .grid: "even grid"
        }
    }
}
