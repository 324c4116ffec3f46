internal import Support

/// Handing over what was read.
extension Ingestion {
    /// Hands all that was read to the store, with the days that can get nothing more.
    mutating func deliver(_ readers: [LogReader], isEnd: Bool) throws(IngestError) {
        try takeReceipts()
        var limit = intake.now
        if !isEnd {
            for reader in readers where !reader.isDone { limit = min(limit, reader.watermark) }
        }
        try storing.begin(gather(limit, isEnd: isEnd), aside: settings.storesAside && !isEnd)
    }

    /// All that was read; it is forgotten here.
    private mutating func gather(_ limit: Int64, isEnd: Bool) -> Delivery {
        var delivery = Delivery()
        delivery.firstLink = intake.links.count - intake.newLinks.count
        swap(&delivery.links, &intake.newLinks)
        for kind in TextTable.Kind.allCases {
            let table = intake.texts[kind.rawValue - 1]
            for number in table.stored..<max(table.stored, table.texts.count) {
                delivery.texts.append((kind, number, table.texts[number]))
            }
            intake.texts[kind.rawValue - 1].stored = table.texts.count
        }
        swap(&delivery.agents, &intake.newAgents)
        delivery.days = intake.takeDays()
        for day in delivery.days where !day.isClosed { openDays.insert(day.day) }
        delivery.closing = daysToClose(before: closingLimit(limit))
        swap(&delivery.reached, &intake.reached)
        delivery.sources = changed.sorted().map { ($0, sources[$0]) }
        changed = []
        swap(&delivery.malformed, &malformed)
        swap(&delivery.samples, &samples)
        if isEnd, sweptAt != limit / 3600 {
            sweptAt = limit / 3600
            delivery.sweep = limit
        }
        // From here on lines of these days are late.
        closedDays.formUnion(delivery.closing)
        openDays.subtract(delivery.closing)
        summary.closedDays += delivery.closing.count
        delivery.tidies = isEnd && summary.closedDays > 0
        return delivery
    }

    /// Waits until what was handed over is stored.
    mutating func settle() throws(IngestError) {
        try storing.wait()
        try takeReceipts()
    }

    private mutating func takeReceipts() throws(IngestError) {
        for receipt in storing.takeReceipts() {
            for events in receipt.spare { intake.recycle(events) }
            if !receipt.closed.isEmpty { try salts.destroy { receipt.closed.contains($0) } }
        }
    }

    /// Days that end before this moment get nothing more.
    func closingLimit(_ time: Int64) -> Int64 { time - Int64(settings.rules.openHours) * 3600 }

    /// Days that ended before `limit` and are not closed.
    func daysToClose(before limit: Int64) -> Set<Int> {
        openDays.filter { intake.zone.start(ofDay: $0 + 1) <= limit }
    }

    /// What benchmarks call the core path: reading, parsing, links, known User-Agents, uniques and cells by day. Nothing
    /// is stored, and every call begins anew.
    package mutating func dryRun(_ paths: [String]) throws(IngestError) -> (lines: Int, cells: Int) {
        sources = []
        forgetQuiet()
        summary = IngestSummary()
        var cells = 0
        var seen: Set<[UInt64]> = []
        for reader in plan(paths, isForGoals: false, &seen) {
            while !reader.isDone {
                try read(reader)
                if intake.pending >= settings.commitEvery { cells += countDry() }
            }
        }
        return (summary.lines, cells + countDry())
    }

    private mutating func countDry() -> Int {
        var cells = 0
        for var day in intake.takeDays() {
            storing.withStore {
                _ = $0.counter.countPacked(&day.events, excluded: day.left, dayStart: 0) { _, _, _ in cells += 1 }
            }
            day.events.removeAll(keepingCapacity: true)
            intake.recycle(day.events)
        }
        return cells
    }
}
