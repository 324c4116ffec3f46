import Site
import Support

extension SiteAssembly {
    mutating func readLedger(_ node: YAMLNode?, folder: String, into site: inout Site) {
        guard let node, let entries = node.entries, !entries.isEmpty else { return }
        if node["key"] == nil {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "'ledger' has no 'key'",
                    help: "`wayseal keys new` makes one: key: \"${file:secrets/ledger.key}\""))
        }
        if let host = text(node["host"]) {
            guard let domain = domainNumber(host) else { return }
            site.issuer = domain
        }
        var path = "ledger"
        if let scalar = text(node["folder"]) {
            // Everything is written beneath it: a folder of the project, never one elsewhere.
            let parts = scalar.text.split(separator: "/", omittingEmptySubsequences: false)
            let isPlain = !scalar.text.unicodeScalars.contains { $0.value < 0x20 || UTF8Scalars.isTreacherous($0) }
            guard isPlain, scalar.text.utf8.count <= 1_024, !parts.contains(where: { ["", ".", ".."].contains($0) })
            else {
                sink.add(
                    .error(
                        ManifestCodes.badPath, at: scalar.range,
                        "\(Bytes.quoted(scalar.text)) is not a plain path under the manifest's folder",
                        help: "write a name such as ledger"))
                return
            }
            path = scalar.text
        }
        site.ledger = LedgerSettings(domain: site.issuer, folder: folder + path, range: node.range)
    }

    /// Slugs that stand in the way of the log. O(links).
    mutating func checkReserved(_ site: Site) {
        guard let ledger = site.ledger else { return }
        for link in site.links where Int(link.domain) == ledger.domain {
            guard let word = Self.reservedWord(link.slug) else { continue }
            sink.add(
                .error(
                    ManifestCodes.reservedSlug, at: link.range,
                    "'\(word)' is where \(domains[ledger.domain].displayName) serves its ledger",
                    help: "choose another slug, or let another domain serve it: ledger: { host: … }"))
        }
    }

    private static func reservedWord(_ slug: String) -> String? {
        LedgerSettings.reservedSlugs.first { word in
            let count = word.utf8.count
            guard slug.utf8.count >= count,
                slug.utf8.prefix(count).elementsEqual(word.utf8, by: { Bytes.lower($0) == $1 })
            else { return false }
            return slug.utf8.count == count || slug.utf8.dropFirst(count).first == UInt8(ascii: "/")
        }
    }
}
