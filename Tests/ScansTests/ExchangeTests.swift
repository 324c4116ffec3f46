import Foundation
import Support
import TestSupport
import Testing

@testable import Scans

/// Counts of several machines: cells to files and back, and to real ClickHouse servers.
@Suite struct ExchangeTests {
    static func record(_ random: inout SplitMix) -> CellRecord {
        let nasty = ["", "a", "tab\tquote'back\\slash", "line\nend\r", "[,']", "ключ", "\u{0}", "='x'"]
        var record = CellRecord(
            day: Int.random(in: 10_000...25_000, using: &random), source: nasty.randomElement(using: &random) ?? "",
            sequence: UInt64.random(in: .min ... .max, using: &random), host: "go.example",
            path: nasty.randomElement(using: &random) ?? "")
        record.scans = UInt32.random(in: .min ... .max, using: &random)
        record.uniques = UInt32.random(in: .min ... .max, using: &random)
        record.late = 3
        record.last = UInt32.random(in: .min ... .max, using: &random)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            record.values.append(
                .init(
                    dimension: Dimension.allCases.randomElement(using: &random) ?? .hour,
                    text: nasty.randomElement(using: &random) ?? "", scans: 7, uniques: .max))
            record.visitors.append(UInt64.random(in: .min ... .max, using: &random))
            let text = nasty.randomElement(using: &random) ?? ""
            record.reaches.append(.init(variant: text, funnel: text, step: 3, goal: text, isExact: true, count: .max))
            record.clicks.append(.init(id: .max, variant: text, person: 4, time: 9))
        }
        record.excluded[Int.random(in: 1..<Exclusion.count, using: &random)] = 9
        return record
    }

    @Test("a cell comes back from its line; damaged lines are refused or read as something else, never a trap")
    func lines() throws {
        var random = SplitMix(seed: 77)
        for _ in 0..<400 {
            let record = Self.record(&random)
            let line = record.line
            #expect(!line.contains(0x0A))
            #expect(CellRecord(line: line[...]) == record)
            for _ in 0..<8 {
                var damaged = line
                let at = Int.random(in: 0..<damaged.count, using: &random)
                damaged[at] = [0x09, 0x5C, 0x27, 0x5B, 0x2C, 0x00, 0xFF, 0x39].randomElement(using: &random) ?? 0
                _ = CellRecord(line: damaged[...])
                _ = CellRecord(line: line[..<at])
                _ = DayRecord(line: damaged[...])
            }
        }
        var day = DayRecord(day: 19_000, source: "a\tb", sequence: 9, zone: "Europe/Vienna", isClosed: true)
        day.excluded[3] = 12
        day.attribution = "© it's"
        day.returns = [.init(id: .max, goal: "a'\tb", time: 7), .init(id: 1, goal: "", time: 0)]
        #expect(DayRecord(line: day.line[...]) == day)
    }

    /// One log on one machine, and the same one dealt out to two that share salts.
    static func machines(openDay: Bool, shares: Bool) throws -> (whole: Bench, parts: [Bench]) {
        let log = Bench.log(lines: 4000)
        var whole = Bench()
        if openDay { whole.now = Bench.start + 3 * 86400 - 1 }
        // Links are those of a manifest: what a machine discovers depends on what it sees.
        try whole.write("access.log", log)
        try whole.ingest("access.log")
        let found = Set(try report(whole.database, now: whole.now).links.map(\.address))
        let catalog = LinkCatalog(entries: found.sorted().map { .init(host: "", path: $0) })
        whole = whole.sibling()
        try ingest(whole, log, catalog)
        var pieces: [[UInt8]] = [[], []]
        for (i, line) in log.split(separator: 0x0A).enumerated() { pieces[i % 2] += line + [0x0A] }
        let salts = whole.folder.path + "/shared"
        let parts = try pieces.map { piece in
            let bench = whole.sibling()
            try ingest(bench, piece, catalog, salts: shares ? salts : nil)
            return bench
        }
        if shares { #expect(try Files.names(in: salts).count == 3) }
        return (whole, parts)
    }

    static func ingest(_ bench: Bench, _ log: [UInt8], _ catalog: LinkCatalog, salts: String? = nil) throws {
        try bench.write("access.log", log)
        var settings = bench.settings()
        settings.catalog = catalog
        settings.sharesVisitors = salts != nil
        settings.salts = salts
        var ingestion = try Ingestion.open(settings)
        _ = try ingestion.ingest([bench.folder.path + "/access.log"])
    }

    func export(_ bench: Bench, _ name: String, sequence: UInt64 = 1) throws -> String {
        let export = try ScanExport.open(bench.database, source: name, rules: bench.rules)
        var bytes: [UInt8] = []
        try export.write(sequence: sequence) { (piece: [UInt8]) throws(Never) in bytes += piece }
        try bench.write("\(name)-\(sequence).cells", bytes)
        return bench.folder.path + "/\(name)-\(sequence).cells"
    }

    /// With all links, so that ties in the list do not matter.
    static func report(_ path: String, now: Int64) throws -> ScanReport {
        let builder = try ReportBuilder.open(path, rules: .bare)
        let days = try #require(try builder.days())
        var query = ReportQuery(title: "t", period: days, createdAt: now)
        query.linkLimit = 10_000
        return try builder.report(query)
    }

    @Test("one machine's cells give the report of its database, open days included", arguments: [false, true])
    func oneMachine(openDay: Bool) throws {
        let (whole, _) = try Self.machines(openDay: openDay, shares: false)
        let file = try export(whole, "web1")
        let merged = whole.folder.path + "/merged.db"
        try ScanFiles.merge([file], into: merged)
        let ours = try Self.report(merged, now: whole.now)
        let theirs = try Self.report(whole.database, now: whole.now)
        #expect(Outcome(ours) == Outcome(theirs))
        #expect(
            ours.countries == theirs.countries && ours.browsers == theirs.browsers && ours.origins == theirs.origins)
        // Again, over what is there: the same file.
        let first = try Files.read(merged)
        try ScanFiles.merge([file, file], into: merged)
        #expect(try Outcome(Self.report(merged, now: whole.now)) == Outcome(theirs))
        #expect(first.count > 0)
    }

    @Test("two machines that share salts and visitors count what one would have counted", arguments: [false, true])
    func twoMachines(openDay: Bool) throws {
        let (whole, parts) = try Self.machines(openDay: openDay, shares: true)
        let files = [try export(parts[0], "web1"), try export(parts[1], "web2")]
        let merged = whole.folder.path + "/merged.db"
        try ScanFiles.merge(files, into: merged)
        let ours = try Self.report(merged, now: whole.now)
        let theirs = try Self.report(whole.database, now: whole.now)
        #expect(ours.totals == theirs.totals)
        #expect(Outcome(ours).links == Outcome(theirs).links)
        #expect(ours.waterfall == theirs.waterfall && ours.days == theirs.days)
        #expect(ours.sources.map(\.name) == ["web1", "web2"])
    }

    @Test("machines that do not share count a visitor of both twice, and scans right")
    func strangers() throws {
        let (whole, parts) = try Self.machines(openDay: false, shares: false)
        let merged = whole.folder.path + "/merged.db"
        try ScanFiles.merge([try export(parts[0], "web1"), try export(parts[1], "web2")], into: merged)
        let ours = try Self.report(merged, now: whole.now).totals
        let theirs = try Self.report(whole.database, now: whole.now).totals
        #expect(ours.scans == theirs.scans && ours.hits == theirs.hits)
        #expect(ours.uniqueScans > theirs.uniqueScans && ours.visitors > theirs.visitors)
    }

    @Test("an older file of the same machine changes nothing, whatever the order; a cut one is refused")
    func older() throws {
        var bench = Bench()
        bench.now = Bench.start + 3 * 86400 - 1
        let log = Bench.log(lines: 3000)
        let half = log[..<(log.count / 2)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        try bench.write("access.log", log[..<half])
        try bench.ingest("access.log")
        let old = try export(bench, "web1", sequence: 1)
        try bench.append("access.log", log[half...])
        try bench.ingest("access.log")
        let new = try export(bench, "web1", sequence: 2)
        for files in [[old, new], [new, old]] {
            try ScanFiles.merge(files, into: bench.folder.path + "/merged.db")
            #expect(
                try Outcome(Self.report(bench.folder.path + "/merged.db", now: bench.now))
                    == Outcome(Self.report(bench.database, now: bench.now)))
        }
        let bytes = try Files.read(new)
        try bench.write("cut.cells", bytes.dropLast(40))
        #expect(throws: ExchangeError.self) {
            try ScanFiles.merge([bench.folder.path + "/cut.cells"], into: bench.folder.path + "/merged.db")
        }
        // What was there stays.
        #expect(
            try Outcome(Self.report(bench.folder.path + "/merged.db", now: bench.now))
                == Outcome(Self.report(bench.database, now: bench.now)))
    }

    @Test("addresses of servers")
    func addresses() throws {
        #expect(try ClickHouse(url: "clickhouse://a.example").name == "a.example/default")
        #expect(try ClickHouse(url: "clickhouses://a.example:9/x_1").name == "a.example:9/x_1")
        for wrong in [
            "http://a", "clickhouse://", "clickhouse://u:p@a/x", "clickhouse://a/x;y", "clickhouse://a/x?y=1",
            "clickhouse://a/x#y",
        ] {
            #expect(throws: ExchangeError.address(wrong)) { try ClickHouse(url: wrong) }
        }
        #expect(throws: ExchangeError.self) { try ClickHouse(url: "clickhouse://a/x", user: "u", password: "p") }
        #expect(throws: Never.self) { try ClickHouse(url: "clickhouse://127.0.0.1/x", user: "u", password: "p") }
    }
}
