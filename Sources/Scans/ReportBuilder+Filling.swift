internal import AccessLogs
internal import SQLite
internal import Site
internal import Support

/// Totals, breakdowns, links and notes of a report.
extension ReportBuilder {
    borrowing func fill(
        _ report: inout ScanReport, _ query: ReportQuery, _ now: PeriodSums, _ before: PeriodSums?
    ) {
        let isWhole = query.scope.tags.isEmpty && query.scope.links.isEmpty
        report.waterfall = now.waterfall(isWhole: isWhole)
        report.totals = now.totals(isWhole: isWhole)
        report.days = now.days
        report.hours = now.hours
        if let before {
            report.previousPeriod = query.period.preceding
            report.previousTotals = before.totals(isWhole: isWhole)
            report.previousDays = before.days
        }
        func breakdown(
            _ dimension: Dimension, threshold: Int = 1, _ name: (String) -> String
        ) -> ScanReport.Breakdown {
            Self.breakdown(
                now.dimensions[dimension.rawValue], before?.dimensions[dimension.rawValue],
                texts: texts[Self.kind(dimension).rawValue - 1], limit: query.rowLimit, threshold: threshold, name)
        }
        func part(_ index: Int) -> (String) -> String {
            { text in
                let parts = text.split(separator: "|", omittingEmptySubsequences: false)
                return index < parts.count ? String(parts[index]) : ""
            }
        }
        report.countries = breakdown(.place, part(0))
        report.regions = breakdown(.place, threshold: query.anonymityThreshold ?? 1, part(1))
        report.cities = breakdown(.place, threshold: query.anonymityThreshold ?? 1, part(2))
        report.devices = breakdown(.device, part(0))
        report.systems = breakdown(.device, part(1))
        report.browsers = breakdown(.device, part(2))
        report.languages = breakdown(.language) { $0 }
        report.referrers = breakdown(.referrer) { $0 }
        report.origins = now.origins
        report.linkCount = now.links.count
        let top = now.links.sorted {
            $0.value.scans != $1.value.scans ? $0.value.scans > $1.value.scans : $0.key < $1.key
        }
        report.links = top.prefix(query.linkLimit).map {
            linkCount($0.key, $0.value, before?.links[$0.key], before != nil)
        }
        report.groups = groups(now, before)
    }

    static func kind(_ dimension: Dimension) -> TextTable.Kind {
        switch dimension {
        case .device: .device
        case .place: .place
        case .referrer: .referrer
        case .language: .language
        default: .variant
        }
    }

    private borrowing func linkCount(
        _ number: Int, _ sums: LinkSums, _ before: LinkSums?, _ hasBefore: Bool
    ) -> ScanReport.LinkCount {
        let link = links[number]
        let entry = catalog[link.host + link.path]
        var variants: [ScanReport.Breakdown.Row] = []
        for (id, counts) in sums.variants.sorted(by: { $0.key < $1.key }) where id > 0 {
            let names = texts[TextTable.Kind.variant.rawValue - 1]
            variants.append(
                .init(
                    name: Int(id) < names.count ? names[Int(id)] : "", scans: counts.scans,
                    uniqueScans: counts.uniques))
        }
        return ScanReport.LinkCount(
            host: link.host, path: link.path, title: entry?.title ?? "", tags: entry?.tags ?? [], batch: entry?.batch,
            scans: sums.scans, uniqueScans: sums.uniques, previousScans: hasBefore ? before?.scans ?? 0 : nil,
            variants: variants, lastScanAt: sums.last > 0 ? Int64(sums.last) : nil)
    }

    private borrowing func groups(_ now: PeriodSums, _ before: PeriodSums?) -> [ScanReport.Group] {
        func group(_ kind: ScanReport.Group.Kind, _ names: (LinkCatalog.Entry?, String) -> [String]) -> ScanReport
            .Group?
        {
            var sums: [String: (scans: Int, uniques: Int, before: Int)] = [:]
            var unknown = 0
            for (number, link) in now.links {
                let found = names(catalog[links[number].host + links[number].path], links[number].host)
                if found.isEmpty { unknown += link.scans }
                for name in found {
                    sums[name, default: (0, 0, 0)].scans += link.scans
                    sums[name, default: (0, 0, 0)].uniques += link.uniques
                    sums[name, default: (0, 0, 0)].before += before?.links[number]?.scans ?? 0
                }
            }
            guard !sums.isEmpty else { return nil }
            let rows = sums.map { name, value in
                ScanReport.Breakdown.Row(
                    name: name, scans: value.scans, uniqueScans: value.uniques,
                    previousScans: before == nil ? nil : value.before)
            }
            return ScanReport.Group(kind: kind, breakdown: .init(rows: Self.sorted(rows), other: 0, unknown: unknown))
        }
        return [
            group(.tag) { entry, _ in entry?.tags ?? [] },
            group(.folder) { entry, _ in entry.map { $0.folder.isEmpty ? [] : [$0.folder] } ?? [] },
            group(.batch) { entry, _ in entry?.batch.map { [$0] } ?? [] },
            group(.domain) { _, host in host.isEmpty ? [] : [host] },
        ].compactMap { $0 }
    }

    borrowing func fillDetails(
        _ report: inout ScanReport, _ query: ReportQuery, _ open: [Int: DayResult], _ now: PeriodSums
    ) throws(IngestError) {
        var numbers: [String: Int] = [:]
        for number in now.links.keys { numbers[links[number].host + links[number].path] = number }
        let wanted = report.links.prefix(query.detailLimit).compactMap { numbers[$0.address] }
        guard !wanted.isEmpty else { return }
        var sums: [Int: PeriodSums] = [:]
        for number in wanted { sums[number] = PeriodSums(period: query.period) }
        try cells(query.period, open, only: Set(wanted)) { _, _, _ in
        } _: { day, link, cell in
            sums[link]?.add(day: day, link: link, cell)
        }
        for (index, number) in wanted.enumerated() {
            guard let sum = sums[number] else { continue }
            var detail = ScanReport.LinkDetail(link: report.links[index])
            detail.days = sum.days
            detail.hours = sum.hours
            func breakdown(_ dimension: Dimension, _ index: Int, _ threshold: Int = 1) -> ScanReport.Breakdown {
                Self.breakdown(
                    sum.dimensions[dimension.rawValue], nil, texts: texts[Self.kind(dimension).rawValue - 1], limit: 20,
                    threshold: threshold
                ) { text in
                    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
                    return index < parts.count ? String(parts[index]) : ""
                }
            }
            detail.countries = breakdown(.place, 0)
            detail.cities = breakdown(.place, 2, query.anonymityThreshold ?? 1)
            detail.devices = breakdown(.device, 0)
            detail.referrers = breakdown(.referrer, 0)
            detail.origins = sum.origins
            detail.excluded = sum.waterfall(isWhole: false).excluded
            report.linkDetails.append(detail)
        }
    }

    borrowing func fillSources(_ report: inout ScanReport, _ period: ScanReport.Period) throws(SQLiteError) {
        let from = zone.start(ofDay: period.first.number)
        let to = zone.start(ofDay: period.last.number + 1)
        var sources: [ScanReport.Source] = []
        try database.query(
            """
            SELECT name, format, lines, malformed, first_at, last_at FROM source
            WHERE last_at >= ? AND first_at < ? ORDER BY name, id
            """, .integer(Int(from)), .integer(Int(to))
        ) { row in
            let format = LogFormat(rawValue: UInt8(truncatingIfNeeded: row.int(1)))?.name ?? "cells"
            sources.append(
                .init(
                    name: row.text(0), format: format, lines: row.int(2), malformed: row.int(3),
                    firstAt: row.isNull(4) ? nil : Int64(row.int(4)), lastAt: row.isNull(5) ? nil : Int64(row.int(5))))
        }
        report.sources = sources
        report.geoAttribution = try ScanStore.text(database, "attribution")
    }

    borrowing func fillNotes(
        _ report: inout ScanReport, _ query: ReportQuery, _ chosen: Set<Int>?
    ) throws(SQLiteError) {
        var known: Set<Int> = []
        try database.query(
            "SELECT id FROM day WHERE id BETWEEN ? AND ?", .integer(query.period.first.number),
            .integer(query.period.last.number)
        ) { known.insert($0.int(0)) }
        let missing = (query.period.first.number...query.period.last.number).filter { !known.contains($0) }
        if !missing.isEmpty { report.notes.append(.daysWithoutData(missing.map { CivilDay(number: $0) })) }
        let malformed = report.waterfall.excluded.first { $0.reason == .malformed }?.count ?? 0
        if report.waterfall.requests > 0, malformed * 100 > report.waterfall.requests {
            report.notes.append(.manyMalformed(share: Double(malformed) / Double(report.waterfall.requests)))
        }
        var late = 0
        var skewed = 0
        var anonymous = 0
        try database.query(
            "SELECT late, skewed, anonymous FROM day WHERE id BETWEEN ? AND ?", .integer(query.period.first.number),
            .integer(query.period.last.number)
        ) { row in
            late += row.int(0)
            skewed += row.int(1)
            anonymous += row.int(2)
        }
        if late > 0 { report.notes.append(.lateLines(late)) }
        if skewed > 0 { report.notes.append(.skewedLines(skewed)) }
        if anonymous > 0, chosen == nil { report.notes.append(.optedOut(anonymous)) }
        let today = zone.day(of: query.createdAt)
        if query.period.last.number >= today, query.period.first.number <= today {
            report.notes.append(.unfinishedDay(CivilDay(number: today)))
        }
        let unmeasured = catalog.values.reduce(0) { $1.privacy == .none ? $0 + 1 : $0 }
        if unmeasured > 0 { report.notes.append(.unmeasuredLinks(unmeasured)) }
        report.notes.append(report.geoAttribution == nil ? .noGeography : .approximateGeography)
    }
}
