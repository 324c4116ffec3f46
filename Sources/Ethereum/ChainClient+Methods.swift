import Support

/// What a block is, as far as a client needs it before its header is checked.
public struct BlockReference: Equatable, Sendable {
    /// Height.
    public var number: UInt64
    /// Hash.
    public var hash: Bytes32
}

/// What became of a transaction.
public struct Receipt: Equatable, Sendable {
    /// Its block.
    public var block: BlockReference
    /// Its place in the block.
    public var index: UInt64
    /// False: reverted.
    public var succeeded: Bool
    /// Gas used.
    public var gasUsed: UInt64
    /// Wei a unit of gas.
    public var effectiveGasPrice: UInt128
}

/// Recent prices of gas.
public struct FeeHistory: Equatable, Sendable {
    /// The base fee of the next block, wei a unit of gas.
    public var nextBaseFee: UInt128
    /// The median tip of each recent block, wei a unit of gas.
    public var tips: [UInt128]
}

extension ChainClient {
    /// `eth_chainId`.
    public func chainID() throws(ChainError) -> UInt64 {
        try AnswerReader(method: "eth_chainId").quantity64(try call("eth_chainId"))
    }

    /// Number and hash of a block; `nil` when the node has none there.
    public func block(_ moment: Moment) throws(ChainError) -> BlockReference? {
        guard let (json, reader) = try blockJSON(moment, full: false) else { return nil }
        return BlockReference(number: try reader.quantity64(json["number"]), hash: try reader.word(json["hash"]))
    }

    private func blockJSON(_ moment: Moment, full: Bool) throws(ChainError) -> (JSONValue, AnswerReader)? {
        var method = "eth_getBlockByNumber"
        if case .hash = moment { method = "eth_getBlockByHash" }
        let json = try call(method) {
            if case .hash(let hash) = moment { $0.string(hash.description) } else { $0.moment(moment) }
            $0.bool(full)
        }
        return json.isNull ? nil : (json, AnswerReader(method: method))
    }

    /// The header of the block with this hash, put together from the node's fields and checked to hash to it.
    public func header(_ hash: Bytes32) throws(ChainError) -> BlockHeader {
        guard let (json, reader) = try blockJSON(.hash(hash), full: false) else {
            throw .malformed(method: "eth_getBlockByHash", "the block it named is unknown to it")
        }
        var fields: [RLP] = []
        for name in Self.wordsAndBytes.prefix(7) { fields.append(.bytes(try reader.bytes(json[name]))) }
        for name in ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"] {
            fields.append(.integer(try reader.quantity(json[name])))
        }
        for name in Self.wordsAndBytes.dropFirst(7) { fields.append(.bytes(try reader.bytes(json[name]))) }
        // What each fork since London appended, in order; the first that is missing ends the header.
        for (name, isNumber) in [
            ("baseFeePerGas", true), ("withdrawalsRoot", false), ("blobGasUsed", true), ("excessBlobGas", true),
            ("parentBeaconBlockRoot", false), ("requestsHash", false),
        ] {
            guard let value = json[name], !value.isNull else { break }
            fields.append(isNumber ? .integer(try reader.quantity(value)) : .bytes(try reader.bytes(value)))
        }
        let encoded = RLP.list(fields).encoded
        guard let header = try? BlockHeader(encoded: encoded), header.hash == hash else {
            throw reader.fault("the block's fields do not hash to its hash")
        }
        return header
    }

    private static let wordsAndBytes = [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "extraData",
        "mixHash", "nonce",
    ]

    /// `eth_getTransactionCount`: the next nonce of an account.
    public func nonce(_ address: Address, _ moment: Moment) throws(ChainError) -> UInt64 {
        try AnswerReader(method: "eth_getTransactionCount").quantity64(
            try call("eth_getTransactionCount") {
                $0.string(address.description)
                $0.moment(moment)
            })
    }

    /// `eth_getBalance`, wei.
    public func balance(_ address: Address) throws(ChainError) -> UInt128 {
        try AnswerReader(method: "eth_getBalance").quantity(
            try call("eth_getBalance") {
                $0.string(address.description)
                $0.moment(.latest)
            })
    }

    /// `eth_getCode`: empty for an account that is no contract.
    public func code(_ address: Address) throws(ChainError) -> [UInt8] {
        try AnswerReader(method: "eth_getCode").bytes(
            try call("eth_getCode") {
                $0.string(address.description)
                $0.moment(.latest)
            })
    }

    /// `eth_call`: what the contract answers, without a transaction.
    public func answer(of contract: Address, to input: [UInt8], _ moment: Moment) throws(ChainError) -> [UInt8] {
        try AnswerReader(method: "eth_call").bytes(
            try call("eth_call") {
                $0.object {
                    $0.field("to", contract.description)
                    $0.key("data")
                    $0.hex(input)
                }
                $0.moment(moment)
            })
    }

    /// `eth_estimateGas`.
    public func gas(from: Address, to: Address?, input: [UInt8]) throws(ChainError) -> UInt64 {
        try AnswerReader(method: "eth_estimateGas").quantity64(
            try call("eth_estimateGas") {
                $0.object {
                    $0.field("from", from.description)
                    if let to { $0.field("to", to.description) }
                    $0.key("data")
                    $0.hex(input)
                }
            })
    }

    /// `eth_feeHistory` over the last `blocks`.
    public func feeHistory(blocks: Int) throws(ChainError) -> FeeHistory {
        let method = "eth_feeHistory"
        let json = try call(method) {
            $0.string("0x" + String(blocks, radix: 16))
            $0.moment(.latest)
            $0.array { $0.integer(50) }
        }
        let reader = AnswerReader(method: method)
        let base = try reader.quantity(try reader.list(json["baseFeePerGas"]).last)
        var tips: [UInt128] = []
        if let rewards = json["reward"], !rewards.isNull {
            for block in try reader.list(rewards) { tips.append(try reader.quantity(try reader.list(block).first)) }
        }
        return FeeHistory(nextBaseFee: base, tips: tips)
    }

    /// `eth_sendRawTransaction`: hands signed bytes to the node.
    public func send(_ transaction: SignedTransaction) throws(ChainError) {
        let method = "eth_sendRawTransaction"
        let reader = AnswerReader(method: method)
        let hash = try reader.word(try call(method) { $0.hex(transaction.raw) })
        guard hash == transaction.hash else { throw reader.fault("another hash than the transaction's") }
    }

    /// `eth_getTransactionReceipt`: `nil` while the transaction is in no block.
    public func receipt(_ hash: Bytes32) throws(ChainError) -> Receipt? {
        let method = "eth_getTransactionReceipt"
        let json = try call(method) { $0.string(hash.description) }
        if json.isNull { return nil }
        let reader = AnswerReader(method: method)
        guard try reader.word(json["transactionHash"]) == hash else { throw reader.fault("another transaction's") }
        let status = try reader.quantity(json["status"])
        guard status < 2 else { throw reader.fault("a status that is neither 0 nor 1") }
        return Receipt(
            block: BlockReference(
                number: try reader.quantity64(json["blockNumber"]), hash: try reader.word(json["blockHash"])),
            index: try reader.quantity64(json["transactionIndex"]), succeeded: status == 1,
            gasUsed: try reader.quantity64(json["gasUsed"]),
            effectiveGasPrice: try reader.quantity(json["effectiveGasPrice"]))
    }

    /// `eth_getProof`: the nodes to an account and to one of its slots, as of a block; not yet checked.
    public func proof(
        _ address: Address, slot: Bytes32, _ moment: Moment
    ) throws(ChainError) -> (account: [[UInt8]], slot: [[UInt8]]) {
        let method = "eth_getProof"
        let json = try call(method) {
            $0.string(address.description)
            $0.array { $0.string(slot.description) }
            $0.moment(moment)
        }
        let reader = AnswerReader(method: method)
        func nodes(_ value: JSONValue?) throws(ChainError) -> [[UInt8]] {
            var nodes: [[UInt8]] = []
            for node in try reader.list(value) { nodes.append(try reader.bytes(node)) }
            return nodes
        }
        guard let first = try reader.list(json["storageProof"]).first else { throw reader.fault("no storage proof") }
        return (try nodes(json["accountProof"]), try nodes(first["proof"]))
    }

    /// The raw bytes of all transactions of a block, in order, one request each
    /// (`eth_getRawTransactionByBlockHashAndIndex`).
    public func rawTransactions(_ hash: Bytes32) throws(ChainError) -> [[UInt8]] {
        guard let (json, reader) = try blockJSON(.hash(hash), full: false) else {
            throw .malformed(method: "eth_getBlockByHash", "the block it named is unknown to it")
        }
        let count = try reader.list(json["transactions"]).count
        guard count <= 5000 else { throw reader.fault("more transactions than a block can hold") }
        var raws: [[UInt8]] = []
        let method = "eth_getRawTransactionByBlockHashAndIndex"
        for index in 0..<count {
            raws.append(
                try AnswerReader(method: method).bytes(
                    try call(method) {
                        $0.string(hash.description)
                        $0.string("0x" + String(index, radix: 16))
                    }))
        }
        return raws
    }
}
