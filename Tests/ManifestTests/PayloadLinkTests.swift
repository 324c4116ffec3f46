import Site
import Support
import Testing

@testable import Manifest

@Suite struct PayloadLinkTests {
    private static let anna = "name: Anna Berger\nmobile: +43 664 1234567\naddress: { city: Wien }\n"

    @Test("a contact comes from its file, and its link leads nowhere")
    func contact() throws {
        let result = read(
            "domains: { go.example.org: {} }\nlinks:\n  card/anna: { vcard: contacts/anna.yaml, tags: team }\n",
            ["contacts/anna.yaml": Self.anna])
        let site = try #require(result.site, "\(result.diagnostics)")
        let link = try #require(site.links.first)
        let payload = try #require(site.payload(of: link))
        #expect(payload.text.contains("\r\nTEL;TYPE=CELL:+436641234567\r\nADR:;;;Wien;;;\r\nEND:VCARD\r\n"))
        #expect(payload.title == "Anna Berger" && !payload.isSecret)
        #expect(link.target == "" && link.tags == ["team"] && site.codeText(of: link) == payload.text)
    }

    @Test("what is wrong in a contact's file is shown there, all at once")
    func contactProblems() throws {
        let result = read(
            "domains: { go.example.org: {} }\nlinks: { anna: { vcard: anna.yaml } }\n",
            ["anna.yaml": "name: Anna\nemial: a@b.example\nmobile: abc\nphoto: anna.jpg\nnote: ${SECRET}\n"])
        #expect(codes(result) == ["unknown-key", "bad-payload", "bad-payload", "reference-refused"])
        let places = result.diagnostics.compactMap { $0.range.map { result.sources.position(of: $0) } }
        #expect(places.map(\.path) == Array(repeating: "/anna.yaml", count: 4))
        #expect(places.map(\.line) == [2, 3, 4, 5])
        #expect(result.diagnostics.first?.help == "did you mean 'email'?")
    }

    @Test("a contact's file must exist, hold a mapping, and lie under the manifest's folder")
    func contactFiles() {
        #expect(codes(links("  a: { vcard: none.yaml }")) == ["file-not-found"])
        let list = read("domains: { go.example.org: {} }\nlinks: { a: { vcard: a.yaml } }\n", ["a.yaml": "- a\n"])
        #expect(codes(list) == ["wrong-kind"])
        let empty = read("domains: { go.example.org: {} }\nlinks: { a: { vcard: a.yaml } }\n", ["a.yaml": ""])
        #expect(codes(empty) == ["empty-manifest"])
    }

    @Test("the password of a network comes from outside the manifest and is in no message")
    func network() throws {
        let yaml =
            "domains: { go.example.org: {} }\nlinks:\n  guests: { wifi: { ssid: Vinea Guests, password: \"${WIFI}\" } }\n"
        let good = read(yaml, environment: ["WIFI": "grape juice"])
        let site = try #require(good.site)
        let payload = try #require(site.payload(of: site.links[0]))
        #expect(payload.text == "WIFI:T:WPA;S:Vinea Guests;P:grape juice;;")
        #expect(payload.isSecret && payload.mark.hasPrefix("code:wifi:"))

        let bad = read(yaml, environment: ["WIFI": "s3cret"])
        #expect(codes(bad) == ["bad-payload"])
        #expect(!DiagnosticRenderer(color: false).text(bad.diagnostics, sources: bad.sources).contains("s3cret"))

        let missing = read(yaml)
        let without = try #require(missing.site)
        #expect(codes(missing) == ["secret-missing"])
        #expect(without.missingSecrets.count == 1)
        #expect(without.payloads[0].text == "" && without.payloads[0].isSecret)
        #expect(without.payloads[0].fingerprint == payload.fingerprint)

        let literal = links("  guests: { wifi: { ssid: x, password: s3cret-word } }")
        #expect(codes(literal) == ["literal-secret"])
        #expect(
            !DiagnosticRenderer(color: false).text(literal.diagnostics, sources: literal.sources).contains("s3cret"))
    }

    @Test("one value stands for the field that matters, and a payload stands alone")
    func forms() throws {
        let result = links(
            """
              here: { geo: [48.2082, 16.3738] }
              hi: { text: hello }
            """)
        #expect(codes(result) == ["wrong-kind"])
        let good = links(
            """
              call: { tel: +43 1 4567890 }
              there: { geo: { at: [48.2082, 16.3738], accuracy: 10 } }
              fest: { event: { title: Fest, start: "2027-09-18T17:00 Europe/Vienna", end: "2027-09-18T23:00 Europe/Vienna" } }
            """)
        let site = try #require(good.site, "\(good.diagnostics)")
        #expect(site.payloads.map(\.kind) == ["tel", "geo", "event"])
        #expect(site.payloads[0].text == "tel:+4314567890")
        #expect(site.payloads[1].text == "geo:48.2082,16.3738;u=10")
        #expect(site.payloads[2].text.contains("\r\nDTSTART:20270918T150000Z\r\nDTEND:20270918T210000Z\r\n"))
    }

    @Test("a payload goes with no target, no policy and no second payload; its slug is a slug")
    func conflicts() {
        #expect(codes(links("  a: { tel: +431234, to: https://example.org/ }")) == ["conflicting-keys"])
        #expect(codes(links("  a: { tel: +431234, until: 2030-01-01 }")) == ["conflicting-keys"])
        #expect(codes(links("  a: { tel: +431234, text: x }")) == ["conflicting-keys"])
        #expect(codes(links("  a/*: { tel: +431234 }")) == ["wildcard-place"])
        #expect(codes(links("  a: { tel: +431234 }\n  A: https://example.org/")) == ["duplicate-slug"])
        #expect(codes(links("  a: { tel: x }\n  A: https://example.org/")) == ["bad-payload", "duplicate-slug"])
        #expect(links("  a_b: { tel: +431234 }").site != nil)
        #expect(read("domains: { go.example.org: { dense: true } }\nlinks:\n  a_b: { tel: +431234 }").site != nil)
    }
}
