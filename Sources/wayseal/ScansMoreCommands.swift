import AccessLogs
import ArgumentParser
import Glibc
import Scans
import Support

/// `wayseal scans follow LOG…`
struct ScansFollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Keep the counts current until stopped.")
    @OptionGroup var options: ScanOptions

    func run() throws {
        do {
            var ingestion = try Ingestion.open(options.settings())
            let stop = StopSignal()
            try ingestion.follow(
                options.logs, clock: { Int64(time(nil)) }, shouldStop: { stop.isRaised }
            ) { Terminal.say($0.description) }
        } catch let error as IngestError { throw Failure(error) }
    }
}

/// SIGINT and SIGTERM, looked at between rounds instead of interrupting one.
struct StopSignal {
    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    var isRaised: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
    }
}

/// `wayseal scans query`: plain counts for other tools.
struct ScansQueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Print counts by day and link as tab-separated values.")
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(help: "First day, 2026-11-23.") var from: CivilDay
    @Option(help: "Last day.") var to: CivilDay

    func validate() throws {
        if from > to { throw ValidationError("--from is after --to") }
    }

    func run() throws {
        try requireCounts(database)
        do {
            Terminal.say("day\tlink\tscans\tunique\texcluded")
            for row in try ScanMaintenance.rows(database, period: .init(first: from, last: to)) {
                Terminal.say("\(row.day)\t\(row.link)\t\(row.scans)\t\(row.uniqueScans)\t\(row.excluded)")
            }
        } catch { throw Failure(error) }
    }
}

/// `wayseal scans purge --before DAY`
struct ScansPurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Delete the counts of days before one.")
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(help: "The first day that stays.") var before: CivilDay

    func run() throws {
        try requireCounts(database)
        do { Terminal.say("deleted \(count(try ScanMaintenance.purge(database, before: before), "day"))") } catch {
            throw Failure(error)
        }
    }
}
