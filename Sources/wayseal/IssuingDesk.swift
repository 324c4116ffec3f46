import Glibc
import Ledger
import Site
import Support
import TransparencyLog

/// What every verb needs that writes to the ledger by itself: manifest, key, ledger.
struct IssuingDesk {
    let site: Site
    let verifier: VerifierKey
    let now: Int
    private let pem: String
    private let passphrase: String?
    private let folder: LedgerFolder

    init(_ input: InputOptions, _ passphrase: PassphraseOptions) throws {
        var loaded = try input.load()
        if let problem = loaded.site?.missingSigningKey {
            loaded.diagnostics.removeAll { $0.code == problem.code }
            loaded.diagnostics.append(problem)
        }
        try loaded.stopOnErrors(isBrief: true)
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        try self.init(site, passphrase)
    }

    /// For a manifest that was read already.
    init(_ site: Site, _ passphrase: PassphraseOptions) throws {
        guard let signing = site.signing, let settings = site.ledger else {
            throw Failure(
                .checkFailed, "the manifest names no ledger",
                hint: "'wayseal keys new' makes a key, and says what to write")
        }
        self.site = site
        folder = LedgerFolder(settings.folder)
        now = time(nil)
        pem = signing.pem
        self.passphrase = try passphrase.read(for: signing.pem)
        do throws(KeyError) {
            let key = try Ed25519Key(pem: pem, passphrase: self.passphrase)
            verifier = try VerifierKey(name: site.signerName, publicKey: key.publicKey)
        } catch { throw Failure(.outsideWorld, error.description, hint: "see 'wayseal keys --help'") }
    }

    /// The ledger, for writing.
    func open() throws(Failure) -> Ledger {
        do throws(LedgerError) {
            let ledger = try Ledger.open(folder, origin: verifier.name)
            try ledger.require(verifier)
            return ledger
        } catch { throw LedgerFailure.failure(error) }
    }

    /// Appends entries; answers their numbers.
    @discardableResult
    func append(_ drafts: [Draft], to ledger: inout Ledger) throws(Failure) -> Range<Int> {
        do {
            let key = try Ed25519Key(pem: pem, passphrase: passphrase)
            let about = try ledger.engageWitness(at: now, key: key).map { [$0] } ?? []
            let all = try ledger.append(drafts + about, at: now, key: key, salt: Surroundings.random).indices
            return all.dropLast(about.count)
        } catch let error as LedgerError { throw Failure(.outsideWorld, error.description, hint: error.hint) } catch {
            throw Failure(.outsideWorld, "\(error)")
        }
    }

    /// Status lists as of now, signed.
    func statusFiles(_ ledger: inout Ledger) throws(Failure) -> [(name: String, bytes: [UInt8])] {
        do {
            let key = try Ed25519Key(pem: pem, passphrase: passphrase)
            // Every list needs a checkpoint; the first one is signed by an append of nothing.
            if ledger.checkpoint == nil { _ = try ledger.append([], at: now, key: key, salt: Surroundings.random) }
            return try ledger.statusFiles(at: now, key: key)
        } catch let error as LedgerError { throw Failure(.outsideWorld, error.description, hint: error.hint) } catch {
            throw Failure(.outsideWorld, "\(error)")
        }
    }

    /// A question to the ledger.
    func attempt<Value>(_ body: () throws(LedgerError) -> Value) throws(Failure) -> Value {
        do throws(LedgerError) { return try body() } catch {
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        }
    }
}
