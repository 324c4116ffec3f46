import Foundation
import Manifest
import Site
import Support
import Testing

/// Each manifest of `fixtures/manifests` has what `wayseal check` shows for it beside it, as `.txt`.
/// `WAYSEAL_RECORD=1 swift test --filter GoldenTests` writes them anew.
@Suite struct GoldenTests {
    static func shown(_ path: String) throws -> String {
        let result = try Fixtures.read(path)
        return DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
    }

    static func compare(_ text: String, with path: String) throws {
        let url = URL(fileURLWithPath: Fixtures.root + "/" + path)
        if ProcessInfo.processInfo.environment["WAYSEAL_RECORD"] == "1" { try Data(text.utf8).write(to: url) }
        let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        #expect(text == expected, "\(path) differs")
    }

    @Test("a bad manifest is refused with exactly these diagnostics", arguments: Fixtures.bad)
    func bad(path: String) throws {
        #expect(try Fixtures.read(path).site == nil)
        try Self.compare(try Self.shown(path), with: path.dropLast(4) + "txt")
    }

    @Test("a good manifest becomes a site", arguments: Fixtures.good)
    func good(path: String) throws {
        let result = try Fixtures.read(path)
        let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
        #expect(result.site != nil, "\(text)")
        if path.hasSuffix("warnings.yaml") {
            try Self.compare(text, with: path.dropLast(4) + "txt")
        } else {
            #expect(text == "")
        }
        // A whole fixture site keeps its folder clean: its golden file lies with the others, named after the folder.
        let parts = path.split(separator: "/")
        let name = parts.count == 2 ? parts[0] : parts[parts.count - 1].dropLast(5)
        if let site = result.site {
            try Self.compare(Self.described(site), with: "manifests/good/\(name).site.txt")
        }
    }

    @Test("no diagnostic shows a secret's value", arguments: Fixtures.bad)
    func secrets(path: String) throws {
        let result = try Fixtures.read(path)
        let json = String(
            decoding: DiagnosticRenderer.json(result.diagnostics, sources: result.sources), as: UTF8.self)
        for text in [try Self.shown(path), json] {
            for secret in ["s3cret", "hunter2", "hunter3", "MC4CAQAwBQYDK2VwBCIEIBTXpWq5iEVxE0"] {
                #expect(!text.contains(secret), "\(path) shows \(secret)")
            }
        }
    }

    @Test("the manifest of the finished product has no errors but parts that are not compiled yet")
    func vineaComplete() throws {
        let environment = ["TRADE_PASSWORD_HASH": "x"]
        let result = try Fixtures.read("manifests/vinea-complete.yaml", environment: environment)
        let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
        // The signing key's file is a secret: it is in no checkout.
        #expect(Set(codes(result)) == ["not-yet", "key-missing"], "\(text)")
        #expect(codes(result).filter { $0 == "key-missing" }.count == 1)
        try Self.compare(text, with: "manifests/vinea-complete.txt")
    }

    /// Everything a site says, one fact a line.
    static func described(_ site: Site) -> String {
        var out =
            "name \(site.name ?? "-") contact \(site.contact ?? "-") zone \(site.timezone) languages \(site.languages)\n"
        out +=
            "codes \(site.codes.formats.map(\.rawValue)) \(site.codes.level) scale \(site.codes.scale) margin \(site.codes.quietZone)\n"
        out += "signed \(site.signing != nil)\n"
        for domain in site.domains {
            out +=
                "domain \(domain.host) (\(domain.displayName)) \(domain.servers.map(\.rawValue)) tls \(domain.tls)"
            out += " listen \(domain.listen.map(\.description)) hsts \(domain.hsts.map(String.init) ?? "off")"
            out +=
                " home \(described(domain.home)) missing \(described(domain.missing)) noindex \(domain.noindex)\n"
        }
        for link in site.links {
            out +=
                "\(site.url(of: link)) -> \(link.redirect.rawValue) \(link.target) options \(link.options.rawValue)"
            out += " privacy \(link.privacy) tags \(link.tags) reuse \(link.reuse ?? "-")\n"
        }
        return out
    }

    private static func described(_ fallback: Domain.Fallback) -> String {
        switch fallback {
        case .builtIn: "built-in"
        case .page(let html): "\(html.count) bytes"
        case .redirect(let url): url
        }
    }
}
