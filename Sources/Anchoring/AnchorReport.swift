import Ethereum
import Support

/// What a plan or an outcome says, as lines and as JSON.
public struct AnchorReport: Equatable, Sendable {
    private var fields: [Field] = []

    private struct Field: Equatable, Sendable {
        var key: String
        var label: String
        var value: String
        var unit = ""
    }

    private mutating func add(_ key: String, _ label: String, _ value: String, _ unit: String = "") {
        fields.append(Field(key: key, label: label, value: value, unit: unit))
    }

    /// One line a field, for people.
    public var text: String {
        let width = fields.map(\.label.count).max() ?? 0
        return fields.map {
            // The code of a contract would fill the screen.
            let isLong = $0.value.utf8.count > 200
            let value = isLong ? "\($0.value.prefix(42))… (\(($0.value.utf8.count - 2) / 2) bytes)" : $0.value
            return $0.label + String(repeating: " ", count: width + 2 - $0.label.count) + value + $0.unit
        }.joined(separator: "\n")
    }

    /// One JSON object, all members strings.
    public var json: String {
        var json = JSONWriter()
        json.object { for field in fields { $0.field(field.key, field.value) } }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Of a plan.
    public init(_ plan: AnchorPlan) {
        let transaction = plan.transaction
        add("state", "state", "planned: nothing was sent")
        add("chainId", "chain", String(transaction.chainID))
        add("from", "from", plan.from.description)
        add("to", "to", transaction.to?.description ?? "a new contract, \(plan.from.created(nonce: transaction.nonce))")
        add("nonce", "nonce", String(transaction.nonce))
        add("input", "input", "0x" + Hex.encode(transaction.input))
        add("estimatedGas", "gas", String(plan.estimatedGas))
        add("gasLimit", "gas limit", String(transaction.gasLimit))
        add("nextBaseFeeGwei", "base fee", Wei.gwei(plan.nextBaseFee), " gwei")
        add("maxPriorityFeeGwei", "tip", Wei.gwei(transaction.maxPriorityFeePerGas), " gwei")
        add("maxFeeGwei", "greatest fee", Wei.gwei(transaction.maxFeePerGas), " gwei")
        add("expectedCostEther", "expected cost", Wei.ether(plan.expectedCost), " ether")
        add("greatestCostEther", "greatest cost", Wei.ether(transaction.greatestCost ?? .max), " ether")
    }

    /// Of an anchoring.
    public init(_ outcome: AnchorRun.Outcome) {
        switch outcome {
        case .final(let proven, let path, let paid):
            add("state", "state", "final")
            add("chainId", "chain", String(proven.chainID))
            switch proven.place {
            case .storage(let contract, _): add("contract", "contract", contract.description)
            case .calldata(let sender): add("sender", "sender", sender.description)
            }
            add("transaction", "transaction", paid?.description ?? "none of ours: the value was there already")
            add("blockNumber", "block", String(proven.blockNumber))
            add("blockHash", "block hash", proven.blockHash.description)
            add("time", "existed before", Timestamp.text(Int(clamping: proven.time)))
            add("proof", "proof", path)
        case .pending(let nonce, let transactions):
            add("state", "state", "pending: run the same command again")
            add("nonce", "nonce", nonce.map { String($0) } ?? "-")
            add("transactions", "transactions", transactions.map(\.description).joined(separator: " "))
        }
    }

    /// Of a deployment.
    public init(_ outcome: AnchorRun.DeploymentOutcome) {
        switch outcome {
        case .final(let address, let paid):
            add("state", "state", "final")
            add("contract", "contract", address.description)
            add("transaction", "transaction", paid.description)
        case .pending(let address, let transactions):
            add("state", "state", "pending: run the same command again")
            add("contract", "contract", address.description)
            add("transactions", "transactions", transactions.map(\.description).joined(separator: " "))
        }
    }
}
