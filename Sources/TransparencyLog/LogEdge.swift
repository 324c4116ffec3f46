/// The right edge of a growing log: all that is needed to append entries and to know the root.

/// The hashes of the last, partial tile of each level.
public struct LogEdge: Sendable {
    /// Number of entries.
    public private(set) var size: Int
    private var rows: [[TreeHash]]

    /// A hash of a full tile, which the level above keeps.
    public struct Node: Equatable, Sendable {
        /// Level of the tile row that it belongs to, from 1.
        public var level: Int
        /// Place in that row.
        public var index: Int
        /// The tree hash over the full tile beneath.
        public var hash: TreeHash
    }

    /// The edge of a log of `size` entries.
    /// - Parameter row: answers the hashes at these places of tile row `level`: leaf hashes for 0.
    public init<Failure: Error>(
        size: Int, row: (_ level: Int, _ places: Range<Int>) throws(Failure) -> [TreeHash]
    ) throws(Failure) {
        self.size = size
        rows = []
        for level in 0...Tile.topLevel(size: size) {
            let count = Tile.count(level: level, size: size)
            rows.append(try row(level, count / Tile.fullWidth * Tile.fullWidth..<count))
        }
    }

    /// Appends a leaf. `full` is told each tile that became full.
    public mutating func append<Failure: Error>(
        _ leaf: TreeHash, full: (Node) throws(Failure) -> Void
    ) throws(Failure) {
        rows[0].append(leaf)
        size += 1
        var level = 0
        while rows[level].count == Tile.fullWidth {
            let hash = rows[level].completeRoot
            rows[level].removeAll(keepingCapacity: true)
            level += 1
            if level == rows.count { rows.append([]) }
            rows[level].append(hash)
            try full(Node(level: level, index: Tile.count(level: level, size: size) - 1, hash: hash))
        }
    }

    /// The root over all entries.
    public var root: TreeHash {
        MerkleTree.root(size: size) { level, index in
            let (row, up) = level.quotientAndRemainder(dividingBy: Tile.height)
            let start = (index << up) % Tile.fullWidth
            return Array(rows[row][start..<start + (1 << up)]).completeRoot
        }
    }
}
