import COpenSSL
import Support

/// A secret key under a passphrase: the Web3 Secret Storage Definition, version 3, which geth, MetaMask and
/// eth-account read and write.
public enum Keystore {
    /// The cost of deriving a key by scrypt.
    public struct Cost: Equatable, Sendable {
        /// N: a power of two; memory and time grow with it.
        public var n: UInt64
        /// r.
        public var r: UInt64
        /// p.
        public var p: UInt64

        /// A cost.
        public init(n: UInt64, r: UInt64, p: UInt64) {
            self.n = n
            self.r = r
            self.p = p
        }

        /// What geth writes: 256 MB and about a second.
        public static let standard = Cost(n: 1 << 18, r: 8, p: 1)
    }

    /// The random parts of a keystore.
    public struct Randomness: Sendable {
        /// 32 bytes.
        public var salt: [UInt8]
        /// 16 bytes.
        public var iv: [UInt8]
        /// 16 bytes, for the identifier.
        public var id: [UInt8]

        /// From 64 random bytes.
        public init?(_ bytes: [UInt8]) {
            guard bytes.count == 64 else { return nil }
            salt = Array(bytes[..<32])
            iv = Array(bytes[32..<48])
            id = Array(bytes[48...])
        }
    }

    /// Writes a keystore.
    public static func encrypt(
        _ key: borrowing AnchorKey, passphrase: String, cost: Cost = .standard, randomness: Randomness
    ) throws(EthereumError) -> [UInt8] {
        let derived = try scrypt(passphrase, salt: randomness.salt, cost)
        let sealed = try aes128CTR(key.secretBytes, key: Array(derived[..<16]), iv: randomness.iv)
        // A UUID of version 4 (RFC 9562 §5.4).
        var id = randomness.id
        id[6] = id[6] & 0x0F | 0x40
        id[8] = id[8] & 0x3F | 0x80
        let uuid = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { Hex.encode(id[$0]) }.joined(separator: "-")
        var json = JSONWriter(indent: 2)
        json.object {
            $0.field("version", 3)
            $0.field("id", uuid)
            $0.field("address", Hex.encode(key.address.bytes))
            $0.key("crypto")
            $0.object {
                $0.field("cipher", "aes-128-ctr")
                $0.key("cipherparams")
                $0.object { $0.field("iv", Hex.encode(randomness.iv)) }
                $0.field("ciphertext", Hex.encode(sealed))
                $0.field("kdf", "scrypt")
                $0.key("kdfparams")
                $0.object {
                    $0.field("dklen", 32)
                    $0.field("n", Int(cost.n))
                    $0.field("r", Int(cost.r))
                    $0.field("p", Int(cost.p))
                    $0.field("salt", Hex.encode(randomness.salt))
                }
                $0.field("mac", Hex.encode(mac(derived, sealed)))
            }
        }
        json.lineEnd()
        return json.bytes
    }

    /// Opens a keystore. Costs that would take more than 1 GB or some minutes are refused.
    public static func decrypt(_ bytes: [UInt8], passphrase: String) throws(EthereumError) -> AnchorKey {
        let json: JSONValue
        do { json = try JSONValue(reading: bytes, depth: 8) } catch { throw .keystore("the keystore is \(error)") }
        guard json["version"]?.integer == 3 else { throw .keystore("not a keystore of version 3") }
        // geth once wrote "Crypto"; the definition leaves the case open.
        guard let crypto = json["crypto"] ?? json["Crypto"], crypto["cipher"]?.string == "aes-128-ctr",
            let iv = hex(crypto["cipherparams"]?["iv"]), iv.count == 16, let sealed = hex(crypto["ciphertext"]),
            sealed.count == 32, let mac = hex(crypto["mac"]), mac.count == 32
        else { throw .keystore("a keystore with a missing or malformed part") }
        let derived = try derive(crypto, passphrase)
        guard equal(self.mac(derived, sealed), mac) else { throw .wrongPassphrase }
        let key = try AnchorKey(secret: aes128CTR(sealed, key: Array(derived[..<16]), iv: iv))
        if let claimed = json["address"]?.string {
            let digits = claimed.hasPrefix("0x") ? String(claimed.dropFirst(2)) : claimed
            guard Hex.decode(digits.utf8) == key.address.bytes else {
                throw .keystore("the keystore names another address than its key has")
            }
        }
        return key
    }

    private static func derive(_ crypto: JSONValue, _ passphrase: String) throws(EthereumError) -> [UInt8] {
        guard let parameters = crypto["kdfparams"], parameters["dklen"]?.integer == 32,
            let salt = hex(parameters["salt"]), !salt.isEmpty, salt.count <= 1024
        else { throw .keystore("a keystore with a missing or malformed part") }
        func number(_ name: String, _ range: ClosedRange<Int>) throws(EthereumError) -> UInt64 {
            guard let value = parameters[name]?.integer, range.contains(value) else {
                throw .keystore("the keystore's '\(name)' is out of range")
            }
            return UInt64(value)
        }
        switch crypto["kdf"]?.string {
        case "scrypt":
            let cost = Cost(n: try number("n", 2...1 << 20), r: try number("r", 1...64), p: try number("p", 1...16))
            guard cost.n.nonzeroBitCount == 1, 128 * cost.n * cost.r <= memoryLimit else {
                throw .keystore("the keystore's 'n' is out of range")
            }
            return try scrypt(passphrase, salt: salt, cost)
        case "pbkdf2":
            guard parameters["prf"]?.string == "hmac-sha256" else { throw .keystore("an unknown 'prf'") }
            let rounds = try number("c", 1...10_000_000)
            var derived = [UInt8](repeating: 0, count: 32)
            guard
                unsafe PKCS5_PBKDF2_HMAC(
                    passphrase, Int32(passphrase.utf8.count), salt, Int32(salt.count), Int32(rounds), EVP_sha256(), 32,
                    &derived) == 1
            else { throw .keystore("libcrypto refused PBKDF2") }
            return derived
        default: throw .keystore("a keystore with an unknown key derivation")
        }
    }

    private static let memoryLimit: UInt64 = 1 << 30

    private static func scrypt(_ passphrase: String, salt: [UInt8], _ cost: Cost) throws(EthereumError) -> [UInt8] {
        var derived = [UInt8](repeating: 0, count: 32)
        guard
            unsafe EVP_PBE_scrypt(
                passphrase, passphrase.utf8.count, salt, salt.count, cost.n, cost.r, cost.p, memoryLimit + (1 << 24),
                &derived, 32) == 1
        else { throw .keystore("libcrypto refused scrypt with these costs") }
        return derived
    }

    private static func mac(_ derived: [UInt8], _ sealed: [UInt8]) -> [UInt8] {
        Keccak256.hash(Array(derived[16..<32]) + sealed)
    }

    private static func aes128CTR(_ text: [UInt8], key: [UInt8], iv: [UInt8]) throws(EthereumError) -> [UInt8] {
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: text.count)
        var length: Int32 = 0
        guard unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, iv) == 1,
            unsafe EVP_EncryptUpdate(context, &out, &length, text, Int32(text.count)) == 1,
            Int(length) == text.count
        else { throw .keystore("libcrypto refused AES") }
        return out
    }

    private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return unsafe CRYPTO_memcmp(a, b, a.count) == 0
    }

    private static func hex(_ value: JSONValue?) -> [UInt8]? {
        guard let text = value?.string else { return nil }
        return Hex.decode(text.hasPrefix("0x") ? text.utf8.dropFirst(2) : text.utf8.dropFirst(0))
    }
}
