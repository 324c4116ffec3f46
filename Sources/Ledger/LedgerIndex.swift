import LedgerSchema
import SQLite
import Support
import TransparencyLog

/// The tables of the index. What the log needs of entries and nodes is here; what was recorded about links is in
/// `History.swift`.
public struct LedgerIndex: ~Copyable {
    let database: Database

    /// The index of a ledger for reading, whoever writes to it meanwhile; `nil` when there is none.
    public static func read(_ folder: LedgerFolder) throws(LedgerError) -> LedgerIndex? {
        guard try attempt({ () throws(FileError) in try Files.status(folder.index) }) != nil else { return nil }
        return try attempt { () throws(SQLiteError) in try open(folder.index, access: .readOnly) }
    }

    static func open(_ path: String, access: Database.Access) throws(SQLiteError) -> LedgerIndex {
        let database = try Database(path: path, access: access)
        // A batch of a hundred thousand entries fits into 64 MB, and into a write-ahead log that is not copied into the
        // index before the batch is answered for.
        try database.execute("PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=20000;")
        if access != .readOnly { try database.migrate(LedgerSchema.migrations) }
        return LedgerIndex(database: database)
    }

    /// Number of entries.
    public func entryCount() throws(LedgerError) -> Int { try attempt { () throws(SQLiteError) in try size() } }

    /// A build's checkpoint with the lines of witnesses.
    static let cosigned =
        "checkpoint || coalesce((SELECT group_concat(line, '') FROM cosignature WHERE cosignature.size = build.size), '')"

    /// Number of entries.
    func size() throws(SQLiteError) -> Int {
        try database.first("SELECT coalesce(max(idx) + 1, 0) FROM entry") { $0.int(0) } ?? 0
    }

    /// The last signed checkpoint at or below `size`, as its bytes.
    func lastBuild() throws(SQLiteError) -> (size: Int, checkpoint: [UInt8])? {
        try database.first("SELECT size, \(Self.cosigned) FROM build ORDER BY size DESC LIMIT 1") {
            ($0.int(0), $0.blob(1))
        }
    }

    /// Hashes of a tile row: leaf hashes for level 0.
    func row(level: Int, places: Range<Int>) throws(SQLiteError) -> [TreeHash] {
        var hashes: [TreeHash] = []
        hashes.reserveCapacity(places.count)
        let take = { (row: borrowing Statement) throws(SQLiteError) in
            if let hash = TreeHash(row.blob(0)) { hashes.append(hash) }
        }
        if level == 0 {
            try database.query(
                "SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", .integer(places.lowerBound),
                .integer(places.upperBound), row: take)
        } else {
            try database.query(
                "SELECT hash FROM node WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx", .integer(level),
                .integer(places.lowerBound), .integer(places.upperBound), row: take)
        }
        // An index that lost rows must not become a tree over the rest.
        guard hashes.count == places.count else { throw Self.damaged }
        return hashes
    }

    /// The hash of a complete subtree.
    func node(level: Int, index: Int) throws(SQLiteError) -> TreeHash {
        let (rowLevel, up) = level.quotientAndRemainder(dividingBy: Tile.height)
        return try row(level: rowLevel, places: index << up..<(index + 1) << up).completeRoot
    }

    /// The root over the first `size` entries.
    func root(size: Int) throws(SQLiteError) -> TreeHash {
        try MerkleTree.root(size: size) { level, index throws(SQLiteError) in
            try node(level: level, index: index)
        }
    }

    /// The edge at `size` entries.
    func edge(size: Int) throws(SQLiteError) -> LogEdge {
        try LogEdge(size: size) { level, places throws(SQLiteError) in try row(level: level, places: places) }
    }

    /// The bytes of an entry.
    func entry(_ index: Int) throws(SQLiteError) -> [UInt8]? {
        try database.first("SELECT bytes FROM entry WHERE idx = ?", .integer(index)) { $0.blob(0) }
    }

    /// An entry bundle.
    func bundle(_ places: Range<Int>) throws(SQLiteError) -> [UInt8] {
        var bundle: [UInt8] = []
        var count = 0
        try database.query(
            "SELECT bytes FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", .integer(places.lowerBound),
            .integer(places.upperBound)
        ) {
            EntryBundle.append($0.blob(0), to: &bundle)
            count += 1
        }
        guard count == places.count else { throw Self.damaged }
        return bundle
    }

    private static var damaged: SQLiteError {
        SQLiteError(code: .corrupt, message: "rows of the log are missing")
    }
}
