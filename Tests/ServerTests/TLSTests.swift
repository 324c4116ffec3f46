import Foundation
import Redirects
import Site
import Support
import Testing

extension `A real server` {
    private static let host = "go.example.org"

    private static func site(_ change: (inout Domain) -> Void = { _ in }) -> Site {
        var domain = Domain(host: host)
        change(&domain)
        let links = [
            Link(slug: "menu", target: "https://example.org/menu"),
            // The home page is a file of this name, too: its visits must not count for the link.
            Link(slug: "index.html", target: "https://example.org/index"),
            Link(slug: "old", target: "https://example.org/new", redirect: .permanent),
            Link(slug: "quiet", target: "https://example.org/quiet", privacy: .none),
            Link(slug: "known", target: "https://example.org/known", privacy: .full),
            Link(slug: "docs/*", target: "https://docs.example.org/", options: .forwardSuffix),
        ]
        return Site(domains: [domain], links: links)
    }

    private static func curl(_ arguments: [String]) throws -> (status: Int32, output: String) {
        try TrialServer.run(TrialServer.program("curl"), ["-sS", "-i", "--max-time", "10"] + arguments)
    }

    @Test(arguments: Server.allCases)
    func `speaks TLS with the certificate of its host, and HTTP only to send people there`(server: Server)
        throws
    {
        let ports = RawHTTP.freePorts(2)
        let table = RouteTable(site: Self.site())
        let trial = try TrialServer(server, table, port: ports[1], ports: [8080: ports[0], 8443: ports[1]])
        defer { trial.stop() }
        let root =
            server == .nginx
            ? trial.state + "/certificates/\(Self.host)/fullchain.pem"
            : trial.state + "/caddy/pki/authorities/local/root.crt"
        let address = ["--cacert", root, "--resolve", "\(Self.host):\(ports[1]):127.0.0.1"]
        // Caddy makes its own certificate authority after it has begun to listen.
        var (status, output) = try Self.curl(address + ["https://\(Self.host):\(ports[1])/menu"])
        for _ in 0..<50 where status != 0 {
            usleep(100_000)
            (status, output) = try Self.curl(address + ["https://\(Self.host):\(ports[1])/menu"])
        }
        let lines = output.lowercased()
        #expect(status == 0 && lines.hasPrefix("http/2 302"), "\(output)")
        #expect(lines.contains("location: https://example.org/menu\r\n"))
        #expect(lines.contains("strict-transport-security: max-age=63072000\r\n"))
        #expect(lines.contains("x-robots-tag: noindex\r\n"))
        #expect(lines.contains("cache-control: private, max-age=0\r\n"))
        let permanent = try Self.curl(address + ["https://\(Self.host):\(ports[1])/OLD"]).output.lowercased()
        #expect(permanent.hasPrefix("http/2 308") && permanent.contains("cache-control: max-age=86400\r\n"))
        #expect(permanent.contains("strict-transport-security: max-age=63072000\r\n"))

        let stranger = ["-k", "--resolve", "evil.example:\(ports[1]):127.0.0.1"]
        #expect(try Self.curl(stranger + ["https://evil.example:\(ports[1])/menu"]).status != 0)
        let old = address + ["--tls-max", "1.1", "--tlsv1.0"]
        #expect(try Self.curl(old + ["https://\(Self.host):\(ports[1])/menu"]).status != 0)

        let simulator = Simulator(table, placement: .trial())
        for target in ["/menu?a=1", "/", "//x/../y", "/%0d%0aX:%20y", "/\"é"] {
            let expected = simulator.answer(
                .init(scheme: .http, host: Self.host, target: Array(target.utf8), server: server))
            let host = Array(Self.host.utf8)
            let response = RawHTTP.send("GET", Array(target.utf8), host: host, port: ports[0])
            #expect(response?.status == expected.status && expected.status == 308)
            #expect(response?.header("Location") == expected.locationBytes, "\(target)")
        }
        if server == .nginx {
            let folder = trial.state + "/acme/.well-known/acme-challenge"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("token".utf8).write(to: URL(fileURLWithPath: folder + "/abc"))
            let target = Array("/.well-known/acme-challenge/abc".utf8)
            let response = RawHTTP.send("GET", target, host: Array(Self.host.utf8), port: ports[0])
            #expect(response?.status == 200 && response?.body == Array("token".utf8))
        }
    }

    @Test
    func `reads the production file with own certificates inside another configuration, without a warning`()
        throws
    {
        let ports = RawHTTP.freePorts(1)
        let directory = NSTemporaryDirectory() + "/wayseal-include-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/log", withIntermediateDirectories: true)
        let (made, words) = try TrialServer.run(
            TrialServer.program("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj",
                "/CN=own", "-keyout", directory + "/own.key", "-out", directory + "/own.pem",
            ])
        try #require(made == 0, "\(words)")
        let site = Self.site { domain in
            domain.tls = .files(certificate: directory + "/own.pem", key: directory + "/own.key")
            domain.listen = [ListenAddress(address: "127.0.0.1", port: ports[0])]
        }
        let deployment = Deployment(
            root: directory, state: directory + "/state", nginxLogs: directory + "/log")
        for file in NginxEmitter(deployment: deployment).emit(RouteTable(site: site)).files {
            let url = URL(fileURLWithPath: directory + "/" + file.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: url)
        }
        let main =
            "error_log stderr; pid \(directory)/pid; events {} http { include \(directory)/nginx/wayseal.conf; }\n"
        try Data(main.utf8).write(to: URL(fileURLWithPath: directory + "/main.conf"))
        let (status, output) = try TrialServer.run(
            TrialServer.program("nginx"), ["-t", "-p", directory, "-c", directory + "/main.conf"])
        #expect(status == 0 && !output.contains("[warn]"), "\(output)")
    }

    @Test(arguments: Server.allCases)
    func `logs no link for a home page that goes before a wildcard`(server: Server) throws {
        let port = RawHTTP.freePorts(1)[0]
        var domain = Domain(host: Self.host)
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        domain.home = .page(html: Array("home".utf8))
        let links = [
            Link(slug: "*", target: "https://example.org/all"),
            Link(slug: "index.html", target: "https://example.org/index"),
        ]
        let trial = try TrialServer(server, RouteTable(site: Site(domains: [domain], links: links)), port: port)
        defer { trial.stop() }
        for (path, status) in [("/", 200), ("/index.html", 302), ("/other", 302)] {
            let response = RawHTTP.send("GET", Array(path.utf8), host: Array(Self.host.utf8), port: port)
            #expect(response?.status == status)
        }
        let lines = try Self.log(of: trial, server, count: 3)
        #expect(lines.map { Self.link($0, server) } == ["", "/index.html", "/*"])
    }

    /// The lines of the access log, once there are `count` or three seconds have passed.
    private static func log(of trial: TrialServer, _ server: Server, count: Int) throws -> [[String: Any]] {
        var lines: [[String: Any]] = []
        for _ in 0..<60 where lines.count < count {
            usleep(50_000)
            let path = trial.state + "/log/\(server.rawValue).access.log"
            lines = try ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
        return lines
    }

    /// The link that a line of the log names.
    private static func link(_ line: [String: Any], _ server: Server) -> String {
        if server == .nginx { return line["link"] as? String ?? "?" }
        return ((line["resp_headers"] as? [String: Any])?["X-Link"] as? [String])?.first ?? ""
    }

    @Test(arguments: Server.allCases)
    func `logs the link, and of the visitor what privacy allows`(server: Server) throws {
        let port = RawHTTP.freePorts(1)[0]
        let site = Self.site { domain in
            domain.tls = .off
            domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        }
        let trial = try TrialServer(server, RouteTable(site: site), port: port)
        defer { trial.stop() }
        for path in ["/menu?a=%22", "/QUIET", "/known", "/docs/a/b", "/no%74hing?b", "/"] {
            _ = RawHTTP.send(
                "GET", Array(path.utf8), host: Array(Self.host.utf8),
                headers: [
                    "User-Agent: test \"\\ agent", "X-Forwarded-For: 198.51.100.7", "DNT: 1",
                    "Sec-Purpose: prefetch",
                ],
                port: port)
        }
        let lines = try Self.log(of: trial, server, count: 5)
        try #require(lines.count == 5, "\(lines)")
        #expect(!"\(lines)".contains("198.51.100.7"))
        let links = lines.map { Self.link($0, server) }
        let addresses: [String]
        if server == .nginx {
            addresses = lines.map { $0["ip"] as? String ?? "?" }
            #expect(lines[0]["v"] as? Int == 1 && lines[0]["st"] as? Int == 302)
            #expect(
                lines[0]["to"] as? String == "https://example.org/menu" && lines[0]["q"] as? String == "a=%22"
            )
            #expect(lines[0]["ua"] as? String == "test \"\\ agent" && lines[0]["dnt"] as? String == "1")
            #expect((lines[0]["id"] as? String)?.count == 32)
            #expect(lines[0]["pf"] as? String == "prefetch" && lines[0]["t"] is Double)
            // The path that was asked for, also where a page of another name is served.
            #expect(
                lines.map { $0["path"] as? String ?? "?" } == ["/menu", "/known", "/docs/a/b", "/no%74hing", "/"])
            #expect(lines.map { $0["st"] as? Int ?? 0 } == [302, 302, 302, 404, 200])
        } else {
            addresses = lines.map { ($0["request"] as? [String: Any])?["remote_ip"] as? String ?? "?" }
            let headers = lines[0]["resp_headers"] as? [String: Any]
            #expect((headers?["X-Request-Id"] as? [String])?.first?.count == 36)
        }
        #expect(links == ["/menu", "/known", "/docs/*", "", ""])
        // Caddy cannot tell single links apart and stays on the careful side; there is a warning.
        #expect(
            addresses == [
                "127.0.0.0", server == .nginx ? "127.0.0.1" : "127.0.0.0", "127.0.0.0", "127.0.0.0", "127.0.0.0",
            ])
    }
}
