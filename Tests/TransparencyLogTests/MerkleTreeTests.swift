import Support
import TestSupport
import Testing
import TransparencyLog

/// RFC 6962 §2.1 written down as it stands there, recursive and slow: what our own code is held against.
private func definition(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
    if leaves.isEmpty { return .empty }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var k = 1
    while k * 2 < leaves.count { k *= 2 }
    let middle = leaves.startIndex + k
    return .node(definition(leaves[..<middle]), definition(leaves[middle...]))
}

private func leaves(_ count: Int) -> [TreeHash] { (0..<count).map { .leaf(Array("entry \($0)".utf8)) } }

private func reader(_ leaves: [TreeHash]) -> (Int, Int) -> TreeHash {
    { level, index in definition(leaves[index << level..<(index + 1) << level]) }
}

@Suite("Merkle tree")
struct MerkleTreeTests {
    @Test("every tree up to 64 leaves has the root that RFC 6962 defines")
    func roots() {
        let all = leaves(64)
        for size in 0...64 {
            #expect(MerkleTree.root(size: size, reader(all)) == definition(all[..<size]), "\(size)")
        }
    }

    @Test("every inclusion proof in every tree up to 64 leaves holds, for its leaf, place, size and root only")
    func inclusion() {
        let all = leaves(64)
        for size in 1...64 {
            let root = definition(all[..<size])
            for index in 0..<size {
                let proof = MerkleTree.inclusionProof(index: index, size: size, reader(all))
                let holds = { (leaf: TreeHash, index: Int, size: Int, root: TreeHash, proof: [TreeHash]) in
                    MerkleTree.includes(leaf: leaf, index: index, size: size, root: root, proof: proof)
                }
                #expect(holds(all[index], index, size, root, proof))
                #expect(proof.count == MerkleTree.proofLength(index: index, size: size))
                #expect(!holds(all[(index + 1) % 64], index, size, root, proof))
                #expect(!holds(all[index], index, size, all[0], proof) || size == 1 && index == 0)
                #expect(!holds(all[index], index, size, root, proof + [root]))
                #expect(!holds(all[index], -1, size, root, proof))
                if !proof.isEmpty { #expect(!holds(all[index], index, size, root, Array(proof.dropLast()))) }
                for other in 0..<size where other != index { #expect(!holds(all[index], other, size, root, proof)) }
                for place in proof.indices {
                    var changed = proof
                    changed[place] = .empty
                    #expect(!holds(all[index], index, size, root, changed))
                }
            }
        }
    }

    @Test("every consistency proof between trees up to 64 leaves holds, for its roots and hashes only")
    func consistency() {
        let all = leaves(64)
        let roots = (0...64).map { definition(all[..<$0]) }
        for new in 0...64 {
            for old in 0...new {
                let proof = MerkleTree.consistencyProof(from: old, to: new, reader(all))
                let holds = { (old: Int, oldRoot: TreeHash, new: Int, newRoot: TreeHash, proof: [TreeHash]) in
                    MerkleTree.isConsistent(
                        oldSize: old, oldRoot: oldRoot, newSize: new, newRoot: newRoot, proof: proof)
                }
                #expect(holds(old, roots[old], new, roots[new], proof), "\(old) \(new)")
                #expect(!holds(old, .leaf([1]), new, roots[new], proof))
                if old > 0 { #expect(!holds(old, roots[old], new, .leaf([1]), proof)) }
                #expect(!holds(old, roots[old], new, roots[new], proof + [.empty]))
                for place in proof.indices {
                    var changed = proof
                    changed[place] = .empty
                    #expect(!holds(old, roots[old], new, roots[new], changed))
                    changed.remove(at: place)
                    #expect(!holds(old, roots[old], new, roots[new], changed))
                }
            }
        }
        #expect(
            !MerkleTree.isConsistent(oldSize: 5, oldRoot: roots[5], newSize: 4, newRoot: roots[4], proof: []))
    }

    @Test("the roots of the reference tree of Certificate Transparency's own tests")
    func foreignRoots() throws {
        let inputs = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let expected = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        let leaves = try inputs.map { TreeHash.leaf(try #require(Hex.decode(Array($0.utf8)))) }
        for size in 1...8 {
            let root = MerkleTree.root(size: size, reader(leaves))
            #expect(Hex.encode(root.bytes) == expected[size - 1])
        }
    }

    /// Roots and proofs that Go's sumdb/tlog made: a foreign tree, so that a mistake made on both sides of our own
    /// code can't hide.
    @Test("roots and proofs of a tree of 300 entries made by Go's sumdb/tlog")
    func foreignProofs() throws {
        let all = leaves(300)
        let root13 = try #require(TreeHash(base64: "wMEonwBgX419h4C59CZMc2zPuEzpFwjCsn5kJr/H2Kg="))
        let root300 = try #require(TreeHash(base64: "yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg="))
        let record = try """
        1c7JbmbuGQ6BQT5ptemtehuFHqATtypZV5lbVAQeL88= RRGKsp8t2OACZRXFevMtyBex5uivzl60alXnRqINqls=
        PiyypN6pIU5sJkjSchOIXj5oGUJywRFs2iigAyMKowU= Qp//uPIVnDf9BWTYKXqPTBP5+s0qhtH4FIASDprhTMU=
        26W+RSZP1HTFNQUsbZWJd++ICXxuB7VpNVa/sA1x/vM= 2H63c2JpfBGC0K+UvpNQbd59+TTL9pnunaTDMX905Lk=
        dD+WxJIvsuuCGo+1vhhCF+RXtQgxR4/9uxCB3zx3zWU= Y9TldO9rV2Bvn1rrhx8jsQshQGvXUIJNxBcKNW6Adyk=
        ruluENNmx7XMmcrclg/HTCS10kkNUlBQYS+Bm3Of5NU=
        """.split(whereSeparator: \.isWhitespace).map { try #require(TreeHash(base64: String($0))) }
        let tree = try """
        WRUsZPaQ/m6ZQLOsXIXDfh3b1SX4F7+Z4OTi2CPTzw8= NpDRcJo3KwA+yKhlK9BVuxid3J1cQJb/yoePQ9cBJjA=
        3NWyWL6FH+xTKTum8JQuV2uCW4Orl1JtrgThdykceSY= wUangc8yvkucIt6sH6xVv48vPP588PCBqV+nTOLZ0/w=
        tpcyzlyRQWLKmsz69OldP5h01ogFQ3CIqv8YSk25Z3M= FKwDuxqLeZp+HKNXHH6CcyuHE07dTBaaIywEnGZAU/Y=
        TJPs4ff/W2Yw6vf0QxuRWh/jb6/uFa2de+Kl7KPTyV0= Ze8RuTpVMVeWmDPL1EnDybvtS4U5yk/7vMV3d6qURoU=
        CwAYp5VoF7uxVS8pr5XTr7/7x3vezc1u1cmao1mHleA= ruluENNmx7XMmcrclg/HTCS10kkNUlBQYS+Bm3Of5NU=
        """.split(whereSeparator: \.isWhitespace).map { try #require(TreeHash(base64: String($0))) }
        #expect(MerkleTree.root(size: 13, reader(all)) == root13)
        #expect(MerkleTree.root(size: 300, reader(all)) == root300)
        #expect(MerkleTree.inclusionProof(index: 200, size: 300, reader(all)) == record)
        #expect(MerkleTree.consistencyProof(from: 13, to: 300, reader(all)) == tree)
        #expect(MerkleTree.includes(leaf: all[200], index: 200, size: 300, root: root300, proof: record))
        #expect(
            MerkleTree.isConsistent(oldSize: 13, oldRoot: root13, newSize: 300, newRoot: root300, proof: tree))
    }

    @Test("sizes and numbers near the end of the integers are answered, not computed into a trap")
    func extremes() {
        let hash = TreeHash.empty
        for (index, size) in [(Int.max - 1, Int.max), (0, Int.max), (Int.max, Int.max), (Int.min, 5), (0, Int.min)] {
            #expect(!MerkleTree.includes(leaf: hash, index: index, size: size, root: hash, proof: [hash]))
        }
        let long = [TreeHash](repeating: hash, count: 63)
        #expect(
            !MerkleTree.isConsistent(
                oldSize: Int.max - 1, oldRoot: hash, newSize: Int.max, newRoot: hash, proof: long))
    }
}
