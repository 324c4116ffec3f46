import AccessLogs
import SQLite
import Support
import TestSupport
import Testing

@testable import Scans

/// Storing beside reading, and days in parts: what is in the database does not depend on either.
struct StoringTests {
    /// All that is counted.
    private struct Counts: Equatable {
        var cells: [Int: [UInt8]] = [:]
        var days: [String] = []
        var texts: [String] = []
        var sources: [String] = []

        init(_ path: String) throws {
            let database = try ScanStore.open(path, access: .readOnly)
            #expect(try CellPages.forEach(database, through: 1 << 20) { cells[$0 << 32 | $1] = $2 })
            try database.query(
                "SELECT id, is_closed, requests, visitors, anonymous, late, skewed, hex(excluded) FROM day ORDER BY id"
            ) { row in days.append((0..<8).map { row.text($0) }.joined(separator: " ")) }
            try database.query("SELECT kind, id, text FROM dimension ORDER BY kind, id") { row in
                texts.append((0..<3).map { row.text($0) }.joined(separator: " "))
            }
            try database.query("SELECT position, hex(tail), lines, malformed FROM source ORDER BY id") { row in
                sources.append((0..<4).map { row.text($0) }.joined(separator: " "))
            }
        }
    }

    private func counts(aside: Bool, commitEvery: Int, inMemory: Int, rules: ScanRules) throws -> Counts {
        let bench = Bench()
        try bench.write("a.log", Bench.log(lines: 9_000, days: 5, seed: 3))
        try bench.write("b.log", Bench.log(.nginxJSON, lines: 6_000, days: 6, seed: 4))
        var settings = bench.settings()
        settings.rules = rules
        settings.storesAside = aside
        settings.commitEvery = commitEvery
        settings.eventsInMemory = inMemory
        var ingestion = try Ingestion.open(settings)
        let summary = try ingestion.ingest([bench.folder.path + "/a.log", bench.folder.path + "/b.log"])
        #expect(summary.failures.isEmpty && summary.closedDays == 6)
        return try Counts(bench.database)
    }

    @Test func `a second thread, small transactions and days in parts change no count`() throws {
        let expected = try counts(aside: false, commitEvery: 1 << 30, inMemory: 1 << 30, rules: ScanRules())
        #expect(expected.cells.count > 300)
        for aside in [false, true] {
            for commitEvery in [400, 3_000] {
                for inMemory in [40, 300, 1 << 30] {
                    let found = try counts(
                        aside: aside, commitEvery: commitEvery, inMemory: inMemory, rules: ScanRules())
                    #expect(found == expected, "aside \(aside), \(commitEvery) events, \(inMemory) in memory")
                }
            }
        }
    }

    @Test func `what cannot be stored on the second thread is said, and the database stays as it was`() throws {
        let bench = Bench()
        try bench.write("a.log", Bench.log(lines: 20_000, days: 5))
        var settings = bench.settings()
        settings.storesAside = true
        settings.commitEvery = 2_000
        var ingestion = try Ingestion.open(settings)
        let other = try Database(path: bench.database, access: .readWrite)
        try other.execute("CREATE TRIGGER full BEFORE INSERT ON cells BEGIN SELECT RAISE(ABORT, 'no room'); END")
        let error = #expect(throws: IngestError.self) {
            try ingestion.ingest([bench.folder.path + "/a.log"])
        }
        #expect(error?.description.contains("no room") == true)
        #expect(try other.first("SELECT count(*) FROM cells") { $0.int(0) } == 0)
        // With room again all is counted once.
        try other.execute("DROP TRIGGER full")
        var again = try Ingestion.open(settings)
        _ = try again.ingest([bench.folder.path + "/a.log"])
        let whole = bench.sibling()
        try whole.write("a.log", Bench.log(lines: 20_000, days: 5))
        try whole.ingest("a.log")
        #expect(try Outcome(bench.report()) == Outcome(whole.report()))
    }

    @Test func `a database gives back the room of what was only passing through`() throws {
        let bench = Bench()
        try bench.write("a.log", Bench.log(lines: 20_000, days: 4))
        var settings = bench.settings()
        settings.commitEvery = 1_000
        var ingestion = try Ingestion.open(settings)
        _ = try ingestion.ingest([bench.folder.path + "/a.log"])
        let database = try Database(path: bench.database, access: .readOnly)
        func value(_ pragma: String) throws -> Int? { try database.first("PRAGMA \(pragma)") { $0.int(0) } }
        #expect(try value("page_size") == 16384)
        #expect(try value("auto_vacuum") == 2)
        #expect(try value("freelist_count") == 0)
    }
}
