import Foundation
import Site
import Support
import Testing

@testable import Manifest

@Suite struct MeaningTests {
    @Test(
        "the examples of an explanation have the problem, and mended they don't",
        arguments: ManifestCodes.all.map(\.id))
    func explanations(id: String) throws {
        let code = try #require(ManifestCodes.all.first { $0.id == id })
        #expect(!code.title.isEmpty && !code.title.hasSuffix("."))
        #expect(code.explanation.count > 40)
        let parts = code.explanation.components(separatedBy: "For example:\n\n")
        guard parts.count == 2 else { return }
        let examples = parts[1].components(separatedBy: "Mended:\n\n").map { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.hasPrefix("    ") ? $0.dropFirst(4) : $0
            }
            .joined(separator: "\n")
        }
        #expect(examples.count == 2)
        guard examples.count == 2 else { return }
        #expect(Set(Self.problems(of: examples[0], id)) == [id], "\(examples[0])")
        #expect(Self.problems(of: examples[1], id) == [], "\(examples[1])")
    }

    /// An example is a manifest, perhaps without its domain, or a table.
    static func problems(of example: String, _ id: String) -> [String] {
        let head = example.contains("domains:") ? "" : "domains: { go.example.org: {} }\n"
        let others = [
            "links/spring.csv": "slug,to\n", "Links/spring.csv": "slug,to\n", "a.csv": "slug,to\n",
            "links.csv": "slug,to\n", "links.ods": "",
            "links/a.yaml": "links: {}", "links.yaml": "links: {}", "secrets/ledger.key": Fixtures.key,
            "secrets/spring.csv": "slug,to\n", "country.mmdb": "", "city.mmdb": "",
        ]
        switch id {
        case "table-json": return codes(read(head + "include: t.jsonl", ["t.jsonl": example]))
        case let id where id.hasPrefix("table"):
            return codes(read(head + "include: t.csv", ["t.csv": example]))
        case let id where id.hasPrefix("certificate-") || id == "duplicate-certificate":
            if id == "certificate-id" {
                return codes(read(head + example, ["secrets/ledger.key": Fixtures.key]))
            }
            let pattern = example.hasPrefix("serial") ? "{serial}" : "A-{n}"
            guard let pattern = try? CertificatePattern(pattern) else { return ["no pattern"] }
            let batch = CertificateBatch(name: "a", data: "a.csv", pattern: pattern)
            return CertificateTable(Array(example.utf8), path: "a.csv", batch: batch).diagnostics.map(\.code.id)
        case "batch-template":
            return codes(
                read(
                    head + "batches:\n  b:\n    data: t.csv\n    to: https://example.org/\n    " + example,
                    ["t.csv": "gtin,serial\n1,2\n"]))
        case "batch-header", "batch-row":
            return codes(
                read(
                    head + "batches:\n  b: { data: t.csv, path: \"{gtin}/{serial}\", to: https://example.org/ }",
                    ["t.csv": example]))
        case "misplaced-key": return codes(read(head + "include: t.yaml", ["t.yaml": example]))
        case "empty-manifest": return codes(read(example))
        case "no-domain": return codes(read(example))
        case "file-not-found": return codes(read(head + example, ["Links/spring.csv": "slug,to\n"]))
        case "include-empty": return codes(read(head + example, ["links/a.csv": "slug,to\n"]))
        // These need a file system: HostileTests has them.
        case "path-outside", "file-not-regular":
            return example.contains("spring") || example.contains("*") ? [] : [id]
        default:
            return codes(
                read(head + example, others, environment: id == "wrong-key" ? [:] : ["LEDGER_KEY": Fixtures.key]))
        }
    }

    @Test("an empty reason for reuse is refused, but a blank cell says nothing")
    func blankReason() throws {
        for blank in ["", " ", "   "] {
            #expect(codes(links("  a: { to: https://e.org/, reuse: \"\(blank)\" }")) == ["wrong-value"])
        }
        let head = "domains: { go.example.org: {} }\ninclude: "
        #expect(
            codes(read(head + "t.jsonl", ["t.jsonl": "{\"slug\":\"a\",\"to\":\"https://e.org/\",\"reuse\":\" \"}"]))
                == ["wrong-value"])
        #expect(
            try #require(read(head + "t.csv", ["t.csv": "slug,to,reuse\na,https://e.org/,"]).site).links[0].reuse
                == nil)
    }

    @Test("query and suffix do nothing on a target that is no web address, with a warning where they are asked for")
    func webOnly() throws {
        let result = links(
            "  a/*: { to: \"tel:+431\", query: pass, suffix: true }\n  b: { to: \"tel:+431\", query: drop }")
        #expect(codes(result) == ["web-only", "web-only"])
        #expect(try #require(result.site).links.allSatisfy { $0.options.isEmpty })
        #expect(
            codes(read("domains: { a.example: {} }\ndefaults: { query: pass }\nlinks: { a: \"tel:+431\" }")) == [])
    }

    @Test("a refused target or an unknown column does not hide other problems")
    func nothingHidden() {
        #expect(codes(links("  menu: htps://e.org/\n  Menu: https://e.org/")) == ["target-scheme", "duplicate-slug"])
        let result = read(
            "domains: { go.example.org: {} }\ninclude: t.csv",
            ["t.csv": "slug,to,colour,dense\na,e.org,x,\nb,https://e.org/,x,yes\nc\n"])
        #expect(codes(result) == ["unknown-key", "bad-target", "wrong-value", "table-cells"])
        #expect(
            result.diagnostics.map(\.summary).suffix(2) == [
                "expected true or false, found 'yes'", "this row has 1 cell, the header has 4",
            ])
        #expect(
            links("  a: { page: a.yaml, profile: eu-wine }").diagnostics.map(\.help) == [
                "page: a page described by a file; remove it for now",
                "profile: the rules that the page follows; remove it for now",
            ])
    }

    @Test("a password in a URL does not show", arguments: ["https", "htps", "http"])
    func userinfo(scheme: String) {
        let url = "\(scheme)://anna:hunter2@example.org/"
        for result in [
            links("  a: \(url)"), links("  a: { redirct: 1, to: \"\(url)\" }"),
            read("domains: { a.example: {} }\ninclude: t.csv", ["t.csv": "slug,to\na//b,\(url)\n"]),
        ] {
            #expect(result.site == nil)
            #expect(!DiagnosticRenderer().text(result.diagnostics, sources: result.sources).contains("hunter2"))
        }
    }

    @Test("every code has its own name")
    func distinct() {
        let ids = ManifestCodes.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.count > 50)
    }

    @Test("the smallest manifest has both servers, ACME and a 302")
    func smallest() throws {
        let site = try #require(try Fixtures.read("smallest/wayseal.yaml").site)
        #expect(site.domains[0].servers == [.nginx, .caddy])
        #expect(site.domains[0].tls == .acme)
        #expect(site.links[0].redirect == .found)
        #expect(site.signing == nil)
    }

    @Test("links are in the order of the manifest, then of the included files")
    func order() throws {
        let site = try #require(
            read(
                "domains: { go.example.org: {} }\ninclude: [\"*.csv\", z.yaml]\nlinks: { m: https://e.org/, a: https://e.org/ }",
                [
                    "b.csv": "slug,to\nb,https://e.org/", "a.csv": "slug,to\na2,https://e.org/",
                    "z.yaml": "links: { z: https://e.org/ }\ninclude: sub/*.csv",
                    "sub/y.csv": "slug,to\ny,https://e.org/",
                ]
            ).site)
        #expect(site.links.map(\.slug) == ["m", "a", "a2", "b", "z", "y"])
    }

    @Test("what a link says wins over its domain, and that over the defaults")
    func precedence() throws {
        let site = try #require(
            read(
                """
                domains: { go.example.org: { dense: false }, id.example.org: {} }
                defaults: { domain: go.example.org, dense: true, utm: { source: d, medium: d }, query: pass, privacy: none, redirect: 307 }
                links:
                  a: https://e.org/
                  b: { to: https://e.org/, domain: id.example.org, utm: { source: l }, query: drop, privacy: full, redirect: 302 }
                  c: { to: https://e.org/, dense: true }
                """
            ).site)
        #expect(site.links.map(\.dense) == [false, true, true])
        #expect(site.links[0].target == "https://e.org/?utm_source=d&utm_medium=d")
        #expect(site.links[1].target == "https://e.org/?utm_source=l&utm_medium=d")
        #expect(site.links[1].options == [.dense])
        #expect(site.links[1].redirect == .found)
        #expect(site.links[0].privacy == .none)
    }

    @Test("circles through links, wildcards and fallbacks are found")
    func loops() {
        #expect(codes(links("  a: https://go.example.org/a")) == ["target-loop"])
        #expect(
            codes(
                links(
                    "  a: https://go.example.org/B#x\n  b: http://GO.example.org/c?y\n  c: https://go.example.org/%61"
                )) == ["target-loop"])
        #expect(codes(links("  docs/*: https://go.example.org/docs/x")) == ["target-loop"])
        #expect(codes(links("  \"*\": https://go.example.org/x")) == ["target-loop"])
        #expect(
            codes(links("  docs/*: { to: https://go.example.org/docs, suffix: true }")) == ["target-loop"])
        #expect(codes(links("  a: https://go.example.org:8443/a")) == [])
        #expect(codes(links("  a: https://go.example.org/")) == [])
        #expect(
            codes(
                links(
                    "  a: https://go.example.org/b\n  b: https://go.example.org/c\n  c: https://go.example.org/b"
                )) == ["target-chain", "target-loop"])
        #expect(
            codes(read("domains: { go.example.org: { home: https://go.example.org/ } }")) == ["target-loop"])
        #expect(
            codes(read("domains: { go.example.org: { missing: https://go.example.org/x } }")) == [
                "target-loop"
            ])
        #expect(codes(read("domains: { go.example.org: { missing: https://go.example.org/ } }")) == [])
    }

    @Test("a long chain of links is followed in linear time", .timeLimit(.minutes(1)))
    func longChain() {
        let rows = (0..<20_000).map { "s\($0),https://go.example.org/s\(($0 + 1) % 20_000)" }.joined(
            separator: "\n")
        let result = read("domains: { go.example.org: {} }\ninclude: a.csv", ["a.csv": "slug,to\n" + rows])
        #expect(codes(result) == ["target-loop"])
    }

    @Test("references are read in four forms, and a literal one is escaped")
    func references() throws {
        func pieces(_ text: String) throws -> [Reference.Piece] { try Reference.pieces(of: text) }
        #expect(
            try pieces("a${X}b") == [.literal("a"), .reference(.variable("X"), bytes: 1..<5), .literal("b")])
        #expect(try pieces("${X:-a:b}") == [.reference(.variableOr("X", fallback: "a:b"), bytes: 0..<9)])
        #expect(try pieces("${X:?why}") == [.reference(.variableRequired("X", message: "why"), bytes: 0..<9)])
        #expect(try pieces("${file:a/b}") == [.reference(.file("a/b"), bytes: 0..<11)])
        #expect(try pieces("$${X}") == [.literal("${X}")])
        #expect(try pieces("$x $ $") == [.literal("$x $ $")])
        for bad in ["${", "${}", "${1}", "${A-B}", "${A:+x}", "${file:}", "${ A}", "${A"] {
            #expect(throws: TextProblem.self, "\(bad)") { try Reference.pieces(of: bad) }
        }
        #expect(
            Reference.isPresent(in: "${X}") && !Reference.isPresent(in: "$${X}")
                && !Reference.isPresent(in: "$X{}"))
    }

    @Test("settings of one machine come from its environment, and wrong ones are not shown")
    func deployment() throws {
        let manifest =
            "domains: { go.example.org: { listen: \"${WAYSEAL_LISTEN}\", hsts: \"${WAYSEAL_HSTS:-off}\", server: \"${WAYSEAL_SERVER}\" } }\nlinks: { a: https://e.org/ }"
        let site = try #require(
            read(manifest, environment: ["WAYSEAL_LISTEN": "127.0.0.1:8080", "WAYSEAL_SERVER": "caddy"]).site)
        #expect(site.domains[0].listen.map(\.description) == ["127.0.0.1:8080"])
        #expect(site.domains[0].hsts == nil)
        #expect(site.domains[0].servers == [.caddy])
        let wrong = read(
            manifest, environment: ["WAYSEAL_LISTEN": "s3cret", "WAYSEAL_SERVER": "s3cret", "WAYSEAL_HSTS": "s3cret"])
        #expect(codes(wrong) == ["bad-listen", "wrong-value", "wrong-value"])
        #expect(!DiagnosticRenderer().text(wrong.diagnostics, sources: wrong.sources).contains("s3cret"))
    }

    @Test(
        "variables that are not meant for it never become a part of the configuration",
        arguments: [
            "${AWS_SECRET}", "${AWS_SECRET:-/x}", "${AWS_SECRET:?x}", "${file:secrets/ledger.key}",
            "${WAYSEAL_PASSPHRASE}", "${WAYSEAL_}", "${WAYSEAL_x}", "${wayseal_X}", "${WAYSEAL_API_TOKEN}",
        ])
    func deploymentVariables(reference: String) {
        let result = read(
            "domains: { go.example.org: { tls: { certificate: \"/x/\(reference)\", key: /k.pem } } }",
            ["secrets/ledger.key": "s3cret"],
            environment: [
                "AWS_SECRET": "s3cret", "WAYSEAL_PASSPHRASE": "s3cret", "WAYSEAL_": "s3cret",
                "WAYSEAL_x": "s3cret", "wayseal_X": "s3cret", "WAYSEAL_API_TOKEN": "s3cret",
            ])
        #expect(codes(result) == ["deployment-variable"])
        #expect(result.site == nil)
    }

    @Test("values keep the text that YAML typing would change")
    func rawText() throws {
        let site = try #require(
            links(
                "  a: { to: https://e.org/, tags: [NO, 11:00, 1.10, 04012345123456, 0x1F, 1e3, yes, 2024-01-01] }\n  007: https://e.org/7\n  no: https://e.org/no"
            ).site)
        #expect(
            site.links[0].tags == [
                "NO", "11:00", "1.10", "04012345123456", "0x1F", "1e3", "yes", "2024-01-01",
            ])
        #expect(site.links.map(\.slug) == ["a", "007", "no"])
    }

    @Test("a byte order mark and CRLF are read, and columns count characters")
    func encodings() throws {
        let result = readBytes(
            [0xEF, 0xBB, 0xBF]
                + Array(
                    "domains: { go.example.org: {} }\r\nlinks:\r\n  ü: { to: https://e.org/, x: 1 }\r\n".utf8)
        )
        let range = try #require(result.diagnostics.first?.range)
        let position = result.sources.position(of: range)
        #expect(position.line == 3)
        #expect(position.column == 28)
    }

    @Test("independent problems are all reported in one run, in order")
    func allAtOnce() {
        let result = read(
            "domains: { go.example.org: { servr: x, listen: y } }\nlinks:\n  a//b: https://e.org/\n  b: e.org\n  c: { to: https://e.org/, design: x }\n  C: https://e.org/\ninclude: nope.csv"
        )
        #expect(
            codes(result) == [
                "unknown-key", "bad-listen", "bad-slug", "bad-target", "unknown-design", "duplicate-slug",
                "file-not-found",
            ])
    }

    @Test("an included file may add domains, and is told what belongs into the main manifest")
    func included() throws {
        let result = read(
            "include: [a.yaml]\ndomains: { go.example.org: {} }",
            [
                "a.yaml":
                    "domains: { id.example.org: {} }\nlinks: { a: { to: https://e.org/, domain: id.example.org } }"
            ])
        #expect(result.site?.domains.map(\.host) == ["go.example.org", "id.example.org"])
        #expect(
            codes(read("include: [a.yaml]\ndomains: { go.example.org: {} }", ["a.yaml": "servers: nginx"]))
                == ["misplaced-key"])
    }

    @Test("did-you-mean knows words near by, and where a key belongs")
    func suggestions() {
        func help(_ yaml: String) -> String? { read(yaml).diagnostics.first?.help }
        #expect(help("domains: { a.example: { tsl: off } }") == "did you mean 'tls'?")
        #expect(
            help("domains: { a.example: { utm: {} } }") == "'utm' belongs to defaults or links.SLUG or batches.NAME")
        #expect(
            help("domains: { a.example: {} }\nlinks: { a: { to: https://e.org/, hsts: off } }")
                == "'hsts' belongs to domains.HOST")
        #expect(help("domains: { a.example: { server: ngnix } }") == "did you mean 'nginx'?")
    }
}
