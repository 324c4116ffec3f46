/// Proofs of a Merkle-Patricia trie (yellow paper, appendix D): the nodes on the way from the root to a key.
public enum TrieProof {
    /// What the trie with the root hash `root` holds under `key`; `nil` when the nodes prove that it holds nothing.
    ///
    /// Every node must hash to what its parent says, every node must be used, and each must be in the one form that
    /// the trie allows: a proof with a flipped byte is refused wherever the byte lies.
    public static func value(
        root: Bytes32, key: [UInt8], proof: [[UInt8]]
    ) throws(EthereumError) -> [UInt8]? {
        guard proof.count <= 65 else { throw .proof("more nodes than a path can have") }
        if proof.isEmpty {
            guard root == emptyRoot else { throw .proof("no nodes") }
            return nil
        }
        var path = nibbles(of: key)[...]
        var left = proof[...]
        guard let first = left.popFirst(), Keccak256.hash(first) == root.bytes else {
            throw .proof("the first node does not hash to the root")
        }
        var node = try RLP(decoding: first)
        while true {
            let step = try Self.step(node, &path)
            switch step {
            case .end(let value):
                guard left.isEmpty else { throw .proof("nodes that the path does not use") }
                return value
            case .hash(let hash):
                guard let bytes = left.popFirst() else { throw .proof("a node is missing") }
                guard Keccak256.hash(bytes) == hash else { throw .proof("a node does not hash to its parent's word") }
                node = try RLP(decoding: bytes)
            case .embedded(let item):
                // A node shorter than a hash stands inside its parent; some nodes list it once more.
                if let bytes = left.first, bytes == item.encoded { left.removeFirst() }
                node = item
            }
        }
    }

    /// keccak(rlp("")): the root of a trie that holds nothing.
    public static let emptyRoot = Bytes32.keccak([0x80])

    private enum Step {
        case end([UInt8]?)
        case hash([UInt8])
        case embedded(RLP)
    }

    private static func step(_ node: RLP, _ path: inout ArraySlice<UInt8>) throws(EthereumError) -> Step {
        guard let items = node.list else { throw .proof("a node that is no list") }
        if items.count == 17 {
            guard let nibble = path.popFirst() else {
                guard let value = items[16].bytes else { throw .proof("a branch whose value is no string") }
                return .end(value.isEmpty ? nil : value)
            }
            return try child(items[Int(nibble)], mayBeEmpty: true)
        }
        guard items.count == 2, let packed = items[0].bytes else {
            throw .proof("a node that is neither branch nor leaf nor extension")
        }
        let (part, isLeaf) = try unpacked(packed)
        if isLeaf {
            guard let value = items[1].bytes, !value.isEmpty else { throw .proof("a leaf without a value") }
            return .end(part[...] == path ? value : nil)
        }
        guard !part.isEmpty else { throw .proof("an extension by nothing") }
        guard path.starts(with: part) else { return .end(nil) }
        path = path.dropFirst(part.count)
        return try child(items[1], mayBeEmpty: false)
    }

    private static func child(_ item: RLP, mayBeEmpty: Bool) throws(EthereumError) -> Step {
        switch item {
        case .bytes(let bytes) where bytes.count == 32: return .hash(bytes)
        case .bytes(let bytes) where bytes.isEmpty && mayBeEmpty: return .end(nil)
        case .list:
            guard item.encoded.count < 32 else { throw .proof("an embedded node that is too long") }
            return .embedded(item)
        default: throw .proof("a child that is neither hash nor node")
        }
    }

    /// The nibbles of a hex-prefixed path and whether it is a leaf's (appendix C).
    private static func unpacked(_ packed: [UInt8]) throws(EthereumError) -> ([UInt8], Bool) {
        guard let first = packed.first, first >> 4 < 4 else { throw .proof("a path without its prefix") }
        var nibbles: [UInt8] = []
        if first & 0x10 != 0 {
            nibbles.append(first & 15)
        } else if first & 15 != 0 {
            throw .proof("a path with a bad prefix")
        }
        nibbles += Self.nibbles(of: Array(packed.dropFirst()))
        return (nibbles, first & 0x20 != 0)
    }

    private static func nibbles(of bytes: [UInt8]) -> [UInt8] { bytes.flatMap { [$0 >> 4, $0 & 15] } }
}

/// An account as the state trie holds it.
public struct AccountState: Equatable, Sendable {
    /// Root of its storage.
    public let storageRoot: Bytes32
    /// Keccak-256 of its code.
    public let codeHash: Bytes32

    /// The account at `address` under `stateRoot`; `nil` when the proof shows that there is none.
    public static func proven(
        _ address: Address, stateRoot: Bytes32, proof: [[UInt8]]
    ) throws(EthereumError) -> AccountState? {
        guard let leaf = try TrieProof.value(root: stateRoot, key: Keccak256.hash(address.bytes), proof: proof)
        else { return nil }
        guard let items = try RLP(decoding: leaf).list, items.count == 4,
            let storage = items[2].bytes.flatMap({ Bytes32($0) }), let code = items[3].bytes.flatMap({ Bytes32($0) })
        else { throw .proof("an account that has not its four fields") }
        return AccountState(storageRoot: storage, codeHash: code)
    }

    /// The number in the storage slot `key` by `proof`: 0 when the proof shows that the slot is empty.
    public func storage(_ key: Bytes32, proof: [[UInt8]]) throws(EthereumError) -> UInt128 {
        guard let leaf = try TrieProof.value(root: storageRoot, key: Keccak256.hash(key.bytes), proof: proof)
        else { return 0 }
        guard let value = try RLP(decoding: leaf).integer else { throw .proof("a storage value out of range") }
        return value
    }
}
