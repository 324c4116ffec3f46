/// The timestamping half of the interface of EAS (Ethereum Attestation Service), which our own contract shares:
/// call data and answers in the contract ABI.
public enum TimestampInterface {
    /// The first four bytes of the hash of a function's signature.
    public static func selector(_ signature: String) -> [UInt8] {
        Array(Keccak256.hash(Array(signature.utf8))[..<4])
    }

    /// `timestamp(bytes32)`: keeps the time of the block for this value, once.
    public static func timestamp(_ value: Bytes32) -> [UInt8] { selector("timestamp(bytes32)") + value.bytes }

    /// `multiTimestamp(bytes32[])`.
    public static func multiTimestamp(_ values: [Bytes32]) -> [UInt8] {
        selector("multiTimestamp(bytes32[])") + BigEndian.word(32) + BigEndian.word(UInt128(values.count))
            + values.flatMap(\.bytes)
    }

    /// `getTimestamp(bytes32)`.
    public static func getTimestamp(_ value: Bytes32) -> [UInt8] {
        selector("getTimestamp(bytes32)") + value.bytes
    }

    /// `revokeOffchain(bytes32)`.
    public static func revokeOffchain(_ value: Bytes32) -> [UInt8] {
        selector("revokeOffchain(bytes32)") + value.bytes
    }

    /// `getRevokeOffchain(address,bytes32)`.
    public static func getRevokeOffchain(_ revoker: Address, _ value: Bytes32) -> [UInt8] {
        selector("getRevokeOffchain(address,bytes32)") + [UInt8](repeating: 0, count: 12) + revoker.bytes
            + value.bytes
    }

    /// The `uint64` that these functions answer; `nil` for anything but one word in range.
    public static func time(_ answer: [UInt8]) -> UInt64? {
        guard answer.count == 32 else { return nil }
        return BigEndian.value(answer.drop { $0 == 0 }).flatMap(UInt64.init(exactly:))
    }
}

/// Where a contract keeps the times of its values.
public enum TimestampLayout: String, Sendable {
    /// EAS: a Solidity mapping in slot 2; the key is keccak(value ‖ slot).
    case eas
    /// Our Vyper contract: a `HashMap` in slot 0; the key is keccak(slot ‖ value).
    case timestamper

    /// The storage key of a value.
    public func storageKey(_ value: Bytes32) -> Bytes32 {
        switch self {
        case .eas: .keccak(value.bytes + BigEndian.word(2))
        case .timestamper: .keccak(BigEndian.word(0) + value.bytes)
        }
    }
}
