import Ethereum
import Foundation
import LedgerContracts
import Support
import TestSupport
import Testing

@testable import Anchoring

private func hex(_ bytes: [UInt8]) -> String { "0x" + Hex.encode(bytes) }

private func random(_ count: Int, _ generator: inout SplitMix) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

@Suite("Judged by eth-account, rlp and trie", .enabled(if: judgesAreAsked))
struct WalletJudgeTests {
    let judge: PythonProcess
    init() throws { judge = try PythonProcess("judge.py") }

    @Test("three hundred random transactions are, byte for byte, those that eth-account signs")
    func transactions() throws {
        var generator = SplitMix(seed: 1)
        for round in 0..<300 {
            let secret = random(32, &generator)
            let key = try AnchorKey(secret: secret)
            let fee = UInt128(
                UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...60, using: &generator))
            let transaction = Transaction(
                chainID: [1, 100, 31337, 11_155_111, 4_294_967_296][round % 5],
                nonce: UInt64.random(in: 0...1000, using: &generator) >> UInt64.random(in: 0...10, using: &generator),
                maxPriorityFeePerGas: fee / 3, maxFeePerGas: fee,
                gasLimit: UInt64.random(in: 21000...3_000_000, using: &generator),
                to: round % 7 == 0 ? nil : Address(random(20, &generator)),
                value: round % 3 == 0 ? UInt128(UInt64.random(in: 0...UInt64.max, using: &generator)) * 3 : 0,
                input: random([0, 1, 32, 36, 55, 56, 300][round % 7], &generator))
            let signed = try transaction.signed(by: key)
            let theirs = try judge.ask {
                $0.field("op", "sign")
                $0.field("key", hex(secret))
                $0.field("chainId", Int(transaction.chainID))
                $0.field("nonce", Int(transaction.nonce))
                $0.field("tip", String(transaction.maxPriorityFeePerGas))
                $0.field("fee", String(transaction.maxFeePerGas))
                $0.field("gas", Int(transaction.gasLimit))
                $0.field("value", String(transaction.value))
                $0.field("to", transaction.to?.description)
                $0.field("input", hex(transaction.input))
            }
            #expect(theirs["raw"]?.string == hex(signed.raw))
            #expect(theirs["hash"]?.string == signed.hash.description)
            #expect(theirs["sender"]?.string == signed.sender.description)
            #expect(try SignedTransaction(raw: signed.raw) == signed)
        }
    }

    @Test("addresses, hashes and personal messages agree")
    func hashes() throws {
        var generator = SplitMix(seed: 2)
        for length in 0..<300 {
            let data = random(length, &generator)
            #expect(
                try judge.ask {
                    $0.field("op", "keccak"); $0.field("data", hex(data))
                }.string == hex(Keccak256.hash(data)))
            #expect(
                try judge.ask {
                    $0.field("op", "personal"); $0.field("message", hex(data))
                }.string
                    == SignedMessage.personalHash(data).description)
            let address = try #require(Address(random(20, &generator)))
            #expect(
                try judge.ask {
                    $0.field("op", "address"); $0.field("address", hex(address.bytes))
                }.string == address.description)
        }
    }

    @Test("typed messages hash as eth-account hashes them")
    func typed() throws {
        let contract = try Address("0xF2E246BB76DF876Cef8b38ae84130F4F55De395b")
        let value = Bytes32.keccak([7])
        let theirs = try judge.ask {
            $0.field("op", "typed")
            $0.key("message")
            $0.value(
                try! JSONValue(
                    reading: Array(
                        """
                        {"types": {"EIP712Domain": [{"name":"name","type":"string"},{"name":"version","type":"string"},
                          {"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
                          "Anchor": [{"name":"record","type":"bytes32"},{"name":"note","type":"string"},{"name":"extra","type":"bytes"},
                          {"name":"time","type":"uint64"},{"name":"payer","type":"address"}]},
                         "primaryType": "Anchor",
                         "domain": {"name":"wayseal","version":"1","chainId":100,"verifyingContract":"\(contract)"},
                         "message": {"record":"\(value)","note":"grüß","extra":"0x0102","time":1750000000,"payer":"\(contract)"}}
                        """.utf8)))
        }
        let domain = TypedMessage.domainHash(name: "wayseal", version: "1", chainID: 100, verifyingContract: contract)
        let message = TypedMessage(
            type: "Anchor(bytes32 record,string note,bytes extra,uint64 time,address payer)",
            values: [.word(value), .string("grüß"), .bytes([1, 2]), .number(1_750_000_000), .address(contract)])
        #expect(theirs.string == SignedMessage.typedHash(domain: domain, message: message).description)
    }

    @Test("keystores open both ways", arguments: ["scrypt", "pbkdf2"])
    func keystores(kdf: String) throws {
        var generator = SplitMix(seed: 3)
        for round in 0..<5 {
            let secret = random(32, &generator)
            let key = try AnchorKey(secret: secret)
            let passphrase = ["x", "correct horse battery staple", "пароль", "", "\u{1F511}"][round]
            let theirs = try judge.ask {
                $0.field("op", "seal")
                $0.field("key", hex(secret))
                $0.field("passphrase", passphrase)
                $0.field("kdf", kdf)
                $0.field("iterations", kdf == "scrypt" ? 1024 : 1000)
            }
            let opened = try Keystore.decrypt(Array(try #require(theirs.string).utf8), passphrase: passphrase)
            #expect(opened.address == key.address)
            let ours = try Keystore.encrypt(
                key, passphrase: passphrase, cost: .init(n: 1024, r: 8, p: 1),
                randomness: #require(Keystore.Randomness(random(64, &generator))))
            let back = try judge.ask {
                $0.field("op", "open")
                $0.field("keystore", String(decoding: ours, as: UTF8.self))
                $0.field("passphrase", passphrase)
            }
            #expect(back.string == hex(secret))
        }
    }

    @Test("RLP agrees both ways, and on random bytes with what strict rlp refuses")
    func rlp() throws {
        var generator = SplitMix(seed: 4)
        func item(_ depth: Int) -> RLP {
            if depth == 0 || Bool.random(using: &generator) {
                return .bytes(random([0, 1, 1, 20, 55, 56, 300].randomElement(using: &generator)!, &generator))
            }
            return .list((0..<Int.random(in: 0...5, using: &generator)).map { _ in item(depth - 1) })
        }
        func json(_ item: RLP) -> JSONValue {
            switch item {
            case .bytes(let bytes): .string(hex(bytes))
            case .list(let items): .array(items.map(json))
            }
        }
        for _ in 0..<200 {
            let value = item(4)
            #expect(
                try judge.ask {
                    $0.field("op", "rlp"); $0.key("item"); $0.value(json(value))
                }.string == hex(value.encoded))
        }
        for _ in 0..<2000 {
            var bytes = random(Int.random(in: 1...12, using: &generator), &generator)
            if Bool.random(using: &generator) { bytes[0] = 0xC0 + UInt8(min(bytes.count - 1, 55)) }
            let theirs = try? judge.ask {
                $0.field("op", "unrlp"); $0.field("data", hex(bytes))
            }
            #expect((try? RLP(decoding: bytes)).map(json) == theirs, "\(hex(bytes))")
        }
    }

    @Test("proofs of foreign tries prove what is there and what is not")
    func tries() throws {
        var generator = SplitMix(seed: 5)
        for size in [1, 2, 3, 5, 16, 17, 60, 200] {
            // Short keys that share beginnings, with short values: every kind of node, also inside its parent.
            for keyLength in [2, 32] {
                var entries: [[UInt8]: [UInt8]] = [:]
                for _ in 0..<size {
                    var key = random(keyLength, &generator)
                    key[0] &= 0x13
                    entries[key] = random(Int.random(in: 1...40, using: &generator), &generator)
                }
                let absent = (0..<10).map { _ in random(keyLength, &generator) }
                let keys = Array(entries.keys) + absent
                let answer = try judge.ask {
                    $0.field("op", "trie")
                    $0.key("entries")
                    $0.array {
                        for (key, value) in entries { $0.value(.array([.string(hex(key)), .string(hex(value))])) }
                    }
                    $0.key("keys")
                    $0.array { for key in keys { $0.string(hex(key)) } }
                }
                let root = try #require(Bytes32(answer["root"]?.string ?? ""))
                for (key, proof) in zip(keys, answer["proofs"]?.array ?? []) {
                    let nodes = try (proof.array ?? []).map {
                        try #require(Hex.decode(($0.string ?? "").utf8.dropFirst(2)))
                    }
                    #expect(try TrieProof.value(root: root, key: key, proof: nodes) == entries[key])
                    for index in nodes.indices {
                        var changed = nodes
                        let at = Int.random(in: 0..<nodes[index].count, using: &generator)
                        changed[index][at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                        #expect(throws: EthereumError.self) {
                            try TrieProof.value(root: root, key: key, proof: changed)
                        }
                    }
                }
            }
        }
    }

    @Test("the roots of transaction tries are the foreign ones")
    func transactionTries() throws {
        var generator = SplitMix(seed: 6)
        for count in [1, 2, 15, 16, 17, 128, 129, 200] {
            let raws = (0..<count).map { _ in random(Int.random(in: 1...150, using: &generator), &generator) }
            let answer = try judge.ask {
                $0.field("op", "trie")
                $0.key("entries")
                $0.array {
                    for (index, raw) in raws.enumerated() {
                        $0.value(.array([.string(hex(RLP.integer(UInt128(index)).encoded)), .string(hex(raw))]))
                    }
                }
                $0.key("keys")
                $0.array { _ in }
            }
            #expect(answer["root"]?.string == hex(TransactionTrie(raws).root))
        }
    }

    @Test(
        "the compiler gives the committed contract again",
        arguments: [
            ("bytecode", "Timestamper.bin"), ("bytecode_runtime", "Timestamper.runtime.bin"),
            ("abi", "Timestamper.abi.json"),
        ])
    func contract(format: String, file: String) throws {
        let folder = Place.top + "/ledger/contracts"
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Place.vyper)
        process.arguments = ["-f", format, "Timestamper.vy"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try [UInt8](printed) == Files.read(folder + "/" + file))
        #expect(
            try String(decoding: Files.read(folder + "/README.md"), as: UTF8.self).contains(
                AnchorPolicy.timestamperCodeHash.description))
    }
}
