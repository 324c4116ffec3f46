import ArgumentParser

@main
struct Wayseal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wayseal",
        abstract: "One reviewed file becomes everything a printed code needs.",
        version: "0.1.0",
        subcommands: [ScansCommand.self])
}
