import ArgumentParser
import Build
import Ledger
import Site
import Support

/// A link as people name it on the command line, and its key in ledger and lock.
struct RecordedLink {
    /// Host and lower-case slug: `go.example.org/hello`.
    let key: String

    /// `hello`, `/hello`, `go.example.org/hello` or a whole URL; without a host the default domain is meant.
    init(_ text: String, host: String?, in site: Site) throws {
        let asked = try AskedAddress(text, query: nil)
        var slug = asked.slug
        while slug.hasSuffix("/"), !slug.isEmpty { slug.removeLast() }
        var name = asked.host ?? host
        if name == nil, let slash = slug.firstIndex(of: "/"),
            site.domains.contains(where: { $0.host == slug[..<slash].lowercased() })
        {
            name = String(slug[..<slash])
            slug = String(slug[slug.index(after: slash)...])
        }
        let wanted = name?.lowercased()
        let domain = site.domains.first { $0.host == wanted || $0.displayName.lowercased() == wanted }
        let hostName = wanted.map { domain?.host ?? $0 } ?? site.signerName
        key = hostName + "/" + slug.lowercased()
    }

    /// Its versions, oldest first.
    func versions(in site: Site) throws -> [LinkVersion] {
        do {
            guard let settings = site.ledger else {
                throw Failure(
                    .checkFailed, "there is no ledger that could remember",
                    hint: "add 'ledger:' to the manifest: builds from then on are recorded")
            }
            guard let index = try LedgerIndex.read(LedgerFolder(settings.folder)) else {
                throw Failure(
                    .outsideWorld, "there is no \(LedgerFolder(settings.folder).index)",
                    hint: "build once, or bring the index from a backup")
            }
            let versions = try index.history(of: key)
            if versions.isEmpty {
                var slugs: Set<String> = []
                try index.forEachLink { slug, _, _ in slugs.insert(slug) }
                let near = slugs.count > 100_000 ? nil : SpellingSuggestion.nearest(to: key, among: slugs.sorted())
                throw Failure(
                    .checkFailed, "the ledger has no link '\(key)'", hint: near.map { "did you mean '\($0)'?" })
            }
            return versions
        } catch let error as LedgerError {
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        }
    }

    /// The link of the manifest, if it has it.
    func index(in site: Site) -> Int? {
        site.links.firstIndex { "\(site.domains[Int($0.domain)].host)/\($0.slug.lowercased())" == key }
    }
}
