import Anchoring
import ArgumentParser
import Ethereum
import FoundationEssentials
import Glibc
import Ledger
import Manifest
import Site
import Support
import TransparencyLog

/// Where and what `wayseal anchor` anchors: its flags, and the manifest's `ledger.anchor` for what they leave open.
struct AnchorPlace {
    let options: AnchorOptions
    /// The manifest's ledger, when there is one.
    let settings: LedgerSettings?
    let origin: String?
    let site: Site?

    /// Reads the manifest, unless the flags say everything and there is none.
    init(_ options: AnchorOptions) throws {
        self.options = options
        try options.place.enter()
        let reader = ManifestReader(options: ManifestOptions(environment: ProcessInfo.processInfo.environment))
        let result = try? reader.read(path: options.place.file)
        if let result, result.site == nil, options.chain == nil {
            throw Failure(
                .checkFailed, "\(options.place.file) has errors", hint: "see 'wayseal check', or give --chain and --rpc"
            )
        }
        site = result?.site
        settings = site?.ledger
        origin = site?.signerName
    }

    private var anchor: AnchorSettings? { settings?.anchor }
    private var ledger: LedgerFolder? { settings.map { LedgerFolder($0.folder) } }

    /// The note's path.
    var notePath: String {
        if let checkpoint = options.checkpoint { return checkpoint }
        guard let ledger, (try? Files.status(ledger.checkpoint)) != nil else { return "dist/current/SHA256SUMS.note" }
        return ledger.checkpoint
    }

    var folder: String { options.folder ?? (settings?.folder ?? "ledger") + "/anchors" }

    func note() throws -> SignedNote {
        guard let note = SignedNote(try Files.read(notePath, limit: 1 << 20)) else { throw AnchorError.noCheckpoint }
        return note
    }

    func key() throws -> AnchorKey {
        try AnchorKeyFile.read(
            options.keyFile ?? anchor?.keyFile ?? "secrets/anchor.json",
            passphrase: try options.passphrase.read(isNew: false))
    }

    func endpoint() throws -> String {
        if let url = options.rpc ?? getenv("WAYSEAL_RPC").map({ String(cString: $0) }) ?? anchor?.node { return url }
        throw ValidationError("no node: --rpc, WAYSEAL_RPC, or 'rpc' in the manifest's ledger.anchor")
    }

    func policy(needsPlace: Bool) throws -> AnchorPolicy {
        guard let chain = options.chain ?? anchor?.chain else {
            throw ValidationError("no chain: --chain, or 'chain' in the manifest's ledger.anchor")
        }
        guard let fee = Wei.parse(options.maxFee ?? anchor?.maxFee ?? "50", digits: 9),
            let cost = Wei.parse(options.maxCost ?? anchor?.maxCost ?? "0.01", digits: 18)
        else { throw ValidationError("--max-fee is a number of gwei and --max-cost one of ether, such as 0.01") }
        var place = AnchorPolicy.Place.calldata
        if needsPlace, let contract = options.contract ?? anchor?.contract {
            let address = try Address(contract)
            place = .timestamper(address)
            if let code = options.easCodeHash ?? anchor?.easCodeHash {
                guard let hash = Bytes32(code) else { throw ValidationError("--eas-code-hash is 0x and 64 digits") }
                place = .eas(address, codeHash: hash)
            }
        }
        return AnchorPolicy(
            chainID: chain, place: place, maxFeePerGas: fee, maxCost: cost,
            finality: (options.confirmations ?? anchor?.confirmations).map { .confirmations($0) } ?? .finalized,
            pause: Int(options.pause * 1000), patience: Int(options.patience * 1000),
            deadline: Int(options.deadline * 1000))
    }

    /// What is left to wait until the next anchor is due, in seconds; `nil`: it is due, or asked for by flags.
    func wait(_ note: SignedNote, now: Int) throws -> Int? {
        guard options.checkpoint == nil, let anchor, anchor.every != .build, let ledger,
            let index = try LedgerIndex.read(ledger), let last = try index.lastAnchor(), last.state == .final,
            let bundle = try last.bundle.map({ try AnchorBundle(json: $0) }),
            // The same checkpoint again costs nothing.
            bundle.value != .anchored(note)
        else { return nil }
        let age = now - Int(clamping: try BlockHeader(encoded: bundle.header).timestamp)
        return age < anchor.every.seconds ? anchor.every.seconds - age : nil
    }

    /// Tells the hooks of an anchor that is final.
    func tell(_ outcome: AnchorRun.Outcome, _ note: SignedNote) {
        guard let site, case .final(let proven, _, let paid) = outcome else { return }
        Notices.tellOfAnchor(
            site, chain: proven.chainID, digest: Bytes32.anchored(note).description, block: proven.blockNumber,
            transaction: paid?.description)
    }

    /// Tells the index, when the note is a checkpoint of its own.
    func record(_ outcome: AnchorRun.Outcome, _ note: SignedNote, _ policy: AnchorPolicy) throws {
        guard let ledger, let origin, let checkpoint = Checkpoint(text: note.text), checkpoint.origin == origin,
            (try? Files.status(ledger.index)) != nil
        else { return }
        let contract: String =
            switch policy.place {
            case .timestamper(let address), .eas(let address, _): address.description
            case .calldata: ""
            }
        var anchors: [LedgerAnchor] = []
        switch outcome {
        case .final(let proven, let path, let paid):
            anchors = [
                LedgerAnchor(
                    size: checkpoint.size, chain: proven.chainID, contract: contract,
                    transaction: paid?.description ?? "", block: proven.blockNumber, state: .final,
                    bundle: try Files.read(path, limit: 1 << 20))
            ]
        case .pending(_, let transactions):
            anchors = transactions.map {
                LedgerAnchor(
                    size: checkpoint.size, chain: policy.chainID, contract: contract, transaction: $0.description,
                    block: nil, state: .sent, bundle: nil)
            }
        }
        let open = try Ledger.open(ledger, origin: origin, mayCreate: false)
        for anchor in anchors { try open.record(anchor) }
    }
}
