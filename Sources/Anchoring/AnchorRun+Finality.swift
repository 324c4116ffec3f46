import Ethereum
import LedgerContracts
import Support

extension AnchorRun {
    /// The node must be on the policy's chain, and the contract one we know.
    func checkChain() throws(AnchorError) {
        let found = try asking { () throws(ChainError) in try client.chainID() }
        guard found == policy.chainID else { throw .wrongChain(expected: policy.chainID, found: found) }
        guard case .storage(let contract, _) = purpose else { return }
        let code = try asking { () throws(ChainError) in try client.code(contract) }
        if code.isEmpty { throw .noContract(contract) }
        try checkCode(contract, .keccak(code))
    }

    private func checkCode(_ contract: Address, _ hash: Bytes32) throws(AnchorError) {
        let known: Bytes32? =
            switch policy.place {
            case .timestamper: AnchorPolicy.timestamperCodeHash
            case .eas(_, let pinned): pinned
            case .calldata: nil
            }
        guard hash == known else { throw .unknownContract(contract, codeHash: hash) }
    }

    /// The newest final block; `nil` while there is none.
    func lastFinal() throws(AnchorError) -> BlockReference? {
        switch policy.finality {
        case .finalized: return try asking { () throws(ChainError) in try client.block(.finalized) }
        case .confirmations(let depth):
            guard let head = try asking({ () throws(ChainError) in try client.block(.latest) }), head.number >= depth
            else { return nil }
            return try asking { () throws(ChainError) in try client.block(.number(head.number - depth)) }
        }
    }

    func finalNonce(_ account: Address) throws(AnchorError) -> UInt64 {
        guard let final = try lastFinal() else { return 0 }
        return try asking { () throws(ChainError) in try client.nonce(account, .hash(final.hash)) }
    }

    /// A final block that carries the value: any for storage, the transaction's own for calldata.
    func finalBlock(_ value: Bytes32, _ record: AnchorRecord?) throws(AnchorError) -> BlockReference? {
        guard let final = try lastFinal() else { return nil }
        if case .storage(let contract, _) = purpose {
            // Nothing of ours can be final before there is a contract to ask: then there is no code and no answer.
            let answer = try asking { () throws(ChainError) in
                try client.answer(of: contract, to: TimestampInterface.getTimestamp(value), .hash(final.hash))
            }
            if answer.isEmpty { return nil }
            guard let time = TimestampInterface.time(answer) else {
                throw .chain(.malformed(method: "eth_call", "not a time"))
            }
            return time == 0 ? nil : final
        }
        guard let record, let (_, receipt) = try receipt(of: record), receipt.succeeded,
            receipt.block.number <= final.number,
            try asking({ () throws(ChainError) in try client.block(.number(receipt.block.number)) }) == receipt.block
        else { return nil }
        return receipt.block
    }

    /// Fetches the proof as of a final block, checks it as any stranger would, stores it, then marks the record final.
    func conclude(
        _ value: Bytes32, _ record: AnchorRecord?, block: BlockReference
    ) throws(AnchorError) -> Outcome {
        let header = try asking { () throws(ChainError) in try client.header(block.hash) }
        var paid: (SignedTransaction, Receipt)?
        if let record { paid = try receipt(of: record) }
        let evidence: AnchorBundle.Evidence
        if case .storage(let contract, let layout) = purpose {
            let proof = try asking { () throws(ChainError) in
                try client.proof(contract, slot: layout.storageKey(value), .hash(block.hash))
            }
            evidence = .storage(contract: contract, layout: layout, account: proof.account, slot: proof.slot)
        } else {
            guard let (signed, receipt) = paid else {
                throw .chain(.malformed(method: "eth_getTransactionReceipt", "it is gone"))
            }
            let all = try asking { () throws(ChainError) in try client.rawTransactions(block.hash) }
            let trie = TransactionTrie(all)
            guard trie.root == header.transactionsRoot.bytes else {
                throw .chain(
                    .malformed(method: "eth_getRawTransactionByBlockHashAndIndex", "not the block's transactions"))
            }
            evidence = .calldata(raw: signed.raw, index: receipt.index, nodes: trie.proof(receipt.index))
        }
        let bundle = AnchorBundle(
            chainID: policy.chainID, value: value, transaction: paid?.1.succeeded == true ? paid?.0.hash : nil,
            blockNumber: block.number, blockHash: block.hash, header: header.encoded, evidence: evidence)
        let proven = try checked(bundle, value)
        try folder.store(bundle)
        if var record {
            record.isFinal = true
            try folder.store(record)
        }
        return .final(
            proven, path: folder.proofPath(chainID: policy.chainID, value: value), paid: bundle.transaction)
    }

    /// The bundle as verification would see it, under our policy.
    func checked(_ bundle: AnchorBundle, _ value: Bytes32) throws(AnchorError) -> ProvenAnchor {
        let proven: ProvenAnchor
        do { proven = try bundle.verified(for: value) } catch { throw .ethereum(error) }
        if case .storage(let contract, let hash) = proven.place { try checkCode(contract, hash) }
        return proven
    }
}
