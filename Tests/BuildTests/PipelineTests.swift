import Build
import Foundation
import Redirects
import Site
import Support
import TestSupport
import Testing
import TransparencyLog

@Suite("Building")
struct PipelineTests {
    private let folder = TemporaryFolder()

    private func options(_ edit: (inout BuildOptions) -> Void = { _ in }) -> BuildOptions {
        var options = BuildOptions(
            output: folder.path + "/dist", lockPath: folder.path + "/wayseal.lock", workers: 2, now: 1_800_000_000,
            deployment: Deployment())
        edit(&options)
        return options
    }

    @discardableResult
    private func build(_ site: Site, _ options: BuildOptions) async throws -> BuildResult {
        var lock = LinkLock()
        if try Files.status(options.lockPath) != nil {
            lock = LinkLock.read(try Files.read(options.lockPath), file: 0).lock
        }
        let compilation = try await Compilation(
            site, lock: lock, deployment: options.deployment, formats: site.codes.formats)
        return try await BuildPipeline(site, compilation, options).run { _ in }
    }

    private func identity(_ path: String) throws -> [UInt64]? {
        try Files.status(folder.path + "/dist/current/" + path)?.identity
    }

    private let small = site([("hello", "https://example.org/"), ("a/b", "https://example.org/ab")])

    @Test("a build serves every file and a SHA256SUMS that sha256sum accepts")
    func first() async throws {
        let result = try await build(small, options())
        #expect(result.isNew && result.generation == 1 && result.signer == nil)
        let current = folder.path + "/dist/current"
        for file in [
            "nginx/wayseal.conf", "nginx/nginx.conf", "caddy/caddy.json", "site/go.example.org/index.html",
            "site/go.example.org/404.html", "codes/go.example.org/hello.svg", "codes/go.example.org/hello.png",
            "codes/go.example.org/hello.pdf", "codes/go.example.org/a/b.svg",
        ] {
            #expect(try Files.status(current + "/" + file)?.kind == .file, "\(file)")
        }
        let check = try run("sha256sum -c --strict --quiet SHA256SUMS && find . -type f | wc -l", in: current)
        #expect(check.status == 0)
        #expect(check.output.trimmingCharacters(in: .whitespacesAndNewlines) == "\(result.files)")
    }

    @Test("building the same again makes no generation")
    func unchanged() async throws {
        try await build(small, options())
        let again = try await build(small, options())
        #expect(!again.isNew && again.generation == 1)
        #expect(try Files.names(in: folder.path + "/dist/generations") == ["000001"])
    }

    @Test("a change makes a generation in which unchanged files are the same inode")
    func reuse() async throws {
        try await build(small, options())
        let before = try identity("codes/go.example.org/hello.png")
        let config = try identity("caddy/caddy.json")
        var changed = small
        changed.links[1].target = "https://example.org/other"
        let result = try await build(changed, options())
        #expect(result.isNew && result.generation == 2)
        #expect(try identity("codes/go.example.org/hello.png") == before)
        #expect(try identity("caddy/caddy.json") != config)
    }

    @Test("a removed code is gone from the next generation")
    func removal() async throws {
        try await build(small, options())
        var fewer = small
        fewer.links.removeLast()
        let result = try await build(fewer, options())
        #expect(result.isNew)
        #expect(try identity("codes/go.example.org/a/b.svg") == nil)
    }

    @Test("a file that was damaged in the served generation is made anew")
    func healing() async throws {
        try await build(small, options())
        let path = folder.path + "/dist/current/codes/go.example.org/hello.svg"
        try Files.remove(path)
        try Files.create(path, Array("<svg/>".utf8))
        #expect(try await build(small, options()).isNew)
        #expect(try Files.read(path).count > 100)
    }

    @Test("old generations go, the newest stay", arguments: [1, 2])
    func pruning(keep: Int) async throws {
        for number in 0..<4 {
            try await build(site([("a", "https://example.org/\(number)")]), options { $0.keep = keep })
        }
        #expect(
            try Files.names(in: folder.path + "/dist/generations") == Array(["000003", "000004"].suffix(keep)))
        #expect(Files.linkTarget(folder.path + "/dist/current") == "generations/000004")
    }

    @Test("the same manifest and key give the same bytes on any path")
    func deterministic() async throws {
        var signed = small
        signed.signing = SigningKey(pem: try Ed25519Key.generate().pem(passphrase: nil))
        let other = TemporaryFolder()
        let result = try await build(signed, options())
        try await build(
            signed,
            options {
                $0.output = other.path + "/elsewhere/out"
                $0.lockPath = other.path + "/x.lock"
                $0.workers = 1
            })
        #expect(
            try run("diff -r '\(folder.path)/dist/current/' '\(other.path)/elsewhere/out/current/'", in: "/").status
                == 0)
        let sums = try Files.read(folder.path + "/dist/current/SHA256SUMS")
        let note = try Files.read(folder.path + "/dist/current/SHA256SUMS.note")
        let key = try #require(result.signer)
        #expect(HashManifest.problem(note: note, sums: sums, key: key) == nil)
        #expect(HashManifest.problem(note: note, sums: sums + [0x0A], key: key) != nil)
        #expect(
            try run("sed -n 2p SHA256SUMS.note | sha256sum -c --strict", in: folder.path + "/dist/current").status == 0)
    }

    @Test("archives hold the same images as files", arguments: BuildOptions.Archive.allCases)
    func archives(kind: BuildOptions.Archive) async throws {
        try await build(small, options())
        let other = TemporaryFolder()
        let first = try await build(
            small,
            options {
                $0.output = other.path + "/dist"
                $0.lockPath = other.path + "/x.lock"
                $0.archive = kind
            })
        #expect(first.isNew)
        let unpack =
            kind == .zip
            ? "unzip -q dist/current/codes.zip -d out" : "mkdir out && tar -xf dist/current/codes.tar -C out"
        #expect(
            try run(unpack + " && diff -r out/codes '\(folder.path)/dist/current/codes'", in: other.path).output == "")
        let again = try await build(
            small,
            options {
                $0.output = other.path + "/dist"
                $0.lockPath = other.path + "/x.lock"
                $0.archive = kind
            })
        #expect(!again.isNew)
    }

    @Test("a folder that something else made is left alone")
    func foreign() async throws {
        try Files.makeDirectory(folder.path + "/dist/current")
        await #expect(throws: BuildError.notOurs(folder.path + "/dist/current")) { try await build(small, options()) }
    }

    @Test("builds without their lock are refused: removed slugs would not be protected")
    func lockMissing() async throws {
        try await build(small, options())
        try Files.remove(folder.path + "/wayseal.lock")
        await #expect(
            throws: BuildError.lockMissing(lock: folder.path + "/wayseal.lock", output: folder.path + "/dist")
        ) { try await build(small, options()) }
    }

    @Test("two builds at once: the second says so")
    func busy() async throws {
        let store = try GenerationStore.open(folder.path + "/dist")
        await #expect(throws: BuildError.busy(folder.path + "/dist")) { try await build(small, options()) }
        _ = store.current
    }

    @Test("slugs that no file name can carry still get their code")
    func longSlugs() async throws {
        let long = String(repeating: "x", count: 390)
        let result = try await build(
            site([(long, "https://example.org/"), ("docs/*", "https://example.org/d")]), options())
        #expect(result.codes == 2)
        #expect(try identity("codes/go.example.org/docs/wildcard.png") != nil)
    }

    @Test("a slug that needs a folder where another's image is a file is refused, not overwritten")
    func clash() async throws {
        let compilation = try await Compilation(
            site([("a", "https://example.org/"), ("a.svg/b", "https://example.org/")]), lock: LinkLock(),
            deployment: Deployment(), formats: [.svg])
        #expect(compilation.diagnostics.map(\.code) == [BuildCodes.codePathClash])
    }

    private func run(_ command: String, in folder: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
