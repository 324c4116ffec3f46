import Anchoring
import ArgumentParser
import Ethereum
import Glibc
import Support
import TransparencyLog

/// The flags of `wayseal anchor`, and what they stand for.
struct AnchorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The signed note.", valueName: "file")) var checkpoint = "dist/current/SHA256SUMS.note"
    @Option(help: "Where records and proofs of anchors are kept.") var folder = "ledger/anchors"
    @Option(name: .customLong("chain"), help: "The chain's number; a node of another chain is refused.") var chain:
        UInt64
    @Option(help: "Address of the contract; without it the value is sent as call data.") var contract: String?
    @Option(help: "The contract is EAS, and this is the hash of its code.") var easCodeHash: String?
    @Option(name: .customLong("rpc"), help: "Address of a node.") var rpc: String?
    @Option(name: .customLong("key"), help: "The anchor key, a keystore of version 3.") var keyFile =
        "ledger/anchor-key.json"
    @OptionGroup var passphrase: PassphraseOptions
    @Option(help: "Greatest price, gwei a unit of gas.") var maxFee = "50"
    @Option(help: "Greatest cost of the transaction, ether.") var maxCost = "0.01"
    @Option(help: "Blocks that make one final, where the chain does not say.") var confirmations: UInt64?
    @Option(help: "Seconds between looks at the chain.") var pause = 6.0
    @Option(help: "Seconds without inclusion until the price is raised.") var patience = 60.0
    @Option(help: "Seconds after which the run ends; a later one goes on.") var deadline = 1800.0

    /// The anchored value: of the checkpoint in its file.
    func value() throws -> Bytes32 {
        guard let note = SignedNote(try Files.read(checkpoint, limit: 1 << 20)) else { throw AnchorError.noCheckpoint }
        return .anchored(note)
    }

    func key() throws -> AnchorKey { try AnchorKeyFile.read(keyFile, passphrase: try passphrase.read(isNew: false)) }

    func endpoint() throws -> String {
        if let url = rpc ?? getenv("WAYSEAL_RPC").map({ String(cString: $0) }) { return url }
        throw ValidationError("no node: --rpc or WAYSEAL_RPC")
    }

    func policy(needsPlace: Bool) throws -> AnchorPolicy {
        guard let fee = Wei.parse(maxFee, digits: 9), let cost = Wei.parse(maxCost, digits: 18) else {
            throw ValidationError("--max-fee is a number of gwei and --max-cost one of ether, such as 0.01")
        }
        var place = AnchorPolicy.Place.calldata
        if needsPlace, let contract {
            let address = try Address(contract)
            place = .timestamper(address)
            if let easCodeHash {
                guard let hash = Bytes32(easCodeHash) else {
                    throw ValidationError("--eas-code-hash is 0x and 64 digits")
                }
                place = .eas(address, codeHash: hash)
            }
        }
        return AnchorPolicy(
            chainID: chain, place: place, maxFeePerGas: fee, maxCost: cost,
            finality: confirmations.map { .confirmations($0) } ?? .finalized, pause: Int(pause * 1000),
            patience: Int(patience * 1000), deadline: Int(deadline * 1000))
    }

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
