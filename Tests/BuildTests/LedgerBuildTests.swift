import Build
import Foundation
import Glibc
import Ledger
import Redirects
import Site
import Support
import TestSupport
import Testing
import TransparencyLog

@Suite("Building with a ledger")
struct LedgerBuildTests {
    private let temporary = TemporaryFolder()
    private var folder: LedgerFolder { LedgerFolder(temporary.path + "/ledger") }
    private var log: String { temporary.path + "/dist/current/site/go.example.org/log" }
    private let key: String

    init() throws { key = try Ed25519Key.generate().pem(passphrase: nil) }

    private func options(_ edit: (inout BuildOptions) -> Void = { _ in }) -> BuildOptions {
        var options = BuildOptions(
            output: temporary.path + "/dist", lockPath: temporary.path + "/wayseal.lock", workers: 2,
            now: 1_800_000_000, deployment: Deployment())
        options.random = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
        options.author = "anna"
        edit(&options)
        return options
    }

    private func signed(_ links: [(String, String)], codes: Bool = false) -> Site {
        var site = site(links)
        if !codes { site.codes.formats = [] }
        site.signing = SigningKey(pem: key)
        site.ledger = LedgerSettings(domain: 0, folder: folder.path)
        return site
    }

    @discardableResult
    private func build(_ site: Site, _ options: BuildOptions? = nil) async throws -> BuildResult {
        let options = options ?? self.options()
        var lock = LinkLock()
        if try Files.status(options.lockPath) != nil {
            lock = LinkLock.read(try Files.read(options.lockPath), file: 0).lock
        }
        if site.ledger != nil, let index = try LedgerIndex.read(folder) {
            lock = lock.united(with: try LinkLock.recorded(in: index))
        }
        let compilation = try await Compilation(
            site, lock: lock, deployment: options.deployment, formats: site.codes.formats)
        try #require(compilation.diagnostics.filter { $0.severity == .error } == [])
        return try await BuildPipeline(site, compilation, options).run { _ in }
    }

    private func kinds() throws -> [String] {
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        return try (0..<ledger.size).map { try #require(LedgerEntry(ledger.entry($0))).kind.rawValue }
    }

    private func verifier() throws -> VerifierKey {
        try VerifierKey(
            name: "go.example.org", publicKey: Ed25519Key(pem: key, passphrase: nil).publicKey)
    }

    @Test("a build records links, codes and itself under one checkpoint, and publishes the log")
    func first() async throws {
        let result = try await build(
            signed([("a", "https://example.org/a"), ("b", "https://example.org/b")], codes: true))
        #expect(try kinds() == ["key", "key", "link", "link", "code", "code", "build"])
        #expect(result.ledger?.size == 7 && result.ledger?.added == 7)
        #expect(try await LedgerMaintenance.check(folder, key: verifier()) == [])
        let published = try Files.read(log + "/checkpoint")
        #expect(try VerifiedCheckpoint(published, key: verifier()).checkpoint.size == 7)
        #expect(try Files.read(folder.checkpoint) == published)
        #expect(try Files.status(log + "/tile/0/000.p/7")?.kind == .file)
        let sums = try Files.read(temporary.path + "/dist/current/SHA256SUMS")
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        #expect(LedgerEntry(try ledger.entry(6))?.open == ["files": BuildDigest.h1(sums: sums)])
        #expect(!String(decoding: sums, as: UTF8.self).contains("/log/"))
        #expect(try ledger.disclosures(of: 5).first { $0.field == "url" }?.value == "https://go.example.org/b")
        for (list, note) in [
            ("revocation-0.json", "revocation-0.json.note"), ("suspension-0.json", "suspension-0.json.note"),
        ] {
            let note = try #require(SignedNote(try Files.read(log + "/status/" + note)))
            #expect(note.isSigned(by: try verifier()))
            let text = StatusList.noteText(
                origin: "go.example.org", size: 7, at: 1_800_000_000, file: list,
                credential: try Files.read(log + "/status/" + list))
            #expect(note.text == text)
        }
    }

    @Test("what an entry hides and who built it is in no published file")
    func privacy() async throws {
        try await build(signed([("hidden-slug", "https://example.org/secret-target")]))
        var found = 0
        for case let file as String in try #require(FileManager.default.enumerator(atPath: log)) {
            let path = log + "/" + file
            guard try Files.status(path)?.kind == .file else { continue }
            let text = String(decoding: try Files.read(path), as: UTF8.self)
            #expect(!["hidden-slug", "secret-target", "anna"].contains { text.contains($0) }, "\(file)")
            found += 1
        }
        #expect(found >= 8)
        #expect(try Files.status(folder.index)?.mode == 0o600)
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        #expect(try ledger.index.history(of: "go.example.org/hidden-slug").map(\.author) == ["anna"])
    }

    @Test("a build that changes nothing records nothing; a status list a day old is made anew")
    func unchanged() async throws {
        let site = signed([("a", "https://example.org/a")], codes: true)
        try await build(site)
        let again = try await build(site, options { $0.now += 3600 })
        #expect(!again.isNew && again.ledger?.added == 0)
        let later = try await build(site, options { $0.now += 86_400 })
        #expect(later.isNew && later.ledger?.added == 0 && later.ledger?.size == 5)
        let backwards = try await build(site, options { $0.now -= 365 * 86_400 })
        #expect(backwards.isNew && backwards.ledger?.added == 0)
    }

    @Test("a change records the new version; tiles that stay are the same file")
    func change() async throws {
        try await build(signed([("a", "https://example.org/a"), ("b", "https://example.org/b")]))
        let tile = try Files.status(log + "/tile/entries/000.p/5")?.identity
        #expect(try Files.status(folder.log + "/tile/entries/000.p/5")?.identity == tile)
        try await build(signed([("a", "https://example.org/a2")]))
        #expect(try kinds() == ["key", "key", "link", "link", "build", "link", "link", "build"])
        #expect(try Files.status(log + "/tile/entries/000.p/5")?.identity == tile)
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        #expect(
            try ledger.index.history(of: "go.example.org/a").map(\.target)
                == ["https://example.org/a", "https://example.org/a2"])
        #expect(try ledger.index.history(of: "go.example.org/b").map(\.isRemoval) == [false, true])
        #expect(LedgerEntry(try ledger.entry(5))?.previous == 2)
    }

    @Test("a build that is cut short after its record is finished by the next one, and recorded once")
    func cutShort() async throws {
        let site = signed([("a", "https://example.org/a")])
        try await build(site)
        let changed = signed([("a", "https://example.org/a2")])
        await #expect(throws: BuildError.self) {
            try await build(changed, options { $0.lockPath = temporary.path + "/none/wayseal.lock" })
        }
        #expect(try kinds().count == 6)
        #expect(try VerifiedCheckpoint(Files.read(log + "/checkpoint"), key: verifier()).checkpoint.size == 4)
        let result = try await build(changed)
        #expect(result.isNew && result.ledger?.added == 0)
        #expect(try VerifiedCheckpoint(Files.read(log + "/checkpoint"), key: verifier()).checkpoint.size == 6)
    }

    @Test("a clone without the index, or without the ledger, never begins a second log with the same key")
    func noFork() async throws {
        let site = signed([("a", "https://example.org/a")])
        try await build(site)
        let changed = signed([("a", "https://example.org/a2")])
        let index = try Files.read(folder.index)
        try Files.removeTree(folder.log)
        try Files.remove(folder.index)
        await #expect(throws: BuildError.ledger(.indexMissing(folder: folder.path))) { try await build(changed) }
        try Files.removeTree(folder.path)
        await #expect(throws: BuildError.ledger(.indexMissing(folder: folder.path))) { try await build(changed) }
        #expect(try Files.status(temporary.path + "/dist/generations/000002") == nil)
        #expect(!index.isEmpty)
    }

    @Test("another key is refused, and so is a ledger of another host")
    func wrongKey() async throws {
        try await build(signed([("a", "https://example.org/a")]))
        var other = signed([("a", "https://example.org/b")])
        other.signing = SigningKey(pem: try Ed25519Key.generate().pem(passphrase: nil))
        await #expect(throws: BuildError.self) { try await build(other) }
        #expect(try kinds().count == 4)
        var same = signed([("a", "https://example.org/a")])
        same.signing = other.signing
        await #expect(throws: BuildError.self) { try await build(same) }
        var elsewhere = signed([("a", "https://example.org/b")])
        elsewhere.domains[0].host = "id.example.org"
        await #expect(throws: BuildError.ledger(.wrongOrigin("go.example.org"))) { try await build(elsewhere) }
    }

    @Test("a lock of earlier builds moves into the ledger, removed slugs included")
    func migration() async throws {
        var before = signed([("a", "https://example.org/a"), ("old", "https://example.org/old")])
        before.ledger = nil
        try await build(before)
        before.links.removeLast()
        try await build(before)
        try await build(signed([("a", "https://example.org/a")]))
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        #expect(try ledger.index.history(of: "go.example.org/old").map(\.target) == ["https://example.org/old", ""])
        #expect(try ledger.index.history(of: "go.example.org/a").map(\.target) == ["https://example.org/a"])
        #expect(try LinkLock.recorded(in: ledger.index).bytes == Files.read(temporary.path + "/wayseal.lock"))
        _ = consume ledger
        // The lock was lost, or edited: the ledger still knows.
        try Files.replace(temporary.path + "/wayseal.lock", Array("wayseal-lock 1\n".utf8))
        let lock = LinkLock.read(try Files.read(temporary.path + "/wayseal.lock"), file: 0).lock
        guard let index = try LedgerIndex.read(folder) else {
            Issue.record("there is no index")
            return
        }
        let update = lock.united(with: try LinkLock.recorded(in: index))
            .updated(by: signed([("a", "https://example.org/a"), ("old", "https://example.org/new")]))
        #expect(update.diagnostics.map(\.code) == [BuildCodes.reservedSlug])
        try Files.remove(temporary.path + "/wayseal.lock")
        #expect(try await build(signed([("a", "https://example.org/a")])).ledger?.added == 0)
        #expect(try Files.status(temporary.path + "/wayseal.lock") != nil)
    }

    @Test("builds made without the ledger for a while are caught up with")
    func catchingUp() async throws {
        try await build(signed([("a", "https://example.org/1"), ("b", "https://example.org/b")]))
        var without = signed([("a", "https://example.org/2")])
        without.ledger = nil
        try await build(without)
        let result = try await build(signed([("a", "https://example.org/2"), ("c", "https://example.org/c")]))
        #expect(result.ledger?.added == 4)
        let ledger = try Ledger.open(folder, origin: "go.example.org", mayCreate: false)
        #expect(try ledger.index.history(of: "go.example.org/b").last?.isRemoval == true)
        #expect(try LinkLock.recorded(in: ledger.index).bytes == Files.read(temporary.path + "/wayseal.lock"))
    }

    @Test("a second build waits for nothing: the ledger is locked while one runs")
    func busy() async throws {
        let site = signed([("a", "https://example.org/a")])
        try await build(site)
        let other = try Ledger.open(folder, origin: "go.example.org")
        await #expect(throws: BuildError.ledger(.locked)) {
            try await build(site, options { $0.output = temporary.path + "/other" })
        }
        #expect(other.size == 4)
    }
}
