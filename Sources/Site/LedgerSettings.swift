public import Support

/// What `ledger:` says: where the log of everything that is built is kept, and who serves it.
public struct LedgerSettings: Sendable {
    /// Index into ``Site/domains`` of the host that serves the log; its name is the origin of the checkpoints.
    public var domain: Int
    /// The writer's folder, with the manifest's folder before it.
    public var folder: String
    /// The issuer's public revocation key, as a vkey.
    public var revocation: String?
    /// How checkpoints are anchored on a chain; `nil`: they are not.
    public var anchor: AnchorSettings?
    /// Where the manifest names it.
    public var range: SourceRange?

    /// Settings.
    public init(domain: Int, folder: String, range: SourceRange? = nil) {
        self.domain = domain
        self.folder = folder
        self.range = range
    }

    /// First parts of paths on the ledger's host that are no slugs: the log, the page that verifies, certificates.
    public static let reservedSlugs = ["log", "verify", "certificates"]
}

/// What `ledger.anchor` says. Numbers of money are text, as the manifest writes them.
public struct AnchorSettings: Equatable, Sendable {
    /// How often a checkpoint is anchored at most.
    public enum Period: String, CaseIterable, Sendable {
        /// Each checkpoint.
        case build
        /// Once in an hour.
        case hour
        /// Once in a day.
        case day
        /// Once in a week.
        case week
        /// Once in thirty days.
        case month

        /// In seconds.
        public var seconds: Int {
            switch self {
            case .build: 0
            case .hour: 3600
            case .day: 86_400
            case .week: 604_800
            case .month: 2_592_000
            }
        }
    }

    /// Number of the chain.
    public var chain: UInt64
    /// Address of a node; may hold a secret. `nil`: it is not known on this machine.
    public var node: String?
    /// How often.
    public var every = Period.build
    /// Address of the contract; `nil`: the value is sent as call data.
    public var contract: String?
    /// The contract is EAS, and this is the hash of its code.
    public var easCodeHash: String?
    /// The anchor key's file, with the manifest's folder before it.
    public var keyFile: String?
    /// The account of the anchor key, to be published.
    public var account: String?
    /// Greatest price, gwei a unit of gas.
    public var maxFee: String?
    /// Greatest cost of a transaction, ether.
    public var maxCost: String?
    /// Blocks that make one final, where the chain does not say.
    public var confirmations: UInt64?

    /// Anchors on a chain.
    public init(chain: UInt64) { self.chain = chain }
}
