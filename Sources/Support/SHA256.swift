import COpenSSL

/// SHA-256 (FIPS 180-4) by libcrypto.
public enum SHA256 {
    /// The 32 bytes of the digest.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        wayseal_sha256(bytes, UInt(bytes.count), &digest)
        return digest
    }

    /// A digest over bytes that come in pieces.
    public struct Stream: ~Copyable {
        private let context = EVP_MD_CTX_new()

        /// An empty stream.
        public init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }
        deinit { EVP_MD_CTX_free(context) }

        /// Takes further bytes.
        public mutating func update(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

        /// The 32 bytes of the digest over all bytes taken.
        public consuming func finish() -> [UInt8] {
            var digest = [UInt8](repeating: 0, count: 32)
            EVP_DigestFinal_ex(context, &digest, nil)
            return digest
        }
    }
}
