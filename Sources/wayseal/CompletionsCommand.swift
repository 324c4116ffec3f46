import ArgumentParser

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a completion script for a shell.",
        discussion: """
            Examples:
              wayseal completions bash > ~/.local/share/bash-completion/completions/wayseal
              wayseal completions zsh > ~/.zfunc/_wayseal
              wayseal completions fish > ~/.config/fish/completions/wayseal.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let script: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Terminal.say(Wayseal.completionScript(for: script))
    }
}
