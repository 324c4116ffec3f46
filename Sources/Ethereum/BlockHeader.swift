/// The header of a block: what its hash is the hash of (yellow paper §4.4, extended by EIP-1559, 4895, 4844, 4788, 7685).
public struct BlockHeader: Equatable, Sendable {
    /// The bytes.
    public let encoded: [UInt8]
    /// Root of the state after the block.
    public let stateRoot: Bytes32
    /// Root of the trie of its transactions.
    public let transactionsRoot: Bytes32
    /// Height.
    public let number: UInt64
    /// Seconds since 1970.
    public let timestamp: UInt64

    /// keccak(encoded).
    public var hash: Bytes32 { .keccak(encoded) }

    /// Reads a header. Fields that later forks append are kept, not understood.
    public init(encoded: [UInt8]) throws(EthereumError) {
        guard let items = try RLP(decoding: encoded, depth: 1).list, (15...40).contains(items.count) else {
            throw .header("not a list of 15 or more fields")
        }
        for (index, count) in [0: 32, 1: 32, 2: 20, 3: 32, 4: 32, 5: 32, 6: 256, 13: 32, 14: 8]
        where items[index].bytes?.count != count {
            throw .header("field \(index) has not \(count) bytes")
        }
        guard let state = items[3].bytes.flatMap({ Bytes32($0) }),
            let transactions = items[4].bytes.flatMap({ Bytes32($0) }),
            let number = items[8].integer.flatMap(UInt64.init(exactly:)),
            let timestamp = items[11].integer.flatMap(UInt64.init(exactly:))
        else { throw .header("height or time out of range") }
        self.encoded = encoded
        stateRoot = state
        transactionsRoot = transactions
        self.number = number
        self.timestamp = timestamp
    }
}
