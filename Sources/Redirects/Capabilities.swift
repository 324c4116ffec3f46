public import Site

/// What a link can ask of a server beyond a redirect.
public enum Capability: String, CaseIterable, Sendable {
    /// `from` and `until`, of a link or a rule.
    case dates
    /// `hours` and `days`.
    case hours
    /// `device` and `browser`.
    case device
    /// `language`.
    case language
    /// `query` in a rule.
    case query
    /// `country`, `only` and fences of countries.
    case country
    /// `ip`.
    case network
    /// Fences with `near` and `within`.
    case circle
    /// `split`.
    case split
    /// A `limit` up to ``ScanTokens/mostExact``, or `once`.
    case limit
    /// A larger `limit`.
    case largeLimit
    /// `enforce: soft`.
    case softLimit
    /// `confirm`.
    case confirm
    /// `password`.
    case password
    /// `rate`.
    case rate
    /// `bots: refuse`.
    case robots
    /// `preview`.
    case preview
    /// `gone`, and the pages that say why.
    case gone

    /// The keys of the manifest, for people.
    public var keys: String {
        switch self {
        case .dates: "from, until"
        case .hours: "hours, days"
        case .device: "device, browser"
        case .language: "language"
        case .query: "query"
        case .country: "country, only"
        case .network: "ip"
        case .circle: "near, within"
        case .split: "split"
        case .limit: "limit up to 1,000, once"
        case .largeLimit: "limit over 1,000"
        case .softLimit: "enforce: soft"
        case .confirm: "confirm"
        case .password: "password"
        case .rate: "rate"
        case .robots: "bots: refuse"
        case .preview: "preview"
        case .gone: "gone"
        }
    }
}

/// How well a server keeps a promise.
public enum Fidelity: Equatable, Sendable {
    /// As written.
    case exact
    /// As written, within bounds: which.
    case bounded(String)
    /// Nearly; in which way.
    case approximate(String)
    /// Not at all: why, and what to do instead.
    case impossible(String, remedy: String)

    /// The word for it.
    public var word: String {
        switch self {
        case .exact, .bounded: "exact"
        case .approximate: "approximate"
        case .impossible: "impossible"
        }
    }

    /// In which way, or why not.
    public var note: String? {
        switch self {
        case .exact: nil
        case .bounded(let way), .approximate(let way): way
        case .impossible(let reason, _): reason
        }
    }
}

/// Which server can do what. The documentation's table is generated from this, `check` speaks with its words, and a build
/// is refused where a manifest asks for more.
public enum Capabilities {
    /// Networks of all places of a site that Caddy starts with in a bearable time: each is an object of about 1 kB. (Laid
    /// out as a tree, 250,000 cost a request 70 µs.)
    public static let caddyNetworks = 100_000

    private static let follower =
        "`wayseal scans follow` counts the log and closes the link, so those who come in the second between get through"

    /// What `server` can do.
    public static func fidelity(of capability: Capability, on server: Server) -> Fidelity {
        switch (capability, server) {
        case (.circle, _):
            .approximate("as exact as the database, which places an address within tens of kilometres")
        case (.softLimit, _): .approximate(follower)
        case (.largeLimit, .nginx):
            .approximate(
                "`wayseal scans follow` counts the log until \(ScanTokens.lastOnes) are left; those are counted exactly"
            )
        case (.limit, .caddy), (.largeLimit, .caddy): .approximate(follower)
        case (.rate, .caddy):
            .impossible("stock Caddy has no rate limit", remedy: "serve the domain with nginx: server: nginx")
        case (.language, .caddy):
            .approximate("the first language that the browser names is taken, whatever the weights of the others")
        case (.split, .caddy):
            .approximate(
                "drawn anew at each scan: a visitor who comes back may see another variant")
        case (.country, .caddy):
            .bounded("up to \(grouped(caddyNetworks)) networks in all, because Caddy needs a kilobyte for each")
        case (.password, .caddy):
            .bounded("but stock Caddy has no rate limit, so guesses are not slowed down: choose a long password")
        case (_, .nginx), (.dates, _), (.hours, _), (.device, _), (.query, _), (.network, _), (.confirm, _),
            (.password, _),
            (.robots, _), (.preview, _), (.gone, _):
            .exact
        }
    }

    /// The table of the documentation, in Markdown.
    public static var markdown: String {
        var out = "| policy | nginx | Caddy |\n|---|---|---|\n"
        for capability in Capability.allCases {
            let cells = [Server.nginx, .caddy].map { server -> String in
                let fidelity = fidelity(of: capability, on: server)
                return fidelity.note.map { "\(fidelity.word): \($0)" } ?? fidelity.word
            }
            out +=
                "| `\(capability.keys.split(separator: ", ").joined(separator: "`, `"))` | \(cells[0]) | \(cells[1]) |\n"
        }
        return out
    }

    /// `4,000`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out += "," }
            out.append(digit)
        }
        return out
    }
}
