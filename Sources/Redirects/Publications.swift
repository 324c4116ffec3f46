import Site

/// A file or a folder of a domain's site that is served as it lies there, besides the pages at `/` and for what is missing.
///
/// Both emitters and the simulator take them from ``RouteTable/publications(of:)``; they come before all links.
struct Publication: Sendable {
    /// What is asked for: `/log/checkpoint`, or a folder with its slash, `/log/tile/`.
    var path: String
    /// The file below the domain's site, where it is not `path` itself.
    var file: String?
    /// Everything below `path`, whatever its depth.
    var isFolder = false
    /// Names in it differ by case, as numbers of certificates do: Caddy, which folds letters of slugs, looks for it first.
    var keepsCase = false
    /// Media types by the ending of the name; what has none of these endings is ``type``.
    var types: [(ending: String, type: String)] = []
    /// Media type of what has none of the endings of ``types``; `nil`: nothing else is served.
    var type: String?
    /// `Cache-Control` of an answer that carries the file.
    var cache: String
    /// Further headers, sorted by name.
    var headers: [(name: String, value: String)] = []

    /// Whether Caddy looks for it before it cleans the path: what differs by case, and what is below `/.well-known/`.
    var isRaw: Bool { keepsCase || path.hasPrefix("/.") }

    /// The paths of one media type, as a regular expression of RE2 and PCRE.
    func pattern(ending: String?) -> String {
        let below = ending.map { "[^/].*" + Self.quoted("." + $0) } ?? "[^/](?:.*[^/])?"
        return "^" + Self.quoted(path) + (isFolder ? below : "") + "$"
    }

    /// Whether it answers to this path.
    func serves(_ asked: [UInt8]) -> Bool {
        guard isFolder else { return asked.elementsEqual(path.utf8) }
        let below = asked.dropFirst(path.utf8.count)
        guard asked.starts(with: path.utf8), let first = below.first, first != UInt8(ascii: "/"),
            asked.last != UInt8(ascii: "/")
        else { return false }
        return type != nil || types.contains { below.reversed().starts(with: ("." + $0.ending).utf8.reversed()) }
    }

    private static func quoted(_ text: String) -> String {
        text.map { "\\.+*?()|[]{}^$".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}

extension CachePolicy {
    /// What never changes under its name: tiles and entry bundles of a log.
    static let immutable = "public, max-age=31536000, immutable"
    /// The newest checkpoint.
    static let checkpoint = "public, max-age=10, must-revalidate"
    /// What a build may change: status lists, the issuer's keys.
    static let brief = "public, max-age=60, must-revalidate"
}

extension RouteTable {
    /// What the domain serves besides links and pages. `/log/` is a log of c2sp.org/tlog-tiles; any page may read it.
    func publications(of domain: Int) -> [Publication] {
        guard site.ledger?.domain == domain else { return [] }
        let anyone = [
            (name: "Access-Control-Allow-Origin", value: "*"), (name: "X-Content-Type-Options", value: "nosniff"),
        ]
        let text = "text/plain; charset=utf-8"
        let html = "text/html; charset=utf-8"
        let pages = ["/verify", "/verify/"].map {
            Publication(path: $0, file: "/verify/index.html", type: html, cache: CachePolicy.brief)
        }
        let certificates = Publication(
            path: "/certificates/", isFolder: true, keepsCase: true, types: [("json", "application/json")], type: html,
            cache: CachePolicy.brief, headers: anyone)
        return [
            Publication(path: "/log/checkpoint", type: text, cache: CachePolicy.checkpoint, headers: anyone),
            Publication(
                path: "/log/tile/", isFolder: true, type: "application/octet-stream", cache: CachePolicy.immutable,
                headers: anyone),
            Publication(
                path: "/log/status/", isFolder: true, types: [("json", "application/json"), ("note", text)],
                cache: CachePolicy.brief, headers: anyone),
            Publication(
                path: "/.well-known/did.json", type: "application/json", cache: CachePolicy.brief, headers: anyone),
        ] + pages + (site.certificates.isEmpty ? [] : [certificates])
    }

    /// First parts of paths that belong to publications: below them there are no links.
    func reserved(of domain: Int) -> [String] {
        site.ledger?.domain == domain ? LedgerSettings.reservedSlugs : []
    }
}
