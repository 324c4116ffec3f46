import Support
public import TransparencyLog

/// Whom a verifier trusts: logs, witnesses, and how many of them must have seen a checkpoint.
///
/// Its text form is c2sp.org/tlog-policy:
///
///     log go.example.org+9ead41e0+AWjA…
///     witness w1 w1.example.net+01234567+BPkX…
///     witness w2 w2.example.net+89abcdef+BGhq…
///     group both all w1 w2
///     quorum both
public struct TrustPolicy: Equatable, Sendable {
    /// Why a text is no policy.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// Line, from 1; 0: the policy as a whole.
        public let line: Int
        /// What is wrong: lower case, no full stop.
        public let summary: String
        /// `line 3: …`.
        public var description: String { line == 0 ? summary : "line \(line): \(summary)" }
    }

    /// Which witnesses must have seen a checkpoint.
    indirect enum Quorum: Equatable, Sendable {
        case none
        case witness(WitnessKey)
        case group(threshold: Int, members: [Quorum])

        func isReached(by seen: (WitnessKey) -> Bool) -> Bool {
            switch self {
            case .none: true
            case .witness(let key): seen(key)
            case .group(let threshold, let members):
                members.count(where: { $0.isReached(by: seen) }) >= threshold
            }
        }
    }

    /// Keys of the logs, by which a checkpoint may be signed.
    public internal(set) var logs: [VerifierKey]
    /// All witnesses that are known.
    public internal(set) var witnesses: [WitnessKey] = []
    var quorum = Quorum.none
    /// How old a status list may be, in seconds; `nil`: a status is not asked for, and said when it is there.
    public var greatestStatusAge: Int?
    /// Whether a record must be anchored on a chain.
    public var needsAnchor = false

    private var told: [String: Int] = [:]
    /// What the logs' issuers have said about their keys, followed by ``follow(_:)``.
    private var statements: [KeyStatement] = []
    /// Keys that may sign status lists besides the logs'.
    private(set) var revocationKeys: [VerifierKey] = []
    /// The logs' own witnesses: nobody's word but their issuers'.
    private(set) var ownWitnesses: [WitnessKey] = []
    /// Since when keys are revoked, by vkey, in seconds since 1970.
    private(set) var revoked: [String: Int] = [:]
    /// What their issuers say of their keys that can't all be true.
    private(set) var keyConflict: String?

    /// Knows from elsewhere that a key is revoked: what it signed counts only where a chain proves that it is older.
    public mutating func distrust(_ key: VerifierKey, since: Int) {
        if !logs.contains(key) { logs.append(key) }
        told[key.description] = min(since, told[key.description] ?? Int.max)
        revoked[key.description] = min(since, revoked[key.description] ?? Int.max)
    }

    /// Trusts the keys that the trusted ones lead to by these statements, as well; and knows which are revoked.
    public mutating func follow(_ more: [KeyStatement]) {
        if more.isEmpty { return }
        statements += more
        let ring = KeyRing(trusted: logs, statements: statements)
        logs = ring.logs
        revocationKeys = ring.revocations
        ownWitnesses = ring.witnesses
        revoked = ring.revoked.merging(told, uniquingKeysWith: min)
        keyConflict = ring.conflict
    }

    /// The answer about the key that signed a note; `nil` when there is nothing to say about it.
    /// - Parameter anchored: a time before which the note is proven to have existed, in seconds since 1970.
    public func key(of note: SignedNote, anchored: Int?) -> Verdict.Answer? {
        if let keyConflict { return .fails(keyConflict) }
        guard let key = logs.first(where: { note.isSigned(by: $0) }), let since = revoked["\(key)"] else { return nil }
        // The date that a document claims could be anything; only a chain's time counts.
        guard let anchored, anchored < since else {
            return .fails("the key that signed is revoked since \(since), and nothing proves that it signed before")
        }
        return .holds("the key that signed is revoked since \(since), but the chain proves that it signed before")
    }

    /// Trusts these logs, asks for no witness.
    public init(logs: [VerifierKey]) { self.logs = logs }

    /// Reads the text form.
    public init(text: String) throws(Problem) {
        self.init(logs: [])
        var named: [String: Quorum] = [:]
        var hasQuorum = false
        for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
            let problem = { (summary: String) in Problem(line: place + 1, summary: summary) }
            guard let verb = words.first, !verb.hasPrefix("#") else { continue }
            switch verb {
            case "log":
                guard words.count == 2 || words.count == 3 else { throw problem("a log is 'log VKEY [URL]'") }
                do { logs.append(try VerifierKey(words[1])) } catch { throw problem(error.description) }
            case "witness":
                guard words.count == 3 || words.count == 4 else {
                    throw problem("a witness is 'witness NAME VKEY [URL]'")
                }
                guard named[words[1]] == nil, words[1] != "none" else {
                    throw problem("the name '\(words[1])' is taken")
                }
                do {
                    let key = try WitnessKey(words[2])
                    guard !witnesses.contains(key) else { throw problem("this witness is listed twice") }
                    witnesses.append(key)
                    named[words[1]] = .witness(key)
                } catch let error as KeyError { throw problem(error.description) } catch let error as Problem {
                    throw error
                } catch { throw problem("\(error)") }
            case "group":
                guard words.count >= 4, named[words[1]] == nil, words[1] != "none" else {
                    throw problem("a group is 'group NAME any|all|NUMBER MEMBER…', with a name that is not taken")
                }
                var members: [Quorum] = []
                for name in words[3...] {
                    guard let member = named[name] else { throw problem("'\(name)' is not named above") }
                    members.append(member)
                }
                guard Set(words[3...]).count == members.count else { throw problem("a member is listed twice") }
                let threshold = words[2] == "any" ? 1 : words[2] == "all" ? members.count : Int(words[2]) ?? 0
                guard threshold >= 1, threshold <= members.count else {
                    throw problem("a group of \(members.count) can't ask for '\(words[2])' of them")
                }
                named[words[1]] = .group(threshold: threshold, members: members)
            case "quorum":
                guard words.count == 2, !hasQuorum, let chosen = words[1] == "none" ? Quorum.none : named[words[1]]
                else { throw problem("a quorum is 'quorum NAME' or 'quorum none', once, with a name from above") }
                quorum = chosen
                hasQuorum = true
            default: throw problem("'\(verb)' is not known; lines begin with log, witness, group or quorum")
            }
        }
        guard !logs.isEmpty else { throw Problem(line: 0, summary: "the policy names no log") }
        guard hasQuorum else { throw Problem(line: 0, summary: "the policy has no 'quorum' line") }
    }

    /// The checkpoint in `bytes`, checked against the log that it names.
    func checkpoint(_ bytes: [UInt8]) -> Result<VerifiedCheckpoint, VerifiedCheckpoint.Failure> {
        var failure = VerifiedCheckpoint.Failure.notANote
        for (place, key) in logs.enumerated() {
            do { return .success(try VerifiedCheckpoint(bytes, key: key)) } catch {
                // The most telling of several: a log that is named but whose signature fails.
                if place == 0 || error == .badSignature { failure = error }
            }
        }
        return .failure(failure)
    }

    /// The answer about witnesses for a note.
    func witnessed(_ note: SignedNote) -> Verdict.Answer {
        var times: [(name: String, at: UInt64)] = []
        for witness in witnesses {
            switch witness.statement(on: note) {
            case .silent: continue
            case .forged: return .fails("the cosignature of \(witness.name) does not hold")
            case .seen(let time): times.append((witness.name, time))
            }
        }
        let seen = Set(times.map(\.name))
        guard quorum.isReached(by: { seen.contains($0.name) }) else {
            return .fails("seen by \(times.count) of \(witnesses.count) witnesses, which is not the quorum")
        }
        var own: String?
        for witness in ownWitnesses {
            switch witness.statement(on: note) {
            case .silent: continue
            case .forged: return .fails("the cosignature of \(witness.name) does not hold")
            case .seen(let time):
                own = "by the issuer's own witness at \(Timestamp.text(Int(clamping: time)))"
            }
        }
        if witnesses.isEmpty {
            guard let own else { return .unknown("the policy names no witness") }
            return .holds("seen \(own); no independent witness is named")
        }
        let list = times.map { "\($0.name) at \(Timestamp.text(Int(clamping: $0.at)))" }.joined(separator: ", ")
        return .holds("seen by \(times.count) of \(witnesses.count) witnesses: \(list)" + (own.map { "; \($0)" } ?? ""))
    }
}
