import Foundation
import Testing

/// Builds that record in a ledger, killed, crowded and cramped: what was published once is never contradicted.
@Suite("Builds with a ledger, killed", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct LedgerKillTests {
    private static let log = "dist/current/site/go.example.org/log"
    private static let rounds = ProcessInfo.processInfo.environment["WAYSEAL_LONG_TESTS"] == "1" ? 300 : 40

    private func write(_ version: Int, _ shell: Shell) throws {
        var text = "domains: { go.example.org: {} }\ncodes: { formats: [png] }\n"
        text += "ledger: { key: \"${file:secrets/ledger.key}\" }\nlinks:\n"
        for number in 0..<60 { text += "  s\(number): https://example.org/\(version)/\(number)\n" }
        try text.write(to: shell.folder.appendingPathComponent("wayseal.yaml"), atomically: true, encoding: .utf8)
    }

    private func prepared() throws -> Shell {
        let shell = try Shell()
        try write(0, shell)
        #expect(
            try shell.run("wayseal keys new --no-passphrase >key.txt 2>/dev/null && wayseal build --quiet").output == ""
        )
        return shell
    }

    /// Checkpoints by their size: what was seen at one size is seen there for ever.
    private struct Seen {
        var notes: [Int: String] = [:]
        var largest = 0

        mutating func look(at path: String, _ shell: Shell, isServed: Bool) throws {
            guard let note = try? String(contentsOf: shell.folder.appendingPathComponent(path), encoding: .utf8)
            else { return }
            let size = try #require(note.split(separator: "\n").dropFirst().first.flatMap { Int($0) })
            #expect(notes[size] == nil || notes[size] == note, "two checkpoints of \(size) entries")
            notes[size] = note
            if isServed {
                #expect(size >= largest, "the served log went back from \(largest) to \(size)")
                largest = max(largest, size)
            }
        }
    }

    @Test("killed at any moment, a build leaves a log that goes on, and loses no entry that was served")
    func kill() throws {
        let shell = try prepared()
        defer { shell.clean() }
        var random = SystemRandomNumberGenerator()
        var seen = Seen()
        for version in 1...Self.rounds {
            try write(version, shell)
            let build = try shell.start("exec wayseal build --quiet")
            usleep(UInt32.random(in: 20_000...350_000, using: &random))
            Foundation.kill(build.process.processIdentifier, SIGKILL)
            build.process.waitUntilExit()
            try seen.look(at: Self.log + "/checkpoint", shell, isServed: true)
            try seen.look(at: "ledger/checkpoint", shell, isServed: false)
            let check = try shell.run(
                "wayseal verify \(Self.log) --key \"$(cat key.txt)\" >/dev/null && cd dist/current && sha256sum -c --quiet SHA256SUMS"
            )
            #expect(check.status == 0, "\(check.output)")
        }
        #expect(try shell.run("wayseal build --quiet && wayseal ledger fsck").status == 0)
        try seen.look(at: Self.log + "/checkpoint", shell, isServed: true)
        #expect(seen.largest > 100)
        // Every checkpoint that anybody has seen is one that the index has signed.
        for note in seen.notes.values {
            let root = note.split(separator: "\n").map(String.init)
            let found = try shell.run(
                "python3 -c 'import sqlite3, sys; print(sqlite3.connect(\"ledger/index.sqlite\").execute(\"select count(*) from build where cast(checkpoint as text) || coalesce((select group_concat(line, \\\"\\\") from cosignature where cosignature.size = build.size), \\\"\\\") = ?\", (sys.stdin.read(),)).fetchone()[0])' <<'E'\n\(note)E"
            )
            #expect(found.output == "1\n", "\(root)")
        }
    }

    @Test("two builds at once into two folders: one records, the other says that it must wait")
    func crowd() throws {
        let shell = try prepared()
        defer { shell.clean() }
        for version in 1...8 {
            try write(version, shell)
            let both = try shell.run(
                "wayseal build --quiet -o one >a.txt 2>&1 & wayseal build --quiet -o two >b.txt 2>&1; b=$?; wait $!; echo $? $b; cat a.txt b.txt"
            )
            let codes = both.output.split(separator: "\n").first?.split(separator: " ").map(String.init) ?? []
            #expect(codes.contains("0") && Set(codes).isSubset(of: ["0", "4"]), "\(both.output)")
            if codes.contains("4") { #expect(both.output.contains("another wayseal is writing to the ledger")) }
        }
        #expect(try shell.run("wayseal ledger fsck").status == 0)
    }

    @Test("a disk that is full, here at every size of a file: exit 4, and the log goes on later")
    func cramped() throws {
        let shell = try prepared()
        defer { shell.clean() }
        var failures = 0
        for (version, blocks) in [1, 8, 32, 64, 96, 128, 160, 192, 256, 512].enumerated() {
            try write(version + 1, shell)
            let build = try shell.run("trap '' XFSZ; ulimit -f \(blocks); wayseal build --quiet")
            #expect([0, 4].contains(build.status), "\(build.output)")
            if build.status == 4 { failures += 1 }
            #expect(
                try shell.run("wayseal verify \(Self.log) --key \"$(cat key.txt)\" >/dev/null && wayseal ledger fsck")
                    .status == 0)
        }
        #expect(failures > 0)
        #expect(try shell.run("wayseal build --quiet && wayseal ledger fsck").status == 0)
    }
}
