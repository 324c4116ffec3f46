import Foundation
import Support
import Synchronization
import TestSupport
import Testing

@testable import Anchoring
@testable import Ethereum

/// What a real node has answered, changed in every way: it never makes the client crash, believe another header, or take a
/// proof for one of something else.
@Suite("Mutations of a node's answers", .enabled(if: judgesAreAsked))
struct AnswerMutationTests {
    private let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    /// Answers by request, as they were recorded; one of them changed.
    private final class Tape: Sendable {
        let answers = Mutex<[(request: [UInt8], answer: [UInt8])]>([])

        func recorder(of node: ChainClient) -> ChainClient {
            ChainClient { (body) throws(ChainError) in
                let answer = try node.transport(body)
                self.answers.withLock { $0.append((body, answer)) }
                return answer
            }
        }

        func player(changing place: Int, to changed: [UInt8]) -> ChainClient {
            let recorded = answers.withLock { $0 }
            return ChainClient { (body) throws(ChainError) in
                guard let found = recorded.firstIndex(where: { $0.request == body }) else {
                    throw .unreachable("a question that was not asked before")
                }
                return found == place ? changed : recorded[found].answer
            }
        }
    }

    private func mutation(of bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var out = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let other = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0...2: out[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: out[place] = Array("0123456789abcdefx\"{}[]:,".utf8).randomElement(using: &random) ?? 0
        case 4: out.removeLast(bytes.count - place)
        case 5: out.remove(at: place)
        case 6: out.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: out.swapAt(place, other)
        }
        return out
    }

    @Test("of 20,000 none crashes, moves a header or a proof, or confirms another block", .timeLimit(.minutes(3)))
    func mutations() throws {
        let value = Bytes32.keccak([1])
        guard case .final(let proven, let path, let paid?) = try setting.anchor(value) else {
            Issue.record("not final")
            return
        }
        let bundle = try AnchorBundle(json: Files.read(path))
        let slot = TimestampLayout.timestamper.storageKey(value)
        let payer = try AnchorKey(secret: ChainSetting.payer).address
        let contract = setting.contract
        /// Asks one thing; false: the answer was believed and is wrong.
        typealias Question = (ChainClient) throws -> Bool
        let questions: [(name: String, ask: Question)] = [
            ("header", { try $0.header(proven.blockHash).encoded == bundle.header }),
            (
                "proof",
                { node in
                    let proof = try node.proof(contract, slot: slot, .hash(proven.blockHash))
                    var changed = bundle
                    changed.evidence = .storage(
                        contract: contract, layout: .timestamper, account: proof.account, slot: proof.slot)
                    return try changed.verified(for: value) == proven
                }
            ),
            // Nothing that the client could compare these with: they are read, or refused, and nothing else happens.
            (
                "receipt",
                {
                    _ = try $0.receipt(paid)
                    return true
                }
            ),
            (
                "fees, nonce, balance, code",
                {
                    _ = try $0.feeHistory(blocks: 5)
                    _ = try $0.nonce(payer, .latest)
                    _ = try $0.balance(payer)
                    _ = try $0.code(contract)
                    return true
                }
            ),
            ("transactions", { try $0.rawTransactions(proven.blockHash).count <= 5000 }),
        ]
        var random = SplitMix(seed: 77)
        var (refused, same) = (0, 0)
        let rounds = 17_000 / questions.count
        for (name, ask) in questions {
            let tape = Tape()
            #expect(try ask(tape.recorder(of: ChainClient(url: setting.chain.url))), "\(name)")
            let recorded = tape.answers.withLock { $0 }
            for round in 0..<rounds {
                let place = round % recorded.count
                let changed = mutation(of: recorded[place].answer, &random)
                do {
                    #expect(try ask(tape.player(changing: place, to: changed)), "\(name), round \(round)")
                    same += 1
                } catch is ChainError { refused += 1 } catch is EthereumError { refused += 1 }
            }
        }
        try confirmations(proven, &random)
        #expect(refused > 5_000 && refused + same == questions.count * rounds)
    }

    /// A node whose changed answers confirm a block must have said its very hash, on its very chain.
    private func confirmations(_ proven: ProvenAnchor, _ random: inout SplitMix) throws {
        let tape = Tape()
        #expect(try tape.recorder(of: ChainClient(url: setting.chain.url)).confirms(proven))
        let recorded = tape.answers.withLock { $0 }
        #expect(recorded.count == 3)
        for round in 0..<3_300 {
            let place = round % 3
            let changed = mutation(of: recorded[place].answer, &random)
            guard (try? tape.player(changing: place, to: changed).confirms(proven)) == true else { continue }
            let json = try JSONSerialization.jsonObject(with: Data(changed)) as? [String: Any]
            let said = json?["result"]
            switch place {
            case 0: #expect(said as? String == "0x7a69", "round \(round)")
            case 1:
                let number = (said as? [String: Any])?["number"] as? String ?? ""
                #expect(UInt64(number.dropFirst(2), radix: 16) ?? 0 >= proven.blockNumber, "round \(round)")
            default:
                let hash = (said as? [String: Any])?["hash"] as? String
                #expect(hash?.lowercased() == proven.blockHash.description, "round \(round)")
            }
        }
    }
}
