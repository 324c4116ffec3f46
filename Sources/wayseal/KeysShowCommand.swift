import ArgumentParser
import Ledger
import Site
import Support
import TransparencyLog

extension KeysCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the public key of the manifest's signing key.",
            discussion: """
                Examples:
                  wayseal keys show
                  wayseal keys show --dns          a line for the zone of the issuer's domain
                  wayseal keys show --all          what the ledger records about every key
                """)

        @OptionGroup var input: InputOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Flag(help: "Print the TXT record that says the key once more.") var dns = false
        @Flag(help: "Print the DID document that the build publishes.") var did = false
        @Flag(help: "Print what the ledger records about every key.") var all = false

        func run() throws {
            let loaded = try input.loadWithoutLedger()
            loaded.reportBeside()
            if loaded.site?.missingSigningKey != nil { throw ExitStatus.checkFailed }
            guard let site = loaded.site, let signing = site.signing else {
                throw Failure(.checkFailed, "the manifest names no key", hint: "make one with 'wayseal keys new'")
            }
            do {
                let key = try Ed25519Key(pem: signing.pem, passphrase: try passphrase.read(for: signing.pem))
                let public_ = try VerifierKey(name: site.signerName, publicKey: key.publicKey)
                var statements: [KeyStatement] = []
                if let settings = site.ledger, let index = try LedgerIndex.read(LedgerFolder(settings.folder)) {
                    statements = try index.keyStatements()
                }
                let documents = KeyDocuments(
                    origin: site.signerName, statements: statements, current: public_,
                    chain: site.ledger?.anchor?.chain)
                if input.print.json {
                    Terminal.write(Self.json(public_, statements, documents))
                } else if dns {
                    Terminal.say(documents.dns)
                } else if did {
                    Terminal.say(String(decoding: documents.did, as: UTF8.self))
                } else if all {
                    if statements.isEmpty { Terminal.note("nothing is recorded yet; 'wayseal build' does it\n") }
                    for statement in statements {
                        Terminal.say("\(Timestamp.text(statement.since))  \(statement.act.rawValue)  \(statement.key)")
                    }
                } else {
                    Terminal.say("\(public_)")
                }
            } catch let error as KeyError {
                throw Failure(.outsideWorld, error.description)
            } catch let error as LedgerError { throw LedgerFailure.failure(error) }
        }

        private static func json(
            _ key: VerifierKey, _ statements: [KeyStatement], _ documents: KeyDocuments
        ) -> [UInt8] {
            var json = JSONWriter(indent: 2)
            json.object { json in
                json.field("vkey", "\(key)")
                json.field("did", documents.identifier)
                json.field("dns", documents.dns)
                json.key("recorded")
                json.array { json in
                    for statement in statements {
                        json.object {
                            $0.field("act", statement.act.rawValue)
                            $0.field("key", statement.key)
                            $0.field("since", Timestamp.text(statement.since))
                        }
                    }
                }
            }
            json.lineEnd()
            return json.bytes
        }
    }
}
