import Foundation
import Glibc
import Support
import Synchronization
import TestSupport
import Testing
import Transfer
import TransparencyLog

@testable import Anchoring
@testable import Ethereum

@Suite("Anchors killed at any moment never pay twice", .enabled(if: judgesAreAsked))
struct KillTests {
    let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    /// A node that the run loses for ever at call number `last`: before the node sees the call, or after it acted on it.
    private func mortal(_ last: Int, after: Bool) -> ChainClient.Transport {
        let real = ChainClient.http(setting.chain.url)
        let count = Counter()
        return { (body) throws(ChainError) in
            let number = count.next()
            guard number <= last else { throw .notJSONRPC }
            if number == last, !after { throw .notJSONRPC }
            let answer = try real(body)
            if number == last { throw .notJSONRPC }
            return answer
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }

    @Test("cut off at every call, before and after the node acted: one payment each", arguments: [false, true])
    func everyCall(after: Bool) throws {
        var values = 0
        for last in 1... {
            let value = Bytes32.keccak([UInt8(last >> 8), UInt8(last & 0xFF), after ? 1 : 0])
            values += 1
            let first = failure { () throws(AnchorError) in
                try setting.anchor(value, client: ChainClient(transport: mortal(last, after: after)))
            }
            if first == nil { break }
            #expect(first == .chain(.notJSONRPC))
            #expect(try setting.anchor(value).isFinal)
            #expect(try setting.paid() == values, "cut off at call \(last)")
            try #require(last < 200)
        }
        #expect(values > 15)
        #expect(try setting.paid() == values)
    }

    @Test("cut off again and again, while prices rise and blocks are thrown out: one payment each")
    func againAndAgain() throws {
        var random = SplitMix(seed: 11)
        let chain = setting.chain
        let policy = setting.policy { policy in
            policy.patience = 2_000
            policy.deadline = 15_000
        }
        var kills = 0
        for round in 1...24 {
            let value = Bytes32.keccak([UInt8(round)])
            for attempt in 0... {
                try #require(attempt < 100)
                let isLast = attempt > 12
                let weather = (0..<200).map { _ in Int.random(in: 0..<6, using: &random) }
                let waits = Counter()
                let last = isLast ? 100_000 : Int.random(in: 1...22, using: &random)
                let outcome: AnchorRun.Outcome
                do throws(AnchorError) {
                    outcome = try setting.anchor(
                        value, policy,
                        client: ChainClient(transport: mortal(last, after: Bool.random(using: &random))),
                        meanwhile: { _ in
                            switch isLast ? 1 : weather[waits.next() % weather.count] {
                            case 0: _ = try? chain.rpc("evm_reorg", .number("1"))
                            case 1, 2: try? chain.mine()
                            default: break
                            }
                        })
                } catch {
                    #expect(error == .chain(.notJSONRPC))
                    kills += 1
                    continue
                }
                if outcome.isFinal { break }
            }
            #expect(try setting.paid() == round)
        }
        #expect(kills > 100)
    }

    @Test("the program itself, killed at random moments by SIGKILL: one payment each")
    func sigkill() throws {
        var random = SplitMix(seed: 12)
        let folder = setting.folder.path
        let key = try AnchorKey(secret: ChainSetting.payer)
        try AnchorKeyFile.create(
            folder + "/key.json", key, passphrase: "p", cost: .init(n: 4, r: 1, p: 1),
            randomness: #require(Keystore.Randomness([UInt8](0..<64))))
        try Files.create(folder + "/passphrase", Array("p\n".utf8))
        let log = try Ed25519Key.generate()
        var kills = 0
        for round in 1...6 {
            let note = try SignedNote(text: "go.example.org\n\(round)\nAAAA\n", signedBy: log, name: "go.example.org")
            try Files.replace(folder + "/checkpoint", Array(note.serialized.utf8))
            for attempt in 0... {
                try #require(attempt < 60)
                let process = Process()
                process.executableURL = URL(fileURLWithPath: Place.wayseal)
                process.arguments = [
                    "anchor", "--chain", "31337", "--contract", setting.contract.description, "--rpc",
                    setting.chain.url, "--key",
                    folder + "/key.json", "--passphrase-file", folder + "/passphrase", "--folder", folder + "/anchors",
                    "--checkpoint",
                    folder + "/checkpoint", "--pause", "0.02", "--patience", "0.1", "--deadline", "1", "--json",
                ]
                let output = Pipe()
                process.standardOutput = output
                process.standardError = FileHandle.nullDevice
                try process.run()
                if attempt < 25 {
                    usleep(useconds_t(Int.random(in: 5_000...150_000, using: &random)))
                    // Blocks come and go while nobody looks.
                    if Bool.random(using: &random) { try setting.chain.mine() }
                    if process.isRunning {
                        kill(process.processIdentifier, SIGKILL)
                        kills += 1
                    }
                } else {
                    while process.isRunning { try setting.chain.mine(); usleep(50_000) }
                }
                process.waitUntilExit()
                let printed = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
                if let json = try? JSONValue(reading: printed.filter { $0 != 0x0A }), json["state"]?.string == "final" {
                    let bundle = try AnchorBundle(json: Files.read(#require(json["proof"]?.string)))
                    _ = try bundle.verified(for: .anchored(note))
                    let key = try VerifierKey(name: "go.example.org", publicKey: log.publicKey).description
                    let arguments = [
                        "verify", folder + "/checkpoint", "--key", key, "--anchor", try #require(json["proof"]?.string),
                        "--rpc", setting.chain.url, "--require-anchor",
                    ]
                    #expect(try Self.status(arguments + ["--chain", "31337"]) == 0)
                    #expect(try Self.status(arguments + ["--chain", "1"]) == 1)
                    break
                }
            }
            #expect(try setting.paid() == round)
        }
        #expect(kills > 20)
    }

    /// How the program ends with these arguments.
    private static func status(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Place.wayseal)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

@Suite("Nodes that lie", .enabled(if: judgesAreAsked))
struct LyingNodeTests {
    let setting: ChainSetting
    let value = Bytes32.keccak([1])
    init() throws { setting = try ChainSetting() }

    /// A node whose answers to one method are changed as text.
    private func liar(_ method: String, _ change: @escaping @Sendable (String) -> String) -> ChainClient {
        let real = ChainClient.http(setting.chain.url)
        return ChainClient { (body) throws(ChainError) in
            let answer = try real(body)
            guard String(decoding: body, as: UTF8.self).contains("\"\(method)\"") else { return answer }
            return Array(change(String(decoding: answer, as: UTF8.self)).utf8)
        }
    }

    private func result(_ json: String) -> @Sendable (String) -> String {
        { _ in "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\(json)}" }
    }

    @Test("a value it says is there, though it is not: the proof tells, nothing is paid and nothing stored")
    func fakeTime() throws {
        let lie = liar("eth_call", result("\"0x" + String(repeating: "0", count: 56) + "6553f100\""))
        #expect(
            failure { () throws(AnchorError) in try setting.anchor(value, client: lie) }
                == .ethereum(.bundle("the contract does not hold the value")))
        #expect(try setting.paid("pending") == 0)
        #expect(try setting.anchor(value).isFinal)
    }

    @Test("prices and gas beyond reason, another chain, another contract: refused, nothing paid")
    func beyondReason() throws {
        func lied(_ method: String, _ json: String) -> AnchorError? {
            failure { () throws(AnchorError) in try setting.anchor(value, client: liar(method, result(json))) }
        }
        guard
            case .feeAboveCap = lied(
                "eth_feeHistory", "{\"baseFeePerGas\":[\"0xffffffffffffffffffffffffffff\"],\"reward\":[]}")
        else {
            Issue.record("fee")
            return
        }
        #expect(lied("eth_estimateGas", "\"0xffffff\"") == .gasAboveCeiling(wanted: 0xFFFFFF, ceiling: 150_000))
        #expect(lied("eth_chainId", "\"0x1\"") == .wrongChain(expected: 31337, found: 1))
        guard case .unknownContract = lied("eth_getCode", "\"0x6001\"") else {
            Issue.record("code")
            return
        }
        guard case .insufficientFunds = lied("eth_getBalance", "\"0x1\"") else {
            Issue.record("balance")
            return
        }
        #expect(try setting.paid("pending") == 0)
    }

    @Test("a header or proof with one digit changed is never stored; an honest node then finishes without paying again")
    func changedDigits() throws {
        var random = SplitMix(seed: 21)
        for method in ["eth_getProof", "eth_getBlockByHash"] {
            let value = Bytes32.keccak(Array(method.utf8))
            for _ in 0..<15 {
                let seed = random.next()
                let lie = liar(method) { text in
                    var random = SplitMix(seed: seed)
                    var bytes = Array(text.utf8)
                    // A digit inside what proves: the long strings.
                    let places = bytes.indices.filter {
                        $0 > 40 && Hex.value(bytes[$0]) != nil && Hex.value(bytes[$0 - 20]) != nil
                    }
                    let place = places.randomElement(using: &random)!
                    bytes[place] = bytes[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
                    return String(decoding: bytes, as: UTF8.self)
                }
                do {
                    let outcome = try setting.anchor(value, setting.policy { $0.deadline = 12_000 }, client: lie)
                    // Only what the proof does not use may be changed unnoticed: then the stored proof is the true one.
                    if case .final(let proven, let path, _) = outcome {
                        #expect(try AnchorBundle(json: Files.read(path)).verified(for: value) == proven)
                        try Files.remove(path)
                    }
                } catch let error as AnchorError {
                    switch error {
                    case .ethereum, .chain(.malformed): break
                    default: Issue.record("\(error)")
                    }
                    let names = try Files.names(in: setting.folder.path + "/anchors")
                    #expect(!names.contains { $0.hasSuffix("\(value.description.dropFirst(2)).proof.json") })
                }
            }
            #expect(try setting.anchor(value).isFinal)
        }
        #expect(try setting.paid() == 2)
    }

    @Test("answers changed at random: an error or the truth, and at most one payment")
    func randomChanges() throws {
        var random = SplitMix(seed: 22)
        for round in 0..<40 {
            let value = Bytes32.keccak([0xAA, UInt8(round)])
            let before = try setting.paid()
            let real = ChainClient.http(setting.chain.url)
            let state = Mutex(SplitMix(seed: random.next()))
            let lie = ChainClient { (body) throws(ChainError) in
                var answer = try real(body)
                state.withLock { random in
                    if Int.random(in: 0..<12, using: &random) == 0 {
                        switch Int.random(in: 0..<3, using: &random) {
                        case 0:
                            answer[Int.random(in: 0..<answer.count, using: &random)] ^=
                                1 << UInt8.random(in: 0..<8, using: &random)
                        case 1: answer.removeLast(Int.random(in: 1...answer.count, using: &random))
                        default: answer = Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}".utf8)
                        }
                    }
                }
                return answer
            }
            if let outcome = try? setting.anchor(value, setting.policy { $0.deadline = 12_000 }, client: lie),
                case .final(let proven, let path, _) = outcome
            {
                #expect(try AnchorBundle(json: Files.read(path)).verified(for: value) == proven)
            }
            let outcome = try setting.anchor(value)
            #expect(outcome.isFinal)
            #expect(try setting.paid() == before + 1, "round \(round)")
        }
    }
}
