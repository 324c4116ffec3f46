import Foundation
import Redirects
import Site
import Support
import Testing

/// The log of a ledger on real servers: what is served with which headers, what is closed, and that the simulator knows.
@Suite(.serialized, .enabled(if: serversAreWanted))
struct `A published log` {
    private static func table(_ port: UInt16, wildcard: Bool) -> RouteTable {
        var domain = Domain(host: "go.example.org")
        domain.tls = .off
        domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
        var links = [
            Link(domain: 0, slug: "hello", target: "https://example.org/"),
            Link(domain: 0, slug: "logger", target: "https://example.org/logger"),
        ]
        if wildcard { links.append(Link(domain: 0, slug: "*", target: "https://example.org/all")) }
        var site = Site(domains: [domain], links: links)
        site.ledger = LedgerSettings(domain: 0, folder: "ledger")
        if let pattern = try? CertificatePattern("SOM-{n}") {
            site.certificates = [CertificateBatch(name: "diploma", data: "data.csv", pattern: pattern)]
        }
        return RouteTable(site: site)
    }

    private static let files = [
        "log/checkpoint", "log/tile/0/000.p/5", "log/tile/entries/x001/234", "log/status/revocation-0.json",
        "log/status/revocation-0.json.note", ".well-known/did.json", "certificates/SOM-26-0001",
        "certificates/SOM-26-0001.wayseal.json",
    ]
    private static let page = "verify/index.html"

    private func start(_ server: Server, wildcard: Bool) throws -> (TrialServer, Simulator) {
        let port = RawHTTP.freePorts(1)[0]
        let table = Self.table(port, wildcard: wildcard)
        let trial = try TrialServer(server, table, port: port)
        for file in Self.files + [Self.page] {
            let path = trial.generation + "/site/go.example.org/" + file
            try FileManager.default.createDirectory(
                atPath: Files.parent(of: path), withIntermediateDirectories: true)
            try Data(file.utf8).write(to: URL(fileURLWithPath: path))
        }
        return (trial, Simulator(table, placement: .trial(http: port, https: 1)))
    }

    private func ask(_ trial: TrialServer, _ path: String, _ method: String = "GET") -> RawResponse? {
        RawHTTP.send(
            method, Array(path.utf8), host: Array("go.example.org".utf8), headers: [], port: trial.port)
    }

    @Test(arguments: Server.allCases)
    func `is served with lasting tiles, a brief checkpoint, and for every page to read`(server: Server) throws {
        let (trial, _) = try start(server, wildcard: false)
        defer { trial.stop() }
        let types = [
            "text/plain; charset=utf-8", "application/octet-stream", "application/octet-stream", "application/json",
            "text/plain; charset=utf-8", "application/json", "text/html; charset=utf-8", "application/json",
        ]
        for path in ["/verify", "/verify/"] {
            let response = try #require(ask(trial, path))
            #expect(response.status == 200 && response.body == Array(Self.page.utf8))
            #expect(
                response.header("Content-Type").map { String(decoding: $0, as: UTF8.self) }
                    == "text/html; charset=utf-8")
        }
        for (file, type) in zip(Self.files, types) {
            let response = try #require(ask(trial, "/" + file))
            let text = { (name: String) in response.header(name).map { String(decoding: $0, as: UTF8.self) } }
            #expect(response.status == 200 && response.body == Array(file.utf8), "\(file)")
            #expect(text("Content-Type") == type, "\(file)")
            #expect(text("Access-Control-Allow-Origin") == "*", "\(file)")
            #expect(text("X-Content-Type-Options") == "nosniff", "\(file)")
            let cache =
                file.contains("/tile/")
                ? "public, max-age=31536000, immutable"
                : "public, max-age=\(file == "log/checkpoint" ? 10 : 60), must-revalidate"
            #expect(text("Cache-Control") == cache, "\(file)")
            #expect(ask(trial, "/" + file, "HEAD")?.status == 200)
            #expect(ask(trial, "/" + file, "POST")?.status == 405)
        }
        // What is not there yet must not be remembered as absent.
        let absent = try #require(ask(trial, "/log/tile/0/000.p/6"))
        #expect(absent.status == 404)
        #expect(absent.header("Cache-Control").map { String(decoding: $0, as: UTF8.self) } == "private, max-age=0")
    }

    @Test(arguments: Server.allCases, [false, true])
    func `is closed otherwise, as the simulator says`(server: Server, wildcard: Bool) throws {
        let (trial, simulator) = try start(server, wildcard: wildcard)
        defer { trial.stop() }
        let paths =
            Self.files.map { "/" + $0 } + [
                "/hello", "/logger", "/log", "/log/", "/log/checkpoint/", "/log/checkpoint?x=1", "/LOG/checkpoint",
                "/Log/Checkpoint", "//log/checkpoint", "/log//checkpoint", "/log/%63heckpoint", "/log%2Fcheckpoint",
                "/log/./checkpoint", "/log/tile/../checkpoint", "/x/../log/checkpoint", "/log/tile", "/log/tile/",
                "/log/tile/0/", "/log/status/", "/log/index.sqlite", "/logx", "/verify", "/verify/", "/verify/x",
                "/VERIFY/x", "/.well-known/", "/.well-known/other", "/.Well-Known/did.json", "/log/../hello",
                "/certificates", "/certificates/", "/Certificates/SOM-26-0001", "//certificates/SOM-26-0001",
                "/certificates/SOM-26-0001/", "/certificates/./SOM-26-0001", "/certificates/SOM-26-0001?x=1",
                "/verify/index.html", "/Verify",
            ]
        for path in paths {
            for method in ["GET", "POST"] {
                let expected = simulator.answer(
                    Simulator.Request(
                        method: method, scheme: .http, host: "go.example.org", target: path, server: server))
                let answer = ask(trial, path, method)
                #expect(answer?.status == expected.status, "\(method) \(path): \(expected.reason)")
                #expect(answer?.header("Location") == expected.locationBytes, "\(method) \(path)")
            }
        }
    }
}
