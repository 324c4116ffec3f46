/// The full check of a published log: every entry against its tile, every tile against the signed root.

/// Checks all files of a log against a checkpoint. Reads no file itself.
public struct LogAudit: Sendable {
    /// What is wrong, at which file.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// Kind of trouble.
        public enum Reason: String, Sendable {
            /// The file can't be read.
            case missing = "is missing"
            /// The file has not as many hashes or entries as its name says.
            case malformed = "is malformed"
            /// The hashes are not those of the entries, or of the tiles beneath.
            case wrongHashes = "does not hold the hashes of what it covers"
            /// The root over everything is not the one that was signed.
            case wrongRoot = "does not lead to the signed root"
        }
        /// Path of the file.
        public var path: String
        /// Trouble.
        public var reason: Reason

        /// `tile/0/000 is missing`.
        public var description: String { "\(path) \(reason.rawValue)" }
    }

    /// Answers the bytes of a file below the log's prefix; `nil` when there is none.
    public typealias Source = @Sendable (_ path: String) -> [UInt8]?

    let size: Int
    let source: Source

    /// Checks everything; returns the first problem in the order of the files, `nil` when all is right.
    /// O(size); the entries are hashed by `workers` tasks at once.
    public static func problem(
        in checkpoint: Checkpoint, workers: Int, source: @escaping Source
    ) async -> Problem? {
        let audit = LogAudit(size: checkpoint.size, source: source)
        switch await audit.edge(workers: max(1, workers)) {
        case .failure(let problem): return problem
        case .success(let root):
            return root == checkpoint.root ? nil : Problem(path: "checkpoint", reason: .wrongRoot)
        }
    }

    private func edge(workers: Int) async -> Result<TreeHash, Problem> {
        var rows: [[TreeHash]] = []
        let tiles = Tile.all(level: 0, size: size)
        let share = (tiles.count + workers - 1) / workers
        let parts = await withTaskGroup(of: (Int, Result<Row, Problem>).self) { group in
            for worker in 0..<workers where worker * share < tiles.count {
                let part = tiles[worker * share..<min(tiles.count, (worker + 1) * share)]
                group.addTask { (worker, checkedLeaves(part)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        var row = Row()
        for (_, part) in parts {
            switch part {
            case .failure(let problem): return .failure(problem)
            case .success(let part):
                row.full += part.full
                row.partial = part.partial
            }
        }
        rows.append(row.partial)
        var level = 1
        while !row.full.isEmpty {
            switch checkedRow(level: level, hashes: row.full) {
            case .failure(let problem): return .failure(problem)
            case .success(let above): row = above
            }
            rows.append(row.partial)
            level += 1
        }
        let edge = LogEdge(size: size) { level, _ in rows[level] }
        return .success(edge.root)
    }

    /// The roots of full tiles, and the hashes of the last, partial one.
    private struct Row: Sendable {
        var full: [TreeHash] = []
        var partial: [TreeHash] = []
    }

    private func checkedLeaves(_ tiles: ArraySlice<Tile>) -> Result<Row, Problem> {
        var row = Row()
        row.full.reserveCapacity(tiles.count)
        for tile in tiles {
            let bundle = Tile(level: nil, index: tile.index, width: tile.width)
            guard let bytes = bytes(of: bundle) else {
                return .failure(Problem(path: bundle.path, reason: .missing))
            }
            guard let leaves = EntryBundle.leaves(of: bytes, width: tile.width) else {
                return .failure(Problem(path: bundle.path, reason: .malformed))
            }
            if let problem = add(leaves, of: tile, to: &row) { return .failure(problem) }
        }
        return .success(row)
    }

    private func checkedRow(level: Int, hashes: [TreeHash]) -> Result<Row, Problem> {
        var row = Row()
        for tile in Tile.all(level: level, size: size) {
            let start = tile.index * Tile.fullWidth
            if let problem = add(Array(hashes[start..<start + tile.width]), of: tile, to: &row) {
                return .failure(problem)
            }
        }
        return .success(row)
    }

    private func add(_ hashes: [TreeHash], of tile: Tile, to row: inout Row) -> Problem? {
        guard let bytes = bytes(of: tile) else { return Problem(path: tile.path, reason: .missing) }
        guard bytes.count == tile.width * TreeHash.size else { return Problem(path: tile.path, reason: .malformed) }
        guard hashes.isTile(bytes) else { return Problem(path: tile.path, reason: .wrongHashes) }
        if tile.isFull { row.full.append(hashes.completeRoot) } else { row.partial = hashes }
        return nil
    }

    /// A partial tile, or as much of the full one that may have replaced it.
    private func bytes(of tile: Tile) -> [UInt8]? {
        if let bytes = source(tile.path) { return bytes }
        if tile.isFull { return nil }
        guard let full = source(Tile(level: tile.level, index: tile.index).path) else { return nil }
        if tile.level != nil { return Array(full.prefix(tile.width * TreeHash.size)) }
        guard let ranges = EntryBundle.entries(in: full, width: Tile.fullWidth) else { return nil }
        return Array(full[..<ranges[tile.width - 1].upperBound])
    }
}
