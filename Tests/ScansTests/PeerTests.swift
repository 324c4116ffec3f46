// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import Support
import TestSupport
import Testing

@testable import Scans

/// DuckDB counts the same log; `kill -9` hits the real binary. Run with WAYSEAL_SERVER_TESTS=1.
@Suite(.serialized) struct PeerTests {
    static var hasPeers: Bool { ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1" }
    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// An independent count in SQL: scans, unique scans, quarantined, repeated; and one line per day and link.
    static let sql = #"""
        import duckdb, sys
        log, repeat, rate, burst, enumeration, traps = sys.argv[1], *map(int, sys.argv[2:])
        c = duckdb.connect()
        c.execute("SET threads=1")
        c.execute(f"""CREATE TABLE raw AS SELECT line FROM read_csv('{log}', header=false, columns={{'line':'VARCHAR'}},
          delim='\x01', quote='', escape='', ignore_errors=true, strict_mode=false, encoding='latin-1')""")
        c.execute(r"""CREATE TABLE hits AS SELECT epoch(strptime(x.ts,'%d/%b/%Y:%H:%M:%S %z'))::BIGINT AS t, x.m AS m,
            replace(lower(split_part(x.target,'?',1)),'%41','a') AS path, x.st AS st, x.ua AS ua,
            CASE WHEN x.ip LIKE '%:%' THEN array_to_string(string_split(x.ip, ':')[1:4], ':') ELSE x.ip END AS ip
          FROM (SELECT regexp_extract(line, '^([^ ]+) [^\[]*\[([^\]]+)\] "([A-Z]+) ([^"]*) HTTP/1\.1" (\d+) (\d+|-) "([^"]*)" "([^"]*)"$',
            ['ip','ts','m','target','st','b','ref','ua']) AS x FROM raw) WHERE x.ip <> ''""")
        c.execute("""CREATE TABLE s AS SELECT t, t // 86400 AS day, path, ip, ip || ' ' || ua AS v FROM hits
          WHERE m='GET' AND st IN ('301','302','303','307','308')""")
        c.execute("""CREATE TABLE bad AS SELECT DISTINCT day, v FROM (SELECT day, v, t,
            lag(t, greatest(1, ?)) OVER (PARTITION BY day, v ORDER BY t) AS back,
            count(DISTINCT path) OVER (PARTITION BY day, v ORDER BY t RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) AS b,
            count(DISTINCT path) OVER (PARTITION BY day, v ORDER BY t RANGE BETWEEN 600 PRECEDING AND CURRENT ROW) AS e
          FROM s) WHERE (? > 0 AND t - back < 60) OR (? > 0 AND b >= ?) OR (? > 0 AND e > ?)""",
          [rate, rate, burst, burst, enumeration, enumeration])
        if traps:
            c.execute("""INSERT INTO bad SELECT DISTINCT s.day, s.v FROM s JOIN (SELECT DISTINCT t // 86400 AS day, ip FROM hits
              WHERE path LIKE '/wp-login.php%' OR path LIKE '/.env%' OR path LIKE '/.git%' OR path LIKE '/xmlrpc.php%') x
              ON s.day = x.day AND s.ip = x.ip""")
        c.execute("CREATE TABLE good AS SELECT * FROM s WHERE (day, v) NOT IN (SELECT day, v FROM bad)")
        c.execute("""CREATE TABLE counted AS SELECT *, ? > 0 AND t - lag(t) OVER (PARTITION BY day, v, path ORDER BY t) <= ? AS again
          FROM good""", [repeat, repeat])
        one = c.execute("""SELECT (SELECT count(*) FROM s) - (SELECT count(*) FROM good),
          count(*) FILTER (WHERE coalesce(again, false)) FROM counted""").fetchone()
        rows = c.execute("""SELECT day, path, count(*) AS n, count(DISTINCT v) AS u FROM counted
          WHERE NOT coalesce(again, false) GROUP BY ALL ORDER BY ALL""").fetchall()
        visitors = c.execute("SELECT count(*) FROM (SELECT DISTINCT day, v FROM counted WHERE NOT coalesce(again, false))").fetchone()[0]
        print(sum(r[2] for r in rows), sum(r[3] for r in rows), one[0], one[1], visitors)
        for r in rows: print(*r)
        """#

    static func python(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = root.appendingPathComponent(".build/venv/bin/python")
        process.arguments = ["-c", sql] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }

    @Test(
        "DuckDB counts the same scans, uniques, repeats and quarantine, by day and link, to the unit",
        .enabled(if: hasPeers), .timeLimit(.minutes(5)), arguments: [true, false])
    func duckDB(bare: Bool) throws {
        var bench = Bench()
        if !bare {
            bench.rules = ScanRules()
            bench.rules.countedAgents = Set(AgentClass.allCases)
        }
        var generator = LogGenerator(seed: 42, lines: 60_000, start: Bench.start, days: 2)
        generator.links = 500
        generator.agents = 400
        generator.addresses = 3000
        var log: [UInt8] = []
        generator.write(.combined) { log += $0 }
        try bench.write("access.log", log)
        try bench.ingest("access.log")
        let report = try bench.report()
        let rows = try ScanMaintenance.rows(bench.database, period: report.period).filter { $0.scans > 0 }
        func excluded(_ reason: ScanReport.Waterfall.Reason) -> Int {
            report.waterfall.excluded.first { $0.reason == reason }?.count ?? 0
        }
        let ours =
            [
                "\(report.totals.scans) \(report.totals.uniqueScans) \(excluded(.quarantine)) \(excluded(.repeated)) \(report.totals.visitors)"
            ]
            + rows.map { "\($0.day.number) \($0.link) \($0.scans) \($0.uniqueScans)" }.sorted()
        let parameters = bare ? ["0", "0", "0", "0", "0"] : ["10", "30", "3", "20", "1"]
        let text = try Self.python([bench.folder.path + "/access.log"] + parameters)
        var theirs = text.split(separator: "\n").map(String.init)
        theirs = theirs.prefix(1) + theirs.dropFirst().sorted()
        #expect(ours.first == theirs.first)
        #expect(ours == theirs)
        if !bare { #expect(excluded(.quarantine) > 0 && excluded(.repeated) > 0) }
    }

    static var binary: String? {
        guard let bundle = CommandLine.arguments.first(where: { $0.contains(".xctest") }) else { return nil }
        let path = URL(fileURLWithPath: bundle).path
        guard let range = path.range(of: ".xctest") else { return nil }
        let folder = URL(fileURLWithPath: String(path[..<range.lowerBound])).deletingLastPathComponent()
        return folder.appendingPathComponent("wayseal").path
    }

    @Test(
        "a hundred kills in the middle of ingest and rotation lose nothing and double nothing", .enabled(if: hasPeers),
        .timeLimit(.minutes(5)))
    func kills() throws {
        let binary = try #require(Self.binary)
        let today = CivilDay(number: Int(time(nil)) / 86400)
        var generator = LogGenerator(seed: 9, lines: 20_000, start: Int64(today.number - 1) * 86400, days: 1)
        generator.links = 100
        generator.agents = 200
        generator.addresses = 500
        var log: [UInt8] = []
        generator.write(.combined) { log += $0 }
        let whole = TemporaryFolder()
        try Data(log).write(to: URL(fileURLWithPath: whole.path + "/access.log"))
        var killed = 0
        func run(_ folder: String, kill delay: UInt32?) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: binary)
            process.arguments = [
                "scans", "ingest", "--database", folder + "/db/scans.db", "--commit-every", "150",
                folder + "/access.log*",
            ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            if let delay {
                usleep(delay)
                kill(process.processIdentifier, SIGKILL)
            }
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { killed += 1 }
            if delay == nil { try #require(process.terminationStatus == 0) }
        }
        try Files.makeDirectory(whole.path + "/db")
        try run(whole.path, kill: nil)
        let expected = try Self.outcome(whole.path + "/db/scans.db")
        #expect(expected.totals.scans > 5000)

        let folder = TemporaryFolder()
        let path = folder.path
        try Files.makeDirectory(path + "/db")
        var random = SplitMix(seed: UInt64(today.number))
        var at = 0
        var rotated = 0
        func append(_ bytes: ArraySlice<UInt8>) throws {
            let file = path + "/access.log"
            if try Files.status(file) == nil { try Files.create(file, []) }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
        }
        for round in 0..<100 {
            let next =
                round == 99 ? log.count : min(log.count, at + Int.random(in: 0...(log.count / 60), using: &random))
            try append(log[at..<next])
            at = next
            switch Int.random(in: 0...9, using: &random) {
            case 0 where log[max(0, at - 1)] == 0x0A || round % 2 == 0:
                // Rotation happens at a line end: servers write whole lines.
                while at < log.count, at > 0, log[at - 1] != 0x0A {
                    try append(log[at..<at + 1])
                    at += 1
                }
                rotated += 1
                try Files.rename(path + "/access.log", to: path + "/access.log.\(rotated)")
            case 1 where rotated > 0:
                let name = "access.log.\(rotated)"
                if try Files.status(path + "/" + name) != nil {
                    let gzip = Process()
                    gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
                    gzip.arguments = [path + "/" + name]
                    try gzip.run()
                    gzip.waitUntilExit()
                }
            case 2:
                // A new inode with the same bytes.
                if try Files.status(path + "/access.log") != nil {
                    let bytes = try Files.read(path + "/access.log")
                    try Files.remove(path + "/access.log")
                    try Files.create(path + "/access.log", bytes)
                }
            default: break
            }
            try run(path, kill: UInt32.random(in: 3000...90_000, using: &random))
        }
        try run(path, kill: nil)
        #expect(rotated > 0 && killed > 20, "\(rotated) rotations, \(killed) kills")
        let found = try Self.outcome(path + "/db/scans.db")
        #expect(found == expected)
    }

    /// The sums without what names sources.
    static func outcome(_ database: String) throws -> Outcome {
        let builder = try ReportBuilder.open(database)
        let days = try #require(try builder.days())
        return Outcome(try builder.report(ReportQuery(title: "t", period: days, createdAt: 0)))
    }
}
