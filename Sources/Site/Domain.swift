public import Support

/// A web server that configuration is compiled for.
public enum Server: String, CaseIterable, Sendable {
    /// nginx ≥ 1.22, stock.
    case nginx
    /// Caddy ≥ 2.6, stock.
    case caddy
}

/// A host name that serves short links.
public struct Domain: Sendable {
    /// How the host gets its certificate.
    public enum TLS: Equatable, Sendable {
        /// Caddy's automation; for nginx ACME by webroot into literal paths, with a placeholder until then.
        case acme
        /// The operator's own files: absolute paths on the server.
        case files(certificate: String, key: String)
        /// Plain HTTP: trials on loopback, or a proxy in front that ends TLS.
        case off
    }

    /// What a visitor gets where there is no link: at `/`, or for an unknown slug.
    public enum Fallback: Equatable, Sendable {
        /// The page of `site-templates`.
        case builtIn
        /// The operator's HTML file, already read.
        case page(html: [UInt8])
        /// A 302 to this normalised URL.
        case redirect(String)
    }

    /// Lower-case ASCII (IDN as punycode), `[a-z0-9.-]`, without a port.
    public var host: String
    /// The name as the manifest writes it, for people.
    public var displayName: String
    /// Servers to compile for, in the order nginx, Caddy. Default both.
    public var servers: [Server]
    /// Certificates.
    public var tls: TLS
    /// Addresses to listen on instead of the default ports (80 and 443; 8080 and 8443 in a trial).
    public var listen: [ListenAddress]
    /// Strict-Transport-Security max-age in seconds; `nil`: no header. Default two years (63,072,000).
    public var hsts: Int?
    /// What `/` answers.
    public var home: Fallback
    /// What an unknown slug answers (404 with the page, or a redirect).
    public var missing: Fallback
    /// Sends `X-Robots-Tag: noindex` with every answer. Default true: a short link is not a page.
    public var noindex: Bool
    /// Where the manifest names it.
    public var range: SourceRange?

    /// A domain with the defaults.
    public init(host: String, displayName: String? = nil, range: SourceRange? = nil) {
        self.host = host
        self.displayName = displayName ?? host
        servers = Server.allCases
        tls = .acme
        listen = []
        hsts = 63_072_000
        home = .builtIn
        missing = .builtIn
        noindex = true
        self.range = range
    }
}

/// `ADDRESS:PORT`, `[IPv6]:PORT` or a port on all addresses.
public struct ListenAddress: Hashable, Sendable {
    /// An IPv4 address, an IPv6 address without brackets, or `nil` for all.
    public var address: String?
    /// 1 … 65535.
    public var port: UInt16

    /// An address and a port.
    public init(address: String?, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// As both servers write it: `127.0.0.1:8080`, `[::1]:8080`, `8080`.
    public var description: String {
        guard let address else { return String(port) }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
