import Glibc
import Support
import TestSupport
import Testing

@testable import Anchoring
@testable import Ethereum

private func secret(_ last: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 31) + [last] }

@Suite("Transaction tries")
struct TransactionTrieTests {
    @Test("every transaction of blocks of up to 300 is proven under the root, and no other is")
    func proofs() throws {
        for count in [1, 2, 3, 16, 17, 127, 128, 129, 256, 300] {
            let raws = (0..<count).map { index in
                // Some shorter than a hash, so that nodes stand inside their parents.
                [UInt8](repeating: UInt8(index & 0xFF), count: index % 5 == 0 ? 3 : 60) + [2]
            }
            let trie = TransactionTrie(raws)
            let root = try #require(Bytes32(trie.root))
            for index in 0...count {
                let key = RLP.integer(UInt128(index)).encoded
                let value = try TrieProof.value(root: root, key: key, proof: trie.proof(UInt64(index)))
                #expect(value == (index < count ? raws[index] : nil), "\(index) of \(count)")
            }
        }
    }

    @Test("no transactions: the empty root")
    func none() { #expect(TransactionTrie([]).root == TrieProof.emptyRoot.bytes) }
}

@Suite("Fees")
struct FeeTests {
    @Test("the tip is the median of recent ones, the fee lasts while the base fee doubles, the cap holds")
    func suggested() throws {
        let history = FeeHistory(nextBaseFee: 100, tips: [1, 50, 3, 2, 9])
        #expect(try Fees.suggested(history, cap: 1000) == Fees(tip: 3, fee: 203))
        #expect(try Fees.suggested(history, cap: 150) == Fees(tip: 3, fee: 150))
        #expect(throws: AnchorError.feeAboveCap(needed: 103, cap: 102)) { try Fees.suggested(history, cap: 102) }
        #expect(throws: AnchorError.self) {
            try Fees.suggested(FeeHistory(nextBaseFee: .max, tips: [.max]), cap: 1_000_000)
        }
    }

    @Test("a replacement is at least a tenth dearer in both prices, or there is none")
    func raised() throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<2000 {
            let tip = UInt128(
                UInt64.random(in: 0...1_000_000_000_000, using: &random) >> Int.random(in: 0...40, using: &random))
            let fee =
                tip
                + UInt128(
                    UInt64.random(in: 0...1_000_000_000_000, using: &random) >> Int.random(in: 0...40, using: &random))
            let old = Transaction(
                chainID: 1, nonce: 0, maxPriorityFeePerGas: tip, maxFeePerGas: fee, gasLimit: 1, to: nil, input: [])
            let cap = fee * 5 / 4 + 1
            guard let new = Fees.raised(old, towards: Fees(tip: 0, fee: 0), cap: cap) else {
                #expect(fee + fee / 8 + 1 > cap || tip + tip / 8 > fee + fee / 8)
                continue
            }
            #expect(new.tip * 10 >= tip * 11 && new.fee * 10 >= fee * 11 && new.fee <= cap && new.tip <= new.fee)
        }
    }

    @Test("amounts are read and written exactly")
    func amounts() {
        #expect(Wei.ether(45_585_000_000_000) == "0.000045585")
        #expect(Wei.ether(1_000_000_000_000_000_000) == "1")
        #expect(Wei.gwei(1) == "0.000000001")
        #expect(Wei.parse("0.01", digits: 18) == 10_000_000_000_000_000)
        #expect(Wei.parse("50", digits: 9) == 50_000_000_000)
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0x1", "1.0000000000", "1 ", "1,5", "٣"] {
            #expect(Wei.parse(text, digits: 9) == nil, "\(text)")
        }
    }
}

@Suite("Reports")
struct ReportTests {
    @Test(
        "times are written as dates",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_750_000_060, "2025-06-15T15:07:40Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] as [(UInt64, String)])
    func dates(seconds: UInt64, text: String) { #expect(Timestamp.text(Int(seconds)) == text) }

    @Test("no time, however large, stops the program")
    func largest() { #expect(Timestamp.text(.max).hasSuffix("Z")) }
}

@Suite("Records")
struct RecordTests {
    private func record() throws -> AnchorRecord {
        let key = try AnchorKey(secret: secret(1))
        let contract = try Address("0xF2E246BB76DF876Cef8b38ae84130F4F55De395b")
        let value = Bytes32.keccak([1])
        let transaction = Transaction(
            chainID: 31337, nonce: 7, maxPriorityFeePerGas: 1, maxFeePerGas: 2, gasLimit: 60000, to: contract,
            input: TimestampInterface.timestamp(value))
        return AnchorRecord(
            purpose: .storage(contract, .timestamper), chainID: 31337, value: value, from: key.address, nonce: 7,
            attempts: [try transaction.signed(by: key)])
    }

    @Test("a record is read as written")
    func roundTrip() throws { #expect(try AnchorRecord(json: record().json, path: "r") == record()) }

    @Test("a changed record is refused or still holds only the transaction that was signed for it")
    func mutations() throws {
        let original = try record()
        let file = original.json
        for index in file.indices {
            for bit in 0..<8 {
                var changed = file
                changed[index] ^= 1 << bit
                guard let read = try? AnchorRecord(json: changed, path: "r") else { continue }
                #expect(
                    read.attempts == original.attempts && read.value == original.value && read.nonce == original.nonce)
            }
        }
    }

    @Test("an attempt for another purpose, nonce, chain or amount is refused")
    func foreignAttempt() throws {
        let key = try AnchorKey(secret: secret(1))
        let good = try record()
        let base = good.attempts[0].transaction
        var others: [Transaction] = []
        for change: (inout Transaction) -> Void in [
            { $0.nonce = 8 }, { $0.chainID = 1 }, { $0.value = 1 }, { $0.to = key.address }, { $0.input.append(0) },
            { $0.to = nil },
        ] {
            var other = base
            change(&other)
            others.append(other)
        }
        for other in others {
            var bad = good
            bad.attempts = [try other.signed(by: key)]
            #expect(throws: AnchorError.self) { try AnchorRecord(json: bad.json, path: "r") }
        }
        var foreign = good
        foreign.attempts = [try base.signed(by: AnchorKey(secret: secret(2)))]
        #expect(throws: AnchorError.self) { try AnchorRecord(json: foreign.json, path: "r") }
    }
}

@Suite("Folders and key files")
struct FolderTests {
    @Test("a folder serves one process at a time")
    func lock() throws {
        let temporary = TemporaryFolder()
        let first = try AnchorFolder(path: temporary.path + "/anchors")
        #expect(throws: AnchorError.busy(temporary.path + "/anchors")) {
            _ = try AnchorFolder(path: temporary.path + "/anchors").path
        }
        #expect(first.path == temporary.path + "/anchors")
    }

    @Test("a key file is made for its owner only, is never replaced, and is refused when others may read it")
    func keyFile() throws {
        let temporary = TemporaryFolder()
        let path = temporary.path + "/key.json"
        let key = try AnchorKey(secret: secret(3))
        let randomness = try #require(Keystore.Randomness([UInt8](repeating: 5, count: 64)))
        let cost = Keystore.Cost(n: 4, r: 1, p: 1)
        try AnchorKeyFile.create(path, key, passphrase: "p", cost: cost, randomness: randomness)
        #expect(try AnchorKeyFile.read(path, passphrase: "p").address == key.address)
        #expect(throws: AnchorError.self) {
            try AnchorKeyFile.create(path, key, passphrase: "p", cost: cost, randomness: randomness)
        }
        #expect(throws: AnchorError.ethereum(.wrongPassphrase)) {
            _ = try AnchorKeyFile.read(path, passphrase: "q").address
        }
        for mode: mode_t in [0o640, 0o604, 0o660, 0o601] {
            chmod(path, mode)
            #expect(throws: AnchorError.exposedKey(path: path, mode: UInt16(mode))) {
                _ = try AnchorKeyFile.read(path, passphrase: "p").address
            }
        }
    }
}

@Suite("Nodes that can't be believed")
struct NodeTests {
    /// A client whose node answers everything with `body`.
    private func outcome(_ body: String, _ place: AnchorPolicy.Place = .calldata) throws -> AnchorError? {
        let temporary = TemporaryFolder()
        let policy = AnchorPolicy(
            chainID: 31337, place: place, maxFeePerGas: 1_000_000_000, maxCost: 1_000_000_000_000_000, deadline: 0)
        let client = ChainClient { _ in Array(body.utf8) }
        var run = AnchorRun(
            client: client, policy: policy, folder: try AnchorFolder(path: temporary.path),
            clock: AnchorClock(now: { 0 }, sleep: { _ in }))
        let key = try AnchorKey(secret: secret(1))
        do throws(AnchorError) {
            _ = try run.anchor(.keccak([]), key: key)
            return nil
        } catch { return error }
    }

    @Test(
        "what is not JSON-RPC is called so",
        arguments: [
            "", "<html><body>502 Bad Gateway</body></html>", "{}", "[]", "null", "{\"jsonrpc\":\"2.0\",\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"0x7a69\"}",
            "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":\"0x7a69\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x7a69\"",
        ])
    func notRPC(body: String) throws { #expect(try outcome(body) == .chain(.notJSONRPC)) }

    @Test(
        "a number that is none is malformed",
        arguments: [
            "\"31337\"", "31337", "\"0x\"", "\"0x07a69\"", "\"0x-1\"", "\"0x+1\"", "\"0xzz\"", "null", "{}",
            "\"0x10000000000000000\"",
        ])
    func number(result: String) throws {
        let error = try outcome("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\(result)}")
        guard case .chain(.malformed("eth_chainId", _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("another chain is refused before anything else is asked")
    func wrongChain() throws {
        #expect(
            try outcome("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"}") == .wrongChain(expected: 31337, found: 1))
    }

    @Test("a node's words are cut and cleaned before they reach a terminal")
    func words() throws {
        let evil = "\\u001b[2Jgone\\u0007\\u202e" + String(repeating: "x", count: 10_000)
        let error = try outcome("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"\(evil)\"}}")
        guard case .chain(.refused(_, -1, let message)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.unicodeScalars.count == 200)
        #expect(message.hasPrefix("\u{FFFD}[2Jgone\u{FFFD}\u{FFFD}xxx"))
    }
}
