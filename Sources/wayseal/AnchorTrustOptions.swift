import Anchoring
import ArgumentParser
import Ethereum
import Verification

/// Which anchors count.
struct AnchorTrustOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The proof that 'wayseal anchor' stored, for a note.", valueName: "file"))
    var anchor: String?
    @Option(
        name: .customLong("chain"),
        help: ArgumentHelp("Only anchors on this chain count; may be given again.", valueName: "number"))
    var chains: [UInt64] = []
    @Option(
        name: .customLong("rpc"),
        help: ArgumentHelp(
            "Ask this node whether the anchor's block is on its chain; may be given again, and all must confirm.",
            valueName: "url"))
    var nodes: [String] = []
    @Option(
        name: .customLong("pin-block"),
        help: ArgumentHelp("Hash of a block known to be on its chain; asks nobody.", valueName: "hash"))
    var pins: [String] = []
    @Flag(help: "Fail unless the anchor is there and confirmed.") var requireAnchor = false

    /// The check of anchors.
    func check() throws(Failure) -> Verifier.AnchorCheck {
        var trust = AnchorTrust(
            chains: chains.isEmpty ? nil : Set(chains), codeHashes: [AnchorPolicy.timestamperCodeHash])
        for pin in pins {
            guard let hash = Bytes32(pin) else { throw Failure(.usage, "'\(pin)' is not 0x and 64 digits") }
            trust.pinnedBlocks.insert(hash)
        }
        let nodes = nodes
        let witnesses = Verifier.AnchorWitnesses(needed: nodes.count) { anchor in
            ChainConfirmation(of: anchor, by: nodes.map { ChainClient(url: $0) })
        }
        return Verifier.anchorCheck(trust, witnesses: nodes.isEmpty ? nil : witnesses, isNeeded: requireAnchor)
    }
}
