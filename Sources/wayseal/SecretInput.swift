import Glibc
import Support

/// A secret that a person gives: from a file, a variable of the environment, or the terminal; never from an argument,
/// which every user of the machine could read.
struct SecretInput {
    /// What it is called.
    var what: String
    /// A file whose first line it is.
    var file: String?
    /// The option that names the file, for hints.
    var option: String
    /// A variable of the environment.
    var variable: String
    /// What else can be done without a terminal.
    var otherwise = ""

    /// The secret, never empty. A new one is asked for twice.
    func read(isNew: Bool) throws -> String {
        if let file {
            do {
                let line = try Files.read(file, limit: 65_536).prefix { $0 != 0x0A && $0 != 0x0D }
                return try nonEmpty(String(decoding: line, as: UTF8.self))
            } catch let error as FileError {
                throw Failure(error)
            }
        }
        if let value = getenv(variable) { return try nonEmpty(String(cString: value)) }
        guard Terminal.isTerminal(STDIN_FILENO) else {
            throw Failure(
                .usage, "a \(what) is needed and there is no terminal to ask on",
                hint: "set \(variable), or use \(option) FILE" + (isNew ? otherwise : ""))
        }
        let first = try nonEmpty(ask("\(what): "))
        if isNew, try ask("once more: ") != first { throw Failure(.usage, "the two \(what)s differ") }
        return first
    }

    private func nonEmpty(_ text: String) throws(Failure) -> String {
        if text.isEmpty { throw Failure(.usage, "the \(what) is empty") }
        return text
    }

    /// Asks without showing what is typed.
    private func ask(_ prompt: String) throws(Failure) -> String {
        var saved = termios()
        tcgetattr(STDIN_FILENO, &saved)
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO)
        // Before it asks: what is typed as soon as the question stands there must neither show nor get lost.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        Terminal.note(prompt)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            Terminal.note("\n")
        }
        guard let line = readLine() else { throw Failure(.usage, "no \(what) was given") }
        return line
    }
}
