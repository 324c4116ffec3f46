import ArgumentParser
import Build
import Glibc
import Support

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a build would change, before → after.",
        discussion: """
            Compares the manifest with wayseal.lock, which remembers every link that was ever built.

            Examples:
              wayseal plan
              wayseal plan --exit-code       exit 3 when there are changes
              wayseal plan --json            for a review bot
            """)

    @OptionGroup var input: InputOptions
    @Flag(name: .customLong("exit-code"), help: "Exit with 3 when there are changes.")
    var exitCode = false
    @Flag(help: "Print every change, not only the first 200.")
    var all = false

    func run() async throws {
        var loaded = try input.load()
        let (_, compilation) = try await loaded.compile()
        try loaded.stopOnErrors()
        let update = compilation.lock
        if input.print.json {
            Terminal.write(PlanReport.json(update))
        } else if !input.print.quiet {
            let color = input.print.color.isUsed(on: STDOUT_FILENO)
            Terminal.write(Array(PlanReport.text(update, limit: all ? .max : 200, color: color).utf8))
        }
        if exitCode, update.changeCount > 0 { throw ExitStatus.planHasChanges }
    }
}
