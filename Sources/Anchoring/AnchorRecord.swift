public import Ethereum
import LedgerContracts
import Support

/// One transaction on its way: written durably before anything is sent, so that a run killed at any moment is taken up
/// again instead of paid twice. All attempts have one nonce, and a chain takes one transaction for a nonce.
public struct AnchorRecord: Equatable, Sendable {
    /// What the transaction is for.
    public enum Purpose: Equatable, Sendable {
        /// The value into a contract's storage.
        case storage(Address, TimestampLayout)
        /// The value as input.
        case calldata
        /// Our contract onto the chain.
        case deployment
    }

    /// What for.
    public let purpose: Purpose
    /// The chain.
    public let chainID: UInt64
    /// The anchored value; for a deployment the hash of the creation code.
    public let value: Bytes32
    /// Who pays.
    public let from: Address
    /// The nonce of all attempts.
    public let nonce: UInt64
    /// What was or will be sent, oldest first; each later one pays more. Empty when somebody else anchored the value.
    public internal(set) var attempts: [SignedTransaction]
    /// Whether it is over: the proof is stored.
    public internal(set) var isFinal = false

    init(purpose: Purpose, chainID: UInt64, value: Bytes32, from: Address, nonce: UInt64, attempts: [SignedTransaction])
    {
        self.purpose = purpose
        self.chainID = chainID
        self.value = value
        self.from = from
        self.nonce = nonce
        self.attempts = attempts
    }

    /// Receiver and input of the transaction.
    static func call(_ purpose: Purpose, value: Bytes32, from: Address) -> (to: Address?, input: [UInt8]) {
        switch purpose {
        case .storage(let contract, _): (contract, TimestampInterface.timestamp(value))
        case .calldata: (from, value.bytes)
        case .deployment: (nil, LedgerContracts.timestamperCreationCode)
        }
    }

    /// The file's name in the folder of records.
    static func name(_ purpose: Purpose, chainID: UInt64, value: Bytes32) -> String {
        purpose == .deployment ? "\(chainID)-deployment.json" : "\(chainID)-\(value.description.dropFirst(2)).json"
    }

    private static let format = "wayseal/anchor-record@1"

    var json: [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object {
            $0.field("format", Self.format)
            switch purpose {
            case .storage(let contract, let layout):
                $0.field("kind", layout.rawValue)
                $0.field("contract", contract.description)
            case .calldata: $0.field("kind", "calldata")
            case .deployment: $0.field("kind", "deployment")
            }
            $0.field("chainId", String(chainID))
            $0.field("value", value.description)
            $0.field("from", from.description)
            $0.field("nonce", String(nonce))
            $0.key("attempts")
            $0.array { for attempt in attempts { $0.string("0x" + Hex.encode(attempt.raw)) } }
            $0.field("final", isFinal)
        }
        json.lineEnd()
        return json.bytes
    }

    /// Reads a record and checks that each attempt does what the record says and nothing else: a changed file can't
    /// make us send what we never signed for this purpose.
    init(json bytes: [UInt8], path: String) throws(AnchorError) {
        func fault(_ what: String) -> AnchorError { .record(path: path, what) }
        guard let json = try? JSONValue(reading: bytes, depth: 3), json["format"]?.string == Self.format else {
            throw fault("not an anchor record")
        }
        guard let kind = json["kind"]?.string, let chain = json["chainId"]?.string.flatMap({ UInt64($0) }),
            let value = json["value"]?.string.flatMap({ Bytes32($0) }),
            let from = json["from"]?.string.flatMap({ try? Address($0) }),
            let nonce = json["nonce"]?.string.flatMap({ UInt64($0) }), let isFinal = json["final"]?.bool,
            let raws = json["attempts"]?.array
        else { throw fault("a member of the record is missing or malformed") }
        switch kind {
        case "calldata": purpose = .calldata
        case "deployment": purpose = .deployment
        default:
            guard let layout = TimestampLayout(rawValue: kind),
                let contract = json["contract"]?.string.flatMap({ try? Address($0) })
            else { throw fault("an unknown kind of anchor") }
            purpose = .storage(contract, layout)
        }
        chainID = chain
        self.value = value
        self.from = from
        self.nonce = nonce
        self.isFinal = isFinal
        let call = Self.call(purpose, value: value, from: from)
        attempts = []
        for raw in raws {
            guard let text = raw.string, text.hasPrefix("0x"), let bytes = Hex.decode(text.utf8.dropFirst(2)),
                let signed = try? SignedTransaction(raw: bytes), signed.sender == from,
                signed.transaction.chainID == chain, signed.transaction.nonce == nonce,
                signed.transaction.to == call.to, signed.transaction.input == call.input,
                signed.transaction.value == 0
            else { throw fault("an attempt that does not do what the record says") }
            attempts.append(signed)
        }
    }
}
