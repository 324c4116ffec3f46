import SQLite
import TestSupport
import Testing

@Suite("SQLite")
struct SQLiteTests {
    private func memory() throws -> Database {
        let database = try Database(path: ":memory:")
        try database.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)")
        return database
    }

    @Test(
        "a value comes back as it was bound",
        arguments: [
            SQLiteValue.null, 0, .integer(.max), .integer(.min), .real(1.5), "", "a\u{0}b", "Grüße, 世界", .blob([]),
            .blob([0, 255, 0]),
        ])
    func values(value: SQLiteValue) throws {
        let database = try memory()
        try database.run("INSERT INTO t(v) VALUES (?)", value)
        let type = try database.first("SELECT typeof(v), v FROM t") { row throws(SQLiteError) in
            switch row.text(0) {
            case "null":
                return row.isNull(1) ? SQLiteValue.null : "no NULL"
            case "integer": return .integer(row.int(1))
            case "real": return .real(row.double(1))
            case "text": return .text(row.text(1))
            default: return .blob(row.blob(1))
            }
        }
        #expect(type == value)
    }

    @Test("a transaction that is not committed leaves nothing, a committed one everything")
    func transactions() throws {
        let database = try memory()
        do {
            let transaction = try database.begin()
            try database.run("INSERT INTO t(v) VALUES (1)")
            _ = consume transaction
        }
        #expect(try database.first("SELECT count(*) FROM t") { $0.int(0) } == 0)
        let transaction = try database.begin()
        try database.run("INSERT INTO t(v) VALUES (1)")
        try transaction.commit()
        #expect(try database.first("SELECT count(*) FROM t") { $0.int(0) } == 1)
    }

    @Test("a failing commit rolls back and leaves the connection usable")
    func failingCommit() throws {
        let database = try memory()
        try database.execute(
            "CREATE TABLE c(t INTEGER REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)")
        let transaction = try database.begin()
        try database.run("INSERT INTO c VALUES (99)")
        var thrown: SQLiteError?
        do { try transaction.commit() } catch { thrown = error }
        #expect(thrown.map { SQLiteError.Code.constraint ~= $0.code } == true)
        try database.begin().commit()
        #expect(try database.first("SELECT count(*) FROM c") { $0.int(0) } == 0)
    }

    @Test("a trigger's refusal is told apart")
    func triggers() throws {
        let database = try memory()
        try database.execute(
            "CREATE TRIGGER keep BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'kept for ever'); END")
        try database.run("INSERT INTO t(v) VALUES (1)")
        do {
            try database.run("DELETE FROM t")
            Issue.record("the trigger did not refuse")
        } catch {
            #expect(error.code == .trigger)
            #expect(error.description == "kept for ever")
        }
    }

    @Test("bad SQL, wrong numbers of values and two writers are errors, not crashes")
    func errors() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/a.sqlite"
        let database = try Database(path: path)
        try database.execute("CREATE TABLE t(v)")
        #expect(throws: SQLiteError.self) { try database.run("SELEC 1") }
        #expect(throws: SQLiteError.self) { try database.run("") }
        #expect(throws: SQLiteError.self) { try database.run("INSERT INTO t VALUES (?)") }
        let other = try Database(path: path, access: .readWrite, busyTimeout: 0)
        let transaction = try database.begin()
        do {
            _ = try other.begin()
            Issue.record("two writers at once")
        } catch { #expect(error.code.primary == .busy) }
        try transaction.commit()
        let reader = try Database(path: path, access: .readOnly)
        do {
            try reader.run("INSERT INTO t VALUES (1)")
            Issue.record("a reader wrote")
        } catch { #expect(error.code.primary == .readOnly) }
        do {
            _ = try Database(path: folder.path + "/missing", access: .readWrite)
            Issue.record("a missing file was opened")
        } catch { #expect(error.code.primary == .cantOpen) }
    }

    @Test("the same query may run inside its own rows, and a statement may outlive its database value")
    func nesting() throws {
        func rows() throws -> [Int] {
            let database = try memory()
            for value in 1...3 { try database.run("INSERT INTO t(v) VALUES (?)", .integer(value)) }
            var seen: [Int] = []
            try database.query("SELECT v FROM t ORDER BY v") { outer throws(SQLiteError) in
                try database.query("SELECT v FROM t ORDER BY v") { seen.append(outer.int(0) * 10 + $0.int(0)) }
            }
            return seen
        }
        #expect(try rows() == [11, 12, 13, 21, 22, 23, 31, 32, 33])
        func orphan() throws -> Statement { try memory().prepare("SELECT 5") }
        let statement = try orphan()
        let hasRow = try statement.step()
        let value = statement.int(0)
        #expect(hasRow && value == 5)
    }

    @Test("migrations run once each, in order; a newer file is refused")
    func migrations() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/m.sqlite"
        let first = "CREATE TABLE a(x);"
        let second = "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2);"
        try Database(path: path).migrate([first])
        let database = try Database(path: path)
        try database.migrate([first, second])
        try database.migrate([first, second])
        #expect(try database.first("SELECT y, count(*) FROM a") { $0.int(0) * 10 + $0.int(1) } == 21)
        do {
            try database.migrate([first])
            Issue.record("a newer schema was accepted")
        } catch { #expect(error.code == .newerSchema) }
        do {
            try database.migrate([first, second, "CREATE TABLE b(x); NONSENSE;"])
            Issue.record("nonsense was accepted")
        } catch { #expect(error.code.primary == .misuse) }
        #expect(try database.first("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") { $0.int(0) } == 0)
    }

    @Test("a copy has what the original has, and the original goes on")
    func copies() throws {
        let folder = TemporaryFolder()
        let database = try Database(path: folder.path + "/a.sqlite")
        try database.execute("CREATE TABLE t(v); INSERT INTO t VALUES (7)")
        try database.copy(to: folder.path + "/b.sqlite")
        let copy = try Database(path: folder.path + "/b.sqlite", access: .readOnly)
        #expect(try copy.first("SELECT v FROM t") { $0.int(0) } == 7)
        #expect(throws: SQLiteError.self) { try database.copy(to: folder.path + "/b.sqlite") }
    }
}
