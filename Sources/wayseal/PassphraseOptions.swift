import ArgumentParser
import Glibc
import Support

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
        if let file {
            do {
                let line = try Files.read(file, limit: 65_536).prefix { $0 != 0x0A && $0 != 0x0D }
                return try nonEmpty(String(decoding: line, as: UTF8.self))
            } catch let error as FileError {
                throw Failure(error)
            }
        }
        if let variable = getenv("WAYSEAL_PASSPHRASE") { return try nonEmpty(String(cString: variable)) }
        guard Terminal.isTerminal(STDIN_FILENO) else {
            throw Failure(
                .usage, "a passphrase is needed and there is no terminal to ask on",
                hint: isNew
                    ? "set WAYSEAL_PASSPHRASE, or use --passphrase-file FILE or --no-passphrase"
                    : "set WAYSEAL_PASSPHRASE, or use --passphrase-file FILE")
        }
        let first = try nonEmpty(ask("passphrase: "))
        if isNew, try ask("once more: ") != first { throw Failure(.usage, "the two passphrases differ") }
        return first
    }

    private func nonEmpty(_ text: String) throws(Failure) -> String {
        if text.isEmpty { throw Failure(.usage, "the passphrase is empty") }
        return text
    }

    /// Asks without showing what is typed.
    private func ask(_ prompt: String) throws(Failure) -> String {
        Terminal.note(prompt)
        var saved = termios()
        tcgetattr(STDIN_FILENO, &saved)
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            Terminal.note("\n")
        }
        guard let line = readLine() else { throw Failure(.usage, "no passphrase was given") }
        return line
    }
}
