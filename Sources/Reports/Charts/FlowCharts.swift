import Scans

/// How requests became scans: each row takes a piece away.
struct WaterfallChart {
    var waterfall: ScanReport.Waterfall
    var language: Language
    var width = 960.0

    func scene() -> Scene {
        let row = 28.0
        let (left, right) = (min(250, width * 0.3), width - 180)
        let steps = waterfall.excluded.filter { $0.count > 0 }
        var scene = Scene(
            width: width, height: Double(steps.count + 2) * row + 6, title: Phrase.waterfall.said(in: language),
            summary: Phrase.waterfallSummary.said(
                in: language, language.number(waterfall.requests), language.number(waterfall.scans)))
        let scale = waterfall.requests > 0 ? (right - left) / Double(waterfall.requests) : 0
        func draw(_ index: Int, _ label: String, from: Int, count: Int, tone: Scene.Tone, sign: String) {
            let y = Double(index) * row + 2
            scene.text(Chart.fitted(label, width: left - 14), left - 14, y + 17, .ink, .end, strong: sign.isEmpty)
            scene.box(
                left + Double(from) * scale, y + 3, count > 0 ? max(1.5, Double(count) * scale) : 0, 20, radius: 2,
                tone)
            scene.text(
                sign + language.number(count), right + 96, y + 17, sign.isEmpty ? .ink : .loss, .end,
                strong: sign.isEmpty)
            if waterfall.requests > 0 {
                let share = Double(count) / Double(waterfall.requests)
                scene.text(language.percent(share), width, y + 17, size: 11, .muted, .end)
            }
        }
        draw(
            0, Phrase.requests.said(in: language), from: 0, count: waterfall.requests, tone: .comparison, sign: "")
        var rest = waterfall.requests
        for (index, step) in steps.enumerated() {
            let before = rest
            rest -= step.count
            let y = Double(index + 1) * row + 2
            let edge = left + Double(before) * scale
            scene.line([.init(edge, y - 5), .init(edge, y + 23)], .init(.grid, 1))
            draw(
                index + 1, Phrase.reason(step.reason).said(in: language), from: rest, count: step.count, tone: .loss,
                sign: "−")
        }
        draw(
            steps.count + 1, Phrase.scans.said(in: language), from: 0, count: waterfall.scans, tone: .accent, sign: "")
        return scene
    }
}

/// A funnel: how many reached each step, and how many were lost on the way.
struct FunnelChart {
    var funnel: ScanReport.Funnel
    var language: Language
    var width = 960.0

    func scene() -> Scene {
        let row = 62.0
        let (left, right) = (min(250, width * 0.3), width - 180)
        let first = funnel.steps.first?.count ?? 0
        let last = funnel.steps.last?.count ?? 0
        var scene = Scene(
            width: width, height: Double(funnel.steps.count) * row - 20, title: Visible.text(funnel.name),
            summary: Phrase.funnelSummary.said(in: language, language.number(first), language.number(last)))
        func extent(_ count: Int) -> (Double, Double) {
            let half = first > 0 ? (right - left) / 2 * Double(min(count, first)) / Double(first) : 0
            let middle = (left + right) / 2
            return (middle - max(1, half), middle + max(1, half))
        }
        for (index, step) in funnel.steps.enumerated() {
            let y = Double(index) * row + 2
            let (from, to) = extent(step.count)
            scene.text(Chart.fitted(step.name, width: left - 30), 0, y + 24, strong: true)
            if index + 1 < funnel.steps.count {
                let next = funnel.steps[index + 1].count
                let (nextFrom, nextTo) = extent(next)
                scene.shapes.append(
                    .lines(
                        rings: [
                            [
                                .init(from, y + 38), .init(to, y + 38), .init(nextTo, y + row),
                                .init(nextFrom, y + row),
                            ]
                        ], isClosed: true, fill: .soft, stroke: nil, tip: nil))
                if step.count > 0 {
                    let lost = Double(max(0, step.count - next)) / Double(step.count)
                    scene.text(
                        "−" + language.number(max(0, step.count - next)) + " (" + language.percent(lost) + ")",
                        (left + right) / 2, y + 54, size: 11, .loss, .middle)
                }
            }
            scene.box(from, y, to - from, 38, radius: 3, .accent)
            scene.text(language.number(step.count), right + 96, y + 24, .ink, .end, strong: true)
            if first > 0 {
                scene.text(
                    language.percent(Double(step.count) / Double(first)), width, y + 24, size: 11, .muted, .end)
            }
        }
        return scene
    }
}

/// The rates of variants with their intervals.
struct IntervalChart {
    var experiment: ScanReport.Experiment
    var language: Language
    var width = 960.0

    func scene() -> Scene {
        let row = 40.0
        let (left, right) = (min(250, width * 0.3), width - 100)
        let best = experiment.variants.max { $0.rate < $1.rate }
        var scene = Scene(
            width: width, height: Double(experiment.variants.count) * row + 30,
            title: Visible.text(experiment.name),
            summary: best.map { Phrase.barSummary.said(in: language, $0.name, language.percent($0.rate)) } ?? "")
        // In thousandths, up to a round one.
        let ticks = Chart.ticks(upTo: max(1, Int(((experiment.variants.map(\.high).max() ?? 0) * 1000).rounded(.up))))
        let highest = Double(ticks.last ?? 1) / 1000
        let bottom = Double(experiment.variants.count) * row + 6
        for tick in ticks {
            let x = left + (right - left) * Double(tick) / 1000 / highest
            scene.line([.init(x, 0), .init(x, bottom)], .init(.grid, 1))
            scene.text(language.percent(Double(tick) / 1000), x, bottom + 18, size: 11, .muted, .middle)
        }
        for (index, variant) in experiment.variants.enumerated() {
            let y = Double(index) * row + 22
            func x(_ rate: Double) -> Double { left + (right - left) * max(0, min(1, rate / highest)) }
            scene.text(Chart.fitted(variant.name, width: left - 30), 0, y + 4, strong: true)
            scene.line([.init(x(variant.low), y), .init(x(variant.high), y)], .init(.accent, 3))
            for end in [variant.low, variant.high] {
                scene.line([.init(x(end), y - 6), .init(x(end), y + 6)], .init(.accent, 2))
            }
            scene.shapes.append(
                .disc(
                    centre: .init(x(variant.rate), y), radius: 6, fill: .accent, stroke: .init(.surface, 2),
                    tip: language.percent(variant.rate)))
            scene.text(language.percent(variant.rate), width, y + 4, .ink, .end, strong: true)
        }
        return scene
    }
}
