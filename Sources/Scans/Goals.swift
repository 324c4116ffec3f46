internal import AccessLogs

/// Goals: pages of the sites that links lead to, told in their logs.

/// The pages that are goals, found by the bytes of a request.
struct GoalTable: Sendable {
    private struct Pattern {
        /// Small letters; empty: any host.
        var host: [UInt8]
        /// Small letters.
        var path: [UInt8]
        var isPrefix: Bool
        var number: UInt32
    }

    private var patterns: [Pattern] = []
    private var exact: [UInt64: [Int]] = [:]
    private var prefixes: [Int] = []
    private let hash: ByteHash
    /// Patterns with a `*` are tried one by one.
    static let prefixLimit = 1000

    init(hash: ByteHash) { self.hash = hash }

    var isEmpty: Bool { patterns.isEmpty }

    /// Adds a page as the manifest names it: see ``Goal``.
    mutating func add(_ page: String, number: UInt32) {
        var text = Array(page.utf8).map(lower)[...]
        var host: [UInt8] = []
        for scheme in ["https://", "http://"] where text.starts(with: scheme.utf8) {
            text = text.dropFirst(scheme.utf8.count)
            host = Array(text.prefix { $0 != 0x2F })
            text = text.dropFirst(host.count)
        }
        if text.isEmpty { text = [0x2F] }
        let isPrefix = text.last == UInt8(ascii: "*")
        if isPrefix { text = text.dropLast() }
        if isPrefix, prefixes.count >= Self.prefixLimit { return }
        let path = isPrefix ? Array(text) : normalizedPath(Array(text), isDecoded: false).map(lower)
        if isPrefix {
            prefixes.append(patterns.count)
        } else {
            exact[hash.folded(path.span, 0, path.count), default: []].append(patterns.count)
        }
        patterns.append(Pattern(host: host, path: path, isPrefix: isPrefix, number: number))
    }

    /// The goals that a request for `path` on `host` (both in small letters, without port) reaches.
    func goals(host: [UInt8], path: [UInt8]) -> [UInt32] {
        var found: [UInt32] = []
        func take(_ index: Int) {
            let pattern = patterns[index]
            guard pattern.host.isEmpty || host.isEmpty || pattern.host == host else { return }
            guard pattern.isPrefix ? path.starts(with: pattern.path) : path == pattern.path else { return }
            if !found.contains(pattern.number) { found.append(pattern.number) }
        }
        for index in exact[hash.folded(path.span, 0, path.count)] ?? [] { take(index) }
        for index in prefixes { take(index) }
        return found
    }
}

/// Which links have which goals, for counting a day.
struct GoalPlan: Sendable, Equatable {
    /// The goal of a link, by their numbers.
    var goals: [UInt32: UInt32] = [:]
    /// Links whose redirect passes an id on: their goals are tied by it alone.
    var tracked: Set<UInt32> = []
    /// Steps behind the scan, by their numbers, with the funnel's name.
    var funnels: [(name: String, steps: [UInt32])] = []
    /// Seconds after a scan in which a goal counts for it.
    var window: UInt32 = 1800
    /// Seconds without a page that end a way through a funnel.
    var session: UInt32 = 1800

    var isEmpty: Bool { goals.isEmpty && funnels.isEmpty }

    static func == (a: GoalPlan, b: GoalPlan) -> Bool {
        a.goals == b.goals && a.tracked == b.tracked && a.window == b.window && a.session == b.session
            && a.funnels.map(\.name) == b.funnels.map(\.name) && a.funnels.map(\.steps) == b.funnels.map(\.steps)
    }

    /// The plan of a catalogue.
    /// - Parameters:
    ///   - links: The number of each link, by its key.
    ///   - goal: The number of a goal, by its page.
    init(_ catalog: LinkCatalog, rules: ScanRules, links: [String: UInt32], goal: (String) -> UInt32?) {
        window = rules.goalWindow
        session = rules.sessionGap
        for entry in catalog.entries where entry.goal != nil || entry.isTracked {
            guard let link = links[entry.key] else { continue }
            if let number = entry.goal.flatMap(goal) { goals[link] = number }
            if entry.isTracked { tracked.insert(link) }
        }
        for steps in catalog.funnels {
            funnels.append((Self.name(steps), steps.compactMap(goal)))
        }
    }

    /// The plan of a catalogue over the links and texts of a database.
    init(_ catalog: LinkCatalog, rules: ScanRules, links: [(host: String, path: String)], texts: [[String]]) {
        var numbers: [String: UInt32] = [:]
        for (number, link) in links.enumerated() { numbers[link.host + link.path] = UInt32(number) }
        var pages: [String: UInt32] = [:]
        for (number, page) in texts[TextTable.Kind.goal.rawValue - 1].enumerated() { pages[page] = UInt32(number) }
        self.init(catalog, rules: rules, links: numbers) { pages[$0] }
    }

    init() {}

    /// `scan > /shop > /thank-you`.
    static func name(_ steps: [String]) -> String { (["scan"] + steps).joined(separator: " > ") }
}

/// One kind of conversion of one link.
struct Conversion: Hashable, Sendable {
    /// The funnel's index and the step (1: the first behind the scan), or `-1` and the goal's number.
    var funnel: Int32
    var step: UInt32
    var link: UInt32
    var variant: UInt16
}

/// A visitor and a link.
struct VisitorLink: Hashable, Sendable {
    var visitor: UInt64
    var link: UInt32
}

/// A scan whose id went along to the target.
struct TrackedScan: Equatable, Sendable {
    /// ``ClickID/key(_:)``.
    var id: UInt64
    var visitor: UInt64
    var time: UInt32
    var link: UInt32
    var variant: UInt16
}

/// A goal that came back with an id.
struct ReachedGoal: Equatable, Sendable {
    var id: UInt64
    /// Its number; 0: the goal of the link, whatever it is.
    var goal: UInt32
    var time: UInt32
}

/// The id of a request that the redirect hands to the target as `qid`.
enum ClickID {
    /// Not a secret: ids are random themselves.
    private static let hash = SipHash(k0: 0x7761_7973_6561_6C2D, k1: 0x636C_6963_6B2D_6964)

    /// An id of 16 to 64 letters, digits and `-`, in any case, as a number; `nil`: it is none.
    static func key(_ text: some Collection<UInt8>) -> UInt64? {
        guard (16...64).contains(text.count) else { return nil }
        let bytes = text.map(lower)
        guard bytes.allSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 26 || $0 == 0x2D }) else { return nil }
        return hash.hash(bytes)
    }

    /// The id in a query, `a=1&qid=…`.
    static func key(inQuery query: ArraySlice<UInt8>) -> UInt64? {
        for pair in query.split(separator: 0x26) where pair.starts(with: "qid=".utf8) {
            if let key = key(pair.dropFirst(4)) { return key }
        }
        return nil
    }
}

extension DayCounter {
    /// Ties the goals of one visitor, `events[middle..<to]`, to the scans in `events[from..<middle]`.
    ///
    /// A goal of a link counts for the link's last scan before it, within the window. A funnel is walked from the last
    /// scan of any link; a pause ends the walk. Each counts once for a visitor and link.
    /// - Complexity: O(scans × goals) of one visitor's day.
    func attribute(_ events: [Event], _ from: Int, _ middle: Int, _ to: Int, _ result: inout DayResult) {
        var reached: Set<Conversion> = []
        for index in middle..<to {
            let goal = events[index]
            let number = goal.link - Event.goalBase
            var i = middle
            while i > from {
                i -= 1
                guard isCounted(i), events[i].time <= goal.time else { continue }
                if goal.time - events[i].time > goals.window { break }
                let link = events[i].link
                guard goals.goals[link] == number, !goals.tracked.contains(link) else { continue }
                let key = Conversion(funnel: -1, step: number, link: link, variant: 0)
                if reached.insert(key).inserted {
                    var counted = key
                    counted.variant = events[i].variant
                    result.conversions[counted, default: 0] += 1
                }
                break
            }
        }
        for (funnel, steps) in goals.funnels.map(\.steps).enumerated() where !steps.isEmpty {
            walk(events, from, middle, to, Int32(funnel), steps, &result)
        }
    }

    private func walk(
        _ events: [Event], _ from: Int, _ middle: Int, _ to: Int, _ funnel: Int32, _ steps: [UInt32],
        _ result: inout DayResult
    ) {
        var best: [UInt32: (step: Int, variant: UInt16)] = [:]
        var scan = from
        var goal = middle
        var link: UInt32?
        var variant: UInt16 = 0
        var step = 0
        var last: UInt32 = 0
        while goal < to {
            if scan < middle, events[scan].time <= events[goal].time {
                if isCounted(scan), !goals.tracked.contains(events[scan].link) {
                    link = events[scan].link
                    variant = events[scan].variant
                    step = 0
                    last = events[scan].time
                }
                scan += 1
                continue
            }
            let event = events[goal]
            goal += 1
            guard let current = link else { continue }
            if event.time - last > goals.session {
                link = nil
                continue
            }
            last = event.time
            guard step < steps.count, steps[step] == event.link - Event.goalBase else { continue }
            step += 1
            if step > best[current]?.step ?? 0 { best[current] = (step, variant) }
        }
        for (link, found) in best {
            for step in 1...found.step {
                let key = Conversion(funnel: funnel, step: UInt32(step), link: link, variant: found.variant)
                result.conversions[key, default: 0] += 1
            }
        }
    }
}
