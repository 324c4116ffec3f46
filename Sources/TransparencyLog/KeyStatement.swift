import Support

/// What an issuer says about one of its keys: a signed note, recorded in the log by an entry of kind `key`.
///
///     wayseal/key@v1
///     go.example.org
///     log go.example.org+9ead41e0+AWjA…
///     1767225600
///
///     — go.example.org nq1B…
///
/// A new log key is signed by the key before it *and* by itself, so that neither can be put there without its holder.
public struct KeyStatement: Equatable, Sendable {
    /// What is said.
    public enum Act: String, CaseIterable, Sendable {
        /// The key signs checkpoints from then on.
        case log
        /// The key signs status lists, and may declare keys revoked.
        case revocation
        /// The account pays for anchors.
        case anchor
        /// The key cosigns checkpoints for the issuer itself (``WitnessKey``).
        case witness
        /// What the key signs from then on is worth nothing: it was lost or stolen.
        case revoked
    }

    /// Whose keys they are.
    public let origin: String
    /// What is said.
    public let act: Act
    /// The key: a vkey, or an account for ``Act/anchor``.
    public let key: String
    /// From when on, in seconds since 1970, by the issuer's clock.
    public let since: Int
    /// The signed note.
    public private(set) var note: SignedNote

    /// A statement, signed by nobody yet.
    public init(origin: String, act: Act, key: String, since: Int) {
        self.origin = origin
        self.act = act
        self.key = key
        self.since = since
        note = SignedNote(text: Self.text(origin, act, key, since), signatures: [])
    }

    /// Reads a note; `nil` for anything that is no statement in the one spelling.
    public init?(_ bytes: [UInt8]) {
        guard let note = SignedNote(bytes), note.serialized.utf8.elementsEqual(bytes) else { return nil }
        let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, let since = Int(lines[3]) else { return nil }
        let words = lines[2].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let act = Act(rawValue: String(words[0])) else { return nil }
        self.init(origin: String(lines[1]), act: act, key: String(words[1]), since: since)
        guard self.note.text == note.text,
            Set(note.signatures.map { "\($0.name) \($0.keyID)" }).count == note.signatures.count
        else { return nil }
        self.note = note
    }

    private static func text(_ origin: String, _ act: Act, _ key: String, _ since: Int) -> String {
        "wayseal/key@v1\n\(origin)\n\(act.rawValue) \(key)\n\(since)\n"
    }

    /// Adds a signature.
    public mutating func sign(with signer: borrowing Ed25519Key, name: String) throws(KeyError) {
        note.signatures += try SignedNote(text: note.text, signedBy: signer, name: name).signatures
    }

    /// Those of an issuer's statements that go along with a checkpoint: all about keys that sign, once they have changed; and
    /// whose the witness's cosignature is, where there is one. At most 64.
    public static func needed(_ statements: [KeyStatement], for checkpoint: [UInt8]) -> [KeyStatement] {
        let note = SignedNote(checkpoint)
        let hasChanged =
            Set(statements.filter { $0.act == .log }.map(\.key)).count > 1
            || statements.contains { $0.act == .revoked }
        let needed = statements.filter { statement in
            switch statement.act {
            case .log, .revocation, .revoked: hasChanged
            case .anchor: false
            case .witness:
                note.map { note in (try? WitnessKey(statement.key))?.statement(on: note) != .silent } ?? false
            }
        }
        return Array(needed.suffix(64))
    }

    /// The name under which the issuer's revocation key signs.
    public static func revocationName(_ origin: String) -> String { origin + "/revocation" }

    /// The name under which the issuer's own witness cosigns.
    public static func witnessName(_ origin: String) -> String { origin + "/witness" }

    /// The note's bytes.
    public var serialized: [UInt8] { Array(note.serialized.utf8) }
}

/// The keys that follow from trusted ones and what is said about them: who may sign, and since when nobody should believe
/// whom.
public struct KeyRing: Equatable, Sendable {
    /// Keys that may sign checkpoints, the trusted ones first.
    public private(set) var logs: [VerifierKey]
    /// Keys that may sign status lists, besides those.
    public private(set) var revocations: [VerifierKey] = []
    /// Accounts that pay for anchors.
    public private(set) var accounts: [String] = []
    /// Keys of the issuer's own witness.
    public private(set) var witnesses: [WitnessKey] = []
    /// Since when keys are revoked, by vkey, in seconds since 1970.
    public private(set) var revoked: [String: Int] = [:]
    /// What can't all be true; the text names the key.
    public private(set) var conflict: String?

    /// Whether every signature of the statements is by a key that is trusted or that one of them names, and holds: what is
    /// carried along must be whole, even where nothing follows from it.
    public static func isWhole(_ statements: [KeyStatement], trusted: [VerifierKey]) -> Bool {
        let named = trusted + statements.compactMap { try? VerifierKey($0.key) }
        return statements.allSatisfy { statement in
            statement.note.signatures.allSatisfy { signature in
                named.contains {
                    $0.name == signature.name && $0.keyID == signature.keyID && statement.note.isSigned(by: $0)
                }
            }
        }
    }

    /// Follows statements from `trusted` keys on. Their order does not matter; what no trusted key leads to is ignored.
    /// O(statements²).
    public init(trusted: [VerifierKey], statements: [KeyStatement]) {
        logs = trusted
        var successors: [String: String] = [:]
        var pending = statements
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            pending.removeAll { statement in
                guard
                    let signer = (logs + revocations).first(where: {
                        ($0.name == statement.origin || $0.name == KeyStatement.revocationName(statement.origin))
                            && (statement.act == .revoked || $0.description != statement.key)
                            && statement.note.isSigned(by: $0)
                    })
                else { return false }
                isGrowing = true
                follow(statement, by: signer, &successors)
                return true
            }
        }
    }

    private mutating func follow(
        _ statement: KeyStatement, by signer: VerifierKey, _ successors: inout [String: String]
    ) {
        let maySign = logs.contains(signer)
        switch statement.act {
        case .log:
            guard maySign, let key = try? VerifierKey(statement.key), key.name == statement.origin,
                statement.note.isSigned(by: key)
            else { return }
            // Whoever stole a key can name a successor, too: then nobody can tell which one is right.
            if let other = successors.updateValue(statement.key, forKey: signer.description), other != statement.key {
                conflict = "\(signer) names two successors"
            }
            if !logs.contains(key) { logs.append(key) }
        case .revocation:
            guard maySign, let key = try? VerifierKey(statement.key),
                key.name == KeyStatement.revocationName(statement.origin)
            else { return }
            if !revocations.contains(key) { revocations.append(key) }
        case .witness:
            guard maySign, let key = try? WitnessKey(statement.key),
                key.name == KeyStatement.witnessName(statement.origin)
            else { return }
            if !witnesses.contains(key) { witnesses.append(key) }
        case .anchor:
            if maySign, !accounts.contains(statement.key) { accounts.append(statement.key) }
        case .revoked:
            revoked[statement.key] = min(revoked[statement.key] ?? Int.max, statement.since)
        }
    }
}
