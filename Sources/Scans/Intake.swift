internal import AccessLogs
internal import Site
internal import Support

/// What is known of a User-Agent: class and device number, and its part in the visitor's hash.
struct AgentEntry: Sendable, Equatable {
    /// Class in the low byte, number of the device text above it.
    var value: UInt32
    var mark: UInt64

    var agentClass: AgentClass { AgentClass(rawValue: UInt8(truncatingIfNeeded: value)) ?? .library }
    var device: UInt32 { value >> 8 }
}

/// The hot loop: hits → events and counters of their days. All its state is in one struct, no class, no `String`.
struct Intake: ~Copyable {
    let rules: ScanRules
    let scope: LinkCatalog.Scope
    let zone: ZoneTable
    let hash: ByteHash
    /// "Now": later times are a clock that goes wrong.
    var now: Int64
    var links: LinkTable
    var texts: [TextTable]
    var agents: HashCache<AgentEntry>
    var newAgents: [(hash: UInt64, entry: AgentEntry)] = []
    var referrers = HashCache<UInt32>(capacity: 65536, empty: 0)
    var places = HashCache<UInt32>(capacity: 1 << 18, empty: 0)
    var languages = HashCache<UInt16>(capacity: 4096, empty: 0)
    var classifier: AgentClassifier
    let geography: Geography?
    /// Days that take lines; the one of the last line is in ``today``, taken out of its place.
    var days: [OpenDay] = []
    var today = OpenDay(day: .min, salt: SipHash(k0: 0, k1: 0), isClosed: true)
    /// Memory of events that were stored, for the next ones.
    private var spare: [[Event]] = []
    var newLinks: [(host: String, path: String)] = []
    /// Pages that are goals.
    var goals: GoalTable
    /// Goals that came with an id, not stored yet.
    var reached: [ReachedGoal] = []
    /// Whether goals are looked for under the addresses that the log cuts, and under whole ones.
    var cutsGoals = (cut: true, whole: false)
    private var current = -1
    var currentFrom: Int64 = .max
    var currentTo: Int64 = .min
    private var offset: Int64 = 0
    var statuses = [Bool](repeating: false, count: 1000)
    private var countsAgent = [Bool](repeating: false, count: 8)
    let codeMark: [UInt8]
    /// Events that wait in memory.
    var pending: Int { days.reduce(today.pending) { $0 + $1.pending } }
    /// User-Agents that had to be classified.
    var classified = 0

    /// The key of the User-Agents' part in visitor hashes; no secret, the day's salt is.
    static let agentKey = SipHash(k0: 0x7761_7973_6561_6C2D, k1: 0x6167_656E_7473_2D31)

    init(
        rules: ScanRules, scope: LinkCatalog.Scope, zone: ZoneTable, seed: UInt64, now: Int64, agentRules: AgentRules,
        geography: Geography?
    ) {
        self.rules = rules
        self.scope = scope
        self.zone = zone
        self.now = now
        hash = ByteHash(seed: seed)
        links = LinkTable(hash: hash)
        goals = GoalTable(hash: hash)
        texts = TextTable.Kind.allCases.map { TextTable(limit: $0 == .language || $0 == .variant ? 60_000 : 200_000) }
        agents = HashCache(capacity: 1 << 18, empty: AgentEntry(value: 0, mark: 0))
        classifier = AgentClassifier(rules: agentRules)
        self.geography = geography
        for status in rules.statuses where status < 1000 { statuses[Int(status)] = true }
        countsAgent[Int(AgentClass.browser.rawValue)] = true
        for agentClass in rules.countedAgents { countsAgent[Int(agentClass.rawValue)] = true }
        codeMark = Array(rules.codeMark.utf8)
    }

    mutating func enter(
        _ time: Int64, _ salts: inout some SaltSource, _ isClosed: (Int) -> Bool
    ) throws(IngestError) {
        let (offset, from, to) = zone.offset(at: time)
        self.offset = offset
        let local = time + offset
        if current >= 0 { swap(&today, &days[current]) }
        current = -1
        let day = Int(local >= 0 ? local / 86400 : (local - 86399) / 86400)
        currentFrom = max(from, Int64(day) * 86400 - offset)
        currentTo = min(to, Int64(day + 1) * 86400 - offset)
        if let index = days.firstIndex(where: { $0.day == day }) {
            current = index
        } else {
            let closed = isClosed(day)
            let salt = closed ? SipHash(k0: 0, k1: 0) : try salts.salt(day: day)
            days.append(OpenDay(day: day, salt: salt, isClosed: closed))
            current = days.count - 1
            if let events = spare.popLast() { days[current].events = events }
        }
        swap(&today, &days[current])
    }

    /// All days that took lines, which it then has no more.
    mutating func takeDays() -> [OpenDay] {
        if current >= 0 { swap(&today, &days[current]) }
        current = -1
        currentFrom = .max
        currentTo = .min
        var taken: [OpenDay] = []
        swap(&taken, &days)
        return taken
    }

    /// Takes back the memory of events.
    mutating func recycle(_ events: consuming [Event]) {
        guard spare.count < 2, events.capacity <= 200_000 else { return }
        spare.append(events)
    }

    /// A line that is none of its format; it has no time of its own.
    mutating func malformed(
        near time: Int64, _ salts: inout some SaltSource, _ isClosed: (Int) -> Bool
    ) throws(IngestError) {
        if time < currentFrom || time >= currentTo { try enter(time, &salts, isClosed) }
        today.requests += 1
        today.excluded[Int(Exclusion.malformed.rawValue)] += 1
    }

    /// Where a hit's link and User-Agent are found.
    struct Keys {
        var agent: UInt64 = 0
        var path: UInt64 = 0
        var host: Int32 = 0
    }

    /// The keys of a hit. The memory they lead to is asked for: by the time ``take(_:_:_:_:_:)`` gets the hit, some
    /// lines later, it is there. Waiting for it costs more than all else of a line.
    @inline(__always)
    func keys(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> Keys {
        // Escaped and plain texts of one User-Agent differ; each form is decoded once.
        let agent = hash.hash(buffer, Int(hit.userAgent.start), Int(hit.userAgent.end)) &+ UInt64(hit.escaping.rawValue)
        agents.prefetch(agent)
        let host = hit.host.isEmpty ? 0 : links.hostNumber(buffer, Int(hit.host.start), Int(hit.host.end))
        let path = links.slotHash(buffer, Int(hit.path.start), Int(hit.path.end), host)
        links.prefetch(path)
        return Keys(agent: agent, path: path, host: host)
    }

    /// Takes one hit.
    /// - Returns: the time at which it is counted.
    @inline(__always)
    mutating func take(
        _ hit: Hit, _ keys: Keys, _ buffer: borrowing Span<UInt8>, _ salts: inout some SaltSource,
        _ isClosed: (Int) -> Bool
    ) throws(IngestError) -> Int64 {
        var time = hit.time
        var isSkewed = false
        if time > now + 300 {
            time = now
            isSkewed = true
        }
        // Event times are 32 bits; nothing was logged before 1970.
        if time < 0 { time = 0 }
        if time < currentFrom || time >= currentTo { try enter(time, &salts, isClosed) }
        today.requests += 1
        if isSkewed { today.skewed += 1 }

        let link = try find(hit, keys, buffer)
        if link < 0 {
            if !goals.isEmpty, try takeGoal(hit, buffer, time) {
                today.excluded[Int(Exclusion.goal.rawValue)] += 1
                return time
            }
            today.excluded[Int(Exclusion.unknownLink.rawValue)] += 1
            if rules.usesTraps, !today.isClosed, Self.isTrap(buffer, hit.path),
                let address = Address.parse(buffer, hit.address)
            {
                let connection = (rules.truncatesAddresses ? address.truncated : address).connection
                today.events.append(
                    Event(
                        visitor: 0, address: today.salt.hash(connection.high, connection.low),
                        time: UInt32(truncatingIfNeeded: time), link: Event.trap, place: 0, device: 0, referrer: 0,
                        language: 0, variant: 0, hour: 0, origin: 0, flags: 0))
            }
            return time
        }
        let privacy = links.privacy[Int(link)]
        if privacy == .none {
            today.excluded[Int(Exclusion.notMeasured.rawValue)] += 1
            return time
        }
        var exclusion = Exclusion.none
        var agent = AgentEntry(value: 0, mark: 0)
        if hit.method != .get, !(rules.countsHead && hit.method == .head),
            !(hit.method == .post && links.takesPost[Int(link)])
        {
            exclusion = .method
        } else if !hit.deny.isEmpty {
            exclusion = .denied
        } else if hit.status >= 1000 || !statuses[Int(hit.status)] {
            exclusion = .status
        } else if hit.isPrefetch, !rules.countsPrefetch {
            exclusion = .prefetch
        } else if hit.optsOut, rules.optOut == .ignore {
            exclusion = .optedOut
        } else {
            agent = agents.find(keys.agent) ?? newAgent(hit, buffer, keys.agent)
            let agentClass = UInt8(truncatingIfNeeded: agent.value)
            if !countsAgent[Int(agentClass & 7)] { exclusion = agent.agentClass.exclusion }
        }
        if exclusion != .none {
            today.excluded[Int(exclusion.rawValue)] += 1
            today.left.append(UInt32(link) << 4 | UInt32(exclusion.rawValue))
            return time
        }

        var address = Address.parse(buffer, hit.address) ?? Address(high: 0, low: 0)
        if privacy == .aggregate || rules.truncatesAddresses { address = address.truncated }
        let connection = address.connection
        let isAnonymous = hit.optsOut && rules.optOut == .countAnonymously
        var flags: UInt8 = isAnonymous ? Event.anonymous : 0
        var referrer = self.referrer(hit, buffer)
        if referrer & Self.suspiciousReferrer != 0 {
            referrer &= ~Self.suspiciousReferrer
            flags |= Event.suspicious
        }
        let event = Event(
            visitor: isAnonymous ? 0 : today.salt.hash(connection.high, connection.low, agent.mark),
            address: isAnonymous ? 0 : today.salt.hash(connection.high, connection.low),
            time: UInt32(truncatingIfNeeded: time), link: UInt32(link),
            place: geography == nil ? 0 : place(address), device: agent.device, referrer: referrer,
            language: language(hit, buffer), variant: variant(hit, buffer),
            hour: UInt8(truncatingIfNeeded: (time + offset) / 3600 % 24),
            origin: origin(hit, buffer, link).rawValue, flags: flags)
        if today.isClosed { today.late += 1 }
        today.events.append(event)
        if links.isTracked[Int(link)], !isAnonymous, let id = ClickID.key(hit.decoded(hit.requestID, in: buffer)) {
            today.tracked.append(
                TrackedScan(
                    id: id, visitor: today.isClosed ? 0 : event.visitor, time: event.time, link: event.link,
                    variant: event.variant))
        }
        return time
    }
}
