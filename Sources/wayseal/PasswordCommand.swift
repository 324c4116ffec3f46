import ArgumentParser
import Pages
import Site
import Support

struct PasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Make the value that protects a link with a password.",
        discussion: """
            Asks for the password twice and prints one line: put it into a file that git ignores, and name that file \
            in the manifest:

              links:
                trade: { to: https://example.org/trade, password: "${file:secrets/trade.password}" }

            The line holds what the link's page derives from the password, not the password: keep it secret all the \
            same, since it opens the link. The password is taken from the terminal, from $WAYSEAL_PASSWORD or from a \
            file; never from an argument, which every user of the machine could read.

            Examples:
              wayseal password > secrets/trade.password
              wayseal password --password-file trade.txt
            """)

    @Option(
        name: .customLong("password-file"),
        help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
    var file: String?
    @Option(help: ArgumentHelp("Rounds of PBKDF2: 100000 to 10000000.", valueName: "n"))
    var iterations = 600_000
    @Option(
        help: ArgumentHelp(
            "16 to 64 bytes in hex; default: random. An older value's salt makes the same value of the same password.",
            valueName: "hex"))
    var salt: String?

    func validate() throws {
        try refuseEmpty(file, "--password-file")
        if !Policy.PasswordGate.allowedIterations.contains(iterations) {
            throw ValidationError("--iterations must be from 100000 to 10000000")
        }
        if let salt, !(Hex.decode(salt.utf8).map { (16...64).contains($0.count) } ?? false) {
            throw ValidationError("--salt must be 16 to 64 bytes in hex")
        }
    }

    func run() throws {
        let password = try SecretInput(
            what: "password", file: file, option: "--password-file", variable: "WAYSEAL_PASSWORD"
        ).read(isNew: true)
        var random = SystemRandomNumberGenerator()
        let bytes =
            salt.flatMap { Hex.decode($0.utf8) } ?? (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        do throws(Policy.PasswordGate.PasswordProblem) {
            Terminal.say(try Policy.PasswordGate(password: password, salt: bytes, iterations: iterations).text)
        } catch {
            switch error {
            case .empty: throw Failure(.usage, "the password is empty")
            case .tooLong: throw Failure(.usage, "the password is over 1,024 bytes")
            case .controlCharacter: throw Failure(.usage, "the password has a character that nobody can type")
            case .parameters: throw Failure(.usage, "salt or rounds are out of range")
            }
        }
        if password.unicodeScalars.count < 8 {
            Terminal.note(
                "wayseal: warning: a password of fewer than 8 characters is soon guessed, however slowly the server "
                    + "answers\n")
        }
    }
}
