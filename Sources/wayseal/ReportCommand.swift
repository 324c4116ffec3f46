import ArgumentParser
import Glibc
import Reports
import Scans
import Support

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a report of the scans that were counted.",
        discussion: """
            Without a format it prints a summary. The period is the last 30 days that have data unless --from, --to \
            or --weekly say otherwise; it is compared with the period of the same length before.

            Examples:
              wayseal report --html --pdf
              wayseal report --from 2026-03-01 --to 2026-03-31 --tag fair --xlsx -o march
              wayseal report --weekly --mail-to anna@example.org --mail-from wayseal@example.org --smtp smtps://mail.example.org
            """)

    @Option(help: ArgumentHelp("The database that 'wayseal scans ingest' fills.", valueName: "file"))
    var source = "wayseal-scans.db"
    @Option(help: ArgumentHelp("The first day.", valueName: "date")) var from: CivilDay?
    @Option(help: ArgumentHelp("The last day.", valueName: "date")) var to: CivilDay?
    @Flag(help: "The last week that is over, Monday to Sunday.") var weekly = false
    @Option(help: ArgumentHelp("Only this link; may be given again.", valueName: "host/path")) var link: [String] = []
    @Option(help: ArgumentHelp("Only links with this tag; may be given again.", valueName: "tag")) var tag: [String] =
        []
    @Option(help: "What the report is headed with.") var title = "Scans"
    @OptionGroup(title: "Formats") var output: ReportOutput
    @OptionGroup(title: "Mail") var mail: ReportMail

    func validate() throws {
        if weekly, from != nil || to != nil { throw ValidationError("--weekly takes no --from and --to") }
        if let from, let to, from > to { throw ValidationError("--from is after --to") }
    }

    func run() throws {
        do {
            let report = try build(now: Int64(time(nil)))
            let written = try output.write(report)
            try mail.send(report, language: output.language, now: report.createdAt)
            if output.output == "-" { return }
            if written.isEmpty { print(TextReport.summary(report, language: output.language), terminator: "") }
            for path in written { print(path) }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Self.failure("\(error)")
        }
    }

    /// Reads the counts.
    private func build(now: Int64) throws -> ScanReport {
        let builder = try ReportBuilder.open(source)
        var seconds = time_t(now)
        var local = tm()
        localtime_r(&seconds, &local)
        let today = CivilDay(
            year: Int(local.tm_year) + 1_900, month: Int(local.tm_mon) + 1, day: Int(local.tm_mday))
        guard let today,
            let period = ReportPeriod.choose(
                from: from, to: to, isWeekly: weekly, known: try builder.days(), today: today)
        else { throw Self.failure("no scans were counted in \(source) for these days", code: 1) }
        var query = ReportQuery(title: title, period: period, createdAt: now)
        query.scope.links = link
        query.scope.tags = tag
        return try builder.report(query)
    }

    private static func failure(_ message: String, code: Int32 = 4) -> ExitCode {
        let line = Array("wayseal: error: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        return ExitCode(code)
    }
}
