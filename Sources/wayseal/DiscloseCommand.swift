import ArgumentParser
import Support
import TransparencyLog
import Verification

struct DiscloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclose",
        abstract: "Make a bundle that shows some values and keeps the others private.",
        discussion: """
            Whoever holds a .private.wayseal.json chooses what to show, without the issuer. What is left out can't be found \
            out from the rest: every value has a salt of its own.

            Example:
              wayseal disclose SOM-26-0001.private.wayseal.json --show slug,name,grade -o for-employer.wayseal.json
            """)

    @Argument(help: "The bundle.") var file: String
    @Option(help: ArgumentHelp("Fields to show, with commas between them.", valueName: "fields")) var show: String
    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Where to write it; '-' is stdout.", valueName: "file"))
    var output: String

    func run() throws {
        do {
            guard var bundle = ProofBundle(try Files.read(file, limit: 1 << 24)) else {
                throw Failure(.checkFailed, "\(file) is no wayseal bundle, or was changed")
            }
            let wanted = show.split(separator: ",").map(String.init)
            for field in wanted where !bundle.disclosed.contains(where: { $0.field == field }) {
                let names = bundle.disclosed.map(\.field)
                throw Failure(
                    .usage, "\(file) does not hold '\(field)'",
                    hint: SpellingSuggestion.nearest(to: field, among: names).map { "did you mean '\($0)'?" }
                        ?? "it holds \(names.joined(separator: ", "))")
            }
            bundle.disclosed.removeAll { !wanted.contains($0.field) }
            if output == "-" { return Terminal.write(bundle.serialized) }
            try Files.replace(output, bundle.serialized)
        } catch let error as FileError { throw Failure(error) }
    }
}
