import Support
public import TransparencyLog
import SQLite

/// An issuer's log, open for writing. One process at a time; the lock goes with the value.
///
/// The order in which ``append(_:manifest:at:key:salt:)`` writes, and why no crash can fork the log or lose an entry that
/// it has answered for:
///
/// 1. The new entries and the signed checkpoint over them are committed to the index in one transaction (WAL, fsync).
///    Before that nobody has seen the signature; after that it is never signed differently, because the index holds it.
///    The ledger's own witness then remembers it, and its cosignature is committed as well (``engageWitness(at:key:)``).
/// 2. Entry bundles and tiles are written to `log/`, syncfs.
/// 3. The guard `checkpoint` is replaced (write aside, fsync, rename, fsync of the folder).
/// 4. `log/checkpoint` is renamed into place: now the entries are published.
///
/// Whoever opens the ledger after a crash repeats 2 to 4 from the index. The guard is ahead of everything published and
/// never ahead of the index, so an index that is behind the guard is an old copy, and is refused.
public struct Ledger: ~Copyable {
    /// Where it lies.
    public let folder: LedgerFolder
    /// Its name: origin of its checkpoints.
    public let origin: String
    /// Number of entries.
    public private(set) var size: Int
    /// The last signed checkpoint, as its bytes; `nil` before the first.
    public private(set) var checkpoint: [UInt8]?

    private let lock: LedgerLock
    /// What is recorded.
    public let index: LedgerIndex
    private var edge: LogEdge
    var witness: OwnWitness?

    /// Opens the ledger of `origin`, checks the index against the guard, and finishes what a crash left undone.
    /// - Parameter mayCreate: whether a new log may begin where there is neither index, guard nor log.
    public static func open(
        _ folder: LedgerFolder, origin: String, mayCreate: Bool = true
    ) throws(LedgerError) -> Ledger {
        if mayCreate { try attempt { () throws(FileError) in try Files.makeDirectory(folder.path) } }
        let exists = { (path: String) throws(LedgerError) in
            try attempt { () throws(FileError) in try Files.status(path) != nil }
        }
        guard try exists(folder.path) else { throw .missing(folder: folder.path) }
        let lock = try LedgerLock.take(folder)
        let hasGuard = try exists(folder.checkpoint)
        let hasLog = try exists(folder.log + "/checkpoint")
        if try !exists(folder.index) {
            if hasGuard || hasLog { throw .indexMissing(folder: folder.path) }
            if !mayCreate { throw .missing(folder: folder.path) }
            // SQLite fills an empty file; made first, the private index is never readable by others.
            try attempt { () throws(FileError) in try Files.create(folder.index, [], mode: 0o600) }
        }
        let index = try attempt { () throws(SQLiteError) in
            try LedgerIndex.open(folder.index, access: .create)
        }
        let size = try attempt { () throws(SQLiteError) in try index.size() }
        let last = try attempt { () throws(SQLiteError) in try index.lastBuild() }
        if let last {
            guard let note = SignedNote(last.checkpoint), let signed = Checkpoint(text: note.text),
                signed.size == last.size
            else { throw .diverged(size: last.size) }
            guard signed.origin == origin else { throw .wrongOrigin(signed.origin) }
            // Entries are only ever committed together with the checkpoint over them.
            let root = try attempt { () throws(SQLiteError) in try index.root(size: size) }
            guard signed.size == size, signed.root == root else { throw .diverged(size: size) }
        } else if size > 0 {
            throw .diverged(size: size)
        }
        if hasGuard {
            let kept = try Self.guardCheckpoint(in: folder, origin: origin)
            guard kept.size <= size else { throw .indexBehind(index: size, guard: kept.size) }
            let root = try attempt { () throws(SQLiteError) in try index.root(size: kept.size) }
            guard root == kept.root else { throw .diverged(size: kept.size) }
        } else if hasLog {
            // The first build of a log may have crashed before it wrote the guard, but then nothing was published.
            throw .guardMissing(folder: folder.path)
        }
        let edge = try attempt { () throws(SQLiteError) in try index.edge(size: size) }
        let ledger = Ledger(
            folder: folder, origin: origin, size: size, checkpoint: last?.checkpoint, lock: lock, index: index,
            edge: edge, witness: nil)
        try ledger.finish()
        return ledger
    }

    /// The checkpoint that the guard holds.
    static func guardCheckpoint(in folder: LedgerFolder, origin: String) throws(LedgerError) -> Checkpoint {
        let bytes = try attempt { () throws(FileError) in
            try Files.read(folder.checkpoint, limit: LedgerFolder.longestNote)
        }
        guard let note = SignedNote(bytes), let checkpoint = Checkpoint(text: note.text) else {
            throw .badGuard(folder: folder.path)
        }
        guard checkpoint.origin == origin else { throw .wrongOrigin(checkpoint.origin) }
        return checkpoint
    }

    /// What an append has done.
    public struct Appended: Equatable, Sendable {
        /// The numbers of the new entries, in the order of the drafts.
        public var indices: Range<Int>
        /// The checkpoint over everything, as its bytes.
        public var checkpoint: [UInt8]
    }

    /// Records the drafts, signs one checkpoint over everything and publishes it. When it returns, all of it is on the
    /// disk; when it throws, either nothing was recorded or ``open(_:origin:mayCreate:)`` will finish it.
    /// - Parameters:
    ///   - manifest: the `h1:` digest of what the build wrote.
    ///   - time: now, in seconds since 1970.
    ///   - salt: gives that many random bytes; every field of every entry gets its own sixteen.
    public mutating func append(
        _ drafts: [Draft], manifest: String? = nil, at time: Int, key: borrowing Ed25519Key,
        salt: (_ count: Int) -> [UInt8]
    ) throws(LedgerError) -> Appended {
        let verifier: VerifierKey
        do { verifier = try VerifierKey(name: origin, publicKey: key.publicKey) } catch { throw .key(error) }
        try require(verifier)
        if drafts.isEmpty, let checkpoint { return Appended(indices: size..<size, checkpoint: checkpoint) }
        var edge = self.edge
        let first = size
        let signed: [UInt8]
        do {
            let transaction: Transaction
            do { transaction = try index.database.begin() } catch { throw LedgerError.database(error) }
            try insert(drafts, at: time, salt: salt, edge: &edge)
            let note: SignedNote
            do {
                note = try Checkpoint(origin: origin, size: edge.size, root: edge.root).signed(by: key)
            } catch { throw LedgerError.key(error) }
            signed = Array(note.serialized.utf8)
            do {
                try index.database.run(
                    "INSERT INTO build(size, checkpoint, manifest_h1, at) VALUES (?, ?, ?, ?)",
                    .integer(edge.size), .blob(signed), .init(manifest), .integer(time))
                try transaction.commit()
            } catch { throw LedgerError.database(error) }
        }
        self.edge = edge
        size = edge.size
        checkpoint = signed
        if let witness { checkpoint = try cosigned(signed, log: verifier, by: witness, at: time) }
        try finish()
        return Appended(indices: first..<size, checkpoint: checkpoint ?? signed)
    }

    /// Throws unless the last checkpoint was signed by this key, or by one that the log says it follows; and when the log
    /// says that it is revoked.
    public borrowing func require(_ key: VerifierKey) throws(LedgerError) {
        guard let checkpoint, let note = SignedNote(checkpoint) else { return }
        let statements = try index.keyStatements()
        if statements.contains(where: { $0.act == .revoked && $0.key == key.description }) {
            throw .revokedKey("\(key)")
        }
        if note.isSigned(by: key) { return }
        let follows = statements.contains { statement in
            statement.act == .log && statement.key == key.description && statement.note.isSigned(by: key)
                && statement.note.signatures.contains { signature in
                    note.signatures.contains { $0.name == signature.name && $0.keyID == signature.keyID }
                }
        }
        if follows { return }
        let signer = note.signatures.first.map { Hex.encode($0.keyIDBytes) } ?? "unknown"
        throw .wrongKey(expected: "\(origin)+\(signer)")
    }

    /// Steps 2 to 4: brings `log/` and the guard to the state of the index. Writes nothing that is there already.
    private func finish() throws(LedgerError) {
        guard let checkpoint else { return }
        let published = folder.log + "/checkpoint"
        guard !Files.has(checkpoint, at: published) || !Files.has(checkpoint, at: folder.checkpoint) else { return }
        var before = 0
        if let bytes = try? Files.read(published, limit: LedgerFolder.longestNote), let note = SignedNote(bytes),
            let old = Checkpoint(text: note.text), old.origin == origin, old.size <= size
        {
            before = old.size
        }
        try publishTiles(from: before, to: folder.log)
        do {
            try Files.synchronizeFileSystem(folder.log)
            try Files.replace(folder.checkpoint, checkpoint)
            try Files.replace(published, checkpoint)
        } catch { throw .file(error) }
    }

    /// Proof that entry `number` is in the log, as of the last checkpoint.
    public func proof(of number: Int) throws(LedgerError) -> LogProof {
        guard let checkpoint, number >= 0, number < size else { throw .unknown("there is no entry \(number)") }
        let path = try attempt { () throws(SQLiteError) in
            try MerkleTree.inclusionProof(index: number, size: size) { level, place throws(SQLiteError) in
                try index.node(level: level, index: place)
            }
        }
        return LogProof(index: number, path: path, checkpoint: checkpoint)
    }

    /// The stored bytes of an entry.
    public func entry(_ number: Int) throws(LedgerError) -> [UInt8] {
        let bytes = try attempt { () throws(SQLiteError) in try index.entry(number) }
        guard let bytes else { throw .unknown("there is no entry \(number)") }
        return bytes
    }

    /// What the commitments of an entry hide, as far as it has not been erased; in the order of the fields.
    public func disclosures(of number: Int) throws(LedgerError) -> [Disclosure] {
        try attempt { () throws(SQLiteError) in
            var found: [Disclosure] = []
            try index.database.query(
                "SELECT field, salt, value FROM preimage WHERE idx = ? AND salt IS NOT NULL ORDER BY field",
                .integer(number)
            ) { found.append(Disclosure(field: $0.text(0), salt: $0.blob(1), value: $0.text(2))) }
            return found
        }
    }

    /// Writes the index anew, so that none of its pages still holds what was erased.
    public func compact() throws(LedgerError) {
        try attempt { () throws(SQLiteError) in
            try index.database.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
        }
    }

    /// Erases what an entry's commitments hide: the entry stays, and says nothing any more.
    /// - Parameter keepsNumber: whether a certificate's number, batch and title stay, and the names of its columns, so that
    ///   the number is never given away again.
    public func erase(_ number: Int, keepsNumber: Bool = false) throws(LedgerError) {
        try attempt { () throws(SQLiteError) in
            _ = try index.database.run(
                """
                DELETE FROM preimage
                WHERE idx = ?1 AND NOT (?2 AND field IN ('slug', 'batch', 'title', '\(Draft.columnsNote)'))
                """, .integer(number), .integer(keepsNumber ? 1 : 0))
        }
    }
}

extension SignedNote.Signature {
    /// The key id as four bytes.
    var keyIDBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) } }
}
