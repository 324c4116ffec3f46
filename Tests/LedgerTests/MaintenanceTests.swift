import Ledger
import SQLite
import Support
import TestSupport
import Testing
import TransparencyLog

@Suite("Ledger: check, rebuild, backup")
struct MaintenanceTests {
    let temporary = TemporaryFolder()
    var folder: LedgerFolder { LedgerFolder(temporary.path + "/ledger") }

    @Test("an index made anew from the log is the old one, private values from a backup included")
    func rebuild() async throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        try filled(folder, key: key)
        let backup = LedgerFolder(temporary.path + "/backup")
        try LedgerMaintenance.backup(folder, to: backup)
        for suffix in ["", "-wal", "-shm"] { try Files.remove(folder.index + suffix) }
        let size = try await LedgerMaintenance.rebuild(
            folder, from: folder.log, key: verifier, preimages: backup.index)
        #expect(size == 680)
        #expect(try await LedgerMaintenance.check(folder, key: verifier) == [])
        let rows = { (path: String, table: String) throws in
            var rows: [[UInt8]] = []
            let database = try Database(path: path, access: .readOnly)
            try database.query("SELECT * FROM \(table) ORDER BY 1, 2") { row in
                rows.append((0..<4).flatMap { Array(row.text($0).utf8) + [0] + row.blob($0) })
            }
            return rows
        }
        for table in ["entry", "node", "preimage"] {
            #expect(try rows(folder.index, table) == rows(backup.index, table))
        }
        var ledger = try Ledger.open(folder, origin: origin)
        #expect(try ledger.index.history(of: "go.example.org/3").count == 20)
        _ = try ledger.append([.removal("go.example.org/3")], at: 9, key: key, salt: salts(9))
        _ = consume ledger
        #expect(try await LedgerMaintenance.check(folder, key: verifier) == [])
    }

    @Test("a log that is not whole, not signed by the key, or older than the guard is not rebuilt from")
    func refusals() async throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        try filled(folder, key: key, builds: 2)
        let stranger = try VerifierKey(name: origin, publicKey: Ed25519Key.generate().publicKey)
        let fresh = LedgerFolder(temporary.path + "/fresh")
        await #expect(throws: LedgerError.self) {
            try await LedgerMaintenance.rebuild(fresh, from: folder.log, key: stranger)
        }
        await #expect(throws: LedgerError.self) {
            try await LedgerMaintenance.rebuild(folder, from: folder.log, key: verifier)
        }
        let tile = folder.log + "/tile/entries/000"
        var bytes = try Files.read(tile)
        bytes[300] ^= 1
        try Files.replace(tile, bytes)
        await #expect(throws: LedgerError.self) {
            try await LedgerMaintenance.rebuild(fresh, from: folder.log, key: verifier)
        }
        #expect(read(fresh.index) == nil)
        bytes[300] ^= 1
        try Files.replace(tile, bytes)
        let old = temporary.path + "/oldlog"
        try LedgerMaintenance.backup(folder, to: LedgerFolder(old))
        let oldCheckpoint = try Files.read(folder.log + "/checkpoint")
        try filled(folder, key: key, builds: 1)
        try Files.makeDirectory(fresh.path)
        try Files.replace(fresh.checkpoint, Files.read(folder.checkpoint))
        try Files.replace(folder.log + "/checkpoint", oldCheckpoint)
        do {
            _ = try await LedgerMaintenance.rebuild(fresh, from: folder.log, key: verifier)
            Issue.record("an old log was accepted")
        } catch { #expect(error == .indexBehind(index: 340, guard: 510)) }
    }

    @Test("fsck finds what was changed behind the ledger's back")
    func check() async throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        try filled(folder, key: key)
        let whole = LedgerFolder(temporary.path + "/whole")
        try LedgerMaintenance.backup(folder, to: whole)
        let restore = { () throws in
            for suffix in ["", "-wal", "-shm"] { try Files.remove(folder.index + suffix) }
            try Files.create(folder.index, Files.read(whole.index))
        }
        let attacks: [(sql: String, finding: String)] = [
            ("DROP TRIGGER entry_no_update; UPDATE entry SET bytes = x'00' WHERE idx = 7", "entry 7 has another leaf"),
            ("DROP TRIGGER entry_no_update; UPDATE entry SET at = 7 WHERE idx = 7", "columns of entry 7"),
            ("DROP TRIGGER entry_no_delete", "'entry_no_delete' of the schema"),
            ("DROP TRIGGER node_no_update; UPDATE node SET hash = zeroblob(32) WHERE idx = 1", "node 1 of level 1"),
            (
                "DROP TRIGGER build_no_update; UPDATE build SET checkpoint = x'00' WHERE size = 340",
                "size 340 is malformed"
            ),
            (
                "DROP TRIGGER preimage_no_update; UPDATE preimage SET value = 'x' WHERE idx = 9 AND field = 'target'",
                "private 'target' of entry 9"
            ),
        ]
        for attack in attacks {
            let database = try Database(path: folder.index, access: .readWrite)
            try database.execute(attack.sql)
            _ = consume database
            let findings = try await LedgerMaintenance.check(folder, key: verifier)
            #expect(findings.contains { $0.description.contains(attack.finding) }, "\(attack.sql): \(findings)")
            try restore()
        }
        #expect(try await LedgerMaintenance.check(folder, key: verifier) == [])
        for name in ["tile/0/000", "tile/0/002.p/168", "tile/1/000.p/2", "tile/entries/001", "checkpoint"] {
            let path = folder.log + "/" + name
            let bytes = try Files.read(path)
            var changed = bytes
            changed[bytes.count / 2] ^= 1
            try Files.replace(path, changed)
            let findings = try await LedgerMaintenance.check(folder, key: verifier)
            #expect(findings.count == 1 && findings[0].description.contains("checkpoint") == (name == "checkpoint"))
            try Files.replace(path, bytes)
        }
    }
}
