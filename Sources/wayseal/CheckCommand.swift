import ArgumentParser
import Build
import Site
import Support

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say everything that is wrong with the manifest.",
        discussion: """
            Reads the manifest and all files it includes, compiles everything in memory and prints all \
            problems at once, each with its place and what to do. Writes nothing.

            Examples:
              wayseal check
              wayseal check --strict         warnings fail, too
              wayseal check --json           for editors and pull requests
            """)

    @OptionGroup var input: InputOptions
    @Flag(help: "Warnings fail the check, too.")
    var strict = false

    func run() async throws {
        var loaded = try input.load()
        let (site, _) = try await loaded.compile()
        let isBad = loaded.errors > 0 || strict && loaded.warnings > 0
        if input.print.json {
            loaded.report()
        } else {
            loaded.reportBeside(withWarnings: strict || !input.print.quiet)
            if !isBad, !input.print.quiet {
                let warnings = loaded.warnings > 0 ? ", \(count(loaded.warnings, "warning"))" : ""
                Terminal.say(
                    "\(input.place.file): ok, \(count(site.links.count, "link")) on "
                        + "\(count(site.domains.count, "domain"))\(warnings)")
            }
        }
        if isBad { throw ExitStatus.checkFailed }
    }
}
