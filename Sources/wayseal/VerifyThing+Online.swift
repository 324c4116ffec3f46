import Site
import Support
import Transfer
import TransparencyLog
import Verification

extension VerifyThing {
    /// A certificate's URL: its bundle, the newest status and the newest checkpoint from its host.
    func online(_ url: String) async throws -> Bool {
        let address = try AskedAddress(url, query: nil)
        guard let host = address.host, let scheme = address.scheme else {
            throw Failure(.usage, "'\(url)' names no host")
        }
        let authority = url.dropFirst(scheme.utf8.count + 3).prefix { !"/?#".contains($0) }
        let base = "\(scheme)://\(authority)"
        let prefix = "/certificates/"
        let path = String(address.target.prefix { $0 != "?" })
        guard path.hasPrefix(prefix), CertificatePattern.isPlain(String(path.dropFirst(prefix.utf8.count))) else {
            switch known.meaning(of: url) {
            case .link(let slug, let target):
                return report.line(true, name: url, "the link '\(slug)' of the manifest here, leads to \(target)")
            case .unknown(let why), .foreign(let why): return report.line(false, name: url, why)
            default:
                throw Failure(
                    .usage, "\(url) is no certificate's address",
                    hint: "links are recorded without their names: only their issuer, with the manifest, can check them"
                )
            }
        }
        let id = String(path.dropFirst(prefix.utf8.count))
        let bytes = try Self.fetch("\(base)\(prefix)\(id).wayseal.json", what: "a record of '\(id)'", at: host)
        guard let bundle = ProofBundle(bytes) else { return try self.bundle(bytes, name: url) }
        var asking = self
        try asking.trust.resolve(base)
        return try asking.online(url, bundle, bytes, id: id, base: base, host: host)
    }

    private func online(
        _ url: String, _ bundle: ProofBundle, _ bytes: [UInt8], id: String, base: String, host: String
    ) throws -> Bool {
        var status: [ProofBundle.Status]?
        let list = bundle.proof.index / StatusList.count
        if let lists = try? StatusList.Purpose.allCases.map({ purpose in
            let path = "\(base)/log/status/\(purpose.rawValue)-\(list).json"
            return ProofBundle.Status(
                credential: try Self.fetch(path, what: "a status list", at: host),
                note: try Self.fetch(path + ".note", what: "a status list's note", at: host))
        }) {
            status = lists
        }
        guard try self.bundle(bytes, name: url, more: ["slug": id], status: status) else { return false }
        return try isOneHistory(bundle, base: base, host: host, name: url)
    }

    /// Whether the newest log of the host begins with the one that the record was proven in.
    private func isOneHistory(_ bundle: ProofBundle, base: String, host: String, name: String) throws -> Bool {
        guard let note = SignedNote(bundle.proof.checkpoint), let old = Checkpoint(text: note.text) else {
            return false
        }
        let policy = try trust.policy(naming: bundle.log).policy
        do throws(Mirror.Problem) {
            let mirror = try Mirror(policy: policy) { path in
                try? Self.fetch("\(base)/log/\(path)", what: path, at: host)
            }
            if try mirror.isConsistent(with: old) {
                return report.line(
                    true, name: name,
                    "the host's newest log, of \(mirror.size) entries, begins with the one of the proof")
            }
            return report.line(
                false, name: name,
                "ALARM: the host shows another history than the one of the proof; keep both files and tell others")
        } catch {
            return report.line(false, name: name, "the host's log can't be checked: \(error)")
        }
    }

    static func fetch(_ url: String, what: String, at host: String) throws(Failure) -> [UInt8] {
        let response: HTTPResponse
        do throws(TransferError) { response = try HTTPRequest(.get, url).send() } catch {
            throw Failure(.outsideWorld, "\(host) could not be asked for \(what): \(error)")
        }
        guard response.status == 200 else {
            throw Failure(
                .checkFailed,
                "\(host) has no \(what.hasPrefix("a ") ? String(what.dropFirst(2)) : what): it answers \(response.status)"
            )
        }
        return response.body
    }
}
