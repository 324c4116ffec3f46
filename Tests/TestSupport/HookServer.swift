import Glibc
import Support
import Testing

/// An HTTP server on a free port of the loopback interface that takes signed webhooks and checks them by itself; it is
/// stopped with this value, and by itself after two minutes.
public final class HookServer {
    /// The secret it knows.
    public static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    /// Where it answers: the path says how.
    public let address: String
    private let folder = TemporaryFolder()
    private let pid: pid_t

    /// Starts it.
    public init() throws {
        let path = folder.path
        let script = Files.parent(of: #filePath) + "/hookserver.py"
        // Its output goes to a file: a pipe that it held would keep the test run open.
        try #require(
            system("python3 '\(script)' '\(path)' '\(Self.secret)' >'\(path)/log' 2>&1 9>&- & echo $! >'\(path)/pid'")
                == 0)
        func text(_ name: String) -> String {
            (try? Files.read(path + "/" + name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        pid = try #require(pid_t(text("pid").filter(\.isNumber)))
        var port = ""
        for _ in 0..<200 where port.isEmpty {
            usleep(50_000)
            port = text("port")
        }
        try #require(!port.isEmpty, "\(text("log"))")
        address = "127.0.0.1:\(port)"
    }

    deinit { kill(pid, SIGTERM) }

    /// What came, a line each: path, id, time, whether the signature is good, type of the body, event, its time, its data.
    public var got: [String] {
        guard let bytes = try? Files.read(folder.path + "/got") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
