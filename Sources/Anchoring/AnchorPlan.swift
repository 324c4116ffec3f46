public import Ethereum

/// A transaction that could be sent now, and what it costs: what a dry run shows.
public struct AnchorPlan: Equatable, Sendable {
    /// The transaction, not signed.
    public var transaction: Transaction
    /// The node's estimate of the gas it uses.
    public var estimatedGas: UInt64
    /// The base fee of the next block, wei a unit of gas.
    public var nextBaseFee: UInt128
    /// The account that would pay.
    public var from: Address

    /// What it would cost in the next block, wei.
    public var expectedCost: UInt128 {
        let price = min(nextBaseFee.saturatingAdd(transaction.maxPriorityFeePerGas), transaction.maxFeePerGas)
        return price.saturatingMultiply(UInt128(estimatedGas))
    }
}

extension UInt128 {
    func saturatingAdd(_ other: UInt128) -> UInt128 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }

    func saturatingMultiply(_ other: UInt128) -> UInt128 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }
}

/// The two prices of a transaction of type 2, wei a unit of gas.
struct Fees: Equatable {
    var tip: UInt128
    var fee: UInt128

    /// What the next blocks will take: the median tip of recent blocks, and twice the next base fee, which lasts six full
    /// blocks of greatest growth (EIP-1559 lets it grow by one eighth a block), but never more than `cap`.
    static func suggested(_ history: FeeHistory, cap: UInt128) throws(AnchorError) -> Fees {
        let sorted = history.tips.sorted()
        let median = sorted.isEmpty ? 1_000_000_000 : sorted[sorted.count / 2]
        let tip = min(max(median, 1), cap)
        let needed = history.nextBaseFee.saturatingAdd(tip)
        guard needed <= cap else { throw .feeAboveCap(needed: needed, cap: cap) }
        return Fees(tip: tip, fee: min(history.nextBaseFee.saturatingMultiply(2).saturatingAdd(tip), cap))
    }

    /// Prices that nodes accept in place of `old`, which must be one tenth higher each; `nil` when the cap forbids it.
    static func raised(_ old: Transaction, towards suggested: Fees, cap: UInt128) -> Fees? {
        let tip = max(suggested.tip, old.maxPriorityFeePerGas.saturatingAdd(old.maxPriorityFeePerGas / 8 + 1))
        let fee = max(suggested.fee, old.maxFeePerGas.saturatingAdd(old.maxFeePerGas / 8 + 1))
        guard fee <= cap, tip <= fee else { return nil }
        return Fees(tip: tip, fee: fee)
    }
}
