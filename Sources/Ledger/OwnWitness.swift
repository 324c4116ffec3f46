import SQLite
import Support
public import TransparencyLog

/// The ledger's own witness: a second key that cosigns each checkpoint with the time at which it saw it, and remembers the
/// last one apart from the index. On the same machine it is no independent witness, and verifiers say so; what it adds is a
/// date that comes from another key, and a second memory that refuses a log which was set back.
final class OwnWitness {
    /// What others check with.
    let verifier: WitnessKey
    private let key: Ed25519Key
    private let memory: String

    /// The witness of a ledger; its key is made when there is none.
    init(_ folder: LedgerFolder, origin: String) throws(LedgerError) {
        memory = folder.witness
        do {
            if let status = try Files.status(folder.witnessKey) {
                guard status.mode & 0o077 == 0 else { throw LedgerError.exposed(folder.witnessKey) }
                let pem = String(decoding: try Files.read(folder.witnessKey, limit: 1 << 16), as: UTF8.self)
                key = try Ed25519Key(pem: pem, passphrase: nil)
            } else {
                key = try Ed25519Key.generate()
                try Files.replace(folder.witnessKey, Array(try key.pem(passphrase: nil).utf8), mode: 0o600)
            }
            verifier = try WitnessKey(name: KeyStatement.witnessName(origin), publicKey: key.publicKey)
        } catch let error as FileError { throw .file(error) } catch let error as KeyError { throw .key(error) } catch {
            throw error as? LedgerError ?? .badEntry("\(error)")
        }
    }

    /// What it saw last.
    func remembered() throws(LedgerError) -> WitnessMemory {
        do {
            guard try Files.status(memory) != nil else { return WitnessMemory() }
            let bytes = try Files.read(memory, limit: LedgerFolder.longestNote)
            guard let note = SignedNote(bytes), let seen = Checkpoint(text: note.text) else {
                throw LedgerError.witness("\(memory) is not a checkpoint")
            }
            return WitnessMemory(seen: seen)
        } catch let error as FileError { throw .file(error) } catch {
            throw error as? LedgerError ?? .badEntry("\(error)")
        }
    }

    /// Its line for a checkpoint; remembered before it is given away.
    func line(
        for checkpoint: [UInt8], log: VerifierKey, proof: [TreeHash], at time: Int
    ) throws(LedgerError) -> String {
        var memory = try remembered()
        let note: SignedNote
        do throws(WitnessMemory.Refusal) {
            note = try memory.admit(checkpoint, log: log, proof: proof).note
        } catch { throw .witness(error.description) }
        do { try Files.replace(self.memory, Array(note.serialized.utf8)) } catch { throw .file(error) }
        do { return try verifier.line(over: note.text, signedBy: key, time: UInt64(max(0, time))) } catch {
            throw .key(error)
        }
    }
}

extension Ledger {
    /// Lets the ledger's own witness cosign the checkpoint of every append from now on.
    /// - Parameter key: the log's key.
    /// - Returns: the statement about the witness's key that the log does not make yet, or not under this key.
    public mutating func engageWitness(at time: Int, key: borrowing Ed25519Key) throws(LedgerError) -> Draft? {
        let witness = try OwnWitness(folder, origin: origin)
        // Asked before anything is signed: a log that was set back never gets as far as a checkpoint.
        if let seen = try witness.remembered().seen {
            guard seen.origin == origin, seen.size <= size else {
                throw .witness(WitnessMemory.Refusal.behind(seen: seen.size).description)
            }
            let root = try attempt { () throws(SQLiteError) in try index.root(size: seen.size) }
            guard root == seen.root else {
                throw .witness(WitnessMemory.Refusal.inconsistent(seen: seen.size).description)
            }
        }
        self.witness = witness
        do {
            let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
            let known = try index.keyStatements().contains {
                $0.act == .witness && $0.key == witness.verifier.description && $0.note.isSigned(by: verifier)
            }
            if known { return nil }
            var statement = KeyStatement(
                origin: origin, act: .witness, key: witness.verifier.description, since: time)
            try statement.sign(with: key, name: origin)
            return .key(statement)
        } catch let error as KeyError { throw .key(error) } catch {
            throw error as? LedgerError ?? .badEntry("\(error)")
        }
    }

    /// The checkpoint with the witness's line, which is kept in the index.
    func cosigned(
        _ checkpoint: [UInt8], log: VerifierKey, by witness: OwnWitness, at time: Int
    ) throws(LedgerError) -> [UInt8] {
        var proof: [TreeHash] = []
        if let seen = try witness.remembered().seen, seen.size <= size {
            proof = try attempt { () throws(SQLiteError) in
                try MerkleTree.consistencyProof(from: seen.size, to: size) { level, place throws(SQLiteError) in
                    try index.node(level: level, index: place)
                }
            }
        }
        let line = try witness.line(for: checkpoint, log: log, proof: proof, at: time)
        return try attempt { () throws(SQLiteError) in
            try index.database.run(
                "INSERT INTO cosignature(size, name, line) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", .integer(size),
                .text(witness.verifier.name), .text(line))
            return try index.lastBuild()?.checkpoint ?? checkpoint
        }
    }
}
