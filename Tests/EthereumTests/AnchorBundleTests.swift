import Ethereum
import Support
import Testing

/// Proofs that `wayseal anchor` made on the dev chain, a real EVM (py-evm).
private func fixture(_ kind: String) throws -> [UInt8] {
    let tests = Files.parent(of: Files.parent(of: #filePath))
    return try Files.read(Files.parent(of: tests) + "/fixtures/anchors/\(kind).proof.json")
}

@Suite("Anchor bundles")
struct AnchorBundleTests {
    @Test("a bundle proves its value offline", arguments: ["storage", "calldata"])
    func proves(kind: String) throws {
        let bundle = try AnchorBundle(json: fixture(kind))
        let proven = try bundle.verified(for: bundle.value)
        #expect(proven.blockHash == bundle.blockHash)
        #expect(proven.time <= proven.blockTime && proven.time >= 1_750_000_000)
        #expect(try bundle.json == fixture(kind))
        #expect(throws: EthereumError.bundle("it is about another value")) {
            try bundle.verified(for: .keccak([]))
        }
    }

    @Test(
        "every byte of header, hash, value, account or storage proof flipped: refused",
        arguments: ["storage", "calldata"])
    func everyByte(kind: String) throws {
        let bundle = try AnchorBundle(json: fixture(kind))
        var count = 0
        func refuse(_ changed: AnchorBundle, _ what: String) {
            count += 1
            #expect(throws: EthereumError.self, "\(what)") { try changed.verified(for: bundle.value) }
        }
        func flips(_ bytes: [UInt8], _ change: ([UInt8]) -> Void) {
            for index in bytes.indices {
                for mask: UInt8 in [0x01, 0x80] {
                    var changed = bytes
                    changed[index] ^= mask
                    change(changed)
                }
            }
        }
        func words(_ word: Bytes32, _ change: (Bytes32) -> Void) { flips(word.bytes) { change(Bytes32($0)!) } }
        flips(bundle.header) { changed in
            var other = bundle
            other.header = changed
            refuse(other, "header")
        }
        words(bundle.blockHash) { changed in
            var other = bundle
            other.blockHash = changed
            refuse(other, "block hash")
        }
        words(bundle.value) { changed in
            var other = bundle
            other.value = changed
            refuse(other, "value")
        }
        switch bundle.evidence {
        case .storage(let contract, let layout, let account, let slot):
            flips(contract.bytes) { changed in
                var other = bundle
                other.evidence = .storage(contract: Address(changed)!, layout: layout, account: account, slot: slot)
                refuse(other, "contract")
            }
            for (proof, isAccount) in [(account, true), (slot, false)] {
                for node in proof.indices {
                    flips(proof[node]) { changed in
                        var nodes = proof
                        nodes[node] = changed
                        var other = bundle
                        other.evidence = .storage(
                            contract: contract, layout: layout, account: isAccount ? nodes : account,
                            slot: isAccount ? slot : nodes)
                        refuse(other, "proof")
                    }
                }
                for nodes in [
                    Array(proof.dropLast()), Array(proof.dropFirst()), proof + [proof[0]], proof.reversed() + [[]],
                ] {
                    var other = bundle
                    other.evidence = .storage(
                        contract: contract, layout: layout, account: isAccount ? nodes : account,
                        slot: isAccount ? slot : nodes)
                    refuse(other, "nodes")
                }
            }
            var other = bundle
            other.evidence = .storage(contract: contract, layout: .eas, account: account, slot: slot)
            refuse(other, "layout")
        case .calldata(let raw, let index, let nodes):
            flips(raw) { changed in
                var other = bundle
                other.evidence = .calldata(raw: changed, index: index, nodes: nodes)
                refuse(other, "transaction")
            }
            for node in nodes.indices {
                flips(nodes[node]) { changed in
                    var all = nodes
                    all[node] = changed
                    var other = bundle
                    other.evidence = .calldata(raw: raw, index: index, nodes: all)
                    refuse(other, "proof")
                }
            }
            var other = bundle
            other.evidence = .calldata(raw: raw, index: index + 1, nodes: nodes)
            refuse(other, "index")
            other = bundle
            other.chainID = 1
            refuse(other, "chain")
        }
        #expect(count > 1500)
    }

    @Test(
        "every byte of the file changed in two ways: refused, or nothing proven differs",
        arguments: ["storage", "calldata"])
    func everyByteOfTheFile(kind: String) throws {
        let file = try fixture(kind)
        let bundle = try AnchorBundle(json: file)
        let proven = try bundle.verified(for: bundle.value)
        for index in file.indices {
            for mask: UInt8 in [0x01, 0x10] {
                var changed = file
                changed[index] ^= mask
                guard var read = try? AnchorBundle(json: changed), let again = try? read.verified(for: bundle.value)
                else { continue }
                // What the issuer merely says: the chain's number and, for storage, which transaction did it.
                var expected = proven
                expected.chainID = again.chainID
                #expect(again == expected, "byte \(index)")
                read.chainID = bundle.chainID
                read.transaction = bundle.transaction
                #expect(read == bundle, "byte \(index)")
            }
        }
        for length in stride(from: 0, to: file.count, by: 7) {
            #expect(throws: EthereumError.self) { try AnchorBundle(json: Array(file[..<length])) }
        }
    }

    @Test("an empty trie proves that nothing is there, and only it does without nodes")
    func empty() throws {
        #expect(try TrieProof.value(root: TrieProof.emptyRoot, key: [1], proof: []) == nil)
        #expect(throws: EthereumError.self) { try TrieProof.value(root: .keccak([]), key: [1], proof: []) }
    }
}
