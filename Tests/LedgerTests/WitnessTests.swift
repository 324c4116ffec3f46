import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog

@Suite("The ledger's own witness")
struct WitnessTests {
    let temporary = TemporaryFolder()
    var folder: LedgerFolder { LedgerFolder(temporary.path + "/ledger") }

    private func append(_ slug: String, at time: Int, key: borrowing Ed25519Key, to folder: LedgerFolder) throws
        -> [UInt8]
    {
        var ledger = try Ledger.open(folder, origin: origin)
        let about = try ledger.engageWitness(at: time, key: key).map { [$0] } ?? []
        let drafts = [Draft.link("\(origin)/\(slug)", target: "https://example.org/", redirect: "302 -")] + about
        return try ledger.append(drafts, at: time, key: key, salt: salts(UInt64(time))).checkpoint
    }

    @Test("it cosigns every checkpoint with a key and a time of its own, and the log says whose key that is")
    func cosigns() async throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        var last: [UInt8] = []
        for time in 1...3 { last = try append("a\(time)", at: 1_700_000_000 + time, key: key, to: folder) }
        #expect(read(folder.log + "/checkpoint") == last && read(folder.checkpoint) == last)
        let note = try #require(SignedNote(last))
        #expect(note.signatures.map(\.name) == [origin, "\(origin)/witness"])
        let ledger = try Ledger.open(folder, origin: origin)
        #expect(ledger.size == 4, "the statement about the witness is made once")
        let statements = try ledger.index.keyStatements()
        let ring = KeyRing(trusted: [verifier], statements: statements)
        let witness = try #require(ring.witnesses.first)
        #expect(ring.witnesses.count == 1 && witness.name == "\(origin)/witness")
        #expect(witness.statement(on: note) == .seen(at: 1_700_000_003))
        #expect(try Files.status(folder.witnessKey)?.mode == 0o600)
        #expect(try ledger.index.evidence(of: 0, key: verifier).keys == statements)
        _ = consume ledger
        #expect(try await LedgerMaintenance.check(folder, key: verifier) == [])
        // A stranger's statement about a witness counts for nothing.
        let stranger = try Ed25519Key.generate()
        #expect(
            KeyRing(
                trusted: [try VerifierKey(name: origin, publicKey: stranger.publicKey)], statements: statements
            ).witnesses.isEmpty)
    }

    @Test("a ledger that was set back whole, guard and all, is refused by what the witness remembers")
    func setBack() throws {
        let key = try Ed25519Key.generate()
        _ = try append("a", at: 1, key: key, to: folder)
        let older = LedgerFolder(temporary.path + "/copy")
        try LedgerMaintenance.backup(folder, to: older)
        _ = try append("b", at: 2, key: key, to: folder)
        // The index and the guard of the day before; the witness is where it was.
        for suffix in ["", "-wal", "-shm"] { try Files.remove(folder.index + suffix) }
        try Files.replace(folder.index, Files.read(older.index), mode: 0o600)
        try Files.replace(folder.checkpoint, Files.read(older.checkpoint))
        let before = read(folder.log + "/checkpoint")
        #expect(throws: LedgerError.witness("the witness has seen 3 entries of this log already")) {
            _ = try append("c", at: 3, key: key, to: folder)
        }
        #expect(try LedgerIndex.read(folder)?.entryCount() == 2)
        #expect(before != nil)
    }

    @Test("a witness takes in what the log signed and what continues what it saw, nothing else")
    func memory() throws {
        let key = try Ed25519Key.generate()
        let log = try VerifierKey(name: origin, publicKey: key.publicKey)
        let leaves = (0..<9).map { TreeHash.leaf([UInt8($0)]) }
        func node(_ leaves: [TreeHash]) -> (Int, Int) -> TreeHash {
            { level, index in Array(leaves[index << level..<(index + 1) << level]).completeRoot }
        }
        func note(_ leaves: [TreeHash]) throws -> [UInt8] {
            let root = MerkleTree.root(size: leaves.count, node(leaves))
            return Array(
                try Checkpoint(origin: origin, size: leaves.count, root: root).signed(by: key).serialized.utf8)
        }
        func proof(_ old: Int, _ leaves: [TreeHash]) -> [TreeHash] {
            MerkleTree.consistencyProof(from: old, to: leaves.count, node(leaves))
        }
        var memory = WitnessMemory()
        _ = try memory.admit(note(Array(leaves[..<5])), log: log, proof: [])
        #expect(memory.seen?.size == 5)
        var other = leaves
        other[2] = .leaf([99])
        #expect(throws: WitnessMemory.Refusal.inconsistent(seen: 5)) {
            try memory.admit(note(other), log: log, proof: proof(5, other))
        }
        #expect(throws: WitnessMemory.Refusal.inconsistent(seen: 5)) {
            try memory.admit(note(leaves), log: log, proof: [])
        }
        #expect(throws: WitnessMemory.Refusal.inconsistent(seen: 5)) {
            try memory.admit(note(Array(other[..<5])), log: log, proof: [])
        }
        #expect(throws: WitnessMemory.Refusal.behind(seen: 5)) {
            try memory.admit(note(Array(leaves[..<4])), log: log, proof: [])
        }
        let stranger = try VerifierKey(name: origin, publicKey: Ed25519Key.generate().publicKey)
        #expect(throws: WitnessMemory.Refusal.unsigned(.unsigned)) {
            try memory.admit(note(leaves), log: stranger, proof: proof(5, leaves))
        }
        #expect(memory.seen?.size == 5, "what is refused is not remembered")
        _ = try memory.admit(note(leaves), log: log, proof: proof(5, leaves))
        _ = try memory.admit(note(leaves), log: log, proof: [])
        #expect(memory.seen?.size == 9)
    }
}
