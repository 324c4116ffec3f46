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
    @Option(
        name: .customLong("code-hash"),
        help: ArgumentHelp(
            "Hash of the code of another contract whose times count, such as EAS; may be given again.",
            valueName: "hash"))
    var codeHashes: [String] = []
    @Flag(help: "Fail unless the anchor is there and confirmed.") var requireAnchor = false

    /// What gives the time of an anchor.
    func time() throws(Failure) -> @Sendable ([UInt8], [UInt8]) -> Int? { Verifier.anchorTime(try trust()) }

    private func trust() throws(Failure) -> AnchorTrust {
        var trust = AnchorTrust(
            chains: chains.isEmpty ? nil : Set(chains), codeHashes: [AnchorPolicy.timestamperCodeHash])
        func hash(_ text: String) throws(Failure) -> Bytes32 {
            guard let hash = Bytes32(text) else { throw Failure(.usage, "'\(text)' is not 0x and 64 digits") }
            return hash
        }
        for pin in pins { trust.pinnedBlocks.insert(try hash(pin)) }
        for code in codeHashes { trust.codeHashes.insert(try hash(code)) }
        return trust
    }

    /// The check of anchors.
    func check() throws(Failure) -> Verifier.AnchorCheck {
        let trust = try trust()
        let nodes = nodes
        let witnesses = Verifier.AnchorWitnesses(needed: nodes.count) { anchor in
            ChainConfirmation(of: anchor, by: nodes.map { ChainClient(url: $0) })
        }
        return Verifier.anchorCheck(trust, witnesses: nodes.isEmpty ? nil : witnesses, isNeeded: requireAnchor)
    }
}
