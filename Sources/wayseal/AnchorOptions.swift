import Anchoring
import ArgumentParser
import Ethereum
import Glibc
import Support

/// The flags of `wayseal anchor`, and what they stand for.
struct AnchorOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions
    @Option(
        help: ArgumentHelp(
            "The signed note. Default: the ledger's last checkpoint, else dist/current/SHA256SUMS.note.",
            valueName: "file")) var checkpoint: String?
    @Option(help: "Where records and proofs of anchors are kept. Default: anchors/ in the ledger's folder.")
    var folder: String?
    @Option(name: .customLong("chain"), help: "The chain's number; a node of another chain is refused.")
    var chain: UInt64?
    @Option(help: "Address of the contract; without it the value is sent as call data.") var contract: String?
    @Option(help: "The contract is EAS, and this is the hash of its code.") var easCodeHash: String?
    @Option(name: .customLong("rpc"), help: "Address of a node.") var rpc: String?
    @Option(name: .customLong("key"), help: "The anchor key, a keystore of version 3. Default: secrets/anchor.json.")
    var keyFile: String?
    @OptionGroup var passphrase: PassphraseOptions
    @Option(help: "Greatest price, gwei a unit of gas.") var maxFee: String?
    @Option(help: "Greatest cost of the transaction, ether.") var maxCost: String?
    @Option(help: "Blocks that make one final, where the chain does not say.") var confirmations: UInt64?
    @Option(help: "Seconds between looks at the chain.") var pause = 6.0
    @Option(help: "Seconds without inclusion until the price is raised.") var patience = 60.0
    @Option(help: "Seconds after which the run ends; a later one goes on.") var deadline = 1800.0

    /// The machine's monotonic clock.
    static let clock = AnchorClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
        },
        sleep: {
            var time = timespec(tv_sec: $0 / 1000, tv_nsec: $0 % 1000 * 1_000_000)
            nanosleep(&time, nil)
        })

    static func words(_ event: AnchorRun.Event) -> String {
        switch event {
        case .sent(let hash, let nonce, let fee):
            "sent \(hash), nonce \(nonce), at most \(Wei.gwei(fee)) gwei a unit of gas"
        case .included(let hash, let block, let gas, let price):
            "\(hash) is in block \(block.number): \(gas) units of gas, \(Wei.ether(price * UInt128(gas))) ether"
        case .reorganised(let hash): "\(hash) is in no block any more; it is sent again"
        case .retry(let error): "\(error); asking again"
        }
    }
}
