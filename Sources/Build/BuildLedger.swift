import Glibc
import Ledger
import Site
import Support
import TransparencyLog

/// The ledger's part of a build: what is to be recorded, the record, and the log among the files that are served. Holds
/// the ledger's lock from beginning to end, so that two builds can't record what each other is about to change.
final class BuildLedger {
    private var ledger: Ledger
    private let signer: Signer
    private let random: (Int) -> [UInt8]
    private let now: Int
    private let folder: String
    private let chain: UInt64?
    /// What this build records besides itself.
    private var drafts: [Draft]
    private let firstSize: Int
    /// Whether the ledger knows links, and so replaces a lock that was lost.
    let knowsLinks: Bool

    /// Seconds for which a status list is fresh enough for a build that changes nothing else.
    private static let freshness = 86_400

    init(
        _ settings: LedgerSettings, _ site: Site, _ compilation: Compilation, _ signer: Signer,
        _ options: BuildOptions, _ random: @escaping (Int) -> [UInt8], previous: String?
    ) throws(BuildError) {
        self.signer = signer
        self.random = random
        now = options.now
        chain = settings.anchor?.chain
        folder = "site/\(site.domains[settings.domain].host)/log"
        let origin = signer.verifier.name
        do {
            var ledger = try Ledger.open(LedgerFolder(settings.folder), origin: origin)
            if ledger.checkpoint == nil, let previous,
                try Files.status("\(previous)/\(folder)/checkpoint") != nil
            {
                // What was published once is never begun anew with the same key.
                throw LedgerError.indexMissing(folder: settings.folder)
            }
            try ledger.require(signer.verifier)
            let recorded = try LinkLock.recorded(in: ledger.index)
            drafts = try Self.changes(site, compilation, recorded, in: ledger.index, author: options.author)
            let statements = try ledger.index.keyStatements()
            var keys = [(KeyStatement.Act.log, "\(signer.verifier)")]
            if let key = settings.revocation { keys.append((.revocation, key)) }
            if let account = settings.anchor?.account { keys.append((.anchor, account)) }
            for (place, (act, key)) in keys.enumerated()
            where !statements.contains(where: {
                $0.act == act && $0.key == key && (act == .anchor || $0.note.isSigned(by: signer.verifier))
            }) {
                if act == .revocation { _ = try VerifierKey(key) }
                var statement = KeyStatement(origin: origin, act: act, key: key, since: options.now)
                try statement.sign(with: signer.key, name: origin)
                drafts.insert(.key(statement), at: min(place, drafts.count))
            }
            if let statement = try ledger.engageWitness(at: options.now, key: signer.key) {
                drafts.insert(statement, at: min(keys.count, drafts.count))
            }
            for anchor in try ledger.index.unrecordedAnchors() { drafts.append(.anchor(anchor)) }
            knowsLinks = recorded.count > 0
            firstSize = ledger.size
            self.ledger = ledger
        } catch {
            throw BuildError(error)
        }
    }

    /// What the ledger does not say yet: links that were only in `wayseal.lock`, changes of links, new codes.
    private static func changes(
        _ site: Site, _ compilation: Compilation, _ recorded: LinkLock, in index: borrowing LedgerIndex,
        author: String?
    ) throws(BuildError) -> [Draft] {
        var drafts: [Draft] = []
        var update = compilation.lock
        if update.before.bytes != recorded.bytes {
            // Links of builds before there was a ledger: those that are gone need their last state, to stay reserved.
            let others = update.before.entries(missingIn: recorded)
            update = recorded.updated(by: site)
            let added = Set(update.changes(of: .added).lazy.map(\.key))
            for entry in others where !added.contains(entry.key) {
                drafts.append(.link(entry.key, target: entry.target, redirect: entry.state))
                drafts.append(.removal(entry.key))
            }
        }
        drafts.reserveCapacity(drafts.count + update.changeCount)
        for change in update.changes {
            if let after = change.after {
                drafts.append(.link(after.key, target: after.target, redirect: after.state, author: author))
            } else {
                drafts.append(.removal(change.key, author: author))
            }
        }
        if site.codes.formats.isEmpty { return drafts }
        let known: Set<String>
        do { known = try index.codeAddresses() } catch { throw .ledger(error) }
        for link in site.links where link.payload < 0 {
            let url = site.url(of: link, dense: link.dense)
            if known.contains(url) { continue }
            let key = "\(site.domains[Int(link.domain)].host)/\(link.slug.lowercased())"
            drafts.append(.code(key, url: url, author: author))
        }
        return drafts
    }

    /// The further files that are served, by what is recorded.
    func served(by options: BuildOptions, take: (OutputFile) -> Bool) throws(BuildError) {
        try options.served?(ledger.index, signer.verifier, take)
    }

    /// What the build may tell of it.
    var recorded: BuildResult.Recorded {
        .init(
            origin: ledger.origin, size: ledger.size, added: ledger.size - firstSize,
            checkpoint: ledger.folder.checkpoint)
    }

    /// Whether everything is recorded, and the log in a generation is the newest, with a status list that is fresh.
    func isPublished(sums: [UInt8], in generation: String) throws(BuildError) -> Bool {
        guard drafts.isEmpty, let checkpoint = ledger.checkpoint, try isRecorded(sums), isOwn(checkpoint),
            Files.has(checkpoint, at: "\(generation)/\(folder)/checkpoint")
        else { return false }
        let note = "\(generation)/\(folder)/status/\(StatusList.Purpose.revocation.rawValue)-0.json.note"
        guard let bytes = try? Files.read(note, limit: 1 << 16), let text = SignedNote(bytes)?.text else {
            return false
        }
        let line = text.split(separator: "\n").dropFirst(2).first?.split(separator: " ") ?? []
        guard line.count == 2, let at = Int(line[1]) else { return false }
        return (0..<Self.freshness).contains(now - at)
    }

    /// Whether the key of this build signed the checkpoint: after a change of keys there is a new one.
    private func isOwn(_ checkpoint: [UInt8]) -> Bool { SignedNote(checkpoint)?.isSigned(by: signer.verifier) == true }

    private func isRecorded(_ sums: [UInt8]) throws(BuildError) -> Bool {
        do { return try ledger.index.lastBuiltFiles() == BuildDigest.h1(sums: sums) } catch { throw .ledger(error) }
    }

    /// Records the build and signs one checkpoint; nothing when a build before did so and was then cut short.
    func record(sums: [UInt8]) throws(BuildError) {
        if drafts.isEmpty, let checkpoint = ledger.checkpoint, isOwn(checkpoint), try isRecorded(sums) { return }
        let files = BuildDigest.h1(sums: sums)
        do {
            _ = try ledger.append(
                drafts + [.build(files: files)], manifest: files, at: now, key: signer.key, salt: random)
        } catch { throw .ledger(error) }
        drafts = []
    }

    /// Puts the log, and status lists as of now, into a generation that is being put together. What never changes is the
    /// ledger's own file under a second name.
    func publish(into staging: String) throws(BuildError) {
        let target = "\(staging)/\(folder)"
        do {
            try Self.link(ledger.folder.log, to: target)
            let documents = KeyDocuments(
                origin: ledger.origin, statements: try ledger.index.keyStatements(), current: signer.verifier,
                chain: chain)
            try Files.create(target + "/keys.json", documents.keys)
            let wellKnown = Files.parent(of: target) + "/.well-known"
            try Files.makeDirectory(wellKnown)
            try Files.create(wellKnown + "/did.json", documents.did)
            try Files.makeDirectory(target + "/status")
            for file in try ledger.statusFiles(at: now, key: signer.key) {
                try Files.create("\(target)/status/\(file.name)", file.bytes)
            }
        } catch {
            throw BuildError(error)
        }
    }

    private static func link(_ source: String, to target: String) throws(FileError) {
        try Files.makeDirectory(target)
        for name in try Files.names(in: source) {
            let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
            switch try Files.status(from, followLinks: false)?.kind {
            case .directory: try link(from, to: to)
            // What a crash left beside its name is not part of the log.
            case .file where !name.hasSuffix(".new"):
                do throws(FileError) {
                    try Files.link(from, to: to)
                } catch {
                    guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP].contains(error.code) else { throw error }
                    try Files.create(to, try Files.read(from))
                }
            default: break
            }
        }
    }
}

/// The key that signs, opened once for all notes of a build.
final class Signer {
    /// What others check with.
    let verifier: VerifierKey
    let key: Ed25519Key

    init(_ key: SigningKey, _ options: BuildOptions, _ site: Site) throws(BuildError) {
        do {
            self.key = try Ed25519Key(pem: key.pem, passphrase: options.passphrase)
            verifier = try VerifierKey(name: site.signerName, publicKey: self.key.publicKey)
        } catch {
            throw .key("\(error)")
        }
    }

    /// The note over `SHA256SUMS`.
    func note(over sums: [UInt8]) throws(BuildError) -> [UInt8] {
        do {
            let note = try SignedNote(text: HashManifest.noteText(sums: sums), signedBy: key, name: verifier.name)
            return Array(note.serialized.utf8)
        } catch {
            throw .key("\(error)")
        }
    }
}
