import ArgumentParser
import Glibc
import Scans
import Support

/// The name of this machine in exchanged counts.
struct SourceName: ParsableArguments {
    @Option(name: .customLong("name"), help: "The name of this machine in the counts; default: its host name.")
    var name: String?

    var value: String {
        if let name { return name }
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, 255) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// `wayseal scans export`
struct ScansExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the counts as cells, for 'merge' on another machine.")
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(name: .shortAndLong, help: ArgumentHelp("The file; - is stdout.", valueName: "file")) var output = "-"
    @OptionGroup var source: SourceName
    @OptionGroup var manifest: ManifestLinks

    func run() throws {
        try requireCounts(database)
        let catalog = LinkCatalog(of: try manifest.site())
        do {
            let export = try ScanExport.open(database, source: source.value, catalog: catalog)
            let sequence = UInt64(max(0, time(nil)))
            if output == "-" {
                let stdout = try FileDescriptor(path: "/dev/stdout", flags: O_WRONLY)
                try export.write(sequence: sequence) { (bytes: [UInt8]) throws(FileError) in try stdout.write(bytes) }
                return
            }
            let part = output + ".part"
            let file = try FileDescriptor(path: part, flags: O_WRONLY | O_CREAT | O_TRUNC)
            try export.write(sequence: sequence) { (bytes: [UInt8]) throws(FileError) in try file.write(bytes) }
            try file.synchronize()
            try Files.rename(part, to: output)
        } catch { throw Failure(.outsideWorld, "\(error)") }
    }
}

/// `wayseal scans merge FILE…`
struct ScansMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Unite the cells of several machines in a new database.",
        discussion:
            "Of days that are in several files of one machine, the newest counts; the order of files does not matter.")
    @Option(help: "The database that is made; one that is there is replaced.") var database = "wayseal-scans.db"
    @Argument(help: "Files of 'wayseal scans export', also gzip and zstd.") var files: [String]

    func run() throws {
        do {
            let days = try ScanFiles.merge(LogPaths.expand(files), into: database)
            Terminal.say("united \(count(days, "day")) in \(database)")
        } catch {
            if case .malformed = error { throw Failure(.checkFailed, error.description) }
            throw Failure(.outsideWorld, error.description)
        }
    }
}

/// `wayseal scans push clickhouse://…`
struct ScansPushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Send the counts that changed to a ClickHouse server.",
        discussion: """
            User and password come from WAYSEAL_CLICKHOUSE_USER and WAYSEAL_CLICKHOUSE_PASSWORD. What is sent twice \
            counts once, and a run that was cut off goes on where it was.

            Examples:
              wayseal scans push clickhouse://stats.example.org:8123/links
              wayseal scans push --ddl --cluster web clickhouse://localhost/links
            """)
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Flag(help: "Only print the statements that make the tables.") var ddl = false
    @Option(help: "With --ddl: spread the tables over the shards of this cluster.") var cluster: String?
    @OptionGroup var source: SourceName
    @OptionGroup var manifest: ManifestLinks
    @Argument(help: ArgumentHelp("clickhouse://host:8123/database, or clickhouses:// for TLS.", valueName: "place"))
    var place: String

    func run() throws {
        if ddl {
            for statement in ClickHouse.tables(cluster: cluster) { Terminal.say(statement + ";") }
            Terminal.say("-- Only for tables that were made before goals were sent:")
            for statement in ClickHouse.additions(cluster: cluster) { Terminal.say("-- " + statement + ";") }
            return
        }
        try requireCounts(database)
        let catalog = LinkCatalog(of: try manifest.site())
        do {
            let server = try ClickHouse(environmentAt: place)
            let export = try ScanExport.open(database, source: source.value, catalog: catalog)
            var bar = ProgressBar(isQuiet: false)
            let sent = try server.push(export, source: source.value, now: Int64(time(nil))) {
                bar.show("sending", $0, $1)
            }
            bar.clear()
            Terminal.say("sent \(count(sent, "day")) to \(server.name)")
        } catch let error as ExchangeError {
            if case .address = error { throw Failure(.usage, error.description) }
            throw Failure(.outsideWorld, error.description)
        } catch let error as IngestError { throw Failure(error) }
    }
}

extension ClickHouse {
    /// A server, with the user and password of the environment.
    init(environmentAt place: String) throws(ExchangeError) {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        try self.init(
            url: place, user: variable("WAYSEAL_CLICKHOUSE_USER"), password: variable("WAYSEAL_CLICKHOUSE_PASSWORD"))
    }

    /// Whether a report is to be made from a server.
    static func isPlace(_ text: String) -> Bool { text.hasPrefix("clickhouse://") || text.hasPrefix("clickhouses://") }
}

/// A folder that only its owner reads, for as long as `body` runs.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((root + "/wayseal.XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(.outsideWorld, "cannot make a folder in \(root)") }
    let folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { try? Files.removeTree(folder) }
    return try body(folder)
}
