import ArgumentParser

/// Where the passphrase of the signing key comes from: never from an argument, which every user of the
/// machine could read.
struct PassphraseOptions: ParsableArguments {
    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp("A file whose first line is the passphrase.", valueName: "file"))
    var file: String?

    func validate() throws { try refuseEmpty(file, "--passphrase-file") }

    /// The passphrase for an existing key; `nil` when `pem` is not encrypted.
    func read(for pem: String) throws -> String? {
        pem.contains("BEGIN ENCRYPTED PRIVATE KEY") ? try read(isNew: false) : nil
    }

    /// From the file, from `$WAYSEAL_PASSPHRASE`, or asked for on the terminal (twice for a new key).
    func read(isNew: Bool) throws -> String {
        try SecretInput(
            what: "passphrase", file: file, option: "--passphrase-file", variable: "WAYSEAL_PASSPHRASE",
            otherwise: " or --no-passphrase"
        ).read(isNew: isNew)
    }
}
