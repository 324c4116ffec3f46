import ArgumentParser
import Build
import Codes
import Manifest
import Places
import Redirects
import Sheets
import Support

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a diagnostic: why it is one, and how to mend it.",
        discussion: """
            Examples:
              wayseal explain unknown-key
              wayseal explain              lists all codes
            """)

    @Argument(help: "The code between the brackets of error[…].")
    var code: String?

    func run() throws {
        let ours = ManifestCodes.all + RedirectCodes.all + BuildCodes.all + PlacesCodes.all
        let all = (ours + SVGCodes.all + SheetCodes.all).sorted { $0.id < $1.id }
        guard let code else {
            let width = all.map(\.id.count).max() ?? 0
            for code in all {
                Terminal.say(code.id + String(repeating: " ", count: width + 2 - code.id.count) + code.title)
            }
            return
        }
        guard let found = all.first(where: { $0.id == code }) else {
            let near = SpellingSuggestion.nearest(to: code, among: all.map(\.id))
            throw Failure(
                .usage, "there is no diagnostic '\(code)'",
                hint: near.map { "did you mean '\($0)'?" } ?? "'wayseal explain' lists all")
        }
        Terminal.say("\(found.id): \(found.title)\n\n\(found.explanation)")
    }
}
