import Ethereum
import Support
import Synchronization
import TestSupport
import Testing

@testable import Anchoring

/// A dev chain with our contract on it, a funded key, and time that only passes when somebody waits.
final class ChainSetting: Sendable {
    let chain: DevChain
    let folder = TemporaryFolder()
    let contract: Address
    let time = Mutex(0)
    static let deployer: [UInt8] = [UInt8](repeating: 0, count: 31) + [5]
    /// Who pays for anchors: nothing else uses this account, so its nonce counts payments.
    static let payer: [UInt8] = [UInt8](repeating: 0, count: 31) + [1]

    init() throws {
        chain = try DevChain()
        let policy = AnchorPolicy(
            chainID: 31337, place: .calldata, maxFeePerGas: 50_000_000_000, maxCost: 100_000_000_000_000_000,
            deadline: 100)
        let chain = chain
        var run = AnchorRun(
            client: ChainClient(url: chain.url), policy: policy,
            folder: try AnchorFolder(path: folder.path + "/deployment"),
            clock: AnchorClock(now: { 0 }, sleep: { _ in try? chain.mine() }))
        guard case .final(let address, _) = try run.deploy(key: try AnchorKey(secret: Self.deployer)) else {
            throw JudgeFailure(description: "the deployment did not end")
        }
        contract = address
        try chain.rpc("evm_setAutomine", .bool(false))
    }

    func policy(_ place: AnchorPolicy.Place? = nil, _ change: (inout AnchorPolicy) -> Void = { _ in }) -> AnchorPolicy {
        var policy = AnchorPolicy(
            chainID: 31337, place: place ?? .timestamper(contract), maxFeePerGas: 50_000_000_000,
            maxCost: 10_000_000_000_000_000, pause: 1000, patience: 60_000, deadline: 60_000)
        change(&policy)
        return policy
    }

    /// Anchors; each wait is a second and does `meanwhile`, which mines a block unless said otherwise.
    func anchor(
        _ value: Bytes32, _ policy: AnchorPolicy? = nil, client: ChainClient? = nil, folder name: String = "anchors",
        secret: [UInt8] = payer, report: @escaping (AnchorRun.Event) -> Void = { _ in },
        meanwhile: (@Sendable (Int) -> Void)? = nil
    ) throws(AnchorError) -> AnchorRun.Outcome {
        let chain = chain
        let clock = AnchorClock(
            now: { self.time.withLock { $0 } },
            sleep: { milliseconds in
                let now = self.time.withLock {
                    $0 += milliseconds
                    return $0
                }
                if let meanwhile { meanwhile(now) } else { try? chain.mine() }
            })
        var run = AnchorRun(
            client: client ?? ChainClient(url: chain.url), policy: policy ?? self.policy(),
            folder: try AnchorFolder(path: folder.path + "/" + name), clock: clock, report: report)
        let key: AnchorKey
        do { key = try AnchorKey(secret: secret) } catch { throw .ethereum(error) }
        return try run.anchor(value, key: key)
    }

    /// How many transactions of the payer are on the chain.
    func paid(_ moment: String = "latest") throws -> Int {
        let payer = try AnchorKey(secret: Self.payer).address
        return try chain.number("eth_getTransactionCount", .string(payer.description), .string(moment))
    }

    /// Gas of a transaction on the chain.
    func gas(_ transaction: Bytes32) throws -> UInt64 {
        try #require(try ChainClient(url: chain.url).receipt(transaction)).gasUsed
    }
}

extension AnchorRun.Outcome {
    var isFinal: Bool { if case .final = self { true } else { false } }
    var paid: Bytes32? { if case .final(_, _, let paid) = self { paid } else { nil } }
}

func failure(_ body: () throws(AnchorError) -> AnchorRun.Outcome) -> AnchorError? {
    do throws(AnchorError) {
        _ = try body()
        return nil
    } catch { return error }
}
