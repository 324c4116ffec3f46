/// Counting one day: events in any order → cells. Pure: the same events give the same cells, whatever the order of
/// the lines, the number of logs, or the crashes in between.

/// What a day comes to.
struct DayResult {
    /// Links with their cells, by number.
    var cells: [(link: UInt32, cell: Cell)] = []
    /// Hashes of the unique visitors of each cell, when they are kept.
    var visitorsByCell: [[UInt64]] = []
    /// Distinct visitors of the site.
    var visitors = 0
    /// Scans of people who opted out.
    var anonymous = 0
    /// Visitors who reached a goal or a step.
    var conversions: [Conversion: Int] = [:]
    /// Visitors who were counted for a link whose id goes along.
    var tracked: Set<VisitorLink> = []
}

/// The work space of ``count(_:excluded:isLate:)``, reused from day to day.
struct DayCounter {
    let rules: ScanRules
    let goals: GoalPlan
    /// Whether ``visitors`` are gathered.
    var keepsVisitors = false
    /// Hashes of the unique visitors of the cell that was counted last, when they are kept.
    private(set) var visitors: [UInt64] = []
    var verdicts: [UInt8] = []
    var byLink: [UInt32] = []
    var starts: [UInt32] = []
    var scratch: [(scans: [UInt32], uniques: [UInt32])]
    var touched: [UInt32] = []
    private var buffer: [Event] = []
    private var keys: [UInt64] = []
    private var other: [UInt64] = []
    /// The dimensions of the scans of one cell, column by column: each value with whether it is a unique scan in the
    /// lowest bit.
    var columns: [UInt64] = []

    /// Columns no longer than this are counted by sorting, not in ``scratch``: most are.
    static let sorted = 16
    static let unique: UInt8 = 0x80
    static let isTrap: UInt8 = 0x7F

    init(rules: ScanRules, goals: GoalPlan = GoalPlan()) {
        self.rules = rules
        self.goals = goals
        scratch = Array(repeating: ([], []), count: Dimension.count)
    }

    /// Counts a day.
    /// - Parameters:
    ///   - events: all events of the day (or of a part of its addresses); they are sorted in place.
    ///   - excluded: requests left out before, each as link << 4 | exclusion.
    ///   - isLate: the day was counted before: these come in addition, as scans without visitors.
    /// - Complexity: O(n log n) in the number of events of one address, O(n) otherwise.
    mutating func count(_ events: inout [Event], excluded: [UInt32], isLate: Bool = false) -> DayResult {
        var result = DayResult()
        judge(&events, isLate, &result)
        var cells: [(link: UInt32, cell: Cell)] = []
        collect(events, excluded) { counter, link, from, to, left in
            var cell = Cell()
            for value in left { cell.excluded[Int(value & 15)] &+= 1 }
            counter.fill(&cell, events, from, to, isLate)
            cells.append((link, cell))
            if counter.keepsVisitors {
                counter.gatherVisitors(events, from, to)
                result.visitorsByCell.append(counter.visitors)
            }
        }
        result.cells = cells
        return result
    }

    /// Counts a day and gives the cells packed, without making them first: the way of whole days.
    mutating func countPacked<Failure: Error>(
        _ events: inout [Event], excluded: [UInt32], dayStart: Int64,
        emit: (UInt32, [UInt8], [UInt64]) throws(Failure) -> Void
    ) throws(Failure) -> DayResult {
        var result = DayResult()
        judge(&events, false, &result)
        var bytes: [UInt8] = []
        try collect(events, excluded) {
            (counter, link, from, to, left) throws(Failure) in
            bytes.removeAll(keepingCapacity: true)
            counter.pack(events, from, to, left, dayStart, &bytes)
            if counter.keepsVisitors { counter.gatherVisitors(events, from, to) }
            try emit(link, bytes, counter.visitors)
        }
        return result
    }

    private mutating func gatherVisitors(_ events: [Event], _ from: Int, _ to: Int) {
        visitors.removeAll(keepingCapacity: true)
        for i in from..<to where verdicts[Int(byLink[i])] == Self.unique {
            visitors.append(events[Int(byLink[i])].visitor)
        }
    }

    /// An empty array with the memory of the last day.
    mutating func takeBuffer() -> [Event] {
        var taken: [Event] = []
        swap(&taken, &buffer)
        return taken
    }

    /// Takes the memory back. `events` is left empty: a second reference to the memory would make a copy of it.
    mutating func giveBack(_ events: inout [Event]) {
        swap(&buffer, &events)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func judge(_ events: inout [Event], _ isLate: Bool, _ result: inout DayResult) {
        sort(&events)
        verdicts.removeAll(keepingCapacity: true)
        verdicts.reserveCapacity(events.count)
        for _ in 0..<events.count { verdicts.append(0) }
        var start = 0
        while start < events.count {
            var end = start + 1
            while end < events.count, events[end].address == events[start].address { end += 1 }
            judgeAddress(events, start, end, isLate, &result)
            start = end
        }
    }

    /// Whether the event was counted as a scan.
    func isCounted(_ index: Int) -> Bool { verdicts[index] & 0x7F == 0 }

    // MARK: order

    /// Radix sort by 33 bits of the address (three passes), then by comparison within an address.
    private mutating func sort(_ events: inout [Event]) {
        let n = events.count
        guard n > 1 else { return }
        guard n > 64 else {
            events.sort { $0.precedes($1) }
            return
        }
        keys.removeAll(keepingCapacity: true)
        keys.reserveCapacity(n)
        for i in 0..<n { keys.append((events[i].address >> 32) << 32 | UInt64(i)) }
        if other.count < n { other = [UInt64](repeating: 0, count: keys.capacity) }
        for shift: UInt64 in [32, 43, 53] {
            var counts = [Int](repeating: 0, count: 2049)
            for key in keys { counts[Int(key >> shift & 2047) + 1] += 1 }
            for i in 1..<2049 { counts[i] += counts[i - 1] }
            for key in keys {
                let digit = Int(key >> shift & 2047)
                other[counts[digit]] = key
                counts[digit] += 1
            }
            for i in 0..<n { keys[i] = other[i] }
        }
        // In place, cycle by cycle: a copy of the events would double the memory of a day.
        for first in 0..<n where Int(keys[first] & 0xFFFF_FFFF) != first {
            let moved = events[first]
            var at = first
            while true {
                let from = Int(keys[at] & 0xFFFF_FFFF)
                keys[at] = UInt64(at)
                if from == first { break }
                events[at] = events[from]
                at = from
            }
            events[at] = moved
        }
        var start = 0
        while start < n {
            var end = start + 1
            while end < n, events[end].address >> 32 == events[start].address >> 32 { end += 1 }
            if end - start > 24 {
                events[start..<end].sort { $0.precedes($1) }
            } else {
                var i = start + 1
                while i < end {
                    let moved = events[i]
                    var j = i
                    while j > start, moved.precedes(events[j - 1]) {
                        events[j] = events[j - 1]
                        j -= 1
                    }
                    events[j] = moved
                    i += 1
                }
            }
            start = end
        }
    }
}
