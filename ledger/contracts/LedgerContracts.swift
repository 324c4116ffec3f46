import Support

/// The contracts that the ledger uses, as their compiler wrote them: see `ledger/contracts/README.md`.
public enum LedgerContracts {
    /// What a transaction carries to put `Timestamper` on a chain.
    public static var timestamperCreationCode: [UInt8] { code(PackageResources.Timestamper_bin) }

    /// What `Timestamper` is on a chain: its hash is how anyone recognises it.
    public static var timestamperCode: [UInt8] { code(PackageResources.Timestamper_runtime_bin) }

    /// The bytes of a line of `0x` and digits; empty when a file of ours is broken, which no chain takes for a contract.
    private static func code(_ file: [UInt8]) -> [UInt8] {
        Hex.decode(file.dropFirst(2).prefix { $0 != 0x0A }) ?? []
    }
}
