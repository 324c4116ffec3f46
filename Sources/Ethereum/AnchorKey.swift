import CSecp256k1
import COpenSSL
import Support

/// A signature from which the signer's public key can be recovered (yellow paper, appendix F).
public struct RecoverableSignature: Equatable, Sendable {
    /// 32 bytes.
    public var r: [UInt8]
    /// 32 bytes; at most half the order of the curve (EIP-2).
    public var s: [UInt8]
    /// Parity of the y coordinate of the ephemeral point: 0 or 1.
    public var yParity: UInt8

    /// A signature from its parts.
    public init(r: [UInt8], s: [UInt8], yParity: UInt8) {
        self.r = r
        self.s = s
        self.yParity = yParity
    }

    /// The address of the key that signed `hash`. Refuses signatures whose s is high: each has a low twin, and
    /// only that one is valid in a transaction.
    public func signer(of hash: Bytes32) throws(EthereumError) -> Address {
        guard r.count == 32, s.count == 32, yParity < 2 else { throw .key("a malformed signature") }
        guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            throw .key("libsecp256k1 made no context")
        }
        defer { unsafe secp256k1_context_destroy(context) }
        var signature = secp256k1_ecdsa_recoverable_signature()
        var plain = secp256k1_ecdsa_signature()
        var key = secp256k1_pubkey()
        guard
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                context, &signature, r + s, Int32(yParity)) == 1,
            unsafe secp256k1_ecdsa_recoverable_signature_convert(context, &plain, &signature) == 1,
            unsafe secp256k1_ecdsa_signature_normalize(context, nil, &plain) == 0
        else { throw .key("a signature out of range") }
        guard unsafe secp256k1_ecdsa_recover(context, &key, &signature, hash.bytes) == 1 else {
            throw .key("a signature that no key can have made")
        }
        return unsafe AnchorKey.address(of: &key, context)
    }
}

/// The secp256k1 key that pays for anchors. Wiped when it goes.
@safe public struct AnchorKey: ~Copyable {
    private let secret: UnsafeMutableBufferPointer<UInt8>
    private let context: OpaquePointer
    /// The account of this key.
    public let address: Address

    /// From 32 bytes: a number from 1 up to the order of the curve.
    public init(secret bytes: [UInt8]) throws(EthereumError) {
        guard bytes.count == 32 else { throw .key("an anchor key has 32 bytes") }
        guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            throw .key("libsecp256k1 made no context")
        }
        // Blinds the multiplication against timing and power analysis; the signatures stay the same.
        var key = secp256k1_pubkey()
        guard unsafe secp256k1_context_randomize(context, SHA256.hash(bytes)) == 1,
            unsafe secp256k1_ec_pubkey_create(context, &key, bytes) == 1
        else {
            unsafe secp256k1_context_destroy(context)
            throw .key("the anchor key is no number between 1 and the order of secp256k1")
        }
        let held = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 32)
        _ = unsafe held.initialize(from: bytes)
        unsafe self.secret = unsafe held
        unsafe self.context = unsafe context
        address = unsafe Self.address(of: &key, context)
    }

    deinit {
        unsafe OPENSSL_cleanse(secret.baseAddress, secret.count)
        unsafe secret.deallocate()
        unsafe secp256k1_context_destroy(context)
    }

    /// The 32 bytes, for a keystore.
    var secretBytes: [UInt8] { unsafe Array(secret) }

    /// Signs a hash. Deterministic (RFC 6979), s always low.
    public borrowing func sign(_ hash: Bytes32) throws(EthereumError) -> RecoverableSignature {
        var signature = secp256k1_ecdsa_recoverable_signature()
        var compact = [UInt8](repeating: 0, count: 64)
        var parity: Int32 = 0
        guard let secret = unsafe secret.baseAddress,
            unsafe secp256k1_ecdsa_sign_recoverable(context, &signature, hash.bytes, secret, nil, nil) == 1,
            unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(context, &compact, &parity, &signature)
                == 1, parity < 2
        else { throw .key("libsecp256k1 refused to sign") }
        return RecoverableSignature(r: Array(compact[..<32]), s: Array(compact[32...]), yParity: UInt8(parity))
    }

    /// The last 20 bytes of the hash of the uncompressed point (yellow paper, appendix F).
    fileprivate static func address(of key: inout secp256k1_pubkey, _ context: OpaquePointer) -> Address {
        var point = [UInt8](repeating: 0, count: 65)
        var length = 65
        _ = unsafe secp256k1_ec_pubkey_serialize(
            context, &point, &length, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
        return Address(lastOf: Keccak256.hash(Array(point[1...])))
    }
}
