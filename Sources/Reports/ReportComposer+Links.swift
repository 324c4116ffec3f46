import Scans

/// Links, groups, conversions, and the building blocks all sections share.
extension ReportComposer {
    /// How many links the list on a page shows; the workbook has all.
    private var linkLimit: Int { 25 }

    func links() -> ReportDocument.Section? {
        guard !report.links.isEmpty else { return nil }
        var blocks: [ReportDocument.Block] = []
        let top = ScanReport.Breakdown(
            rows: report.links.prefix(10).map {
                .init(
                    name: $0.title.isEmpty ? $0.address : $0.title, scans: $0.scans, previousScans: $0.previousScans)
            })
        let bars = barFigure(say(.topLinks), top, limit: 10, isWide: true, of: report.totals.scans)
        blocks.append(
            .figure(
                .init(
                    title: bars.title, scene: bars.scene, table: linkTable(report.links.prefix(linkLimit)),
                    isTableOpen: true)))
        let variants = report.links.filter { !$0.variants.isEmpty }.prefix(linkLimit)
        if !variants.isEmpty {
            let rows = variants.flatMap { link -> [[ReportDocument.Table.Cell]] in
                let all = max(1, link.variants.reduce(0) { $0 + $1.scans })
                return link.variants.map {
                    [
                        .text(link.address), .text($0.name), .integer($0.scans),
                        .share(Double($0.scans) / Double(all)),
                    ]
                }
            }
            blocks.append(
                .table(
                    .init(
                        say(.variants),
                        [(say(.link), false), (say(.variant), false), (say(.scans), true), (say(.share), true)], rows)))
        }
        let hidden = report.linkCount - min(linkLimit, report.links.count)
        if hidden > 0 {
            blocks.append(.paragraph(Phrase.moreLinks.said(in: language, language.number(hidden))))
        }
        return .init(id: "links", title: say(.topLinks), blocks: blocks)
    }

    /// The list of links; columns in which no link has anything are left out.
    func linkTable(_ links: some Collection<ScanReport.LinkCount>) -> ReportDocument.Table {
        typealias Column = (name: Phrase, isNumber: Bool, cell: (ScanReport.LinkCount) -> ReportDocument.Table.Cell)
        func text(_ text: String) -> ReportDocument.Table.Cell { text.isEmpty ? .empty : .text(text) }
        let all: [Column] = [
            (.link, false, { .text($0.address) }), (.title, false, { text($0.title) }),
            (.tags, false, { text($0.tags.joined(separator: ", ")) }), (.batch, false, { text($0.batch ?? "") }),
            (.scans, true, { .integer($0.scans) }), (.uniqueScans, true, { .integer($0.uniqueScans) }),
            (.change, true, { change(from: $0.previousScans, to: $0.scans) }),
        ]
        let columns = all.filter { column in links.contains { column.cell($0) != .empty } }
        return .init(
            say(.topLinks), columns.map { (say($0.name), $0.isNumber) },
            links.map { link in columns.map { $0.cell(link) } })
    }

    func groups() -> ReportDocument.Section? {
        let figures = report.groups.filter { !$0.breakdown.isEmpty }.map { group in
            let title: Phrase =
                switch group.kind {
                case .tag: .byTag
                case .folder: .byFolder
                case .batch: .byBatch
                case .domain: .byDomain
                }
            return barFigure(say(title), group.breakdown, unknown: say(.none))
        }
        return figures.isEmpty ? nil : .init(id: "groups", title: say(.groups), blocks: pairs(figures))
    }

    func conversion() -> ReportDocument.Section? {
        guard !report.funnels.isEmpty || !report.experiments.isEmpty || !report.goals.isEmpty else { return nil }
        var blocks: [ReportDocument.Block] = []
        if !report.goals.isEmpty { blocks.append(.table(goalTable(report.goals.prefix(linkLimit)))) }
        for funnel in report.funnels {
            blocks.append(.figure(funnelFigure(funnel)))
            blocks.append(
                .paragraph(
                    funnel.attribution == .exact
                        ? say(.exact) : Phrase.byVisitor.said(in: language, String(report.rules.goalWindow))))
        }
        for experiment in report.experiments { blocks += experimentBlocks(experiment) }
        return .init(id: "conversion", title: say(.conversion), blocks: blocks)
    }

    func goalTable(_ goals: some Collection<ScanReport.GoalCount>) -> ReportDocument.Table {
        .init(
            say(.goals),
            [
                (say(.link), false), (say(.goalName), false), (say(.uniqueScans), true), (say(.reached), true),
                (say(.rate), true), (say(.attribution), false),
            ],
            goals.map {
                [
                    .text($0.link), .text($0.goal.isEmpty ? say(.postback) : $0.goal), .integer($0.uniqueScans),
                    .integer($0.reached), .share($0.uniqueScans > 0 ? Double($0.reached) / Double($0.uniqueScans) : 0),
                    .text(say($0.attribution == .exact ? .byID : .bySame)),
                ]
            })
    }

    /// The funnel with its first step in words and its name without it.
    private func worded(_ funnel: ScanReport.Funnel) -> ScanReport.Funnel {
        var worded = funnel
        if worded.steps.first?.name == "scan" { worded.steps[0].name = say(.scanStep) }
        worded.name =
            worded.name.hasPrefix("scan > ")
            ? worded.steps.dropFirst().map(\.name).joined(separator: " → ") : worded.name
        return worded
    }

    private func funnelFigure(_ asked: ScanReport.Funnel) -> ReportDocument.Figure {
        let funnel = worded(asked)
        let first = max(1, funnel.steps.first?.count ?? 1)
        let rows = funnel.steps.enumerated().map { index, step -> [ReportDocument.Table.Cell] in
            let next = index + 1 < funnel.steps.count ? funnel.steps[index + 1].count : nil
            return [
                .text(step.name), .integer(step.count), .share(Double(step.count) / Double(first)),
                next.map { step.count > 0 ? .share(Double(step.count - $0) / Double(step.count)) : .empty } ?? .empty,
            ]
        }
        let title = say(.funnel) + ": " + Visible.text(funnel.name)
        return .init(
            title: title, scene: FunnelChart(funnel: funnel, language: language, width: wide).scene(),
            table: .init(
                title, [(say(.step), false), (say(.reached), true), (say(.ofFirst), true), (say(.lost), true)], rows))
    }

    private func experimentBlocks(_ experiment: ScanReport.Experiment) -> [ReportDocument.Block] {
        let title = Phrase.experiment.said(in: language, Visible.text(experiment.name))
        let rows = experiment.variants.map { variant -> [ReportDocument.Table.Cell] in
            let comparison = variant.comparison
            return [
                .text(variant.name), .integer(variant.n), .integer(variant.conversions), .share(variant.rate),
                .text(language.percent(variant.low) + " – " + language.percent(variant.high)),
                comparison.map { .decimal($0.z, 3) } ?? .empty, comparison.map { .decimal($0.p, 4) } ?? .empty,
                comparison?.fisher.map { .decimal($0, 4) } ?? .empty,
                comparison.map { .share($0.probabilityBetter) } ?? .empty,
            ]
        }
        let columns = [
            (say(.variant), false), (say(.visitorsN), true), (say(.conversions), true), (say(.rate), true),
            (say(.interval), true), ("z", true), ("p", true), (say(.fisher), true), (say(.better), true),
        ]
        var blocks: [ReportDocument.Block] = [
            .figure(
                .init(
                    title: title, scene: IntervalChart(experiment: experiment, language: language, width: wide).scene(),
                    table: .init(title, columns, rows),
                    caption: Phrase.goal.said(in: language, Visible.text(experiment.goal)) + " · " + say(.interval)))
        ]
        if let first = experiment.variants.first {
            for variant in experiment.variants.dropFirst() {
                guard let comparison = variant.comparison else { continue }
                let p = comparison.fisher ?? comparison.p
                let verdict: Phrase = p >= 0.05 ? .unclear : variant.rate > first.rate ? .clearlyBetter : .clearlyWorse
                blocks.append(
                    .paragraph(
                        verdict.said(
                            in: language, Visible.text(variant.name), Visible.text(first.name),
                            p < 0.0001
                                ? "< " + language.decimal(0.0001, places: 4) : "= " + language.decimal(p, places: 4))))
            }
        }
        if experiment.isPeeking {
            let seen = experiment.variants.reduce(0) { $0 + $1.n }
            blocks.append(
                .warning(
                    experiment.plannedN.map {
                        Phrase.peeking.said(in: language, language.number(seen), language.number($0))
                    } ?? say(.peekingUnplanned)))
        }
        if let p = experiment.sampleRatioP, p < 0.01 {
            blocks.append(.warning(Phrase.mismatch.said(in: language, language.decimal(p, places: 4))))
        }
        return blocks
    }

    func linkSections(limit: Int) -> [ReportDocument.Section] {
        let shown = report.linkDetails.prefix(max(0, limit))
        var sections = shown.enumerated().map { index, detail in
            ReportDocument.Section(
                id: "link-\(index + 1)", title: Visible.text(detail.link.address), blocks: linkBlocks(detail),
                isLinkPage: true)
        }
        let left = report.linkDetails.count - shown.count
        if left > 0 {
            sections.append(
                .init(
                    id: "trimmed", title: say(.linkPages),
                    blocks: [.paragraph(Phrase.trimmed.said(in: language, language.number(left)))]))
        }
        return sections
    }

    private func linkBlocks(_ detail: ScanReport.LinkDetail) -> [ReportDocument.Block] {
        let link = detail.link
        let excluded = detail.excluded.reduce(0) { $0 + $1.count }
        let change = language.change(from: link.previousScans, to: link.scans)
        var blocks: [ReportDocument.Block] = [
            .tiles([
                .init(
                    name: say(.scans), value: language.number(link.scans), change: change,
                    direction: change == nil ? 0 : (link.scans - (link.previousScans ?? 0)).signum(),
                    detail: link.previousScans.map { say(.before) + ": " + language.number($0) } ?? say(.nothingBefore)),
                .init(
                    name: say(.uniqueScans), value: language.number(link.uniqueScans), change: nil, direction: 0,
                    detail: ([link.title] + link.tags).filter { !$0.isEmpty }.joined(separator: " · ")),
                .init(
                    name: say(.waterfall), value: language.number(excluded), change: nil, direction: 0,
                    detail: detail.excluded.max { $0.count < $1.count }.map { say(.reason($0.reason)) } ?? ""),
            ])
        ]
        if !detail.days.isEmpty { blocks.append(.figure(dayFigure(detail.days, [], title: nil, isLow: true))) }
        var figures = [
            (Phrase.countries, named(detail.countries) { WorldGeometry.shared.name(of: $0, in: language) }),
            (.cities, detail.cities), (.devices, named(detail.devices) { Phrase.device($0, language) }),
        ].filter { $0.1.isKnown }.map { barFigure(say($0.0), $0.1, limit: 5) }
        if !detail.referrers.isEmpty {
            figures.append(barFigure(say(.referrers), detail.referrers, unknown: say(.direct), limit: 5))
        }
        if let origins = origins(detail.origins) { figures.append(origins) }
        if !detail.excluded.isEmpty {
            let rows = detail.excluded.map { ScanReport.Breakdown.Row(name: say(.reason($0.reason)), scans: $0.count) }
            figures.append(
                barFigure(
                    say(.waterfall), .init(rows: rows.sorted { $0.scans > $1.scans }), limit: 4, counting: say(.count)))
        }
        blocks += pairs(figures)
        if !detail.goals.isEmpty { blocks.append(.table(goalTable(detail.goals))) }
        return blocks
    }

    // MARK: - Building blocks

    func change(from before: Int?, to now: Int) -> ReportDocument.Table.Cell {
        guard let before, before > 0 else { return .empty }
        return .change(Double(now - before) / Double(before))
    }

    func pairs(_ figures: [ReportDocument.Figure]) -> [ReportDocument.Block] {
        stride(from: 0, to: figures.count, by: 2).map {
            .pair(Array(figures[$0..<min($0 + 2, figures.count)]))
        }
    }

    /// The breakdown with its codes replaced by names.
    func named(_ breakdown: ScanReport.Breakdown, _ name: (String) -> String) -> ScanReport.Breakdown {
        var result = breakdown
        for index in result.rows.indices { result.rows[index].name = name(result.rows[index].name) }
        return result
    }

    func barFigure(
        _ title: String, _ breakdown: ScanReport.Breakdown, unknown: String? = nil, limit: Int? = nil,
        isWide: Bool = false, of whole: Int? = nil, counting: String? = nil
    ) -> ReportDocument.Figure {
        let sum = max(1, whole ?? breakdown.sum)
        func detail(_ scans: Int) -> String { language.percent(Double(scans) / Double(sum)) }
        let limit = limit ?? barLimit
        var bars = breakdown.rows.prefix(limit).map {
            Chart.Bar(label: Visible.text($0.name), value: $0.scans, detail: detail($0.scans))
        }
        let rest = breakdown.rows.dropFirst(limit).reduce(breakdown.other) { $0 + $1.scans }
        if rest > 0 { bars.append(.init(label: say(.other), value: rest, detail: detail(rest), isMinor: true)) }
        if breakdown.unknown > 0 {
            bars.append(
                .init(
                    label: unknown ?? say(.unknown), value: breakdown.unknown, detail: detail(breakdown.unknown),
                    isMinor: true))
        }
        return .init(
            title: title,
            scene: BarChart(title: title, bars: bars, language: language, width: isWide ? wide : narrow).scene(),
            table: table(title, breakdown, unknown: unknown, counting: counting))
    }

    func table(
        _ title: String, _ breakdown: ScanReport.Breakdown, unknown: String? = nil, counting: String? = nil
    ) -> ReportDocument.Table {
        let sum = max(1, breakdown.sum)
        let hasUniques = breakdown.rows.contains { $0.uniqueScans != nil }
        let hasChange = breakdown.rows.contains { $0.previousScans != nil }
        func row(_ name: String, _ scans: Int, _ unique: Int?, _ previous: Int?) -> [ReportDocument.Table.Cell] {
            var cells: [ReportDocument.Table.Cell] = [
                .text(name), .integer(scans), .share(Double(scans) / Double(sum)),
            ]
            if hasUniques { cells.append(unique.map { .integer($0) } ?? .empty) }
            if hasChange { cells.append(change(from: previous, to: scans)) }
            return cells
        }
        var columns = [(title, false), (counting ?? say(.scans), true), (say(.share), true)]
        if hasUniques { columns.append((say(.uniqueScans), true)) }
        if hasChange { columns.append((say(.change), true)) }
        var rows = breakdown.rows.map { row($0.name, $0.scans, $0.uniqueScans, $0.previousScans) }
        if breakdown.other > 0 { rows.append(row(say(.other), breakdown.other, nil, nil)) }
        if breakdown.unknown > 0 { rows.append(row(unknown ?? say(.unknown), breakdown.unknown, nil, nil)) }
        return .init(title, columns, rows)
    }
}
