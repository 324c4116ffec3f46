import Site

/// A link's policy as an ordered list of clauses: the first whose tests all hold says what happens. Every server gets
/// the same list in its own language; the ``Simulator`` runs it as it stands.
///
/// What comes after the list is no clause, because it changes or belongs to others: the rate, the password, the scan
/// limit. They stand between a clause that names a target and the redirect to it.
struct DecisionList: Sendable {
    /// One question about a request.
    enum Test: Hashable, Sendable {
        /// now < instant (Unix seconds).
        case before(Int64)
        /// now ≥ instant.
        case notBefore(Int64)
        /// The local time is in one of the windows, or in none of them.
        case hours([WeekWindow], inside: Bool)
        /// The visitor's system or form is one of these.
        case device([Device])
        /// The visitor's browser is one of these.
        case browser([Browser])
        /// The language that the visitor wants most is in one of these ranges.
        case language([String])
        /// The visitor's address is in one of these places, or in none of them.
        case place([Int], inside: Bool)
        /// The query has this parameter.
        case query(name: String, value: String?)
        /// The visitor's bucket is below this.
        case bucket(below: Int)
        /// A crawler or tool asks.
        case robot
        /// A fetcher of link previews asks.
        case fetcher
    }

    /// What a clause says.
    enum Outcome: Hashable, Sendable {
        /// The page of this denial, with its status.
        case deny(Denial)
        /// A 302 to ``Policy/gone``, for this reason.
        case gone(Denial)
        /// The page for fetchers of link previews.
        case preview
        /// On to the target with this index in ``targets``.
        case target(Int)
    }

    /// Tests that must all hold, and what then happens.
    struct Clause: Sendable {
        var tests: [Test]
        var outcome: Outcome
        /// For people: which part of the policy this is.
        var words: String
    }

    /// One place that the link can lead to.
    struct Target: Sendable {
        var url: String
        /// The variant's name; empty if the link has no split, or a rule chose.
        var variant: String
    }

    /// In order; the last one has no tests.
    private(set) var clauses: [Clause] = []
    /// The link's own target is number 0, then those of the rules, then those of the variants.
    private(set) var targets: [Target]

    /// The list of `policy` for a link with this `target`.
    init(_ policy: Policy, target: String) {
        targets = [Target(url: target, variant: policy.variants.isEmpty ? "" : Self.ownVariant)]
        refuse(policy.from.map { [.before($0)] }, .early, policy, "it is before 'from'")
        refuse(policy.until.map { [.notBefore($0)] }, .over, policy, "it is 'until' or later")
        if !policy.hours.isEmpty {
            refuse([.hours(policy.hours, inside: false)], .closed, policy, "it is outside the 'hours' and 'days'")
        }
        if !policy.places.isEmpty {
            refuse([.place(policy.places, inside: false)], .away, policy, "the visitor is outside of 'only'")
        }
        if policy.refusesRobots { refuse([.robot], .robot, policy, "the User-Agent is a robot's") }
        if policy.preview != nil {
            clauses.append(
                Clause(tests: [.fetcher], outcome: .preview, words: "the User-Agent fetches link previews"))
        }
        for (i, rule) in policy.rules.enumerated() {
            targets.append(Target(url: rule.target, variant: ""))
            let tests = rule.conditions.flatMap(Self.tests)
            clauses.append(
                Clause(tests: tests, outcome: .target(targets.count - 1), words: "rule \(i + 1) of 'when' holds"))
        }
        var below = 0
        for variant in policy.variants {
            targets.append(Target(url: variant.target, variant: variant.name))
            below += variant.weight
            clauses.append(
                Clause(
                    tests: below < 10_000 ? [.bucket(below: below)] : [], outcome: .target(targets.count - 1),
                    words: "the visitor belongs to the variant '\(variant.name)'"))
        }
        if below < 10_000 {
            let words =
                policy.rules.isEmpty && policy.variants.isEmpty ? "nothing stands against it" : "nothing else holds"
            clauses.append(Clause(tests: [], outcome: .target(0), words: words))
        }
    }

    /// The name of a link's own target in a split.
    static let ownVariant = "to"

    private mutating func refuse(_ tests: [Test]?, _ denial: Denial, _ policy: Policy, _ words: String) {
        guard let tests else { return }
        let yields = policy.gone != nil && denial.yieldsToGone
        clauses.append(Clause(tests: tests, outcome: yields ? .gone(denial) : .deny(denial), words: words))
    }

    private static func tests(_ condition: Condition) -> [Test] {
        switch condition {
        case .time(let from, let until):
            (from.map { [.notBefore($0)] } ?? []) + (until.map { [.before($0)] } ?? [])
        case .hours(let windows): [.hours(windows, inside: true)]
        case .device(let devices): [.device(devices)]
        case .browser(let browsers): [.browser(browsers)]
        case .language(let ranges): [.language(ranges)]
        case .place(let places): [.place(places, inside: true)]
        case .query(let name, let value): [.query(name: name, value: value)]
        }
    }

    /// The first clause that holds for a visitor. O(size of the list).
    func clause(for visitor: VisitorFacts) -> Clause? {
        clauses.first { $0.tests.allSatisfy(visitor.passes) }
    }
}
