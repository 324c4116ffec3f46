import Scans

/// Puts the numbers of a report into words, tables and charts, in reading order.
struct ReportComposer {
    let report: ScanReport
    let language: Language
    /// Units over the whole width of the page and over half of it: type in a chart is 12 units high.
    var wide = 960.0
    var narrow = 460.0
    /// Bars in a chart before the rest becomes "other".
    let barLimit = 8

    /// The whole document; `linkPages`: how many pages about single links, at most.
    func document(linkPages: Int = .max) -> ReportDocument {
        var sections = [overview(), time()]
        if let places = places() { sections.append(places) }
        if let links = links() { sections.append(links) }
        if let groups = groups() { sections.append(groups) }
        sections.append(means())
        sections.append(arrival())
        if let conversion = conversion() { sections.append(conversion) }
        sections.append(exclusions())
        sections.append(definitions())
        sections.append(sources())
        sections += linkSections(limit: linkPages)
        return ReportDocument(
            language: language, title: Visible.text(report.title), lead: lead(), sections: sections, footer: footer())
    }

    func say(_ phrase: Phrase) -> String { phrase.said(in: language) }

    private func lead() -> [String] {
        var lines = [language.period(report.period)]
        if let previous = report.previousPeriod {
            lines.append(Phrase.comparedWith.said(in: language, language.period(previous)))
        }
        let scope = report.scope.links + report.scope.tags.map { "#" + $0 } + [report.scope.source].compactMap { $0 }
        if !scope.isEmpty {
            lines.append(Phrase.scope.said(in: language, Visible.text(scope.joined(separator: ", "))))
        }
        lines.append(Phrase.zone.said(in: language, Visible.text(report.zone)))
        return lines
    }

    private func footer() -> [String] {
        let (day, time) = Self.moment(report.createdAt)
        var lines = [
            Phrase.made.said(in: language, language.date(day), time) + " · wayseal · "
                + Phrase.definitionsVersion.said(in: language, Visible.text(report.definitionsVersion))
        ]
        if let attribution = report.geoAttribution { lines.append(Visible.text(attribution, limit: 400)) }
        return lines
    }

    /// Day and `hh:mm` of an instant in UTC.
    static func moment(_ seconds: Int64) -> (day: CivilDay, time: String) {
        let clamped = max(-62_000_000_000, min(250_000_000_000, seconds))
        let days = clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400
        let minutes = Int(clamped - days * 86_400) / 60
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return (CivilDay(number: Int(days)), two(minutes / 60) + ":" + two(minutes % 60))
    }

    // MARK: - Sections

    private func overview() -> ReportDocument.Section {
        let totals = report.totals
        // A period before the first log is no period to compare with.
        let previous = report.previousTotals.flatMap { $0.hits > 0 || $0.scans > 0 ? $0 : nil }
        func tile(_ name: Phrase, _ value: Int, _ before: Int?) -> ReportDocument.Tile {
            let change = language.change(from: before, to: value)
            return .init(
                name: say(name), value: language.number(value), change: change,
                direction: change == nil ? 0 : (value - (before ?? 0)).signum(),
                detail: before.map { say(.before) + ": " + language.number($0) } ?? say(.nothingBefore))
        }
        var tiles = [
            tile(.scans, totals.scans, previous?.scans), tile(.uniqueScans, totals.uniqueScans, previous?.uniqueScans),
            tile(.visitors, totals.visitors, previous?.visitors),
        ]
        tiles.append(
            .init(
                name: say(.linksInUse), value: language.number(report.linkCount), change: nil, direction: 0,
                detail: say(.hits) + ": " + language.number(totals.hits)))
        var blocks: [ReportDocument.Block] = [.tiles(tiles)]
        blocks += report.notes.map { .warning(Phrase.note($0, language)) }
        blocks.append(
            .figure(dayFigure(report.days, report.previousDays, title: nil)))
        return .init(id: "overview", title: say(.overview), blocks: blocks)
    }

    func dayFigure(
        _ days: [ScanReport.DayCount], _ previous: [ScanReport.DayCount], title: String?, isLow: Bool = false
    ) -> ReportDocument.Figure {
        let previous = previous.contains { $0.scans > 0 } ? previous : []
        let chart = LineChart(
            days: days, previous: previous, language: language, width: wide,
            height: isLow ? 60 + wide * 0.1 : 100 + wide * 0.1875)
        let scene = chart.scene()
        let width = LineChart.binWidth(days.count)
        let bins = LineChart.bins(days, width)
        let before = LineChart.bins(previous, width)
        let rows = bins.enumerated().map { index, day -> [ReportDocument.Table.Cell] in
            var row: [ReportDocument.Table.Cell] = [
                .text(day.day.description), .integer(day.scans), .integer(day.uniqueScans),
            ]
            if !before.isEmpty { row.append(index < before.count ? .integer(before[index].scans) : .empty) }
            return row
        }
        var columns = [(say(.day), false), (say(.scans), true), (say(.uniqueScans), true)]
        if !before.isEmpty { columns.append((say(.previousPeriod), true)) }
        let caption = before.isEmpty ? "" : "━ " + say(.scans) + "   ┅ " + say(.previousPeriod)
        return .init(
            title: title ?? scene.title, scene: scene, table: .init(scene.title, columns, rows), caption: caption)
    }

    private func time() -> ReportDocument.Section {
        .init(id: "time", title: say(.heatTitle), blocks: [.figure(hourFigure(report.hours))])
    }

    func hourFigure(_ hours: ScanReport.HourMatrix) -> ReportDocument.Figure {
        let scene = HeatMap(hours: hours, language: language, width: wide).scene()
        let columns = [(say(.weekday), false)] + (0..<24).map { (HeatMap.clock($0), true) }
        let rows = (0..<7).map { weekday -> [ReportDocument.Table.Cell] in
            [.text(language.weekdays[weekday])] + (0..<24).map { .integer(hours[weekday, $0]) }
        }
        return .init(
            title: scene.title, scene: scene, table: .init(scene.title, columns, rows),
            caption: Phrase.zone.said(in: language, Visible.text(report.zone)))
    }

    private func places() -> ReportDocument.Section? {
        guard report.countries.isKnown else { return nil }
        let scene = WorldMap(countries: report.countries, language: language, typeScale: 1_000 / wide).scene()
        let named = named(report.countries) { WorldGeometry.shared.name(of: $0, in: language) }
        var blocks: [ReportDocument.Block] = [
            .figure(
                .init(title: scene.title, scene: scene, table: table(say(.country), named)))
        ]
        let others = [(Phrase.countries, named), (.regions, report.regions), (.cities, report.cities)]
            .filter { $0.1.isKnown }
            .map { barFigure(say($0.0), $0.1) }
        blocks += pairs(others)
        return .init(id: "places", title: say(.places), blocks: blocks)
    }

    private func means() -> ReportDocument.Section {
        let figures = [
            (Phrase.devices, named(report.devices) { Phrase.device($0, language) }), (.systems, report.systems),
            (.browsers, report.browsers),
            (.languages, named(report.languages) { Names.languages.name(of: $0, in: language) }),
        ].filter { $0.1.isKnown }.map { barFigure(say($0.0), $0.1) }
        return .init(
            id: "devices", title: say(.means),
            blocks: figures.isEmpty ? [.paragraph(say(.noData))] : pairs(figures))
    }

    private func arrival() -> ReportDocument.Section {
        var rows = [ScanReport.Breakdown.Row(name: say(.repeatsFirst), scans: report.repeats.first)]
        for step in report.repeats.steps {
            let from = language.number(step.from)
            let name =
                step.to.map { Phrase.repeatsFromTo.said(in: language, from, language.number($0)) }
                ?? Phrase.repeatsFrom.said(in: language, from)
            rows.append(.init(name: name, scans: step.scans))
        }
        if report.repeats.steps.isEmpty {
            rows.append(.init(name: say(.repeatsLater), scans: report.repeats.later))
        }
        let repeats = ScanReport.Breakdown(rows: rows)
        var figures = [barFigure(say(.referrers), report.referrers, unknown: say(.direct))]
        if let origins = origins(report.origins) { figures.append(origins) }
        if repeats.sum > 0 { figures.append(barFigure(say(.repeats), repeats)) }
        return .init(id: "arrival", title: say(.arrival), blocks: pairs(figures))
    }

    func origins(_ origins: ScanReport.Origins) -> ReportDocument.Figure? {
        let rows: [(Phrase, Int)] = [
            (.originCode, origins.code), (.originClick, origins.click), (.originUnmarked, origins.unmarked),
        ]
        let breakdown = ScanReport.Breakdown(
            rows: rows.filter { $0.1 > 0 }.map { .init(name: say($0.0), scans: $0.1) })
        return breakdown.isEmpty ? nil : barFigure(say(.origins), breakdown)
    }

    private func exclusions() -> ReportDocument.Section {
        let scene = WaterfallChart(waterfall: report.waterfall, language: language, width: wide).scene()
        var blocks: [ReportDocument.Block] = [
            .figure(.init(title: say(.waterfall), scene: scene, table: excluded(report.waterfall)))
        ]
        if !report.waterfall.isBalanced { blocks.insert(.warning(say(.unbalanced)), at: 0) }
        return .init(id: "left-out", title: say(.waterfall), blocks: blocks)
    }

    private func excluded(_ waterfall: ScanReport.Waterfall) -> ReportDocument.Table {
        let all = max(1, waterfall.requests)
        func row(_ name: String, _ count: Int) -> [ReportDocument.Table.Cell] {
            [.text(name), .integer(count), .share(Double(count) / Double(all))]
        }
        return .init(
            say(.waterfall), [(say(.reason), false), (say(.count), true), (say(.share), true)],
            [row(say(.requests), waterfall.requests)]
                + waterfall.excluded.map { row(say(.reason($0.reason)), -$0.count) }
                + [row(say(.scans), waterfall.scans)])
    }

    private func definitions() -> ReportDocument.Section {
        .init(
            id: "definitions", title: say(.definitions),
            blocks: [
                .definitions(
                    Phrase.definitions(report.rules, language).map { .init(term: $0.term, text: $0.text) })
            ])
    }

    private func sources() -> ReportDocument.Section {
        func moment(_ seconds: Int64?) -> ReportDocument.Table.Cell {
            guard let seconds else { return .empty }
            let (day, time) = Self.moment(seconds)
            return .text(day.description + " " + time)
        }
        let table = ReportDocument.Table(
            say(.sources),
            [
                (say(.source), false), (say(.format), false), (say(.lines), true), (say(.malformedLines), true),
                (say(.firstAt), false), (say(.lastAt), false),
            ],
            report.sources.map {
                [
                    .text($0.name), .text($0.format), .integer($0.lines), .integer($0.malformed), moment($0.firstAt),
                    moment($0.lastAt),
                ]
            })
        return .init(
            id: "sources", title: say(.sources),
            blocks: report.sources.isEmpty ? [.paragraph(say(.noData))] : [.table(table)])
    }
}
