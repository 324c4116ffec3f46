import Scans

/// Scans by country.
struct WorldMap {
    var countries: ScanReport.Breakdown
    var language: Language
    /// Type is 12 units high on a drawing as wide as the page; this one is as wide as its grid.
    var typeScale = 1.0

    func scene() -> Scene {
        let world = WorldGeometry.shared
        var scene = Scene(
            width: world.width, height: world.height + 12 + 22 * typeScale, title: Phrase.mapTitle.said(in: language),
            summary: summary(world))
        let scans = Dictionary(countries.rows.map { ($0.name, $0.scans) }) { $0 + $1 }
        let largest = countries.rows.map(\.scans).max() ?? 0
        // One shape for all the land without data keeps the page small.
        let empty = world.countries.filter { scans[$0.code, default: 0] == 0 }.flatMap(\.rings)
        scene.shapes.append(
            .lines(rings: empty, isClosed: true, fill: .land, stroke: .init(.surface, 0.5), tip: nil))
        for country in world.countries {
            guard let count = scans[country.code], let step = Self.step(count, largest: largest) else { continue }
            let tip = world.name(of: country.code, in: language) + ": " + language.number(count)
            if country.rings.isEmpty {
                scene.shapes.append(
                    .disc(
                        centre: country.centre, radius: 4, fill: .step(step), stroke: .init(.ink, 0.7), tip: tip))
            } else {
                scene.shapes.append(
                    .lines(
                        rings: country.rings, isClosed: true, fill: .step(step), stroke: .init(.surface, 0.5),
                        tip: tip))
            }
        }
        Legend.draw(
            x: 8, y: world.height + 12, bounds: Self.bounds(largest), language: language, scale: typeScale, into: &scene
        )
        return scene
    }

    private func summary(_ world: WorldGeometry) -> String {
        guard let first = countries.rows.first, countries.sum > 0 else { return Phrase.noData.said(in: language) }
        let share = Double(first.scans) / Double(countries.sum)
        return Phrase.mapSummary.said(
            in: language, language.number(countries.rows.count), world.name(of: first.name, in: language),
            language.percent(share))
    }

    /// Step 0…6 on a scale in which each step begins at a third of the next one's beginning: countries differ by
    /// orders of magnitude, and on a linear scale all but the first would look alike.
    static func step(_ value: Int, largest: Int) -> Int? {
        bounds(largest).last { $0.bound <= value }?.step
    }

    /// The steps in use and where they begin: 1, 3, 10, 30, …, the seventh not above `largest`.
    static func bounds(_ largest: Int) -> [(step: Int, bound: Int)] {
        guard largest > 0 else { return [] }
        var bounds = [1]
        while let last = bounds.last {
            let leading = String(last).first
            let next = leading == "1" ? last * 3 : last / 3 * 10
            if next > largest { break }
            bounds.append(next)
        }
        // The highest seven; what is below the lowest of them shares its step.
        var kept = Array(bounds.suffix(7))
        if bounds.count > 7 { kept[0] = 1 }
        let lift = 7 - kept.count
        return kept.enumerated().map { ($0.offset + (lift + 1) / 2, $0.element) }
    }
}
