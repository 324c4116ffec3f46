public import Site
public import Support

/// What every server answers, before any of them is named: per domain the exact paths and the wildcards.
/// Emitters write it down, the ``Simulator`` computes with it; neither adds anything of its own.
///
/// The order of evaluation, the same everywhere: host, scheme (HTTP→HTTPS), `/.well-known/`, the exact path,
/// the wildcard with the longest prefix, the method, the home page, the missing page.
public struct RouteTable: Sendable {
    /// What it was made from.
    public let site: Site
    /// In the order of ``Site/domains``.
    let domains: [DomainRoutes]
    /// Links that cannot be served as they stand (errors; they are not in the table) and remarks.
    public let diagnostics: [Diagnostic]

    /// Compiles the links of `site`. O(total length of the slugs); a million links take under a second.
    public init(site: Site) {
        var builder = RouteTableBuilder(site: site)
        // What a code holds by itself is behind no address.
        for i in site.links.indices where site.links[i].payload < 0 { builder.add(i) }
        self.site = site
        diagnostics = builder.finish()
        domains = builder.domains
    }

    /// The id of `link` in access logs: its path as servers compare it (decoded, lower case, with the leading
    /// slash), `/docs/*` for a wildcard. Unique per host, and stable as long as the slug is. nginx writes it
    /// with the case that the visitor used.
    public static func logID(of link: Link) -> String {
        var key: [UInt8] = []
        var slug = link.slug
        if link.isWildcard { slug.removeLast() }
        _ = slug.withBytes { appendKey(of: $0, to: &key) }
        if link.isWildcard { key.append(UInt8(ascii: "*")) }
        return String(decoding: key, as: UTF8.self)
    }
}

/// The routes of one domain.
struct DomainRoutes: Sendable {
    /// Links with a whole path.
    var exact = KeyTable()
    /// Links with a prefix: the key is the prefix with its last slash, `/docs/`.
    var wildcards = KeyTable()
    /// How many segments the wildcards' prefixes have, most first: `/docs/` has one, `/` none.
    var depths: [Int] = []
    /// Which statuses the exact links without policies answer with, ascending.
    var exactStatuses: [Link.Redirect] = []
    /// Which statuses the wildcards without policies answer with, ascending.
    var wildcardStatuses: [Link.Redirect] = []
    /// The links with policies, in order of insertion: indices into ``Site/links``.
    var gated: [Int] = []
    /// Whether a link with a policy has a whole path.
    var hasGatedExact = false
    /// Whether a link with a policy is a wildcard.
    var hasGatedWildcards = false
    /// Whether some link passes the query on.
    var passesQuery = false
    /// Whether some link has its own `X-Robots-Tag` though the domain has none.
    var hasNoindexLinks = false
    /// Number of links with each privacy: none, aggregate, full.
    var privacyCounts = [0, 0, 0]
    /// Which of the letters a–z occur in keys: bit 0 is `a`.
    var letters: UInt32 = 0

    /// Number of segments in a wildcard's prefix.
    static func depth(of key: ArraySlice<UInt8>) -> Int { key.count(where: { $0 == UInt8(ascii: "/") }) - 1 }

    /// Whether `/` belongs to a link: an empty slug, or `*` while the operator gave no home page of his own.
    func coversHome(_ domain: Domain) -> Bool {
        if exact.row(of: [UInt8(ascii: "/")]) != nil { return true }
        guard case .builtIn = domain.home else { return false }
        return depths.last == 0
    }
}

private struct RouteTableBuilder {
    let site: Site
    var domains: [DomainRoutes]
    var problems: [Diagnostic] = []
    private var exactStatuses: [UInt64]
    private var wildcardStatuses: [UInt64]
    private var depths: [Set<Int>]
    private let nginx: [Bool]
    private let caddy: [Bool]

    /// More bytes than this would not fit into nginx's parameter buffer once escaped.
    static let targetLimit = 4000

    init(site: Site) {
        self.site = site
        let count = site.domains.count
        var sizes = Array(repeating: 0, count: count)
        for link in site.links { sizes[Int(link.domain)] += 1 }
        domains = sizes.map { size in
            var routes = DomainRoutes()
            routes.exact = KeyTable(capacity: size)
            return routes
        }
        exactStatuses = Array(repeating: 0, count: count)
        wildcardStatuses = Array(repeating: 0, count: count)
        depths = Array(repeating: [], count: count)
        nginx = site.domains.map { $0.servers.contains(.nginx) }
        caddy = site.domains.map { $0.servers.contains(.caddy) }
    }

    mutating func add(_ i: Int) {
        let link = site.links[i]
        let d = Int(link.domain)
        let wildcard = link.isWildcard
        let fill = { (out: inout [UInt8]) in
            link.slug.withBytes { slug in
                appendKey(of: wildcard ? UnsafeBufferPointer(rebasing: slug.dropLast()) : slug, to: &out)
            }
        }
        let outcome =
            wildcard
            ? domains[d].wildcards.insert(link: i, fill) : domains[d].exact.insert(link: i, fill)
        switch outcome {
        case .added: break
        case .exists(let row):
            let other = site.links[Int((wildcard ? domains[d].wildcards : domains[d].exact).links[row])]
            problems.append(
                .error(
                    RedirectCodes.sameAddress, at: link.range,
                    "'\(link.slug)' is the same address as '\(other.slug)'",
                    notes: [.init("'\(other.slug)' is here", at: other.range)], help: "rename one of them"))
            return
        case .refused(let fault):
            let reason = fault == .nul ? "holds a NUL byte (%00)" : "holds a '.' or '..' segment"
            problems.append(
                .error(
                    RedirectCodes.unreachableSlug, at: link.range, "'\(link.slug)' \(reason)",
                    help: "choose another slug"))
            return
        }
        note(link, i, d, wildcard)
    }

    /// Collects what the emitters must know of the whole domain, and checks the link's key.
    private mutating func note(_ link: Link, _ i: Int, _ d: Int, _ wildcard: Bool) {
        let isGated = link.policy >= 0
        let bit: UInt64 = isGated ? 0 : 1 << UInt64(link.redirect.rawValue - 300)
        if isGated {
            domains[d].gated.append(i)
            if wildcard { domains[d].hasGatedWildcards = true } else { domains[d].hasGatedExact = true }
        }
        if wildcard {
            wildcardStatuses[d] |= bit
            let key = domains[d].wildcards.key(domains[d].wildcards.count - 1)
            depths[d].insert(DomainRoutes.depth(of: key))
            check(key, link, d)
        } else {
            exactStatuses[d] |= bit
            check(domains[d].exact.key(domains[d].exact.count - 1), link, d)
        }
        if link.options.contains(.passQuery) { domains[d].passesQuery = true }
        if link.options.contains(.noindex) && !site.domains[d].noindex { domains[d].hasNoindexLinks = true }
        domains[d].privacyCounts[Int(link.privacy.rawValue)] += 1
        if nginx[d] && link.target.utf8.count > Self.targetLimit {
            problems.append(
                .error(
                    RedirectCodes.targetTooLong, at: link.targetRange,
                    "the target of '\(link.slug)' is longer than \(Self.targetLimit) bytes"))
        }
    }

    private mutating func check(_ key: ArraySlice<UInt8>, _ link: Link, _ d: Int) {
        guard key.count > 1 else { return }
        var letters: UInt32 = 0
        var isASCII = true
        for byte in key {
            if byte &- 0x61 < 26 { letters |= 1 << UInt32(byte - 0x61) }
            if byte >= 0x80 { isASCII = false }
        }
        domains[d].letters |= letters
        if key[key.startIndex + 1] == UInt8(ascii: "."),
            key.starts(with: "/.well-known/".utf8) || key.elementsEqual("/.well-known".utf8)
        {
            problems.append(
                .error(
                    RedirectCodes.reservedPath, at: link.range, "'\(link.slug)' lies beneath /.well-known/",
                    help: "choose another slug"))
        }
        if key.starts(with: "/\(PolicyPages.folder)".utf8) {
            problems.append(
                .error(
                    RedirectCodes.reservedPath, at: link.range, "'\(link.slug)' lies beneath /\(PolicyPages.folder)",
                    help: "choose another slug"))
        }
        if caddy[d], !isASCII, String(validating: key, as: UTF8.self) == nil {
            problems.append(
                .error(
                    RedirectCodes.caddyBytes, at: link.range,
                    "'\(link.slug)' does not decode to UTF-8, which Caddy needs",
                    help: "write it in UTF-8, or set 'server: nginx' for \(site.domains[d].displayName)"))
        }
    }

    mutating func finish() -> [Diagnostic] {
        for d in domains.indices {
            domains[d].exactStatuses = Self.statuses(exactStatuses[d])
            domains[d].wildcardStatuses = Self.statuses(wildcardStatuses[d])
            domains[d].depths = depths[d].sorted(by: >)
        }
        return problems
    }

    private static func statuses(_ bits: UInt64) -> [Link.Redirect] {
        Link.Redirect.allCases.filter { bits & (1 << UInt64($0.rawValue - 300)) != 0 }
    }
}
