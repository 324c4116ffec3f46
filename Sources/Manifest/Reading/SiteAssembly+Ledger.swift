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
        var settings = LedgerSettings(domain: site.issuer, folder: folder + path, range: node.range)
        if let scalar = text(node["revocation"]) {
            let name = domains.indices.contains(site.issuer) ? domains[site.issuer].host : ""
            let parts = scalar.text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "\(name)/revocation", parts[1].utf8.count == 8,
                parts[2].utf8.count == 44
            else {
                sink.add(
                    .error(
                        ManifestCodes.wrongKey, at: scalar.range,
                        "\(Bytes.quoted(scalar.text)) is not the public key of \(name)/revocation",
                        help: "write the line that `wayseal keys new --role revocation` prints"))
                return
            }
            settings.revocation = scalar.text
        }
        settings.anchor = readAnchor(node["anchor"], folder: folder)
        site.ledger = settings
    }

    private mutating func readAnchor(_ node: YAMLNode?, folder: String) -> AnchorSettings? {
        guard let node, let entries = node.entries, !entries.isEmpty else { return nil }
        guard let chain = text(node["chain"]) else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "'anchor' has no 'chain'",
                    help: "write the chain's number, such as 8453 for Base"))
            return nil
        }
        var settings = AnchorSettings(chain: UInt64(chain.text) ?? 0)
        // A node is needed by `wayseal anchor` alone: a build does without the variable.
        if let scalar = node["rpc"]?.scalar, !scalar.isEmpty {
            do throws(RefusedPath) {
                settings.node = try filled(scalar, folder: folder, isSecret: true).text
            } catch {
                if !error.isMissing { sink.add(error.diagnostic) }
            }
        }
        settings.every = choice(node["every"], as: AnchorSettings.Period.self) ?? .build
        settings.contract = anchorText(node["contract"], "an address: 0x and 40 digits") { Self.isHex($0, 40) }
        settings.easCodeHash = anchorText(node["eas-code-hash"], "a hash: 0x and 64 digits") { Self.isHex($0, 64) }
        settings.account = anchorText(node["account"], "an address: 0x and 40 digits") { Self.isHex($0, 40) }
        settings.maxFee = anchorText(node["max-fee"], "a number of gwei, such as 50", Self.isDecimal)
        settings.maxCost = anchorText(node["max-cost"], "a number of ether, such as 0.01", Self.isDecimal)
        settings.confirmations = text(node["confirmations"]).flatMap { UInt64($0.text) }
        if let key = text(node["key"]) { settings.keyFile = folder + key.text }
        return settings
    }

    private mutating func anchorText(
        _ node: YAMLNode?, _ expected: String, _ isRight: (String) -> Bool
    ) -> String? {
        guard let scalar = text(node) else { return nil }
        if isRight(scalar.text) { return scalar.text }
        sink.add(
            .error(
                ManifestCodes.wrongValue, at: scalar.range, "expected \(expected), found \(Bytes.quoted(scalar.text))"))
        return nil
    }

    private static func isHex(_ text: String, _ digits: Int) -> Bool {
        text.hasPrefix("0x") && text.utf8.count == digits + 2
            && text.utf8.dropFirst(2).allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }
    }

    private static func isDecimal(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 &- 0x30 < 10 } }
            && text.utf8.count <= 30
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
