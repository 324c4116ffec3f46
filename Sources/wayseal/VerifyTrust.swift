import Ledger
import Site
import Support
import Transfer
import TransparencyLog
import Verification

/// Whom a verification trusts, and why.
struct VerifyTrust {
    /// What the trust rests on.
    enum Basis: Equatable {
        /// A policy, a key, or the manifest here.
        case given
        /// The key that the record brings along.
        case firstUse
        /// What a host and its zone agree on.
        case published(String)
    }

    /// Keys from a policy, from the command line, from the manifest, or published; `nil`: nothing was said.
    private(set) var policy: TrustPolicy?
    /// Whether the key that a record brings along may do.
    let isFirstUse: Bool
    private(set) var basis = Basis.given
    private let edit: (inout TrustPolicy) -> Void
    private let resolver: NameLookup.Server?

    init(_ command: VerifyCommand, site: Site?) throws(Failure) {
        isFirstUse = command.firstUse
        resolver = command.resolver.flatMap { NameLookup.Server($0) }
        let (age, needsAnchor) = (command.statusAge, command.anchors.requireAnchor)
        edit = { policy in
            policy.greatestStatusAge = age
            policy.needsAnchor = needsAnchor
        }
        do {
            var policy: TrustPolicy?
            if let trust = command.trust {
                policy = try TrustPolicy(text: String(decoding: Files.read(trust, limit: 1 << 20), as: UTF8.self))
            } else if !command.key.isEmpty {
                policy = TrustPolicy(logs: try command.key.map { try VerifierKey($0) })
            } else if command.issuer == nil, let site, let pem = site.signing?.pem {
                // The issuer's own machine.
                policy = try Self.ownPolicy(site, pem)
            }
            var statements: [KeyStatement] = []
            if let keys = command.keys {
                guard let read = KeyDocuments.statements(try Files.read(keys, limit: 1 << 20)) else {
                    throw Failure(.checkFailed, "\(keys) is not a list of statements about keys")
                }
                statements = read
            }
            self.policy = policy.map {
                var edited = $0
                edit(&edited)
                edited.follow(statements)
                return edited
            }
        } catch let error as Failure { throw error } catch let error as FileError { throw Failure(error) } catch {
            throw Failure(.usage, "\(command.trust ?? "--key"): \(error)")
        }
        if policy == nil, let issuer = command.issuer { try resolve(issuer) }
    }

    /// The manifest's key; of one under a passphrase, which is not asked for, what the ledger here records.
    private static func ownPolicy(_ site: Site, _ pem: String) throws -> TrustPolicy? {
        guard pem.contains("ENCRYPTED") else {
            let key = try Ed25519Key(pem: pem, passphrase: nil)
            return TrustPolicy(logs: [try VerifierKey(name: site.signerName, publicKey: key.publicKey)])
        }
        guard let folder = site.ledger?.folder, let index = try LedgerIndex.read(LedgerFolder(folder)) else {
            return nil
        }
        let statements = try index.keyStatements()
        guard let first = statements.first(where: { $0.act == .log }).flatMap({ try? VerifierKey($0.key) }),
            first.name == site.signerName
        else { return nil }
        var policy = TrustPolicy(logs: [first])
        policy.follow(statements)
        return policy
    }

    /// Takes the keys on which a host and its zone agree; nothing where something else was said.
    /// - Parameter issuer: a host, or the beginning of its URLs.
    mutating func resolve(_ issuer: String) throws(Failure) {
        if policy != nil || isFirstUse { return }
        let base = issuer.contains("://") ? issuer : "https://" + issuer
        let address: AskedAddress
        do { address = try AskedAddress(base, query: nil) } catch { throw Failure(.usage, "\(issuer): \(error)") }
        guard let host = address.host else { throw Failure(.usage, "'\(issuer)' names no host") }
        guard base.lowercased().hasPrefix("https://") || ["localhost", "127.0.0.1"].contains(host) else {
            throw Failure(
                .usage, "\(host) is asked for its keys over https only",
                hint: "say whom to trust: --trust FILE or --key VKEY")
        }
        let told: PublishedKeys
        do {
            let did = try VerifyThing.fetch(base + "/.well-known/did.json", what: "did.json", at: host)
            let texts = try NameLookup.texts(of: PublishedKeys.name(of: host), server: resolver)
            told = try PublishedKeys(did: did, texts: texts, origin: host)
        } catch {
            throw Failure(
                .checkFailed, "whom to trust is not known: \(error)",
                hint: "give --trust FILE or --key VKEY, or --first-use to take the key that comes along")
        }
        var policy = TrustPolicy(logs: told.logs)
        edit(&policy)
        for (key, since) in told.revoked { policy.distrust(key, since: since) }
        if let keys = try? VerifyThing.fetch(base + "/log/keys.json", what: "keys.json", at: host) {
            policy.follow(KeyDocuments.statements(keys) ?? [])
        }
        self.policy = policy
        basis = .published(host)
    }

    /// The policy for records that name `key` themselves.
    func policy(naming key: String?) throws(Failure) -> (policy: TrustPolicy, basis: Basis) {
        if let policy { return (policy, basis) }
        if isFirstUse, let key, let parsed = try? VerifierKey(key) {
            var policy = TrustPolicy(logs: [parsed])
            edit(&policy)
            return (policy, .firstUse)
        }
        let issuer = key.flatMap { try? VerifierKey($0) }?.name
        throw Failure(
            .usage, "whom to trust is not said",
            hint:
                "give --trust FILE or --key VKEY; --issuer \(issuer ?? "HOST") takes what the host and its DNS agree on, "
                + "--first-use the key that comes along")
    }
}
