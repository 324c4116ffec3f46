import Ledger
import SQLite
import Support
import TestSupport
import Testing
import TransparencyLog

let origin = "go.example.org"

/// Salts from a seed: tests repeat.
func salts(_ seed: UInt64) -> (Int) -> [UInt8] {
    { count in
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

func read(_ path: String) -> [UInt8]? { try? Files.read(path) }

/// A ledger with a few hundred entries in several builds.
func filled(_ folder: LedgerFolder, key: borrowing Ed25519Key, builds: Int = 4) throws {
    var ledger = try Ledger.open(folder, origin: origin)
    for build in 0..<builds {
        let drafts = (0..<170).map { number in
            Draft.link(
                "go.example.org/\(number % 40)", target: "https://example.org/\(build)/\(number)", redirect: "302 -")
        }
        _ = try ledger.append(drafts, at: 1_700_000_000 + build, key: key, salt: salts(UInt64(build)))
    }
}

@Suite("Ledger")
struct LedgerTests {
    let temporary = TemporaryFolder()
    var folder: LedgerFolder { LedgerFolder(temporary.path + "/ledger") }

    @Test("what is appended is published, proven, and opens with its private values only")
    func appending() async throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        var ledger = try Ledger.open(folder, origin: origin)
        let first = try ledger.append(
            [
                .link("go.example.org/hello", target: "https://example.org/", redirect: "302 -", author: "anna"),
                Draft(.document, hidden: ["sha256": "abc"]),
            ], manifest: "h1:x", at: 5, key: key, salt: salts(1))
        #expect(first.indices == 0..<2)
        let second = try ledger.append(
            [
                .link("go.example.org/hello", target: "https://example.org/2", redirect: "302 -"),
                Draft(.revoke, open: ["reason": "lost"], of: 1),
            ], at: 6, key: key, salt: salts(2))
        #expect(second.indices == 2..<4)
        let checkpoint = try VerifiedCheckpoint(second.checkpoint, key: verifier).checkpoint
        for number in 0..<4 {
            let bytes = try ledger.entry(number)
            let entry = try #require(LedgerEntry(bytes))
            #expect(entry.serialized == bytes)
            #expect(try ledger.proof(of: number).proves(leaf: .leaf(bytes), in: checkpoint))
            let values = try ledger.disclosures(of: number)
            #expect(values.map(\.field) == entry.commitments.keys.sorted())
            for value in values {
                #expect(value.opens(entry))
                var other = value
                other.value += " "
                #expect(!other.opens(entry))
            }
        }
        #expect(try LedgerEntry(ledger.entry(2))?.previous == 0)
        #expect(read(folder.checkpoint) == second.checkpoint)
        for suffix in ["", "-wal", "-shm"] { #expect(try Files.status(folder.index + suffix)?.mode ?? 0o600 == 0o600) }
        #expect(read(folder.log + "/checkpoint") == second.checkpoint)
        #expect(read(folder.log + "/tile/0/000.p/2") != nil)
        #expect(read(folder.log + "/tile/entries/000.p/4") != nil)
        try ledger.erase(0)
        #expect(try ledger.disclosures(of: 0).isEmpty)
        #expect(throws: LedgerError.self) { try ledger.entry(4) }
        #expect(throws: LedgerError.self) { try ledger.proof(of: -1) }
        _ = consume ledger
        #expect(try await LedgerMaintenance.check(folder, key: verifier) == [])
    }

    @Test("nothing that is published shows a slug, a target or an author")
    func privacy() throws {
        let key = try Ed25519Key.generate()
        var ledger = try Ledger.open(folder, origin: origin)
        _ = try ledger.append(
            [
                .link(
                    "go.example.org/secretslug", target: "https://secrettarget.example/", redirect: "302 -",
                    author: "secretauthor")
            ],
            at: 5, key: key, salt: salts(1))
        let published = try #require(read(folder.log + "/tile/entries/000.p/1"))
        let text = String(decoding: published, as: UTF8.self)
        #expect(!text.contains("secret"))
        #expect(text.contains("\"kind\":\"link\""))
    }

    @Test("the history of a link, its versions and its removal; the slug stays reserved")
    func history() throws {
        let key = try Ed25519Key.generate()
        var ledger = try Ledger.open(folder, origin: origin)
        let batches: [[Draft]] = [
            [
                .link("h/a", target: "https://1", redirect: "302 -", author: "anna"),
                .link("h/b", target: "https://b", redirect: "302 -"),
            ],
            [.link("h/a", target: "https://2", redirect: "302 -")],
            [.link("h/b", target: "https://b", redirect: "301 q"), .removal("h/a")],
        ]
        for (time, drafts) in batches.enumerated() {
            _ = try ledger.append(drafts, at: time, key: key, salt: salts(UInt64(time)))
        }
        let versions = try ledger.index.history(of: "h/a")
        #expect(versions.map(\.target) == ["https://1", "https://2", ""])
        #expect(versions.map(\.number) == [1, 2, 3])
        #expect(versions.map(\.build) == [2, 3, 5])
        #expect(versions[0].author == "anna")
        #expect(versions[2].isRemoval)
        #expect(try ledger.index.version(1, of: "h/a").target == "https://1")
        var seen: [String] = []
        try ledger.index.forEachLink { seen.append("\($0) \($1) \($2)") }
        #expect(
            seen == [
                "h/a https://1 302 -", "h/b https://b 302 -", "h/a https://2 302 -", "h/b https://b 301 q", "h/a  ",
            ])
        for number in [0, 3, 4] { #expect(throws: LedgerError.self) { try ledger.index.version(number, of: "h/a") } }
        #expect(throws: LedgerError.self) { try ledger.index.version(1, of: "h/never") }
    }

    @Test("status lists: revoked for ever, suspended until restored, and signed")
    func statuses() throws {
        let key = try Ed25519Key.generate()
        var ledger = try Ledger.open(folder, origin: origin)
        let drafts =
            (0..<5).map { Draft(.certificate, slug: "c\($0)") } + [
                Draft(.revoke, of: 1), Draft(.suspend, of: 2), Draft(.suspend, of: 3), Draft(.restore, of: 3),
            ]
        _ = try ledger.append(drafts, at: 5, key: key, salt: salts(1))
        let statuses = try ledger.index.statuses()
        #expect(statuses.revoked == [1])
        #expect(statuses.suspended == [2])
        let files = try ledger.statusFiles(at: 6, key: key)
        #expect(
            files.map(\.name) == [
                "revocation-0.json", "revocation-0.json.note", "suspension-0.json", "suspension-0.json.note",
            ])
        let json = try #require(CanonicalJSON(files[0].bytes))
        let encoded = try #require(json["credentialSubject"]?["encodedList"]?.text)
        let list = try #require(StatusList(encoded: encoded))
        #expect((0..<StatusList.count).filter { list[$0] } == [1])
        let note = try #require(SignedNote(files[1].bytes))
        #expect(note.isSigned(by: try VerifierKey(name: origin, publicKey: key.publicKey)))
        #expect(
            note.text
                == StatusList.noteText(
                    origin: origin, size: 9, at: 6, file: "revocation-0.json", credential: files[0].bytes))
        #expect(throws: LedgerError.self) {
            try ledger.append([Draft(.revoke, of: 99)], at: 7, key: key, salt: salts(3))
        }
    }

    @Test("entries, checkpoints and values can't be changed or deleted, not even by other programs")
    func triggers() throws {
        let key = try Ed25519Key.generate()
        try filled(folder, key: key, builds: 2)
        let database = try Database(path: folder.index, access: .readWrite)
        for sql in [
            "UPDATE entry SET at = 1 WHERE idx = 3", "DELETE FROM entry WHERE idx = 339", "UPDATE build SET at = 1",
            "DELETE FROM build", "UPDATE node SET hash = zeroblob(32)", "DELETE FROM node",
            "UPDATE preimage SET value = 'x'",
            "INSERT INTO entry VALUES (500, x'00', zeroblob(32), 'link', 0, 1)",
            "INSERT OR REPLACE INTO entry VALUES (3, x'00', zeroblob(32), 'link', 0, 1)",
        ] {
            #expect(throws: SQLiteError.self, "\(sql)") { try database.run(sql) }
        }
    }
}

@Suite("Ledger: forks and old copies")
struct LedgerGuardTests {
    let temporary = TemporaryFolder()
    var folder: LedgerFolder { LedgerFolder(temporary.path + "/ledger") }

    private func error(_ body: () throws -> Void) -> LedgerError? {
        do { try body() } catch { return error as? LedgerError }
        return nil
    }

    private func open() throws { _ = try Ledger.open(folder, origin: origin).size }

    private func removeIndex() throws {
        for suffix in ["", "-wal", "-shm"] { try Files.remove(folder.index + suffix) }
    }

    @Test("a fresh clone without the index can't begin a second log")
    func clone() throws {
        try filled(folder, key: Ed25519Key.generate())
        try removeIndex()
        #expect(error(open) == .indexMissing(folder: folder.path))
        try Files.removeTree(folder.log)
        #expect(error(open) == .indexMissing(folder: folder.path))
        try Files.create(folder.index, [])
        #expect(error(open) == .indexBehind(index: 0, guard: 680))
    }

    @Test("an old copy of the index, another history, a missing or damaged guard: refused, each with its reason")
    func oldCopies() throws {
        let key = try Ed25519Key.generate()
        try filled(folder, key: key, builds: 2)
        let old = LedgerFolder(temporary.path + "/old")
        try LedgerMaintenance.backup(folder, to: old)
        #expect(try Files.status(old.index)?.mode == 0o600)
        try filled(folder, key: key, builds: 1)
        try removeIndex()
        try Files.create(folder.index, Files.read(old.index))
        #expect(error(open) == .indexBehind(index: 340, guard: 510))

        let other = LedgerFolder(temporary.path + "/other")
        var fork = try Ledger.open(other, origin: origin)
        _ = try fork.append((0..<600).map { Draft.removal("h/\($0)") }, at: 1, key: key, salt: salts(9))
        _ = consume fork
        let copy = LedgerFolder(temporary.path + "/copy")
        try LedgerMaintenance.backup(other, to: copy)
        try removeIndex()
        try Files.create(folder.index, Files.read(copy.index))
        #expect(error(open) == .diverged(size: 510))

        let guardBytes = try Files.read(folder.checkpoint)
        try Files.replace(folder.checkpoint, Array("<<<<<<< HEAD\n".utf8) + guardBytes)
        #expect(error(open) == .badGuard(folder: folder.path))
        try Files.remove(folder.checkpoint)
        #expect(error(open) == .guardMissing(folder: folder.path))
    }

    @Test("another key, another origin, two writers: refused")
    func strangers() throws {
        let key = try Ed25519Key.generate()
        try filled(folder, key: key, builds: 1)
        #expect(error { _ = try Ledger.open(folder, origin: "other.example.org").size } == .wrongOrigin(origin))
        var ledger = try Ledger.open(folder, origin: origin)
        #expect(error(open) == .locked)
        let stranger = try Ed25519Key.generate()
        do {
            _ = try ledger.append([.removal("h/a")], at: 1, key: stranger, salt: salts(1))
            Issue.record("a stranger's key was accepted")
        } catch { guard case .wrongKey = error else { throw error } }
        #expect(ledger.size == 170)
        #expect(
            error { _ = try Ledger.open(LedgerFolder("/nonexistent/x"), origin: origin, mayCreate: false).size }
                == .missing(folder: "/nonexistent/x"))
    }

    @Test("a refused batch leaves nothing behind")
    func atomic() async throws {
        let key = try Ed25519Key.generate()
        try filled(folder, key: key, builds: 1)
        var ledger = try Ledger.open(folder, origin: origin)
        let before = ledger.checkpoint
        let long = String(repeating: "x", count: 70_000)
        do {
            _ = try ledger.append(
                [.removal("h/a"), Draft(.document, open: ["x": long])], at: 1, key: key, salt: salts(1))
            Issue.record("an entry that does not fit was accepted")
        } catch { guard case .badEntry = error else { throw error } }
        #expect(ledger.size == 170 && ledger.checkpoint == before)
        _ = try ledger.append([.removal("h/a")], at: 1, key: key, salt: salts(1))
        _ = consume ledger
        #expect(try await LedgerMaintenance.check(folder, key: nil) == [])
    }
}
