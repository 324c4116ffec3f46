public import Site
import SiteTemplates
public import Support

/// The pages that a domain serves itself: at `/`, where there is no link, and where a policy stands before one.
/// Complete in one file each, nothing from another host; a script only where a password is asked for.
public enum StaticPages {
    /// `site/HOST/index.html` and `site/HOST/404.html` for every domain that answers with a page there, and the pages
    /// that its links' policies need (``PolicyPages``, ``Denial/page``).
    /// - Parameter id: the name of a link in paths (``LinkIdentity``).
    public static func files(for site: Site, id: (Link) -> String) throws(PageError) -> [OutputFile] {
        var files: [OutputFile] = []
        for domain in site.domains {
            let folder = "site/\(domain.host)/"
            if let html = try page(domain.home, .home, domain, site) {
                files.append(OutputFile(path: folder + "index.html", bytes: html))
            }
            if let html = try page(domain.missing, .missing, domain, site) {
                files.append(OutputFile(path: folder + "404.html", bytes: html))
            }
        }
        return files + (try PolicyPageFiles.files(for: site, id: id))
    }

    private enum Kind { case home, missing }

    private static func page(
        _ fallback: Domain.Fallback, _ kind: Kind, _ domain: Domain, _ site: Site
    ) throws(PageError) -> [UInt8]? {
        switch fallback {
        case .redirect: return nil
        case .page(let html): return html
        case .builtIn:
            return try render(SiteTemplates.page, "page.html", values(kind, domain, site))
        }
    }

    private static func values(_ kind: Kind, _ domain: Domain, _ site: Site) -> [String: Template.Value] {
        let texts = Phrases.phrases(for: site.languages).map {
            $0.values(kind == .home ? "home" : "missing", ["title", "text"])
        }
        var values = frame(site, domain)
        values[kind == .home ? "home" : "missing"] = .flag
        values["first"] = .list(Array(texts.prefix(1)))
        values["others"] = .list(Array(texts.dropFirst()))
        values["lang"] = texts.first?["lang"]
        values["title"] = texts.first?["title"]
        return values
    }

    /// What every page has: the name, the contact, the style.
    static func frame(_ site: Site, _ domain: Domain) -> [String: Template.Value] {
        var values: [String: Template.Value] = [
            "name": .text(site.name ?? domain.displayName),
            "style": .text(String(decoding: SiteTemplates.style, as: UTF8.self)),
        ]
        if let contact = site.contact {
            let isURL = contact.hasPrefix("https://") || contact.hasPrefix("http://")
            let isMail = contact.contains("@") && !contact.contains(":")
            if isURL || isMail {
                values["contact"] = .flag
                values["contactLink"] = .text(isMail ? "mailto:" + contact : contact)
                values["contactText"] = .text(contact)
            }
        }
        return values
    }

    /// A filled template; `name` for when it is broken.
    static func render(
        _ source: [UInt8], _ name: String, _ values: [String: Template.Value]
    ) throws(PageError) -> [UInt8] {
        guard let html = Template(source: source).render(values) else { throw PageError(template: name) }
        return html
    }
}

/// A template of ours is broken.
public struct PageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which one.
    public var template: String
    /// For people.
    public var description: String { "the template \(template) can't be rendered" }
}
