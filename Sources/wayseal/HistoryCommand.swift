import ArgumentParser
import Ledger
import Support

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Say where a link has led: who, when, from which build.",
        discussion: """
            Examples:
              wayseal history go.example.org/menu
              wayseal history menu --json
            """)

    @OptionGroup var ledger: LedgerOptions
    @Argument(help: "Host and slug; without a host, the ledger's own.")
    var slug: String

    func run() throws {
        let ledger = try ledger.open()
        let name = slug.contains("/") ? slug.lowercased() : "\(ledger.origin)/\(slug.lowercased())"
        let versions: [LinkVersion]
        do { versions = try ledger.history(of: name) } catch { throw Failure(error) }
        guard !versions.isEmpty else { throw Failure(.checkFailed, "the ledger has no link '\(name)'") }
        Terminal.write(self.ledger.json ? Self.json(versions) : Array(Self.text(name, versions).utf8))
    }

    static func text(_ slug: String, _ versions: [LinkVersion]) -> String {
        versions.reduce(into: "") { out, version in
            let target = version.isRemoval ? "removed" : version.target.map { "→ \($0)" } ?? "erased"
            out += "\(slug)@\(version.number)  \(dateText(version.at))  \(target)\n"
            var notes = ["entry \(version.index)"]
            if let redirect = version.redirect { notes.append(redirect) }
            if let author = version.author { notes.append("by \(author)") }
            if let build = version.build { notes.append("checkpoint of \(build)") }
            if let anchor = version.anchor { notes.append("anchored on chain \(anchor)") }
            out += "    \(notes.joined(separator: ", "))\n"
        }
    }

    static func json(_ versions: [LinkVersion]) -> [UInt8] {
        var json = JSONWriter(indent: 2)
        json.array { json in
            for version in versions {
                json.object {
                    $0.field("version", version.number)
                    $0.field("entry", version.index)
                    $0.field("at", version.at)
                    $0.field("target", version.target)
                    $0.field("removed", version.isRemoval)
                    $0.field("redirect", version.redirect)
                    $0.field("author", version.author)
                    $0.field("checkpoint", version.build)
                    $0.field("anchor", version.anchor)
                }
            }
        }
        json.lineEnd()
        return json.bytes
    }
}
