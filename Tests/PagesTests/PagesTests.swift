import Ethereum
import Foundation
import LedgerContracts
import Pages
import Site
import SiteTemplates
import Support
import Testing

@Suite("Static pages")
struct PagesTests {
    private func page(_ name: String, _ edit: (inout Site) -> Void = { _ in }) throws -> String {
        var site = Site(name: "Vinea Estates", domains: [Domain(host: "go.vinea.example")])
        edit(&site)
        let file = try #require(
            try StaticPages.files(for: site, id: \.slug).first { $0.path == "site/go.vinea.example/" + name })
        return String(decoding: file.bytes, as: UTF8.self)
    }

    @Test("each domain gets a page for / and one for unknown links")
    func files() throws {
        let site = Site(domains: [Domain(host: "a.example"), Domain(host: "b.example")])
        #expect(
            try StaticPages.files(for: site, id: \.slug).map(\.path) == [
                "site/a.example/index.html", "site/a.example/404.html", "site/b.example/index.html",
                "site/b.example/404.html",
            ])
    }

    @Test("a redirect needs no page, an operator's page is taken byte for byte")
    func fallbacks() throws {
        var domain = Domain(host: "a.example")
        domain.home = .redirect("https://example.org/")
        domain.missing = .page(html: Array("<p>mine {{name}}".utf8))
        let files = try StaticPages.files(for: Site(domains: [domain]), id: \.slug)
        #expect(files.map(\.path) == ["site/a.example/404.html"])
        #expect(files.first?.bytes == Array("<p>mine {{name}}".utf8))
    }

    @Test("the page speaks the site's languages, each marked, the first one largest; unknown ones fall back to English")
    func languages() throws {
        let html = try page("404.html") { $0.languages = ["de", "fr-CH", "xx"] }
        #expect(html.contains("<html lang=\"de\">"))
        #expect(html.contains("<section lang=\"fr\">"))
        #expect(!html.contains("lang=\"en\""))
        #expect(try page("404.html") { $0.languages = ["tlh"] }.contains("<html lang=\"en\">"))
    }

    @Test("names and contacts can't break out of the page", arguments: ["index.html", "404.html"])
    func escaping(name: String) throws {
        let hostile = "</title><script>alert(1)</script>\"'{{{name}}}&"
        let html = try page(name) {
            $0.name = hostile
            $0.contact = "x\"onclick=alert(1)@example.org"
        }
        #expect(!html.contains("<script"))
        #expect(!html.contains("\"onclick"))
        #expect(html.contains("&lt;script&gt;"))
        #expect(try page(name) { $0.contact = "javascript:alert(1)" }.contains("javascript:") == false)
    }

    @Test("a page loads nothing from anywhere", arguments: ["index.html", "404.html"])
    func selfContained(name: String) throws {
        let html = try page(name) { $0.contact = "ops@vinea.example" }
        #expect(html.contains("default-src 'none'"))
        #expect(!html.contains("src=") && !html.contains("<link") && !html.contains("url("))
        #expect(html.contains("href=\"mailto:ops@vinea.example\""))
        #expect(html.utf8.count < 6000)
        if let folder = ProcessInfo.processInfo.environment["WAYSEAL_KEEP_PAGES"] {
            let shown = try page(name) {
                $0.contact = "ops@vinea.example"
                $0.languages = ["de", "en", "fr"]
            }
            try shown.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    @Test("the verification page is one file that runs only its own script, and knows the contract of anchors")
    func verification() throws {
        var site = Site(name: "A & <B>", domains: [Domain(host: "a.example")])
        site.languages = ["fr-CH", "xx"]
        let html = String(
            decoding: try VerificationPage.html(for: site, host: "a.example", key: "a.example+00000000+AA\"<"),
            as: UTF8.self)
        #expect(html.contains("<html lang=\"fr\">"))
        #expect(html.contains("content=\"fr en de ru\""))
        #expect(html.contains("content=\"A &amp; &lt;B&gt;\"") && html.contains("AA&quot;&lt;\""))
        #expect(!html.contains("src=") && !html.contains("href=") && !html.contains("innerHTML"))
        for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
            let content = try #require(
                html.components(separatedBy: "<\(tag)>").last?.components(separatedBy: "</\(tag)>").first)
            #expect(html.contains("\(directive) 'sha256-\(Base64.encode(SHA256.hash(Array(content.utf8))))'"))
        }
        #expect(
            html.contains(Keccak256.hash(LedgerContracts.timestamperCode).map { String(format: "%02x", $0) }.joined()))
    }
}
