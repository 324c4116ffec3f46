import Site
public import Support

/// Where what is emitted will stand. Paths are written literally into the servers' configuration.
public struct Deployment: Equatable, Sendable {
    /// The generation that is served: absolute, no slash at the end.
    public var root: String
    /// What changes while serving (certificates, challenges, later tokens): absolute.
    public var state: String
    /// The same for a trial: absolute, or relative to the generation's directory.
    public var trialState: String
    /// A trial, with its ports.
    public var trial: Placement
    /// Where nginx writes its access log in production; Debian's rotation covers this directory.
    public var nginxLogs: String
    /// Where Caddy writes its access log in production; Caddy rotates it itself.
    public var caddyLogs: String
    /// The socket through which nginx takes tokens of scan limits from itself: absolute. Its folder must be one that
    /// only nginx can enter.
    public var tokenSocket = "/run/wayseal/tokens.sock"
    /// Whether access is logged at all.
    public var accessLog: Bool
    /// For tests only: the time comes from the request's headers `X-Wayseal-Msec` (Unix seconds with three decimals),
    /// `X-Wayseal-Date` (as nginx's `$date_gmt`) and `X-Wayseal-Now` (RFC 3339), and Caddy's random numbers from
    /// `X-Wayseal-Draw` (eight hexadecimal digits). No verb sets it.
    public var testClock = false

    /// A deployment; every part has its default.
    public init(
        root: String = "/srv/wayseal/current", state: String = "/var/lib/wayseal",
        trialState: String = "../../state", trial: Placement = .trial(), nginxLogs: String = "/var/log/nginx",
        caddyLogs: String = "/var/log/caddy", accessLog: Bool = true
    ) {
        self.root = root
        self.state = state
        self.trialState = trialState
        self.trial = trial
        self.nginxLogs = nginxLogs
        self.caddyLogs = caddyLogs
        self.accessLog = accessLog
    }

    /// An error for each path that a configuration cannot hold literally.
    func problems(_ site: Site) -> [Diagnostic] {
        var paths = [
            ("--root", root, SourceRange?.none), ("--state", state, nil), ("--state", trialState, nil),
            ("the log directory", nginxLogs, nil), ("the log directory", caddyLogs, nil),
        ]
        for domain in site.domains {
            if case .files(let certificate, let key) = domain.tls {
                paths.append(("the certificate of \(domain.displayName)", certificate, domain.range))
                paths.append(("the key of \(domain.displayName)", key, domain.range))
            }
        }
        var seen: Set<String> = []
        return paths.compactMap { name, path, range in
            guard seen.insert("\(name) \(path)").inserted,
                path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || Self.refused.contains($0) })
            else { return nil }
            return .error(
                RedirectCodes.unusablePath, at: range,
                "\(name) has a character that a server's configuration gives a meaning to",
                help: "use a path without any of $ { } [ ] * ? \" ' \\ and control characters")
        }
    }

    private static let refused = Set("${}[]*?\"'\\".utf8)
}

/// What is compiled for: the public service, or a trial on loopback without privileges.
public enum Placement: Equatable, Sendable {
    /// Absolute paths, ports 80 and 443.
    case production
    /// Relative paths, these ports on loopback, certificates of our own.
    case trial(http: UInt16 = 8080, https: UInt16 = 8443)

    /// The port for plain HTTP where the manifest names none.
    public var httpPort: UInt16 {
        switch self {
        case .production: 80
        case .trial(let http, _): http
        }
    }
    /// The port for HTTPS where the manifest names none.
    public var httpsPort: UInt16 {
        switch self {
        case .production: 443
        case .trial(_, let https): https
        }
    }

    fileprivate var address: String? { self == .production ? nil : "127.0.0.1" }
}

/// What an emitter makes: files and remarks.
public struct Emission: Sendable {
    /// The files, in order of path within each kind.
    public var files: [OutputFile] = []
    /// What the server cannot do exactly (warnings), or at all (errors: build nothing).
    public var diagnostics: [Diagnostic] = []
    /// Directories that must exist under the trial's state directory before a trial starts.
    public var trialDirectories: [String] = []
    /// Hosts that need `certificates/HOST/{fullchain,privkey}.pem` under the state directory before nginx
    /// starts; `nginx/placeholder-certificates.sh STATE` makes those that are missing.
    public var certificateHosts: [String] = []

    /// Nothing yet.
    public init() {}
}

/// On which addresses a domain is served, and how.
struct Listening: Equatable {
    /// Addresses that serve the links.
    var serve: [ListenAddress]
    /// Whether those speak TLS.
    var tls: Bool
    /// Addresses that speak plain HTTP and send everybody to HTTPS.
    var redirect: [ListenAddress]

    /// Without `listen:` the default ports. With it: `tls: off` serves plain HTTP on all of them; otherwise
    /// ports 80 and 8080 redirect and the others speak TLS (all of them, if there would be no other).
    init(_ domain: Domain, _ placement: Placement) {
        let address = { ListenAddress(address: placement.address, port: $0) }
        if domain.tls == .off {
            serve = domain.listen.isEmpty ? [address(placement.httpPort)] : domain.listen
            tls = false
            redirect = []
        } else if domain.listen.isEmpty {
            serve = [address(placement.httpsPort)]
            tls = true
            redirect = [address(placement.httpPort)]
        } else {
            let plain = domain.listen.filter { $0.port == 80 || $0.port == 8080 }
            serve = domain.listen.filter { $0.port != 80 && $0.port != 8080 }
            redirect = serve.isEmpty ? [] : plain
            if serve.isEmpty { serve = plain }
            tls = true
        }
    }

    /// `https://HOST` or `https://HOST:PORT`, for those who came by plain HTTP.
    func secureOrigin(_ host: String) -> String {
        let port = serve.first?.port ?? 443
        return port == 443 ? "https://\(host)" : "https://\(host):\(port)"
    }

    /// A warning for every domain of nginx whose certificates are to come by ACME but that has no plain HTTP.
    static func withoutChallenges(_ site: Site) -> [Diagnostic] {
        site.domains.compactMap { domain in
            guard domain.tls == .acme, domain.servers.contains(.nginx),
                Listening(domain, .production).redirect.isEmpty
            else { return nil }
            return .warning(
                RedirectCodes.acmePort, at: domain.range,
                "\(domain.displayName) asks for certificates by ACME but listens nowhere for plain HTTP",
                help: "add port 80 to 'listen:', or name certificates of your own with 'tls:'")
        }
    }

    /// An error for every address that one domain of `server` wants plain and another with TLS.
    static func conflicts(_ site: Site, _ server: Server, _ placement: Placement) -> [Diagnostic] {
        var first: [ListenAddress: (tls: Bool, domain: Domain)] = [:]
        var problems: [Diagnostic] = []
        for domain in site.domains where domain.servers.contains(server) {
            let listening = Listening(domain, placement)
            let wanted = listening.serve.map { ($0, listening.tls) } + listening.redirect.map { ($0, false) }
            for (address, tls) in wanted {
                guard let other = first[address] else {
                    first[address] = (tls, domain)
                    continue
                }
                if other.tls != tls {
                    problems.append(
                        .error(
                            RedirectCodes.listenConflict, at: domain.range,
                            "\(domain.displayName) wants \(tls ? "HTTPS" : "HTTP") on \(address.description), "
                                + "\(other.domain.displayName) \(tls ? "HTTP" : "HTTPS")",
                            help: "give one of them another port"))
                }
            }
        }
        return problems
    }
}
