import ArgumentParser
import Glibc
import Scans
import Site

/// `wayseal scans …`: counts from access logs.
struct ScansCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scans", abstract: "Count scans from access logs.",
        discussion: """
            Logs of nginx, Apache, Caddy, IIS and CloudFront, also gzip and zstd, are told by their content. Counts \
            stay; addresses and User-Agents do not.

            Examples:
              wayseal scans ingest '/var/log/nginx/access.log*'
              wayseal scans query --from 2026-03-01 --to 2026-03-31
              wayseal report --html
            """,
        subcommands: [
            ScansIngestCommand.self, ScansFollowCommand.self, ScansQueryCommand.self, ScansPurgeCommand.self,
            ScansExportCommand.self, ScansMergeCommand.self, ScansPushCommand.self, ScansGenerateCommand.self,
        ])
}

/// What all verbs that read logs share.
struct ScanOptions: ParsableArguments {
    @Option(name: .customLong("database"), help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(name: .customLong("geo"), help: "A .mmdb file for places.") var geography: String?
    @Option(name: .customLong("zone"), help: "The time zone of days; default: the site's, or UTC.") var zone: String?
    @Option(name: .customLong("crawlers"), help: "A crawler-user-agents.json with further patterns.") var crawlers:
        String?
    @Option(name: .customLong("families"), help: "uap-core's regexes.yaml, for its names of browsers and systems.")
    var families: String?
    @Flag(name: .customLong("truncate-addresses"), help: "Cut addresses to /24 and /48 first.") var truncates = false
    @Flag(
        name: .customLong("share-visitors"),
        help: "Keep hashes of visitors for 'export' and 'push', so that machines of one site find those they share.")
    var sharesVisitors = false
    @Option(
        help: ArgumentHelp("Take salts from a folder that machines share; it is yours to empty.", valueName: "folder"))
    var salts: String?
    @Option(name: .customLong("commit-every"), help: .hidden) var commitEvery = 200_000
    @OptionGroup var manifest: ManifestLinks
    @Argument(help: "Logs: files, patterns, or - for standard input.") var logs: [String]

    func settings() throws -> IngestSettings {
        let site = try manifest.site()
        var settings = IngestSettings(
            database: database, catalog: LinkCatalog(of: site), now: Int64(time(nil)),
            random: {
                var random = SystemRandomNumberGenerator()
                return random.next()
            })
        settings.geography = geography
        settings.zone = zone ?? site?.timezone ?? "UTC"
        settings.commitEvery = commitEvery
        settings.sharesVisitors = sharesVisitors
        settings.salts = salts
        settings.rules.truncatesAddresses = truncates
        if let crawlers { try settings.addCrawlers(path: crawlers) }
        if let families { try settings.addFamilies(path: families) }
        return settings
    }
}

/// `wayseal scans ingest LOG…`
struct ScansIngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Take in what is new in these logs, each line once.")
    @OptionGroup var options: ScanOptions

    func run() throws {
        do {
            var ingestion = try Ingestion.open(options.settings())
            let summary = try ingestion.ingest(LogPaths.expand(options.logs))
            Terminal.say(summary.description)
            for failure in summary.failures { Terminal.complain(failure, hint: nil) }
            if !summary.failures.isEmpty { throw ExitStatus.outsideWorld }
            if summary.malformedLines * 100 > summary.lines {
                throw Failure(.checkFailed, "more than one line in a hundred is malformed")
            }
        } catch let error as IngestError { throw Failure(error) }
    }
}
