public import Ethereum
import LedgerContracts
import Support

/// Anchors values on a chain, and never pays twice for one.
///
/// The order of writes, which makes a run killed at any moment safe:
///
/// 1. a transaction is signed, and its record is durable in the folder (write aside, fsync, rename, fsync the folder);
/// 2. only then is it sent, as often as needed: the same bytes have the same hash;
/// 3. a dearer replacement has the same nonce and joins the record before it is sent: the chain takes one of them;
/// 4. when the value is in a final block, the proof is fetched, checked offline, and durable;
/// 5. only then is the record marked final.
///
/// A record is given up only when a *final* block shows its nonce used by another transaction.
public struct AnchorRun: ~Copyable {
    /// How an anchoring ended.
    public enum Outcome: Equatable, Sendable {
        /// The value is in a final block; the checked proof lies at `path`. `paid`: the transaction that did it, `nil` when
        /// somebody else anchored the value.
        case final(ProvenAnchor, path: String, paid: Bytes32?)
        /// The deadline came first; a later run goes on from the record.
        case pending(nonce: UInt64?, transactions: [Bytes32])
    }

    /// What is said while it runs.
    public enum Event: Equatable, Sendable {
        /// A transaction was handed to the node, for the first time or again.
        case sent(Bytes32, nonce: UInt64, maxFeePerGas: UInt128)
        /// It is in a block.
        case included(Bytes32, block: BlockReference, gasUsed: UInt64, price: UInt128)
        /// It is in no block any more.
        case reorganised(Bytes32)
        /// The node failed and is asked again.
        case retry(ChainError)
    }

    let client: ChainClient
    let policy: AnchorPolicy
    let folder: AnchorFolder
    let clock: AnchorClock
    let report: (Event) -> Void
    /// When each nonce's newest attempt was sent, and where it was seen; lost with the process, which costs nothing.
    var lastRaise: [UInt64: Int] = [:]
    var seen: [UInt64: Bytes32] = [:]

    /// A run.
    public init(
        client: ChainClient, policy: AnchorPolicy, folder: consuming AnchorFolder, clock: AnchorClock,
        report: @escaping (Event) -> Void = { _ in }
    ) {
        self.client = client
        self.policy = policy
        self.folder = folder
        self.clock = clock
        self.report = report
    }

    var purpose: AnchorRecord.Purpose {
        switch policy.place {
        case .timestamper(let address): .storage(address, .timestamper)
        case .eas(let address, _): .storage(address, .eas)
        case .calldata: .calldata
        }
    }

    /// Anchors `value` and waits until it is final or the deadline is reached. A value whose proof is stored is not
    /// anchored again, and not even asked for.
    public mutating func anchor(_ value: Bytes32, key: borrowing AnchorKey) throws(AnchorError) -> Outcome {
        if let stored = try storedOutcome(value) { return stored }
        try checkChain()
        let start = clock.now()
        var record = try folder.record(purpose, chainID: policy.chainID, value: value)
        var failures = 0
        while true {
            do throws(AnchorError) {
                try advanceOthers(than: value, key: key)
                if record == nil, try !isOnChain(value, .latest) {
                    record = try prepare(purpose, value: value, key: key)
                }
                if let final = try finalBlock(value, record) {
                    return try conclude(value, record, block: final)
                }
                if let current = record { record = try advance(current, key: key) }
                failures = 0
            } catch .chain(.unreachable(let what)) {
                // A long wait survives short failures of the node, not long ones.
                failures += 1
                guard failures < 5 else { throw .chain(.unreachable(what)) }
                report(.retry(.unreachable(what)))
            }
            guard clock.now() - start < policy.deadline else {
                return .pending(nonce: record?.nonce, transactions: record?.attempts.map(\.hash) ?? [])
            }
            clock.sleep(policy.pause)
        }
    }

    /// What `anchor` would send now; nothing is written or sent.
    public func plan(_ value: Bytes32, from: Address) throws(AnchorError) -> AnchorPlan {
        try checkChain()
        return try plan(purpose, value: value, from: from)
    }

    /// The stored proof, checked again.
    private func storedOutcome(_ value: Bytes32) throws(AnchorError) -> Outcome? {
        guard let bundle = try folder.proof(chainID: policy.chainID, value: value) else { return nil }
        let proven = try checked(bundle, value)
        if var record = try folder.record(purpose, chainID: policy.chainID, value: value), !record.isFinal {
            record.isFinal = true
            try folder.store(record)
        }
        return .final(
            proven, path: folder.proofPath(chainID: policy.chainID, value: value), paid: bundle.transaction)
    }

    /// Whether the contract holds the value; calldata can't be asked for.
    private func isOnChain(_ value: Bytes32, _ moment: ChainClient.Moment) throws(AnchorError) -> Bool {
        guard case .storage(let contract, _) = purpose else { return false }
        return try time(of: value, in: contract, moment) != 0
    }

    func time(of value: Bytes32, in contract: Address, _ moment: ChainClient.Moment) throws(AnchorError) -> UInt64 {
        let answer = try asking { () throws(ChainError) in
            try client.answer(of: contract, to: TimestampInterface.getTimestamp(value), moment)
        }
        guard let time = TimestampInterface.time(answer) else {
            throw .chain(.malformed(method: "eth_call", "not a time"))
        }
        return time
    }

    /// Takes every other transaction of this account that is under way one step further: a later nonce waits for them.
    private mutating func advanceOthers(than value: Bytes32, key: borrowing AnchorKey) throws(AnchorError) {
        for other in try folder.unfinished(chainID: policy.chainID, from: key.address) where other.value != value {
            _ = try advance(other, key: key)
        }
    }

    func asking<T>(_ question: () throws(ChainError) -> T) throws(AnchorError) -> T {
        do { return try question() } catch { throw .chain(error) }
    }
}
