/// Which anchors somebody believes: the part of a trust policy that is about chains.
public struct AnchorTrust: Equatable, Sendable {
    /// Chains whose time counts; `nil`: any.
    public var chains: Set<UInt64>?
    /// Hashes of contracts' code whose stored times count: another code could store any time it likes.
    public var codeHashes: Set<Bytes32>
    /// Hashes of blocks that are known to belong to their chain.
    public var pinnedBlocks: Set<Bytes32>

    /// A trust.
    public init(chains: Set<UInt64>? = nil, codeHashes: Set<Bytes32>, pinnedBlocks: Set<Bytes32> = []) {
        self.chains = chains
        self.codeHashes = codeHashes
        self.pinnedBlocks = pinnedBlocks
    }

    /// What a bundle proves about `value`, offline, under this trust. Whether its block belongs to the chain is another
    /// question: ``isPinned(_:)``, or ``ChainConfirmation`` by nodes.
    public func proven(_ bundle: [UInt8], value: Bytes32) throws(EthereumError) -> ProvenAnchor {
        let proven = try AnchorBundle(json: bundle).verified(for: value)
        if let chains, !chains.contains(proven.chainID) {
            throw .bundle("chain \(proven.chainID) is not one that counts")
        }
        if case .storage(let contract, let hash) = proven.place, !codeHashes.contains(hash) {
            throw .bundle("the contract at \(contract) has a code that is not known: \(hash)")
        }
        return proven
    }

    /// Whether the anchor's block is one known to belong to its chain.
    public func isPinned(_ anchor: ProvenAnchor) -> Bool { pinnedBlocks.contains(anchor.blockHash) }
}

/// What several nodes say about an anchor's block.
public struct ChainConfirmation: Equatable, Sendable {
    /// The block is theirs, at or below their newest final one.
    public private(set) var confirming = 0
    /// They are on another chain, or have another block at this height, or it is not final.
    public private(set) var contradicting = 0
    /// They gave no usable answer.
    public private(set) var silent = 0

    /// Asks each node. One that can't be asked is silent, never a confirmation.
    public init(of anchor: ProvenAnchor, by nodes: [ChainClient]) {
        for node in nodes {
            do throws(ChainError) {
                if try node.confirms(anchor) { confirming += 1 } else { contradicting += 1 }
            } catch { silent += 1 }
        }
    }
}

extension ChainClient {
    /// Whether the node has the anchor's block on its chain, at or below `finalized`.
    public func confirms(_ anchor: ProvenAnchor) throws(ChainError) -> Bool {
        guard try chainID() == anchor.chainID, let final = try block(.finalized), anchor.blockNumber <= final.number
        else { return false }
        return try block(.number(anchor.blockNumber))
            == BlockReference(number: anchor.blockNumber, hash: anchor.blockHash)
    }
}
