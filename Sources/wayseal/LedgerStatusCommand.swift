import ArgumentParser
import Glibc
import Ledger
import Support
import TransparencyLog

extension LedgerCommand {
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Sign the status lists with the revocation key: when the log key is lost or in doubt.",
            discussion: """
                A build signs them with the log key. Without that key nothing can be appended to the log, but verifiers \
                also take lists that the revocation key signs, and --revoke marks certificates in them that the log \
                knows as valid. Put the files where the host serves log/status/.

                Example:
                  wayseal ledger status --with secrets/revocation.key --revoke SOM-26-0007 -o status
                """)

        @OptionGroup var input: InputOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Option(help: ArgumentHelp("The revocation key.", valueName: "file")) var with: String
        @Option(help: ArgumentHelp("A certificate to be shown as revoked; may be given again.", valueName: "number"))
        var revoke: [String] = []
        @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to write the lists.", valueName: "dir"))
        var output: String

        func validate() throws { try refuseEmpty(output, "-o") }

        func run() throws {
            let place = try input.ledger()
            do {
                guard let index = try LedgerIndex.read(place.folder) else {
                    throw LedgerError.missing(folder: place.folder.path)
                }
                let origin = try place.folder.origin()
                let name = KeyStatement.revocationName(origin)
                let key = try KeyFile.read(with, passphrase)
                let verifier = try VerifierKey(name: name, publicKey: key.publicKey)
                let statements = try index.keyStatements()
                guard statements.contains(where: { $0.act == .revocation && $0.key == verifier.description }) else {
                    throw Failure(
                        .checkFailed, "the ledger does not name this revocation key, so nobody would believe it",
                        hint: "'wayseal keys show --all' lists those that it names")
                }
                var more: Set<Int> = []
                for id in revoke {
                    guard let certificate = try index.certificate(id) else {
                        throw Failure(.checkFailed, "the ledger has no certificate '\(id)'; nothing was written")
                    }
                    more.insert(certificate.index)
                }
                let files = try index.statusFiles(origin: origin, at: time(nil), key: key, name: name, more: more)
                try Files.makeDirectory(output)
                for file in files { try Files.replace(Files.join(output, file.name), file.bytes) }
                if !input.print.quiet {
                    Terminal.say("wrote \(count(files.count, "file")) to \(output), signed by \(name)")
                }
            } catch let error as LedgerError { throw LedgerFailure.failure(error) } catch let error as KeyError {
                throw Failure(.outsideWorld, error.description)
            } catch let error as FileError { throw Failure(error) }
        }
    }
}
