import Site
import Support
import Testing

@testable import Manifest

@Suite struct PolicyTests {
    /// The policy of the only link.
    static func policy(_ body: String, zone: String = "Europe/Vienna") throws -> Policy {
        let result = read("site: { timezone: \(zone) }\ndomains: { go.example.org: {} }\nlinks: { a: { \(body) } }")
        #expect(!result.diagnostics.contains { $0.severity == .error }, "\(result.diagnostics.map(\.summary))")
        let site = try #require(result.site)
        return try #require(site.policy(of: site.links[0]))
    }

    static func windows(_ body: String) throws -> String {
        try policy("to: https://e.org/, " + body).hours.map { "\($0.day) \($0.from)-\($0.to)" }.joined(separator: ", ")
    }

    @Test("hours over midnight belong to the day they begin on")
    func midnight() throws {
        #expect(try Self.windows("hours: 22:00-02:00, days: [fri]") == "4 1320-1440, 5 0-120")
        #expect(try Self.windows("hours: 22:00-02:00, days: sun") == "0 0-120, 6 1320-1440")
        #expect(try Self.windows("hours: 22-24, days: sun") == "6 1320-1440")
        #expect(try Self.windows("hours: 22:00-00:00, days: sun") == "6 1320-1440")
        #expect(try Self.windows("days: [sat-mon]") == "0 0-1440, 5 0-1440, 6 0-1440")
        #expect(try Self.windows("hours: [9-12, 11:30-13], days: MON") == "0 540-780")
    }

    @Test("hours without days are every day, days without hours whole days, the whole week no policy at all")
    func halves() throws {
        #expect(try Self.policy("to: https://e.org/, hours: 9-10").hours.count == 7)
        #expect(try Self.windows("days: [wed]") == "2 0-1440")
        #expect(try Self.policy("to: https://e.org/, days: mon-sun").hours.isEmpty)
        #expect(try Self.policy("to: https://e.org/, hours: 00:00-24:00").hours.isEmpty)
    }

    @Test(
        "dates mean what people mean",
        arguments: [
            ("2027-03-01", Int64(1_803_855_600)), ("2027-07-01", 1_814_392_800), ("2027-07-01T12:30", 1_814_437_800),
            ("2027-07-01 12:30:15", 1_814_437_815), ("2027-07-01T12:30Z", 1_814_445_000),
            ("2027-07-01T12:30+02:00", 1_814_437_800), ("2027-07-01T12:30-05:30", 1_814_464_800),
            ("2027-07-01T12:30 UTC", 1_814_445_000), ("2027-07-01 Asia/Kathmandu", 1_814_379_300),
            // Clocks skip 02:00 to 03:00: the moment of the skip.
            ("2027-03-28T02:30", 1_806_195_600),
        ])
    func dates(text: String, instant: Int64) throws {
        #expect(try Self.policy("to: https://e.org/, from: \"\(text)\"").from == instant)
        #expect(try Self.policy("to: https://e.org/, until: \"\(text)\"").until == instant)
    }

    @Test("a time that clocks show twice begins at the first and ends at the second")
    func twice() throws {
        let from = try #require(try Self.policy("to: https://e.org/, from: 2027-10-31T02:30").from)
        let until = try #require(try Self.policy("to: https://e.org/, until: 2027-10-31T02:30").until)
        #expect(until - from == 3600)
    }

    @Test(
        "what is no date, or none that can be told apart, is refused",
        arguments: [
            "2027-2-1", "01.02.2027", "2027-02-29", "2027-13-01", "2027-01-01T24:00", "2027-01-01T12", "2027-01-01Z",
            "2027-01-01T12:30+2", "2027-01-01T12:30 ../../etc/passwd", "2027-01-01T12:30  UTC", "1999-01-01",
            "2200-01-01",
            "now", "2027-01-01T12:30:60",
        ])
    func noDates(text: String) {
        let result = links("  a: { to: https://e.org/, from: \"\(text)\" }")
        #expect(["bad-date", "bad-timezone"].contains(codes(result).joined(separator: " ")), "\(codes(result))")
    }

    @Test(
        "weights add up, what can't be divided is shared out in order",
        arguments: [
            ("a: https://e.org/1, b: https://e.org/2", [5000, 5000]),
            ("a: https://e.org/1, b: https://e.org/2, c: https://e.org/3", [3334, 3333, 3333]),
            ("a: https://e.org/1 30%, b: https://e.org/2", [3000, 7000]),
            ("a: https://e.org/1 0.01%, b: https://e.org/2 99.99%", [1, 9999]),
            ("a: https://e.org/1 12.5 %, b: https://e.org/2, c: https://e.org/3", [1250, 4375, 4375]),
        ])
    func weights(split: String, expected: [Int]) throws {
        #expect(try Self.policy("split: { \(split) }").variants.map(\.weight) == expected)
    }

    @Test("a target beside a split gets the rest, or a share like those without a weight")
    func rest() throws {
        #expect(
            try Self.policy("to: https://e.org/, split: { a: https://e.org/1 30% }").variants.map(\.weight) == [3000])
        #expect(
            try Self.policy("to: https://e.org/, split: { a: https://e.org/1, b: https://e.org/2 }").variants.map(
                \.weight)
                == [3333, 3333])
        let all = links("  a: { to: https://e.org/, split: { a: https://e.org/1 40%, b: https://e.org/2 60% } }")
        #expect(codes(all) == ["unreachable-rule"])
    }

    @Test(
        "a split that can't be is refused",
        arguments: [
            "a: https://e.org/ 101%", "a: https://e.org/ 0%", "a: https://e.org/ 0.001%", "a: https://e.org/ 30",
            "a: https://e.org/ 99.99%, b: https://e.org/, c: https://e.org/", "to: https://e.org/", "A: https://e.org/",
            "a: https://e.org/ 100%, b: https://e.org/", "a: https://e.org/ 50%",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: https://e.org/",
        ])
    func badSplits(split: String) {
        #expect(Set(codes(links("  l: { split: { \(split) } }"))) == ["bad-split"], "\(split)")
    }

    @Test("a link whose split takes everyone has no target of its own, and its options follow the variants")
    func splitAlone() throws {
        let site = try #require(links("  l: { split: { a: https://e.org/ }, query: pass }").site)
        #expect(site.links[0].target == "")
        #expect(site.links[0].options.contains(.passQuery))
    }

    @Test("targets of policies get what the link's own target gets: normal form, UTM, checks")
    func targets() throws {
        let policy = try Self.policy(
            "to: https://e.org/, utm: { source: qr }, gone: HTTPS://E.org, when: [{ device: ios, to: \"https://e.org/ä?b\" }], preview: { title: x, image: https://e.org/p.png }"
        )
        #expect(policy.rules[0].target == "https://e.org/%C3%A4?b&utm_source=qr")
        #expect(policy.gone == "https://e.org/?utm_source=qr")
        #expect(policy.preview?.image == "https://e.org/p.png")
        #expect(codes(links("  l: { to: https://e.org/, gone: \"javascript:alert(1)\" }")) == ["target-scheme"])
        #expect(
            codes(links("  l: { to: https://e.org/, gone: https://go.example.org/l, until: 2099-01-01 }")) == [
                "target-loop"
            ])
    }

    @Test("circles through policies are found, with a warning where they close only sometimes")
    func circles() {
        let sometimes = links(
            "  a: { to: https://e.org/, when: [{ device: ios, to: https://go.example.org/b }] }\n  b: https://go.example.org/a"
        )
        #expect(Set(codes(sometimes)) == ["target-loop", "target-chain"])
        #expect(sometimes.site != nil)
        #expect(codes(links("  a: { split: { x: https://go.example.org/a, y: https://e.org/ } }")) == ["target-loop"])
    }

    @Test("equal places are one, and a fence gives them its name")
    func places() throws {
        let result = read(
            """
            domains: { go.example.org: {} }
            reports: { geo: c.mmdb }
            fences: { home: { country: [DE, at] } }
            links:
              a: { to: https://e.org/, only: home }
              b: { to: https://e.org/, when: [{ country: [AT, DE], to: https://e.org/b }] }
              c: { to: https://e.org/, when: [{ only: [home, FR], to: https://e.org/c }, { ip: 192.0.2.7, to: https://e.org/d }] }
            """, ["c.mmdb": "x"])
        let site = try #require(result.site)
        #expect(site.places.map(\.name) == ["home", "FR", "192.0.2.7/32"])
        #expect(site.places[2].addresses.v4 == [0xC000_0207...0xC000_0207])
        #expect(site.policies[0].places == [0])
        #expect(site.policies[1].rules[0].conditions == [.place([0])])
        #expect(site.policies[2].rules[0].conditions == [.place([0, 1])])
        #expect(site.placesDatabase?.bytes == Array("x".utf8))
    }

    @Test("a rule that an earlier one hides is named with it; narrower ones before wider ones are not")
    func shadows() {
        func rules(_ rules: String...) -> [String] {
            let list = rules.map { "{ \($0), to: https://e.org/x }" }.joined(separator: ", ")
            return codes(links("  a: { to: https://e.org/, when: [\(list)] }"))
        }
        #expect(rules("device: mobile", "device: ios") == ["unreachable-rule"])
        #expect(rules("device: ios", "device: mobile") == [])
        #expect(rules("hours: 10-18", "hours: 11-12, device: ios") == ["unreachable-rule"])
        #expect(rules("hours: 10-18, device: ios", "hours: 11-12") == [])
        #expect(rules("language: de", "language: de-AT") == ["unreachable-rule"])
        #expect(rules("language: de-AT", "language: de") == [])
        #expect(rules("query: t", "query: { t: 4 }") == ["unreachable-rule"])
        #expect(rules("days: mon-sun", "browser: firefox") == ["unreachable-rule"])
        #expect(rules("ip: 10.0.0.0/8", "ip: [10.1.0.0/16, 10.2.0.0/16]") == ["unreachable-rule"])
        #expect(rules("ip: 10.0.0.0/8", "ip: [10.1.0.0/16, 11.0.0.0/16]") == [])
        #expect(rules("from: 2027-01-01", "from: 2027-02-01, until: 2027-03-01") == ["unreachable-rule"])
        #expect(rules("from: 2027-01-01, until: 2027-02-01", "from: 2027-01-15") == [])
        #expect(
            codes(links("  a: { to: https://e.org/, hours: 9-17, when: [{ hours: 18-20, to: https://e.org/x }] }")) == [
                "unreachable-rule"
            ])
    }

    @Test("a million plain links stay as small as they were, and rows with equal policies share one")
    func shared() throws {
        #expect(MemoryLayout<Link>.stride <= 104)
        let rows = (0..<1000).map { "s\($0),https://e.org/\($0),2027-0\($0 % 2 + 1)-01" }.joined(separator: "\n")
        let result = read(
            "domains: { go.example.org: {} }\ninclude: t.csv", ["t.csv": "slug,to,until\n" + rows])
        let site = try #require(result.site)
        #expect(site.policies.count == 2)
        #expect(site.links.allSatisfy { $0.policy >= 0 })
    }

    @Test("tables say the same in columns, lists in JSON are lists, and what is wrong is said for every row")
    func tables() throws {
        let head = "domains: { go.example.org: {} }\ninclude: "
        let csv = try #require(
            read(
                head + "t.csv",
                ["t.csv": "slug,to,hours,days,once,enforce\na,https://e.org/,9-12;13-17,mon-fri,TRUE,soft"]
            )
            .site)
        let json = try #require(
            read(
                head + "t.jsonl",
                [
                    "t.jsonl":
                        #"{"slug":"a","to":"https://e.org/","hours":["9-12","13-17"],"days":"mon-fri","once":true,"enforce":"soft"}"#
                ]
            ).site)
        for site in [csv, json] {
            #expect(site.policies.count == 1)
            #expect(site.policies[0].hours.count == 10)
            #expect(site.policies[0].limit == Policy.ScanLimit(scans: 1, enforcement: .soft, confirm: true))
        }
        let bad = read(head + "t.csv", ["t.csv": "slug,to,until\na,https://e.org/,x\nb,https://e.org/,x"])
        #expect(codes(bad) == ["bad-date", "bad-date"])
        #expect(
            codes(read(head + "t.csv", ["t.csv": "slug,to,confirm,enforce\na,https://e.org/,yes,hard"]))
                == ["wrong-value", "bad-limit", "wrong-value", "bad-limit"])
    }

    @Test("a password's secret is never shown, and without it the site says what is missing")
    func passwords() throws {
        let hex = String(repeating: "0f", count: 16)
        let manifest = "domains: { a.example: {} }\nlinks: { t: { to: https://e.org/, password: \"${P}\" } }"
        let good = read(manifest, environment: ["P": "wayseal-password:1:600000:\(hex):\(hex)"])
        #expect(try #require(good.site).policies[0].password?.salt == hex)
        #expect(try #require(good.site).missingSecrets.isEmpty)
        let missing = read(manifest)
        #expect(codes(missing) == ["password-missing"])
        #expect(try #require(missing.site).missingSecrets.count == 1)
        let wrong = read(manifest, environment: ["P": "hunter2"])
        #expect(codes(wrong) == ["wrong-password"])
        #expect(!wrong.diagnostics.contains { "\($0)".contains("hunter2") })
    }

    @Test("a database that can't be named is an error once, and it is read only where a place needs it")
    func database() {
        let head = "domains: { a.example: {} }\nreports: { geo: \"${SECRET}\" }\nlinks: { t: { to: https://e.org/"
        #expect(codes(read(head + ", only: AT } }")) == ["deployment-variable"])
        let missing = "domains: { a.example: {} }\nreports: { geo: no.mmdb }\nlinks: { t: { to: https://e.org/"
        #expect(codes(read(missing + ", only: AT } }")) == ["file-not-found"])
        #expect(codes(read(missing + " } }")) == [])
    }

    @Test("all countries of ISO 3166-1 are known, and Kosovo")
    func countries() throws {
        #expect(CountryCodes.count == 250)
        for code in ["AT", "ZW", "AD", "XK", "no"] { #expect(try CountryCodes.code(code) == code.uppercased()) }
        for code in ["XX", "UK", "AUT", "", "A", "EU", "ÄT"] {
            #expect(throws: TextProblem.self) { try CountryCodes.code(code) }
        }
    }

    @Test("whatever stands in a policy's value, it is read or refused at a place in the file")
    func hostile() {
        var random = FixedRandom(7)
        let alphabet = Array("0123456789:-–+TZ %./,abcdfimnorstuwAEIOU_{}&=é ".unicodeScalars)
        let keys = ["hours", "days", "from", "until", "limit", "rate", "only", "gone", "once", "confirm", "enforce"]
        let seeds = ["11:00-15:00", "mon-fri", "2027-03-01T12:30", "100 scans", "30/minute", "AT", "https://e.org/"]
        for round in 0..<3_000 {
            var text = String.UnicodeScalarView(seeds.randomElement(using: &random)!.unicodeScalars)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random))
                if Bool.random(using: &random), place < text.endIndex { text.remove(at: place) }
                text.insert(alphabet.randomElement(using: &random)!, at: min(place, text.endIndex))
            }
            let value = String(text).replacing("\"", with: "")
            let key = keys[round % keys.count]
            let manifests = [
                "  a: { to: https://e.org/, \(key): \"\(value)\" }",
                "  a: { split: { x: \"https://e.org/ \(value)\", y: https://e.org/ } }",
                "  a: { to: https://e.org/, when: [{ \(key): \"\(value)\", ip: \"\(value)\", language: \"\(value)\", to: https://e.org/ }] }",
            ]
            for manifest in manifests {
                let result = links(manifest)
                let hasErrors = result.diagnostics.contains { $0.severity == .error }
                #expect((result.site == nil) == hasErrors, "\(manifest)")
                for problem in result.diagnostics { #expect(problem.range != nil, "\(manifest)") }
                for policy in result.site?.policies ?? [] {
                    #expect(policy.variants.allSatisfy { (1...10_000).contains($0.weight) }, "\(manifest)")
                    #expect(policy.hours.allSatisfy { $0.from < $0.to && $0.to <= 1440 && (0..<7).contains($0.day) })
                    if let from = policy.from, let until = policy.until { #expect(from < until) }
                }
            }
        }
    }

    @Test("hours of a week are the same minutes as plain arithmetic gives")
    func weekArithmetic() {
        var random = FixedRandom(11)
        for _ in 0..<500 {
            let spans = (0..<Int.random(in: 1...3, using: &random)).map { _ -> TimeText.Span in
                let from = Int.random(in: 0..<1440, using: &random)
                let to = (from + Int.random(in: 1..<1440, using: &random)) % 1440
                return TimeText.Span(from: from, to: to)
            }
            let days = Set((0..<7).filter { _ in Bool.random(using: &random) })
            let windows = TimeText.windows(spans, on: days)
            #expect(windows == WeekWindow.normalized(windows))
            for minute in stride(from: Int.random(in: 0..<7, using: &random), to: 7 * 1440, by: 7) {
                let (day, time) = (minute / 1440, minute % 1440)
                let isOpen = spans.contains { span in
                    if span.from < span.to { return days.contains(day) && span.from <= time && time < span.to }
                    return days.contains(day) && time >= span.from || days.contains((day + 6) % 7) && time < span.to
                }
                #expect(isOpen == windows.contains { $0.day == day && $0.from <= time && time < $0.to })
            }
        }
    }
}
