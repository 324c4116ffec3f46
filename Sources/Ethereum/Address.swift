import Support

/// An account's or contract's 20 bytes.
public struct Address: Hashable, Sendable, CustomStringConvertible {
    /// The 20 bytes.
    public let bytes: [UInt8]

    /// From exactly 20 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 20 else { return nil }
        self.bytes = bytes
    }

    init(lastOf hash: [UInt8]) { bytes = Array(hash.suffix(20)) }

    /// Reads `0x` and 40 digits. All in one case carries no checksum; mixed case must be the EIP-55 one.
    public init(_ text: String) throws(EthereumError) {
        guard text.hasPrefix("0x"), text.utf8.count == 42, let bytes = Hex.decode(text.utf8.dropFirst(2)) else {
            throw .address("'0x' and 40 hexadecimal digits are needed")
        }
        self.bytes = bytes
        let digits = text.utf8.dropFirst(2)
        let isMixed =
            digits.contains { (0x61...0x66).contains($0) } && digits.contains { (0x41...0x46).contains($0) }
        guard !isMixed || text == description else {
            throw .address("its capital letters are not the checksum of EIP-55, so a digit may be wrong")
        }
    }

    /// `0x` and the digits, those letters capital whose digit in the hash of the lower-case form is 8 or more (EIP-55).
    public var description: String {
        let digits = Array(Hex.encode(bytes).utf8)
        let hash = Keccak256.hash(digits)
        let cased = digits.enumerated().map { index, digit in
            let nibble = index.isMultiple(of: 2) ? hash[index / 2] >> 4 : hash[index / 2] & 15
            return digit >= 0x61 && nibble >= 8 ? digit - 0x20 : digit
        }
        return "0x" + String(decoding: cased, as: UTF8.self)
    }

    /// The address of the contract that this account creates with the transaction of `nonce` (yellow paper, §7).
    public func created(nonce: UInt64) -> Address {
        Address(lastOf: Keccak256.hash(RLP.list([.bytes(bytes), .integer(UInt128(nonce))]).encoded))
    }
}

/// 32 bytes: a hash, a storage key, an anchored value.
public struct Bytes32: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// From exactly 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    private init(exactly bytes: [UInt8]) { self.bytes = bytes }

    /// Reads `0x` and 64 digits.
    public init?(_ text: String) {
        guard text.hasPrefix("0x"), let bytes = Hex.decode(text.utf8.dropFirst(2)) else { return nil }
        self.init(bytes)
    }

    /// The Keccak-256 of `message`.
    public static func keccak(_ message: [UInt8]) -> Bytes32 { Bytes32(exactly: Keccak256.hash(message)) }

    /// The SHA-256 of `message`.
    public static func sha256(_ message: [UInt8]) -> Bytes32 { Bytes32(exactly: SHA256.hash(message)) }

    /// A number as a 256-bit word.
    public static func word(_ value: UInt128) -> Bytes32 { Bytes32(exactly: BigEndian.word(value)) }

    /// `0x` and 64 lower-case digits.
    public var description: String { "0x" + Hex.encode(bytes) }
}
