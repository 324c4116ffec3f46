import ArgumentParser
import Glibc
import Reports
import Scans
import Site
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

    @Option(
        help: ArgumentHelp(
            "The database that 'wayseal scans ingest' fills, or clickhouse://host/database.", valueName: "place"))
    var source = "wayseal-scans.db"
    @Option(help: ArgumentHelp("The first day.", valueName: "date")) var from: CivilDay?
    @Option(help: ArgumentHelp("The last day.", valueName: "date")) var to: CivilDay?
    @Flag(help: "The last week that is over, Monday to Sunday.") var weekly = false
    @Option(help: ArgumentHelp("Only this link; may be given again.", valueName: "host/path")) var link: [String] = []
    @Option(help: ArgumentHelp("Only links with this tag; may be given again.", valueName: "tag")) var tag: [String] =
        []
    @Option(help: "What the report is headed with; default: the site's name.") var title: String?
    @OptionGroup var manifest: ManifestLinks
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
            if written.isEmpty { Terminal.write(Array(TextReport.summary(report, language: output.language).utf8)) }
            for path in written { Terminal.say(path) }
        } catch let failure as Failure {
            throw failure
        } catch let status as ExitStatus {
            throw status
        } catch { throw Failure(.outsideWorld, "\(error)") }
    }

    /// Reads the counts.
    private func build(now: Int64) throws -> ScanReport {
        let site = try manifest.site()
        var seconds = time_t(now)
        var local = tm()
        localtime_r(&seconds, &local)
        let today = CivilDay(
            year: Int(local.tm_year) + 1_900, month: Int(local.tm_mon) + 1, day: Int(local.tm_mday))
        func choose(_ known: ScanReport.Period?) throws -> ScanReport.Period {
            guard let today,
                let period = ReportPeriod.choose(from: from, to: to, isWeekly: weekly, known: known, today: today)
            else { throw Failure(.checkFailed, "no scans were counted in \(source) for these days") }
            return period
        }
        let catalog = LinkCatalog(of: site)
        if ClickHouse.isPlace(source) {
            let server = try ClickHouse(environmentAt: source)
            let period = try choose(try server.days())
            return try withTemporaryFolder { folder in
                let counts = folder + "/counts.db"
                try server.fetch(.init(first: period.preceding.first, last: period.last), into: counts)
                return try report(try ReportBuilder.open(counts, catalog: catalog), period, site, now)
            }
        }
        try requireCounts(source)
        let builder = try ReportBuilder.open(source, catalog: catalog)
        return try report(builder, try choose(try builder.days()), site, now)
    }

    private func report(
        _ builder: borrowing ReportBuilder, _ period: ScanReport.Period, _ site: Site?, _ now: Int64
    ) throws -> ScanReport {
        var query = ReportQuery(title: title ?? site?.name ?? "Scans", period: period, createdAt: now)
        query.scope.links = link
        query.scope.tags = tag
        return try builder.report(query)
    }
}
