import Site
import Support
import TransparencyLog
import Verification

/// Whom a verification trusts, and why.
struct VerifyTrust {
    /// Keys from a policy, from the command line, or from the manifest; `nil`: nothing was said.
    let policy: TrustPolicy?
    /// Whether the key that a record brings along may do.
    let isFirstUse: Bool
    private let edit: (inout TrustPolicy) -> Void

    init(_ command: VerifyCommand, site: Site?) throws(Failure) {
        isFirstUse = command.firstUse
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
            } else if let site, let pem = site.signing?.pem, !pem.contains("ENCRYPTED") {
                // The issuer's own machine; a key under a passphrase is not asked for.
                let key = try Ed25519Key(pem: pem, passphrase: nil)
                policy = TrustPolicy(logs: [try VerifierKey(name: site.signerName, publicKey: key.publicKey)])
            }
            self.policy = policy.map {
                var edited = $0
                edited.greatestStatusAge = age
                edited.needsAnchor = needsAnchor
                return edited
            }
        } catch let error as Failure { throw error } catch let error as FileError { throw Failure(error) } catch {
            throw Failure(.usage, "\(command.trust ?? "--key"): \(error)")
        }
    }

    /// The policy for records that name `key` themselves.
    func policy(naming key: String?) throws(Failure) -> (policy: TrustPolicy, isFirstUse: Bool) {
        if let policy { return (policy, false) }
        if isFirstUse, let key, let parsed = try? VerifierKey(key) {
            var policy = TrustPolicy(logs: [parsed])
            edit(&policy)
            return (policy, true)
        }
        throw Failure(
            .usage, "whom to trust is not said",
            hint: "give --trust FILE or --key VKEY, or --first-use to take the key that comes along")
    }
}
