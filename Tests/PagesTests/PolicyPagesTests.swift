import Foundation
import Site
import SiteTemplates
import Support
import Testing

@testable import Pages

@Suite("Pages of policies")
struct PolicyPagesTests {
    private static let gate = Policy.PasswordGate(
        iterations: 600_000, salt: String(repeating: "0a", count: 16), token: String(repeating: "f", count: 32))

    /// The files of a site with one link that has this policy.
    private func files(
        _ edit: (inout Policy) -> Void, site change: (inout Site) -> Void = { _ in }
    ) throws -> [String: String] {
        var site = Site(name: "Vinea Estates", domains: [Domain(host: "go.vinea.example")])
        var policy = Policy()
        edit(&policy)
        site.policies = [policy]
        var link = Link(slug: "trade", target: "https://vinea.example/secret-target")
        link.policy = 0
        site.links = [link]
        change(&site)
        var files: [String: String] = [:]
        for file in try StaticPages.files(for: site, id: { _ in "0123456789abcdef" }) {
            files[String(file.path.dropFirst("site/go.vinea.example/".count))] = String(
                decoding: file.bytes, as: UTF8.self)
        }
        files["index.html"] = nil
        files["404.html"] = nil
        return files
    }

    @Test("a host gets the pages that its links can show, and no others")
    func needed() throws {
        #expect(try files { _ in }.isEmpty)
        #expect(try files { $0.from = 0 }.keys.sorted() == ["_wayseal/early.html"])
        #expect(try files { $0.until = 0 }.keys.sorted() == ["_wayseal/over.html"])
        #expect(try files { $0.hours = [WeekWindow(day: 0, from: 0, to: 1)] }.keys.sorted() == ["_wayseal/closed.html"])
        #expect(try files { $0.places = [0] }.keys.sorted() == ["_wayseal/away.html"])
        #expect(try files { $0.refusesRobots = true }.keys.sorted() == ["_wayseal/robot.html"])
        #expect(try files { $0.rate = .init(requests: 1, perMinute: true) }.keys.sorted() == ["_wayseal/busy.html"])
        #expect(
            try files { $0.limit = .init(scans: 1, confirm: true) }.keys.sorted()
                == ["_wayseal/confirm.html", "_wayseal/used.html"])
        #expect(try files { $0.limit = .init(scans: 1, confirm: false) }.keys.sorted() == ["_wayseal/used.html"])
        #expect(
            try files { $0.password = Self.gate }.keys.sorted()
                == ["_wayseal/busy.html", "_wayseal/password.html", "_wayseal/password/0123456789abcdef.html"])
        #expect(
            try files { $0.preview = .init(title: "T") }.keys.sorted() == ["_wayseal/preview/0123456789abcdef.html"])
        #expect(
            try files {
                $0.until = 0
                $0.refusesRobots = true
                $0.gone = "https://vinea.example/"
            }.keys.sorted() == ["_wayseal/robot.html"])
    }

    @Test("every language has every phrase, and each page speaks all of the site's languages")
    func languages() throws {
        let all = Phrases.all()
        #expect(all.map(\.language) == ["en", "de", "fr", "it", "es", "ru"])
        for phrases in all {
            #expect(phrases.texts.keys.sorted() == all[0].texts.keys.sorted(), "\(phrases.language)")
            #expect(phrases.texts.values.allSatisfy { !$0.isEmpty && !$0.contains("<") })
        }
        let pages = try files({ policy in
            policy.password = Self.gate
            policy.limit = .init(scans: 3, confirm: true)
            policy.places = [0]
        }) { $0.languages = ["ru", "en", "de-AT", "de"] }
        #expect(pages.count == 6)
        for (path, html) in pages {
            #expect(html.contains("<html lang=\"ru\">"), "\(path)")
            #expect(html.components(separatedBy: "<section lang=").count == 3, "\(path)")
        }
    }

    @Test(
        "pages to look at are kept where they are asked for",
        .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_KEEP_PAGES"] != nil))
    func look() throws {
        let folder = ProcessInfo.processInfo.environment["WAYSEAL_KEEP_PAGES"] ?? "/tmp"
        let pages = try files({ policy in
            policy.from = 0
            policy.until = 1
            policy.hours = [WeekWindow(day: 0, from: 0, to: 1)]
            policy.places = [0]
            policy.refusesRobots = true
            policy.password = Self.gate
            policy.limit = .init(scans: 3, confirm: true)
            policy.preview = .init(title: "The harvest has begun", text: "Come and taste the first must of the year.")
        }) {
            $0.languages = ["de", "en", "fr"]
            $0.contact = "ops@vinea.example"
        }
        for (path, html) in pages {
            try Data(html.utf8).write(to: URL(fileURLWithPath: folder + "/" + path.replacing("/", with: "-")))
        }
    }

    @Test("only what a page's policy says is allowed: nothing from elsewhere, the one script by its hash")
    func closed() throws {
        let pages = try files {
            $0.password = Self.gate
            $0.limit = .init(scans: 3, confirm: true)
            $0.from = 0
        }
        for (path, html) in pages {
            #expect(html.contains("default-src 'none'; base-uri 'none'"), "\(path)")
            #expect(html.contains("<meta name=\"robots\" content=\"noindex\">"))
            #expect(
                !html.contains("src=") && !html.contains("<link") && !html.contains("url(") && !html.contains("http:"))
            let scripts = html.components(separatedBy: "<script>")
            if path.contains("password") {
                let body = try #require(scripts.last?.components(separatedBy: "</script>").first)
                #expect(scripts.count == 2)
                #expect(html.contains("script-src 'sha256-\(Base64.encode(SHA256.hash(Array(body.utf8))))'"))
            } else {
                #expect(scripts.count == 1 && !html.contains("script-src"))
            }
        }
    }

    @Test("a page of a password knows salt and rounds, and neither the target nor what opens it")
    func secrets() throws {
        let pages = try files { $0.password = Self.gate }
        let html = try #require(pages["_wayseal/password/0123456789abcdef.html"])
        #expect(html.contains("data-salt=\"\(Self.gate.salt)\" data-rounds=\"600000\""))
        for html in pages.values {
            #expect(!html.contains(Self.gate.token) && !html.contains("secret-target"))
        }
    }

    @Test("a preview leads people to the target only where nothing stands before it")
    func previews() throws {
        func link(_ edit: (inout Policy) -> Void) throws -> Bool {
            let html = try #require(
                try files {
                    $0.preview = .init(title: "T", text: "x", image: "https://vinea.example/a.png")
                    edit(&$0)
                }["_wayseal/preview/0123456789abcdef.html"])
            #expect(html.contains("<meta property=\"og:url\" content=\"https://go.vinea.example/trade\">"))
            #expect(html.contains("<meta property=\"og:image\" content=\"https://vinea.example/a.png\">"))
            #expect(html.contains("<meta name=\"twitter:card\" content=\"summary_large_image\">"))
            return html.contains("secret-target")
        }
        #expect(try link { _ in })
        #expect(try link { $0.refusesRobots = true })
        #expect(try !link { $0.password = Self.gate })
        #expect(try !link { $0.limit = .init(scans: 1, confirm: true) })
        #expect(try !link { $0.places = [0] })
        #expect(try !link { $0.until = 5 })
    }

    @Test("no text of a person breaks out of its place")
    func hostile() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "<script>alert(1)</script>", "\"", "'", "&", "<", ">", "{{name}}", "{{{style}}}", "{{#buttons}}",
            "{{/others}}",
            "-->", "</title>", "</style>", "]]>", "\u{2028}", "ä", "=", "onload=", "javascript:", "`", "{{! ",
            "{{=<% %>=}}",
        ]
        func text() -> String { (0..<6).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() }
        for _ in 0..<150 {
            let (name, title, words) = (text(), text(), text())
            let pages = try files({
                $0.preview = .init(title: title, text: words, image: "https://vinea.example/a.png?" + text())
                $0.password = Self.gate
                $0.limit = .init(scans: 1, confirm: true)
            }) {
                $0.name = name
                $0.contact = text() + "@example.org"
            }
            let clean = try files {
                $0.preview = .init(title: "t", text: "w", image: "https://vinea.example/a.png")
                $0.password = Self.gate
                $0.limit = .init(scans: 1, confirm: true)
            }
            for (path, html) in pages {
                // The same tags in the same order as with harmless texts, but for the contact's.
                #expect(
                    tags(html).filter { $0 != "a" && $0 != "/a" }
                        == tags(try #require(clean[path])).filter { $0 != "a" && $0 != "/a" }, "\(path) \(html)")
                #expect(!html.contains("href=\"javascript:"))
            }
        }
    }

    /// The names of all tags outside of style and script.
    private func tags(_ html: String) -> [String] {
        var names: [String] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            let name = String(rest.prefix { $0.isLetter || $0 == "/" || $0 == "!" || $0.isNumber })
            names.append(name)
            // Attribute values are quoted, and no quote can be in them.
            var isQuoted = false
            while let character = rest.first, isQuoted || character != ">" {
                if character == "\"" { isQuoted.toggle() }
                rest = rest.dropFirst()
            }
            if name == "style" || name == "script", let end = rest.range(of: "</" + name) {
                rest = rest[end.lowerBound...]
            }
        }
        return names
    }

    @Test(
        "a password becomes what Python makes of it",
        .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
    func derivation() throws {
        let passwords = [
            "correct horse", "Grüße", "ｆｕｌｌ", "e\u{301}", "ﬁ", "пароль", "🍇 🍷", "a\"b\\c",
            String(repeating: "x", count: 1000),
        ]
        let salt = (0..<16).map { UInt8($0 * 7) }
        let script = """
            import hashlib, sys, unicodedata
            for line in sys.stdin.buffer.read().decode().split("\\n"):
                print(hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFKC", line).encode(), bytes(range(0, 112, 7)), 100000, 16).hex())
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(Data(passwords.joined(separator: "\n").utf8))
        try stdin.fileHandleForWriting.close()
        let answers = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        process.waitUntilExit()
        #expect(answers.count == passwords.count)
        for (password, answer) in zip(passwords, answers) {
            #expect(
                try Policy.PasswordGate(password: password, salt: salt, iterations: 100_000).token == answer,
                "\(password)")
        }
    }

    @Test("what can't be typed is no password")
    func refused() {
        let salt = [UInt8](repeating: 1, count: 16)
        func problem(_ password: String, _ salt: [UInt8], _ rounds: Int) -> Policy.PasswordGate.PasswordProblem? {
            #expect(throws: Policy.PasswordGate.PasswordProblem.self) {
                try Policy.PasswordGate(password: password, salt: salt, iterations: rounds)
            }
        }
        #expect(problem("", salt, 100_000) == .empty)
        #expect(problem("a\nb", salt, 100_000) == .controlCharacter)
        #expect(problem(String(repeating: "x", count: 1025), salt, 100_000) == .tooLong)
        #expect(problem("abc", salt, 99_999) == .parameters)
        #expect(problem("abc", [1], 100_000) == .parameters)
    }
}
