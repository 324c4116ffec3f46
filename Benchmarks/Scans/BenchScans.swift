// swift-format-ignore-file: NeverForceUnwrap
import AccessLogs
import Glibc
import Scans
import Support

/// What the figures of the analyzer are measured with, and what tests kill: the engine without the command line.
///
///     bench-scans generate FORMAT LINES SEED DAYS FILE
///     bench-scans ingest DATABASE [--aside] [--bare] [--geo FILE] [--commit N] [--now T] LOG…
///     bench-scans core DATABASE LOG
///     bench-scans parse LOG
///     bench-scans totals DATABASE
@main
struct BenchScans {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "generate": try generate(Array(arguments.dropFirst()))
        case "ingest": try ingest(Array(arguments.dropFirst()))
        case "core": try core(arguments[1], arguments[2])
        case "parse": try parse(arguments[1])
        case "totals": try totals(arguments[1])
        default: print("usage: bench-scans generate|ingest|parse|totals …")
        }
    }

    /// 2024-03-01.
    static let start: Int64 = 1_709_251_200

    static func generate(_ a: [String]) throws {
        guard let format = LogFormat.allCases.first(where: { $0.name == a[0] }) else { return print("no such format") }
        var generator = LogGenerator(
            seed: UInt64(a[2]) ?? 42, lines: Int(a[1]) ?? 0, start: start, days: Int(a[3]) ?? 30)
        if let paths = getenv("PATHS") { generator.links = Int(String(cString: paths)) ?? 20_000 }
        let file = try FileDescriptor(path: a[4], flags: O_WRONLY | O_CREAT | O_TRUNC)
        try generator.write(format) { (bytes: [UInt8]) throws(FileError) in try file.write(bytes) }
    }

    static func ingest(_ a: [String]) throws {
        var random = SystemRandomNumberGenerator()
        _ = random.next()
        var settings = IngestSettings(
            database: a[0], catalog: LinkCatalog(scope: .discover), now: Int64(Glibc.time(nil)),
            random: {
                var random = SystemRandomNumberGenerator()
                return random.next()
            })
        var logs: [String] = []
        var i = 1
        while i < a.count {
            switch a[i] {
            case "--aside": settings.storesAside = true
            case "--bare": settings.rules = .bare
            case "--geo":
                i += 1
                settings.geography = a[i]
            case "--commit":
                i += 1
                settings.commitEvery = Int(a[i]) ?? 200_000
            case "--now":
                i += 1
                settings.now = Int64(a[i]) ?? 0
            default: logs.append(a[i])
            }
            i += 1
        }
        let before = cpu()
        Memory.returnLargeBlocks()
        var ingestion = try Ingestion.open(settings)
        let summary = try ingestion.ingest(logs)
        let seconds = cpu() - before
        var usage = rusage()
        getrusage(0, &usage)
        print(
            "\(summary.lines) lines, \(summary.bytes) bytes, \(summary.malformedLines) malformed, \(summary.closedDays) days closed, \(summary.classified) agents, cpu \(seconds) s, \(Double(summary.lines) / seconds / 1e6) M/s, rss \(usage.ru_maxrss) KB"
        )
        for failure in summary.failures { print(failure) }
    }

    /// The core path: without what is done once for each User-Agent, and without the database.
    static func core(_ database: String, _ log: String) throws {
        var ingestion = try Ingestion.open(
            IngestSettings(
                database: database, catalog: LinkCatalog(scope: .discover), now: Int64(Glibc.time(nil)),
                random: {
                    var random = SystemRandomNumberGenerator()
                    return random.next()
                }))
        _ = try ingestion.dryRun([log])
        let before = cpu()
        let (lines, cells) = try ingestion.dryRun([log])
        let seconds = cpu() - before
        print("\(lines) lines, \(cells) cells, cpu \(seconds) s, \(Double(lines) / seconds / 1e6) M/s")
    }

    static func parse(_ path: String) throws {
        let before = cpu()
        let bytes = try Files.read(path)
        let read = cpu()
        let span = bytes.span
        guard let format = LogParser.detect(span) else { return print("unknown format") }
        var parser = LogParser(format: format)
        var hit = Hit()
        var at = 0
        var lines = 0
        var good = 0
        while at < span.count {
            var end = at
            bytes.withUnsafeBufferPointer { buffer in
                let found = memchr(buffer.baseAddress! + at, 10, buffer.count - at)
                end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(buffer.baseAddress!) } ?? buffer.count
            }
            lines += 1
            if (try? parser.parse(span, at, end, &hit)) == true { good += 1 }
            at = end + 1
        }
        let seconds = cpu() - read
        print(
            "\(format.name): \(lines) lines, \(good) good, cpu \(seconds) s (+\(read - before) s read), \(Double(lines) / seconds / 1e6) M/s"
        )
    }

    static func totals(_ path: String) throws {
        let builder = try ReportBuilder.open(path)
        guard let days = try builder.days() else { return print("nothing") }
        var query = ReportQuery(title: "bench", period: days, createdAt: 0)
        query.comparesWithPrevious = false
        let before = cpu()
        let report = try builder.report(query)
        print(
            "scans \(report.totals.scans) unique \(report.totals.uniqueScans) visitors \(report.totals.visitors) hits \(report.totals.hits) links \(report.linkCount) balanced \(report.waterfall.isBalanced)"
        )
        for step in report.waterfall.excluded { print("  \(step.reason.rawValue) \(step.count)") }
        for row in report.devices.rows { print("  \(row.name) \(row.scans)") }
        for source in report.sources { print("  source lines \(source.lines) malformed \(source.malformed)") }
        print("report cpu \(cpu() - before) s")
    }

    static func cpu() -> Double {
        var usage = rusage()
        getrusage(0, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
