import Anchoring
import Ethereum
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

@Suite("A ledger on a chain", .enabled(if: judgesAreAsked))
struct LedgerAnchorTests {
    let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    @Test(
        "an entry's bundle carries the anchor of its checkpoint: offline it is told, with a node it holds, changed it fails"
    )
    func bundle() throws {
        let key = try Ed25519Key.generate()
        let verifierKey = try VerifierKey(name: "go.example.org", publicKey: key.publicKey)
        var ledger = try Ledger.open(LedgerFolder(setting.folder.path + "/ledger"), origin: "go.example.org")
        var random = SplitMix(seed: 1)
        let appended = try ledger.append(
            [Draft(.certificate, slug: "A-1", hidden: ["name": "Zoë"]), Draft(.certificate, slug: "A-2")],
            at: 1_700_000_000, key: key
        ) { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        let note = try #require(SignedNote(appended.checkpoint))
        guard case .final(let proven, let path, let paid?) = try setting.anchor(.anchored(note)) else {
            Issue.record("not final")
            return
        }
        #expect(Bytes32.anchored(note).bytes == Checkpoint.anchorValue(of: note))
        let file = try Files.read(path)
        var anchor = LedgerAnchor(
            size: 2, chain: proven.chainID, contract: setting.contract.description, transaction: paid.description,
            block: nil,
            state: .sent, bundle: nil)
        try ledger.record(anchor)
        #expect(try ledger.index.anchor(of: 0) == nil)
        anchor.block = proven.blockNumber
        anchor.state = .final
        anchor.bundle = file
        try ledger.record(anchor)
        var late = anchor
        late.state = .dropped
        try ledger.record(late)
        #expect(try ledger.index.anchor(of: 0) == anchor)
        #expect(try ledger.index.anchor(of: 2) == nil)

        var bundle = try ProofBundle(
            log: verifierKey.description, entry: ledger.entry(0), proof: ledger.proof(of: 0),
            disclosed: ledger.disclosures(of: 0),
            status: [], anchor: file)
        func answer(_ check: @escaping Verifier.AnchorCheck) -> Verdict.Answer? {
            Verifier(policy: TrustPolicy(logs: [verifierKey]), now: 1_700_000_100, anchorCheck: check)
                .verdict(bundle: bundle.serialized)[.anchor]
        }
        let trust = AnchorTrust(chains: [31337], codeHashes: [AnchorPolicy.timestamperCodeHash])
        let node = ChainClient(url: setting.chain.url)
        let one = Verifier.AnchorWitnesses(needed: 1) { ChainConfirmation(of: $0, by: [node]) }
        let two = Verifier.AnchorWitnesses(needed: 2) { ChainConfirmation(of: $0, by: [node]) }
        let what = "existed before \(proven.time) (seconds since 1970), by block \(proven.blockNumber) of chain 31337"
        #expect(answer(Verifier.anchorCheck(trust)) == .unknown("\(what); internally valid, chain not consulted"))
        #expect(
            answer(Verifier.anchorCheck(trust, isNeeded: true))
                == .fails("\(what); internally valid, chain not consulted"))
        #expect(answer(Verifier.anchorCheck(trust, witnesses: one)) == .holds("\(what); confirmed by 1 node(s)"))
        #expect(
            answer(Verifier.anchorCheck(trust, witnesses: two))
                == .unknown("\(what); confirmed by 1 node(s), where 2 are needed"))
        var pinned = trust
        pinned.pinnedBlocks = [proven.blockHash]
        #expect(answer(Verifier.anchorCheck(pinned)) == .holds("\(what); the block is pinned"))
        // Another chain than the node's, another value, another contract's code.
        var other = try AnchorBundle(json: file)
        other.chainID = 100
        bundle.anchor = other.json
        var anywhere = trust
        anywhere.chains = nil
        guard case .fails = answer(Verifier.anchorCheck(anywhere, witnesses: one)),
            case .fails = answer(Verifier.anchorCheck(trust))
        else {
            Issue.record("chain")
            return
        }
        bundle.anchor = file
        bundle.proof = try {
            var proof = bundle.proof
            let checkpoint = try #require(Checkpoint(text: note.text))
            proof.checkpoint = try Array(
                Checkpoint(origin: checkpoint.origin, size: 1, root: checkpoint.root).signed(by: key).serialized.utf8)
            return proof
        }()
        #expect(
            !Verifier(policy: TrustPolicy(logs: [verifierKey]), now: 0, anchorCheck: Verifier.anchorCheck(pinned))
                .verdict(bundle: bundle.serialized).isValid)
    }
}
