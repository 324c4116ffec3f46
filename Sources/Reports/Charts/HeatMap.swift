import Scans

/// Scans by weekday and hour.
struct HeatMap {
    var hours: ScanReport.HourMatrix
    var language: Language
    var width = 960.0

    func scene() -> Scene {
        let left = 44.0
        let cell = (width: (width - left - 4) / 24, height: 28.0)
        let largest = hours.largest
        var scene = Scene(
            width: width, height: 7 * cell.height + 62,
            title: Phrase.heatTitle.said(in: language), summary: summary())
        for hour in 0..<24 where hour % 3 == 0 {
            scene.text(Self.clock(hour), left + Double(hour) * cell.width + 2, 12, size: 11, .muted)
        }
        for weekday in 0..<7 {
            let y = 20 + Double(weekday) * cell.height
            scene.text(language.weekdays[weekday], left - 10, y + 18, .muted, .end)
            for hour in 0..<24 {
                let value = hours[weekday, hour]
                let x = left + Double(hour) * cell.width
                let step = Chart.linearStep(value, largest: largest)
                let tip = language.weekdays[weekday] + " " + Self.clock(hour) + ": " + language.number(value)
                scene.box(
                    x + 1, y + 1, cell.width - 2, cell.height - 2, radius: 3, step.map { .step($0) } ?? .land, tip: tip)
                // The number of the strongest hours, so that colour is not all there is.
                if let step, step >= 5, value < 100_000 {
                    scene.text(
                        Self.brief(value), x + cell.width / 2, y + 18, size: 11, .onStep(step), .middle)
                }
            }
        }
        Legend.draw(
            x: left, y: 7 * cell.height + 36, bounds: Self.bounds(largest), language: language, into: &scene)
        return scene
    }

    private func summary() -> String {
        var best = (weekday: 0, hour: 0)
        for weekday in 0..<7 {
            for hour in 0..<24 where hours[weekday, hour] > hours[best.weekday, best.hour] {
                best = (weekday, hour)
            }
        }
        guard hours.largest > 0 else { return Phrase.noData.said(in: language) }
        return Phrase.heatSummary.said(
            in: language, language.weekdays[best.weekday], Self.clock(best.hour), language.number(hours.largest))
    }

    static func clock(_ hour: Int) -> String { (hour < 10 ? "0" : "") + String(hour) + ":00" }

    /// A number in the room of three or four letters.
    private static func brief(_ value: Int) -> String {
        value < 1_000 ? String(value) : String(value / 1_000) + "k"
    }

    /// The steps in use with the least value of each (the inverse of ``Chart/linearStep(_:largest:)``).
    static func bounds(_ largest: Int) -> [(step: Int, bound: Int)] {
        guard largest > 0 else { return [] }
        return (0..<7).compactMap { step in
            let least = max(1, (step * (largest + 1) + 6) / 7)
            return least <= largest && Chart.linearStep(least, largest: largest) == step ? (step, least) : nil
        }
    }
}

/// The steps of a scale with the values where they begin.
enum Legend {
    static func draw(
        x: Double, y: Double, bounds: [(step: Int, bound: Int)], language: Language, scale: Double = 1,
        into scene: inout Scene
    ) {
        var at = x
        for (step, bound) in bounds {
            scene.box(at, y, 18 * scale, 12 * scale, radius: 2, .step(step))
            let text = language.number(bound) + (step == bounds.last?.step ? "+" : "")
            scene.text(text, at + 23 * scale, y + 10 * scale, size: 11 * scale, .muted)
            at += (23 + Chart.width(text, size: 11) + 14) * scale
        }
    }
}
