import Foundation
import Glibc
import Site
import Support
import Testing

@testable import Manifest

/// Files that mean harm, on the real file system.
@Suite struct HostileTests {
    /// A folder that exists for one test.
    final class Folder {
        let path: String
        init() throws {
            path = NSTemporaryDirectory() + "wayseal-test-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        func write(_ name: String, _ text: String) throws {
            let url = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
            if text.contains("PRIVATE KEY") { chmod(url.path, 0o600) }
        }
        func read(allow: [String] = [], environment: [String: String] = [:]) throws -> ManifestResult {
            try ManifestReader(options: ManifestOptions(environment: environment, allowedPaths: allow)).read(
                path: path + "/wayseal.yaml")
        }
    }

    static let head = "domains: { go.example.org: {} }\n"

    @Test("a pipe, a folder and a device are refused at once", .timeLimit(.minutes(1)))
    func pipes() throws {
        let folder = try Folder()
        #expect(mkfifo(folder.path + "/links.csv", 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/dir.yaml", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/null.csv", withDestinationPath: "/dev/null")
        try folder.write(
            "wayseal.yaml",
            Self.head + "include: [links.csv, dir.yaml, null.csv]\nledger: { key: \"${file:links.csv}\" }")
        #expect(
            codes(try folder.read()) == [
                "secret-file", "file-not-regular", "symbolic-link", "file-not-regular",
            ])
        #expect(codes(try folder.read(allow: ["/dev"]))[2] == "file-not-regular")
        #expect(mkfifo(folder.path + "/main.yaml", 0o600) == 0)
        let error = #expect(throws: ManifestError.self) {
            try ManifestReader(options: ManifestOptions()).read(path: folder.path + "/main.yaml")
        }
        #expect(error?.cause.reason == .notRegular("a named pipe"))
    }

    @Test("a missing manifest is an error of its own, with a hint")
    func missing() throws {
        let error = #expect(throws: ManifestError.self) {
            try ManifestReader(options: ManifestOptions()).read(path: "/nonexistent/wayseal.yaml")
        }
        #expect(error?.summary == "/nonexistent/wayseal.yaml does not exist")
        #expect(error?.hint?.contains("wayseal init") == true)
    }

    @Test("symbolic links are not followed, but into folders that are allowed; what is outside is not told")
    func links() throws {
        let outside = try Folder()
        try outside.write("secret.csv", "slug,to\na,https://example.org/\n")
        let folder = try Folder()
        try folder.write("real.csv", "slug,to\nb,https://example.org/\n")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/in.csv", withDestinationPath: "real.csv")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/out.csv", withDestinationPath: outside.path + "/secret.csv")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/up", withDestinationPath: outside.path)
        try folder.write(
            "wayseal.yaml",
            Self.head + "include: [in.csv, out.csv, up/secret.csv, \"\(outside.path)/secret.csv\", ../x.csv]")
        #expect(
            codes(try folder.read()) == [
                "symbolic-link", "symbolic-link", "symbolic-link", "path-outside", "path-outside",
            ])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/dangling.csv", withDestinationPath: outside.path + "/none.csv")
        try folder.write(
            "wayseal.yaml", Self.head + "include: [out.csv, dangling.csv, \"\(outside.path)/none.csv\", up/*.csv]")
        #expect(
            codes(try folder.read()) == ["symbolic-link", "symbolic-link", "path-outside", "symbolic-link"])
        try FileManager.default.removeItem(atPath: folder.path + "/dangling.csv")
        try folder.write("wayseal.yaml", Self.head + "include: [real.csv, out.csv]")
        #expect(try folder.read(allow: [outside.path]).site?.links.count == 2)
        try FileManager.default.removeItem(atPath: folder.path + "/in.csv")
        try folder.write("wayseal.yaml", Self.head + "include: [\"*.csv\", \"**/*.csv\"]")
        #expect(codes(try folder.read()).contains("symbolic-link"))
        #expect(try folder.read(allow: [outside.path]).site?.links.count == 2)
    }

    @Test("a signing key is neither a page nor a table, by whatever name, and no message shows it")
    func publishedKey() throws {
        let folder = try Folder()
        let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHUNTER2\n-----END PRIVATE KEY-----\n"
        for path in [
            "secrets/ledger.key", "copy.html", "copy.jsonl", "copy.csv", "copy.yaml", "secrets/x.html", "main.key",
        ] {
            try folder.write(path, key)
        }
        for (name, target) in [("page.html", "secrets/ledger.key"), ("l.jsonl", "secrets/ledger.key")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/" + name, withDestinationPath: target)
        }
        func read(_ manifest: String, _ allow: [String] = []) throws -> [String] {
            try folder.write("wayseal.yaml", manifest)
            let result = try folder.read(allow: allow)
            #expect(result.site == nil)
            let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
            #expect(!text.contains("MC4C"), "\(text)")
            return codes(result)
        }
        func home(_ page: String) -> String {
            "domains: { go.example.org: { home: \(page) } }\nledger: { key: \"${file:secrets/ledger.key}\" }\n"
        }
        #expect(try read(home("page.html")) == ["symbolic-link"])
        #expect(try read(home("page.html"), [folder.path]) == ["secret-file"])
        #expect(try read(home("copy.html")) == ["secret-file"])
        #expect(try read(home("secrets/x.html")) == ["secret-file"])
        #expect(try read(home("x/../secrets/x.html")) == ["secret-file"])
        for table in ["l.jsonl", "\"l*.jsonl\""] {
            #expect(try read(Self.head + "include: [\(table)]") == ["symbolic-link"])
        }
        for table in ["copy.jsonl", "copy.csv", "copy.yaml", "\"copy.j*\""] {
            #expect(try read(Self.head + "include: [\(table)]") == ["secret-file"])
        }
        // A secret that lies elsewhere, by another name.
        try folder.write("t.csv", "no key")
        #expect(
            try read(Self.head + "include: [t.csv]\nledger: { key: \"${file:t.csv}\" }") == [
                "secret-file", "wrong-key",
            ])
        // The manifest itself.
        #expect(try read(key).allSatisfy { $0.hasPrefix("yaml") || $0 == "wrong-kind" })
        _ = try read("links:\n  a: |\n    " + key.replacing("\n", with: "\n    "))
    }

    @Test("a manifest that is a symbolic link out of its folder is refused, and nothing of it shown")
    func mainLink() throws {
        let outside = try Folder()
        try outside.write("passwd", "root:x:0:0: hunter2\n")
        let folder = try Folder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/wayseal.yaml", withDestinationPath: outside.path + "/passwd")
        let result = try folder.read()
        #expect(result.site == nil)
        #expect(codes(result) == ["path-outside"])
        let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
        #expect(!text.contains("hunter2"))
        #expect(codes(try folder.read(allow: [outside.path])) != ["path-outside"])
    }

    @Test("without its key a site is read, but carries the error of a build; a wrong key is an error")
    func missingKey() throws {
        let folder = try Folder()
        func read(_ key: String, _ environment: [String: String] = [:]) throws -> ManifestResult {
            try folder.write("wayseal.yaml", Self.head + "ledger: { key: \"\(key)\" }")
            return try folder.read(environment: environment)
        }
        for result in [
            try read("${file:secrets/ledger.key}"), try read("${KEY}"), try read("${KEY:?bring it}"),
            try read("${KEY}", ["KEY": ""]),
        ] {
            #expect(codes(result) == ["key-missing"])
            #expect(result.diagnostics.first?.severity == .warning)
            let site = try #require(result.site)
            #expect(site.signing == nil)
            #expect(site.missingSigningKey?.severity == .error)
            #expect(site.missingSigningKey?.help?.contains("wayseal keys new") == true)
        }
        let onPurpose = try read("${KEY:-}")
        #expect(codes(onPurpose) == [])
        #expect(onPurpose.site?.signing == nil && onPurpose.site?.missingSigningKey == nil)
        let wrong = try read("${KEY}", ["KEY": "hunter2"])
        #expect(codes(wrong) == ["wrong-key"])
        #expect(
            !DiagnosticRenderer().text(wrong.diagnostics, sources: wrong.sources).contains("hunter2"))
        #expect(codes(try read("${file:../ledger.key}")) == ["path-outside"])
    }

    @Test("a secret comes from a file or a variable, without the line end at its end, and never shows")
    func secrets() throws {
        let folder = try Folder()
        try folder.write("secrets/ledger.key", Fixtures.key + "\n")
        try folder.write(
            "wayseal.yaml",
            Self.head + "ledger: { key: \"${file:secrets/ledger.key}\" }\nlinks: { a: https://example.org/ }")
        #expect(try folder.read().site?.signing?.pem == Fixtures.key)
        try folder.write("wayseal.yaml", Self.head + "ledger: { key: \"a${KEY}b\" }")
        #expect(
            try folder.read(environment: ["KEY": Fixtures.key]).site?.signing?.pem == "a" + Fixtures.key + "b")
        #expect(codes(try folder.read()) == ["key-missing"])
    }

    @Test(
        "a secret does not show in the diagnostics of a file that can't be read either",
        arguments: [
            "ledger: { key: hunter2, key: hunter2 }", "ledger: { key: hunter2\n",
            "ledger:\n  key: \"hunter2\n",
            "links:\n  a: { to: https://e.org/, password: 'hunter2', password: 'hunter2' }",
            "ledger:\n  key: |\n    x\n    hunter2\n    x: {\n  bad", "ledger:\n  \"key\" : hunter2\n bad",
            "ledger: { key: @hunter2 }",
            "ledger:\n  key: hunter2: x\n", "integrations: { ga4: { secret: hunter2, secret: ] } }",
        ])
    func secretsInBrokenFiles(manifest: String) {
        let result = read(Self.head + manifest)
        #expect(result.site == nil)
        #expect(!DiagnosticRenderer().text(result.diagnostics, sources: result.sources).contains("hunter2"))
    }

    @Test("lines of five megabytes are read or refused, and no message is long")
    func longLines() throws {
        // One case of each kind has its five megabytes; the others differ in their way through the code, not in size.
        let huge = String(repeating: "x", count: 5_000_000)
        let long = String(repeating: "x", count: 500_000)
        for manifest in [
            Self.head + "links: { a: https://example.org/\(huge) }",
            Self.head + "links: { \"\(long)\": https://example.org/ }",
            Self.head + "\(long): 1",
            Self.head + "links: { a: { to: https://example.org/, redirect: \(long) } }", "\"" + long, long,
            Self.head + "links:\n  a: \"https://example.org/\\q\(long)\"",
            Self.head + "site: { name: x, timezone: \(long) }",
        ] {
            let result = read(manifest)
            #expect(result.site == nil)
            let text = DiagnosticRenderer().text(result.diagnostics, sources: result.sources)
            #expect(text.utf8.count < 20_000)
        }
        let table = read(
            Self.head + "include: [a.csv, b.jsonl]",
            [
                "a.csv": "slug,to\n\(long),https://e.org/\na,https://e.org/\(huge)\n\(long)\n\"\(long)",
                "b.jsonl": "{\"\(long)\": 1}\n\(huge)\n{\"to\": \"\(long)\"}",
            ])
        #expect(
            Set(codes(table)) == [
                "slug-too-long", "target-too-long", "table-cells", "table-quote", "unknown-key", "table-json",
            ])
        #expect(DiagnosticRenderer().text(table.diagnostics, sources: table.sources).utf8.count < 20_000)
    }

    @Test("aliases are refused where they stand, whatever they would grow to")
    func aliases() {
        var manifest = Self.head + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 {
            manifest +=
                "a\(level): &a\(level) ["
                + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(codes(read(manifest)).contains("yaml-alias"))
    }

    @Test("values nested deeper than 64 levels are refused")
    func depth() {
        for open in ["[", "{a: ", "- ", "? "] {
            #expect(
                codes(read(Self.head + "links: \n " + String(repeating: open, count: 100_000))).contains {
                    $0 == "file-too-large" || $0.hasPrefix("yaml")
                })
        }
    }

    @Test("files over the limit are refused before they are read")
    func tooLarge() throws {
        let folder = try Folder()
        try folder.write("wayseal.yaml", Self.head + "include: [big.yaml]")
        let path = folder.path + "/big.yaml"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        #expect(truncate(path, 65 << 20) == 0)
        #expect(codes(try folder.read()) == ["file-too-large"])
    }
}
