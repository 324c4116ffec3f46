import ArgumentParser
import Glibc
import Scans
import Site
import Support

/// `wayseal scans …`: counts from access logs.
struct ScansCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scans", abstract: "Count scans from access logs.",
        discussion: """
            Logs of nginx, Apache, Caddy, IIS and CloudFront, also gzip and zstd, are told by their content. Counts \
            stay; addresses and User-Agents do not.

            Examples:
              wayseal scans ingest '/var/log/nginx/access.log*'
              wayseal scans follow '/var/log/nginx/access.log*' --live live.html
              wayseal scans query --from 2026-03-01 --to 2026-03-31
              wayseal report --html
            """,
        subcommands: [
            ScansIngestCommand.self, ScansFollowCommand.self, ScansPostbackCommand.self, ScansQueryCommand.self,
            ScansPurgeCommand.self, ScansExportCommand.self, ScansMergeCommand.self, ScansPushCommand.self,
            ScansUnitsCommand.self, ScansGenerateCommand.self,
        ])
}

/// What all verbs that read logs share.
struct ScanOptions: ParsableArguments {
    @Option(name: .customLong("database"), help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(
        name: .customLong("goals"),
        help: ArgumentHelp("A log of a site that links lead to: only goals are looked for.", valueName: "log"))
    var goalLogs: [String] = []
    @Option(name: .customLong("geo"), help: "A .mmdb file for places.") var geography: String?
    @Option(name: .customLong("zone"), help: "The time zone of days; default: the site's, or UTC.") var zone: String?
    @Option(name: .customLong("crawlers"), help: "A crawler-user-agents.json with further patterns.") var crawlers:
        String?
    @Option(name: .customLong("families"), help: "uap-core's regexes.yaml, for its names of browsers and systems.")
    var families: String?
    @Option(
        name: .customLong("rule"),
        help: ArgumentHelp("A rule of what counts, as under reports: count: (repeat=30s).", valueName: "name=value"))
    var rules: [String] = []
    @Flag(name: .customLong("truncate-addresses"), help: "Cut addresses to /24 and /48 first.") var truncates = false
    @Flag(
        name: .customLong("share-visitors"),
        help: "Keep hashes of visitors for 'export' and 'push', so that machines of one site find those they share.")
    var sharesVisitors = false
    @Option(
        help: ArgumentHelp("Take salts from a folder that machines share; it is yours to empty.", valueName: "folder"))
    var salts: String?
    @Option(name: .customLong("commit-every"), help: .hidden) var commitEvery: Int?
    @OptionGroup var manifest: ManifestLinks
    @Argument(help: "Logs: files, patterns, or - for standard input; default: those of the manifest.")
    var logs: [String] = []

    /// What was asked for, with what the manifest says.
    struct Plan {
        var settings: IngestSettings
        var site: Site?
        var logs: [String]
        var goalLogs: [String]

        /// Deletes what is older than the manifest keeps.
        func purge() throws(Failure) {
            guard let keep = site?.reports.keepDays else { return }
            do {
                let today = try ReportBuilder.open(settings.database).day(at: Int64(time(nil)))
                try ScanMaintenance.purge(settings.database, before: today.advanced(by: -keep))
            } catch { throw Failure(error) }
        }
    }

    func plan() throws -> Plan {
        let site = try manifest.site()
        var settings = IngestSettings(
            database: database, catalog: LinkCatalog(of: site), now: Int64(time(nil)),
            random: {
                var random = SystemRandomNumberGenerator()
                return random.next()
            })
        var rules = site?.reports.rules ?? CountingRules()
        for rule in self.rules {
            let halves = rule.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2 else { throw Failure(.usage, "--rule takes NAME=VALUE, not '\(rule)'") }
            if let wanted = rules.set(halves[0], halves[1]) {
                let isKnown = CountingRules.names.contains(halves[0])
                throw Failure(
                    .usage,
                    isKnown ? "'\(halves[1])' is no value of the rule \(halves[0])" : "there is no rule '\(halves[0])'",
                    hint: "write \(wanted)")
            }
        }
        settings.rules = ScanRules(rules)
        settings.geography = geography ?? site?.reports.places.map { manifest.path($0) }
        settings.zone = zone ?? site?.timezone ?? "UTC"
        if let commitEvery { settings.commitEvery = commitEvery }
        settings.storesAside = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1
        settings.sharesVisitors = sharesVisitors
        settings.salts = salts
        if truncates { settings.rules.truncatesAddresses = true }
        if let crawlers { try settings.addCrawlers(path: crawlers) }
        if let families { try settings.addFamilies(path: families) }
        let asked = logs.isEmpty ? (site?.reports.logs ?? []).map { manifest.path($0) } : logs
        guard !asked.isEmpty else {
            throw Failure(.usage, "no log is named", hint: "name one, or write reports: { logs: … } into the manifest")
        }
        let goals = goalLogs.isEmpty ? (site?.reports.goalLogs ?? []).map { manifest.path($0) } : goalLogs
        return Plan(settings: settings, site: site, logs: asked, goalLogs: goals)
    }
}

/// `wayseal scans ingest LOG…`
struct ScansIngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Take in what is new in these logs, each line once.")
    @OptionGroup var options: ScanOptions

    func run() throws {
        do {
            let plan = try options.plan()
            Memory.returnLargeBlocks()
            var ingestion = try Ingestion.open(plan.settings)
            var bar = ProgressBar(isQuiet: false)
            let summary = try ingestion.ingest(
                LogPaths.expand(plan.logs), goals: LogPaths.expand(plan.goalLogs),
                progress: { bar.show("reading MiB", $0 >> 20, $1 >> 20) })
            bar.clear()
            Terminal.say(summary.description)
            for failure in summary.failures { Terminal.complain(failure, hint: nil) }
            try plan.purge()
            if !summary.failures.isEmpty { throw ExitStatus.outsideWorld }
            if summary.malformedLines * 100 > summary.lines {
                throw Failure(.checkFailed, "more than one line in a hundred is malformed")
            }
        } catch let error as IngestError { throw Failure(error) }
    }
}
