/// A transaction of type 2 (EIP-1559), without access list: what wayseal sends.
public struct Transaction: Equatable, Sendable {
    /// The chain on which alone it is valid (EIP-155).
    public var chainID: UInt64
    /// Number of transactions that the sender made before.
    public var nonce: UInt64
    /// Greatest tip to the block's proposer, wei a unit of gas.
    public var maxPriorityFeePerGas: UInt128
    /// Greatest whole price, wei a unit of gas.
    public var maxFeePerGas: UInt128
    /// Greatest amount of gas.
    public var gasLimit: UInt64
    /// Receiver; `nil` creates a contract from `input`.
    public var to: Address?
    /// Wei sent along.
    public var value: UInt128
    /// Call data.
    public var input: [UInt8]

    /// A transaction.
    public init(
        chainID: UInt64, nonce: UInt64, maxPriorityFeePerGas: UInt128, maxFeePerGas: UInt128, gasLimit: UInt64,
        to: Address?, value: UInt128 = 0, input: [UInt8]
    ) {
        self.chainID = chainID
        self.nonce = nonce
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
        self.maxFeePerGas = maxFeePerGas
        self.gasLimit = gasLimit
        self.to = to
        self.value = value
        self.input = input
    }

    /// The most that it can cost, in wei; `nil` beyond 2^128.
    public var greatestCost: UInt128? {
        let (gas, overflows) = maxFeePerGas.multipliedReportingOverflow(by: UInt128(gasLimit))
        let (cost, more) = gas.addingReportingOverflow(value)
        return overflows || more ? nil : cost
    }

    private var fields: [RLP] {
        [
            .integer(UInt128(chainID)), .integer(UInt128(nonce)), .integer(maxPriorityFeePerGas),
            .integer(maxFeePerGas), .integer(UInt128(gasLimit)), .bytes(to?.bytes ?? []), .integer(value),
            .bytes(input), .list([]),
        ]
    }

    /// What is signed: keccak(0x02 ‖ rlp(fields)) (EIP-1559).
    public var signingHash: Bytes32 { .keccak([2] + RLP.list(fields).encoded) }

    /// Signs it.
    public func signed(by key: borrowing AnchorKey) throws(EthereumError) -> SignedTransaction {
        let signature = try key.sign(signingHash)
        return SignedTransaction(
            transaction: self, signature: signature, sender: key.address,
            raw: [2]
                + RLP.list(
                    fields + [
                        .integer(UInt128(signature.yParity)), .bytes(Self.stripped(signature.r)),
                        .bytes(Self.stripped(signature.s)),
                    ]
                ).encoded)
    }

    /// Without the leading zeros that RLP forbids in a number.
    private static func stripped(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.drop { $0 == 0 }) }
}

/// A transaction whose signature holds: made by ``Transaction/signed(by:)`` or read from bytes and checked.
public struct SignedTransaction: Equatable, Sendable {
    /// What was signed.
    public let transaction: Transaction
    /// By whom, as numbers.
    public let signature: RecoverableSignature
    /// By whom, as recovered from the signature.
    public let sender: Address
    /// The bytes that are sent.
    public let raw: [UInt8]

    /// The name under which nodes know it.
    public var hash: Bytes32 { .keccak(raw) }

    fileprivate init(transaction: Transaction, signature: RecoverableSignature, sender: Address, raw: [UInt8]) {
        self.transaction = transaction
        self.signature = signature
        self.sender = sender
        self.raw = raw
    }

    /// Reads the raw bytes of a type 2 transaction with an empty access list and recovers its sender.
    public init(raw: [UInt8]) throws(EthereumError) {
        guard raw.first == 2 else { throw .transaction("not of type 2") }
        guard let items = try RLP(decoding: Array(raw.dropFirst())).list, items.count == 12,
            items[8] == .list([])
        else { throw .transaction("not the twelve fields of EIP-1559 with an empty access list") }
        guard let chain = items[0].integer.flatMap(UInt64.init(exactly:)),
            let nonce = items[1].integer.flatMap(UInt64.init(exactly:)), let tip = items[2].integer,
            let fee = items[3].integer, let gas = items[4].integer.flatMap(UInt64.init(exactly:)),
            let to = items[5].bytes, let value = items[6].integer, let input = items[7].bytes,
            let parity = items[9].integer, parity < 2, let r = Self.padded(items[10]), let s = Self.padded(items[11])
        else { throw .transaction("a field out of range") }
        let receiver = Address(to)
        guard to.isEmpty || receiver != nil else { throw .transaction("a receiver that is no address") }
        transaction = Transaction(
            chainID: chain, nonce: nonce, maxPriorityFeePerGas: tip, maxFeePerGas: fee, gasLimit: gas,
            to: receiver, value: value, input: input)
        signature = RecoverableSignature(r: r, s: s, yParity: UInt8(parity))
        sender = try signature.signer(of: transaction.signingHash)
        self.raw = raw
    }

    private static func padded(_ item: RLP) -> [UInt8]? {
        guard let bytes = item.bytes, bytes.count <= 32, bytes.first != 0 else { return nil }
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }
}
