import Foundation

/// Runs shell commands with the program that was built beside the tests first in PATH.
struct Shell {
    let folder: URL

    /// The folder of the built products: where the test runner itself lies.
    static let products: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("wayseal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Removes the folder.
    func clean() { try? FileManager.default.removeItem(at: folder) }

    struct Result: Equatable {
        var status: Int32
        var output: String
    }

    /// Runs `command` in `sh`; stderr and stdout come together, in order.
    func run(_ command: String, environment: [String: String] = [:]) throws -> Result {
        let process = try start(command, environment: environment)
        let data = process.output.fileHandleForReading.readDataToEndOfFile()
        process.process.waitUntilExit()
        return Result(status: process.process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }

    /// Starts `command` and answers at once.
    func start(_ command: String, environment: [String: String] = [:]) throws -> (process: Process, output: Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": Self.products.path + ":/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "REPO": Self.repository.path,
        ].merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, output)
    }
}
