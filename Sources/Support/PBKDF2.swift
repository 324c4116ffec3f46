// Unsafe: hands buffers to libcrypto.
import COpenSSL

/// PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2).
public enum PBKDF2 {
    /// `length` bytes derived from a password in `rounds` rounds; `nil` if libcrypto refuses (no rounds, too long).
    public static func derive(password: [UInt8], salt: [UInt8], rounds: Int, length: Int) -> [UInt8]? {
        var derived = [UInt8](repeating: 0, count: length)
        guard rounds > 0, length > 0, password.count < 1 << 20 else { return nil }
        let done = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.bindMemory(to: CChar.self).baseAddress, Int32(password.count), salt, Int32(salt.count),
                Int32(clamping: rounds), EVP_sha256(), Int32(length), &derived)
        }
        return done == 1 ? derived : nil
    }
}
