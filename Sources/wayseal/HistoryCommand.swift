import ArgumentParser
import Ledger
import Support

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Say where a link led, when, and who changed it.",
        discussion: """
            Reads the ledger's private index. Each version has a number; 'wayseal restore SLUG@N' puts one back.

            Examples:
              wayseal history hello
              wayseal history https://go.example.org/hello
              wayseal history hello --json
            """)

    @OptionGroup var input: InputOptions
    @Argument(help: "The slug, HOST/SLUG, or a whole URL.") var slug: String
    @Option(help: ArgumentHelp("The host; default: the default domain.", valueName: "host")) var host: String?

    func validate() throws { try refuseEmpty(host, "--host") }

    func run() throws {
        let loaded = try input.load()
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        let link = try RecordedLink(slug, host: host, in: site)
        let versions = try link.versions(in: site)
        if input.print.json {
            for version in versions { Terminal.write(Self.json(link.key, version, before: versions)) }
        } else {
            Terminal.say(link.key)
            for version in versions { Terminal.say(Self.text(version, before: versions)) }
        }
    }

    /// Two lines: what happened, and how it is proven.
    private static func text(_ version: LinkVersion, before: [LinkVersion]) -> String {
        var what =
            switch version.target {
            case nil: "(erased)"
            case ""?: "REMOVED"
            case let target?: "→ \(target)"
            }
        if let redirect = version.redirect, !redirect.hasPrefix("302") { what += " (\(redirect.prefix(3)))" }
        var proof = "entry \(version.index)"
        if let build = version.build { proof += ", build of \(count(build, "entry"))" }
        proof += version.anchor.map { ", anchored on chain \($0)" } ?? ", not anchored"
        return "  @\(version.number)  \(Timestamp.text(version.at))  \(version.author ?? "-")  \(what)\n      \(proof)"
    }

    private static func json(_ key: String, _ version: LinkVersion, before: [LinkVersion]) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.field("link", key)
            $0.field("version", version.number)
            $0.field("entry", version.index)
            $0.field("at", Timestamp.text(version.at))
            $0.field("by", version.author)
            $0.field("from", version.number > 1 ? before[version.number - 2].target : nil)
            $0.field("to", version.target)
            $0.field("redirect", version.redirect)
            $0.field("removed", version.isRemoval)
            $0.field("build", version.build)
            $0.field("anchor", version.anchor)
        }
        json.lineEnd()
        return json.bytes
    }
}
