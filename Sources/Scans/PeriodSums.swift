/// The counts of one link in a period.
struct LinkSums {
    var scans = 0
    var uniques = 0
    var last: UInt32 = 0
    var variants: [UInt32: (scans: Int, uniques: Int)] = [:]
}

/// The counts of a period, added up from its cells.
struct PeriodSums {
    let period: ScanReport.Period
    var days: [ScanReport.DayCount]
    var hours = ScanReport.HourMatrix()
    /// By dimension and id.
    var dimensions: [[UInt32: (scans: Int, uniques: Int)]] = Array(repeating: [:], count: Dimension.count)
    var links: [Int: LinkSums] = [:]
    var origins = ScanReport.Origins()
    /// Left out, by exclusion, of links.
    var excluded = [Int](repeating: 0, count: Exclusion.count)
    /// Left out before a day was counted, of all requests.
    var outside = [Int](repeating: 0, count: Exclusion.count)
    var scans = 0
    var uniques = 0
    var visitors = 0
    var anonymous = 0
    var requests = 0
    var late = 0
    var skewed = 0

    init(period: ScanReport.Period) {
        self.period = period
        days = (0..<period.count).map {
            ScanReport.DayCount(day: period.first.advanced(by: $0), scans: 0, uniqueScans: 0)
        }
    }

    mutating func add(day: Int, link: Int, _ cell: Cell) {
        for i in 0..<Exclusion.count { excluded[i] += Int(cell.excluded[i]) }
        guard cell.scans > 0 else { return }
        let index = day - period.first.number
        guard days.indices.contains(index) else { return }
        days[index].scans += Int(cell.scans)
        days[index].uniqueScans += Int(cell.uniques)
        scans += Int(cell.scans)
        uniques += Int(cell.uniques)
        let weekday = days[index].day.weekday
        for entry in cell.entries[Dimension.hour.rawValue] { hours[weekday, Int(entry.id)] += Int(entry.scans) }
        for dimension in [Dimension.device, .place, .referrer, .language] {
            for entry in cell.entries[dimension.rawValue] {
                dimensions[dimension.rawValue][entry.id, default: (0, 0)].scans += Int(entry.scans)
                dimensions[dimension.rawValue][entry.id, default: (0, 0)].uniques += Int(entry.uniques)
            }
        }
        for entry in cell.entries[Dimension.origin.rawValue] {
            switch Origin(rawValue: UInt8(truncatingIfNeeded: entry.id)) {
            case .code: origins.code += Int(entry.scans)
            case .click: origins.click += Int(entry.scans)
            default: origins.unmarked += Int(entry.scans)
            }
        }
        var sums = links[link] ?? LinkSums()
        sums.scans += Int(cell.scans)
        sums.uniques += Int(cell.uniques)
        sums.last = max(sums.last, cell.last)
        for entry in cell.entries[Dimension.variant.rawValue] where entry.id > 0 {
            sums.variants[entry.id, default: (0, 0)].scans += Int(entry.scans)
            sums.variants[entry.id, default: (0, 0)].uniques += Int(entry.uniques)
        }
        links[link] = sums
    }

    /// The steps from requests to scans: of the whole site, or of the chosen links.
    func waterfall(isWhole: Bool) -> ScanReport.Waterfall {
        var counts = isWhole ? outside : excluded
        if isWhole {
            for exclusion in [Exclusion.quarantine, .repeated] {
                counts[Int(exclusion.rawValue)] += excluded[Int(exclusion.rawValue)]
            }
        }
        var steps: [ScanReport.Waterfall.Step] = []
        for reason in ScanReport.Waterfall.Reason.allCases {
            let count = Exclusion.allCases.reduce(0) { $1.reason == reason ? $0 + counts[Int($1.rawValue)] : $0 }
            if count > 0 { steps.append(.init(reason: reason, count: count)) }
        }
        let all = isWhole ? requests : scans + steps.reduce(0) { $0 + $1.count }
        return ScanReport.Waterfall(requests: all, excluded: steps, scans: scans)
    }

    func totals(isWhole: Bool) -> ScanReport.Totals {
        // Visitors are known for the whole site only: who scanned two links is one visitor.
        ScanReport.Totals(
            scans: scans, uniqueScans: uniques, visitors: isWhole ? visitors : uniques,
            hits: waterfall(isWhole: isWhole).requests)
    }
}

extension ReportBuilder {
    static func sorted(_ rows: [ScanReport.Breakdown.Row]) -> [ScanReport.Breakdown.Row] {
        rows.sorted {
            $0.scans != $1.scans ? $0.scans > $1.scans : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }

    /// Counts by id → rows by name.
    static func breakdown(
        _ now: [UInt32: (scans: Int, uniques: Int)], _ before: [UInt32: (scans: Int, uniques: Int)]?, texts: [String],
        limit: Int, threshold: Int, _ name: (String) -> String
    ) -> ScanReport.Breakdown {
        var rows: [String: ScanReport.Breakdown.Row] = [:]
        var unknown = 0
        func label(_ id: UInt32) -> String { Int(id) < texts.count ? name(texts[Int(id)]) : "" }
        for (id, counts) in now {
            let label = label(id)
            if label.isEmpty {
                unknown += counts.scans
                continue
            }
            var row =
                rows[label] ?? .init(name: label, scans: 0, uniqueScans: 0, previousScans: before == nil ? nil : 0)
            row.scans += counts.scans
            row.uniqueScans = (row.uniqueScans ?? 0) + counts.uniques
            rows[label] = row
        }
        for (id, counts) in before ?? [:] {
            let label = label(id)
            guard var row = rows[label] else { continue }
            row.previousScans = (row.previousScans ?? 0) + counts.scans
            rows[label] = row
        }
        var shown: [ScanReport.Breakdown.Row] = []
        var other = 0
        for row in sorted(Array(rows.values)) {
            if row.name == "…" || shown.count >= limit || (row.uniqueScans ?? 0) < threshold && threshold > 1 {
                other += row.scans
            } else {
                shown.append(row)
            }
        }
        return ScanReport.Breakdown(rows: shown, other: other, unknown: unknown)
    }
}
