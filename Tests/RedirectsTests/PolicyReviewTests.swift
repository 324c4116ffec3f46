import Foundation
import Manifest
import Site
import Support
import Testing

@testable import Redirects

/// What the manifest asks and what servers can do: from a manifest's bytes on, as people write it.
@Suite struct PolicyReviewTests {
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct OneFile: ManifestFiles {
        var text: String
        func canonicalPath(_ path: String) throws(UnreadableFile) -> String { path == "." ? "/" : path }
        func isSymbolicLink(_ path: String) -> Bool { false }
        func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8] {
            if path.hasSuffix(".mmdb") { return [0] }
            if path == "/wayseal.yaml" { return Array(text.utf8) }
            throw UnreadableFile(path, .notFound)
        }
        func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry] { [] }
    }

    static let secret =
        "wayseal-password:1:600000:5a1c0de5f00dcafe0123456789abcdef:51d4a2188ae2ce9c38305ae39b9d941b"

    /// All that is said of a manifest, at an instant.
    static func read(_ text: String, now: Int64 = ZoneOffsets.start) throws -> (site: Site?, problems: [Diagnostic]) {
        let head = text.contains("domains:") ? "" : "domains: { go.example.org: { server: nginx } }\n"
        let options = ManifestOptions(
            environment: ["TRADE_PASSWORD_HASH": secret], files: OneFile(text: head + text))
        let result = try ManifestReader(options: options).read(path: "/wayseal.yaml")
        guard let site = result.site else { return (nil, result.diagnostics) }
        return (
            site,
            result.diagnostics + PolicyReview.diagnostics(site) + PolicyReview.calendar(site, now: now)
        )
    }

    static func promise(_ link: String, on server: Server) throws -> [String] {
        let text =
            "site: { timezone: Europe/Vienna }\ndomains: { go.example.org: {} }\nreports: { geo: c.mmdb }\n"
            + "fences: { cellar: { near: [48.2, 16.4], within: 50km } }\nlinks: { a: { \(link) } }"
        let result = try read(text)
        let site = try #require(result.site, "\(result.problems.map(\.summary))")
        let policy = try #require(site.policy(of: site.links[0]))
        return Promise(policy, of: site.links[0], in: site, on: server).parts.map {
            "\($0.fidelity.word): \($0.words)"
        }
    }

    @Test(
        "the example of an explanation has exactly its problem, and mended it has none",
        arguments: RedirectCodes.policies.map(\.id))
    func explanations(id: String) throws {
        let code = try #require(RedirectCodes.all.first { $0.id == id })
        let parts = code.explanation.components(separatedBy: "For example:\n\n")
        guard parts.count == 2 else { return }
        let examples = parts[1].components(separatedBy: "Mended:\n\n").map { text in
            text.components(separatedBy: "\n").map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : $0 }
                .joined(separator: "\n")
        }
        #expect(try Self.read(examples[0]).problems.map(\.code.id) == [id])
        #expect(try Self.read(examples[1]).problems.map(\.code.id) == [])
    }

    @Test("the table of the documentation is the one of the code")
    func table() throws {
        let url = Self.repository.appendingPathComponent("docs/what-can-a-link-do.md")
        let page = try String(contentsOf: url, encoding: .utf8)
        let begin = try #require(page.range(of: "<!-- capabilities -->\n"))
        let end = try #require(page.range(of: "<!-- end -->"))
        if ProcessInfo.processInfo.environment["WAYSEAL_RECORD"] == "1" {
            let new = page[..<begin.upperBound] + Capabilities.markdown + page[end.lowerBound...]
            try String(new).write(to: url, atomically: true, encoding: .utf8)
        } else {
            #expect(page[begin.upperBound..<end.lowerBound] == Capabilities.markdown)
        }
    }

    @Test("every example of the page is a manifest without errors, and all policies have one")
    func examples() throws {
        let page = try String(
            contentsOf: Self.repository.appendingPathComponent("docs/what-can-a-link-do.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "```").first ?? ""
        }
        #expect(blocks.count >= 8)
        for block in blocks {
            let database = block.contains("geo:") ? "" : "reports: { geo: c.mmdb }\n"
            let result = try Self.read(database + block)
            #expect(result.site != nil, "\(block)\n\(result.problems.map(\.summary))")
        }
        let text = blocks.joined()
        for capability in Capability.allCases {
            guard ![.largeLimit, .softLimit].contains(capability) else { continue }
            for key in capability.keys.components(separatedBy: ", ") where !["ip", "query", "browser"].contains(key) {
                let word = key.split(separator: " ").first.map(String.init) ?? key
                #expect(text.contains(word.hasSuffix(":") ? word : word + ":"), "\(key)")
            }
        }
    }

    @Test("a promise says in words what is exact and what is not")
    func promises() throws {
        #expect(
            try Self.promise("to: https://e.org/, limit: 100, confirm: true", on: .nginx) == [
                "exact: 100 scans in all, never more, also across reloads and restarts",
                "exact: a scan counts when a button is pressed, so previews of messengers use none up",
                "exact: all others get a page that says why",
            ])
        #expect(
            try Self.promise("to: https://e.org/, limit: 2500", on: .nginx)[0]
                == "approximate: about 2,500 scans in all")
        #expect(
            try Self.promise("to: https://e.org/, once: true", on: .caddy)[0] == "approximate: about one scan in all")
        #expect(try Self.promise("to: https://e.org/, rate: 5/second", on: .caddy)[0].hasPrefix("impossible"))
        #expect(
            try Self.promise("to: https://e.org/, only: [cellar, AT]", on: .nginx).first
                == "approximate: only for visitors in cellar or AT")
        #expect(
            try Self.promise("split: { a: https://e.org/, b: https://f.org/ 0.25% }", on: .nginx) == [
                "exact: shares visitors: a 99.75%, b 0.25%; who comes back gets the same"
            ])
        #expect(
            try Self.promise("to: https://e.org/, until: 2027-07-01", on: .nginx)[0]
                == "exact: ends at 2027-07-01 00:00 (Europe/Vienna), exactly to the second")
        #expect(
            try Self.promise(
                "to: https://e.org/, when: [{ language: de, hours: 9-17, to: https://e.org/de }]", on: .caddy) == [
                    "approximate: rule 1: daily 09:00–17:00 and wants de most → https://e.org/de"
                ])
    }

    @Test("hours read as people say them")
    func hours() throws {
        func words(_ text: String) throws -> String { try Self.promise("to: https://e.org/, " + text, on: .nginx)[0] }
        #expect(try words("hours: 11-15") == "exact: is open daily 11:00–15:00 (Europe/Vienna)")
        #expect(try words("days: mon-fri") == "exact: is open Mon–Fri all day (Europe/Vienna)")
        #expect(
            try words("hours: [18-23, 9-12], days: [fri, sat]")
                == "exact: is open Fri, Sat 09:00–12:00 and 18:00–23:00 (Europe/Vienna)")
        #expect(try words("hours: 22:00-02:00, days: sun") == "exact: is open Sun 22:00–02:00 (Europe/Vienna)")
        #expect(try words("hours: 22:00-02:00") == "exact: is open daily 22:00–02:00 (Europe/Vienna)")
    }

    @Test("what is more than Caddy can do is an error, on nginx alone it is none")
    func more() throws {
        for (link, code, isError) in [
            ("rate: 30/minute", "caddy-rate", true), ("once: true, enforce: exact", "caddy-exact-limit", true),
            ("once: true", "caddy-soft-limit", false),
        ] {
            func text(_ domain: String) -> String {
                "domains: { go.example.org: \(domain) }\nlinks: { a: { to: https://e.org/, \(link) } }"
            }
            let both = try Self.read(text("{}")).problems
            #expect(both.map(\.code.id) == [code])
            #expect(both.map(\.severity) == [isError ? Diagnostic.Severity.error : .warning])
            #expect(try Self.read(text("{ server: nginx }")).problems.isEmpty)
        }
    }

    @Test("more than 100,000 networks on Caddy are refused, with the largest place")
    func networks() throws {
        let result = try Self.read(
            "domains: { go.example.org: { server: caddy } }\nreports: { geo: c.mmdb }\nlinks: { a: { to: https://e.org/, only: [AT, DE] } }"
        )
        var site = try #require(result.site)
        site.places[1].addresses.v4 = (0..<100_000).map { UInt32($0) * 4...UInt32($0) * 4 + 1 }
        #expect(PolicyReview.diagnostics(site).isEmpty)
        site.places[0].addresses.v4 = [7...7]
        let problems = PolicyReview.diagnostics(site)
        #expect(problems.map(\.code.id) == ["caddy-many-networks"])
        #expect(problems[0].summary.contains("'DE' alone has 100,000"))
    }

    @Test("time makes warnings, for those who look")
    func calendar() throws {
        let text =
            "site: { timezone: Europe/Vienna }\nlinks: { a: { to: https://e.org/, until: 2027-01-01, when: [{ until: 2026-06-01, to: https://e.org/b }] } }"
        func codes(_ text: String, _ now: Int64) throws -> [String] {
            try Self.read(text, now: now).problems.map(\.code.id)
        }
        #expect(try codes(text, ZoneOffsets.start) == [])
        #expect(try codes(text, 1_790_000_000) == ["expired"])
        #expect(try codes(text, 1_800_000_000) == ["expired", "expired"])
        let hours = "site: { timezone: Europe/Vienna }\nlinks: { a: { to: https://e.org/, hours: 9-10 } }"
        #expect(try codes(hours, ZoneOffsets.end - 400 * 86_400) == [])
        #expect(try codes(hours, ZoneOffsets.end - 86_400) == ["zone-horizon"])
        #expect(try codes(hours.replacing("Europe/Vienna", with: "Asia/Kolkata"), ZoneOffsets.end) == [])
    }
}
