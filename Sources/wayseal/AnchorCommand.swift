import Anchoring
import ArgumentParser
import Ethereum
import Support

/// `wayseal anchor`: a signed note's digest onto a chain.
struct AnchorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Put the digest of a signed note on a chain, once, and store the offline proof.",
        discussion: """
            The note is the SHA256SUMS.note of a signed build, or the checkpoint of a log. Check the proof with
            'wayseal verify NOTE --anchor PROOF'. The key is a keystore of version 3, as geth and Foundry make.

            Killed or interrupted, it goes on where it was: the same command never pays twice.
              wayseal anchor --chain 100 --checkpoint dist/current/SHA256SUMS.note --contract 0x5aAe… --dry-run
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
