import Anchoring
import ArgumentParser
import Ethereum
import Support

/// `wayseal anchor`: the checkpoint's digest onto a chain.
struct AnchorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor", abstract: "Anchor the log's checkpoint on a chain, once, and store the offline proof.",
        discussion: """
            Killed or interrupted, it goes on where it was: the same command never pays twice.
              wayseal anchor --chain 100 --contract 0x5aAe… --dry-run
              wayseal anchor --chain 31337 --deploy
            The node's address comes from --rpc or WAYSEAL_RPC, the key's passphrase from --passphrase-file,
            WAYSEAL_PASSPHRASE or the terminal.
            """)

    @OptionGroup var options: AnchorOptions
    @Flag(help: "Put our Timestamper contract on the chain instead.") var deploy = false
    @Flag(help: "Print the transaction and its cost; send nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        do {
            if try !perform() { throw ExitStatus.outsideWorld }
        } catch let error as EthereumError {
            throw Failure(.usage, error.description)
        } catch let error as AnchorError {
            throw Failure(.outsideWorld, error.description)
        } catch let error as FileError { throw Failure(error) }
    }

    /// Whether it is over: false means that the chain is not done and a later run goes on.
    private func perform() throws -> Bool {
        let key = try options.key()
        let value = deploy ? nil : try options.value()
        let folder = try AnchorFolder(path: options.folder)
        var run = AnchorRun(
            client: ChainClient(url: try options.endpoint()), policy: try options.policy(needsPlace: !deploy),
            folder: folder, clock: AnchorOptions.clock,
            report: { Terminal.note("wayseal: \(AnchorOptions.words($0))\n") })
        guard let value else {
            if dryRun {
                show(AnchorReport(try run.deploymentPlan(from: key.address)))
                return true
            }
            let outcome = try run.deploy(key: key)
            show(AnchorReport(outcome))
            if case .final = outcome { return true }
            return false
        }
        if dryRun {
            show(AnchorReport(try run.plan(value, from: key.address)))
            return true
        }
        let outcome = try run.anchor(value, key: key)
        show(AnchorReport(outcome))
        if case .final = outcome { return true }
        return false
    }

    private func show(_ report: AnchorReport) { Terminal.say(json ? report.json : report.text) }
}
