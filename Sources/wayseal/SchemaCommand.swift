import ArgumentParser
import Manifest

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the manifest, for editors.",
        discussion: """
            Examples:
              wayseal schema > wayseal.schema.json
              # then, as the first line of wayseal.yaml:
              # yaml-language-server: $schema=./wayseal.schema.json
            """)

    func run() { Terminal.write(ManifestSchema.json) }
}
