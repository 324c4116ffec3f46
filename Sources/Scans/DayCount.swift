internal import CBytes

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
    private var verdicts: [UInt8] = []
    private var byLink: [UInt32] = []
    private var starts: [UInt32] = []
    private var scratch: [(scans: [UInt32], uniques: [UInt32])]
    private var touched: [UInt32] = []
    private var buffer: [Event] = []
    private var keys: [UInt64] = []
    private var other: [UInt64] = []
    /// The dimensions of the scans of one cell, column by column: each value with whether it is a unique scan in the
    /// lowest bit.
    private var columns: [UInt64] = []

    /// Columns no longer than this are counted by sorting, not in ``scratch``: most are.
    private static let sorted = 16
    private static let unique: UInt8 = 0x80
    private static let isTrap: UInt8 = 0x7F

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

    mutating func giveBack(_ events: consuming [Event]) {
        events.removeAll(keepingCapacity: true)
        buffer = events
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

    // MARK: behaviour

    private mutating func judgeAddress(
        _ events: [Event], _ from: Int, _ to: Int, _ isLate: Bool, _ result: inout DayResult
    ) {
        var isTrapped = false
        for i in from..<to where events[i].link == Event.trap {
            verdicts[i] = Self.isTrap
            isTrapped = rules.usesTraps && !isLate
        }
        var start = from
        while start < to {
            var end = start + 1
            while end < to, events[end].visitor == events[start].visitor { end += 1 }
            // Goals come behind the scans; a trap stands for itself.
            var middle = end
            while middle > start, !events[middle - 1].isScan, events[middle - 1].link != Event.trap { middle -= 1 }
            if middle > start { judgeVisitor(events, start, middle, isTrapped, isLate, &result) }
            if middle < end, !isLate, !goals.isEmpty { attribute(events, start, middle, end, &result) }
            start = end
        }
    }

    private mutating func judgeVisitor(
        _ events: [Event], _ from: Int, _ to: Int, _ isTrapped: Bool, _ isLate: Bool, _ result: inout DayResult
    ) {
        if isLate || events[from].flags & Event.anonymous != 0 {
            // Nobody is recognised here: every event stands for itself.
            for i in from..<to where verdicts[i] != Self.isTrap {
                if events[i].flags & Event.suspicious != 0 {
                    verdicts[i] = Exclusion.quarantine.rawValue
                } else if !isLate {
                    result.anonymous += 1
                }
            }
            return
        }
        if isTrapped || isQuarantined(events, from, to) {
            for i in from..<to where verdicts[i] != Self.isTrap { verdicts[i] = Exclusion.quarantine.rawValue }
            return
        }
        let isLarge = to - from > 24
        let hasTracked = !goals.tracked.isEmpty
        var seen = Set<UInt32>()
        var lastOf = [UInt32: UInt32]()
        var hasScan = false
        var i = from
        while i < to {
            defer { i += 1 }
            let event = events[i]
            if verdicts[i] == Self.isTrap { continue }
            if event.flags & Event.suspicious != 0 {
                verdicts[i] = Exclusion.quarantine.rawValue
                continue
            }
            if rules.repeatWindow > 0 {
                var isRepeat = false
                if isLarge {
                    if let last = lastOf[event.link], event.time - last <= rules.repeatWindow { isRepeat = true }
                    lastOf[event.link] = event.time
                } else {
                    var j = i - 1
                    while j >= from, event.time - events[j].time <= rules.repeatWindow {
                        if events[j].link == event.link, events[j].flags & Event.suspicious == 0 {
                            isRepeat = true
                            break
                        }
                        j -= 1
                    }
                }
                if isRepeat {
                    verdicts[i] = Exclusion.repeated.rawValue
                    continue
                }
            }
            var isFirst = true
            if isLarge {
                isFirst = seen.insert(event.link).inserted
            } else {
                var j = i - 1
                while j >= from {
                    if events[j].link == event.link, verdicts[j] & Self.unique != 0 {
                        isFirst = false
                        break
                    }
                    j -= 1
                }
            }
            verdicts[i] = isFirst ? Self.unique : 0
            hasScan = true
            if isFirst, hasTracked, goals.tracked.contains(event.link) {
                result.tracked.insert(VisitorLink(visitor: event.visitor, link: event.link))
            }
        }
        if hasScan { result.visitors += 1 }
    }

    /// Whether the visitor behaved like no person: see ``ScanRules``. Windows include both ends.
    private func isQuarantined(_ events: [Event], _ from: Int, _ to: Int) -> Bool {
        let n = to - from
        if rules.rateLimit > 0, n > rules.rateLimit {
            var i = from + rules.rateLimit
            while i < to {
                if events[i].time - events[i - rules.rateLimit].time < rules.rateSeconds { return true }
                i += 1
            }
        }
        if rules.burstLimit > 0, n >= rules.burstLimit,
            hasDistinctLinks(events, from, to, rules.burstLimit, within: rules.burstSeconds)
        {
            return true
        }
        return rules.enumerationLimit > 0 && n > rules.enumerationLimit
            && hasDistinctLinks(events, from, to, rules.enumerationLimit + 1, within: rules.enumerationSeconds)
    }

    /// Whether some window of `seconds` holds `limit` distinct links. Two pointers: O(n) for small limits.
    private func hasDistinctLinks(
        _ events: [Event], _ from: Int, _ to: Int, _ limit: Int, within seconds: UInt32
    ) -> Bool {
        var counts: [(link: UInt32, count: Int)] = []
        var low = from
        for high in from..<to {
            let link = events[high].link
            if link == Event.trap { continue }
            while events[high].time - events[low].time > seconds {
                if let at = counts.firstIndex(where: { $0.link == events[low].link }) {
                    counts[at].count -= 1
                    if counts[at].count == 0 { counts.swapAt(at, counts.count - 1); counts.removeLast() }
                }
                low += 1
            }
            if let at = counts.firstIndex(where: { $0.link == link }) {
                counts[at].count += 1
            } else {
                counts.append((link, 1))
                if counts.count >= limit { return true }
            }
        }
        return false
    }

    // MARK: cells

    private mutating func collect<Failure: Error>(
        _ events: [Event], _ excluded: [UInt32],
        _ body: (inout DayCounter, UInt32, Int, Int, ArraySlice<UInt32>) throws(Failure) -> Void
    ) throws(Failure) {
        var links = 0
        for event in events where event.isScan { links = max(links, Int(event.link) + 1) }
        let left = excluded.sorted()
        if let last = left.last { links = max(links, Int(last >> 4) + 1) }
        // A counting sort by link.
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: links + 1))
        for event in events where event.isScan { starts[Int(event.link) + 1] += 1 }
        for i in 0..<links { starts[i + 1] += starts[i] }
        byLink.removeAll(keepingCapacity: true)
        byLink.append(contentsOf: repeatElement(0, count: links == 0 ? 0 : Int(starts[links])))
        var next = starts
        for (i, event) in events.enumerated() where event.isScan {
            byLink[Int(next[Int(event.link)])] = UInt32(i)
            next[Int(event.link)] += 1
        }
        var nextLeft = 0
        for link in 0..<links {
            let from = Int(starts[link])
            let to = Int(starts[link + 1])
            let hasLeft = nextLeft < left.count && Int(left[nextLeft] >> 4) == link
            if from == to, !hasLeft { continue }
            let firstLeft = nextLeft
            while nextLeft < left.count, Int(left[nextLeft] >> 4) == link { nextLeft += 1 }
            try body(&self, UInt32(link), from, to, left[firstLeft..<nextLeft])
        }
    }

    /// What ``Cell/pack(dayStart:into:)`` would write for these events.
    private mutating func pack(
        _ events: [Event], _ from: Int, _ to: Int, _ left: ArraySlice<UInt32>, _ dayStart: Int64, _ bytes: inout [UInt8]
    ) {
        var scans: UInt32 = 0
        var uniques: UInt32 = 0
        var last: UInt32 = 0
        var quarantined: UInt64 = 0
        var repeated: UInt64 = 0
        for i in from..<to {
            let index = Int(byLink[i])
            let verdict = verdicts[index]
            switch verdict & 0x7F {
            case 0:
                scans += 1
                if verdict & Self.unique != 0 { uniques += 1 }
                last = max(last, events[index].time)
            case Exclusion.quarantine.rawValue: quarantined += 1
            default: repeated += 1
            }
        }
        varint(UInt64(scans), &bytes)
        varint(UInt64(uniques), &bytes)
        varint(0, &bytes)
        varint(UInt64(max(0, Int64(last) - dayStart)), &bytes)
        let maskAt = bytes.count
        bytes.append(0)
        if scans > 0 {
            gather(events, from, to, Int(scans))
            for d in 0..<Dimension.count {
                if scans <= UInt32(Self.sorted) {
                    packSorted(d, Int(scans), maskAt, &bytes)
                } else {
                    packCounted(d, Int(scans), maskAt, &bytes)
                }
            }
        }
        // `left` is sorted, and quarantine and repeats come after all that is in it but opt-outs.
        var i = left.startIndex
        var wroteBehaviour = false
        func behaviour() {
            wroteBehaviour = true
            if quarantined > 0 {
                bytes.append(Exclusion.quarantine.rawValue)
                varint(quarantined, &bytes)
            }
            if repeated > 0 {
                bytes.append(Exclusion.repeated.rawValue)
                varint(repeated, &bytes)
            }
        }
        while i < left.endIndex {
            let reason = UInt8(left[i] & 15)
            var n: UInt64 = 0
            while i < left.endIndex, UInt8(left[i] & 15) == reason {
                n += 1
                i += 1
            }
            if reason > Exclusion.repeated.rawValue, !wroteBehaviour { behaviour() }
            bytes.append(reason)
            varint(n, &bytes)
        }
        if !wroteBehaviour { behaviour() }
    }

    /// Fills ``columns``: each event is fetched once.
    private mutating func gather(_ events: [Event], _ from: Int, _ to: Int, _ n: Int) {
        if columns.count < n * Dimension.count {
            columns.append(contentsOf: repeatElement(0, count: 2 * n * Dimension.count - columns.count))
        }
        var at = 0
        for i in from..<to {
            let index = Int(byLink[i])
            if i + 8 < byLink.count { Self.prefetch(events, Int(byLink[i + 8])) }
            let verdict = verdicts[index]
            if verdict & 0x7F != 0 { continue }
            let event = events[index]
            let unique: UInt64 = verdict & Self.unique != 0 ? 1 : 0
            columns[at] = UInt64(event.hour) << 1 | unique
            columns[n + at] = UInt64(event.device) << 1 | unique
            columns[2 * n + at] = UInt64(event.place) << 1 | unique
            columns[3 * n + at] = UInt64(event.referrer) << 1 | unique
            columns[4 * n + at] = UInt64(event.language) << 1 | unique
            columns[5 * n + at] = UInt64(event.variant) << 1 | unique
            columns[6 * n + at] = UInt64(event.origin) << 1 | unique
            at += 1
        }
    }

    /// Asks for an event before it is needed: in the order of links they lie anywhere.
    @inline(__always)
    private static func prefetch(_ events: [Event], _ index: Int) {
        events.withUnsafeBufferPointer { wayseal_prefetch($0.baseAddress.map { $0 + index }) }
    }

    private mutating func packCounted(_ d: Int, _ n: Int, _ maskAt: Int, _ bytes: inout [UInt8]) {
        touched.removeAll(keepingCapacity: true)
        for i in d * n..<(d + 1) * n { count(d, columns[i]) }
        if touched.count > 1 { touched.sort() }
        let isTrivial = touched.count == 1 && touched[0] == 0
        if !isTrivial {
            bytes[maskAt] |= 1 << UInt8(d)
            varint(UInt64(touched.count), &bytes)
        }
        var previous: UInt32 = 0
        for value in touched {
            let at = Int(value)
            if !isTrivial { Self.entry(value, &previous, scratch[d].scans[at], scratch[d].uniques[at], &bytes) }
            scratch[d].scans[at] = 0
            scratch[d].uniques[at] = 0
        }
    }

    /// Counts one value into the scratch arrays.
    @inline(__always)
    private mutating func count(_ d: Int, _ column: UInt64) {
        let at = Int(column >> 1)
        if at >= scratch[d].scans.count {
            let more = at + 256 - scratch[d].scans.count
            scratch[d].scans.append(contentsOf: repeatElement(0, count: more))
            scratch[d].uniques.append(contentsOf: repeatElement(0, count: more))
        }
        if scratch[d].scans[at] == 0 { touched.append(UInt32(at)) }
        scratch[d].scans[at] += 1
        scratch[d].uniques[at] += UInt32(column & 1)
    }

    @inline(__always)
    private static func entry(
        _ value: UInt32, _ previous: inout UInt32, _ scans: UInt32, _ uniques: UInt32, _ bytes: inout [UInt8]
    ) {
        let delta = UInt64(value - previous) << 1
        previous = value
        if scans == 1, uniques == 1 {
            varint(delta, &bytes)
        } else {
            varint(delta | 1, &bytes)
            varint(UInt64(scans), &bytes)
            varint(UInt64(uniques), &bytes)
        }
    }

    private mutating func packSorted(_ d: Int, _ n: Int, _ maskAt: Int, _ bytes: inout [UInt8]) {
        let start = d * n
        let end = start + n
        var distinct = 1
        for i in start + 1..<max(start + 1, end) {
            let value = columns[i]
            var j = i
            while j > start, columns[j - 1] > value {
                columns[j] = columns[j - 1]
                j -= 1
            }
            columns[j] = value
        }
        for i in start + 1..<max(start + 1, end) where columns[i] >> 1 != columns[i - 1] >> 1 { distinct += 1 }
        if distinct == 1, columns[start] >> 1 == 0 { return }
        bytes[maskAt] |= 1 << UInt8(d)
        varint(UInt64(distinct), &bytes)
        var previous: UInt32 = 0
        var i = start
        while i < end {
            let value = columns[i] >> 1
            var scans: UInt32 = 0
            var uniques: UInt32 = 0
            while i < end, columns[i] >> 1 == value {
                scans += 1
                uniques += UInt32(columns[i] & 1)
                i += 1
            }
            Self.entry(UInt32(value), &previous, scans, uniques, &bytes)
        }
    }

    private mutating func fill(_ cell: inout Cell, _ events: [Event], _ from: Int, _ to: Int, _ isLate: Bool) {
        for i in from..<to {
            let index = Int(byLink[i])
            let verdict = verdicts[index]
            if verdict & 0x7F != 0 {
                cell.excluded[Int(verdict & 0x7F)] += 1
                continue
            }
            cell.scans += 1
            if verdict & Self.unique != 0 { cell.uniques += 1 }
            cell.last = max(cell.last, events[index].time)
        }
        if isLate { cell.late = cell.scans }
        guard cell.scans > 0 else { return }
        let n = Int(cell.scans)
        gather(events, from, to, n)
        for d in 0..<Dimension.count { cell.entries[d] = tally(d, n) }
    }

    private mutating func tally(_ d: Int, _ n: Int) -> [Cell.Entry] {
        touched.removeAll(keepingCapacity: true)
        for i in d * n..<(d + 1) * n { count(d, columns[i]) }
        touched.sort()
        var list: [Cell.Entry] = []
        list.reserveCapacity(touched.count)
        for value in touched {
            let at = Int(value)
            list.append(Cell.Entry(id: value, scans: scratch[d].scans[at], uniques: scratch[d].uniques[at]))
            scratch[d].scans[at] = 0
            scratch[d].uniques[at] = 0
        }
        return list
    }
}
