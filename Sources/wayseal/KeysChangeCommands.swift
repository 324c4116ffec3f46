import ArgumentParser
import Glibc
import Ledger
import Site
import Support
import TransparencyLog

extension KeysCommand {
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: "Make a new log key and record it, signed by the old one and the new one.",
            discussion: """
                Whoever trusts the old key can follow to the new one: the statement is in the log, in log/keys.json and \
                in bundles. Keep the old key until the next build with the new one; then it signs nothing any more.

                The new key's passphrase comes from $WAYSEAL_NEW_PASSPHRASE, else from where the old one's comes.
                """)

        @OptionGroup var input: InputOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to write the new key.", valueName: "file"))
        var output: String
        @Flag(name: .customLong("no-passphrase"), help: "Leave the new key in the clear.") var isPlain = false

        func validate() throws { try refuseEmpty(output, "-o") }

        func run() throws {
            try KeyChange.perform(input, passphrase) { ledger, key, public_ in
                try KeyFile.refuseExisting(output)
                let new = try Ed25519Key.generate()
                let next = try VerifierKey(name: public_.name, publicKey: new.publicKey)
                let variable = getenv("WAYSEAL_NEW_PASSPHRASE").map { String(cString: $0) }
                let secret = isPlain ? nil : try variable ?? passphrase.read(isNew: true)
                var statement = KeyStatement(
                    origin: public_.name, act: .log, key: "\(next)", since: Int(time(nil)))
                try statement.sign(with: key, name: public_.name)
                try statement.sign(with: new, name: public_.name)
                // First the key is safe, then it is promised.
                try KeyFile.write(new, to: output, passphrase: secret)
                try KeyChange.record(statement, &ledger, key)
                Terminal.say("\(next)")
                Terminal.note(
                    """
                    wrote \(output); recorded that it follows \(public_)
                    now point the manifest to it, and build:
                      ledger: { key: "${file:\(output)}" }

                    """)
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Declare a key lost or stolen: what it signed from then on is worth nothing.",
            discussion: """
                What was anchored on a chain before that time stays valid. Signed by the manifest's key, or with --with \
                by the revocation key when the log key itself is gone; then nothing can be recorded, and the statement is \
                printed: publish it in log/keys.json of a new log, or by any other way.
                """)

        @OptionGroup var input: InputOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Argument(help: "The public key: NAME+KEYID+BASE64.") var key: String
        @Option(help: ArgumentHelp("Since when; default: now.", valueName: "seconds since 1970")) var since: Int?
        @Option(help: ArgumentHelp("The revocation key, instead of the manifest's key.", valueName: "file"))
        var with: String?

        func run() throws {
            do { _ = try VerifierKey(key) } catch { throw Failure(.usage, error.description) }
            let since = since ?? Int(time(nil))
            if let with {
                let loaded = try input.loadWithoutLedger()
                guard let site = loaded.site else { throw ExitStatus.checkFailed }
                var statement = KeyStatement(origin: site.signerName, act: .revoked, key: key, since: since)
                do {
                    try statement.sign(
                        with: try KeyFile.read(with, passphrase),
                        name: KeyStatement.revocationName(site.signerName))
                } catch let error as FileError { throw Failure(error) } catch let error as KeyError {
                    throw Failure(.outsideWorld, error.description)
                }
                Terminal.write(statement.serialized)
                return
            }
            try KeyChange.perform(input, passphrase) { ledger, signer, public_ in
                var statement = KeyStatement(origin: public_.name, act: .revoked, key: key, since: since)
                try statement.sign(with: signer, name: public_.name)
                try KeyChange.record(statement, &ledger, signer)
                Terminal.say("recorded: revoked since \(Timestamp.text(since)): \(key)")
                Terminal.note("next: 'wayseal build' publishes it\n")
            }
        }
    }
}

/// A change of keys, recorded in the ledger.
enum KeyChange {
    static func perform(
        _ input: InputOptions, _ passphrase: PassphraseOptions,
        _ change: (inout Ledger, borrowing Ed25519Key, VerifierKey) throws -> Void
    ) throws {
        let loaded = try input.loadWithoutLedger()
        loaded.reportBeside(withWarnings: false)
        guard let site = loaded.site, let settings = site.ledger, let signing = site.signing else {
            throw Failure(
                .checkFailed, "there is no ledger with a key at hand",
                hint: "see 'wayseal keys new --help' and 'wayseal check'")
        }
        do {
            let key = try Ed25519Key(pem: signing.pem, passphrase: try passphrase.read(for: signing.pem))
            let public_ = try VerifierKey(name: site.signerName, publicKey: key.publicKey)
            var ledger = try Ledger.open(LedgerFolder(settings.folder), origin: public_.name, mayCreate: false)
            try ledger.require(public_)
            try change(&ledger, key, public_)
        } catch let error as KeyError {
            throw Failure(.outsideWorld, error.description)
        } catch let error as LedgerError {
            throw LedgerFailure.failure(error)
        } catch let error as FileError { throw Failure(error) }
    }

    static func record(
        _ statement: KeyStatement, _ ledger: inout Ledger, _ key: borrowing Ed25519Key
    ) throws(LedgerError) {
        let now = Int(time(nil))
        let about = try ledger.engageWitness(at: now, key: key).map { [$0] } ?? []
        _ = try ledger.append(
            [.key(statement, author: Surroundings.author)] + about, at: now, key: key, salt: Surroundings.random)
    }
}
