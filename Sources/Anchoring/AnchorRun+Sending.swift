import Ethereum
import Support

extension AnchorRun {
    /// Gas that must be enough: a node that asks for more is wrong or lies.
    private static func ceiling(_ purpose: AnchorRecord.Purpose) -> (least: UInt64, most: UInt64) {
        switch purpose {
        case .storage: (55_000, 150_000)
        case .calldata: (22_300, 60_000)
        case .deployment: (250_000, 2_000_000)
        }
    }

    /// The transaction as it would be sent now, within the caps and the balance.
    func plan(
        _ purpose: AnchorRecord.Purpose, value: Bytes32, from: Address
    ) throws(AnchorError) -> AnchorPlan {
        let waiting = try asking { () throws(ChainError) in try client.nonce(from, .pending) }
        let mined = try asking { () throws(ChainError) in try client.nonce(from, .latest) }
        let own = try folder.unfinished(chainID: policy.chainID, from: from).map { $0.nonce + 1 }
        let nonce = max(mined, own.max() ?? 0)
        guard waiting <= nonce else { throw .strangersPending(from, count: waiting - nonce) }

        let call = AnchorRecord.call(purpose, value: value, from: from)
        let history = try asking { () throws(ChainError) in try client.feeHistory(blocks: 20) }
        let fees = try Fees.suggested(history, cap: policy.maxFeePerGas)
        let estimate = try asking { () throws(ChainError) in
            try client.gas(from: from, to: call.to, input: call.input)
        }
        let (least, most) = Self.ceiling(purpose)
        guard estimate <= most else { throw .gasAboveCeiling(wanted: estimate, ceiling: most) }
        let transaction = Transaction(
            chainID: policy.chainID, nonce: nonce, maxPriorityFeePerGas: fees.tip, maxFeePerGas: fees.fee,
            gasLimit: min(max(estimate + estimate / 5, least), most), to: call.to, input: call.input)
        let cost = transaction.greatestCost ?? .max
        guard cost <= policy.maxCost else { throw .costAboveCap(needed: cost, cap: policy.maxCost) }
        let has = try asking { () throws(ChainError) in try client.balance(from) }
        guard cost <= has else { throw .insufficientFunds(from, needed: cost, has: has) }
        return AnchorPlan(
            transaction: transaction, estimatedGas: estimate, nextBaseFee: history.nextBaseFee, from: from)
    }

    /// Signs the first attempt and makes its record durable. Nothing is sent.
    func prepare(
        _ purpose: AnchorRecord.Purpose, value: Bytes32, key: borrowing AnchorKey
    ) throws(AnchorError) -> AnchorRecord {
        let plan = try plan(purpose, value: value, from: key.address)
        let signed = try sign(plan.transaction, key)
        let record = AnchorRecord(
            purpose: purpose, chainID: policy.chainID, value: value, from: key.address,
            nonce: plan.transaction.nonce, attempts: [signed])
        try folder.store(record)
        return record
    }

    private func sign(_ transaction: Transaction, _ key: borrowing AnchorKey) throws(AnchorError) -> SignedTransaction {
        do { return try transaction.signed(by: key) } catch { throw .ethereum(error) }
    }

    /// One look at a transaction that is under way: found in a block, sent (again), replaced, or given up because its
    /// nonce is taken for good. Gives the record as it now is; `nil` when it was given up.
    mutating func advance(_ record: AnchorRecord, key: borrowing AnchorKey) throws(AnchorError) -> AnchorRecord? {
        guard record.from == key.address else {
            throw .record(path: folder.path, "a transaction of \(record.from) is under way, and the key is another's")
        }
        if let (attempt, receipt) = try receipt(of: record) {
            if seen.updateValue(receipt.block.hash, forKey: record.nonce) != receipt.block.hash {
                report(
                    .included(
                        attempt.hash, block: receipt.block, gasUsed: receipt.gasUsed, price: receipt.effectiveGasPrice))
            }
            if !receipt.succeeded, let final = try lastFinal(), final.number >= receipt.block.number {
                // Somebody else was first, or the contract is not what it seems: either way this one is over.
                try folder.retire(record)
                if case .storage(let contract, _) = record.purpose,
                    try time(of: record.value, in: contract, .latest) != 0
                {
                    return nil
                }
                throw .reverted(attempt.hash)
            }
            return record
        }
        if seen.removeValue(forKey: record.nonce) != nil, let last = record.attempts.last {
            report(.reorganised(last.hash))
        }
        if try asking({ () throws(ChainError) in try client.nonce(record.from, .latest) }) > record.nonce {
            // Either the node has not indexed our receipt yet, or another transaction took the nonce. The second only
            // counts once it can't be undone, and once no receipt appeared on a second look.
            let final = try finalNonce(record.from)
            guard final > record.nonce, try receipt(of: record) == nil else { return record }
            // Only a contract can say that the value is not there. Without one, sending anew is for people to decide.
            guard case .storage(let contract, _) = record.purpose else {
                throw .nonceTaken(record.nonce, path: folder.recordPath(record))
            }
            if try time(of: record.value, in: contract, .latest) != 0 { return record }
            try folder.retire(record)
            return nil
        }
        return try send(record, key)
    }

    /// The attempt that is in a block, if any is.
    func receipt(of record: AnchorRecord) throws(AnchorError) -> (SignedTransaction, Receipt)? {
        for attempt in record.attempts.reversed() {
            if let receipt = try asking({ () throws(ChainError) in try client.receipt(attempt.hash) }) {
                return (attempt, receipt)
            }
        }
        return nil
    }

    /// Sends the newest attempt again, or a dearer one when patience is at its end.
    private mutating func send(_ record: AnchorRecord, _ key: borrowing AnchorKey) throws(AnchorError) -> AnchorRecord {
        var record = record
        guard let last = record.attempts.last else { return record }
        let now = clock.now()
        let since = lastRaise[record.nonce]
        if let since, now - since >= policy.patience, record.attempts.count < 20 {
            try raise(&record, key)
        }
        if since == nil || record.attempts.last != last { lastRaise[record.nonce] = now }
        guard let newest = record.attempts.last else { return record }
        do throws(ChainError) {
            try client.send(newest)
        } catch .refused(let method, let code, let message) {
            let words = message.lowercased()
            if words.contains("already known") || words.contains("known transaction") || words.contains("nonce too low")
                || words.contains("already imported")
            {
                return record
            }
            if words.contains("underpriced") || words.contains("less than block base fee")
                || words.contains("fee too low")
            {
                // Another price is needed: at the next look, not after the whole patience.
                lastRaise[record.nonce] = now - policy.patience
                return record
            }
            if words.contains("insufficient funds") {
                let has = try asking { () throws(ChainError) in try client.balance(record.from) }
                throw .insufficientFunds(record.from, needed: newest.transaction.greatestCost ?? .max, has: has)
            }
            throw .chain(.refused(method: method, code: code, message: message))
        } catch { throw .chain(error) }
        report(.sent(newest.hash, nonce: record.nonce, maxFeePerGas: newest.transaction.maxFeePerGas))
        return record
    }

    /// Adds a dearer attempt with the same nonce and makes it durable; nothing when the caps forbid it.
    private func raise(_ record: inout AnchorRecord, _ key: borrowing AnchorKey) throws(AnchorError) {
        guard let last = record.attempts.last else { return }
        let history = try asking { () throws(ChainError) in try client.feeHistory(blocks: 20) }
        let old = Fees(tip: last.transaction.maxPriorityFeePerGas, fee: last.transaction.maxFeePerGas)
        let suggested = (try? Fees.suggested(history, cap: policy.maxFeePerGas)) ?? old
        guard let fees = Fees.raised(last.transaction, towards: suggested, cap: policy.maxFeePerGas) else { return }
        var transaction = last.transaction
        transaction.maxPriorityFeePerGas = fees.tip
        transaction.maxFeePerGas = fees.fee
        guard let cost = transaction.greatestCost, cost <= policy.maxCost else { return }
        record.attempts.append(try sign(transaction, key))
        try folder.store(record)
    }
}
