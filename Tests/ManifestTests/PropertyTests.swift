import Foundation
import Site
import Support
import Testing

@testable import Manifest

/// Whatever comes in: no crash, every diagnostic has a place inside its file, and what comes out holds only safe characters.
@Suite struct PropertyTests {
    static func check(_ result: ManifestResult) {
        for diagnostic in result.diagnostics {
            for range in [diagnostic.range] + diagnostic.notes.map(\.range) {
                guard let range else { continue }
                let size = result.sources.files[Int(range.file)].bytes.count
                #expect(Int(range.start) + Int(range.length) <= size, "\(diagnostic)")
            }
            #expect(!diagnostic.summary.hasSuffix("."))
        }
        let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !UTF8Scalars.isTreacherous($0) })
        let json = DiagnosticRenderer.json(result.diagnostics, sources: result.sources)
        #expect((try? JSONSerialization.jsonObject(with: Data(json))) != nil)
        #expect((result.site == nil) == result.diagnostics.contains { $0.severity == .error })
        if let site = result.site { check(site) }
    }

    static func check(_ site: Site) {
        var seen: Set<String> = []
        for link in site.links {
            #expect(
                link.target.utf8.allSatisfy { ASCIISet.query.contains($0) || "#%[]".utf8.contains($0) },
                "\(link.target)")
            #expect(escapesAreWhole(link.target) && escapesAreWhole(link.slug))
            #expect(
                link.slug.utf8.allSatisfy { ASCIISet.path.contains($0) || $0 == UInt8(ascii: "%") },
                "\(link.slug)")
            #expect(!link.slug.isEmpty && link.slug.utf8.count <= 400 && link.target.utf8.count <= 3_900)
            #expect(
                !link.slug.split(separator: "/", omittingEmptySubsequences: false).contains {
                    ["", ".", ".."].contains($0)
                })
            #expect(seen.insert("\(link.domain)/" + link.slug.lowercased()).inserted)
            let scheme = link.target.prefix { $0 != ":" }
            #expect(
                TargetText.builtInSchemes.contains(String(scheme))
                    || ["myapp", "com.example.app"].contains(scheme))
        }
        for domain in site.domains {
            #expect(domain.host.utf8.allSatisfy { ASCIISet.host.contains($0) && $0 != UInt8(ascii: "_") })
        }
    }

    static func escapesAreWhole(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "%")
                || index + 2 < bytes.count && "0123456789ABCDEF".utf8.contains(bytes[index + 1])
                    && "0123456789ABCDEF".utf8.contains(bytes[index + 2])
        }
    }

    static let pieces: [[UInt8]] =
        [
            "domains", "links", "{", "}", "[", "]", ": ", ",", "\n", "\n  ", "- ", "\"", "'", "#", " #",
            "&a ", "*a ", "!!x ", "|", ">", "---", "...", "\t",
            "%", "%00", "%2F", "..", "/", "//", "https://", "example.org", "@", ":", "?", "${X}", "$${", "\\",
            "é", "\u{202E}", "to", "redirect", "301", "<<: ",
            "include", "*", "? ", "~", "null", "\r\n", "javascript:", "go.example.org",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0x7F], [0xEF, 0xBB, 0xBF], [0xF0, 0x9F]]

    @Test("random bytes and pieces of YAML are read or refused, never a crash", arguments: 0..<6)
    func randomManifests(seed: Int) {
        var random = FixedRandom(UInt64(100 + seed))
        for _ in 0..<120 {
            var bytes =
                Bool.random(using: &random)
                ? Array("domains: { go.example.org: {} }\nlinks:\n  a: ".utf8) : []
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                bytes += Self.pieces.randomElement(using: &random) ?? []
            }
            Self.check(readBytes(bytes))
        }
    }

    @Test("a good manifest with bytes changed is read or refused, never a crash", arguments: 0..<6)
    func mutations(seed: Int) throws {
        var random = FixedRandom(UInt64(200 + seed))
        let manifests = try [
            "manifests/good/everything.yaml", "vinea/wayseal.yaml", "manifests/vinea-complete.yaml",
            "manifests/good/warnings.yaml",
        ]
        .map { Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.root + "/" + $0))) }
        for _ in 0..<40 {
            var bytes = manifests.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0...bytes.count, using: &random)
                let end = min(bytes.count, at + Int.random(in: 0...3, using: &random))
                bytes.replaceSubrange(at..<end, with: Self.pieces.randomElement(using: &random) ?? [])
            }
            Self.check(
                readBytes(
                    bytes, ["parts/missing.html": [], "links/a.csv": Array("slug,to\nx,https://e.org/".utf8)])
            )
        }
    }

    @Test("tables of random bytes are read or refused, never a crash", arguments: 0..<6)
    func randomTables(seed: Int) {
        var random = FixedRandom(UInt64(300 + seed))
        let header = Array("slug,to,tags,domain,redirect,dense\n".utf8)
        let manifest = Array(
            "domains: { go.example.org: {}, id.example.org: {} }\ndefaults: { domain: go.example.org }\ninclude: [a.csv, a.jsonl]"
                .utf8)
        for _ in 0..<60 {
            var csv = header
            var json: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                csv += "s\(UInt16.random(in: 0...200, using: &random)),https://e.org/".utf8
                json +=
                    "{\"slug\": \"j\(UInt16.random(in: 0...200, using: &random))\", \"to\": \"https://e.org/"
                    .utf8
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    csv += Self.pieces.randomElement(using: &random) ?? []
                    json += Self.pieces.randomElement(using: &random) ?? []
                }
                csv += Bool.random(using: &random) ? Array(",,,,\n".utf8) : Array("\n".utf8)
                json += Array("\"}\n".utf8)
            }
            Self.check(readBytes(manifest, ["a.csv": csv, "a.jsonl": json]))
        }
    }

    @Test(
        "normal forms are normal: what comes out goes in unchanged, and the fast way sees it",
        arguments: 0..<4)
    func idempotent(seed: Int) {
        var random = FixedRandom(UInt64(400 + seed))
        var slugs = 0
        var targets = 0
        for _ in 0..<4_000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                if Bool.random(using: &random) {
                    text += Self.pieces.randomElement(using: &random) ?? []
                } else {
                    text.append(UInt8.random(in: 0x20...0x7E, using: &random))
                }
            }
            let written = String(decoding: text, as: UTF8.self)
            let normal = slug(written)
            if !normal.hasPrefix("error ") {
                slugs += 1
                #expect(slug(normal) == normal)
            }
            if SlugText.isNormal(text.span) { #expect(normal == written) }
            let url = target("https://e.org" + written)
            if !url.hasPrefix("error ") {
                targets += 1
                #expect(target(url) == url)
            }
            let whole = Array(("https://e.org" + written).utf8)
            if let parts = TargetText.normalParts(whole.span) {
                var out: [UInt8] = []
                let slow = try? TargetText().normalize(whole.span, into: &out)
                #expect(slow == parts && out == whole, "\(written)")
            }
        }
        #expect(slugs > 300 && targets > 300)
    }
}
