import Foundation
import Testing

@Suite("A browser before the gates", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct BrowserTests {
    private func freePort() -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    @Test(
        "password and ticket work in Chromium on a real nginx, with nothing asked of anybody else",
        .timeLimit(.minutes(3)))
    func gates() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let (http, https) = (freePort(), freePort())
        let made = try shell.run(
            """
            "$REPO/.ci/python-packages" && cp "$REPO/fixtures/gates/wayseal.yaml" . && cp -r "$REPO/fixtures/places" places \
            && mkdir secrets && printf 'correct horse\\n' > password.txt \
            && wayseal password --password-file password.txt > secrets/trade.password \
            && wayseal build --trial-ports \(http),\(https)
            """)
        #expect(made.status == 0, "\(made.output)")
        let user = geteuid() == 0 ? "user root; " : ""
        let nginx = try shell.start(
            "exec nginx -p \"$PWD/dist/current\" -c nginx/nginx.conf -g '\(user)daemon off;' > nginx.txt 2>&1")
        defer {
            nginx.process.terminate()
            nginx.process.waitUntilExit()
        }
        let waited = try shell.run(
            """
            for i in $(seq 100); do
              curl -sk --resolve go.vinea.example:\(https):127.0.0.1 -o x https://go.vinea.example:\(https)/ && exit 0; sleep 0.1
            done
            cat nginx.txt; exit 1
            """
        )
        #expect(waited.status == 0, "\(waited.output)")
        let result = try shell.run(
            "timeout 150 \"$REPO/.build/venv/bin/python\" \"$REPO/Tests/CommandTests/browser.py\" /usr/bin/chromium \(https)"
        )
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("ok: the right password leads to the target"))
        #expect(result.output.contains("ok: a used ticket is 410"))
    }
}

@Suite("A password on a terminal", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct TerminalPasswordTests {
    private func ask(_ first: String, _ second: String) throws -> Shell.Result {
        let shell = try Shell()
        defer { shell.clean() }
        return try shell.run("timeout 60 python3 \"$REPO/Tests/CommandTests/ask.py\" '\(first)' '\(second)'")
    }

    @Test("it is asked for twice and never shown", .timeLimit(.minutes(1)))
    func asked() throws {
        let same = try ask("correct horse", "correct horse")
        #expect(same.status == 0 && same.output.hasPrefix("password: \nonce more: \nwayseal-password:1:100000:00"))
        #expect(!same.output.contains("horse"), "\(same.output)")
        let other = try ask("correct horse", "correct house")
        #expect(other.status == 2 && other.output.contains("error: the two passwords differ"), "\(other.output)")
    }
}
