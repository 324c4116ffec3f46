public import Codes

/// Several variants of a code side by side, to choose from.
public enum ContactSheet {
    /// One variant.
    public struct Entry: Sendable {
        /// The code, quiet zone included.
        public let picture: Raster
        /// What it is.
        public let title: String
        /// Its score; `nil`: there is none.
        public let score: ScanScore?
        /// What may be said besides.
        public let note: String

        /// A variant.
        public init(picture: Raster, title: String, score: ScanScore?, note: String) {
            (self.picture, self.title, self.score, self.note) = (picture, title, score, note)
        }
    }

    /// A PNG with all variants, numbered from 1, in rows of at most `columns`.
    public static func png(_ entries: [Entry], title: String, columns: Int = 4) -> [UInt8] {
        let columns = max(1, min(columns, entries.count))
        let rows = (entries.count + columns - 1) / columns
        let (cell, height, margin) = (300, 372, 24)
        let canvas = PictureCanvas(
            width: columns * (cell + margin) + margin, height: rows * (height + margin) + margin + 44)
        canvas.text(
            title, Double(margin), 18, size: 17, isStrong: true, width: Double(columns * (cell + margin) - margin),
            lines: 1)
        for (place, entry) in entries.enumerated() {
            let x = Double(margin + place % columns * (cell + margin))
            let y = Double(60 + place / columns * (height + margin))
            canvas.picture(entry.picture, x, y, side: Double(cell))
            canvas.frame(x - 0.5, y - 0.5, Double(cell) + 1, Double(cell) + 1, (0.85, 0.85, 0.87, 1), thickness: 1)
            let below = y + Double(cell) + 8
            canvas.text("\(place + 1)  \(entry.title)", x, below, size: 14, isStrong: true, width: 210, lines: 1)
            if let score = entry.score {
                let colour: CanvasColour =
                    score.value >= 70
                    ? (0.16, 0.55, 0.30, 1) : score.value >= 55 ? (0.85, 0.55, 0.05, 1) : (0.82, 0.16, 0.18, 1)
                canvas.rectangle(x + Double(cell) - 74, below - 1, 74, 22, colour)
                canvas.text(
                    "\(score.value) \(score.letter)", x + Double(cell) - 60, below, size: 15, isStrong: true,
                    colour: (1, 1, 1, 1))
            }
            canvas.text(
                entry.note, x, below + 24, size: 12, width: Double(cell), lines: 2, colour: (0.35, 0.35, 0.4, 1))
        }
        return canvas.png()
    }
}
