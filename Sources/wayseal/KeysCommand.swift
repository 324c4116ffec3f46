import ArgumentParser
import Glibc
import Manifest
import Site
import Support
import TransparencyLog

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make and show the key that signs what you build.",
        discussion: """
            Examples:
              wayseal keys new
              wayseal keys new --no-passphrase -o secrets/ledger.key
              wayseal keys show
            """,
        subcommands: [New.self, Show.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Make an Ed25519 key: PKCS#8 in PEM, readable by you alone.",
            discussion: """
                The passphrase is asked for on the terminal, or taken from $WAYSEAL_PASSPHRASE or a file; never \
                from an argument. An existing file is never overwritten.
                """)

        @OptionGroup var place: PlaceOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to write it.", valueName: "file"))
        var output = "secrets/ledger.key"
        @Option(
            help: ArgumentHelp("The name in the public key; default: the manifest's first host.", valueName: "host"))
        var name: String?
        @Flag(
            name: .customLong("no-passphrase"), help: "Leave the key in the clear: for a CI that keeps it as a secret.")
        var isPlain = false

        func validate() throws {
            try refuseEmpty(output, "-o")
            try refuseEmpty(name, "--name")
        }

        /// The manifest's first host, as far as there is a manifest that can be read.
        private func signerName() throws(Failure) -> String {
            guard let result = try? ManifestReader(options: ManifestOptions()).read(path: place.file) else {
                throw Failure(
                    .usage, "there is no \(place.file) to take the signer's name from", hint: "give --name HOST")
            }
            guard let site = result.site else {
                throw Failure(
                    .checkFailed, "\(place.file) has errors", hint: "see 'wayseal check', or give --name HOST")
            }
            return site.signerName
        }

        func run() throws {
            try place.enter()
            do {
                if try Files.status(output, followLinks: false) != nil {
                    throw Failure(
                        .outsideWorld, "\(output) exists already",
                        hint: "a key is never overwritten; choose another -o FILE")
                }
                let secret = isPlain ? nil : try passphrase.read(isNew: true)
                let key = try Ed25519Key.generate()
                let public_ = try VerifierKey(name: name ?? signerName(), publicKey: key.publicKey)
                try Files.makeDirectory(Files.parent(of: output), mode: 0o700)
                try Files.replace(output, Array(try key.pem(passphrase: secret).utf8), mode: 0o600)
                Terminal.say("\(public_)")
                if GitIgnore.exposes(output, manifest: place.file) {
                    Terminal.note(
                        "wayseal: warning: git does not ignore \(output): add its folder to .gitignore "
                            + "before you commit\n")
                }
                Terminal.note(
                    """
                    wrote \(output); keep it secret and keep a copy of it
                    the line above is the public key: give it to those who check your SHA256SUMS.note
                    to sign builds, put this into the manifest:
                      ledger: { key: "${file:\(output)}" }

                    """)
            } catch let error as FileError {
                throw Failure(error)
            } catch let error as KeyError {
                throw Failure(.outsideWorld, error.description)
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the public key of the manifest's signing key.")

        @OptionGroup var input: InputOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let loaded = try input.load()
            loaded.reportBeside()
            if loaded.site?.missingSigningKey != nil { throw ExitStatus.checkFailed }
            guard let site = loaded.site, let signing = site.signing else {
                throw Failure(.checkFailed, "the manifest names no key", hint: "make one with 'wayseal keys new'")
            }
            do {
                let key = try Ed25519Key(pem: signing.pem, passphrase: try passphrase.read(for: signing.pem))
                let public_ = try VerifierKey(name: site.signerName, publicKey: key.publicKey)
                if input.print.json {
                    var json = JSONWriter(indent: 2)
                    json.object { $0.field("vkey", "\(public_)") }
                    json.lineEnd()
                    Terminal.write(json.bytes)
                } else {
                    Terminal.say("\(public_)")
                }
            } catch let error as KeyError {
                throw Failure(.outsideWorld, error.description)
            }
        }
    }
}
