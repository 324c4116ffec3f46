import Certificates
import Decoding
import Ledger
import Site
import Support
import TransparencyLog
import Verification

/// Finds out what a thing is, and checks it as that.
struct VerifyThing {
    var trust: VerifyTrust
    let now: Int
    let anchors: AnchorTrustOptions
    let known: KnownCodes
    let expected: [String: String]
    let entry: String?
    let mirror: String?
    let report: VerifyReport

    /// Files of a folder that are looked at; more are no folder but a disk.
    private static let mostFiles = 100_000
    /// Files that are read whole.
    private static let largestFile = 1 << 28

    /// Whether everything about it holds.
    func verify(_ thing: String) async throws -> Bool {
        let lower = thing.lowercased()
        if lower.hasPrefix("https://") || lower.hasPrefix("http://") { return try await online(thing) }
        do {
            guard let status = try Files.status(thing) else { return try await number(thing) }
            if status.kind == .directory {
                guard try Files.status(thing + "/checkpoint") == nil else {
                    return await report.log(folder: thing, policy: try trust.policy(naming: nil).policy)
                }
                return try await folder(thing)
            }
            if let mirror, lower.hasSuffix(".csv") {
                let policy = try trust.policy(naming: nil).policy
                return try await report.batch(Files.read(thing), name: thing, mirror: mirror, policy: policy)
            }
            return try file(thing)
        } catch let error as FileError { throw Failure(error) }
    }

    // MARK: files

    private func file(_ path: String) throws -> Bool {
        let bytes = try Files.read(path, limit: Self.largestFile)
        let format = Picture.format(of: bytes.prefix(1_024))
        if let carried = CarriedBundle.find(in: bytes) {
            let holds = try bundle(carried, name: path)
            guard format != nil else { return holds }
            // What is printed on it must be what it is about.
            let slug = ProofBundle(carried)?.disclosed.first { $0.field == "slug" }?.value
            let origin = ProofBundle(carried).flatMap { SignedNote($0.proof.checkpoint) }
                .flatMap { Checkpoint(text: $0.text) }?.origin
            let codes = CodesOnPaper(known: known, report: report, only: slug.flatMap { id in origin.map { ($0, id) } })
            return try codes.read(path, bytes, format, mayBeEmpty: true) { _ in nil } && holds
        }
        if format != nil {
            let codes = CodesOnPaper(known: known, report: report, only: nil)
            return try codes.read(path, bytes, format, mayBeEmpty: false) { try record(of: $0) }
        }
        if bytes.starts(with: Array("c2sp.org/tlog-proof".utf8)) { return try proof(path, bytes) }
        if bytes.first == UInt8(ascii: "{") { return try bundle(bytes, name: path) }
        if let note = SignedNote(bytes) {
            let verifier = try verifier(naming: nil).verifier
            return try report.note(note, path: path, verifier, anchors)
        }
        return try document(path, bytes)
    }

    func verifier(naming key: String?) throws(Failure) -> (verifier: Verifier, basis: VerifyTrust.Basis) {
        let (policy, basis) = try trust.policy(naming: key)
        var verifier = Verifier(policy: policy, now: now, anchorCheck: try anchors.check())
        verifier.anchorTime = try anchors.time()
        return (verifier, basis)
    }

    /// A bundle; `more` must be disclosed besides what was asked for.
    func bundle(
        _ bytes: [UInt8], name: String, more: [String: String] = [:], status: [ProofBundle.Status]? = nil
    ) throws -> Bool {
        var bytes = bytes
        let read = ProofBundle(bytes)
        if let status, var fresh = read {
            // Newer lists take the place of those that came along.
            let keys = fresh.keys
            fresh = ProofBundle(
                log: fresh.log, entry: fresh.entry, proof: fresh.proof, disclosed: fresh.disclosed, status: status,
                anchor: fresh.anchor)
            fresh.keys = keys
            bytes = fresh.serialized
        }
        let (verifier, basis) = try verifier(naming: read?.log)
        let verdict = verifier.verdict(bundle: bytes, expected: expected.merging(more) { asked, _ in asked })
        report.verdict(
            verdict, name: name, values: verdict.isValid ? read?.disclosed ?? [] : [],
            basis: basis, key: read?.log)
        return verdict.isValid
    }

    private func proof(_ path: String, _ bytes: [UInt8]) throws -> Bool {
        let (verifier, basis) = try verifier(naming: nil)
        var about: [UInt8]?
        let stem = String(path.dropLast(path.hasSuffix(".tlog-proof") ? 11 : 0))
        if let entry {
            about = try Files.read(entry, limit: 1 << 16)
        } else if let beside = try? Files.read(stem + ".wayseal.json", limit: 1 << 24) {
            about = ProofBundle(beside)?.entry
        } else if let mirror, let index = LogProof(bytes)?.index {
            // The entry is in the log itself.
            do throws(Mirror.Problem) {
                let log = try Mirror(policy: verifier.policy) { try? Files.read(mirror + "/" + $0, limit: 1 << 25) }
                if index < log.size { about = try log.entries(tile: index / Tile.fullWidth)[index] }
            } catch { return report.line(false, name: path, "\(mirror): \(error)") }
        }
        guard let about else {
            throw Failure(
                .usage, "a .tlog-proof says where an entry is, not what it is",
                hint: "give --entry FILE, or --mirror DIR with a copy of the log; a .wayseal.json beside it does, too")
        }
        let verdict = verifier.verdict(proof: bytes, entry: about)
        report.verdict(verdict, name: path, values: [], basis: basis, key: nil)
        return verdict.isValid
    }

    /// Any other file: sealed, if its bundle lies beside it.
    private func document(_ path: String, _ bytes: [UInt8]) throws -> Bool {
        let beside = path + ".wayseal.json"
        guard try Files.status(beside) != nil else {
            throw Failure(
                .usage, "\(path) is nothing that can be verified",
                hint: "a sealed document needs \(beside) beside it; 'wayseal verify --help' lists the rest")
        }
        return try bundle(
            Files.read(beside, limit: 1 << 24), name: path, more: ["sha256": Hex.encode(SHA256.hash(bytes))])
    }

    // MARK: folders

    private func folder(_ path: String) async throws -> Bool {
        var files: [String] = []
        try list(path, into: &files)
        var allHold = true
        var checked = 0
        for file in files.sorted() where isOurs(file) {
            checked += 1
            allHold = try self.file(file) && allHold
        }
        guard checked > 0 else { return report.line(false, name: path, "there is nothing in it that can be verified") }
        return allHold
    }

    /// By name, so that a folder of photos with a text beside them is no error.
    private func isOurs(_ path: String) -> Bool {
        let lower = path.lowercased()
        return [".png", ".jpg", ".jpeg", ".pdf", ".svg", ".wayseal.json", ".tlog-proof", ".note"].contains(
            where: lower.hasSuffix)
    }

    private func list(_ path: String, into files: inout [String]) throws {
        for name in try Files.names(in: path) {
            let child = Files.join(path, name)
            switch try Files.status(child, followLinks: false)?.kind {
            case .directory: try list(child, into: &files)
            case .file: files.append(child)
            default: break
            }
            guard files.count <= Self.mostFiles else {
                throw Failure(.usage, "\(path) holds over \(Self.mostFiles) files")
            }
        }
    }

    // MARK: numbers and slugs

    /// No file: the number of a certificate, or the slug of a link.
    private func number(_ text: String) async throws -> Bool {
        if let holds = try record(of: text) { return holds }
        if let link = known.link(text) {
            return report.line(
                true, name: text, "a link of the manifest, printed as \(link.url), leads to \(link.target)")
        }
        throw Failure(
            .outsideWorld, "there is no file '\(text)', and no certificate or link of that name is known here",
            hint: "for one of another issuer give its URL")
    }

    /// Checks the certificate `id` from the ledger here, or from its files in `certificates/`; `nil` when neither has it.
    func record(of id: String) throws -> Bool? {
        guard CertificatePattern.isPlain(id) else { return nil }
        if let folder = known.ledgerFolder, let site = known.manifest,
            let index = try? LedgerIndex.read(LedgerFolder(folder)),
            let certificate = (try? index.certificate(id)) ?? nil
        {
            let statuses = (try? index.statuses()) ?? ([], [])
            if statuses.0.contains(certificate.index) { return report.line(false, name: id, "it was revoked") }
            if statuses.1.contains(certificate.index) { return report.line(false, name: id, "it is suspended") }
            if let key = trust.policy?.logs.last {
                let files = CertificateFiles(site: site, key: key)
                if let bundle = try? files.bundle(certificate, index, status: []) {
                    return try self.bundle(bundle.serialized, name: id, more: ["slug": id])
                }
            }
        }
        for batch in ((try? Files.names(in: "certificates")) ?? []).sorted() {
            let path = "certificates/\(batch)/\(id)/\(id).wayseal.json"
            if (try? Files.status(path)) ?? nil != nil {
                return try bundle(Files.read(path, limit: 1 << 24), name: path, more: ["slug": id])
            }
        }
        return nil
    }
}
