@testable import Ethereum
import Foundation
import Support
import Synchronization
import TestSupport
import Testing

@testable import Anchoring

@Suite("Anchoring on a real EVM", .enabled(if: judgesAreAsked))
struct AnchoringJudgeTests {
    let setting: ChainSetting
    let value = Bytes32.keccak([1])
    init() throws { setting = try ChainSetting() }

    @Test("an anchor is paid once, within its gas, proven offline, and not paid again by the same command")
    func once() throws {
        let outcome = try setting.anchor(value)
        guard case .final(let proven, let path, let paid?) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try setting.gas(paid) <= 46_000)
        #expect(try AnchorBundle(json: Files.read(path)).verified(for: value) == proven)
        #expect(proven.place == .storage(contract: setting.contract, codeHash: AnchorPolicy.timestamperCodeHash))
        #expect(try setting.anchor(value) == outcome)
        #expect(try setting.paid() == 1)
        // Without the folder: the contract itself says that the value is there.
        let again = try setting.anchor(value, folder: "elsewhere")
        #expect(again.isFinal && again.paid == nil)
        #expect(try setting.paid() == 1)
    }

    @Test(
        "a foreign verifier, written from the description of the file, finds the same time", arguments: [true, false])
    func foreignVerifier(storage: Bool) throws {
        let outcome = try setting.anchor(value, setting.policy(storage ? nil : .calldata))
        guard case .final(let proven, let path, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let file = try String(decoding: Files.read(path), as: UTF8.self)
        let answer = try PythonProcess("judge.py").ask {
            $0.field("op", "bundle")
            $0.field("bundle", file)
        }
        #expect(answer["time"]?.integer.map { UInt64($0) } == proven.time)
        switch proven.place {
        case .storage(_, let hash): #expect(answer["by"]?.string == hash.description)
        case .calldata(let sender): #expect(answer["by"]?.string == sender.description)
        }
    }

    @Test(
        "nodes confirm an anchor's block once it is final, contradict another's, and are silent when they can't be asked"
    )
    func confirmation() throws {
        guard case .final(let proven, let path, _) = try setting.anchor(value) else {
            Issue.record("not final")
            return
        }
        let trust = AnchorTrust(chains: [31337], codeHashes: [AnchorPolicy.timestamperCodeHash])
        #expect(try trust.proven(Files.read(path), value: value) == proven)
        #expect(throws: EthereumError.self) {
            try AnchorTrust(chains: [1], codeHashes: trust.codeHashes).proven(Files.read(path), value: value)
        }
        #expect(throws: EthereumError.self) { try AnchorTrust(codeHashes: []).proven(Files.read(path), value: value) }
        #expect(!trust.isPinned(proven))
        let node = ChainClient(url: setting.chain.url)
        let dead = ChainClient(url: "http://127.0.0.1:1")
        let asked = ChainConfirmation(of: proven, by: [node, node, dead])
        #expect(asked.confirming == 2 && asked.contradicting == 0 && asked.silent == 1)
        var other = proven
        other.blockHash = .keccak([])
        #expect(ChainConfirmation(of: other, by: [node]).contradicting == 1)
        other = proven
        other.chainID = 1
        #expect(ChainConfirmation(of: other, by: [node]).contradicting == 1)
        // The newest block is not final yet.
        let head = try #require(try node.block(.latest))
        other = proven
        other.blockNumber = head.number
        other.blockHash = head.hash
        #expect(ChainConfirmation(of: other, by: [node]).contradicting == 1)
    }

    @Test("call data is proven by the trie of its block, among other transactions, within its gas")
    func calldata() throws {
        // Strangers share the block.
        let mixed = try setting.anchor(
            value, setting.policy(.calldata),
            meanwhile: { [chain = setting.chain] _ in
                for number: UInt8 in 2...4 {
                    let key = try! AnchorKey(secret: [UInt8](repeating: 0, count: 31) + [number])
                    let nonce = try! ChainClient(url: chain.url).nonce(key.address, .latest)
                    let transaction = Transaction(
                        chainID: 31337, nonce: nonce, maxPriorityFeePerGas: 1, maxFeePerGas: 5_000_000_000,
                        gasLimit: 30_000, to: key.address,
                        input: [number])
                    try! ChainClient(url: chain.url).send(transaction.signed(by: key))
                }
                try! chain.mine()
            })
        let paid = try #require(mixed.paid)
        #expect(try setting.gas(paid) <= 22_300)
        #expect(try setting.anchor(value, setting.policy(.calldata)) == mixed)
        #expect(try setting.paid() == 1)
        guard case .final(let proven, let path, _) = mixed else { return }
        #expect(proven.place == .calldata(sender: try AnchorKey(secret: ChainSetting.payer).address))
        guard case .calldata(_, _, let nodes) = try AnchorBundle(json: Files.read(path)).evidence else { return }
        #expect(nodes.count > 1)
    }

    @Test("a reorganisation before finality: the same bytes are sent again and paid once")
    func reorganisation() throws {
        let events = Mutex<[String]>([])
        let chain = setting.chain
        let waits = Mutex(0)
        let outcome = try setting.anchor(
            value,
            report: { event in
                if case .reorganised = event { events.withLock { $0.append("reorganised") } }
                if case .sent(let hash, _, _) = event { events.withLock { $0.append("sent \(hash)") } }
            },
            meanwhile: { _ in
                // In a block, seen there, then thrown out twice.
                let wait = waits.withLock {
                    $0 += 1; return $0
                }
                if wait == 2 || wait == 4 { _ = try? chain.rpc("evm_reorg", .number("1")) } else { try? chain.mine() }
            })
        #expect(outcome.isFinal && outcome.paid != nil)
        #expect(try setting.paid() == 1)
        let log = events.withLock { $0 }
        #expect(log.contains("reorganised"))
        #expect(Set(log.filter { $0.hasPrefix("sent") }).count == 1)
    }

    @Test("a transaction nobody takes is replaced by dearer ones with its nonce; one of them is paid")
    func replacement() throws {
        let sent = Mutex<[Bytes32]>([])
        let chain = setting.chain
        let outcome = try setting.anchor(
            value, setting.policy { $0.patience = 5_000 },
            report: { event in if case .sent(let hash, _, _) = event { sent.withLock { $0.append(hash) } } },
            meanwhile: { now in if now > 20_000 { try? chain.mine() } })
        #expect(outcome.isFinal)
        #expect(sent.withLock { Set($0).count } >= 3)
        #expect(outcome.paid == sent.withLock { $0.last })
        #expect(try setting.paid() == 1)
    }

    @Test("the price rises to the cap and not beyond")
    func cap() throws {
        let highest = Mutex<UInt128>(0)
        let policy = setting.policy {
            $0.patience = 2_000; $0.maxFeePerGas = 3_500_000_000
        }
        let outcome = try setting.anchor(
            value, policy,
            report: { event in if case .sent(_, _, let fee) = event { highest.withLock { $0 = max($0, fee) } } },
            meanwhile: { _ in })
        #expect(!outcome.isFinal)
        #expect(highest.withLock { $0 } <= 3_500_000_000)
        #expect(try setting.anchor(value, policy).isFinal)
        #expect(try setting.paid() == 1)
    }

    @Test("a second value waits for the first, which an interrupted run left behind")
    func second() throws {
        let short = setting.policy { $0.deadline = 0 }
        #expect(try !setting.anchor(value, short).isFinal)
        let other = Bytes32.keccak([2])
        // Nothing of the first run but its record and the waiting transaction is left.
        #expect(try setting.anchor(other).isFinal)
        #expect(try setting.anchor(value).isFinal)
        #expect(try setting.paid() == 2)
    }

    @Test("a lost folder with a transaction still waiting: refused, not paid again")
    func lostFolder() throws {
        #expect(try !setting.anchor(value, setting.policy { $0.deadline = 0 }).isFinal)
        let payer = try AnchorKey(secret: ChainSetting.payer).address
        #expect(
            failure { () throws(AnchorError) in try setting.anchor(value, folder: "new") }
                == .strangersPending(payer, count: 1))
        try setting.chain.mine()
        #expect(try setting.anchor(value, folder: "new").isFinal)
        #expect(try setting.paid() == 1)
    }

    @Test("a nonce that another transaction took for good is given up, and the value is anchored under the next")
    func nonceTaken() throws {
        // Sign and record, but never let the node have it.
        let url = setting.chain.url
        let real = ChainClient.http(url)
        let deaf = ChainClient { (body) throws(ChainError) in
            if String(decoding: body, as: UTF8.self).contains("eth_sendRawTransaction") { throw .unreachable("deaf") }
            return try real(body)
        }
        #expect(
            failure { () throws(AnchorError) in try setting.anchor(value, client: deaf) }
                == .chain(.unreachable("deaf")))
        #expect(try setting.paid("pending") == 0)
        let key = try AnchorKey(secret: ChainSetting.payer)
        let other = Transaction(
            chainID: 31337, nonce: 0, maxPriorityFeePerGas: 1, maxFeePerGas: 5_000_000_000, gasLimit: 30_000,
            to: key.address, input: [])
        try ChainClient(url: url).send(other.signed(by: key))
        let outcome = try setting.anchor(value)
        #expect(outcome.isFinal && outcome.paid != nil)
        #expect(try setting.paid() == 2)
    }

    @Test("what it must not pay for is refused before anything is signed")
    func refusals() throws {
        let payer = try AnchorKey(secret: ChainSetting.payer).address
        func refused(_ policy: AnchorPolicy, secret: [UInt8] = ChainSetting.payer) -> AnchorError? {
            failure { () throws(AnchorError) in try setting.anchor(value, policy, secret: secret) }
        }
        #expect(refused(setting.policy { $0.chainID = 1 }) == .wrongChain(expected: 1, found: 31337))
        #expect(refused(setting.policy(.timestamper(payer))) == .noContract(payer))
        let wrong = Bytes32.keccak([])
        #expect(
            refused(setting.policy(.eas(setting.contract, codeHash: wrong)))
                == .unknownContract(setting.contract, codeHash: AnchorPolicy.timestamperCodeHash))
        guard case .feeAboveCap = refused(setting.policy { $0.maxFeePerGas = 1000 }) else {
            Issue.record("fee")
            return
        }
        guard case .costAboveCap = refused(setting.policy { $0.maxCost = 1_000_000 }) else {
            Issue.record("cost")
            return
        }
        guard
            case .insufficientFunds(_, _, has: 0) = refused(setting.policy(), secret: [UInt8](repeating: 9, count: 32))
        else {
            Issue.record("funds")
            return
        }
        #expect(try setting.paid("pending") == 0)
        #expect(try Files.names(in: setting.folder.path + "/anchors").allSatisfy { $0 == ".lock" })
    }

    @Test("the dry run shows the transaction that would be sent, and sends nothing")
    func dryRun() throws {
        let run = AnchorRun(
            client: ChainClient(url: setting.chain.url), policy: setting.policy(),
            folder: try AnchorFolder(path: setting.folder.path + "/dry"),
            clock: AnchorClock(now: { 0 }, sleep: { _ in }))
        let payer = try AnchorKey(secret: ChainSetting.payer).address
        let plan = try run.plan(value, from: payer)
        #expect(plan.transaction.input == TimestampInterface.timestamp(value))
        #expect(plan.transaction.to == setting.contract && plan.transaction.nonce == 0)
        #expect(plan.expectedCost > 0 && plan.expectedCost <= plan.transaction.greatestCost ?? 0)
        #expect(try setting.paid("pending") == 0)
        #expect(AnchorReport(plan).text.contains("nothing was sent"))
    }
}

extension ChainClient {
    /// The bare transport to a node, to be tampered with.
    static func http(_ url: String) -> Transport { ChainClient(url: url).transport }
}
