import Site
import Support
import Testing

@testable import Manifest

@Suite struct HookTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func read(_ hooks: String, environment: [String: String] = ["OPS": secret]) -> ManifestResult {
        ManifestTests.read(
            "domains: { go.example.org: {} }\nlinks: { a: https://example.org/ }\nintegrations:\n" + hooks,
            environment: environment)
    }

    @Test("a hook has an address, a secret from outside the manifest, and events")
    func hook() throws {
        let result = read(
            "  hook:ops: { to: https://hooks.example/1, secret: \"${OPS}\", events: [build, batch, anchor, limit, publish] }"
        )
        let site = try #require(result.site)
        // Nothing is published by this version, and that is said.
        #expect(codes(result) == ["not-yet"] && result.diagnostics[0].severity == .warning)
        let hook = try #require(site.hooks.first)
        #expect(hook.name == "ops" && hook.url == "https://hooks.example/1" && hook.secret == Self.secret)
        #expect(hook.events == [.build, .batch, .anchor, .limit, .publish])
    }

    @Test("a manifest can be read where the secret is not")
    func missingSecret() throws {
        let result = read("  hook:ops: { to: https://hooks.example/1, secret: \"${OPS}\" }", environment: [:])
        #expect(codes(result) == [])
        let site = try #require(result.site)
        let hook = try #require(site.hooks.first)
        #expect(hook.secret == nil)
    }

    @Test(
        "addresses of other machines over http, literal and malformed secrets, and typos are refused without showing the secret"
    )
    func refused() {
        #expect(codes(read("  hook:ops: { to: http://hooks.example/1, secret: \"${OPS}\" }")) == ["wrong-value"])
        #expect(codes(read("  hook:ops: { to: \"http://127.0.0.1:9/\", secret: \"${OPS}\" }")) == [])
        #expect(codes(read("  hook:ops: { to: https://a@hooks.example/, secret: \"${OPS}\" }")) == ["wrong-value"])
        #expect(codes(read("  hook:ops: { to: https://hooks.example/1 }")) == ["missing-key"])
        #expect(
            codes(read("  hook:ops: { to: https://hooks.example/1, secret: \"${OPS}\", events: [bild] }")) == [
                "wrong-value"
            ])
        for result in [
            read("  hook:ops: { to: https://hooks.example/1, secret: s3cret }"),
            read("  hook:ops: { to: https://hooks.example/1, secret: \"${OPS}\" }", environment: ["OPS": "s3cret"]),
        ] {
            #expect(result.site == nil && result.diagnostics.count == 1)
            #expect(
                !DiagnosticRenderer(color: false).text(result.diagnostics, sources: result.sources).contains("s3cret"))
        }
        #expect(codes(read("  shopify: { store: x }")) == ["not-yet"])
    }

    @Test("a recipient is a mail address or a hook")
    func recipients() {
        #expect(Recipient("mailto:a@b.example") == .mail("a@b.example"))
        #expect(Recipient("a@b.example") == .mail("a@b.example"))
        #expect(Recipient("hook:ops") == .hook("ops"))
        for bad in ["hook:", "ops", "a@b@c", "mailto:", "a@b,c@d", "a @b"] { #expect(Recipient(bad) == nil, "\(bad)") }
    }
}
