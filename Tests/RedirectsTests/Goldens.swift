import Foundation
import Redirects
import Site
import Support
import Testing

/// Golden files: a small site, a line of dashes, and what each emitter writes for it. To renew them after a
/// change that is meant: `WAYSEAL_RENEW=1 swift test --filter RedirectsTests`, then read the difference.
@Suite struct `Emitted configuration` {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures/redirects")

    @Test(arguments: ["smallest", "rich", "trial"])
    func `is what the golden file says`(name: String) throws {
        let file = Self.folder.appending(path: name + ".txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.split(separator: "----------\n", maxSplits: 1, omittingEmptySubsequences: false)
        let input = String(parts[0])
        let table = RouteTable(site: try SiteNotation.parse(input))
        var output = ""
        for diagnostic in table.diagnostics {
            output += "\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]: \(diagnostic.summary)\n"
        }
        for emission in [
            NginxEmitter(deployment: Deployment()).emit(table),
            CaddyEmitter(deployment: Deployment()).emit(table),
        ] {
            for diagnostic in emission.diagnostics {
                output += "\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]: \(diagnostic.summary)\n"
            }
            for file in emission.files {
                output += "==> \(file.path) \(String(file.mode, radix: 8))\n"
                output += String(decoding: file.bytes, as: UTF8.self)
            }
        }
        if ProcessInfo.processInfo.environment["WAYSEAL_RENEW"] == "1" {
            try Data("\(input)----------\n\(output)".utf8).write(to: file)
        }
        #expect(parts.count == 2 && output == String(parts[1]))
    }
}

/// Sites in a few lines, for tests:
/// `domain HOST [ledger=yes] [tls=off|acme|files] [listen=A:P] [noindex=no] [home=URL] [missing=URL] [server=nginx|caddy]`,
/// `link SLUG TARGET [STATUS] [pass] [suffix] [noindex] [none|full]` for the domain before it.
enum SiteNotation {
    struct Unknown: Error { var word: String }

    static func parse(_ text: String) throws -> Site {
        var domains: [Domain] = []
        var links: [Link] = []
        var ledger: Int?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "domain":
                var domain = Domain(host: words[1])
                for word in words.dropFirst(2) { try apply(word, to: &domain) }
                if words.contains("ledger=yes") { ledger = domains.count }
                domains.append(domain)
            case "link":
                var link = Link(domain: domains.count - 1, slug: words[1], target: words[2])
                for word in words.dropFirst(3) { try apply(word, to: &link) }
                links.append(link)
            default: throw Unknown(word: words[0])
            }
        }
        var site = Site(contact: "ops@example.org", domains: domains, links: links)
        site.ledger = ledger.map { LedgerSettings(domain: $0, folder: "ledger") }
        return site
    }

    private static func apply(_ word: String, to domain: inout Domain) throws {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts[0], parts[1]) {
        case ("ledger", "yes"): break
        case ("tls", "off"): domain.tls = .off
        case ("tls", "files"): domain.tls = .files(certificate: "/etc/ssl/own.pem", key: "/etc/ssl/own.key")
        case ("listen", let value):
            let pair = value.split(separator: ":").map(String.init)
            domain.listen.append(
                pair.count == 1
                    ? ListenAddress(address: nil, port: UInt16(pair[0])!)
                    : ListenAddress(address: pair[0], port: UInt16(pair[1])!))
        case ("noindex", "no"): domain.noindex = false
        case ("home", let url): domain.home = .redirect(url)
        case ("missing", let url): domain.missing = .redirect(url)
        case ("server", let name): domain.servers = [Server(rawValue: name)!]
        default: throw Unknown(word: word)
        }
    }

    private static func apply(_ word: String, to link: inout Link) throws {
        switch word {
        case "pass": link.options.insert(.passQuery)
        case "suffix": link.options.insert(.forwardSuffix)
        case "noindex": link.options.insert(.noindex)
        case "none": link.privacy = .none
        case "full": link.privacy = .full
        default:
            guard let status = UInt16(word).flatMap(Link.Redirect.init) else { throw Unknown(word: word) }
            link.redirect = status
        }
    }
}
