public import Ethereum
import LedgerContracts
import Support
public import TransparencyLog

/// Where values are anchored, and what it may cost.
public struct AnchorPolicy: Equatable, Sendable {
    /// Where a value lies on the chain.
    public enum Place: Equatable, Sendable {
        /// In our own contract at this address.
        case timestamper(Address)
        /// In EAS at this address; its code differs from chain to chain, so its hash is pinned by the user.
        case eas(Address, codeHash: Bytes32)
        /// As the input of a transaction to oneself.
        case calldata
    }

    /// When a block counts as final.
    public enum Finality: Equatable, Sendable {
        /// When the chain says so.
        case finalized
        /// After this many blocks, for chains that don't say.
        case confirmations(UInt64)
    }

    /// The chain. Another one's node is refused.
    public var chainID: UInt64
    /// Where.
    public var place: Place
    /// Greatest price, wei a unit of gas.
    public var maxFeePerGas: UInt128
    /// Greatest cost of one transaction, wei.
    public var maxCost: UInt128
    /// When a block is final.
    public var finality: Finality
    /// Between looks at the chain, in milliseconds.
    public var pause: Int
    /// Without inclusion until the price is raised, in milliseconds.
    public var patience: Int
    /// Until the run ends with what it has, in milliseconds. A later run goes on.
    public var deadline: Int

    /// A policy.
    public init(
        chainID: UInt64, place: Place, maxFeePerGas: UInt128, maxCost: UInt128, finality: Finality = .finalized,
        pause: Int = 6_000, patience: Int = 60_000, deadline: Int = 1_800_000
    ) {
        self.chainID = chainID
        self.place = place
        self.maxFeePerGas = maxFeePerGas
        self.maxCost = maxCost
        self.finality = finality
        self.pause = pause
        self.patience = patience
        self.deadline = deadline
    }

    /// The hash of our contract's code.
    public static var timestamperCodeHash: Bytes32 { .keccak(LedgerContracts.timestamperCode) }
}

/// Time, as the run sees it.
public struct AnchorClock: Sendable {
    /// Milliseconds from any fixed moment, never going back.
    public var now: @Sendable () -> Int
    /// Waits this many milliseconds.
    public var sleep: @Sendable (Int) -> Void

    /// A clock.
    public init(now: @escaping @Sendable () -> Int, sleep: @escaping @Sendable (Int) -> Void) {
        self.now = now
        self.sleep = sleep
    }
}

extension Bytes32 {
    /// The anchored value of a checkpoint: ``Checkpoint/anchorValue(of:)``.
    public static func anchored(_ checkpoint: SignedNote) -> Bytes32 { .sha256(Array(checkpoint.text.utf8)) }
}
