// Unsafe: hands buffers to libcrypto.
import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
public enum HMAC {
    /// The 32 bytes for `message` under `key`.
    public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        COpenSSL.HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &digest, &length)
        return digest
    }
}
