import Foundation
import Testing

@Suite("Killed builds")
struct KillTests {
    @Test("a build killed at any moment leaves the last one served, whole, and the next build works")
    func kill() throws {
        let shell = try Shell()
        defer { shell.clean() }
        func write(_ version: Int) throws {
            var text = "domains: { go.example.org: {} }\ncodes: { formats: [png] }\nlinks:\n"
            for number in 0..<400 { text += "  s\(number): https://example.org/\(version)/\(number)\n" }
            try text.write(to: shell.folder.appendingPathComponent("wayseal.yaml"), atomically: true, encoding: .utf8)
        }
        let verify =
            "cd dist/current && sha256sum -c --quiet --strict SHA256SUMS && grep -ho 'example.org/[0-9]*/' caddy/caddy.json | sort -u"
        try write(0)
        #expect(try shell.run("wayseal build --quiet").status == 0)
        var random = SystemRandomNumberGenerator()
        var served = 0
        for version in 1...25 {
            try write(version)
            let build = try shell.start("exec wayseal build --quiet")
            usleep(UInt32.random(in: 0...250_000, using: &random))
            Foundation.kill(build.process.processIdentifier, SIGKILL)
            build.process.waitUntilExit()
            let result = try shell.run(verify)
            #expect(result.status == 0, "\(result.output)")
            let lines = Set(result.output.split(separator: "\n"))
            #expect(lines.isSubset(of: ["example.org/\(served)/", "example.org/\(version)/"]) && lines.count == 1)
            if lines.contains("example.org/\(version)/") { served = version }
        }
        try write(99)
        #expect(try shell.run("wayseal build --quiet").output == "")
        #expect(try shell.run(verify).output == "example.org/99/\n")
        let left = try FileManager.default.contentsOfDirectory(
            atPath: shell.folder.appendingPathComponent("dist/generations").path)
        #expect(left.count <= 3 && !left.contains(".new"), "\(left)")
    }
}
