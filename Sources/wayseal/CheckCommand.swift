import ArgumentParser
import Build
import Glibc
import Redirects
import Site
import Support

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say everything that is wrong with the manifest.",
        discussion: """
            Reads the manifest and all files it includes, compiles everything in memory and prints all \
            problems at once, each with its place and what to do. Then it says what each server promises for \
            links with a policy: what is exact, and what is not. Writes nothing.

            Examples:
              wayseal check
              wayseal check --strict         warnings fail, too
              wayseal check --json           for editors and pull requests
              wayseal check --print          how well each design scans
              wayseal check --promises       the promises of all links; with --json, too
            """)

    @OptionGroup var input: InputOptions
    @Flag(help: "Warnings fail the check, too.")
    var strict = false

    @Flag(help: "Say what is promised for every link, not only the first ones.")
    var promises = false

    @Flag(help: "Judge how well each design scans, and read each code back.")
    var print = false

    /// Promises that are shown unasked.
    private static let shown = 12

    func run() async throws {
        var loaded = try input.load()
        let (site, _) = try await loaded.compile()
        // Only here: what is built does not depend on the day.
        loaded.diagnostics += PolicyReview.calendar(site, now: Int64(time(nil)))
        let printing = print && loaded.errors == 0 ? PrintReport(site: site, isQuiet: input.print.quiet) : nil
        loaded.diagnostics += printing?.diagnostics ?? []
        let isBad = loaded.errors > 0 || strict && loaded.warnings > 0
        let report = PromiseReport(site: site)
        if input.print.json {
            promises || print ? Terminal.write(json(loaded, report, printing)) : loaded.report()
        } else {
            loaded.reportBeside(withWarnings: strict || !input.print.quiet)
            if !isBad, !input.print.quiet {
                let warnings = loaded.warnings > 0 ? ", \(count(loaded.warnings, "warning"))" : ""
                Terminal.say(
                    "\(input.place.file): ok, \(count(site.links.count, "link")) on "
                        + "\(count(site.domains.count, "domain"))\(warnings)")
            }
            if let printing, !input.print.quiet { Terminal.write(Array(printing.text.utf8)) }
            if promises || !print && !isBad && !input.print.quiet {
                Terminal.write(Array(report.text(limit: promises ? .max : Self.shown).utf8))
            }
        }
        if isBad { throw ExitStatus.checkFailed }
    }

    /// `{"diagnostics": […], "promises": […], "designs": […], "codes": 12}`: what was asked for.
    private func json(_ loaded: Loaded, _ report: PromiseReport, _ printing: PrintReport?) -> [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.key("diagnostics")
            DiagnosticRenderer.write(loaded.diagnostics, sources: loaded.sources, to: &json)
            if promises || printing == nil {
                json.key("promises")
                report.write(to: &json)
            }
            printing?.write(to: &json)
        }
        json.lineEnd()
        return json.bytes
    }
}
