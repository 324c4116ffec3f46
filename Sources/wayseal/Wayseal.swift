import ArgumentParser
import Glibc
import Support

/// The program: one file per verb. Flags, printing and exit codes live here and nowhere else.
///
/// Output policy, for every verb: stdout carries the answer and nothing else; diagnostics, progress and
/// `wayseal: error: …` / `wayseal: hint: …` go to stderr, in lower case, without a full stop.
@main
struct Wayseal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wayseal",
        abstract: "One reviewed file becomes everything a printed code needs.",
        discussion: """
            Compiles wayseal.yaml into redirect rules for nginx and Caddy, QR images, static pages and a hash \
            manifest. Nothing of it has to keep running: the codes work as long as a web server does.

            A first code in a minute:
              wayseal init --domain go.example.org
              wayseal build
              wayseal qr https://go.example.org/hello

            Exit codes: 0 ok, 1 the check failed, 2 usage, 3 the plan has changes (--exit-code), 4 the outside \
            world (files, network).
            """,
        version: "wayseal 0.1.0",
        subcommands: [
            InitCommand.self, CheckCommand.self, PlanCommand.self, BuildCommand.self, TestCommand.self,
            HistoryCommand.self, RestoreCommand.self, LedgerCommand.self,
            QRCommand.self, KeysCommand.self, PasswordCommand.self, TokensCommand.self, SchemaCommand.self,
            ExplainCommand.self, CompletionsCommand.self, VerifyCommand.self, IssueCommand.self, RevokeCommand.self,
            SuspendCommand.self, ReinstateCommand.self, SealCommand.self, DiscloseCommand.self, AnchorCommand.self,
            ScansCommand.self, ReportCommand.self, ScoreCommand.self, DesignCommand.self,
            SheetCommand.self, PrintCommand.self,
        ])

    static func main() async {
        // A reader that went away (`wayseal plan | head`) is no reason to die with a message.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.complain(failure.message, hint: failure.hint)
            Glibc.exit(failure.status.rawValue)
        } catch let status as ExitStatus {
            Glibc.exit(status.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code == .success {
                print(fullMessage(for: error))
                Glibc.exit(0)
            }
            let isUsage = code == .validationFailure
            let message = message(for: error)
            if isUsage, let (verb, near) = misspelledVerb(CommandLine.arguments) {
                Terminal.complain(
                    "there is no verb '\(verb)'", hint: near.map { "did you mean '\($0)'?" } ?? "see 'wayseal --help'")
            } else {
                Terminal.complain(
                    message.prefix(1).lowercased() + message.dropFirst(),
                    hint: isUsage ? "see '\(usedVerb(CommandLine.arguments)) --help'" : nil)
            }
            Glibc.exit(isUsage ? ExitStatus.usage.rawValue : ExitStatus.outsideWorld.rawValue)
        }
    }

    private static var verbs: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }

    /// The first argument when it should be a verb and is none, and the nearest one.
    private static func misspelledVerb(_ arguments: [String]) -> (verb: String, nearest: String?)? {
        guard arguments.count > 1, !arguments[1].hasPrefix("-"), !verbs.contains(arguments[1]) else { return nil }
        return (arguments[1], SpellingSuggestion.nearest(to: arguments[1], among: verbs))
    }

    /// `wayseal build` when that is what the arguments begin with, for the hint after a usage error.
    private static func usedVerb(_ arguments: [String]) -> String {
        guard arguments.count > 1, verbs.contains(arguments[1]) else { return "wayseal" }
        return "wayseal " + arguments[1]
    }
}

/// How the program ends.
enum ExitStatus: Int32, Error {
    case ok = 0
    case checkFailed = 1
    case usage = 2
    case planHasChanges = 3
    case outsideWorld = 4
}

/// An end with a message for people.
struct Failure: Error {
    var status: ExitStatus
    var message: String
    var hint: String?

    init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// A failed file operation: the outside world.
    init(_ error: FileError) { self.init(.outsideWorld, error.description) }
}
