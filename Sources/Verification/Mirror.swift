import Support
public import TransparencyLog

/// A local copy of a published log whose upper tiles have been checked against the signed root: entries are read from it
/// with no more than one tile to hash.
public struct Mirror: Sendable {
    /// Why a mirror can't be used.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// What is wrong: lower case, no full stop.
        public let description: String
    }

    /// The checkpoint that everything was checked against.
    public let checkpoint: VerifiedCheckpoint
    /// Verdict about its witnesses.
    public let witnesses: Verdict.Answer
    private let source: LogAudit.Source
    /// Roots of the full tiles of level 0, checked.
    private let roots: [TreeHash]
    /// Hashes of the last, partial tile of level 0, checked.
    private let partial: [TreeHash]

    /// Opens a mirror: checks the checkpoint's signature, and all tiles above level 0 against its root.
    /// - Parameter source: answers the bytes of a file below the log's prefix.
    public init(policy: TrustPolicy, source: @escaping LogAudit.Source) throws(Problem) {
        guard let bytes = source("checkpoint") else { throw Problem(description: "the mirror has no checkpoint") }
        let verified: VerifiedCheckpoint
        switch policy.checkpoint(bytes) {
        case .success(let checkpoint): verified = checkpoint
        case .failure(let failure): throw Problem(description: failure.description)
        }
        witnesses = policy.witnessed(verified.note)
        if case .fails(let reason) = witnesses { throw Problem(description: reason) }
        let size = verified.checkpoint.size
        var rows: [[TreeHash]] = []
        for level in 0...Tile.topLevel(size: size) {
            var row: [TreeHash] = []
            // Of level 0 only the ragged end is needed for the root.
            for tile in Tile.all(level: level, size: size) where level > 0 || !tile.isFull {
                let path = tile.path
                let bytes = source(path) ?? source(Tile(level: level, index: tile.index).path)
                guard let bytes, bytes.count >= tile.width * TreeHash.size,
                    let hashes = [TreeHash](tile: Array(bytes.prefix(tile.width * TreeHash.size)))
                else { throw Problem(description: "\(path) is missing or malformed") }
                row += hashes
            }
            rows.append(row)
        }
        for level in 1..<max(1, rows.count - 1) {
            for (place, root) in rows[level + 1].enumerated() {
                let start = place * Tile.fullWidth
                guard Array(rows[level][start..<start + Tile.fullWidth]).completeRoot == root else {
                    throw Problem(
                        description: "\(Tile(level: level, index: place).path) does not lead to the signed root")
                }
            }
        }
        let edge = LogEdge(size: size) { level, places in
            level == 0 ? rows[0] : Array(rows[level][places])
        }
        guard edge.root == verified.checkpoint.root else {
            throw Problem(description: "the tiles do not lead to the signed root")
        }
        checkpoint = verified
        self.source = source
        roots = rows.count > 1 ? rows[1] : []
        partial = rows[0]
    }

    /// Number of entries.
    public var size: Int { checkpoint.checkpoint.size }

    /// A checked bundle: its bytes, and where its entries lie.
    public struct Entries: Sendable {
        /// Number of the first entry.
        public let first: Int
        let bytes: [UInt8]
        let ranges: [Range<Int>]
        let leaves: [TreeHash]

        /// The bytes of an entry of this bundle.
        public subscript(number: Int) -> [UInt8] { Array(bytes[ranges[number - first]]) }
    }

    /// The entries of tile `index`, checked against the signed root. Needs no tile of level 0: the hashes follow from the
    /// entries.
    public func entries(tile index: Int) throws(Problem) -> Entries {
        guard index >= 0, index <= size / Tile.fullWidth, size > index * Tile.fullWidth else {
            throw Problem(description: "there is no tile \(index)")
        }
        let width = min(Tile.fullWidth, size - index * Tile.fullWidth)
        let tile = Tile(level: nil, index: index, width: width)
        guard let bytes = source(tile.path) ?? source(Tile(level: nil, index: index).path) else {
            throw Problem(description: "\(tile.path) is missing")
        }
        guard
            let ranges = EntryBundle.entries(in: bytes, width: width)
                ?? EntryBundle.entries(in: bytes, width: Tile.fullWidth)
        else { throw Problem(description: "\(tile.path) is malformed") }
        let leaves = ranges[..<width].map { TreeHash.leaf(bytes, in: $0) }
        guard tile.isFull ? leaves.completeRoot == roots[index] : leaves == partial else {
            throw Problem(description: "\(tile.path) does not hold the entries that were signed")
        }
        return Entries(
            first: index * Tile.fullWidth, bytes: bytes, ranges: Array(ranges[..<width]), leaves: leaves)
    }

    /// The hash of a complete subtree, from checked hashes only.
    private func node(level: Int, index: Int) throws(Problem) -> TreeHash {
        if level >= Tile.height {
            let up = level - Tile.height
            return Array(roots[index << up..<(index + 1) << up]).completeRoot
        }
        let start = index << level
        let leaves = try entries(tile: start / Tile.fullWidth).leaves
        let place = start % Tile.fullWidth
        return Array(leaves[place..<place + (1 << level)]).completeRoot
    }

    /// Proof that an entry is in the log, made from the mirror.
    public func proof(of number: Int) throws(Problem) -> LogProof {
        guard number >= 0, number < size else { throw Problem(description: "there is no entry \(number)") }
        let path = try MerkleTree.inclusionProof(index: number, size: size) { level, index throws(Problem) in
            try node(level: level, index: index)
        }
        return LogProof(index: number, path: path, checkpoint: Array(checkpoint.note.serialized.utf8))
    }

    /// Whether an older checkpoint of the same log is a beginning of this one. If not, the log has shown different
    /// histories to different people: the alarm for which all this exists.
    public func isConsistent(with old: Checkpoint) throws(Problem) -> Bool {
        guard old.origin == checkpoint.checkpoint.origin, old.size <= size else { return false }
        let proof = try MerkleTree.consistencyProof(from: old.size, to: size) { level, index throws(Problem) in
            try node(level: level, index: index)
        }
        return MerkleTree.isConsistent(
            oldSize: old.size, oldRoot: old.root, newSize: size, newRoot: checkpoint.checkpoint.root, proof: proof)
    }
}
