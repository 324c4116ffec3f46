import Redirects
import Site
import Support
import Testing

@Suite struct `The simulator` {
    let site: Site
    let simulator: Simulator

    init() throws {
        site = try SiteNotation.parse(
            """
            domain go.example.org
            link menu https://example.org/menu
            link menu/* https://example.org/m suffix
            link old https://example.org/new 301
            link api https://api.example.org/?v=2#top 307 pass
            link caf%C3%A9 https://example.org/cafe
            link docs/* https://docs.example.org/base?lang=en suffix pass
            link docs/de/* https://docs.example.org/de/
            domain off.example tls=off home=https://example.org/ server=nginx
            link * https://new.example/ suffix
            """)
        simulator = Simulator(RouteTable(site: site))
    }

    private func answer(
        _ target: String, _ method: String = "GET", host: String = "go.example.org",
        scheme: Simulator.Request.Scheme = .https,
        server: Server = .nginx
    ) -> Simulator.Answer {
        simulator.answer(.init(method: method, scheme: scheme, host: host, target: target, server: server))
    }

    @Test(
        arguments: [
            ("/menu", 302, "https://example.org/menu"), ("/MENU", 302, "https://example.org/menu"),
            ("//menu", 302, "https://example.org/menu"), ("/%6Denu?x=1", 302, "https://example.org/menu"),
            ("/x/../menu", 302, "https://example.org/menu"), ("/old", 301, "https://example.org/new"),
            ("/api?a=1", 307, "https://api.example.org/?v=2&a=1#top"),
            ("/api?", 307, "https://api.example.org/?v=2#top"),
            ("/caf%c3%A9", 302, "https://example.org/cafe"),
            ("/docs/", 302, "https://docs.example.org/base/?lang=en"),
            ("/docs/a/B%20c?q", 302, "https://docs.example.org/base/a/B%20c?lang=en&q"),
            ("/docs//evil.com", 302, "https://docs.example.org/base/evil.com?lang=en"),
            ("/docs/de/x", 302, "https://docs.example.org/de/"), ("/menu/a", 302, "https://example.org/m/a"),
        ])
    func `finds the link and its target`(target: String, status: Int, location: String) {
        for server in Server.allCases {
            let answer = answer(target, server: server)
            #expect(answer.status == status && answer.location == location, "\(server): \(answer)")
        }
    }

    @Test(arguments: [
        "/docs", "/docsx/", "/nothing", "/docs/x%2f..%2f..%2fy", "/docs/a%5c..%5cb", "/docs/\"", "/menu/",
    ])
    func `answers the missing page for what is no link`(target: String) {
        for server in Server.allCases where target != "/menu/" {
            #expect(answer(target, server: server).status == 404, "\(server) \(target)")
        }
    }

    @Test func `never lets a suffix leave the target's path`() {
        for suffix in ["..", "../x", "%2e%2e/x", "..%2f", ".%2E%5Cx", "a/../../x", "..%5c..", "./a"] {
            for server in Server.allCases {
                #expect(answer("/docs/" + suffix, server: server).location?.contains("..") != true)
            }
        }
    }

    @Test func `lets other methods through to links that keep them only`() {
        #expect(answer("/api", "POST").status == 307)
        #expect(answer("/menu", "POST").status == 405)
        #expect(answer("/nothing", "DELETE").status == 405)
        #expect(answer("/menu", "HEAD").status == 302)
    }

    @Test func `sends plain HTTP to HTTPS and knows its hosts`() {
        #expect(answer("/menu?a=1", scheme: .http).location == "https://go.example.org/menu?a=1")
        #expect(answer("/menu", host: "GO.example.org.:443").status == 302)
        #expect(answer("/menu", host: "evil.example").status == 404)
        #expect(answer("/", host: "off.example", scheme: .http).location == "https://example.org/")
        #expect(answer("/a", host: "off.example", scheme: .http, server: .caddy).status == 404)
        #expect(answer("/a/b", host: "off.example", scheme: .http).location == "https://new.example/a/b")
    }

    @Test func `refuses what cannot be read`() {
        for target in ["/%zz", "/%", "/a\u{1}b", "relative"] {
            for server in Server.allCases {
                #expect(answer(target, server: server).status == 400, "\(target)")
            }
        }
        #expect(answer("/..").status == 400)
        #expect(answer("/%00").status == 400)
    }

    @Test func `says why`() {
        #expect(answer("/docs/x").reason == ["the path is under the wildcard 'docs/*'"])
        #expect(answer("/nothing").reason == ["no link has this path", "the page for what is missing"])
    }
}

@Suite struct `The route table` {
    private func problems(_ text: String) throws -> [String] {
        RouteTable(site: try SiteNotation.parse(text)).diagnostics.map {
            "\($0.severity.rawValue) \($0.code.id)"
        }
    }

    @Test(
        arguments: [
            ("link a/b https://e/\nlink A%2Fb https://f/", "error same-address"),
            ("link a https://e/\nlink A https://f/", "error same-address"),
            ("link a//b https://e/\nlink a/b https://f/", "error same-address"),
            ("link d/* https://e/\nlink D/* https://f/", "error same-address"),
            ("link a/%2E%2E/b https://e/", "error unreachable-slug"),
            ("link a%00 https://e/", "error unreachable-slug"),
            (".", "error unreachable-slug"), ("link .well-known/x https://e/", "error reserved-path"),
            ("link .Well-Known/* https://e/", "error reserved-path"),
            ("link caf%E9 https://e/", "error caddy-slug-bytes"),
        ])
    func `refuses what servers cannot tell apart or reach`(text: String, problem: String) throws {
        let text = text == "." ? "link a/. https://e/" : text
        #expect(try problems("domain go.example.org\n" + text) == [problem])
    }

    @Test func `takes equal slugs on different hosts`() throws {
        #expect(
            try problems("domain a.example\nlink x https://e/\ndomain b.example\nlink x https://e/") == [])
    }

    @Test func `refuses targets that nginx cannot read`() throws {
        let long = "https://e/" + String(repeating: "x", count: 4000)
        #expect(try problems("domain a.example server=nginx\nlink x \(long)") == ["error target-too-long"])
        #expect(try problems("domain a.example server=caddy\nlink x \(long)") == [])
    }

    @Test func `is the same whatever the order of insertion in its index`() throws {
        let links = (0..<5000).map { "link s\($0) https://e/\($0)" }.joined(separator: "\n")
        let site = try SiteNotation.parse("domain go.example.org tls=off\n" + links)
        let emit = { NginxEmitter(deployment: Deployment()).emit(RouteTable(site: site)).files }
        #expect(emit() == emit())
    }

    @Test func `refuses one address for HTTP and HTTPS, and paths with a meaning`() throws {
        let site = try SiteNotation.parse(
            "domain a.example tls=off listen=9000\ndomain b.example listen=9000")
        let table = RouteTable(site: site)
        #expect(
            NginxEmitter(deployment: Deployment()).emit(table).diagnostics.contains {
                $0.code == RedirectCodes.listenConflict
            })
        let odd = Deployment(root: "/srv/$host/{x}")
        #expect(
            CaddyEmitter(deployment: odd).emit(table).diagnostics.contains {
                $0.code == RedirectCodes.unusablePath
            })
    }

    @Test func `names a path that no configuration can hold once`() throws {
        let table = RouteTable(site: try SiteNotation.parse("domain a.example server=nginx"))
        let odd = Deployment(state: "/var/$x", trialState: "/var/$x")
        let problems = NginxEmitter(deployment: odd).emit(table).diagnostics
        #expect(problems.map(\.code) == [RedirectCodes.unusablePath])
    }

    @Test(arguments: [
        ("listen=8443", true), ("listen=80 listen=8443", false), ("listen=8080 listen=8443", false), ("", false),
        ("tls=off listen=8443", false), ("server=caddy listen=8443", false),
    ])
    func `warns where nginx has no plain HTTP for certificates by ACME`(domain: String, warns: Bool) throws {
        let table = RouteTable(site: try SiteNotation.parse("domain a.example " + domain))
        let problems = NginxEmitter(deployment: Deployment()).emit(table).diagnostics
        #expect(problems.contains { $0.code == RedirectCodes.acmePort && $0.severity == .warning } == warns)
    }

    @Test func `explains each of its codes`() {
        #expect(Set(RedirectCodes.all.map(\.id)).count == RedirectCodes.all.count)
        for code in RedirectCodes.all { #expect(code.explanation.count > 100) }
    }
}
