public import Site
import SiteTemplates
import Support

/// The page that verifies records in the visitor's browser: one file with script and style in it, which asks no other host
/// for anything and works from a disk as well.
public enum VerificationPage {
    /// Path of the page below a domain's site.
    public static let path = "verify/index.html"

    /// The page of the domain that speaks for the issuer.
    /// - Parameter key: the vkey of the log; earlier ones that still count follow after spaces. A page is as trustworthy as the host that it comes from; whoever wants more
    ///   enters a key known from elsewhere.
    public static func html(for site: Site, host: String, key: String) throws(PageError) -> [UInt8] {
        let style = SiteTemplates.verifyStyle
        let script = SiteTemplates.verifyScript
        let known = ["en", "de", "fr", "ru"]
        let tags = site.languages.map { String($0.prefix { $0 != "-" }).lowercased() }
        let languages = tags.filter { known.contains($0) }
        let values: [String: Template.Value] = [
            "name": .text(site.name ?? host), "key": .text(key), "lang": .text(languages.first ?? "en"),
            // Languages of the site first; whoever reads none of them still finds one of the others.
            "languages": .text((languages + known.filter { !languages.contains($0) }).joined(separator: " ")),
            "style": .text(String(decoding: style, as: UTF8.self)),
            "script": .text(String(decoding: script, as: UTF8.self)),
            "styleHash": .text(Base64.encode(SHA256.hash(style))),
            "scriptHash": .text(Base64.encode(SHA256.hash(script))),
        ]
        guard let html = Template(source: SiteTemplates.verify).render(values) else {
            throw PageError(template: "verify.html")
        }
        return html
    }
}
