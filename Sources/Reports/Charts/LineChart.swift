import Scans

/// Scans day by day, the previous period dashed behind it.
struct LineChart {
    var days: [ScanReport.DayCount]
    var previous: [ScanReport.DayCount]
    var language: Language
    var width = 960.0
    var height = 280.0

    func scene() -> Scene {
        let size = (width: width, height: height)
        let bin = Self.binWidth(days.count)
        let now = Self.bins(days, bin)
        let before = Self.bins(previous, bin)
        let busiest = now.max { $0.scans < $1.scans }
        let summary = busiest.map {
            Phrase.lineSummary.said(in: language, language.number($0.scans), language.date($0.day))
        }
        var scene = Scene(
            width: size.width, height: size.height,
            title: (bin == 1 ? Phrase.scansPerDay : Phrase.scansPerDays).said(in: language, String(bin)),
            summary: summary ?? Phrase.noData.said(in: language))
        let ticks = Chart.ticks(upTo: (now + before).map(\.scans).max() ?? 0)
        let top = Double(ticks.last ?? 1)
        let left = 16 + (ticks.map { Chart.width(language.number($0)) }.max() ?? 20)
        let frame = (left: left, right: size.width - 16, top: 16.0, bottom: size.height - 30)
        func x(_ index: Int) -> Double {
            now.count < 2
                ? (frame.left + frame.right) / 2
                : frame.left + (frame.right - frame.left) * Double(index) / Double(now.count - 1)
        }
        func y(_ value: Int) -> Double { frame.bottom - (frame.bottom - frame.top) * Double(value) / top }

        for tick in ticks {
            scene.line([.init(frame.left, y(tick)), .init(frame.right, y(tick))], .init(.grid, 1))
            scene.text(language.number(tick), frame.left - 8, y(tick) + 4, .muted, .end)
        }
        guard !now.isEmpty else { return scene }
        let points = now.enumerated().map { Scene.Point(x($0.offset), y($0.element.scans)) }
        scene.shapes.append(
            .lines(
                rings: [points + [.init(x(now.count - 1), frame.bottom), .init(x(0), frame.bottom)]],
                isClosed: true, fill: .soft, stroke: nil, tip: nil))
        if !before.isEmpty {
            scene.line(
                before.prefix(now.count).enumerated().map { Scene.Point(x($0.offset), y($0.element.scans)) },
                .init(.comparison, 1.5, isDashed: true))
        }
        scene.line(points, .init(.accent, 2.5))
        if now.count <= 31 {
            for point in points {
                scene.shapes.append(.disc(centre: point, radius: 3, fill: .accent, stroke: nil, tip: nil))
            }
        }
        dates(of: now, x: x, bottom: frame.bottom, into: &scene)
        guard now.count <= 130 else { return scene }
        let step = now.count > 1 ? x(1) - x(0) : frame.right - frame.left
        for (index, day) in now.enumerated() {
            let tip = language.date(day.day) + ": " + language.number(day.scans)
            scene.box(x(index) - step / 2, frame.top, step, frame.bottom - frame.top, nil, tip: tip)
        }
        return scene
    }

    private func dates(
        of bins: [ScanReport.DayCount], x: (Int) -> Double, bottom: Double, into scene: inout Scene
    ) {
        let room = max(2, Int(width / 110))
        let every = max(1, (bins.count + room - 1) / room)
        for index in stride(from: 0, to: bins.count, by: every) {
            scene.line([.init(x(index), bottom), .init(x(index), bottom + 4)], .init(.comparison, 1))
            let anchor: Scene.Anchor =
                bins.count == 1 ? .middle : index == 0 ? .start : index == bins.count - 1 ? .end : .middle
            scene.text(language.shortDate(bins[index].day), x(index), bottom + 20, .muted, anchor)
        }
    }

    /// Days in a point: one up to four months, a week up to two years, else four weeks.
    static func binWidth(_ days: Int) -> Int { days <= 124 ? 1 : days <= 800 ? 7 : 28 }

    /// Sums of `width` days each; a last bin that is not full is left out, it would look like a fall.
    static func bins(_ days: [ScanReport.DayCount], _ width: Int) -> [ScanReport.DayCount] {
        guard width > 1 else { return days }
        return stride(from: 0, through: days.count - width, by: width).map { start in
            days[start + 1..<start + width].reduce(into: days[start]) {
                $0.scans += $1.scans
                $0.uniqueScans += $1.uniqueScans
            }
        }
    }
}
