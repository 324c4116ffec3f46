import CResolv

/// Texts that a domain publishes in the DNS (TXT records).
public enum NameLookup {
    /// A server that is asked instead of the machine's.
    public struct Server: Equatable, Sendable {
        /// IPv4 address.
        public var address: String
        /// Port.
        public var port: UInt16

        /// Reads `ADDRESS` or `ADDRESS:PORT`; `nil` for anything else.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard let address = parts.first, parts.count <= 2,
                address.split(separator: ".").compactMap({ UInt8($0) }).count == 4,
                let port = parts.count == 2 ? UInt16(parts[1]) : 53
            else { return nil }
            self.address = String(address)
            self.port = port
        }
    }

    /// The texts of `name`; none where there is no such record. Waits up to about six seconds.
    public static func texts(of name: String, server: Server? = nil) throws(TransferError) -> [String] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let length: Int
        if let server {
            length = cresolv_txt(name, server.address, Int32(server.port), &bytes, bytes.count)
        } else {
            length = cresolv_txt(name, nil, 0, &bytes, bytes.count)
        }
        if length == -1 { return [] }
        guard length > 0 else { throw .failed("the DNS gave no usable answer about \(name)") }
        return bytes[..<length].split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
    }
}
