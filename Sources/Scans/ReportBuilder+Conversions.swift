internal import SQLite

/// What came of scans: goals, funnels, comparisons of variants; and the numbers of scans.
extension ReportBuilder {
    /// At most so many goals of links are in a report.
    private static var goalLimit: Int { 200 }

    /// What is stored in one row of `conversion`, days added up.
    private struct Key: Hashable {
        /// `nil`: a goal.
        var funnel: String?
        /// Step, or number of the goal.
        var step: UInt32
        var link: UInt32
        var isExact: Bool
    }

    borrowing func fillConversions(
        _ report: inout ScanReport, _ period: ScanReport.Period, _ open: [Int: DayResult], _ now: PeriodSums
    ) throws(IngestError) {
        let counts = try conversions(period, open, now)
        fillGoals(&report, counts, now)
        for index in report.linkDetails.indices {
            let address = report.linkDetails[index].link.address
            report.linkDetails[index].goals = report.goals.filter { $0.link == address }
        }
        fillFunnels(&report, counts, now)
    }

    /// Visitors by goal or step, and by variant.
    private borrowing func conversions(
        _ period: ScanReport.Period, _ open: [Int: DayResult], _ now: PeriodSums
    ) throws(IngestError) -> [Key: [UInt16: Int]] {
        var counts: [Key: [UInt16: Int]] = [:]
        try eachConversion(period, open) { _, key, variant, count in
            // The scope of the report: links that are in it.
            guard now.links[Int(key.link)] != nil else { return }
            counts[key, default: [:]][variant, default: 0] += count
        }
        return counts
    }

    /// One line of ``ScanQuery``.
    struct ConversionRow {
        var day: Int
        var link: Int
        var variant: String
        var funnel: String
        var step: Int
        var goal: String
        var isExact: Bool
        var count: Int
    }

    borrowing func conversionRows(
        _ period: ScanReport.Period, _ open: [Int: DayResult]
    ) throws(IngestError) -> [ConversionRow] {
        var rows: [ConversionRow] = []
        try eachConversion(period, open) { day, key, variant, count in
            rows.append(
                ConversionRow(
                    day: day, link: Int(key.link), variant: text(.variant, UInt32(variant)), funnel: key.funnel ?? "",
                    step: key.funnel == nil ? 0 : Int(key.step), goal: key.funnel == nil ? text(.goal, key.step) : "",
                    isExact: key.isExact, count: count))
        }
        return rows.sorted {
            ($0.day, $0.link, $0.funnel, $0.step, $0.goal, $0.variant) < (
                $1.day, $1.link, $1.funnel, $1.step, $1.goal, $1.variant
            )
        }
    }

    private borrowing func eachConversion(
        _ period: ScanReport.Period, _ open: [Int: DayResult], _ body: (Int, Key, UInt16, Int) -> Void
    ) throws(IngestError) {
        func add(_ day: Int, _ conversions: [Conversion: Int], isExact: Bool) {
            for (one, count) in conversions {
                let funnel = one.funnel < 0 ? nil : goals.funnels[Int(one.funnel)].name
                body(day, Key(funnel: funnel, step: one.step, link: one.link, isExact: isExact), one.variant, count)
            }
        }
        do {
            try database.query(
                """
                SELECT day, link, variant, funnel, step, goal, is_exact, count FROM conversion WHERE day BETWEEN ? AND ?
                """, .integer(period.first.number), .integer(period.last.number)
            ) { row in
                let funnel = row.text(3)
                let key = Key(
                    funnel: funnel.isEmpty ? nil : funnel,
                    step: UInt32(truncatingIfNeeded: row.int(funnel.isEmpty ? 5 : 4)),
                    link: UInt32(truncatingIfNeeded: row.int(1)), isExact: row.int(6) == 1)
                body(row.int(0), key, UInt16(truncatingIfNeeded: row.int(2)), row.int(7))
            }
            let exact = try ConversionStore.exact(
                database, first: period.first.number, last: period.last.number, goals: goals,
                clickDays: rules.clickDays
            ) { day, visitor in open[day].map { $0.tracked.contains(visitor) } ?? true }
            for (day, conversions) in exact { add(day, conversions, isExact: true) }
        } catch { throw .database(error) }
        for (day, result) in open where day >= period.first.number && day <= period.last.number {
            add(day, result.conversions, isExact: false)
        }
    }

    private func text(_ kind: TextTable.Kind, _ number: UInt32) -> String {
        let list = texts[kind.rawValue - 1]
        return Int(number) < list.count ? list[Int(number)] : ""
    }

    private borrowing func fillGoals(
        _ report: inout ScanReport, _ counts: [Key: [UInt16: Int]], _ now: PeriodSums
    ) {
        let steps = Set(goals.funnels.flatMap(\.steps))
        var found: [(link: Int, goal: UInt32, isExact: Bool)] = []
        for (link, _) in now.links {
            let number = UInt32(link)
            if let own = goals.goals[number] { found.append((link, own, goals.tracked.contains(number))) }
        }
        for key in counts.keys where key.funnel == nil {
            let isOwn = goals.goals[key.link] == key.step
            if isOwn && goals.tracked.contains(key.link) == key.isExact { continue }
            // Pages of a funnel are its steps, not goals of every link.
            if isOwn || !steps.contains(key.step) { found.append((Int(key.link), key.step, key.isExact)) }
        }
        found.sort { a, b in
            let (first, second) = (now.links[a.link]?.scans ?? 0, now.links[b.link]?.scans ?? 0)
            if first != second { return first > second }
            if a.link != b.link { return a.link < b.link }
            return a.goal != b.goal ? a.goal < b.goal : !a.isExact && b.isExact
        }
        for entry in found.prefix(Self.goalLimit) {
            guard let sums = now.links[entry.link] else { continue }
            let link = links[entry.link]
            let key = Key(funnel: nil, step: entry.goal, link: UInt32(entry.link), isExact: entry.isExact)
            let variants = counts[key] ?? [:]
            let reached = variants.values.reduce(0, +)
            let name = text(.goal, entry.goal)
            report.goals.append(
                .init(
                    link: link.host + link.path, goal: name, attribution: entry.isExact ? .exact : .visitor,
                    uniqueScans: sums.uniques, reached: min(reached, sums.uniques)))
            if let experiment = experiment(link.host + link.path, name, sums, variants) {
                report.experiments.append(experiment)
            }
        }
    }

    /// The comparison of a link's variants; `nil` when it has fewer than two.
    private borrowing func experiment(
        _ address: String, _ goal: String, _ sums: LinkSums, _ conversions: [UInt16: Int]
    ) -> ScanReport.Experiment? {
        let entry = catalog[address]
        var arms: [(name: String, arm: ProportionTest.Arm, weight: Double)] = []
        var seen: Set<UInt32> = []
        func arm(_ number: UInt32?) -> ProportionTest.Arm {
            guard let number else { return .init(n: 0, conversions: 0) }
            seen.insert(number)
            return .init(
                n: sums.variants[number]?.uniques ?? 0,
                conversions: conversions[UInt16(truncatingIfNeeded: number)] ?? 0)
        }
        let names = texts[TextTable.Kind.variant.rawValue - 1]
        for variant in entry?.variants ?? [] {
            let number = names.firstIndex(of: variant.name).map { UInt32($0) }
            arms.append((variant.name, arm(number), variant.weight))
        }
        if arms.isEmpty {
            for number in sums.variants.keys.sorted(by: { text(.variant, $0) < text(.variant, $1) }) where number > 0 {
                arms.append((text(.variant, number), arm(number), 1))
            }
        }
        guard arms.count >= 2, arms.contains(where: { $0.arm.n > 0 }) else { return nil }
        return ProportionTest.experiment(
            name: entry?.title.isEmpty ?? true ? address : entry?.title ?? address, goal: goal, arms: arms,
            plannedN: entry?.planned)
    }

    private borrowing func fillFunnels(
        _ report: inout ScanReport, _ counts: [Key: [UInt16: Int]], _ now: PeriodSums
    ) {
        for (steps, funnel) in zip(funnelPages, goals.funnels) {
            for isExact in [false, true] {
                let members = now.links.filter { goals.tracked.contains(UInt32($0.key)) == isExact }
                let scans = members.values.reduce(0) { $0 + $1.uniques }
                guard scans > 0 else { continue }
                var shown = [ScanReport.Funnel.Step(name: "scan", count: scans)]
                for (index, page) in steps.enumerated() {
                    let reached = counts.reduce(0) { sum, entry in
                        let isStep =
                            entry.key.funnel == funnel.name && entry.key.step == UInt32(index + 1)
                            && entry.key.isExact == isExact
                        return isStep ? sum + entry.value.values.reduce(0, +) : sum
                    }
                    shown.append(.init(name: page, count: min(reached, shown[index].count)))
                }
                report.funnels.append(
                    .init(name: funnel.name, attribution: isExact ? .exact : .visitor, steps: shown))
            }
        }
    }

    // MARK: numbers of scans

    /// Scans of each link before a day, purged days included.
    borrowing func scansBefore(_ day: Int) throws(SQLiteError) -> [Int: Int] {
        var scans: [Int: Int] = [:]
        try database.query("SELECT link, scans FROM forgotten") { scans[$0.int(0)] = $0.int(1) }
        _ = try CellPages.forEach(database, through: day - 1) { _, link, bytes in
            scans[link, default: 0] += Cell.scans(packed: bytes) ?? 0
        }
        return scans
    }

    /// The first scan of each code, and the later ones by their number.
    borrowing func fillRepeats(
        _ report: inout ScanReport, _ period: ScanReport.Period, _ now: PeriodSums
    ) throws(IngestError) {
        let before: [Int: Int]
        do { before = try scansBefore(period.first.number) } catch { throw .database(error) }
        let bounds = [(2, 5), (6, 20), (21, 100), (101, Int.max)]
        var steps = [Int](repeating: 0, count: bounds.count)
        for (link, sums) in now.links where sums.scans > 0 {
            let first = before[link, default: 0] + 1
            let last = first + sums.scans - 1
            if first == 1 { report.repeats.first += 1 }
            for (index, bound) in bounds.enumerated() {
                steps[index] += max(0, min(last, bound.1) - max(first, bound.0) + 1)
            }
        }
        report.repeats.later = report.totals.scans - report.repeats.first
        report.repeats.steps = zip(bounds, steps).filter { $0.1 > 0 }.map { bound, scans in
            .init(from: bound.0, to: bound.1 == Int.max ? nil : bound.1, scans: scans)
        }
    }

    /// All scans ever counted of these links (by key), open days included: for limits.
    public borrowing func scans(of keys: [String]) throws(IngestError) -> [String: Int] {
        let wanted = Set(keys)
        var result: [String: Int] = [:]
        let numbers = links.enumerated().filter { wanted.contains($0.element.host + $0.element.path) }
        guard !numbers.isEmpty else { return result }
        let stored: [Int: Int]
        do { stored = try scansBefore(Int(Int32.max)) } catch { throw .database(error) }
        let all = ScanReport.Period(first: CivilDay(number: 0), last: CivilDay(number: Int(Int32.max)))
        let open = try openDays(all)
        for (number, link) in numbers {
            var scans = stored[number, default: 0]
            for day in open.values {
                scans += day.cells.first { Int($0.link) == number }.map { Int($0.cell.scans) } ?? 0
            }
            result[link.host + link.path] = scans
        }
        return result
    }
}
