import Foundation
import Testing

@Suite("Killed token runs", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct TokenKillTests {
    /// Takes tokens as nginx does, from a thread of its own, until it is stopped.
    private final class Taker: @unchecked Sendable {
        private let lock = NSLock()
        private var isStopped = false
        private var count = 0
        private let folder: String

        init(_ folder: String) { self.folder = folder }

        func start() {
            Thread.detachNewThread { [self] in
                while step() { usleep(400) }
            }
        }

        private func step() -> Bool {
            lock.withLock {
                if isStopped { return false }
                let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                if let name = names.randomElement(), unlink(folder + "/" + name) == 0 { count += 1 }
                return true
            }
        }

        /// How many were taken.
        var taken: Int { lock.withLock { count } }
        func stop() -> Int {
            lock.withLock {
                isStopped = true
                return count
            }
        }
    }

    @Test(
        "killed at any moment while visitors come, there are never more scans than the limit, and none is lost",
        .timeLimit(.minutes(2)))
    func kill() throws {
        let shell = try Shell()
        defer { shell.clean() }
        func write(_ limit: Int) throws {
            let text =
                "domains: { go.example.org: { tls: off, server: nginx } }\n"
                + "links: { fest: { to: https://example.org/, limit: \(limit) scans } }\n"
            try text.write(to: shell.folder.appendingPathComponent("wayseal.yaml"), atomically: true, encoding: .utf8)
        }
        let sync = "wayseal tokens sync -q --state state --group root"
        try write(5)
        let clock = ContinuousClock()
        let begin = clock.now
        #expect(try shell.run(sync).output == "")
        // How long a whole run takes on this machine: kills fall into it, before and behind it.
        let whole = (clock.now - begin) / .microseconds(1)
        let tokens = shell.folder.path + "/state/tokens/go.example.org"
        let id = try #require(
            try FileManager.default.contentsOfDirectory(atPath: tokens).first { $0.count == 16 })
        let taker = Taker(tokens + "/" + id)
        taker.start()
        var random = SystemRandomNumberGenerator()
        var highest = 5
        let rounds = ProcessInfo.processInfo.environment["WAYSEAL_LONG_TESTS"] == "1" ? 600 : 60
        for round in 1...rounds {
            // The limit grows on the whole, and is lowered now and then.
            let limit = max(1, min(900, round * 4) + Int.random(in: -60...60, using: &random))
            highest = max(highest, limit)
            try write(limit)
            let run = try shell.start("exec " + sync)
            usleep(UInt32(Double.random(in: 0...1.5, using: &random) * whole))
            Foundation.kill(run.process.processIdentifier, SIGKILL)
            run.process.waitUntilExit()
            #expect(taker.taken <= highest)
        }
        let taken = taker.stop()
        #expect(taken <= highest && taken > 10)
        try write(highest + 50)
        #expect(try shell.run(sync).output == "")
        let left = try FileManager.default.contentsOfDirectory(atPath: tokens + "/" + id).count
        #expect(taken + left == highest + 50)
    }
}
