import Glibc
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

let origin = "go.example.org"

/// A ledger with a certificate, a link and a revoked certificate, witnessed once; and what verifies it.
struct Sample {
    let temporary = TemporaryFolder()
    let policy: TrustPolicy
    let bundle: ProofBundle
    let revoked: ProofBundle
    /// The record of ``bundle`` as cosigned by the issuer's own witness, with the statement about its key.
    let seen: ProofBundle
    let logFolder: String

    init(entries: Int = 600) throws {
        let key = try Ed25519Key.generate()
        let witness = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        let watcher = try WitnessKey(name: "w.example.net", publicKey: witness.publicKey)
        policy = try TrustPolicy(text: "log \(verifier)\nwitness w \(watcher)\nquorum w\n")
        let folder = LedgerFolder(temporary.path + "/ledger")
        logFolder = folder.log
        var ledger = try Ledger.open(folder, origin: origin)
        var drafts = (0..<entries - 1).map {
            Draft(.certificate, slug: "SOM-26-\($0)", hidden: ["name": "Zoë \($0)", "birthdate": "1990-01-01"])
        }
        drafts.append(Draft(.revoke, open: ["reason": "withdrawn"], of: 9))
        var random = SplitMix(seed: 9)
        _ = try ledger.append(drafts, at: 1_700_000_000, key: key) { count in
            (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        let files = try ledger.statusFiles(at: 1_700_000_500, key: key)
        let status = stride(from: 0, to: files.count, by: 2).map {
            ProofBundle.Status(credential: files[$0].bytes, note: files[$0 + 1].bytes)
        }
        func makeBundle(_ number: Int) throws -> ProofBundle {
            var proof = try ledger.proof(of: number)
            var note = try #require(SignedNote(proof.checkpoint))
            try note.cosign(with: witness, name: "w.example.net", time: 1_700_000_100)
            proof.checkpoint = Array(note.serialized.utf8)
            return ProofBundle(
                log: verifier.description, entry: try ledger.entry(number), proof: proof,
                disclosed: try ledger.disclosures(of: number).filter { $0.field != "birthdate" }, status: status)
        }
        bundle = try makeBundle(321)
        revoked = try makeBundle(9)
        let own = try Ed25519Key.generate()
        let ownName = KeyStatement.witnessName(origin)
        var statement = KeyStatement(
            origin: origin, act: .witness, key: "\(try WitnessKey(name: ownName, publicKey: own.publicKey))", since: 1)
        try statement.sign(with: key, name: origin)
        var cosigned = bundle
        var note = try #require(SignedNote(cosigned.proof.checkpoint))
        try note.cosign(with: own, name: ownName, time: 1_700_000_050)
        cosigned.proof.checkpoint = Array(note.serialized.utf8)
        cosigned.keys = [statement]
        seen = cosigned
    }

    var verifier: Verifier { Verifier(policy: policy, now: 1_700_001_000) }
}

@Suite("Verification")
struct VerificationTests {
    let sample: Sample

    init() throws { sample = try Sample() }

    private func reason(_ bundle: ProofBundle, expected: [String: String] = [:], _ verifier: Verifier? = nil) -> String?
    {
        (verifier ?? sample.verifier).verdict(bundle: bundle.serialized, expected: expected).reason
    }

    @Test("a bundle says what it proves, each with evidence, and shows only what was disclosed")
    func whole() throws {
        let verdict = sample.verifier.verdict(
            bundle: sample.bundle.serialized, expected: ["slug": "SOM-26-321", "name": "Zoë 321"])
        #expect(verdict.isValid)
        #expect(verdict.reason == nil)
        #expect(verdict.answers.map(\.question) == [.format, .log, .entry, .witnesses, .values, .anchor, .status])
        #expect(verdict[.witnesses] == .holds("seen by 1 of 1 witnesses: w.example.net at 2023-11-14T22:15:00Z"))
        #expect(verdict[.anchor] == .unknown("no chain was used"))
        #expect(verdict[.status] == .holds("not revoked as of 2023-11-14T22:21:40Z"))
        #expect(!String(decoding: sample.bundle.serialized, as: UTF8.self).contains("1990"))
    }

    @Test("the issuer's own witness is named apart from independent ones, and its line can't be dropped or forged")
    func ownWitness() throws {
        let own = "by the issuer's own witness at 2023-11-14T22:14:10Z"
        let whole = sample.verifier.verdict(bundle: sample.seen.serialized)
        #expect(whole.isValid)
        #expect(
            whole[.witnesses] == .holds("seen by 1 of 1 witnesses: w.example.net at 2023-11-14T22:15:00Z; \(own)"))
        let plain = Verifier(policy: TrustPolicy(logs: sample.policy.logs), now: 1_700_001_000)
        #expect(
            plain.verdict(bundle: sample.seen.serialized)[.witnesses]
                == .holds("seen \(own); no independent witness is named"))
        var dropped = sample.seen
        dropped.proof.checkpoint = sample.bundle.proof.checkpoint
        #expect(reason(dropped) == "witnesses: the issuer's own witness has not signed the checkpoint")
        var forged = sample.seen
        var note = try #require(SignedNote(forged.proof.checkpoint))
        note.signatures[2].bytes[7] ^= 1
        forged.proof.checkpoint = Array(note.serialized.utf8)
        #expect(reason(forged) == "witnesses: the cosignature of go.example.org/witness does not hold")
    }

    @Test("each reason for a no is told")
    func reasons() throws {
        let bundle = sample.bundle
        #expect(reason(sample.revoked) == "status: it was revoked")
        #expect(reason(bundle, expected: ["slug": "other"]) == "values: 'slug' is 'SOM-26-321', not 'other'")
        #expect(
            reason(bundle, expected: ["birthdate": "1990-01-01"])
                == "values: 'birthdate' is not disclosed, so it can't be compared")
        var changed = bundle
        changed.disclosed[0].value = "Anna"
        #expect(reason(changed) == "values: 'name' is not what the entry commits to")
        changed = bundle
        changed.entry = sample.revoked.entry
        #expect(reason(changed) == "entry: the proof does not lead from the entry to the signed root")
        changed = bundle
        changed.proof.index = 600
        #expect(reason(changed) == "entry: entry 600 is beyond the 600 signed ones")
        changed = bundle
        changed.proof.extra = [1]
        #expect(reason(changed) == "format: the proof carries data that nothing authenticates")
        changed = bundle
        changed.anchor = [1]
        #expect(reason(changed) == "anchor: the anchor can't be checked here")
        changed = bundle
        changed.status = []
        #expect(reason(changed) == nil)
        var strict = sample.verifier
        strict.policy.greatestStatusAge = 400
        #expect(reason(changed, strict) == "status: no status list is at hand")
        #expect(reason(bundle, strict) == "status: the status list is 500 s old, the policy allows 400 s")
        strict.now = 1_600_000_000
        #expect(reason(bundle, strict) == "status: the status list is from the future, 1700000500")
        strict = sample.verifier
        strict.policy.needsAnchor = true
        #expect(reason(bundle, strict) == "anchor: not anchored on a chain")
        let stranger = try VerifierKey(name: origin, publicKey: Ed25519Key.generate().publicKey)
        strict.policy = TrustPolicy(logs: [stranger])
        #expect(reason(bundle, strict) == "log: the checkpoint is not signed by the log's key")
        strict.policy = TrustPolicy(logs: [try VerifierKey(name: "x", publicKey: stranger.publicKey)])
        #expect(reason(bundle, strict) == "log: the checkpoint is of another log, 'go.example.org'")
        #expect(
            sample.verifier.verdict(bundle: Array("{}".utf8)).reason == "format: not a wayseal bundle, or changed")
    }

    @Test("an anchor is checked with the value of the checkpoint, whatever its cosignatures")
    func anchors() throws {
        var bundle = sample.bundle
        bundle.anchor = [7]
        var verifier = sample.verifier
        let note = try #require(SignedNote(bundle.proof.checkpoint))
        let expected = SHA256.hash(Array(note.text.utf8))
        verifier.anchorCheck = { proof, value in
            proof == [7] && value == expected ? .holds("before block 5") : .fails("another value")
        }
        #expect(verifier.verdict(bundle: bundle.serialized)[.anchor] == .holds("before block 5"))
        bundle.anchor = [8]
        #expect(reason(bundle, verifier) == "anchor: another value")
    }

    @Test("a mirror proves its entries, and an older checkpoint of another history is an alarm")
    func mirror() throws {
        let folder = sample.logFolder
        let logOnly = TrustPolicy(logs: sample.policy.logs)
        let source: LogAudit.Source = { try? Files.read(folder + "/" + $0) }
        let mirror = try Mirror(policy: logOnly, source: source)
        #expect(mirror.size == 600)
        let verifier = Verifier(policy: logOnly, now: 1_700_001_000)
        for number in [0, 255, 256, 511, 512, 599] {
            let entry = try mirror.entries(tile: number / 256)[number]
            let proof = try mirror.proof(of: number)
            #expect(verifier.verdict(proof: proof.serialized, entry: entry).isValid)
        }
        let checkpoint = mirror.checkpoint.checkpoint
        #expect(try mirror.isConsistent(with: checkpoint))
        #expect(try mirror.isConsistent(with: Checkpoint(origin: origin, size: 0, root: .empty)))
        let first = try TreeHash.leaf(mirror.entries(tile: 0)[0])
        #expect(try mirror.isConsistent(with: Checkpoint(origin: origin, size: 1, root: first)))
        #expect(try !mirror.isConsistent(with: Checkpoint(origin: origin, size: 300, root: first)))
        #expect(try !mirror.isConsistent(with: Checkpoint(origin: origin, size: 601, root: first)))
        for tile in [-1, 3, Int.max, Int.min] {
            #expect(throws: Mirror.Problem.self) { try mirror.entries(tile: tile) }
        }
        #expect(throws: Mirror.Problem.self) { try Mirror(policy: sample.policy, source: source) }
    }
}

@Suite("Trust policy")
struct TrustPolicyTests {
    @Test("groups and quorums of witnesses are asked for as written")
    func groups() throws {
        let log = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: "l", publicKey: log.publicKey)
        let keys = [
            try Ed25519Key.generate().pem(passphrase: nil), try Ed25519Key.generate().pem(passphrase: nil),
            try Ed25519Key.generate().pem(passphrase: nil),
        ]
        var text = "# trust\nlog \(verifier) https://l.example/log\n"
        for (place, pem) in keys.enumerated() {
            let key = try WitnessKey(name: "w\(place).net", publicKey: Ed25519Key(pem: pem, passphrase: nil).publicKey)
            text += "witness w\(place) \(key)\n"
        }
        text += "group pair 2 w0 w1 w2\ngroup any any pair w0\n"
        let plain = try Checkpoint(origin: "l", size: 1, root: .leaf([])).signed(by: log)
        for (quorum, needed) in [("none", 0), ("w2", 3), ("pair", 2), ("any", 1)] {
            let policy = try TrustPolicy(text: text + "quorum \(quorum)\n")
            var note = plain
            for count in 0...3 {
                let proof = LogProof(index: 0, path: [], checkpoint: Array(note.serialized.utf8))
                let verdict = Verifier(policy: policy, now: 0).verdict(proof: proof.serialized, entry: [])
                // The entry is none; only the witnesses matter here.
                #expect(!verdict.isValid)
                let files = ["checkpoint": Array(note.serialized.utf8), "tile/0/000.p/1": TreeHash.leaf([]).bytes]
                let mirror = try? Mirror(policy: policy) { files[$0] }
                #expect((mirror != nil) == (count >= needed), "\(quorum) \(count)")
                if count < 3 {
                    try note.cosign(with: Ed25519Key(pem: keys[count], passphrase: nil), name: "w\(count).net", time: 5)
                }
            }
        }
    }

    @Test(
        "a policy that is not one is refused, with its line",
        arguments: [
            "", "quorum none", "log x\nquorum none", "LOG", "LOG\nquorum w", "LOG\nwitness none WIT\nquorum none",
            "LOG\nwitness a WIT\nwitness a WIT\nquorum a", "LOG\nwitness a WIT\ngroup g 2 a\nquorum g",
            "LOG\nwitness a WIT\ngroup g 0 a\nquorum g", "LOG\nwitness a WIT\ngroup g any b\nquorum g",
            "LOG\nwitness a WIT\ngroup g 2 a a\nquorum g", "LOG\nquorum none\nquorum none", "LOG\nhello\nquorum none",
        ])
    func refused(text: String) throws {
        let key = try VerifierKey(name: "l", publicKey: [UInt8](repeating: 1, count: 32))
        let witness = try WitnessKey(name: "w", publicKey: [UInt8](repeating: 2, count: 32))
        #expect(throws: TrustPolicy.Problem.self) {
            try TrustPolicy(
                text: text.replacing("LOG", with: "log \(key)").replacing("WIT", with: "\(witness)"))
        }
    }
}

@Suite("Batches")
struct BatchTests {
    @Test("each claim of a CSV gets its own outcome, in the order of the file")
    func outcomes() async throws {
        let sample = try Sample()
        let folder = sample.logFolder
        let mirror = try Mirror(policy: TrustPolicy(logs: sample.policy.logs)) { try? Files.read(folder + "/" + $0) }
        let name = sample.bundle.disclosed[0]
        let salt = Base64.encode(name.salt)
        let csv = """
            index,field,salt,value\r
            321,name,\(salt),"Zoë 321"\r
            321,name,\(salt),Anna
            320,name,\(salt),Zoë 321

            600,name,\(salt),Zoë 321
            321,"name",\(salt),"Zoë ""321""\"
            """
        let batch = try Batch(csv: Array(csv.utf8))
        #expect(batch.claims.map(\.line) == [2, 3, 4, 6, 7])
        for workers in 1...3 {
            let outcomes = await batch.outcomes(in: mirror, workers: workers)
            #expect(outcomes == [.holds, .otherValue, .otherValue, .noEntry, .otherValue])
        }
        let all = try Batch(csv: Array(("index\n" + (0..<601).map { "\($0)\n" }.joined()).utf8))
        let outcomes = await all.outcomes(in: mirror)
        #expect(outcomes.count == 601 && outcomes.dropLast().allSatisfy { $0 == .holds } && outcomes[600] == .noEntry)
        let damaged = try Mirror(policy: TrustPolicy(logs: sample.policy.logs)) { path in
            var bytes = try? Files.read(folder + "/" + path)
            if path == "tile/entries/001" { bytes?[77] ^= 1 }
            return bytes
        }
        #expect(await all.outcomes(in: damaged)[256..<512].allSatisfy { $0 == .damaged })
    }

    @Test(
        "what is no CSV of claims is refused, with its line",
        arguments: [
            ("", 1), ("id\n1\n", 1), ("index\nx\n", 2), ("index\n-1\n", 2), ("index\n1,2\n", 2),
            ("index\n9999999999999999999\n", 2), ("index,field,salt,value\n1,a,!,b\n", 2),
            ("index\n1\n\"2", 3), ("index,field,salt,value\n1,a,AAAA,b\n2\n", 3),
        ])
    func refused(text: String, line: Int) {
        do {
            _ = try Batch(csv: Array(text.utf8))
            Issue.record("accepted: \(text)")
        } catch { #expect(error.line == line) }
    }
}
