import Anchoring
import Ethereum
import Support
import Testing
import Transfer

@Suite("HTTP from servers that misbehave", .enabled(if: judgesAreAsked))
struct HTTPTests {
    private let server: PythonProcess
    private let url: String

    init() throws {
        server = try PythonProcess("badserver.py")
        url = try String(server.line().dropFirst("READY ".count))
    }

    private func failure(_ request: HTTPRequest) -> TransferError? {
        do throws(TransferError) {
            _ = try request.send()
            return nil
        } catch { return error }
    }

    @Test("method, fields and body arrive; status, type and body come back")
    func echo() throws {
        let body = [UInt8](0...255)
        let post = try HTTPRequest(.post, url + "/echo", fields: [.init("X-Test", "a b")], body: body).send()
        #expect(post == HTTPResponse(status: 200, type: "text/plain", body: Array("POST a b ".utf8) + body))
        #expect(try HTTPRequest(.get, url + "/echo").send().body == Array("GET - ".utf8))
        #expect(try HTTPRequest(.put, url + "/echo", body: [0x78]).send().body == Array("PUT - x".utf8))
        #expect(try HTTPRequest(.post, url + "/echo").send().body == Array("POST - ".utf8))
        #expect(try HTTPRequest(.get, url + "/status503").send().status == 503)
    }

    @Test("waiting, size and redirects have bounds")
    func bounds() {
        let short = HTTPRequest.Limits(connect: 1000, total: 400)
        #expect(failure(HTTPRequest(.get, url + "/stall", limits: short)) == .timedOut)
        #expect(failure(HTTPRequest(.get, url + "/drip", limits: short)) == .timedOut)
        #expect(failure(HTTPRequest(.get, url + "/huge")) == .tooLarge(limit: 8 << 20))
        #expect(failure(HTTPRequest(.get, url + "/loop", limits: .init(redirects: 3))) == .redirected)
        #expect(failure(HTTPRequest(.get, url + "/file", limits: .init(redirects: 3))) == .redirected)
        #expect(throws: Never.self) { try #expect(HTTPRequest(.get, url + "/once").send().status == 302) }
        #expect(throws: Never.self) {
            try #expect(
                HTTPRequest(.get, url + "/once", limits: .init(redirects: 1)).send().body == Array("GET - ".utf8))
        }
    }

    @Test("answers cut short and noise are failures, not answers")
    func broken() {
        for path in ["/cut", "/noise"] {
            guard case .failed = failure(HTTPRequest(.post, url + path, body: [1])) else {
                Issue.record("\(path): \(String(describing: failure(HTTPRequest(.post, url + path, body: [1]))))")
                continue
            }
        }
    }

    @Test(
        "what is no address of the web is refused unasked",
        arguments: [
            "", "file:///etc/passwd", "ftp://h/", "gopher://h/", "http//x", "http://a b/", "http://h/\n",
            "http://h/\u{0}x", "http://",
        ])
    func addresses(url: String) {
        guard case .malformed = failure(HTTPRequest(.get, url)) else {
            Issue.record("\(url): \(String(describing: failure(HTTPRequest(.get, url))))")
            return
        }
    }

    @Test("a header field can't smuggle another")
    func headers() {
        #expect(
            failure(HTTPRequest(.get, url + "/echo", fields: [.init("X-Test", "a\r\nX-Evil: 1")]))
                == .malformed("a header field with a control character"))
    }

    @Test("nobody there: refused, with host and port and nothing of the path")
    func nobody() {
        #expect(failure(HTTPRequest(.get, "http://user:pw@127.0.0.1:1/secret")) == .refused("127.0.0.1:1"))
        guard
            case .unknownHost("no.such.host.invalid") = failure(HTTPRequest(.get, "http://no.such.host.invalid/secret"))
        else {
            Issue.record("resolved")
            return
        }
    }

    @Test(
        "a node's client names what came instead of an answer",
        arguments: [
            ("/html", ChainError.notJSONRPC), ("/status502", .unreachable("HOST answers with status 502")),
            ("/status429", .unreachable("HOST answers with status 429")), ("/status404", .notJSONRPC),
            ("/stall", .unreachable("no complete answer in time")),
            ("/huge", .unreachable("the answer is larger than 8388608 bytes")),
            ("/echo", .notJSONRPC), ("/once", .notJSONRPC),
        ])
    func node(path: String, expected: ChainError) {
        let client = ChainClient(url: url + path, limits: .init(total: path == "/stall" ? 300 : 10_000))
        let host = HTTPRequest.host(of: url)
        do throws(ChainError) {
            _ = try client.chainID()
            Issue.record("an answer")
        } catch { #expect("\(error)".replacing(host, with: "HOST") == "\(expected)") }
    }
}
