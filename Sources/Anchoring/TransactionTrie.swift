import Ethereum
import Support

/// The Merkle-Patricia trie of a block's transactions (yellow paper, appendix D), built to prove that one is in it.
struct TransactionTrie {
    /// A node with its encodings, which are made once.
    private struct Node {
        /// The path that leads past it: all that is left for a leaf, what all keys below share for a branch.
        var path: [UInt8]
        /// The sixteen below a branch; none of a leaf.
        var children: [Node?]
        /// The node as its parent sees it: the leaf, the branch, or the extension to the branch.
        var item: RLP
        /// The encodings of the node and, behind an extension, of its branch.
        var encoded: [[UInt8]]
    }

    private let top: Node?

    /// From the raw transactions in their order.
    init(_ transactions: [[UInt8]]) {
        top = Self.build(transactions.enumerated().map { (Self.path(UInt64($0))[...], $1) })
    }

    /// The hash that the header has.
    var root: [UInt8] {
        guard let top else { return TrieProof.emptyRoot.bytes }
        return Keccak256.hash(top.encoded[0])
    }

    /// The nodes from the root to transaction number `index`, those that stand inside their parents left out.
    func proof(_ index: UInt64) -> [[UInt8]] {
        var path = Self.path(index)[...]
        var nodes: [[UInt8]] = []
        var next = top
        while let node = next {
            nodes += node.encoded.filter { nodes.isEmpty || $0.count >= 32 }
            guard path.starts(with: node.path) else { break }
            path = path.dropFirst(node.path.count)
            guard !node.children.isEmpty, let nibble = path.popFirst() else { break }
            next = node.children[Int(nibble)]
        }
        return nodes
    }

    private static func path(_ index: UInt64) -> [UInt8] {
        RLP.integer(UInt128(index)).encoded.flatMap { [$0 >> 4, $0 & 15] }
    }

    /// No key is a prefix of another: encodings in RLP never are.
    private static func build(_ entries: [(ArraySlice<UInt8>, [UInt8])]) -> Node? {
        guard let first = entries.first else { return nil }
        if entries.count == 1 {
            let item = RLP.list([.bytes(packed(first.0, isLeaf: true)), .bytes(first.1)])
            return Node(path: Array(first.0), children: [], item: item, encoded: [item.encoded])
        }
        let shared = entries.reduce(first.0.count) { min($0, zip(first.0, $1.0).prefix { $0 == $1 }.count) }
        let children = (0..<16).map { nibble in
            build(
                entries.filter { $0.0.dropFirst(shared).first == UInt8(nibble) }
                    .map { ($0.0.dropFirst(shared + 1), $0.1) })
        }
        let branch = RLP.list(children.map { $0.map { reference($0.item) } ?? .bytes([]) } + [.bytes([])])
        guard shared > 0 else { return Node(path: [], children: children, item: branch, encoded: [branch.encoded]) }
        let path = first.0.prefix(shared)
        let item = RLP.list([.bytes(packed(path, isLeaf: false)), reference(branch)])
        return Node(path: Array(path), children: children, item: item, encoded: [item.encoded, branch.encoded])
    }

    /// A node as its parent names it: by its hash, or itself when it is shorter than one.
    private static func reference(_ item: RLP) -> RLP {
        let encoded = item.encoded
        return encoded.count < 32 ? item : .bytes(Keccak256.hash(encoded))
    }

    /// Hex prefix (appendix C).
    private static func packed(_ path: ArraySlice<UInt8>, isLeaf: Bool) -> [UInt8] {
        let flag: UInt8 = isLeaf ? 2 : 0
        let nibbles = path.count.isMultiple(of: 2) ? [flag, 0] + path : [flag + 1] + path
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }
}
