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

            --daily, --weekly and --monthly write the formats and mail to the people that the manifest names under \
            reports:, unless options say otherwise.
            """)

    @Option(
        help: ArgumentHelp(
            "The database that 'wayseal scans ingest' fills, or clickhouse://host/database.", valueName: "place"))
    var source = "wayseal-scans.db"
    @Option(help: ArgumentHelp("The first day.", valueName: "date")) var from: CivilDay?
    @Option(help: ArgumentHelp("The last day.", valueName: "date")) var to: CivilDay?
    @Flag(help: "Yesterday.") var daily = false
    @Flag(help: "The last week that is over, Monday to Sunday.") var weekly = false
    @Flag(help: "The last month that is over.") var monthly = false
    @Option(help: ArgumentHelp("Only this link; may be given again.", valueName: "host/path")) var link: [String] = []
    @Option(help: ArgumentHelp("Only links with this tag; may be given again.", valueName: "tag")) var tag: [String] =
        []
    @Option(help: "What the report is headed with; default: the site's name.") var title: String?
    @OptionGroup var manifest: ManifestLinks
    @OptionGroup(title: "Formats") var output: ReportOutput
    @OptionGroup(title: "Mail") var mail: ReportMail

    func validate() throws {
        if let span, from != nil || to != nil {
            throw ValidationError("--\(span.rawValue) takes no --from and --to")
        }
        if [daily, weekly, monthly].count(where: { $0 }) > 1 {
            throw ValidationError("--daily, --weekly and --monthly are three reports")
        }
        if let from, let to, from > to { throw ValidationError("--from is after --to") }
    }

    private var span: ReportPeriod.Span? { daily ? .daily : weekly ? .weekly : monthly ? .monthly : nil }

    func run() throws {
        do {
            let site = try manifest.site()
            let report = try build(site, now: Int64(time(nil)))
            var (output, mail) = (output, mail)
            if let span, let reports = site?.reports { take(span, reports, &output, &mail) }
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

    /// What the manifest says about a report for a timer, where options say nothing.
    private func take(
        _ span: ReportPeriod.Span, _ reports: ReportSettings, _ output: inout ReportOutput, _ mail: inout ReportMail
    ) {
        let schedule =
            switch span {
            case .daily: reports.daily
            case .weekly: reports.weekly
            case .monthly: reports.monthly
            }
        guard let schedule else { return }
        output.setUnlessAsked(schedule.formats)
        mail.setUnlessAsked(schedule.mail, server: reports.smtp, sender: reports.sender)
    }

    /// Reads the counts.
    private func build(_ site: Site?, now: Int64) throws -> ScanReport {
        func choose(_ known: ScanReport.Period?, _ today: CivilDay) throws -> ScanReport.Period {
            guard let period = ReportPeriod.choose(from: from, to: to, span: span, known: known, today: today) else {
                throw Failure(.checkFailed, "no scans were counted in \(source) for these days")
            }
            return period
        }
        let catalog = LinkCatalog(of: site)
        if ClickHouse.isPlace(source) {
            let server = try ClickHouse(environmentAt: source)
            let period = try choose(try server.days(), try server.day(at: now))
            return try withTemporaryFolder { folder in
                let counts = folder + "/counts.db"
                try server.fetch(.init(first: period.preceding.first, last: period.last), into: counts)
                return try report(try ReportBuilder.open(counts, catalog: catalog), period, site, now)
            }
        }
        try requireCounts(source)
        let builder = try ReportBuilder.open(source, catalog: catalog)
        return try report(builder, try choose(try builder.days(), builder.day(at: now)), site, now)
    }

    private func report(
        _ builder: borrowing ReportBuilder, _ period: ScanReport.Period, _ site: Site?, _ now: Int64
    ) throws -> ScanReport {
        var query = ReportQuery(title: title ?? site?.name ?? "Scans", period: period, createdAt: now)
        query.scope.links = link
        query.scope.tags = tag
        if let site { query.anonymityThreshold = site.reports.rules.fold }
        return try builder.report(query)
    }
}
