import Support
import TransparencyLog

/// Checks proofs and bundles against a policy. Pure: time and whatever knows chains come in as parameters.
public struct Verifier: Sendable {
    /// Checks the proof of an anchor: that a chain stored `value` at some time. Answers for itself.
    public typealias AnchorCheck = @Sendable (_ proof: [UInt8], _ value: [UInt8]) -> Verdict.Answer

    /// Whom to trust.
    public var policy: TrustPolicy
    /// Now, in seconds since 1970.
    public var now: Int
    /// What checks anchors; `nil`: they are left unknown.
    public var anchorCheck: AnchorCheck?
    /// The time that the proof of an anchor gives, in seconds since 1970; asked only where ``anchorCheck`` holds.
    public var anchorTime: (@Sendable (_ proof: [UInt8], _ value: [UInt8]) -> Int?)?

    /// A verifier.
    public init(policy: TrustPolicy, now: Int, anchorCheck: AnchorCheck? = nil) {
        self.policy = policy
        self.now = now
        self.anchorCheck = anchorCheck
    }

    /// Checks a bundle.
    /// - Parameter expected: what was scanned or typed, by field (`slug`, `sha256`): must be disclosed with this very value.
    public func verdict(bundle bytes: [UInt8], expected: [String: String] = [:]) -> Verdict {
        guard let bundle = ProofBundle(bytes) else {
            return Verdict(.format, fails: "not a wayseal bundle, or changed")
        }
        if !bundle.keys.isEmpty {
            guard KeyRing.isWhole(bundle.keys, trusted: policy.logs) else {
                return Verdict(.format, fails: "a statement about a key carries a signature that does not hold")
            }
            var verifier = self
            verifier.policy.follow(bundle.keys)
            // A bundle that names the issuer's witness has its cosignature: it can't be dropped unseen.
            if bundle.keys.contains(where: { $0.act == .witness }), !verifier.policy.ownWitnesses.isEmpty,
                let note = SignedNote(bundle.proof.checkpoint),
                !verifier.policy.ownWitnesses.contains(where: { $0.statement(on: note) != .silent })
            {
                return Verdict(.witnesses, fails: "the issuer's own witness has not signed the checkpoint")
            }
            var bare = bundle
            bare.keys = []
            return verifier.verdict(bundle: bare.serialized, expected: expected)
        }
        let anchor = anchor(of: bundle)
        var time: Int?
        if case .holds = anchor, let proof = bundle.anchor, let note = SignedNote(bundle.proof.checkpoint) {
            time = anchorTime?(proof, Checkpoint.anchorValue(of: note))
        }
        var verdict = self.verdict(proof: bundle.proof, entry: bundle.entry, anchored: time)
        guard case .holds? = verdict[.entry], let entry = LedgerEntry(bundle.entry) else { return verdict }
        // The key in the bundle decides nothing, but a wrong one would mislead those who look for it there.
        if !policy.logs.contains(where: { $0.description == bundle.log }) {
            verdict = Verdict(.log, fails: "the bundle names a key that the policy does not trust")
        }
        verdict.add(.values, values(of: bundle, entry: entry, expected: expected))
        verdict.add(.anchor, anchor)
        verdict.add(.status, status(of: bundle))
        return verdict
    }

    /// Checks a `.tlog-proof` for an entry.
    public func verdict(proof bytes: [UInt8], entry: [UInt8]) -> Verdict {
        guard let proof = LogProof(bytes) else { return Verdict(.format, fails: "not a tlog-proof, or changed") }
        return verdict(proof: proof, entry: entry, anchored: nil)
    }

    private func verdict(proof: LogProof, entry: [UInt8], anchored: Int?) -> Verdict {
        guard proof.extra == nil else {
            return Verdict(.format, fails: "the proof carries data that nothing authenticates")
        }
        guard let record = LedgerEntry(entry) else {
            return Verdict(.format, fails: "the entry is not an entry of a wayseal ledger")
        }
        var verdict = Verdict()
        verdict.add(.format, .holds("\(record.kind.rawValue) entry \(proof.index)"))
        switch policy.checkpoint(proof.checkpoint) {
        case .failure(let failure):
            verdict.add(.log, .fails(failure.description))
            return verdict
        case .success(let verified):
            let checkpoint = verified.checkpoint
            verdict.add(.log, .holds("\(checkpoint.origin) signed \(checkpoint.size) entries"))
            if let answer = policy.key(of: verified.note, anchored: anchored) { verdict.add(.key, answer) }
            guard proof.index < checkpoint.size else {
                verdict.add(.entry, .fails("entry \(proof.index) is beyond the \(checkpoint.size) signed ones"))
                return verdict
            }
            guard proof.proves(leaf: .leaf(entry), in: checkpoint) else {
                verdict.add(.entry, .fails("the proof does not lead from the entry to the signed root"))
                return verdict
            }
            verdict.add(
                .entry,
                .holds("entry \(proof.index) of \(checkpoint.origin), dated \(Timestamp.text(record.at)) by its issuer")
            )
            verdict.add(.witnesses, policy.witnessed(verified.note))
        }
        return verdict
    }

    private func values(of bundle: ProofBundle, entry: LedgerEntry, expected: [String: String]) -> Verdict.Answer {
        var shown: [String: String] = [:]
        for value in bundle.disclosed {
            guard value.opens(entry), shown.updateValue(value.value, forKey: value.field) == nil else {
                return .fails("'\(value.field)' is not what the entry commits to")
            }
        }
        for (field, value) in expected.sorted(by: { $0.key < $1.key }) {
            guard let shown = shown[field] ?? entry.open[field] else {
                return .fails("'\(field)' is not disclosed, so it can't be compared")
            }
            guard shown == value else { return .fails("'\(field)' is '\(shown)', not '\(value)'") }
        }
        if shown.isEmpty { return .unknown("no values are disclosed") }
        return .holds(
            "\(shown.count) of \(entry.commitments.count) hidden values are disclosed and belong to the entry")
    }

    private func anchor(of bundle: ProofBundle) -> Verdict.Answer {
        guard let proof = bundle.anchor else {
            return policy.needsAnchor ? .fails("not anchored on a chain") : .unknown("no chain was used")
        }
        guard let anchorCheck else {
            // Not looked at means that its bytes could be anything.
            return .fails("the anchor can't be checked here")
        }
        guard let note = SignedNote(bundle.proof.checkpoint) else { return .fails("the checkpoint is no note") }
        return anchorCheck(proof, Checkpoint.anchorValue(of: note))
    }

    private func status(of bundle: ProofBundle) -> Verdict.Answer {
        var answers: [StatusList.Purpose: Verdict.Answer] = [:]
        for list in bundle.status {
            switch StatusStatement.read(list, logs: policy.logs, revocationKeys: policy.revocationKeys) {
            case .failure(let problem): return .fails(problem.description)
            case .success(let statement):
                guard
                    statement.origin
                        == SignedNote(bundle.proof.checkpoint).flatMap({ Checkpoint(text: $0.text) })?.origin,
                    answers[statement.purpose] == nil
                else { return .fails("the status list is of another log, or there twice") }
                let answer = statement.answer(
                    about: bundle.proof.index, now: now, greatestAge: policy.greatestStatusAge)
                // That something is valid today is worth nothing from a revoked key, whenever it claims to have said so.
                if case .holds = answer, policy.revoked[statement.signer] != nil { continue }
                answers[statement.purpose] = answer
            }
        }
        for purpose in StatusList.Purpose.allCases {
            if case .fails(let reason)? = answers[purpose] { return .fails(reason) }
        }
        guard case .holds(let evidence)? = answers[.revocation], case .holds? = answers[.suspension] else {
            return policy.greatestStatusAge == nil
                ? .unknown("no status list is at hand") : .fails("no status list is at hand")
        }
        return .holds(evidence)
    }
}

/// A status list that the log has signed.
struct StatusStatement {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    let origin: String
    /// The vkey whose signature holds.
    let signer: String
    let purpose: StatusList.Purpose
    let number: Int
    let size: Int
    let at: Int
    let list: StatusList

    /// Checks the note over a list and reads both.
    static func read(
        _ status: ProofBundle.Status, logs: [VerifierKey], revocationKeys: [VerifierKey] = []
    ) -> Result<StatusStatement, Problem> {
        let bad = { (text: String) in Result<StatusStatement, Problem>.failure(Problem(description: text)) }
        guard let note = SignedNote(status.note), note.serialized.utf8.elementsEqual(status.note),
            note.signatures.count == 1
        else { return bad("the note over the status list is not a signed note of one signature") }
        let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0] == "wayseal/status@v1",
            let signer = logs.first(where: { $0.name == lines[1] && note.isSigned(by: $0) })
                ?? revocationKeys.first(where: {
                    $0.name == KeyStatement.revocationName(String(lines[1])) && note.isSigned(by: $0)
                })
        else { return bad("the status list is not signed by the log") }
        let numbers = lines[2].split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ 0...1 << 53 ~= $0 }),
            let json = CanonicalJSON(status.credential),
            let subject = json["credentialSubject"],
            let purpose = subject["statusPurpose"]?.text.flatMap(StatusList.Purpose.init),
            let list = subject["encodedList"]?.text.flatMap({ StatusList(encoded: $0) }),
            let file = lines[3].split(separator: " ").last,
            let number = Int(file.dropFirst(purpose.rawValue.utf8.count + 1).dropLast(5)), number >= 0,
            file == "\(purpose.rawValue)-\(number).json",
            StatusList.noteText(
                origin: String(lines[1]), size: numbers[0], at: numbers[1], file: String(file),
                credential: status.credential)
                == note.text
        else { return bad("the status list is not the one that was signed") }
        return .success(
            StatusStatement(
                origin: String(lines[1]), signer: signer.description, purpose: purpose, number: number,
                size: numbers[0], at: numbers[1], list: list
            ))
    }

    /// What the list says about an entry.
    func answer(about index: Int, now: Int, greatestAge: Int?) -> Verdict.Answer {
        guard index < size, index / StatusList.count == number else {
            return .fails("the status list does not cover entry \(index)")
        }
        if list[index % StatusList.count] {
            return .fails(purpose == .revocation ? "it was revoked" : "it is suspended")
        }
        // A day for clocks that are wrong.
        if greatestAge != nil, at > now + 86_400 { return .fails("the status list is from the future, \(at)") }
        if let greatestAge, now - at > greatestAge {
            return .fails("the status list is \(now - at) s old, the policy allows \(greatestAge) s")
        }
        return .holds("not revoked as of \(Timestamp.text(at))")
    }
}
