import Ethereum
import Foundation
import Ledger
import LedgerContracts
import Pages
import Site
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

/// Whether the judges run: Debian's Chromium, and the virtual environment of `.ci/python-packages`.
private let judgesAreAsked = ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"

/// Where a block of our own making keeps a value: one account in the state, one value in its storage.
private func anchor(of value: [UInt8]) throws -> [UInt8] {
    func leaf(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
        RLP.list([.bytes([0x20] + Keccak256.hash(key)), .bytes(value)]).encoded
    }
    let word = try #require(Bytes32(value))
    let contract = try #require(Address(Array(Keccak256.hash([1]).suffix(20))))
    let slot = leaf(TimestampLayout.timestamper.storageKey(word).bytes, RLP.integer(1_700_000_200).encoded)
    let account = RLP.list([
        .integer(1), .integer(0), .bytes(Keccak256.hash(slot)), .bytes(Keccak256.hash(LedgerContracts.timestamperCode)),
    ])
    let state = leaf(contract.bytes, account.encoded)
    let zeros = { (count: Int) in RLP.bytes([UInt8](repeating: 0, count: count)) }
    let header = RLP.list([
        zeros(32), zeros(32), zeros(20), .bytes(Keccak256.hash(state)), zeros(32), zeros(32), zeros(256), .integer(0),
        .integer(77), .integer(30_000_000), .integer(0), .integer(1_700_000_300), .bytes([]), zeros(32), zeros(8),
    ]).encoded
    return AnchorBundle(
        chainID: 100, value: word, transaction: nil, blockNumber: 77, blockHash: .keccak(header), header: header,
        evidence: .storage(contract: contract, layout: .timestamper, account: [state], slot: [slot])
    ).json
}

@Suite("The verification page in Chromium", .enabled(if: judgesAreAsked))
struct PageJudgeTests {
    private let temporary = TemporaryFolder()

    @Test(
        "from a disk and without a network it says what the program says, four things apart, and no mutation passes",
        .timeLimit(.minutes(2)))
    func page() throws {
        let folder = temporary.path
        let key = try Ed25519Key.generate()
        let vkey = try VerifierKey(name: "go.vinea.example", publicKey: key.publicKey)
        var site = Site(name: "Vinea Estates", domains: [Domain(host: "go.vinea.example")])
        site.languages = ["de", "en"]
        try Files.create(
            folder + "/verify.html",
            VerificationPage.html(for: site, host: "go.vinea.example", key: vkey.description))
        var ledger = try Ledger.open(LedgerFolder(folder + "/ledger"), origin: "go.vinea.example")
        var random = SplitMix(seed: 4)
        let salt = { (count: Int) in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        let drafts = (0..<300).map {
            Draft(
                .certificate, slug: "SOM-26-\($0)",
                hidden: ["name": "Żofia <b>𝓩</b> ‏شريف‎ 王", "grade": "avec mention", "birthdate": "1990-01-01"])
        }
        _ = try ledger.append(
            drafts + [Draft(.revoke, open: ["reason": "x"], of: 9), Draft(.suspend, of: 10)], at: 1_700_000_000,
            key: key, salt: salt)
        let lists = try ledger.statusFiles(at: 1_700_000_500, key: key)
        let status = stride(from: 0, to: lists.count, by: 2).map {
            ProofBundle.Status(credential: lists[$0].bytes, note: lists[$0 + 1].bytes)
        }
        func bundle(_ number: Int) throws -> ProofBundle {
            ProofBundle(
                log: vkey.description, entry: try ledger.entry(number), proof: try ledger.proof(of: number),
                disclosed: try ledger.disclosures(of: number).filter { $0.field != "birthdate" }, status: status)
        }
        var cases: [[String: Any]] = []
        let verifier = Verifier(
            policy: TrustPolicy(logs: [vkey]), now: 1_700_001_000,
            anchorCheck: Verifier.anchorCheck(
                AnchorTrust(codeHashes: [.keccak(LedgerContracts.timestamperCode)])))
        func add(
            _ name: String, _ bundle: ProofBundle, _ cards: [String: String], shows: [String] = [],
            picture: String? = nil
        ) throws {
            let file = "\(folder)/\(name).wayseal.json"
            try Files.create(file, bundle.serialized)
            var entry: [String: Any] = [
                "file": file, "valid": verifier.verdict(bundle: bundle.serialized).isValid, "cards": cards,
                "shows": shows, "hides": ["1990-01-01"],
            ]
            if let picture { entry["picture"] = picture }
            cases.append(entry)
        }
        let whole = try bundle(123)
        try add(
            "whole", whole, ["record": "yes", "before": "unknown", "current": "yes", "object": "look"],
            shows: ["Żofia <b>𝓩</b>", "SOM-26-123", "No blockchain was used"], picture: "whole")
        var anchored = whole
        let note = try #require(SignedNote(whole.proof.checkpoint))
        anchored.anchor = try anchor(of: Checkpoint.anchorValue(of: note))
        try add(
            "anchored", anchored, ["record": "yes", "before": "unknown", "current": "yes"],
            shows: ["block 77 of chain 100"], picture: "anchored")
        var other = whole
        other.anchor = try anchor(of: SHA256.hash([7]))
        try add("other-anchor", other, ["record": "yes", "before": "no"])
        try add("revoked", bundle(9), ["record": "yes", "current": "no"], shows: ["revoked"], picture: "revoked")
        try add("suspended", bundle(10), ["record": "yes", "current": "no"], shows: ["suspended"])
        var forged = whole
        forged.disclosed[0].value = "summa cum laude"
        try add("forged", forged, ["record": "no"], shows: ["grade"], picture: "forged")
        var bare = whole
        bare.status = []
        try add("bare", bare, ["record": "yes", "current": "unknown"])
        try addKeys(to: whole, key: key, &ledger, salt: salt, { try add($0, $1, $2, shows: $3, picture: $4) })
        let stranger = try Ed25519Key.generate()
        var strange = whole
        strange.proof.checkpoint = try Array(
            SignedNote(text: note.text, signedBy: stranger, name: "go.vinea.example").serialized.utf8)
        try add("strange", strange, ["record": "no"])
        let proof = folder + "/x.tlog-proof"
        try Files.create(proof, whole.proof.serialized)
        cases.append(["file": proof, "says": "entry 123 is in the log of go.vinea.example"])
        let rubbish = folder + "/rubbish.png"
        try Files.create(rubbish, [0x89, 0x50, 0x4E, 0x47])
        cases.append(["file": rubbish, "says": "no record in this file"])

        let fixtures = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/anchors"
        var anchors: [[String: Any]] = []
        for name in ["storage", "calldata"] {
            let read = try AnchorBundle(json: Files.read("\(fixtures)/\(name).proof.json"))
            anchors.append([
                "file": "\(fixtures)/\(name).proof.json", "value": read.value.description,
                "time": Int(try read.verified(for: read.value).time),
            ])
        }
        let list: [String: Any] = [
            "cases": cases, "anchors": anchors, "languages": ["de", "fr", "ru"],
            "mutate": [
                ["file": folder + "/anchored.wayseal.json", "count": 4_000],
                ["file": folder + "/seen.wayseal.json", "count": 2_000],
            ],
        ]
        try JSONSerialization.data(withJSONObject: list).write(to: URL(fileURLWithPath: folder + "/list.json"))
        let said = try run([folder + "/verify.html", folder + "/list.json"])
        #expect(said.hasSuffix("ok\n"), "\(said)")
    }

    /// Cases of keys: the issuer's witness, a successor, a revoked key, status lists by the revocation key.
    private func addKeys(
        to whole: ProofBundle, key: borrowing Ed25519Key, _ ledger: inout Ledger, salt: (Int) -> [UInt8],
        _ add: (String, ProofBundle, [String: String], [String], String?) throws -> Void
    ) throws {
        let origin = "go.vinea.example"
        func statement(_ act: KeyStatement.Act, _ about: String, since: Int) -> KeyStatement {
            KeyStatement(origin: origin, act: act, key: about, since: since)
        }
        let own = try Ed25519Key.generate()
        let ownName = KeyStatement.witnessName(origin)
        var witness = statement(.witness, "\(try WitnessKey(name: ownName, publicKey: own.publicKey))", since: 1)
        try witness.sign(with: key, name: origin)
        var seen = whole
        seen.keys = [witness]
        try add("unseen", seen, ["record": "no"], ["witness has not signed"], nil)
        var note = try #require(SignedNote(whole.proof.checkpoint))
        try note.cosign(with: own, name: ownName, time: 1_700_000_050)
        seen.proof.checkpoint = Array(note.serialized.utf8)
        try add(
            "seen", seen, ["record": "yes", "before": "unknown", "current": "yes"],
            ["own witness, a second key on its side, signed that it saw it on November 14, 2023"], "seen")
        note.signatures[1].bytes[20] ^= 1
        seen.proof.checkpoint = Array(note.serialized.utf8)
        try add("forged-witness", seen, ["record": "no"], ["witness’s signature does not hold"], nil)

        let guardian = try Ed25519Key.generate()
        let guardianName = KeyStatement.revocationName(origin)
        var appoint = statement(
            .revocation, "\(try VerifierKey(name: guardianName, publicKey: guardian.publicKey))", since: 1)
        try appoint.sign(with: key, name: origin)
        var guarded = whole
        guarded.keys = [appoint]
        let lists = try ledger.index.statusFiles(
            origin: origin, at: 1_700_000_600, key: guardian, name: guardianName, more: [123])
        guarded.status = stride(from: 0, to: lists.count, by: 2).map {
            ProofBundle.Status(credential: lists[$0].bytes, note: lists[$0 + 1].bytes)
        }.sorted { $0.credential.lexicographicallyPrecedes($1.credential) }
        try add("guarded", guarded, ["record": "yes", "current": "no"], ["revoked"], nil)
        guarded.keys = []
        try add("unappointed", guarded, ["record": "yes", "current": "no"], ["not signed by the issuer"], nil)

        let next = try Ed25519Key.generate()
        let nextKey = try VerifierKey(name: origin, publicKey: next.publicKey)
        var toNext = statement(.log, "\(nextKey)", since: 1_700_000_700)
        try toNext.sign(with: key, name: origin)
        try toNext.sign(with: next, name: origin)
        _ = try ledger.append([.key(toNext)], at: 1_700_000_700, key: key, salt: salt)
        _ = try ledger.append([Draft(.certificate, slug: "NEXT-1")], at: 1_700_000_800, key: next, salt: salt)
        let number = ledger.size - 1
        var after = ProofBundle(
            log: "\(nextKey)", entry: try ledger.entry(number), proof: try ledger.proof(of: number),
            disclosed: try ledger.disclosures(of: number))
        try add("stranger-key", after, ["record": "no"], [], nil)
        after.keys = [toNext]
        try add("successor", after, ["record": "yes", "current": "unknown"], ["NEXT-1"], nil)
        var forged = after
        forged.keys[0] = statement(.log, "\(nextKey)", since: 1_700_000_701)
        try forged.keys[0].sign(with: next, name: origin)
        try add("self-appointed", forged, ["record": "no"], [], nil)
        var lost = statement(.revoked, "\(nextKey)", since: 1_700_000_750)
        try lost.sign(with: key, name: origin)
        after.keys = [toNext, lost]
        try add("lost-key", after, ["record": "no"], ["The key that signed was revoked"], nil)
    }

    @Test(
        "a certificate issued from a table in a clean folder verifies on the command line and in a browser when the folder and the network are gone",
        .timeLimit(.minutes(2)))
    func aftermath() throws {
        let source = temporary.path + "/source"
        let kept = temporary.path + "/kept"
        let program = Files.parent(of: try #require(Files.realPath("/proc/self/exe"))) + "/wayseal"
        let fixture = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/registrar"
        let holder = "\(source)/certificates/sommelier-2026/SOM-26-0007"
        let script = """
            set -e
            mkdir -p \(kept)
            cp -r \(fixture) \(source)
            cd \(source)
            \(program) keys new --no-passphrase -o secrets/ledger.key > \(kept)/key.txt 2>/dev/null
            \(program) issue sommelier-2026 --quiet
            \(program) build --quiet
            cp \(holder)/* dist/current/site/go.vinea.example/verify/index.html \(kept)/
            \(program) revoke SOM-26-0007 --reason 'lost' > /dev/null
            \(program) issue sommelier-2026 --refresh --quiet
            mkdir \(kept)/revoked
            cp \(holder)/SOM-26-0007.pdf \(kept)/revoked/
            """
        #expect(try shell(script).status == 0)
        try Files.removeTree(source)
        try #require(try Files.status(source) == nil)

        // A name space without a network; where that is not allowed, at least no name server and no proxy.
        let alone = try shell("unshare -rn true 2>/dev/null").status == 0 ? "unshare -rn" : "env -i"
        let verify = "cd \(kept); \(alone) \(program) verify --key \"$(cat key.txt)\""
        for file in ["pdf", "png", "svg", "wayseal.json", "tlog-proof", "private.wayseal.json"] {
            let answer = try shell("\(verify) SOM-26-0007.\(file)")
            #expect(
                answer.status == 0 && answer.output.contains("the record is authentic"), "\(file): \(answer.output)")
            if file != "private.wayseal.json" { #expect(!answer.output.contains("1995-03-21"), "\(file)") }
        }
        let revoked = try shell("\(verify) revoked/SOM-26-0007.pdf")
        #expect(revoked.status == 1 && revoked.output.contains("status: no, it was revoked"), "\(revoked.output)")
        let other = try shell("\(verify.replacing("key.txt", with: "/dev/null")) SOM-26-0007.pdf")
        #expect(other.status != 0)

        var cases: [[String: Any]] = ["pdf", "png", "svg", "wayseal.json"].map {
            [
                "file": "\(kept)/SOM-26-0007.\($0)", "valid": true,
                "cards": ["record": "yes", "before": "unknown", "current": "yes", "object": "look"],
                "shows": ["شریف", "Sommelier diploma 2026", "with honours"], "hides": ["1995-03-21"],
                "picture": "certificate",
            ]
        }
        cases.append([
            "file": "\(kept)/revoked/SOM-26-0007.pdf", "valid": false, "cards": ["record": "yes", "current": "no"],
        ])
        cases.append(["file": "\(kept)/SOM-26-0007.tlog-proof", "says": "entry 6"])
        try JSONSerialization.data(withJSONObject: ["cases": cases])
            .write(to: URL(fileURLWithPath: kept + "/list.json"))
        let said = try run([kept + "/index.html", kept + "/list.json"])
        #expect(said.hasSuffix("ok\n"), "\(said)")
    }

    @Test(
        "served by the real nginx, a certificate's URL verifies with the newest status and one history, and in the browser",
        .timeLimit(.minutes(4)))
    func served() throws {
        let folder = temporary.path + "/online"
        let program = Files.parent(of: try #require(Files.realPath("/proc/self/exe"))) + "/wayseal"
        let fixture = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/fixtures/registrar"
        let port = try freePort()
        let script = """
            set -e
            cp -r \(fixture) \(folder)
            cd \(folder)
            sed -i 's/  go.vinea.example: {}/  localhost: { tls: off, listen: "127.0.0.1:\(port)", server: nginx }/' wayseal.yaml
            \(program) keys new --no-passphrase -o secrets/ledger.key > key.txt 2>/dev/null
            \(program) issue sommelier-2026 --quiet
            \(program) revoke SOM-26-0002 --reason 'lost' > /dev/null
            \(program) build --quiet --root \(folder)/dist/current --state \(folder)/state
            chmod -R a+rX \(temporary.path)
            cat > nginx.conf <<END
            daemon off; pid \(folder)/nginx.pid; error_log stderr crit;
            events {}
            http { access_log off; include \(folder)/dist/current/nginx/wayseal.conf; }
            END
            """
        let made = try shell(script)
        try #require(made.status == 0, "\(made.output)")
        let nginx = Process()
        nginx.executableURL = URL(
            fileURLWithPath: Files.realPath("/usr/sbin/nginx") ?? "/usr/bin/nginx")
        nginx.arguments = ["-p", folder, "-c", folder + "/nginx.conf", "-g", geteuid() == 0 ? "user root;" : ""]
        try nginx.run()
        defer {
            nginx.terminate()
            nginx.waitUntilExit()
        }
        let base = "http://localhost:\(port)"
        for _ in 0..<100 where try shell("curl -sf \(base)/log/checkpoint").status != 0 { usleep(50_000) }
        let verify = "cd /; \(program) verify --key \"$(cat \(folder)/key.txt)\" \(base)/certificates/"
        let good = try shell(verify + "SOM-26-0001")
        #expect(good.status == 0 && good.output.contains("begins with the one of the proof"), "\(good.output)")
        let revoked = try shell(verify + "SOM-26-0002")
        #expect(revoked.status == 1 && revoked.output.contains("it was revoked"), "\(revoked.output)")
        #expect(try shell(verify + "SOM-26-0099 2>/dev/null").status == 1)
        #expect(
            try shell("cd /; \(program) verify --first-use \(base)/certificates/SOM-26-0001").output.contains(
                "nothing vouches"))
        // Without a key: what the host and its DNS agree on.
        let names = Files.parent(of: Files.parent(of: #filePath)) + "/TransferTests/nameserver.py"
        for (place, text) in [
            ("right", "v=wayseal1; log=$(cat \(folder)/key.txt)"), ("none", "v=spf1 -all"),
            ("wrong", "v=wayseal1; log=localhost+00000000+AAAA"),
        ] {
            let asked = try shell(
                """
                python3 \(names) \(folder)/\(place).port _wayseal.localhost "\(text)" & server=$!
                for i in $(seq 100); do [ -e \(folder)/\(place).port ] && break; sleep 0.05; done
                cd /; \(program) verify --resolver 127.0.0.1:$(cat \(folder)/\(place).port) \(base)/certificates/SOM-26-0001 2>&1
                status=$?
                \(program) verify --resolver 127.0.0.1:$(cat \(folder)/\(place).port) --issuer \(base) \
                  \(folder)/certificates/sommelier-2026/SOM-26-0001/SOM-26-0001.wayseal.json 2>&1 || status=$?
                kill $server
                exit $status
                """)
            let isRight = place == "right"
            #expect((asked.status == 0) == isRight, "\(asked.output)")
            let count = asked.output.components(separatedBy: "trust: localhost and its DNS name the same key").count - 1
            #expect(count == (isRight ? 2 : 0), "\(asked.output)")
            if !isRight { #expect(asked.output.contains("whom to trust is not known"), "\(asked.output)") }
        }
        let said = try run(
            [
                "\(base)/verify/#SOM-26-0001", "\(base)/verify/#SOM-26-0002",
                "\(folder)/certificates/sommelier-2026/SOM-26-0001", program,
            ], script: "served_page.py")
        #expect(said.hasSuffix("ok\n"), "\(said)")
    }

    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(descriptor, pointer, length) == 0, getsockname(descriptor, pointer, &length) == 0 else {
                    return nil
                }
                return UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port.bigEndian
            }
        }
        return try #require(port)
    }

    private func shell(_ script: String) throws -> (status: Int32, output: String) {
        try start("/bin/sh", ["-c", script])
    }

    private func run(_ arguments: [String], script: String = "verify_page.py") throws -> String {
        let here = Files.parent(of: #filePath)
        var arguments = ["\(here)/\(script)"] + arguments
        if script == "verify_page.py", let pictures = ProcessInfo.processInfo.environment["WAYSEAL_PICTURES"] {
            arguments.append(pictures)
        }
        return try start(Files.parent(of: Files.parent(of: here)) + "/.build/venv/bin/python", arguments).output
    }

    private func start(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
