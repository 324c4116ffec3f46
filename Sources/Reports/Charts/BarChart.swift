import Scans

/// Horizontal bars with their labels on the left and the numbers on the right.
struct BarChart {
    var title: String
    var bars: [Chart.Bar]
    var language: Language
    var width = 460.0

    func scene() -> Scene {
        let row = 30.0
        let longest = bars.map(\.value).max() ?? 0
        let summary = bars.first { $0.value == longest && longest > 0 }.map {
            Phrase.barSummary.said(in: language, $0.label, language.number($0.value))
        }
        var scene = Scene(
            width: width, height: Double(max(1, bars.count)) * row + 4, title: title,
            summary: summary ?? Phrase.noData.said(in: language))
        if bars.isEmpty { scene.text(Phrase.noData.said(in: language), 0, 18, .muted) }
        let left = width * 0.36
        let right = width - 112
        for (index, bar) in bars.enumerated() {
            let y = Double(index) * row + 2
            scene.text(
                Chart.fitted(bar.label, width: left - 12), left - 12, y + 18, bar.isMinor ? .muted : .ink, .end)
            let length = longest > 0 ? (right - left) * Double(bar.value) / Double(longest) : 0
            scene.box(left, y + 4, right - left, 18, radius: 3, .land)
            scene.box(
                left, y + 4, bar.value > 0 ? max(2, length) : 0, 18, radius: length > 6 ? 3 : 0,
                bar.isMinor ? .comparison : .accent)
            scene.text(language.number(bar.value), width - 52, y + 18, .ink, .end, strong: !bar.isMinor)
            if !bar.detail.isEmpty { scene.text(bar.detail, width, y + 18, size: 11, .muted, .end) }
        }
        return scene
    }
}
