import Foundation
import Support
import Synchronization
import Testing
import Transfer

/// Whether the judges run: they need the virtual environment of `.ci/python-packages`, and fail without it.
let judgesAreAsked = ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"

enum Place {
    static let tests = Files.parent(of: #filePath)
    static let top = Files.parent(of: Files.parent(of: tests))
    static let python = top + "/.build/venv/bin/python"
    static let vyper = top + "/.build/venv/bin/vyper"
    /// The program, beside the tests.
    static var wayseal: String { Files.parent(of: Files.realPath("/proc/self/exe") ?? "") + "/wayseal" }
}

struct JudgeFailure: Error, CustomStringConvertible {
    var description: String
}

/// A helper process in Python that we talk to line by line. It ends when its standard input does, so with us at the latest.
final class PythonProcess: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let lock = NSLock()
    private var buffer: [UInt8] = []

    init(_ script: String, _ arguments: [String] = []) throws {
        process.executableURL = URL(fileURLWithPath: Place.python)
        process.arguments = [Place.tests + "/" + script] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }

    func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw JudgeFailure(description: "the helper ended: is .build/venv there?") }
            buffer += [UInt8](more)
        }
    }

    func ask(_ write: (inout JSONWriter) -> Void) throws -> JSONValue {
        var json = JSONWriter()
        json.object(write)
        lock.lock()
        defer { lock.unlock() }
        try input.fileHandleForWriting.write(contentsOf: Data(json.bytes + [0x0A]))
        let answer = try JSONValue(reading: Array(line().utf8))
        guard let ok = answer["ok"] else { throw JudgeFailure(description: answer["error"]?.string ?? "?") }
        return ok
    }
}

/// The dev chain: py-evm behind JSON-RPC.
final class DevChain: Sendable {
    let url: String
    private let process: PythonProcess

    init(_ arguments: String...) throws {
        process = try PythonProcess("devchain.py", arguments)
        let ready = try process.line().split(separator: " ")
        guard ready.count == 3, ready[0] == "READY" else { throw JudgeFailure(description: "\(ready)") }
        url = String(ready[1])
    }

    @discardableResult
    func rpc(_ method: String, _ parameters: JSONValue...) throws -> JSONValue {
        var json = JSONWriter()
        json.object {
            $0.field("jsonrpc", "2.0")
            $0.field("id", 1)
            $0.field("method", method)
            $0.key("params")
            $0.array { for parameter in parameters { $0.value(parameter) } }
        }
        let answer = try JSONValue(
            reading: HTTPRequest(.post, url, fields: [.init("Content-Type", "application/json")], body: json.bytes)
                .send().body)
        guard let result = answer["result"] else { throw JudgeFailure(description: "\(method): \(answer)") }
        return result
    }

    func number(_ method: String, _ parameters: JSONValue...) throws -> Int {
        let text = parameters.count == 2 ? try rpc(method, parameters[0], parameters[1]) : try rpc(method)
        return Int(text.string?.dropFirst(2) ?? "", radix: 16) ?? -1
    }

    func mine(_ count: Int = 1) throws { try rpc("evm_mine", .number("\(count)")) }
}

extension JSONWriter {
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let text): integer(Int(text) ?? 0)
        case .string(let text): string(text)
        case .array(let items): array { for item in items { $0.value(item) } }
        case .object(let members):
            object {
                for member in members {
                    $0.key(member.key)
                    $0.value(member.value)
                }
            }
        }
    }
}
