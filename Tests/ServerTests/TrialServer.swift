import Foundation
import Glibc
import Redirects
import Site
import Support

/// Why a server did not start.
struct TrialFailure: Error, CustomStringConvertible {
    var description: String
}

/// A real server on loopback, with the configuration of a trial, until `stop`.
final class TrialServer {
    let server: Server
    let port: UInt16
    let directory: String
    /// What the server wrote to its standard error.
    let messages: String
    private let process: Process

    var generation: String { directory + "/generations/000001" }
    var state: String { directory + "/state" }

    /// Writes `table`'s emission and starts the server; `port` is one that the site listens on. `ports` puts
    /// free ports in the place of a trial's own.
    ///
    /// With `testClock` the time comes from the requests. `workers` are nginx's. `prepare` gets the state directory before
    /// the server starts.
    init(
        _ server: Server, _ table: RouteTable, port: UInt16, ports: [UInt16: UInt16] = [:], testClock: Bool = false,
        workers: Int = 1, prepare: (String) throws -> Void = { _ in }
    ) throws {
        self.server = server
        self.port = port
        var template = Array("/tmp/wayseal-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw TrialFailure(description: "mkdtemp") }
        let directory = String(cString: made)
        self.directory = directory
        let generation = directory + "/generations/000001"
        var started = false
        defer { if !started { try? FileManager.default.removeItem(atPath: directory) } }
        var deployment = Deployment()
        deployment.testClock = testClock
        let emission =
            server == .nginx
            ? NginxEmitter(deployment: deployment).emit(table) : CaddyEmitter(deployment: deployment).emit(table)
        if let error = emission.diagnostics.first(where: { $0.severity == .error }) {
            throw TrialFailure(description: error.summary)
        }
        let caddy = CaddyEmitter.path(table.site, trial: true)
        for file in emission.files {
            let path = generation + "/" + file.path
            let parent = path[..<path.lastIndex(of: "/")!]
            try FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
            var bytes = file.bytes
            if !ports.isEmpty || workers > 1, ["nginx/nginx.conf", caddy].contains(file.path) {
                var text = String(decoding: bytes, as: UTF8.self)
                text = text.replacing("worker_processes 1;", with: "worker_processes \(workers);")
                for (old, new) in ports {
                    text = text.replacing("127.0.0.1:\(old)", with: "127.0.0.1:\(new)")
                }
                bytes = Array(text.utf8)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            chmod(path, mode_t(file.mode))
        }
        for domain in table.site.domains {
            let site = generation + "/site/" + domain.host
            try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: true)
            try Data("home of \(domain.host)".utf8).write(to: URL(fileURLWithPath: site + "/index.html"))
            try Data("missing at \(domain.host)".utf8).write(to: URL(fileURLWithPath: site + "/404.html"))
            try Self.writePolicyPages(table.site, domain, site + "/")
        }
        for name in emission.trialDirectories {
            try FileManager.default.createDirectory(
                atPath: directory + "/state/" + name, withIntermediateDirectories: true)
        }
        try prepare(directory + "/state")
        if !emission.certificateHosts.isEmpty {
            let (status, output) = try Self.run(
                generation + "/nginx/placeholder-certificates.sh", [directory + "/state"])
            guard status == 0 else { throw TrialFailure(description: output) }
        }
        let process = Process()
        process.currentDirectoryURL = URL(fileURLWithPath: generation)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = directory + "/messages.txt"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        switch server {
        case .nginx:
            let arguments = ["-p", generation, "-c", "nginx/nginx.conf", "-g", Self.globals]
            let (status, output) = try Self.run(Self.program("nginx"), ["-t"] + arguments)
            messages = output
            guard status == 0 else { throw TrialFailure(description: output) }
            process.executableURL = URL(fileURLWithPath: Self.program("nginx"))
            process.arguments = arguments
        case .caddy:
            messages = ""
            process.executableURL = URL(fileURLWithPath: Self.program("caddy"))
            process.arguments = ["run", "--config", caddy]
            process.environment = ["HOME": directory, "PATH": "/usr/bin:/bin", "SECRET": "leaked"]
        }
        try process.run()
        self.process = process
        for _ in 0..<400 {
            if let socket = RawHTTP.connect(port) {
                close(socket)
                started = true
                return
            }
            guard process.isRunning else { break }
            usleep(25_000)
        }
        stop()
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw TrialFailure(description: "\(server.rawValue) did not start: \(text.suffix(2000))")
    }

    /// Pages that say which they are.
    private static func writePolicyPages(_ site: Site, _ domain: Domain, _ folder: String) throws {
        func write(_ path: String, _ text: String) throws {
            let url = URL(fileURLWithPath: folder + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        for denial in Denial.allCases { try write(denial.page, "denial \(denial.rawValue)") }
        try write(PolicyPages.confirm, "confirm")
        for link in site.links where site.domains[Int(link.domain)].host == domain.host && link.policy >= 0 {
            let id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
            try write(PolicyPages.password(id), "password \(id)")
            try write(PolicyPages.preview(id), "preview \(id)")
        }
    }

    /// Puts `count` tokens into the folder of a link's scan limit.
    func putTokens(_ count: Int, host: String, id: String) throws {
        let folder = state + "/" + LinkIdentity.tokenFolder(host: host, id: id)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 1...count {
            let name = String(number)
            let padded = String(repeating: "0", count: max(0, 4 - name.count)) + name
            try Data().write(to: URL(fileURLWithPath: folder + "/" + padded))
        }
    }

    /// Tokens that are left.
    func tokens(host: String, id: String) -> Int {
        let folder = state + "/" + LinkIdentity.tokenFolder(host: host, id: id)
        return (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
    }

    /// What nginx wrote into its error log.
    var errors: String {
        (try? String(contentsOfFile: state + "/log/nginx-error.log", encoding: .utf8)) ?? ""
    }

    /// The process to which SIGHUP means that it reads its configuration again.
    var pid: Int32 { process.processIdentifier }

    /// Ends the server and removes its directory.
    func stop() {
        if process.isRunning {
            process.terminate()
            for _ in 0..<100 where process.isRunning { usleep(20_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Started by root, nginx would give its worker to `nobody`, who may not read the directory.
    static var globals: String { geteuid() == 0 ? "daemon off; user root;" : "daemon off;" }

    static func program(_ name: String) -> String {
        for directory in ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"] {
            if access("\(directory)/\(name)", X_OK) == 0 { return "\(directory)/\(name)" }
        }
        return name
    }

    /// Runs a program to its end; its standard error and output in one string.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

/// A generator with a fixed seed.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
}
