import Glibc
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

/// Programs that are not ours look at what we made: Go's sumdb packages, openssl, sha256sum.
@Suite("Judges of the ledger", .enabled(if: getenv("WAYSEAL_SERVER_TESTS") != nil))
struct LedgerJudgeTests {
    let temporary = TemporaryFolder()

    /// Runs a command line in a shell; its output, and whether it ended well.
    private func run(_ command: String) throws -> (output: String, isGood: Bool) {
        let out = temporary.path + "/output"
        let code = "( \(command) ) >'\(out)' 2>&1"
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] =
            ["/bin/sh", "-c", code].map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return (String(decoding: try Files.read(out), as: UTF8.self), status == 0)
    }

    /// Builds one of the Go programs beside this file.
    private func goProgram(_ name: String) throws -> String {
        let source = Files.parent(of: #filePath) + "/\(name).go"
        let program = temporary.path + "/" + name
        let build = try run(
            "cd / && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE='\(temporary.path)/cache' go build -o '\(program)' '\(source)'"
        )
        try #require(build.isGood, "\(build.output)")
        return program
    }

    private func fill(_ sizes: [Int], key: borrowing Ed25519Key, origin: String) throws -> LedgerFolder {
        let folder = LedgerFolder(temporary.path + "/ledger")
        var ledger = try Ledger.open(folder, origin: origin)
        var random = SplitMix(seed: 3)
        for size in sizes {
            let drafts = (ledger.size..<size).map {
                Draft.link("\(origin)/\($0)", target: "https://example.org/\($0)", redirect: "302 -")
            }
            _ = try ledger.append(drafts, at: 1_700_000_000, key: key) { count in
                (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            try Files.create(folder.log + "/checkpoint.\(size)", Files.read(folder.log + "/checkpoint"))
        }
        for number in [0, 255, 256, 511, ledger.size - 1] {
            try Files.create(temporary.path + "/\(number).tlog-proof", ledger.proof(of: number).serialized)
            try Files.create(temporary.path + "/\(number).entry", ledger.entry(number))
        }
        return folder
    }

    @Test("Go's x/mod/sumdb accepts our logs, notes, consistency and proofs, and refuses what was changed")
    func go() throws {
        let checker = try goProgram("tlogcheck")
        let origin = "go.example.org"
        let key = try Ed25519Key.generate()
        let vkey = try VerifierKey(name: origin, publicKey: key.publicKey).description
        let folder = try fill([1, 2, 255, 256, 257, 600, 1000], key: key, origin: origin)
        let whole = try run("'\(checker)' '\(folder.log)' '\(vkey)'")
        #expect(whole.isGood && whole.output.contains("ok: 1000 entries"), "\(whole.output)")
        #expect(whole.output.contains("7 older checkpoints consistent"))
        for number in [0, 255, 256, 511, 999] {
            let base = "\(temporary.path)/\(number)"
            let proof = try run("'\(checker)' '\(folder.log)' '\(vkey)' '\(base).tlog-proof' '\(base).entry'")
            #expect(
                proof.isGood && proof.output.contains("entry \(number) is in the tree of size 1000"), "\(proof.output)")
        }
        let wrong = try run(
            "'\(checker)' '\(folder.log)' '\(vkey)' '\(temporary.path)/0.tlog-proof' '\(temporary.path)/255.entry'")
        #expect(!wrong.isGood)
        // One that a judge would pass whatever it is shown is none.
        let path = folder.log + "/tile/entries/001"
        var bytes = try Files.read(path)
        bytes[100] ^= 1
        try Files.replace(path, bytes)
        #expect(try !run("'\(checker)' '\(folder.log)' '\(vkey)'").isGood)
    }

    @Test(
        "the log that 'wayseal build' publishes is accepted by Go, openssl and sha256sum, its witness's line included")
    func published() throws {
        let folder = temporary.path + "/site"
        let program = Files.parent(of: try #require(Files.realPath("/proc/self/exe"))) + "/wayseal"
        let fixture = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/registrar"
        let log = "\(folder)/dist/current/site/go.vinea.example/log"
        let made = try run(
            """
            set -e
            cp -r '\(fixture)' '\(folder)'
            cd '\(folder)'
            '\(program)' keys new --no-passphrase -o secrets/ledger.key 2>/dev/null > key.txt
            '\(program)' build --quiet
            cp '\(log)/checkpoint' first
            '\(program)' issue sommelier-2026 --quiet
            '\(program)' revoke SOM-26-0003 --reason x > revoked.txt
            '\(program)' build --quiet
            '\(program)' issue sommelier-2026 --refresh --quiet
            cp -r '\(log)' copy
            cp first copy/checkpoint.1
            """)
        try #require(made.isGood, "\(made.output)")
        let vkey = String(decoding: try Files.read(folder + "/key.txt").dropLast(), as: UTF8.self)
        let checker = try goProgram("tlogcheck")
        let whole = try run("'\(checker)' '\(folder)/copy' '\(vkey)'")
        #expect(whole.isGood && whole.output.contains("1 older checkpoints consistent"), "\(whole.output)")
        let holder = "\(folder)/certificates/sommelier-2026/SOM-26-0007/SOM-26-0007"
        let bundle = try #require(ProofBundle(Files.read(holder + ".wayseal.json")))
        try Files.create(folder + "/entry", bundle.entry)
        // The proof's own checkpoint, which is older than the log's.
        let proof = try run("'\(checker)' '\(folder)/copy' '\(vkey)' '\(holder).tlog-proof' '\(folder)/entry'")
        #expect(proof.isGood && proof.output.contains("entry \(bundle.proof.index) is in the tree"), "\(proof.output)")
        let sums = try run(
            "cd '\(folder)/dist/current' && sha256sum --strict --quiet -c SHA256SUMS && '\(goProgram("h1"))' SHA256SUMS"
        )
        let ledger = try Ledger.open(
            LedgerFolder(folder + "/ledger"), origin: "go.vinea.example", mayCreate: false)
        let files = try #require(try ledger.index.lastBuiltFiles())
        #expect(sums.isGood && sums.output == files + "\n", "\(sums.output)")
        // Both lines of the checkpoint, by openssl: the log's over the text, the witness's over time and text.
        let note = try #require(SignedNote(Files.read(log + "/checkpoint")))
        #expect(note.signatures.map(\.name) == ["go.vinea.example", "go.vinea.example/witness"])
        let statements = try ledger.index.keyStatements()
        let witness = try #require(
            statements.first { $0.act == .witness }.flatMap { try? WitnessKey($0.key) })
        let cosigned = note.signatures[1].bytes
        let time = cosigned[..<8].reduce(0) { $0 << 8 | Int($1) }
        #expect(try isVerified(note.text, note.signatures[0].bytes, by: VerifierKey(vkey).publicKey))
        let message = "cosignature/v1\ntime \(time)\n\(note.text)"
        #expect(try isVerified(message, Array(cosigned[8...]), by: witness.publicKey))
        #expect(try !isVerified(message + " ", Array(cosigned[8...]), by: witness.publicKey))
    }

    /// Whether openssl accepts a signature, given the key's bytes alone.
    private func isVerified(_ text: String, _ signature: [UInt8], by key: [UInt8]) throws -> Bool {
        // SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4): a fixed head, then the 32 bytes.
        let head: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        let base = temporary.path
        try Files.replace(base + "/key.der", head + key)
        try Files.replace(base + "/text", Array(text.utf8))
        try Files.replace(base + "/signature", signature)
        return try run(
            "openssl pkeyutl -verify -pubin -inkey '\(base)/key.der' -keyform DER -rawin -in '\(base)/text' -sigfile '\(base)/signature'"
        ).isGood
    }

    @Test("openssl verifies the checkpoint's signature with the key's bytes alone")
    func openssl() throws {
        let origin = "go.example.org"
        let key = try Ed25519Key.generate()
        let folder = try fill([600], key: key, origin: origin)
        let note = try #require(SignedNote(Files.read(folder.log + "/checkpoint")))
        #expect(try isVerified(note.text, note.signatures[0].bytes, by: key.publicKey))
        #expect(try !isVerified(note.text + " ", note.signatures[0].bytes, by: key.publicKey))
    }

    @Test("the h1: digest of a build is the one of Go's dirhash, over a SHA256SUMS that sha256sum accepts")
    func h1() throws {
        let folder = temporary.path + "/build"
        try Files.makeDirectory(folder + "/site")
        var sums: [UInt8] = []
        for name in ["Zebra", "a b", "site/index.html", "ü"] {
            try Files.create(folder + "/" + name, Array("content of \(name)".utf8))
            sums += "\(Hex.encode(SHA256.hash(Array("content of \(name)".utf8))))  \(name)\n".utf8
        }
        try Files.create(folder + "/SHA256SUMS", sums)
        #expect(try run("cd '\(folder)' && sha256sum --strict -c SHA256SUMS").isGood)
        let digest = try run("'\(goProgram("h1"))' '\(folder)/SHA256SUMS'")
        #expect(digest.isGood && digest.output == BuildDigest.h1(sums: sums) + "\n", "\(digest.output)")
    }

    @Test("the status list is gzip that Python's own library opens, with the bits where the specification puts them")
    func statusList() throws {
        var list = StatusList()
        for place in [0, 7, 8, 131_071] { list[place] = true }
        try Files.create(temporary.path + "/list", Array(list.encoded.utf8))
        let script =
            "import base64,gzip;t=open('\(temporary.path)/list').read();b=gzip.decompress(base64.urlsafe_b64decode(t[1:]+'='*(-len(t[1:])%4)));print(t[0],len(b),[i for i in range(len(b)*8) if b[i//8]>>(7-i%8)&1])"
        let answer = try run("python3 -c \"\(script)\"")
        #expect(answer.output == "u 16384 [0, 7, 8, 131071]\n", "\(answer.output)")
    }
}
