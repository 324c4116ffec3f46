/// The Merkle tree of RFC 6962 §2.1: which hashes make the root and the proofs, and how a proof is checked.
///
/// Nothing here stores a tree. What makes a proof asks a reader for the hashes of *complete* subtrees: node `index` of
/// level `level` covers the leaves `index << level ..< (index + 1) << level`. Such a hash never changes once the log
/// has grown over it, which is why tiles can be cached for ever.
public enum MerkleTree {
    /// Answers the hash of a complete subtree.
    public typealias NodeReader<Failure: Error> = (_ level: Int, _ index: Int) throws(Failure) -> TreeHash

    /// The root over the first `size` leaves. Reads O(log size) nodes.
    public static func root<Failure: Error>(
        size: Int, _ node: NodeReader<Failure>
    ) throws(Failure) -> TreeHash {
        precondition(size >= 0)
        return try size == 0 ? .empty : hash(of: 0..<size, node)
    }

    /// The audit path of leaf `index` in the tree of `size` leaves, leaf to root (RFC 6962 §2.1.1).
    public static func inclusionProof<Failure: Error>(
        index: Int, size: Int, _ node: NodeReader<Failure>
    ) throws(Failure) -> [TreeHash] {
        precondition(index >= 0 && index < size)
        var path: [TreeHash] = []
        var (low, high) = (0, size)
        while high - low > 1 {
            let middle = low + split(high - low)
            if index < middle {
                path.append(try hash(of: middle..<high, node))
                high = middle
            } else {
                path.append(try hash(of: low..<middle, node))
                low = middle
            }
        }
        path.reverse()
        return path
    }

    /// Proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962 §2.1.2); empty for 0 and for
    /// equal sizes.
    public static func consistencyProof<Failure: Error>(
        from old: Int, to new: Int, _ node: NodeReader<Failure>
    ) throws(Failure) -> [TreeHash] {
        precondition(old >= 0 && old <= new)
        if old == 0 { return [] }
        var proof: [TreeHash] = []
        var (low, high) = (0, new)
        while old != high {
            let middle = low + split(high - low)
            if old <= middle {
                proof.append(try hash(of: middle..<high, node))
                high = middle
            } else {
                proof.append(try hash(of: low..<middle, node))
                low = middle
            }
        }
        // The subtree that ends where the old tree ends; its reader has it when it is the whole old tree.
        if low != 0 { proof.append(try hash(of: low..<high, node)) }
        proof.reverse()
        return proof
    }

    /// Whether `proof` shows that `leaf` is number `index` of the tree (RFC 9162 §2.1.3.2).
    public static func includes(
        leaf: TreeHash, index: Int, size: Int, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard index >= 0, index < size, proof.count == proofLength(index: index, size: size) else { return false }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            if last == 0 { return false }
            if place & 1 == 1 || place == last {
                hash = .node(sibling, hash)
                // On the ragged right edge a node without a sibling moves up as it is.
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// How many hashes the audit path of leaf `index` has.
    public static func proofLength(index: Int, size: Int) -> Int {
        // Below the point where the paths to `index` and to the last leaf part there is one sibling a level; above it
        // only where the path turns left.
        let inner = Int.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
        return inner + (index >> inner).nonzeroBitCount
    }

    /// Whether `proof` shows that the tree `newRoot` begins with the tree `oldRoot` (RFC 9162 §2.1.4.2).
    public static func isConsistent(
        oldSize: Int, oldRoot: TreeHash, newSize: Int, newRoot: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return proof.isEmpty && oldRoot == .empty }
        var rest = proof[...]
        var (place, last) = (oldSize - 1, newSize - 1)
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        // An old tree that is one complete subtree is its own first hash.
        guard let first = place == 0 ? oldRoot : rest.popFirst() else { return false }
        var (old, new) = (first, first)
        for hash in rest {
            if last == 0 { return false }
            if place & 1 == 1 || place == last {
                old = .node(hash, old)
                new = .node(hash, new)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }

    /// The largest power of two below `count`, which is at least 2.
    static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }

    /// The hash over a range that splitting has made: its beginning is a multiple of a power of two that is at least
    /// its length, so it falls into complete subtrees from large to small.
    private static func hash<Failure: Error>(
        of range: Range<Int>, _ node: NodeReader<Failure>
    ) throws(Failure) -> TreeHash {
        var parts: [TreeHash] = []
        var low = range.lowerBound
        while low < range.upperBound {
            let level = Int.bitWidth - 1 - (range.upperBound - low).leadingZeroBitCount
            parts.append(try node(level, low >> level))
            low += 1 << level
        }
        var hash = parts.removeLast()
        while let left = parts.popLast() { hash = .node(left, hash) }
        return hash
    }
}
