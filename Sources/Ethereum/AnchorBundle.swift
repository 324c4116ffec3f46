/// An anchor's evidence in one file: enough to check, without any network, that a block carries a value.
///
/// What it does not prove by itself is that the block belongs to the chain people mean by `chainID`: for that its hash
/// must be pinned or confirmed by nodes one trusts (see ``ProvenAnchor``).
public struct AnchorBundle: Equatable, Sendable {
    /// Where the value lies.
    public enum Evidence: Equatable, Sendable {
        /// In a contract's storage: nodes from the state root to the account and from there to the slot.
        case storage(contract: Address, layout: TimestampLayout, account: [[UInt8]], slot: [[UInt8]])
        /// As the input of a transaction: its place in the block and the nodes from the transactions root to it.
        case calldata(raw: [UInt8], index: UInt64, nodes: [[UInt8]])
    }

    /// The chain, as the issuer says.
    public var chainID: UInt64
    /// The anchored value.
    public var value: Bytes32
    /// The transaction that anchored it, as the issuer says; `nil` when somebody else did.
    public var transaction: Bytes32?
    /// Height of the block.
    public var blockNumber: UInt64
    /// Hash of the block.
    public var blockHash: Bytes32
    /// The block's header.
    public var header: [UInt8]
    /// Where the value lies in the block.
    public var evidence: Evidence

    /// A bundle from its parts, not yet checked.
    public init(
        chainID: UInt64, value: Bytes32, transaction: Bytes32?, blockNumber: UInt64, blockHash: Bytes32,
        header: [UInt8], evidence: Evidence
    ) {
        self.chainID = chainID
        self.value = value
        self.transaction = transaction
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.header = header
        self.evidence = evidence
    }

    /// Checks every part against the next: header against hash, proofs against the header's roots, the value against
    /// what they lead to.
    public func verified(for expected: Bytes32) throws(EthereumError) -> ProvenAnchor {
        guard value == expected else { throw .bundle("it is about another value") }
        let header = try BlockHeader(encoded: header)
        guard header.hash == blockHash else { throw .bundle("the header does not hash to the block's hash") }
        guard header.number == blockNumber else { throw .bundle("the header has another height") }
        var proven = ProvenAnchor(
            chainID: chainID, blockNumber: header.number, blockHash: blockHash, blockTime: header.timestamp,
            time: header.timestamp, place: .calldata(sender: Address(lastOf: blockHash.bytes)))
        switch evidence {
        case .storage(let contract, let layout, let account, let slot):
            guard let state = try AccountState.proven(contract, stateRoot: header.stateRoot, proof: account) else {
                throw .bundle("the contract does not exist in this block")
            }
            let stored = try state.storage(layout.storageKey(value), proof: slot)
            guard stored > 0, stored <= UInt128(header.timestamp), let time = UInt64(exactly: stored) else {
                throw .bundle(
                    stored == 0 ? "the contract does not hold the value" : "the stored time is later than the block")
            }
            proven.time = time
            proven.place = .storage(contract: contract, codeHash: state.codeHash)
        case .calldata(let raw, let index, let nodes):
            let key = RLP.integer(UInt128(index)).encoded
            guard try TrieProof.value(root: header.transactionsRoot, key: key, proof: nodes) == raw else {
                throw .bundle("the transaction is not in the block")
            }
            let signed = try SignedTransaction(raw: raw)
            guard signed.transaction.input == value.bytes else {
                throw .bundle("the transaction carries another value")
            }
            guard signed.transaction.chainID == chainID else { throw .bundle("the transaction is for another chain") }
            guard transaction == nil || transaction == signed.hash else {
                throw .bundle("the transaction has another hash")
            }
            proven.place = .calldata(sender: signed.sender)
        }
        return proven
    }
}

/// What a checked bundle says.
public struct ProvenAnchor: Equatable, Sendable {
    /// Where the value was found.
    public enum Place: Equatable, Sendable {
        /// In the storage of a contract with this code: whoever trusts the time must know the code.
        case storage(contract: Address, codeHash: Bytes32)
        /// In a transaction by this account.
        case calldata(sender: Address)
    }
    /// The chain the bundle claims; only a node or a pinned block hash confirms it.
    public var chainID: UInt64
    /// Height of the block.
    public var blockNumber: UInt64
    /// The hash to confirm.
    public var blockHash: Bytes32
    /// Time of the block, seconds since 1970.
    public var blockTime: UInt64
    /// The time before which the value existed, seconds since 1970.
    public var time: UInt64
    /// Where it was found.
    public var place: Place
}
