import Site
import Support
import Testing

@testable import Manifest

@Suite struct ReportSettingsTests {
    static func manifest(_ reports: String, links: String = "  a: https://example.org/") -> String {
        "domains: { go.example.org: {} }\n" + reports + "\nlinks:\n" + links
    }

    @Test("everything under reports: comes through, steps and people without what only the manifest needs")
    func whole() throws {
        let result = read(
            Self.manifest(
                """
                reports:
                  logs: [/var/log/nginx/*.access.log*, /var/log/caddy/a.log]
                  goals: /var/log/shop.log
                  geo: data/city.mmdb
                  keep: 400d
                  smtp: smtps://mail.example.org
                  from: reports@example.org
                  count: { repeat: 30s, burst: off, opt-out: exclude, agents: [preview, library], statuses: [302, 200], open: 72h }
                  weekly: { formats: [csv, html], funnel: [scan, /shop, /thank-you], to: [mailto:ceo@vinea.example, b@c.example] }
                  monthly: {}
                """))
        let site = try #require(result.site)
        #expect(codes(result) == [])
        let reports = site.reports
        #expect(reports.logs == ["/var/log/nginx/*.access.log*", "/var/log/caddy/a.log"])
        #expect(reports.goalLogs == ["/var/log/shop.log"] && reports.places == "data/city.mmdb")
        #expect(reports.keepDays == 400 && reports.smtp == "smtps://mail.example.org")
        #expect(reports.weekly?.formats == [.html, .csv] && reports.weekly?.funnel == ["/shop", "/thank-you"])
        #expect(reports.weekly?.mail == ["ceo@vinea.example", "b@c.example"])
        #expect(reports.monthly?.formats == [.html, .pdf] && reports.daily == nil)
        #expect(reports.funnels == [["/shop", "/thank-you"]])
        let rules = reports.rules
        #expect(rules.repeatSeconds == 30 && rules.burst == 0 && rules.optOut == .exclude && rules.openHours == 72)
        #expect(rules.agents == [.preview, .library] && rules.statuses == [200, 302])
        #expect(CountingRules(text: rules.text) == rules)
    }

    @Test("goals and click ids belong to their links")
    func goals() throws {
        let result = read(
            Self.manifest(
                "",
                links: """
                      a: https://example.org/
                      b: { to: https://example.org/b, goal: /thank-you, qid: true }
                      c: { to: https://example.org/c, goal: { page: "https://shop.example/order/*", planned: 2000 } }
                      d: { to: "tel:+431234567", qid: true }
                    """))
        let site = try #require(result.site)
        #expect(codes(result) == ["web-only"])
        #expect(
            site.goals == [1: Goal(page: "/thank-you"), 2: Goal(page: "https://shop.example/order/*", planned: 2000)])
        #expect(site.links.map { $0.options.contains(.clickID) } == [false, true, false, false])
    }

    @Test(
        "what can't be meant is refused at its place",
        arguments: [
            "keep: 5", "keep: 10s", "smtp: mail.example.org", "smtp: smtps://user:secret@mail.example.org",
            "from: nobody",
            "count: { repeat: soon }", "count: { burst: 1 }", "count: { agents: [robots] }", "count: { statuses: [9] }",
            "weekly: { funnel: [scan, thank-you] }", "weekly: { funnel: [/a?b=1] }", "weekly: { funnel: [/a, scan] }",
            "weekly: { to: hook:ops }", "weekly: { formats: docx }", "count: { opt-out: yes }", "count: { fold: 0 }",
        ])
    func refused(text: String) {
        let result = read(Self.manifest("reports: { \(text) }"))
        #expect(codes(result) == ["wrong-value"], "\(text)")
        #expect(result.diagnostics.allSatisfy { $0.range != nil })
    }

    @Test(
        "goals that no log could show are refused",
        arguments: ["thank-you", "{ planned: 3 }", "/a*b", "\"/a b\"", "{ page: /a, planned: 0 }"])
    func refusedGoals(text: String) {
        let result = read(Self.manifest("", links: "  a: { to: https://example.org/, goal: \(text) }"))
        #expect(
            result.site == nil && codes(result).allSatisfy { ["wrong-value", "missing-key"].contains($0) }, "\(text)")
    }

    @Test("the rules of the manifest are those that can be set, each with a value that sets it")
    func rules() {
        #expect(ManifestLanguage.counting.keys.map(\.name) == CountingRules.names)
        var rules = CountingRules()
        for (name, value) in CountingRules().values { #expect(rules.set(name, value) == nil, "\(name)=\(value)") }
        #expect(rules == CountingRules())
        #expect(rules.set("colour", "red") != nil && rules.set("repeat", "1y") != nil)
    }
}
