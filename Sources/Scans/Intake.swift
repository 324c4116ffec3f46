internal import AccessLogs
internal import CBytes
internal import Site
internal import Support

/// The hot loop: hits → events and counters of their days. State in one struct, no class, no `String`.

/// Salts, one a day.
protocol SaltSource {
    /// The salt of a local day, made when there is none.
    mutating func salt(day: Int) throws(IngestError) -> SipHash
}

/// A day that takes lines.
struct OpenDay {
    let day: Int
    let salt: SipHash
    /// The day was counted before: what comes is late.
    let isClosed: Bool
    var events: [Event] = []
    /// Requests left out, each as link << 4 | exclusion.
    var left: [UInt32] = []
    /// Scans whose id went along to the target.
    var tracked: [TrackedScan] = []
    var requests = 0
    var skewed = 0
    var late = 0
    var excluded = [Int](repeating: 0, count: Exclusion.count)
    var pending: Int { events.count + left.count / 8 }

    init(day: Int, salt: SipHash, isClosed: Bool) {
        self.day = day
        self.salt = salt
        self.isClosed = isClosed
    }
}

/// Values kept by hash, forgotten all at once when there are too many: strangers choose the keys.
struct HashCache<Value: Sendable>: Sendable {
    private struct Slot {
        var key: UInt64
        var value: Value
    }
    private var slots: [Slot]
    private let empty: Value
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int, empty: Value) {
        self.capacity = capacity
        self.empty = empty
        slots = Array(repeating: Slot(key: 0, value: empty), count: 1024)
    }

    /// Asks for the memory of an entry before it is needed.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        let at = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        slots.withUnsafeBufferPointer { wayseal_prefetch($0.baseAddress.map { $0 + at }) }
    }

    @inline(__always)
    func find(_ hash: UInt64) -> Value? {
        let key = hash | 1
        var at = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[at].key != 0 {
            if slots[at].key == key { return slots[at].value }
            at = (at + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ hash: UInt64, _ value: Value) {
        if count >= capacity {
            slots = Array(repeating: Slot(key: 0, value: empty), count: 1024)
            count = 0
        } else if (count + 1) * 2 > slots.count {
            let old = slots
            slots = Array(repeating: Slot(key: 0, value: empty), count: old.count * 2)
            for slot in old where slot.key != 0 { place(slot) }
        }
        place(Slot(key: hash | 1, value: value))
        count += 1
    }

    private mutating func place(_ slot: Slot) {
        var at = Int(truncatingIfNeeded: slot.key >> 20) & (slots.count - 1)
        while slots[at].key != 0, slots[at].key != slot.key { at = (at + 1) & (slots.count - 1) }
        slots[at] = slot
    }
}

/// What is known of a User-Agent: class and device number, and its part in the visitor's hash.
struct AgentEntry: Sendable, Equatable {
    /// Class in the low byte, number of the device text above it.
    var value: UInt32
    var mark: UInt64

    var agentClass: AgentClass { AgentClass(rawValue: UInt8(truncatingIfNeeded: value)) ?? .library }
    var device: UInt32 { value >> 8 }
}

/// All state of reading.
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
    private var today = OpenDay(day: .min, salt: SipHash(k0: 0, k1: 0), isClosed: true)
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
    private var currentFrom: Int64 = .max
    private var currentTo: Int64 = .min
    private var offset: Int64 = 0
    private var statuses = [Bool](repeating: false, count: 1000)
    private var countsAgent = [Bool](repeating: false, count: 8)
    private let codeMark: [UInt8]
    /// Events that wait in memory.
    var pending: Int { days.reduce(today.pending) { $0 + $1.pending } }
    /// User-Agents that had to be classified.
    private(set) var classified = 0

    /// The key of the User-Agents' part in visitor hashes; no secret, the day's salt is.
    private static let agentKey = SipHash(k0: 0x7761_7973_6561_6C2D, k1: 0x6167_656E_7473_2D31)

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

    /// Puts ``today`` back among the ``days``: before they are stored.
    mutating func park() {
        if current >= 0 { swap(&today, &days[current]) }
        current = -1
        currentFrom = .max
        currentTo = .min
    }

    private mutating func enter(
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
        park()
        var taken: [OpenDay] = []
        swap(&taken, &days)
        return taken
    }

    /// Takes back the memory of events.
    mutating func recycle(_ events: consuming [Event]) {
        guard spare.count < 4, events.capacity <= 100_000 else { return }
        events.removeAll(keepingCapacity: true)
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

    // MARK: goals

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
    private mutating func takeGoal(
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

    // MARK: links

    @inline(__always)
    private mutating func find(
        _ hit: Hit, _ keys: Keys, _ buffer: borrowing Span<UInt8>
    ) throws(IngestError) -> Int32 {
        var keys = keys
        if keys.host < 0 {
            // One of the lines that waited may have brought the host.
            keys.host = links.hostNumber(buffer, Int(hit.host.start), Int(hit.host.end))
            keys.path = links.slotHash(buffer, Int(hit.path.start), Int(hit.path.end), keys.host)
        }
        var link = Int32(-1)
        if !hit.link.isEmpty { link = named(hit, keys, buffer) }
        if link < 0 {
            link = links.link(buffer, Int(hit.path.start), Int(hit.path.end), host: keys.host, hash: keys.path)
        }
        if link < 0, hit.path.count > 1, hit.path.count < 4096 { link = try slowly(hit, buffer, keys.host) }
        return link
    }

    /// By the name that the compiled configuration logs: `host/path`, `/path` or `path`, `prefix/*` for wildcards.
    private func named(_ hit: Hit, _ keys: Keys, _ buffer: borrowing Span<UInt8>) -> Int32 {
        let host = keys.host
        var from = Int(hit.link.start)
        let to = Int(hit.link.end)
        if to - from > hit.host.count, !hit.host.isEmpty {
            var i = 0
            let start = Int(hit.host.start)
            while i < hit.host.count, lower(buffer[from + i]) == lower(buffer[start + i]) { i += 1 }
            if i == hit.host.count, buffer[from + i] == 0x2F { from += i }
        }
        if buffer[from] == 0x2F {
            // Most links are asked for by their name: its hash is known then, and its slot in the cache.
            if isPath(hit, buffer, from, to) { return links.link(buffer, from, to, host: host, hash: keys.path) }
            return links.link(buffer, from, to, host: host)
        }
        var path: [UInt8] = [0x2F]
        for i in from..<to { path.append(buffer[i]) }
        return links.link(path.span, 0, path.count, host: host)
    }

    /// Whether `from..<to` is the path of the hit, but for the case of its letters.
    private func isPath(_ hit: Hit, _ buffer: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Bool {
        guard to - from == hit.path.count else { return false }
        var at = Int(hit.path.start)
        for i in from..<to {
            if lower(buffer[i]) != lower(buffer[at]) { return false }
            at += 1
        }
        return true
    }

    /// Paths that are written in another way than the manifest does, and links not seen before.
    private mutating func slowly(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ host: Int32
    ) throws(IngestError) -> Int32 {
        var needsNormalizing = hit.escaping != .none
        if !needsNormalizing {
            for i in hit.path.range {
                let byte = buffer[i]
                if byte == 0x25 || byte < 0x21 || byte > 0x7E || hit.isPathDecoded && Self.isEncoded(byte) {
                    needsNormalizing = true
                    break
                }
            }
        }
        if needsNormalizing, host >= 0 {
            let path = normalizedPath(hit.decoded(hit.path, in: buffer), isDecoded: hit.isPathDecoded)
            let link = links.link(path.span, 0, path.count, host: host)
            if link >= 0 { return link }
        }
        guard scope == .discover, hit.method == .get, hit.status < 1000, statuses[Int(hit.status)],
            links.count < LinkTable.discoveryLimit
        else { return -1 }
        let path = normalizedPath(hit.decoded(hit.path, in: buffer), isDecoded: hit.isPathDecoded).map(lower)
        let name = hit.decoded(hit.host, in: buffer).map(lower)
        guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F }), name.count < 256 else { return -1 }
        let text = String(decoding: path, as: UTF8.self)
        let hostText = String(decoding: name, as: UTF8.self)
        let link = Int32(links.count)
        links.append(host: hostText, path: text, privacy: .full, isMarked: false)
        newLinks.append((hostText, text))
        return link
    }

    private static func isEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x3C, 0x3E, 0x3F, 0x23, 0x5B...0x5E, 0x60, 0x7B...0x7D: true
        default: false
        }
    }

    /// Paths that only break-in tools ask for.
    private static func isTrap(_ buffer: borrowing Span<UInt8>, _ path: Field) -> Bool {
        guard path.count >= 5 else { return false }
        let from = Int(path.start)
        func begins(_ word: StaticString) -> Bool {
            guard path.count >= word.utf8CodeUnitCount else { return false }
            for i in 0..<word.utf8CodeUnitCount where lower(buffer[from + i]) != word.utf8Start[i] { return false }
            return true
        }
        switch lower(buffer[from + 1]) {
        case UInt8(ascii: "."): return begins("/.env") || begins("/.git") || begins("/.aws") || begins("/.ssh")
        case UInt8(ascii: "w"): return begins("/wp-login.php") || begins("/wp-admin") || begins("/wp-content/plugins")
        case UInt8(ascii: "x"): return begins("/xmlrpc.php")
        case UInt8(ascii: "p"): return begins("/phpmyadmin") || begins("/phpunit")
        case UInt8(ascii: "c"): return begins("/cgi-bin/")
        case UInt8(ascii: "v"): return begins("/vendor/phpunit")
        case UInt8(ascii: "b"): return begins("/boaform/")
        default: return false
        }
    }

    // MARK: dimensions

    private mutating func newAgent(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ key: UInt64
    ) -> AgentEntry {
        let bytes = hit.decoded(hit.userAgent, in: buffer)
        let agent = classifier.classify(bytes)
        classified += 1
        let text = Array("\(agent.device)|\(agent.system)|\(agent.browser)".utf8)
        let device = texts[TextTable.Kind.device.rawValue - 1].number(text)
        let entry = AgentEntry(
            value: UInt32(agent.agentClass.rawValue) | device << 8, mark: Self.agentKey.hash(bytes))
        agents.insert(key, entry)
        newAgents.append((key, entry))
        return entry
    }

    static let suspiciousReferrer: UInt32 = 1 << 31

    @inline(__always)
    private mutating func referrer(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt32 {
        if hit.referrer.isEmpty { return 0 }
        let key = hash.hash(buffer, Int(hit.referrer.start), Int(hit.referrer.end))
        if let known = referrers.find(key) { return known }
        let host = Self.host(ofURL: hit.decoded(hit.referrer, in: buffer))
        var number = texts[TextTable.Kind.referrer.rawValue - 1].number(host)
        let name = String(decoding: host, as: UTF8.self)
        if name.hasSuffix("safelinks.protection.outlook.com") || name.hasSuffix("urldefense.com")
            || name.hasSuffix("urldefense.proofpoint.com")
        {
            number |= Self.suspiciousReferrer
        }
        referrers.insert(key, number)
        return number
    }

    /// The host of `https://user@host:port/…` in small letters; of an app (`android-app://x/`) its name. Empty when
    /// there is none.
    static func host(ofURL url: [UInt8]) -> [UInt8] {
        guard let colon = url.prefix(32).firstIndex(of: 0x3A), colon + 2 < url.count, url[colon + 1] == 0x2F,
            url[colon + 2] == 0x2F
        else { return [] }
        var host = Array(url[(colon + 3)...].prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 })
        if let at = host.lastIndex(of: 0x40) { host.removeSubrange(...at) }
        if let port = host.lastIndex(of: 0x3A), !host.contains(0x5D) { host.removeSubrange(port...) }
        guard host.count <= 253 else { return [] }
        // Names only: what is none shows up nowhere.
        guard host.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"<>\"'`|\\".utf8.contains($0) }) else { return [] }
        host = host.map(lower)
        return host.starts(with: "www.".utf8) ? Array(host.dropFirst(4)) : host
    }

    @inline(__always)
    private mutating func language(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt16 {
        if hit.language.count < 2 { return 0 }
        // The primary subtag of the first language is what reports show.
        let from = Int(hit.language.start)
        var to = from
        while to < Int(hit.language.end), to - from < 4, lower(buffer[to]) &- 0x61 < 26 { to += 1 }
        guard to - from == 2 || to - from == 3 else { return 0 }
        let key = lower(buffer.packed(from, to))
        let mixed = key &* 0x9E37_79B9_7F4A_7C15
        if let known = languages.find(mixed) { return known }
        let text = (from..<to).map { lower(buffer[$0]) }
        let number = UInt16(truncatingIfNeeded: texts[TextTable.Kind.language.rawValue - 1].number(text))
        languages.insert(mixed, number)
        return number
    }

    private mutating func variant(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt16 {
        if hit.variant.isEmpty { return 0 }
        let text = hit.decoded(hit.variant, in: buffer).prefix(64)
        return UInt16(truncatingIfNeeded: texts[TextTable.Kind.variant.rawValue - 1].number(Array(text)))
    }

    private mutating func place(_ address: Address) -> UInt32 {
        // Places are the same within a /24 or /48 in all databases that may be shipped to users.
        let network = address.truncated
        let key = (network.high ^ network.low &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        if let known = places.find(key) { return known }
        let text = geography?.place(address) ?? []
        let number = texts[TextTable.Kind.place.rawValue - 1].number(text)
        places.insert(key, number)
        return number
    }

    @inline(__always)
    private func origin(_ hit: Hit, _ buffer: borrowing Span<UInt8>, _ link: Int32) -> Origin {
        if hit.query.count >= codeMark.count, !codeMark.isEmpty, hasMark(hit, buffer) { return .code }
        var hasCapital = false
        for i in hit.path.range {
            let byte = buffer[i]
            if byte &- 0x61 < 26 { return links.isMarked[Int(link)] ? .click : .unmarked }
            if byte &- 0x41 < 26 { hasCapital = true }
        }
        if hasCapital { return .code }
        return links.isMarked[Int(link)] ? .click : .unmarked
    }

    private func hasMark(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> Bool {
        var at = Int(hit.query.start)
        let end = Int(hit.query.end)
        while at < end {
            var next = at
            while next < end, buffer[next] != 0x26 { next += 1 }
            if next - at == codeMark.count {
                var i = 0
                while i < codeMark.count, lower(buffer[at + i]) == codeMark[i] { i += 1 }
                if i == codeMark.count { return true }
            }
            at = next + 1
        }
        return false
    }
}
