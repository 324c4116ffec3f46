/// HMAC-SHA-256 (RFC 2104).
public enum HMAC {
    /// A key, taken in once for many messages.
    public struct Key: Sendable {
        private let inner: [UInt8]
        private let outer: [UInt8]

        /// A key of any length.
        public init(_ key: [UInt8]) {
            var block = key.count > 64 ? SHA256.hash(key) : key
            block += [UInt8](repeating: 0, count: 64 - block.count)
            inner = block.map { $0 ^ 0x36 }
            outer = block.map { $0 ^ 0x5C }
        }

        /// The 32 bytes of the code over a message.
        public func code(_ message: [UInt8]) -> [UInt8] { SHA256.hash(outer + SHA256.hash(inner + message)) }
    }
}
