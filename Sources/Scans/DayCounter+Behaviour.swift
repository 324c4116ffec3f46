/// What each visitor did: scans, repeats, and behaviour of no person.
extension DayCounter {
    mutating func judgeAddress(
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
}
