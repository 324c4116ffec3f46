import SQLite

/// An anchor of a checkpoint, as the index knows it.
public struct LedgerAnchor: Equatable, Sendable {
    /// How far it is.
    public enum State: String, Sendable {
        /// Its transaction was sent.
        case sent
        /// It is in a block.
        case mined
        /// It is in a final block, and its proof is at hand.
        case final
        /// It came to nothing.
        case dropped
    }

    /// Number of entries of the anchored checkpoint.
    public var size: Int
    /// The chain.
    public var chain: UInt64
    /// The contract; empty for call data.
    public var contract: String
    /// The transaction; empty when somebody else anchored the value.
    public var transaction: String
    /// Height of the block.
    public var block: UInt64?
    /// How far it is.
    public var state: State
    /// The proof.
    public var bundle: [UInt8]?

    /// An anchor.
    public init(
        size: Int, chain: UInt64, contract: String, transaction: String, block: UInt64?, state: State, bundle: [UInt8]?
    ) {
        self.size = size
        self.chain = chain
        self.contract = contract
        self.transaction = transaction
        self.block = block
        self.state = state
        self.bundle = bundle
    }
}

extension Ledger {
    /// Records an anchor or how far it has come; what is final stays so.
    public func record(_ anchor: LedgerAnchor) throws(LedgerError) {
        guard anchor.chain <= UInt64(Int.max), anchor.block ?? 0 <= UInt64(Int.max) else {
            throw .unknown("a chain or block beyond 2^63")
        }
        try attempt { () throws(SQLiteError) in
            _ = try index.database.run(
                """
                INSERT INTO anchor(size, chain, contract, tx, block, state, bundle) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET block = excluded.block, state = excluded.state, bundle = excluded.bundle
                WHERE state <> 'final'
                """, .integer(anchor.size), .integer(Int(anchor.chain)), .text(anchor.contract),
                .text(anchor.transaction), anchor.block.map { .integer(Int($0)) } ?? .null,
                .text(anchor.state.rawValue),
                anchor.bundle.map { .blob($0) } ?? .null)
        }
    }
}

extension LedgerIndex {
    /// The first final anchor that covers entry `number`, with its proof; `nil` while there is none.
    public func anchor(of number: Int) throws(LedgerError) -> LedgerAnchor? {
        try attempt { () throws(SQLiteError) in
            try database.first(
                """
                SELECT size, chain, contract, tx, block, bundle FROM anchor WHERE size > ? AND state = 'final'
                ORDER BY size LIMIT 1
                """, .integer(number)
            ) {
                LedgerAnchor(
                    size: $0.int(0), chain: UInt64($0.int(1)), contract: $0.text(2), transaction: $0.text(3),
                    block: $0.isNull(4) ? nil : UInt64($0.int(4)), state: .final,
                    bundle: $0.isNull(5) ? nil : $0.blob(5))
            }
        }
    }
}
