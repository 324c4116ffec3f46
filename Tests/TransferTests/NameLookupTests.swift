import Foundation
import Support
import TestSupport
import Testing
import Transfer

@Suite("Texts in the DNS", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct NameLookupTests {
    @Test("texts are read whole from a server, a name without them has none, and rubbish is an error")
    func lookup() throws {
        let folder = TemporaryFolder()
        let port = folder.path + "/port"
        let long = String(repeating: "long ", count: 100)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            Files.parent(of: #filePath) + "/nameserver.py", port, "_wayseal.go.example.org", "v=wayseal1; log=x",
            "_wayseal.go.example.org", long, "rubbish.example.org", "-",
        ]
        try process.run()
        defer { process.terminate() }
        for _ in 0..<500 where try Files.status(port) == nil { usleep(10_000) }
        let server = try #require(
            NameLookup.Server("127.0.0.1:" + String(decoding: try Files.read(port), as: UTF8.self)))
        #expect(
            try NameLookup.texts(of: "_wayseal.go.example.org", server: server) == ["v=wayseal1; log=x", long])
        #expect(try NameLookup.texts(of: "_wayseal.other.example.org", server: server) == [])
        #expect(throws: TransferError.self) { try NameLookup.texts(of: "rubbish.example.org", server: server) }
    }

    @Test("a server is an address with or without a port")
    func server() {
        #expect(NameLookup.Server("127.0.0.1")?.port == 53)
        #expect(NameLookup.Server("127.0.0.1:5353")?.port == 5353)
        for text in ["", "localhost", "127.0.0.1:", "127.0.0.1:x", "1.2.3", "1.2.3.4:5:6", "::1", "1.2.3.4:70000"] {
            #expect(NameLookup.Server(text) == nil, "\(text)")
        }
    }
}
