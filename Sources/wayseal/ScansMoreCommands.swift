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
            ) { print($0.description) }
        } catch let error as IngestError {
            ScanOptions.complain("\(error)")
            throw ExitCode(4)
        }
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
    @Option(help: "First day, 2026-11-23.") var from: String
    @Option(help: "Last day.") var to: String

    func run() throws {
        guard let first = CivilDay(iso: from), let last = CivilDay(iso: to) else { throw ExitCode(2) }
        do {
            print("day\tlink\tscans\tunique\texcluded")
            for row in try ScanMaintenance.rows(database, period: .init(first: first, last: last)) {
                print("\(row.day)\t\(row.link)\t\(row.scans)\t\(row.uniqueScans)\t\(row.excluded)")
            }
        } catch {
            ScanOptions.complain("\(error)")
            throw ExitCode(4)
        }
    }
}

/// `wayseal scans purge --before DAY`
struct ScansPurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Delete the counts of days before one.")
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(help: "The first day that stays.") var before: String

    func run() throws {
        guard let day = CivilDay(iso: before) else { throw ExitCode(2) }
        do { print("deleted \(try ScanMaintenance.purge(database, before: day)) days") } catch {
            ScanOptions.complain("\(error)")
            throw ExitCode(4)
        }
    }
}
