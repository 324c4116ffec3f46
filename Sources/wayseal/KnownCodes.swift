import Site
import Support

/// What codes on paper may say: the links and certificates of a manifest, or at least its hosts.
struct KnownCodes {
    private let site: Site?
    private let hosts: Set<String>
    /// Printed addresses in lower case, to their links.
    private let links: [String: Int]
    /// What codes hold by themselves, to their links.
    private let payloads: [String: Int]

    /// What came of a code's text.
    enum Meaning: Equatable {
        /// A link of the manifest.
        case link(slug: String, target: String)
        /// A certificate's address, by its number.
        case certificate(String)
        /// An address on a host that was named; more is not known.
        case host(String)
        /// On one of our hosts, and none of our links.
        case unknown(String)
        /// Anything else.
        case foreign(String)
        /// Nothing was said to compare with.
        case unjudged
    }

    init(site: Site?, hosts: [String]) {
        self.site = site
        self.hosts = Set(hosts.map { $0.lowercased() } + (site?.domains.map(\.host) ?? []))
        var links: [String: Int] = [:]
        var payloads: [String: Int] = [:]
        for (index, link) in (site?.links ?? []).enumerated() {
            if let payload = site?.payload(of: link) {
                payloads[payload.text] = index
            } else {
                links[site?.url(of: link).lowercased() ?? ""] = index
            }
        }
        self.links = links
        self.payloads = payloads
    }

    func meaning(of text: String) -> Meaning {
        guard !hosts.isEmpty else { return .unjudged }
        if let site, let link = payloads[text].map({ site.links[$0] }) {
            return .link(slug: link.slug, target: site.payload(of: link)?.mark ?? "")
        }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
            return .foreign("no address of the web")
        }
        let rest = lower.dropFirst(scheme.utf8.count)
        var host = String(rest.prefix { !"/?#".contains($0) })
        if host.contains("@") { return .foreign("an address with a user name in it") }
        if host.hasSuffix(":443") || host.hasSuffix(":80") {
            host = String(host[..<(host.lastIndex(of: ":") ?? host.endIndex)])
        }
        guard hosts.contains(host) else { return .foreign("leads to \(host)") }
        guard let site, site.domains.contains(where: { $0.host == host }) else { return .host(host) }
        let path = rest.drop { !"/?#".contains($0) }.prefix { !"?#".contains($0) }
        for scheme in ["https://", "http://"] {
            if let link = links[scheme + host + path].map({ site.links[$0] }) {
                return .link(slug: link.slug, target: link.target)
            }
        }
        let prefix = "/certificates/"
        if path.hasPrefix(prefix), host == site.signerName {
            // As it is printed: numbers keep their case.
            let start = text.utf8.count - rest.drop { !"/?#".contains($0) }.utf8.count + prefix.utf8.count
            let id = String(decoding: Array(text.utf8)[start...].prefix { !"?#/".utf8.contains($0) }, as: UTF8.self)
            if CertificatePattern.isPlain(id), !id.isEmpty { return .certificate(id) }
        }
        // The longest wildcard above it.
        var above = path[...]
        while let slash = above.lastIndex(of: "/") {
            above = above[...slash]
            for scheme in ["https://", "http://"] {
                if let link = links[scheme + host + above].map({ site.links[$0] }), link.isWildcard {
                    return .link(slug: link.slug, target: link.target)
                }
            }
            above = above.dropLast()
        }
        return .unknown("\(host) has no such link")
    }

    /// A link by its slug, on any domain; `HOST/SLUG` on that one.
    func link(_ slug: String) -> (url: String, target: String)? {
        guard let site else { return nil }
        let link = site.links.first { link in
            let own = link.slug.lowercased()
            return own == slug.lowercased() || "\(site.domains[Int(link.domain)].host)/\(own)" == slug.lowercased()
        }
        return link.map { (site.url(of: $0), $0.target) }
    }

    /// The ledger's folder, where the manifest has one.
    var ledgerFolder: String? { site?.ledger?.folder }
    /// The site.
    var manifest: Site? { site }
}
