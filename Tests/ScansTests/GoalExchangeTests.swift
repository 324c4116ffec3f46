import Foundation
import SQLite
import Support
import TestSupport
import Testing

@testable import Scans

/// Goals and click ids of several machines: united they are those of one that saw everything.
@Suite struct GoalExchangeTests {
    static let catalog: LinkCatalog = {
        var split = GoalBench.entry("/menu", goal: "/thank-you")
        split.variants = [("story", 1), ("offer", 1)]
        return LinkCatalog(
            entries: [
                split, GoalBench.entry("/tour"), GoalBench.entry("/never", goal: "/unreached"),
                GoalBench.entry("/buy", goal: "/order", tracked: true),
            ], funnels: [["/shop", "/thank-you"], ["/basket", "/order"]])
    }()

    struct Machine {
        var bench: GoalBench
        var sharedSalts: String?
        var database: String { bench.folder.path + "/scans.db" }

        func ingest(_ scans: [String], _ goals: [String]) throws {
            try Data(scans.joined().utf8).write(to: URL(fileURLWithPath: bench.folder.path + "/go.log"))
            try Data(goals.joined().utf8).write(to: URL(fileURLWithPath: bench.folder.path + "/shop.log"))
            var settings = bench.settings()
            settings.salts = sharedSalts
            settings.sharesVisitors = sharedSalts != nil
            var ingestion = try Ingestion.open(settings)
            _ = try ingestion.ingest([bench.folder.path + "/go.log"], goals: [bench.folder.path + "/shop.log"])
        }

        func export(_ name: String) throws -> String {
            let export = try ScanExport.open(database, source: name, catalog: GoalExchangeTests.catalog)
            var bytes: [UInt8] = []
            try export.write(sequence: 1) { (piece: [UInt8]) throws(Never) in bytes += piece }
            let path = bench.folder.path + "/\(name).cells"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return path
        }
    }

    /// One machine with all lines, and two with a part each: visitors of the split stay at one, who buys clicks at
    /// both, and what was bought is told by the log of the other.
    static func machines(isOpen: Bool) throws -> (whole: Machine, parts: [Machine]) {
        var random = SplitMix(seed: 91)
        var scans: [[String]] = [[], []]
        var goals: [[String]] = [[], []]
        for i in 0..<160 {
            let ip = "10.\(i).1.1"
            let home = i % 2
            let at = Int.random(in: 0..<60_000, using: &random)
            scans[home].append(
                GoalBench.line(at, i % 3 == 0 ? "/tour" : "/menu", ip: ip, variant: i % 4 < 2 ? "story" : "offer"))
            if i % 5 < 3 { goals[home].append(GoalBench.page(at + 60, "/shop", ip: ip)) }
            if i % 5 < 2 { goals[home].append(GoalBench.page(at + 90, "/thank-you", ip: ip)) }
            // Ids 1...160 at one, 201... at the other, of the same visitor.
            scans[0].append(GoalBench.line(at, "/buy", ip: ip, id: i + 1))
            if i % 3 == 0 { scans[1].append(GoalBench.line(at + 9, "/buy", ip: ip, id: i + 201)) }
            let query = "qid=\(GoalBench.id(i % 3 == 0 ? i + 201 : i + 1))"
            let ids = [query, "qid=\(GoalBench.id(i + 1))"]
            if i % 2 == 0 { goals[1].append(GoalBench.page(at + 70, "/basket", ip: "192.0.2.9", query: ids[0])) }
            if i % 4 == 0 {
                for (day, id) in ids.enumerated() {
                    goals[day].append(GoalBench.page(at + 80 + day * 86_400, "/order", ip: "192.0.2.9", query: id))
                }
            }
        }
        scans[0].append(GoalBench.line(5, "/never", ip: "10.250.1.1"))
        func machine() -> Machine {
            var bench = GoalBench(catalog)
            if isOpen { bench.now = GoalBench.start + 2 * 86_400 }
            return Machine(bench: bench)
        }
        let whole = machine()
        try whole.ingest(scans[0] + scans[1], goals[0] + goals[1])
        let parts = try (0..<2).map { index in
            var part = machine()
            part.sharedSalts = whole.bench.folder.path + "/shared"
            try part.ingest(scans[index], goals[index])
            return part
        }
        return (whole, parts)
    }

    static func outcome(_ path: String, now: Int64, period: ScanReport.Period? = nil) throws -> [String] {
        var rules = ScanRules()
        (rules.burstLimit, rules.enumerationLimit, rules.repeatWindow) = (0, 0, 0)
        let builder = try ReportBuilder.open(path, catalog: catalog, rules: rules)
        let days = try period ?? #require(try builder.days())
        let report = try builder.report(ReportQuery(title: "t", period: days, createdAt: now))
        let goals: [String] = report.goals.map { "\($0)" }.sorted()
        let others: [String] = report.funnels.map { "\($0)" } + report.experiments.map { "\($0)" }
        return goals + others + ["\(report.totals)"]
    }

    @Test(
        "goals, funnels and experiments of two machines are those of one, by visitor and by id",
        arguments: [false, true])
    func united(isOpen: Bool) throws {
        let (whole, parts) = try Self.machines(isOpen: isOpen)
        let files = [try parts[0].export("web1"), try parts[1].export("web2")]
        let merged = whole.bench.folder.path + "/merged.db"
        for files in [files, files.reversed(), files + [files[0]]] {
            try ScanFiles.merge(files, into: merged)
            let ours = try Self.outcome(merged, now: whole.bench.now)
            let theirs = try Self.outcome(whole.database, now: whole.bench.now)
            #expect(ours == theirs)
            #expect(theirs.contains { $0.contains("exact") } && theirs.contains { $0.contains("unreached") })
        }
        // One machine's own file, without sharing.
        try ScanFiles.merge([whole.export("one")], into: merged)
        #expect(
            try Self.outcome(merged, now: whole.bench.now) == Self.outcome(whole.database, now: whole.bench.now))
    }

    @Test("no visitor's hash leaves an open day with its ids")
    func hashes() throws {
        let (whole, _) = try Self.machines(isOpen: true)
        let database = try ScanStore.open(whole.database)
        var persons: Set<String> = []
        try database.query("SELECT person FROM request") {
            persons.insert(String(UInt64(bitPattern: Int64($0.int(0)))))
        }
        let file = String(decoding: try Files.read(try whole.export("one")), as: UTF8.self)
        let numbers = Set(file.split { !$0.isNumber }.map(String.init))
        #expect(persons.count > 100 && numbers.isDisjoint(with: persons))
    }

    @Test("files of version 1 are still united; they know no goals")
    func version1() throws {
        let (whole, _) = try Self.machines(isOpen: false)
        let bytes = try Files.read(try whole.export("one"))
        var old = Array("#wayseal-cells\t1\n".utf8)
        for line in bytes.split(separator: 0x0A).dropFirst() {
            let columns = line.split(separator: 0x09, omittingEmptySubsequences: false)
            let kept = columns.dropLast(columns[0].elementsEqual("day".utf8) ? 3 : 10)
            // A day that only goals came on did not exist.
            if columns[0].elementsEqual("day".utf8), columns[6].elementsEqual("0".utf8) { continue }
            old += Array(kept.joined(separator: [0x09])) + [0x0A]
        }
        let path = whole.bench.folder.path + "/old.cells"
        try Data(old).write(to: URL(fileURLWithPath: path))
        let merged = whole.bench.folder.path + "/merged.db"
        try ScanFiles.merge([path], into: merged)
        let ours = try Self.outcome(merged, now: whole.bench.now)
        #expect(try ours.last == Self.outcome(whole.database, now: whole.bench.now).last)
        #expect(!ours.contains { $0.contains("reached: 1") })
    }

    @Test("what comes back later, and what is forgotten, changes the state of its day alone")
    func states() throws {
        let (whole, _) = try Self.machines(isOpen: false)
        func states() throws -> [String: Int] {
            let export = try ScanExport.open(whole.database, source: "one")
            return Dictionary(uniqueKeysWithValues: try export.days().map { ("\($0.day)", $0.state) })
        }
        let before = try states()
        #expect(try states() == before)
        let csv = "time,qid,goal\n\(GoalBench.start + 3 * 86_400),\(GoalBench.id(3)),\n"
        _ = try Postbacks.ingest(Array(csv.utf8), database: whole.database, now: whole.bench.now)
        let after = try states()
        #expect(Set(after.keys).subtracting(before.keys) == ["2026-03-04"])
        #expect(before.allSatisfy { after[$0.key] == $0.value })
    }

    @Test("clicks can be asked for in SQL: a row for each goal that came back, the id as a fingerprint")
    func clicks() throws {
        for isOpen in [false, true] {
            let (whole, _) = try Self.machines(isOpen: isOpen)
            let builder = try ReportBuilder.open(whole.database, catalog: Self.catalog)
            let query = try ScanQuery.open(
                whole.database, period: try #require(try builder.days()), catalog: Self.catalog)
            let answer = try query.ask(
                "SELECT count(*), count(DISTINCT qid), count(goal), min(length(qid)) FROM clicks")
            #expect(answer.rows == [[.integer(214 - 94 + 134), .integer(214), .integer(80 + 54), .integer(16)]])
            #expect(try query.ask("SELECT DISTINCT goal FROM clicks ORDER BY 1").rows.count == 3)
        }
    }
}
