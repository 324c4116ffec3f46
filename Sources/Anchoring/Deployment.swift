public import Ethereum
import LedgerContracts
import Support

extension AnchorRun {
    /// How a deployment ended.
    public enum DeploymentOutcome: Equatable, Sendable {
        /// Our contract lies at this address in a final block.
        case final(Address, paid: Bytes32)
        /// The deadline came first; a later run goes on.
        case pending(Address, transactions: [Bytes32])
    }

    /// Puts our contract on the chain, once: with the record of a deployment in the folder, its address is given again.
    /// The policy's place is not looked at.
    public mutating func deploy(key: borrowing AnchorKey) throws(AnchorError) -> DeploymentOutcome {
        let found = try asking { () throws(ChainError) in try client.chainID() }
        guard found == policy.chainID else { throw .wrongChain(expected: policy.chainID, found: found) }
        let value = Bytes32.keccak(LedgerContracts.timestamperCreationCode)
        let start = clock.now()
        var record = try folder.record(.deployment, chainID: policy.chainID, value: value)
        while true {
            var current: AnchorRecord
            if let record { current = record } else { current = try prepare(.deployment, value: value, key: key) }
            let address = current.from.created(nonce: current.nonce)
            if let final = try lastFinal(), let (signed, receipt) = try receipt(of: current), receipt.succeeded,
                receipt.block.number <= final.number
            {
                let code = try asking { () throws(ChainError) in try client.code(address) }
                guard Bytes32.keccak(code) == AnchorPolicy.timestamperCodeHash else {
                    throw .unknownContract(address, codeHash: .keccak(code))
                }
                if !current.isFinal {
                    current.isFinal = true
                    try folder.store(current)
                }
                return .final(address, paid: signed.hash)
            }
            record = try advance(current, key: key)
            guard clock.now() - start < policy.deadline else {
                return .pending(address, transactions: current.attempts.map(\.hash))
            }
            clock.sleep(policy.pause)
        }
    }

    /// What `deploy` would send now; nothing is written or sent.
    public func deploymentPlan(from: Address) throws(AnchorError) -> AnchorPlan {
        let found = try asking { () throws(ChainError) in try client.chainID() }
        guard found == policy.chainID else { throw .wrongChain(expected: policy.chainID, found: found) }
        return try plan(.deployment, value: .keccak(LedgerContracts.timestamperCreationCode), from: from)
    }
}
