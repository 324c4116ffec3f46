internal import AccessLogs

/// Goals among the lines of a log.
extension Intake {
    /// Takes a line of the log of a site that links lead to: nothing but goals counts in it.
    mutating func takeGoal(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ salts: inout some SaltSource, _ isClosed: (Int) -> Bool
    ) throws(IngestError) -> Int64 {
        let time = max(0, min(hit.time, now + 300))
        if goals.isEmpty { return time }
        if time < currentFrom || time >= currentTo { try enter(time, &salts, isClosed) }
        _ = try takeGoal(hit, buffer, time)
        return time
    }

    /// Keeps what is needed to tie a goal to a scan; `false` when the page is none.
    mutating func takeGoal(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ time: Int64
    ) throws(IngestError) -> Bool {
        guard hit.method == .get || hit.method == .post, (200..<400).contains(hit.status), !hit.isPrefetch,
            hit.path.count < 4096
        else { return false }
        let path = normalizedPath(hit.decoded(hit.path, in: buffer), isDecoded: hit.isPathDecoded).map(lower)
        var host = hit.decoded(hit.host, in: buffer).map(lower)
        if let port = host.lastIndex(of: 0x3A), !host.contains(0x5D) { host.removeSubrange(port...) }
        let found = goals.goals(host: host, path: path)
        guard !found.isEmpty else { return false }
        let second = UInt32(truncatingIfNeeded: time)
        let query = hit.decoded(hit.query, in: buffer)
        let referrer = hit.decoded(hit.referrer, in: buffer)
        let asked = referrer.firstIndex(of: 0x3F).map { referrer[($0 + 1)...] } ?? []
        if let id = ClickID.key(inQuery: query[...]) ?? ClickID.key(inQuery: asked) {
            for goal in found { reached.append(ReachedGoal(id: id, goal: goal, time: second)) }
        }
        // A closed day has forgotten its visitors, and who opts out is none.
        if today.isClosed || hit.optsOut && rules.optOut != .disregard { return true }
        guard let address = Address.parse(buffer, hit.address) else { return true }
        let key = keys(hit, buffer).agent
        let mark = (agents.find(key) ?? newAgent(hit, buffer, key)).mark
        var seen: [UInt64] = []
        for (isWanted, address) in [(cutsGoals.cut, address.truncated), (cutsGoals.whole, address)] where isWanted {
            let connection = address.connection
            let visitor = today.salt.hash(connection.high, connection.low, mark)
            if seen.contains(visitor) { continue }
            seen.append(visitor)
            for goal in found {
                today.events.append(
                    Event(
                        visitor: visitor, address: today.salt.hash(connection.high, connection.low),
                        time: second, link: Event.goalBase + goal, place: 0, device: 0, referrer: 0, language: 0,
                        variant: 0, hour: 0, origin: 0, flags: 0))
            }
        }
        return true
    }
}
