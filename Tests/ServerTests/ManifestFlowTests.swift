import Foundation
import Manifest
import Redirects
import Site
import Support
import TestSupport
import Testing

/// From a hostile table of links through the reader to the wire: either `check` refuses a row, or both servers
/// answer with exactly what the row says.
@Suite(.serialized, .enabled(if: serversAreWanted))
struct `A hostile manifest` {
    private static let extras = [
        "\n", "\r\n", "\0", "\u{1}", "\u{7f}", "%0d%0a", "%00", "%2e%2e", "../", "./", "\u{feff}", "%zz", "{$HOME}",
        "${HOME}", "*a: &b", "\u{2028}", "X-Evil: 1",
    ]

    private struct Row {
        var slug: String
        var target: String
        var csv: String {
            [slug, target].map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
        }
    }

    @Test(arguments: Server.allCases, 0..<3)
    func `is refused row by row, or answered exactly as it says`(server: Server, seed: Int) throws {
        let port = RawHTTP.freePorts(1)[0]
        var hostile = HostileSite(random: SeededRandom(state: UInt64(1000 + seed)), port: port)
        var rows: [Row] = []
        for number in 0..<500 {
            var slug = "\(number)" + hostile.text(4)
            var target = hostile.text(5)
            if hostile.random.chance(25) { slug += hostile.random.pick(Self.extras) }
            if hostile.random.chance(25) { target += hostile.random.pick(Self.extras) + "x" }
            rows.append(Row(slug: slug, target: "https://t.example/" + target + "."))
        }
        let folder = TemporaryFolder()
        let (site, kept) = try read(&rows, port, folder.path)
        #expect(kept.count > 100, "nearly everything was refused: \(kept.count)")
        #expect(kept.count < 500, "nothing was refused")

        let trial = try TrialServer(server, RouteTable(site: site), port: port)
        defer { trial.stop() }
        for (link, row) in zip(site.links, kept) {
            #expect(Self.meaning(link.target) == Self.meaning(row.target))
            if link.isWildcard { continue }
            let response = RawHTTP.send(
                "GET", Array(("/" + link.slug).utf8), host: Array("go.example.org".utf8),
                headers: ["Cookie: secret=cookie"], port: port)
            let names = Set(response?.headers.map { $0.name.lowercased() } ?? [])
            #expect(
                response?.status == 302 && response?.header("Location") == Array(link.target.utf8)
                    && names.isSubset(of: `A real server`.knownHeaders),
                "seed \(seed), slug \(link.slug.debugDescription), target \(link.target.debugDescription)")
        }
    }

    /// Reads the rows, dropping those that the reader refuses, until none is refused.
    private func read(_ rows: inout [Row], _ port: UInt16, _ folder: String) throws -> (Site, [Row]) {
        let manifest = """
            domains: { go.example.org: { tls: off, listen: "127.0.0.1:\(port)" } }
            include: [links.csv]

            """
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/wayseal.yaml"))
        for _ in 0..<40 {
            let text = "slug,to\n" + rows.map(\.csv).joined()
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/links.csv"))
            let result = try ManifestReader(options: ManifestOptions()).read(path: folder + "/wayseal.yaml")
            if let site = result.site {
                // What only a server's own limits refuse is dropped as well: `check` says so, too.
                let refused = Set(RouteTable(site: site).diagnostics.filter { $0.severity == .error }.map(\.range))
                if refused.isEmpty { return (site, rows) }
                rows = zip(site.links, rows).filter { !refused.contains($0.0.range) }.map(\.1)
                continue
            }
            var starts: [Int] = []
            var offset = "slug,to\n".utf8.count
            for row in rows {
                starts.append(offset)
                offset += row.csv.utf8.count
            }
            var bad: Set<Int> = []
            for diagnostic in result.diagnostics where diagnostic.severity == .error {
                guard let range = diagnostic.range, range.file == 1 else { continue }
                bad.insert((starts.firstIndex { $0 > Int(range.start) } ?? rows.count) - 1)
            }
            try #require(!bad.isEmpty, "\(result.diagnostics.map(\.summary))")
            rows = rows.enumerated().filter { !bad.contains($0.offset) }.map(\.element)
        }
        throw TrialFailure(description: "the reader never accepted what was left")
    }

    /// The bytes that a URL stands for: percent-decoded where a valid escape stands.
    private static func meaning(_ url: String) -> [UInt8] {
        let bytes = Array(url.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = Hex.value(bytes[index + 1]),
                let low = Hex.value(bytes[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }
}
