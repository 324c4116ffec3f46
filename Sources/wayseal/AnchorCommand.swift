import Anchoring
import ArgumentParser
import Ethereum
import Glibc
import Ledger
import Support

/// `wayseal anchor`: a signed note's digest onto a chain.
struct AnchorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Put the digest of a signed note on a chain, once, and store the offline proof.",
        discussion: """
            The note is the ledger's last checkpoint, or the SHA256SUMS.note of a signed build. What the manifest's \
            'ledger.anchor' says needs no flag; with 'every: day' it does nothing until a day has passed, so a timer \
            may run it each hour. Check the proof with 'wayseal verify NOTE --anchor PROOF'.

            Killed or interrupted, it goes on where it was: the same command never pays twice.
              wayseal anchor
              wayseal anchor --chain 100 --checkpoint dist/current/SHA256SUMS.note --contract 0x5aAe… --dry-run
              wayseal anchor --chain 31337 --deploy
            The node's address comes from --rpc or WAYSEAL_RPC, the key's passphrase from --passphrase-file,
            WAYSEAL_PASSPHRASE or the terminal.
            """)

    @OptionGroup var options: AnchorOptions
    @Flag(help: "Put our Timestamper contract on the chain instead.") var deploy = false
    @Flag(help: "Print the transaction and its cost; send nothing.") var dryRun = false
    @Flag(help: "Anchor now, whatever 'every' says.") var now = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        do {
            if try !perform() { throw ExitStatus.outsideWorld }
        } catch let error as EthereumError {
            throw Failure(.usage, error.description)
        } catch let error as AnchorError {
            throw Failure(.outsideWorld, error.description)
        } catch let error as LedgerError {
            throw LedgerFailure.failure(error)
        } catch let error as FileError { throw Failure(error) }
    }

    /// Whether it is over: false means that the chain is not done and a later run goes on.
    private func perform() throws -> Bool {
        let place = try AnchorPlace(options)
        let policy = try place.policy(needsPlace: !deploy)
        let note = deploy ? nil : try place.note()
        if let note, !now, let wait = try place.wait(note, now: Int(time(nil))) {
            Terminal.note("nothing to do: the next anchor is due in \(wait / 60) minutes; --now does not wait\n")
            return true
        }
        let key = try place.key()
        let folder = try AnchorFolder(path: place.folder)
        var run = AnchorRun(
            client: ChainClient(url: try place.endpoint()), policy: policy, folder: folder,
            clock: AnchorOptions.clock,
            report: { Terminal.note("wayseal: \(AnchorOptions.words($0))\n") })
        guard let note else {
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
            show(AnchorReport(try run.plan(.anchored(note), from: key.address)))
            return true
        }
        let outcome = try run.anchor(.anchored(note), key: key)
        try place.record(outcome, note, policy)
        place.tell(outcome, note)
        show(AnchorReport(outcome))
        if case .final = outcome { return true }
        return false
    }

    private func show(_ report: AnchorReport) { Terminal.say(json ? report.json : report.text) }
}
