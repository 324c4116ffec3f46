public import Site
import SiteTemplates
public import Support

/// The pages that a domain serves itself: at `/`, and where there is no link. Complete in one file each, no
/// script, nothing from another host.
public enum StaticPages {
    /// `site/HOST/index.html` and `site/HOST/404.html` for every domain that answers with a page there.
    public static func files(for site: Site) throws(PageError) -> [OutputFile] {
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
        return files
    }

    private enum Kind { case home, missing }

    private static func page(
        _ fallback: Domain.Fallback, _ kind: Kind, _ domain: Domain, _ site: Site
    ) throws(PageError) -> [UInt8]? {
        switch fallback {
        case .redirect: return nil
        case .page(let html): return html
        case .builtIn:
            guard let html = Template(source: SiteTemplates.page).render(values(kind, domain, site)) else {
                throw PageError(template: "page.html")
            }
            return html
        }
    }

    private static func values(_ kind: Kind, _ domain: Domain, _ site: Site) -> [String: Template.Value] {
        let texts = Phrases.phrases(for: site.languages).map { phrases -> [String: Template.Value] in
            [
                "lang": .text(phrases.language),
                "title": .text(kind == .home ? phrases.homeTitle : phrases.missingTitle),
                "text": .text(kind == .home ? phrases.homeText : phrases.missingText),
            ]
        }
        var values: [String: Template.Value] = [
            kind == .home ? "home" : "missing": .flag, "name": .text(site.name ?? domain.displayName),
            "first": .list(Array(texts.prefix(1))), "others": .list(Array(texts.dropFirst())),
        ]
        values["lang"] = texts.first?["lang"]
        values["title"] = texts.first?["title"]
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
}

/// A template of ours is broken.
public struct PageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which one.
    public var template: String
    /// For people.
    public var description: String { "the template \(template) can't be rendered" }
}
