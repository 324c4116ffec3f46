internal import CBytes

/// Judged events → cells.
extension DayCounter {
    mutating func collect<Failure: Error>(
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
    mutating func pack(
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

    mutating func fill(_ cell: inout Cell, _ events: [Event], _ from: Int, _ to: Int, _ isLate: Bool) {
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
