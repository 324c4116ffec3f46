import ArgumentParser
import Ledger
import Support

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Print the manifest line that brings an earlier version of a link back.",
        discussion: """
            The ledger is never rewound: put the line into the manifest, and the next build records it as a new version.

            Example:
              wayseal restore go.example.org/menu@3
            """)

    @OptionGroup var ledger: LedgerOptions
    @Argument(help: ArgumentHelp("Host, slug and version, as 'wayseal history' prints them.", valueName: "slug@n"))
    var version: String

    func run() throws {
        guard let at = version.lastIndex(of: "@"), let number = Int(version[version.index(after: at)...]) else {
            throw Failure(.usage, "'\(version)' is not SLUG@N", hint: "see 'wayseal history SLUG'")
        }
        let ledger = try ledger.open()
        let slug = version[..<at].lowercased()
        let name = slug.contains("/") ? slug : "\(ledger.origin)/\(slug)"
        let found: LinkVersion
        do { found = try ledger.version(number, of: name) } catch { throw Failure(error) }
        var json = JSONWriter()
        if self.ledger.json {
            json.object {
                $0.field("slug", name)
                $0.field("target", found.target)
                $0.field("redirect", found.redirect)
            }
        } else {
            // A JSON string is a YAML string.
            json.string(String(name.split(separator: "/", maxSplits: 1).last ?? ""))
            Terminal.write(json.bytes + Array(": { to: ".utf8))
            json = JSONWriter()
            json.string(found.target ?? "")
            let status = found.redirect?.split(separator: " ").first.map(String.init) ?? "302"
            Terminal.write(json.bytes)
            Terminal.say(", redirect: \(status) }")
            return
        }
        json.lineEnd()
        Terminal.write(json.bytes)
    }
}
