import Anchoring
import ArgumentParser
import Ethereum
import Glibc
import Ledger
import Manifest
import Site
import Support
import TransparencyLog

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, show, change and revoke the keys that sign what you build.",
        discussion: """
            Examples:
              wayseal keys new
              wayseal keys new --role revocation
              wayseal keys new --role anchor
              wayseal keys show
              wayseal keys rotate -o secrets/ledger-2.key
              wayseal keys revoke 'go.example.org+9ead41e0+AWjA…'
            """,
        subcommands: [New.self, Show.self, Rotate.self, Revoke.self])

    /// What a key is for.
    enum Role: String, ExpressibleByArgument, CaseIterable {
        case log, revocation, anchor

        var file: String {
            switch self {
            case .log: "secrets/ledger.key"
            case .revocation: "secrets/revocation.key"
            case .anchor: "secrets/anchor.json"
            }
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Make a key, readable by you alone: PKCS#8 in PEM, or a keystore for anchors.",
            discussion: """
                log         signs builds and checkpoints of the ledger (Ed25519)
                revocation  may declare keys revoked and sign status lists, when the log key is lost (Ed25519)
                anchor      pays for anchors on a chain (secp256k1); put no more on it than they cost

                The passphrase is asked for on the terminal, or taken from $WAYSEAL_PASSPHRASE or a file; never \
                from an argument. An existing file is never overwritten.
                """)

        @OptionGroup var place: PlaceOptions
        @OptionGroup var passphrase: PassphraseOptions
        @Option(help: ArgumentHelp("What it is for: log, revocation or anchor.", valueName: "role")) var role = Role.log
        @Option(
            name: [.customShort("o"), .long],
            help: ArgumentHelp(
                "Where to write it. Default: secrets/ledger.key, revocation.key or anchor.json.", valueName: "file"))
        var output: String?
        @Option(
            help: ArgumentHelp("The name in the public key; default: the manifest's first host.", valueName: "host"))
        var name: String?
        @Flag(
            name: .customLong("no-passphrase"), help: "Leave the key in the clear: for a CI that keeps it as a secret.")
        var isPlain = false

        func validate() throws {
            try refuseEmpty(output, "-o")
            try refuseEmpty(name, "--name")
            if isPlain, role == .anchor { throw ValidationError("a key that holds money always has a passphrase") }
        }

        /// The manifest's issuer, as far as there is a manifest that can be read.
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
            let output = output ?? role.file
            var public_ = ""
            do {
                try KeyFile.refuseExisting(output)
                let secret = isPlain ? nil : try passphrase.read(isNew: true)
                if role == .anchor {
                    try KeyFile.makeFolder(for: output)
                    let key = try AnchorKey(secret: Surroundings.random(32))
                    guard let randomness = Keystore.Randomness(Surroundings.random(64)) else { return }
                    try AnchorKeyFile.create(output, key, passphrase: secret ?? "", randomness: randomness)
                    public_ = "\(key.address)"
                } else {
                    let host = try name ?? signerName()
                    let key = try Ed25519Key.generate()
                    let name = role == .revocation ? KeyStatement.revocationName(host) : host
                    public_ = "\(try VerifierKey(name: name, publicKey: key.publicKey))"
                    try KeyFile.write(key, to: output, passphrase: secret)
                }
                Terminal.say(public_)
                if GitIgnore.exposes(output, manifest: place.file) {
                    Terminal.note(
                        "wayseal: warning: git does not ignore \(output): add its folder to .gitignore "
                            + "before you commit\n")
                }
                Terminal.note("wrote \(output); keep it secret and keep a copy of it\n" + advice(output, public_))
            } catch let error as FileError {
                throw Failure(error)
            } catch let error as KeyError {
                throw Failure(.outsideWorld, error.description)
            } catch let error as AnchorError {
                throw Failure(.outsideWorld, error.description)
            } catch let error as EthereumError { throw Failure(.outsideWorld, error.description) }
        }

        private func advice(_ output: String, _ public_: String) -> String {
            switch role {
            case .log:
                """
                the line above is the public key: give it to those who check your SHA256SUMS.note
                to sign builds, put this into the manifest:
                  ledger: { key: "${file:\(output)}" }

                """
            case .revocation:
                """
                the line above is the public key; the next build records it with this in the manifest:
                  ledger: { …, revocation: "\(public_)" }
                the private key is needed for nothing else than revoking: keep it away from this machine

                """
            case .anchor:
                """
                the line above is the account that pays; send it what a year of anchors costs and no more
                in the manifest:
                  ledger: { …, anchor: { chain: 100, rpc: "${WAYSEAL_RPC}", key: \(output) } }

                """
            }
        }
    }
}
