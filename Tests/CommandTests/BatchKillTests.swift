import Foundation
import Testing

@Suite("Killed batches")
struct BatchKillTests {
    private static let isLong = ProcessInfo.processInfo.environment["WAYSEAL_LONG_TESTS"] == "1"

    private func shell(rows: Int, images: String) throws -> Shell {
        let shell = try Shell()
        let manifest = """
            domains: { id.example.org: {} }
            codes: { level: L, scale: 1 }
            batches:
              bottles: { data: bottles.csv, rows: \(rows), path: "{serial}", to: "https://example.org/{serial}", images: \(images) }
            """
        try manifest.write(
            to: shell.folder.appendingPathComponent("wayseal.yaml"), atomically: true, encoding: .utf8)
        let table = "serial\n" + (1...rows).map { "S\($0)\n" }.joined()
        try table.write(to: shell.folder.appendingPathComponent("bottles.csv"), atomically: true, encoding: .utf8)
        return shell
    }

    @Test(
        "a batch killed at any moment, again and again, becomes the bytes of one that was left alone",
        arguments: isLong ? ["zip", "tar", "folder", "none"] : ["zip", "folder"])
    func kill(images: String) throws {
        let shell = try shell(rows: 3_000, images: images)
        defer { shell.clean() }
        let command = "exec wayseal build --quiet --no-verify --only bottles"
        let start = Date()
        #expect(try shell.run(command + " -o whole").status == 0)
        var time = Date().timeIntervalSince(start)
        var random = SystemRandomNumberGenerator()
        var kills = 0
        let wanted = Self.isLong ? 60 : 3
        for _ in 0..<(10 * wanted) where kills < wanted {
            let run = try shell.start(command)
            usleep(UInt32.random(in: 0...UInt32(time * 900_000), using: &random))
            Foundation.kill(run.process.processIdentifier, SIGKILL)
            run.process.waitUntilExit()
            if run.process.terminationReason == .uncaughtSignal {
                kills += 1
            } else {
                // It was done before: the first run had a busier machine. Begin anew, and strike earlier.
                time *= 0.7
                #expect(try shell.run("rm -rf dist").status == 0)
            }
        }
        let last = try shell.run("wayseal build --no-verify --only bottles")
        #expect(last.status == 0, "\(last.output)")
        #expect(kills > 0)
        let same = try shell.run("diff -r whole/batches/bottles/current/ dist/batches/bottles/current/")
        #expect(same.status == 0, "\(same.output.prefix(2_000))")
        #expect(try shell.run("ls -A dist/batches/bottles").output == ".lock\ncurrent\ngenerations\n")
    }

    @Test("a disk that is full near the end of a batch: what is finished stays, and the next run goes on")
    func fullDisk() throws {
        let shell = try shell(rows: 3_000, images: "zip")
        defer { shell.clean() }
        let command = "wayseal build --no-verify --only bottles"
        #expect(try shell.run("\(command) --quiet -o whole").status == 0)
        let size = try shell.run("stat -c %s whole/batches/bottles/current/codes.zip").output
        let bytes = try #require(Int(size.trimmingCharacters(in: .whitespacesAndNewlines)))
        // A file may have nine tenths of what is needed, in blocks of 512 bytes.
        let full = try shell.run("sh -c 'trap \"\" XFSZ; ulimit -f \(bytes * 7 / 10 / 512); \(command)'")
        #expect(full.status == 4)
        #expect(
            full.output
                == "wayseal: error: cannot write dist/batches/bottles/generations/.new/codes.zip: File too large\n"
                + "wayseal: hint: what is finished stays; build again: it goes on where it stopped\n")
        let again = try shell.run(command)
        let resumed = try #require(again.output.firstMatch(of: /of which (\d+) were made before/)?.1)
        #expect(again.status == 0 && (Int(resumed) ?? 0) >= 512, "\(again.output)")
        #expect(try shell.run("diff -r whole/batches/bottles/current/ dist/batches/bottles/current/").status == 0)
    }
}
