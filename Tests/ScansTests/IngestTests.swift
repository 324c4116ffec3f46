// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import Support
import TestSupport
import Testing

@testable import Scans

/// Engine with fixed randomness and clock.
struct Bench {
    let folder = TemporaryFolder()
    var rules = ScanRules.bare
    var now: Int64 = Bench.start + 400 * 86400
    var commitEvery = 300_000
    static let start: Int64 = 1_709_251_200

    var database: String { folder.path + "/scans.db" }

    /// The same settings, another folder.
    func sibling() -> Bench {
        var bench = Bench()
        bench.rules = rules
        bench.now = now
        return bench
    }

    func settings() -> IngestSettings {
        var settings = IngestSettings(
            database: database, catalog: LinkCatalog(scope: .discover), now: now, random: { 0x1234_5678_9ABC_DEF0 })
        settings.rules = rules
        settings.commitEvery = commitEvery
        return settings
    }

    @discardableResult
    func ingest(_ names: String...) throws -> IngestSummary {
        var ingestion = try Ingestion.open(settings())
        return try ingestion.ingest(names.map { $0.hasPrefix("/") ? $0 : folder.path + "/" + $0 })
    }

    func report() throws -> ScanReport {
        let builder = try ReportBuilder.open(database, rules: rules)
        let days = try #require(try builder.days())
        return try builder.report(ReportQuery(title: "t", period: days, createdAt: now))
    }

    func write(_ name: String, _ bytes: some Collection<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }

    func append(_ name: String, _ bytes: some Collection<UInt8>) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/" + name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    func move(_ from: String, _ to: String) throws {
        try Files.rename(folder.path + "/" + from, to: folder.path + "/" + to)
    }

    func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    static func log(_ format: LogFormat = .combined, lines: Int = 6000, days: Int = 3, seed: UInt64 = 7) -> [UInt8] {
        var generator = LogGenerator(seed: seed, lines: lines, start: start, days: days)
        generator.links = 200
        generator.agents = 300
        generator.addresses = 900
        var out: [UInt8] = []
        generator.write(format) { out += $0 }
        return out
    }
}

/// What must not depend on how the lines came.
struct Outcome: Equatable {
    var totals: ScanReport.Totals
    var waterfall: ScanReport.Waterfall
    var days: [ScanReport.DayCount]
    var links: [String]
    var devices: ScanReport.Breakdown
    var referrers: ScanReport.Breakdown
    var hours: ScanReport.HourMatrix

    init(_ report: ScanReport) {
        totals = report.totals
        waterfall = report.waterfall
        days = report.days
        links = report.links.map { "\($0.address) \($0.scans) \($0.uniqueScans)" }.sorted()
        devices = report.devices
        referrers = report.referrers
        hours = report.hours
    }
}

@Suite struct IngestTests {
    /// A second count of the same log: strings, dictionaries and sets, bare rules.
    static func naive(_ log: [UInt8]) -> (hits: Int, malformed: Int, scans: Int, uniques: Int, visitors: Int) {
        var scans = 0
        var malformed = 0
        var hits = 0
        var uniques = Set<String>()
        var visitors = Set<String>()
        for bytes in log.split(separator: 0x0A) {
            hits += 1
            let line = String(decoding: bytes, as: UTF8.self)
            let quoted = line.components(separatedBy: "\"")
            guard quoted.count == 7, quoted[2].split(separator: " ").count == 2,
                let open = quoted[0].firstIndex(of: "[")
            else {
                malformed += 1
                continue
            }
            let request = quoted[1].split(separator: " ")
            let status = quoted[2].split(separator: " ")[0]
            guard request.count == 3, request[0] == "GET", ["301", "302", "303", "307", "308"].contains(status) else {
                continue
            }
            let ip = String(line.prefix { $0 != " " })
            let connection = ip.contains(":") ? ip.split(separator: ":").prefix(4).joined(separator: ":") : ip
            let day = String(quoted[0][open...].prefix(12))
            let path = request[1].split(separator: "?")[0].lowercased().replacingOccurrences(of: "%41", with: "a")
            scans += 1
            uniques.insert("\(day) \(path) \(connection) \(quoted[5])")
            visitors.insert("\(day) \(connection) \(quoted[5])")
        }
        return (hits, malformed, scans, uniques.count, visitors.count)
    }

    @Test("totals are those of a naive count of the same log")
    func totals() throws {
        let bench = Bench()
        let log = Bench.log(lines: 20_000)
        try bench.write("access.log", log)
        let summary = try bench.ingest("access.log")
        let report = try bench.report()
        let expected = Self.naive(log)
        #expect(summary.lines == expected.hits && summary.malformedLines == expected.malformed)
        #expect(report.totals.hits == expected.hits)
        #expect(report.totals.scans == expected.scans)
        #expect(report.totals.uniqueScans == expected.uniques)
        #expect(report.totals.visitors == expected.visitors)
        #expect(report.waterfall.isBalanced)
        #expect(report.days.reduce(0) { $0 + $1.scans } == expected.scans)
        #expect(report.hours.sum == expected.scans)
        for breakdown in [report.devices, report.systems, report.browsers, report.referrers, report.countries] {
            #expect(breakdown.sum == expected.scans)
        }
        #expect(report.origins.code + report.origins.click + report.origins.unmarked == expected.scans)
    }

    @Test("all formats of the same traffic give the same scans", arguments: LogFormat.allCases)
    func formats(format: LogFormat) throws {
        let combined = Self.naive(Bench.log())
        let bench = Bench()
        try bench.write("access.log", Bench.log(format))
        try bench.ingest("access.log")
        let report = try bench.report()
        #expect(report.totals.scans == combined.scans)
        #expect(report.totals.uniqueScans == combined.uniques)
        #expect(report.totals.visitors == combined.visitors)
        #expect(report.sources.first?.format == format.name)
        #expect(report.waterfall.isBalanced)
    }

    @Test("all rules together leave nothing unaccounted for")
    func rules() throws {
        var bench = Bench()
        bench.rules = ScanRules()
        try bench.write("access.log", Bench.log(.caddyJSON, lines: 10_000, days: 1))
        try bench.ingest("access.log")
        let report = try bench.report()
        #expect(report.waterfall.isBalanced)
        let reasons = Set(report.waterfall.excluded.map(\.reason))
        #expect(
            reasons.isSuperset(of: [.unknownLink, .method, .status, .prefetch, .crawler, .preview, .library, .repeated])
        )
        #expect(report.waterfall.scans == report.totals.scans)
        #expect(report.notes.contains { if case .optedOut(let n) = $0 { n > 0 } else { false } })
    }

    @Test("a second run over the same log adds nothing")
    func again() throws {
        let bench = Bench()
        try bench.write("access.log", Bench.log())
        try bench.ingest("access.log")
        let once = Outcome(try bench.report())
        let summary = try bench.ingest("access.log")
        #expect(summary.lines == 0)
        #expect(try Outcome(bench.report()) == once)
    }

    @Test("a log that grows, piece by piece and in the middle of lines, gives what it gives in one go")
    func growth() throws {
        let log = Bench.log(lines: 3000)
        var whole = Bench()
        whole.now = Bench.start + 3 * 86400 - 1
        try whole.write("access.log", log)
        try whole.ingest("access.log")
        var bench = whole.sibling()
        bench.commitEvery = 200
        var random = SplitMix(seed: 3)
        try bench.write("access.log", [])
        var at = 0
        while at < log.count {
            let next = min(log.count, at + Int.random(in: 1...40_000, using: &random))
            try bench.append("access.log", log[at..<next])
            at = next
            try bench.ingest("access.log")
        }
        #expect(try Outcome(bench.report()) == Outcome(whole.report()))
    }

    @Test("rotation by rename, by copy and truncation, packed afterwards, and a new inode: nothing is lost or doubled")
    func rotation() throws {
        let log = Bench.log(lines: 4000)
        var whole = Bench()
        whole.now = Bench.start + 3 * 86400 - 1
        try whole.write("access.log", log)
        try whole.ingest("access.log")
        let expected = Outcome(try whole.report())
        let lines = log.split(separator: 0x0A, omittingEmptySubsequences: false)
        let cuts = [0, 700, 1500, 2600, 4000].map { n in lines[..<n].reduce(0) { $0 + $1.count + 1 } }
        let parts = (0..<4).map { Array(log[cuts[$0]..<cuts[$0 + 1]]) }

        // Rename, and the last piece of the old file is written after the new one was made.
        let bench = whole.sibling()
        let half = parts[0].count / 2
        try bench.write("access.log", parts[0][..<half])
        try bench.ingest("access.log")
        try bench.append("access.log", parts[0][half...])
        try bench.move("access.log", "access.log.1")
        try bench.write("access.log", parts[1])
        try bench.ingest("access.log", "access.log.1")
        // Packed.
        try bench.run("/bin/gzip", "access.log.1")
        try bench.ingest("access.log", "access.log.1.gz")
        // Copy and truncate.
        try bench.write("access.log.2", parts[1])
        try bench.write("access.log", parts[2])
        try bench.ingest("access.log", "access.log.1.gz", "access.log.2")
        // A backup brought back under a new inode, shorter than what was read.
        try bench.write("restored", parts[2][..<(parts[2].count / 3)])
        try bench.ingest("restored")
        try bench.move("restored", "access.log.3")
        try bench.write("copy", parts[2])
        try Files.remove(bench.folder.path + "/access.log")
        try bench.move("copy", "access.log")
        try bench.ingest("access.log", "access.log.3")
        // zstd for the last one, read for the first time.
        try bench.write("last", parts[3])
        try bench.run("/usr/bin/zstd", "-q", "--rm", "last")
        try bench.ingest("access.log", "last.zst", "access.log.1.gz", "access.log.2")
        #expect(try Outcome(bench.report()) == expected)
    }

    @Test("the same log under two names in one run is read once")
    func twoNames() throws {
        let log = Bench.log(lines: 2000)
        let bench = Bench()
        try bench.write("a", log)
        try bench.run("/bin/gzip", "-k", "a")
        try bench.run("/bin/cp", "a", "b")
        try bench.ingest("a", "a.gz", "b", "a")
        #expect(try bench.report().totals.scans == Self.naive(log).scans)
    }

    @Test("members of gzip behind one another are one log")
    func members() throws {
        let log = Bench.log(lines: 2000)
        let bench = Bench()
        try bench.write("a", log[..<(log.count / 2)])
        try bench.write("b", log[(log.count / 2)...])
        try bench.run("/bin/sh", "-c", "gzip -c a > c.gz; gzip -c b >> c.gz; rm a b")
        try bench.ingest("c.gz")
        #expect(try bench.report().totals.scans == Self.naive(log).scans)
    }

    @Test("a bomb of gzip and a damaged one are refused, the rest is read")
    func bomb() throws {
        let bench = Bench()
        let line = Bench.log(lines: 1)
        try bench.write("head", line)
        try bench.run("/bin/sh", "-c", "(cat head; head -c 400000000 /dev/zero) | gzip -9 > bomb.gz")
        try bench.write("bad.gz", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        try bench.write("good", Bench.log(lines: 100))
        let summary = try bench.ingest("bomb.gz", "bad.gz", "good", "missing")
        #expect(summary.failures.count == 3, "\(summary.failures)")
        #expect(try bench.report().totals.hits >= 100)
    }

    @Test("two servers side by side are one site: who was on both is one visitor")
    func servers() throws {
        let log = Bench.log(lines: 4000)
        var a: [UInt8] = []
        var b: [UInt8] = []
        for (i, line) in log.split(separator: 0x0A).enumerated() {
            if i % 2 == 0 { a += line + [0x0A] } else { b += line + [0x0A] }
        }
        var bench = Bench()
        bench.commitEvery = 100
        try bench.write("a", a)
        try bench.write("b", b)
        try bench.ingest("a", "b")
        let report = try bench.report()
        let expected = Self.naive(log)
        #expect(report.totals.uniqueScans == expected.uniques && report.totals.visitors == expected.visitors)
    }

    @Test("late lines count as scans, uniques of a closed day stay, and both are said")
    func late() throws {
        let bench = Bench()
        let log = Bench.log(lines: 2000, days: 1)
        let lines = log.split(separator: 0x0A)
        try bench.write("a", Array(lines[..<1500].joined(separator: [0x0A])) + [0x0A])
        try bench.ingest("a")
        let before = try bench.report()
        try bench.write("b", Array(lines[1500...].joined(separator: [0x0A])) + [0x0A])
        try bench.ingest("b")
        let report = try bench.report()
        #expect(report.totals.scans == Self.naive(log).scans)
        #expect(report.totals.uniqueScans == before.totals.uniqueScans)
        #expect(report.notes.contains { if case .lateLines = $0 { true } else { false } })
        #expect(report.waterfall.isBalanced)
    }

    @Test("while a day is open its salt lies in a file only its owner reads; closed days have none, nor a journal")
    func salts() throws {
        var bench = Bench()
        bench.now = Bench.start + 3 * 86400
        try bench.write("a", Bench.log())
        try bench.ingest("a")
        let open = try Files.names(in: bench.database + ".salts")
        #expect(open == ["2024-03-02", "2024-03-03"])
        let status = try #require(try Files.status(bench.database + ".salts/2024-03-02"))
        #expect(status.mode & 0o077 == 0)
        let live = Outcome(try bench.report())
        bench.now += 10 * 86400
        try bench.ingest("a")
        #expect(try Files.names(in: bench.database + ".salts").isEmpty)
        #expect(try Outcome(bench.report()) == live)
    }

    @Test("lines from the future are counted now, and said")
    func skew() throws {
        var bench = Bench()
        bench.now = Bench.start + 86400
        try bench.write("a", Bench.log(lines: 1000, days: 3))
        try bench.ingest("a")
        let report = try bench.report()
        #expect(report.totals.hits == 1000)
        #expect(report.days.count <= 2)
        #expect(report.notes.contains { if case .skewedLines(let n) = $0 { n > 500 } else { false } })
    }

    @Test("a line of 10 MB is one malformed line")
    func longLine() throws {
        let bench = Bench()
        let log = Bench.log(lines: 100)
        try bench.write("a", log + [UInt8](repeating: 0x61, count: 10_000_000) + [0x0A] + log)
        let summary = try bench.ingest("a")
        #expect(summary.malformed[.tooLong] == 1)
        #expect(summary.lines == 201)
        #expect(try bench.report().totals.scans == 2 * Self.naive(log).scans)
    }

    @Test("the database of another zone is refused")
    func zone() throws {
        let bench = Bench()
        try bench.write("a", Bench.log(lines: 10))
        try bench.ingest("a")
        var settings = bench.settings()
        settings.zone = "Europe/Vienna"
        #expect(throws: IngestError.otherZone(stored: "UTC", asked: "Europe/Vienna")) {
            _ = try Ingestion.open(settings)
        }
        settings.zone = "../../etc/passwd"
        #expect(throws: IngestError.zone("../../etc/passwd")) { _ = try Ingestion.open(settings) }
    }
}
