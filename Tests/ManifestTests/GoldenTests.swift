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
        let hex = String(repeating: "0f", count: 16)
        let environment = ["TRADE_PASSWORD_HASH": "wayseal-password:1:600000:\(hex):\(hex)"]
        let result = try Fixtures.read("manifests/vinea-complete.yaml", environment: environment)
        let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
        // The signing key's file is a secret: it is in no checkout. Nor is a table of 100,000 rows.
        #expect(
            Set(codes(result)) == [
                "not-yet", "key-missing", "secret-missing", "limit-without-confirm", "file-not-found",
            ],
            "\(text)")
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
            out += " privacy \(link.privacy) tags \(link.tags) reuse \(link.reuse ?? "-")"
            if link.design >= 0 { out += " design \(link.design)" }
            out += link.policy < 0 ? "\n" : " policy \(link.policy)\n"
        }
        for (index, design) in site.designs.enumerated() { out += described(design, index) }
        for (index, policy) in site.policies.enumerated() { out += described(policy, index) }
        for place in site.places {
            out += "place \(place.name) \(place.definition) v4 \(place.addresses.v4) v6 \(place.addresses.v6)\n"
        }
        if !site.proxies.networks.isEmpty { out += "proxies \(site.proxies.networks) \(site.proxies.header)\n" }
        return out
    }

    private static func described(_ design: Design, _ index: Int) -> String {
        var out = "design \(index) \(design.name) \(design.modules.rawValue) \(design.eyeFrame.rawValue)"
        out += " \(design.eyeBall.rawValue) ink \(described(design.ink)) paper \(described(design.paper))"
        if let paint = design.frameInk { out += " eyes \(described(paint))" }
        if let paint = design.ballInk { out += " balls \(described(paint))" }
        if let logo = design.logo {
            out += " logo \(logo.file.path) \(logo.file.bytes.count) \(logo.size) \(logo.margin) \(logo.clears)"
        }
        if let frame = design.frame {
            out += " frame \(frame.shape.rawValue) '\(frame.text)' \(described(.solid(frame.colour)))"
        }
        out += " level \(design.level?.rawValue ?? "-") print \(design.print ?? 0) dpi \(design.dpi)"
        out += " distance \(design.distance ?? 0) margin \(design.quietZone ?? -1) inverted \(design.isInverted)\n"
        return out
    }

    private static func described(_ paint: Paint) -> String {
        func text(_ colour: Colour) -> String {
            var out = "\(colour.red),\(colour.green),\(colour.blue)"
            if let cmyk = colour.cmyk { out += "/\(cmyk.cyan),\(cmyk.magenta),\(cmyk.yellow),\(cmyk.black)" }
            return out + (colour.spot.map { "/\($0)" } ?? "")
        }
        switch paint {
        case .none: return "none"
        case .solid(let colour): return text(colour)
        case .linear(let angle, let stops):
            return "linear \(angle) " + stops.map { "\($0.place):\(text($0.colour))" }.joined(separator: " ")
        case .radial(let stops):
            return "radial " + stops.map { "\($0.place):\(text($0.colour))" }.joined(separator: " ")
        }
    }

    private static func described(_ policy: Policy, _ index: Int) -> String {
        var out = "policy \(index)"
        if let from = policy.from { out += " from \(from)" }
        if let until = policy.until { out += " until \(until)" }
        if !policy.hours.isEmpty { out += " hours \(described(policy.hours))" }
        if !policy.places.isEmpty { out += " places \(policy.places)" }
        if let gone = policy.gone { out += " gone \(gone)" }
        if let limit = policy.limit {
            out += " limit \(limit.scans) \(limit.enforcement.map(\.rawValue) ?? "-") confirm \(limit.confirm)"
        }
        if let password = policy.password { out += " password \(password.iterations) \(password.salt)" }
        if let rate = policy.rate { out += " rate \(rate.requests)/\(rate.perMinute ? "minute" : "second")" }
        if policy.refusesRobots { out += " no robots" }
        if let preview = policy.preview { out += " preview \(preview.title)|\(preview.text)|\(preview.image ?? "-")" }
        out += "\n"
        for rule in policy.rules {
            let conditions = rule.conditions.map {
                if case .hours(let windows) = $0 { "hours \(described(windows))" } else { "\($0)" }
            }
            out += "  rule \(conditions.joined(separator: " and ")) -> \(rule.target)\n"
        }
        for variant in policy.variants { out += "  variant \(variant.name) \(variant.weight) -> \(variant.target)\n" }
        return out
    }

    private static func described(_ windows: [WeekWindow]) -> String {
        windows.map { "\($0.day):\($0.from)-\($0.to)" }.joined(separator: " ")
    }

    private static func described(_ fallback: Domain.Fallback) -> String {
        switch fallback {
        case .builtIn: "built-in"
        case .page(let html): "\(html.count) bytes"
        case .redirect(let url): url
        }
    }
}
