import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog

@testable import Verification

@Suite("Keys that change")
struct KeyTests {
    private let origin = "go.example.org"
    private let temporary = TemporaryFolder()

    private func vkey(_ key: borrowing Ed25519Key, _ name: String? = nil) throws -> VerifierKey {
        try VerifierKey(name: name ?? origin, publicKey: key.publicKey)
    }

    private func statement(
        _ act: KeyStatement.Act, _ key: VerifierKey, since: Int = 5
    ) -> KeyStatement { KeyStatement(origin: origin, act: act, key: "\(key)", since: since) }

    @Test("a statement is read in its one spelling only, and any changed byte is noticed")
    func spelling() throws {
        let key = try Ed25519Key.generate()
        var said = statement(.log, try vkey(key))
        try said.sign(with: key, name: origin)
        let bytes = said.serialized
        #expect(KeyStatement(bytes) == said)
        #expect(KeyRing(trusted: [try vkey(key)], statements: [said]).logs.count == 1)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            guard let other = KeyStatement(changed) else { continue }
            #expect(!other.note.isSigned(by: try vkey(key)) || other.note.signatures.isEmpty, "byte \(place)")
        }
        for length in 0..<bytes.count { #expect(KeyStatement(Array(bytes[..<length])) == nil) }
    }

    @Test("a new log key counts when the old one and itself have signed it; any order will do")
    func rotation() throws {
        let key0 = try Ed25519Key.generate()
        let key1 = try Ed25519Key.generate()
        let key2 = try Ed25519Key.generate()
        let (a, b, c) = (try vkey(key0), try vkey(key1), try vkey(key2))
        var toB = statement(.log, b)
        try toB.sign(with: key0, name: origin)
        #expect(KeyRing(trusted: [a], statements: [toB]).logs == [a], "without the new key's signature")
        try toB.sign(with: key1, name: origin)
        var toC = statement(.log, c)
        try toC.sign(with: key1, name: origin)
        try toC.sign(with: key2, name: origin)
        #expect(KeyRing(trusted: [a], statements: [toC, toB]).logs == [a, b, c])
        #expect(KeyRing(trusted: [b], statements: [toC, toB]).logs == [b, c])
        #expect(KeyRing(trusted: [c], statements: [toC, toB]).logs == [c])
        var alone = statement(.log, c)
        try alone.sign(with: key2, name: origin)
        #expect(KeyRing(trusted: [a], statements: [alone]).logs == [a], "nobody can appoint himself")
    }

    @Test("two successors of one key are a conflict; a revocation key revokes and does nothing else")
    func conflicts() throws {
        let key0 = try Ed25519Key.generate()
        let key1 = try Ed25519Key.generate()
        let key2 = try Ed25519Key.generate()
        let (a, b, c) = (try vkey(key0), try vkey(key1), try vkey(key2))
        var toB = statement(.log, b)
        var toC = statement(.log, c)
        try toB.sign(with: key0, name: origin)
        try toB.sign(with: key1, name: origin)
        try toC.sign(with: key0, name: origin)
        try toC.sign(with: key2, name: origin)
        let ring = KeyRing(trusted: [a], statements: [toB, toC])
        #expect(ring.conflict == "\(a) names two successors")
        var policy = TrustPolicy(logs: [a])
        policy.follow([toB, toC])
        let note = try Checkpoint(origin: origin, size: 0, root: .empty).signed(by: key1)
        #expect(policy.key(of: note, anchored: 1) == .fails("\(a) names two successors"))

        let guardian = try vkey(key2, KeyStatement.revocationName(origin))
        var appoint = statement(.revocation, guardian)
        try appoint.sign(with: key0, name: origin)
        var revoke = statement(.revoked, a, since: 100)
        try revoke.sign(with: key2, name: KeyStatement.revocationName(origin))
        var usurp = statement(.log, b)
        try usurp.sign(with: key2, name: KeyStatement.revocationName(origin))
        try usurp.sign(with: key1, name: origin)
        let guarded = KeyRing(trusted: [a], statements: [revoke, usurp, appoint])
        #expect(guarded.logs == [a] && guarded.revocations == [guardian] && guarded.revoked == ["\(a)": 100])
        #expect(KeyRing(trusted: [a], statements: [revoke, usurp]).revoked.isEmpty, "nobody has appointed it")
    }

    @Test("what a revoked key signed counts only when a chain proves that it was there before")
    func judgedByTheChain() throws {
        let key = try Ed25519Key.generate()
        let next = try Ed25519Key.generate()
        var ledger = try Ledger.open(LedgerFolder(temporary.path + "/ledger"), origin: origin)
        _ = try ledger.append([Draft(.certificate, slug: "SOM-1", hidden: ["name": "Zoë"])], at: 50, key: key) {
            [UInt8](repeating: 7, count: $0)
        }
        let files = try ledger.statusFiles(at: 60, key: key)
        var bundle = ProofBundle(
            log: "\(try vkey(key))", entry: try ledger.entry(0), proof: try ledger.proof(of: 0),
            disclosed: try ledger.disclosures(of: 0),
            status: stride(from: 0, to: files.count, by: 2).map {
                ProofBundle.Status(credential: files[$0].bytes, note: files[$0 + 1].bytes)
            }, anchor: [1, 2, 3])
        var toNext = statement(.log, try vkey(next), since: 90)
        try toNext.sign(with: key, name: origin)
        try toNext.sign(with: next, name: origin)
        var revoke = statement(.revoked, try vkey(key), since: 100)
        try revoke.sign(with: next, name: origin)
        func verdict(anchored: Int?, _ answer: Verdict.Answer = .holds("there")) throws -> Verdict {
            var verifier = Verifier(policy: TrustPolicy(logs: [try vkey(key)]), now: 200) { _, _ in answer }
            verifier.anchorTime = { _, _ in anchored }
            return verifier.verdict(bundle: bundle.serialized, expected: ["slug": "SOM-1"])
        }
        #expect(try verdict(anchored: 99).isValid)
        #expect(try verdict(anchored: 99)[.key] == nil)
        bundle.keys = [toNext, revoke]
        #expect(try #require(ProofBundle(bundle.serialized)) == bundle)
        #expect(try verdict(anchored: 99).isValid)
        #expect(try !verdict(anchored: 100).isValid)
        #expect(try verdict(anchored: nil).reason?.hasPrefix("key: the key that signed is revoked since 100") == true)
        #expect(try !verdict(anchored: 99, .unknown("chain not consulted")).isValid, "an unconfirmed time is no time")
        bundle.anchor = nil
        #expect(try !verdict(anchored: 99).isValid)
        // The successor signs on; whoever trusts the old key follows.
        bundle.keys = [toNext]
        _ = try ledger.append([.key(toNext)], at: 90, key: key) { [UInt8](repeating: 8, count: $0) }
        _ = try ledger.append([Draft(.certificate, slug: "SOM-2")], at: 95, key: next) {
            [UInt8](repeating: 9, count: $0)
        }
        bundle.entry = try ledger.entry(2)
        bundle.proof = try ledger.proof(of: 2)
        bundle.disclosed = try ledger.disclosures(of: 2)
        bundle.log = "\(try vkey(next))"
        bundle.status = []
        var verifier = Verifier(policy: TrustPolicy(logs: [try vkey(key)]), now: 200)
        let whole = bundle.serialized
        #expect(verifier.verdict(bundle: whole).isValid)
        for place in stride(from: 0, to: whole.count, by: 3) {
            var changed = whole
            changed[place] ^= 1 << UInt8(place % 8)
            let verdict = verifier.verdict(bundle: changed)
            #expect(!verdict.isValid && verdict.reason != nil, "byte \(place)")
        }
        bundle.keys = []
        #expect(!verifier.verdict(bundle: bundle.serialized).isValid)
        verifier.policy.follow([toNext])
        #expect(verifier.verdict(bundle: bundle.serialized).isValid)
    }

    @Test("the ledger goes on with a key that the log names, and with no other; never again with a revoked one")
    func ledger() async throws {
        let key = try Ed25519Key.generate()
        let next = try Ed25519Key.generate()
        let thief = try Ed25519Key.generate()
        let folder = LedgerFolder(temporary.path + "/ledger")
        var ledger = try Ledger.open(folder, origin: origin)
        let salt = { (count: Int) in [UInt8](repeating: 3, count: count) }
        var first = statement(.log, try vkey(key))
        try first.sign(with: key, name: origin)
        _ = try ledger.append([.key(first)], at: 1, key: key, salt: salt)
        #expect(throws: LedgerError.self) { try ledger.append([.removal("h/x")], at: 2, key: next, salt: salt) }
        var toNext = statement(.log, try vkey(next))
        try toNext.sign(with: thief, name: origin)
        try toNext.sign(with: next, name: origin)
        _ = try ledger.append([.key(toNext)], at: 2, key: key, salt: salt)
        #expect(throws: LedgerError.self) { try ledger.append([.removal("h/x")], at: 3, key: next, salt: salt) }
        var rightly = statement(.log, try vkey(next))
        try rightly.sign(with: key, name: origin)
        try rightly.sign(with: next, name: origin)
        _ = try ledger.append([.key(rightly)], at: 3, key: key, salt: salt)
        _ = try ledger.append([.removal("h/x")], at: 4, key: next, salt: salt)
        #expect(throws: LedgerError.self) { try ledger.append([.removal("h/y")], at: 5, key: key, salt: salt) }
        #expect(try await LedgerMaintenance.check(folder, key: vkey(key)) == [])
        #expect(try await LedgerMaintenance.check(folder, key: nil) == [])
        #expect(try await LedgerMaintenance.check(folder, key: vkey(thief)).count == 3)
        var revoke = statement(.revoked, try vkey(next))
        try revoke.sign(with: next, name: origin)
        _ = try ledger.append([.key(revoke)], at: 6, key: next, salt: salt)
        #expect(throws: LedgerError.revokedKey("\(try vkey(next))")) {
            try ledger.append([.removal("h/z")], at: 7, key: next, salt: salt)
        }
    }
}
