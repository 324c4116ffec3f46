import COpenSSL
import Glibc
import Support

/// A key that can't be read, made or used.
public enum KeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The key is encrypted and no passphrase was given.
    case passphraseNeeded
    /// The passphrase does not open the key.
    case wrongPassphrase
    /// Not what it should be; the text says what it is.
    case malformed(String)
    /// libcrypto refused; the text says which step.
    case library(String)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .passphraseNeeded: "the signing key is encrypted and no passphrase was given"
        case .wrongPassphrase: "the passphrase does not open the signing key"
        case .malformed(let what): what
        case .library(let step): "libcrypto failed: \(step)"
        }
    }
}

/// A private Ed25519 key (RFC 8032), held as libcrypto's object so that it is wiped when it goes.
@safe public struct Ed25519Key: ~Copyable {
    private let key: OpaquePointer

    /// Makes a new key from the system's random numbers.
    public static func generate() throws(KeyError) -> Ed25519Key {
        guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else {
            throw .library("a key generation context")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_keygen(context, &key) == 1,
            let key = unsafe key
        else { throw .library("generating an Ed25519 key") }
        return unsafe Ed25519Key(key: key)
    }

    private init(key: OpaquePointer) { unsafe self.key = key }

    /// Reads PEM: PKCS#8, encrypted or not.
    public init(pem: String, passphrase: String?) throws(KeyError) {
        let bytes = Array(pem.utf8)
        let isEncrypted = pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        if isEncrypted, passphrase == nil { throw .passphraseNeeded }
        guard isEncrypted || pem.contains("-----BEGIN PRIVATE KEY-----") else {
            throw .malformed("the signing key is not a PKCS#8 private key in PEM")
        }
        // A buffer of its own: one over `bytes` would outlive the pointer that a call is given.
        guard let input = unsafe BIO_new(BIO_s_mem()) else { throw .library("a memory buffer") }
        defer { unsafe BIO_free(input) }
        guard unsafe BIO_write(input, bytes, Int32(bytes.count)) == bytes.count else {
            throw .library("a memory buffer")
        }
        // The callback is always given, so that libcrypto never asks on the terminal by itself.
        let secret = passphrase ?? ""
        let read = unsafe secret.withCString { text in
            unsafe PEM_read_bio_PrivateKey(
                input, nil,
                { buffer, size, _, user in
                    guard let buffer = unsafe buffer, let user = unsafe user else { return -1 }
                    let text = unsafe user.assumingMemoryBound(to: CChar.self)
                    let length = unsafe strlen(text)
                    guard length <= Int(size) else { return -1 }
                    unsafe buffer.update(from: text, count: length)
                    return Int32(length)
                }, UnsafeMutableRawPointer(mutating: text))
        }
        ERR_clear_error()
        guard let read = unsafe read else {
            throw isEncrypted
                ? .wrongPassphrase : .malformed("the signing key is not a readable private key in PEM")
        }
        guard unsafe EVP_PKEY_get_base_id(read) == EVP_PKEY_ED25519 else {
            unsafe EVP_PKEY_free(read)
            throw .malformed("the signing key is not an Ed25519 key")
        }
        unsafe self.init(key: read)
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The 32 bytes of the public key.
    public var publicKey: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var length = 32
        _ = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &length)
        return bytes
    }

    /// The 64 bytes of the signature: deterministic, the same for the same message (RFC 8032 §5.1.6).
    public borrowing func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = 64
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == 64
        else { throw .library("signing") }
        return signature
    }

    /// PKCS#8 in PEM. With a passphrase encrypted by AES-256-CBC under scrypt (N 2^14, r 8, p 1: what
    /// `openssl pkcs8 -scrypt` writes, RFC 7914), else in the clear.
    public borrowing func pem(passphrase: String?) throws(KeyError) -> String {
        guard let output = unsafe BIO_new(BIO_s_mem()), let plain = unsafe EVP_PKEY2PKCS8(key) else {
            throw .library("encoding the key")
        }
        defer {
            unsafe BIO_free(output)
            unsafe PKCS8_PRIV_KEY_INFO_free(plain)
        }
        var written: Int32 = 0
        if let passphrase {
            let scheme = unsafe PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nil, 16, nil, 1 << 14, 8, 1)
            guard
                let sealed = unsafe PKCS8_set0_pbe(
                    passphrase, Int32(passphrase.utf8.count), plain, scheme)
            else { throw .library("encrypting the key") }
            defer { unsafe X509_SIG_free(sealed) }
            written = unsafe PEM_write_bio_PKCS8(output, sealed)
        } else {
            written = unsafe PEM_write_bio_PKCS8_PRIV_KEY_INFO(output, plain)
        }
        guard written == 1 else { throw .library("writing the key") }
        var text = [UInt8](repeating: 0, count: 4096)
        let length = unsafe BIO_read(output, &text, Int32(text.count))
        guard length > 0 else { throw .library("writing the key") }
        return String(decoding: text[..<Int(length)], as: UTF8.self)
    }
}

/// A public key with its signer's name: what others are given to check notes with.
///
/// Its text form is the vkey of c2sp.org/signed-note: `NAME+KEYID+BASE64`, for example
/// `go.example.org+9ead41e0+AWjAQ…`, where the base64 holds the algorithm byte 0x01 and the 32-byte key.
public struct VerifierKey: Equatable, Sendable, CustomStringConvertible {
    /// Signer's name: no space, no `+`.
    public let name: String
    /// The 32 bytes.
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name, newline, 0x01, key), big-endian.
    public let keyID: UInt32

    /// A key with a name.
    public init(name: String, publicKey: [UInt8]) throws(KeyError) {
        guard !name.isEmpty, !name.unicodeScalars.contains(where: { $0 == "+" || $0.properties.isWhitespace })
        else { throw .malformed("a signer's name must not be empty or hold spaces or '+'") }
        guard publicKey.count == 32 else { throw .malformed("an Ed25519 public key has 32 bytes") }
        self.name = name
        self.publicKey = publicKey
        keyID = SHA256.hash(Array(name.utf8) + [0x0A, 0x01] + publicKey)[..<4].reduce(0) {
            $0 << 8 | UInt32($1)
        }
    }

    /// Reads a vkey and checks its key id.
    public init(_ text: String) throws(KeyError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count == 8, let blob = Base64.decode(String(parts[2])),
            blob.first == 1
        else { throw .malformed("not a verifier key of the form NAME+KEYID+BASE64") }
        try self.init(name: String(parts[0]), publicKey: Array(blob.dropFirst()))
        guard Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) }) == parts[1] else {
            throw .malformed("the key id of the verifier key does not belong to its key")
        }
    }

    /// The key id as four bytes.
    public var keyIDBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) } }

    /// The vkey.
    public var description: String {
        "\(name)+\(Hex.encode(keyIDBytes))+\(Base64.encode([1] + publicKey))"
    }

    /// Whether `signature` is this key's over `message`.
    public func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard signature.count == 64,
            let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, 32)
        else { return false }
        let context = unsafe EVP_MD_CTX_new()
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(key)
        }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
