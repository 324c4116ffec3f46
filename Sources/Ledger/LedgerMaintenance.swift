import Glibc
import LedgerSchema
import SQLite
import Support
public import TransparencyLog

/// Something that is not as it must be, in words.
public struct LedgerFinding: Equatable, Sendable, CustomStringConvertible {
    /// What: lower case, no full stop.
    public let description: String
    init(_ description: String) { self.description = description }
}

/// Checking, copying and making anew; on a ledger that nobody writes to meanwhile.
public enum LedgerMaintenance {
    /// Writes a copy of the index, preimages included, and of the guard into a new folder. The copy is private (0600).
    public static func backup(_ folder: LedgerFolder, to target: LedgerFolder) throws(LedgerError) {
        let lock = try LedgerLock.take(folder)
        defer { lock.keep() }
        guard (try? Files.status(folder.index)) != nil else { throw .missing(folder: folder.path) }
        let index = try attempt { () throws(SQLiteError) in
            try LedgerIndex.open(folder.index, access: .readWrite)
        }
        try attempt { () throws(FileError) in
            try Files.makeDirectory(target.path, mode: 0o700)
            if try Files.status(target.index) != nil { throw FileError("create", target.index, code: EEXIST) }
            // SQLite fills an empty file; made first, it is never readable by others.
            try Files.create(target.index, [], mode: 0o600)
        }
        try attempt { () throws(SQLiteError) in try index.database.copy(to: target.index) }
        try attempt { () throws(FileError) in
            if try Files.status(folder.checkpoint) != nil {
                try Files.replace(
                    target.checkpoint, try Files.read(folder.checkpoint, limit: LedgerFolder.longestNote))
            }
            try Files.synchronizeFileSystem(target.path)
        }
    }

    /// Makes the index anew from a published log, which is checked whole first.
    /// - Parameters:
    ///   - log: the folder of `checkpoint` and `tile/`.
    ///   - key: whose signature the checkpoint must have.
    ///   - preimages: an older index or backup whose private values are taken over where they open a commitment.
    public static func rebuild(
        _ folder: LedgerFolder, from log: String, key: VerifierKey, preimages: String? = nil, workers: Int = 2
    ) async throws(LedgerError) -> Int {
        try attempt { () throws(FileError) in try Files.makeDirectory(folder.path) }
        let lock = try LedgerLock.take(folder)
        defer { lock.keep() }
        if (try? Files.status(folder.index)) != nil {
            throw .invalidLog("\(folder.index) is there already; move it away first")
        }
        let bytes = try attempt { () throws(FileError) in
            try Files.read(log + "/checkpoint", limit: LedgerFolder.longestNote)
        }
        let verified: VerifiedCheckpoint
        do { verified = try VerifiedCheckpoint(bytes, key: key) } catch { throw .invalidLog("\(error)") }
        let checkpoint = verified.checkpoint
        let source: LogAudit.Source = { try? Files.read(log + "/" + $0, limit: 1 << 25) }
        if let problem = await LogAudit.problem(in: checkpoint, workers: workers, source: source) {
            throw .invalidLog("\(log)/\(problem)")
        }
        let aside = folder.index + ".new"
        for suffix in ["", "-wal", "-shm"] { try attempt { () throws(FileError) in try Files.remove(aside + suffix) } }
        try attempt { () throws(FileError) in try Files.create(aside, [], mode: 0o600) }
        try fill(aside, checkpoint: checkpoint, note: bytes, source: source, preimages: preimages)
        if (try? Files.status(folder.checkpoint)) != nil {
            let kept = try Ledger.guardCheckpoint(in: folder, origin: key.name)
            let index = try attempt { () throws(SQLiteError) in try LedgerIndex.open(aside, access: .readOnly) }
            guard kept.size <= checkpoint.size else {
                throw .indexBehind(index: checkpoint.size, guard: kept.size)
            }
            let root = try attempt { () throws(SQLiteError) in try index.root(size: kept.size) }
            guard root == kept.root else { throw .diverged(size: kept.size) }
        } else {
            try attempt { () throws(FileError) in try Files.replace(folder.checkpoint, bytes) }
        }
        try attempt { () throws(FileError) in
            try Files.rename(aside, to: folder.index)
            for suffix in ["-wal", "-shm"] { try Files.remove(aside + suffix) }
            try Files.synchronizeDirectory(folder.path)
        }
        return checkpoint.size
    }

    private static func fill(
        _ path: String, checkpoint: Checkpoint, note: [UInt8], source: LogAudit.Source, preimages: String?
    ) throws(LedgerError) {
        do {
            let index = try LedgerIndex.open(path, access: .create)
            let transaction = try index.database.begin()
            let entries = try index.database.prepare(
                "INSERT INTO entry(idx, bytes, leaf, kind, subject, at) VALUES (?, ?, ?, ?, ?, ?)")
            var edge = try LogEdge(size: 0) { _, _ throws(SQLiteError) in [] }
            var subjects: [Int] = []
            subjects.reserveCapacity(checkpoint.size)
            for tile in Tile.all(level: nil, size: checkpoint.size) {
                let bundle = source(tile.path) ?? source(Tile(level: nil, index: tile.index).path) ?? []
                let ranges =
                    EntryBundle.entries(in: bundle, width: tile.width)
                    ?? EntryBundle.entries(in: bundle, width: Tile.fullWidth) ?? []
                for range in ranges.prefix(tile.width) {
                    let bytes = Array(bundle[range])
                    let number = subjects.count
                    guard let entry = LedgerEntry(bytes) else {
                        throw LedgerError.invalidLog("entry \(number) is not an entry of a wayseal ledger")
                    }
                    let before = entry.previous ?? entry.of
                    guard before ?? 0 < max(number, 1) else {
                        throw LedgerError.invalidLog(
                            "entry \(number) speaks of entry \(before ?? 0), which comes later")
                    }
                    subjects.append(before.map { subjects[$0] } ?? number)
                    let leaf = TreeHash.leaf(bytes)
                    try entries.run(
                        .integer(number), .blob(bytes), .blob(leaf.bytes), .text(entry.kind.rawValue),
                        .integer(subjects[number]), .integer(entry.at))
                    try edge.append(leaf) { node throws(SQLiteError) in
                        try index.database.run(
                            "INSERT INTO node(level, idx, hash) VALUES (?, ?, ?)", .integer(node.level),
                            .integer(node.index), .blob(node.hash.bytes))
                    }
                }
            }
            guard edge.size == checkpoint.size, edge.root == checkpoint.root else {
                throw LedgerError.invalidLog("the log changed while it was read")
            }
            try index.database.run(
                "INSERT INTO build(size, checkpoint, at) VALUES (?, ?, ?)", .integer(checkpoint.size), .blob(note),
                .integer(
                    try index.database.first("SELECT at FROM entry ORDER BY idx DESC LIMIT 1") { $0.int(0) } ?? 0))
            if let preimages { try takeOver(preimages, into: index) }
            try transaction.commit()
        } catch let error as SQLiteError {
            throw .database(error)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .invalidLog("\(error)")
        }
    }

    private static func takeOver(_ path: String, into index: borrowing LedgerIndex) throws(SQLiteError) {
        let old = try Database(path: path, access: .readOnly)
        let insert = try index.database.prepare(
            "INSERT INTO preimage(idx, field, salt, value) VALUES (?, ?, ?, ?)")
        var current: (index: Int, entry: LedgerEntry)?
        try old.query("SELECT idx, field, salt, value FROM preimage ORDER BY idx, field") { row throws(SQLiteError) in
            let number = row.int(0)
            if current?.index != number {
                current = try index.entry(number).flatMap { LedgerEntry($0) }.map { (number, $0) }
            }
            guard let entry = current?.entry else { return }
            if row.isNull(2) {
                try insert.run(.integer(number), .text(row.text(1)), nil, .text(row.text(3)))
            } else if Disclosure(field: row.text(1), salt: row.blob(2), value: row.text(3)).opens(entry) {
                try insert.run(.integer(number), .text(row.text(1)), .blob(row.blob(2)), .text(row.text(3)))
            }
        }
    }
}
