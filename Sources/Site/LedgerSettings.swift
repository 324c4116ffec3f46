public import Support

/// What `ledger:` says: where the log of everything that is built is kept, and who serves it.
public struct LedgerSettings: Sendable {
    /// Index into ``Site/domains`` of the host that serves the log; its name is the origin of the checkpoints.
    public var domain: Int
    /// The writer's folder, with the manifest's folder before it.
    public var folder: String
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
