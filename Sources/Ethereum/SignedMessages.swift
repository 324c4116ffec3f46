/// Hashes of messages that wallets sign.
public enum SignedMessage {
    /// The hash of a personal message (EIP-191, version 0x45).
    public static func personalHash(_ message: [UInt8]) -> Bytes32 {
        .keccak(Array("\u{19}Ethereum Signed Message:\n\(message.count)".utf8) + message)
    }

    /// The hash of a typed message (EIP-712).
    /// - Parameters:
    ///   - domain: Hash of the domain, ``TypedMessage/domainHash(name:version:chainID:verifyingContract:)``.
    ///   - message: The message.
    public static func typedHash(domain: Bytes32, message: TypedMessage) -> Bytes32 {
        .keccak([0x19, 0x01] + domain.bytes + message.hash.bytes)
    }
}

/// A struct of EIP-712: its type, written as `encodeType` does, and the values of its members in order.
public struct TypedMessage: Equatable, Sendable {
    /// The value of one member.
    public enum Value: Equatable, Sendable {
        /// `uintN` and `bool`.
        case number(UInt128)
        /// `bytes32`.
        case word(Bytes32)
        /// `address`.
        case address(Address)
        /// `bytes`.
        case bytes([UInt8])
        /// `string`.
        case string(String)
        /// Another struct; its type follows in `type`, as `encodeType` says.
        case message(TypedMessage)
    }

    /// For example `Mail(address from,bytes32 record)`.
    public var type: String
    /// The values.
    public var values: [Value]

    /// A message.
    public init(type: String, values: [Value]) {
        self.type = type
        self.values = values
    }

    /// `hashStruct` of EIP-712.
    public var hash: Bytes32 {
        var data = Keccak256.hash(Array(type.utf8))
        for value in values {
            switch value {
            case .number(let number): data += BigEndian.word(number)
            case .word(let word): data += word.bytes
            case .address(let address): data += [UInt8](repeating: 0, count: 12) + address.bytes
            case .bytes(let bytes): data += Keccak256.hash(bytes)
            case .string(let text): data += Keccak256.hash(Array(text.utf8))
            case .message(let message): data += message.hash.bytes
            }
        }
        return .keccak(data)
    }

    /// The hash of a domain with these four members.
    public static func domainHash(
        name: String, version: String, chainID: UInt64, verifyingContract: Address
    ) -> Bytes32 {
        TypedMessage(
            type: "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
            values: [.string(name), .string(version), .number(UInt128(chainID)), .address(verifyingContract)]
        ).hash
    }
}
