import Support
import TestSupport
import Testing
import TransparencyLog

@Suite("Tiles")
struct TileTests {
    @Test(
        "a tile has the path of the specification",
        arguments: [
            (Tile(level: 0, index: 1_234_067), "tile/0/x001/x234/067"), (Tile(level: 0, index: 0), "tile/0/000"),
            (Tile(level: 1, index: 5, width: 7), "tile/1/005.p/7"), (Tile(level: nil, index: 999), "tile/entries/999"),
            (Tile(level: nil, index: 1000, width: 255), "tile/entries/x001/000.p/255"),
        ])
    func paths(tile: Tile, path: String) {
        #expect(tile.path == path)
        #expect(Tile(path: path) == tile)
    }

    @Test(
        "what no tile is called is refused",
        arguments: [
            "", "tile", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002",
            "tile/-1/000", "tile/+1/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
            "tile/0/000.p", "tile/entries/../000", "tile/x/000", "tile/0/000/", "/tile/0/000", "tile/00/000",
            "tile/0/x1/000", "tile/0/-01", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ])
    func refused(path: String) { #expect(Tile(path: path) == nil) }

    @Test("a growing log gets exactly the tiles that its new entries change")
    func growth() {
        var random = SplitMix(seed: 4)
        var size = 0
        var widths: [Tile: Int] = [:]
        for _ in 0..<60 {
            let next = size + Int.random(in: 0...9000, using: &random)
            for level in [nil, 0, 1, 2] as [Int?] {
                for tile in Tile.new(level: level, from: size, to: next) {
                    widths[Tile(level: tile.level, index: tile.index)] = tile.width
                }
                let all = Tile.all(level: level, size: next)
                #expect(all.map(\.width).reduce(0, +) == Tile.count(level: level ?? 0, size: next))
                for tile in all { #expect(widths[Tile(level: tile.level, index: tile.index)] == tile.width) }
            }
            size = next
        }
        #expect(Tile.topLevel(size: 255) == 0)
        #expect(Tile.topLevel(size: 256) == 1)
        #expect(Tile.topLevel(size: 1 << 16) == 2)
        #expect(Tile.count(level: 7, size: .max) == 127)
        #expect(Tile.count(level: 8, size: .max) == 0)
    }

    @Test("a bundle gives back its entries, and anything cut or added is refused")
    func bundles() {
        let entries: [[UInt8]] = [[], [1], [UInt8](repeating: 2, count: 65_535), Array("x".utf8)]
        var bundle: [UInt8] = []
        for entry in entries { EntryBundle.append(entry, to: &bundle) }
        #expect(EntryBundle.entries(in: bundle, width: 4)?.map { Array(bundle[$0]) } == entries)
        #expect(EntryBundle.leaves(of: bundle, width: 4) == entries.map { TreeHash.leaf($0) })
        for width in [0, 3, 5] { #expect(EntryBundle.entries(in: bundle, width: width) == nil) }
        #expect(EntryBundle.entries(in: bundle.dropLast(), width: 4) == nil)
        #expect(EntryBundle.entries(in: bundle + [0], width: 4) == nil)
        #expect(EntryBundle.entries(in: bundle + [0, 0], width: 4) == nil)
    }
}

@Suite("Checkpoints, proofs, cosignatures")
struct CheckpointTests {
    private let name = "go.example.org"

    private func signed(size: Int = 1) throws -> (note: SignedNote, key: VerifierKey) {
        let key = try Ed25519Key.generate()
        let root = TreeHash.leaf(Array("a".utf8))
        let note = try Checkpoint(origin: name, size: size, root: root).signed(by: key)
        return (note, try VerifierKey(name: name, publicKey: key.publicKey))
    }

    @Test("a signed checkpoint verifies; one of another log or another key does not, with the reason")
    func verified() throws {
        let (note, key) = try signed()
        let bytes = Array(note.serialized.utf8)
        #expect(try VerifiedCheckpoint(bytes, key: key).checkpoint.size == 1)
        let (_, stranger) = try signed()
        #expect(throws: VerifiedCheckpoint.Failure.unsigned) { try VerifiedCheckpoint(bytes, key: stranger) }
        let renamed = try VerifierKey(name: "other.example.org", publicKey: key.publicKey)
        #expect(throws: VerifiedCheckpoint.Failure.wrongOrigin(name)) {
            try VerifiedCheckpoint(bytes, key: renamed)
        }
        var forged = note
        forged.text = forged.text.replacing("\n1\n", with: "\n2\n")
        #expect(throws: VerifiedCheckpoint.Failure.badSignature) {
            try VerifiedCheckpoint(Array(forged.serialized.utf8), key: key)
        }
        #expect(throws: VerifiedCheckpoint.Failure.notANote) { try VerifiedCheckpoint([], key: key) }
    }

    @Test(
        "a text that is not exactly a checkpoint is refused",
        arguments: [
            "", "a\n1\n", "a\n01\nHASH\n", "a\n-1\nHASH\n", "a\n+1\nHASH\n", "\n1\nHASH\n", "a\n1\nHASH\nmore\n",
            "a\n1\nHASH", "a\n1\nAAAA\n", "a\n99999999999999999999\nHASH\n", "a\n 1\nHASH\n",
        ])
    func refused(text: String) {
        let hash = TreeHash.empty.description
        #expect(Checkpoint(text: "a\n1\n\(hash)\n") != nil)
        #expect(Checkpoint(text: text.replacing("HASH", with: hash)) == nil)
    }

    @Test("a proof file gives back its parts, and no changed byte goes unnoticed")
    func proofs() throws {
        let (note, key) = try signed(size: 2)
        let leaf = TreeHash.leaf([7])
        let sibling = TreeHash.leaf([8])
        let checkpoint = Array(note.serialized.utf8)
        for extra in [nil, Array("x".utf8)] as [[UInt8]?] {
            let proof = LogProof(index: 1, path: [sibling], checkpoint: checkpoint, extra: extra)
            #expect(LogProof(proof.serialized) == proof)
            #expect(!proof.proves(leaf: leaf, in: try VerifiedCheckpoint(checkpoint, key: key).checkpoint))
            for place in proof.serialized.indices {
                for bit in 0..<8 {
                    var changed = proof.serialized
                    changed[place] ^= 1 << bit
                    #expect(LogProof(changed) != proof)
                }
                #expect(LogProof(Array(proof.serialized[..<place])) != proof)
            }
        }
        #expect(LogProof(Array("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nx".utf8)) == nil)
    }

    @Test("a witness's cosignature is seen with its time; a forged one is told from none")
    func cosignatures() throws {
        let (plain, key) = try signed()
        let witness = try Ed25519Key.generate()
        let verifier = try WitnessKey(name: "w.example.org", publicKey: witness.publicKey)
        #expect(try WitnessKey(verifier.description) == verifier)
        #expect(throws: KeyError.self) { try WitnessKey(key.description) }
        var note = plain
        #expect(verifier.statement(on: note) == .silent)
        try note.cosign(with: witness, name: "w.example.org", time: 1_700_000_000)
        try note.cosign(with: witness, name: "w.example.org", time: 1_600_000_000)
        #expect(verifier.statement(on: note) == .seen(at: 1_700_000_000))
        #expect(try VerifiedCheckpoint(Array(note.serialized.utf8), key: key).note == note)
        #expect(Checkpoint.anchorValue(of: note) == Checkpoint.anchorValue(of: plain))
        for place in note.signatures[1].bytes.indices {
            var forged = note
            forged.signatures[1].bytes[place] ^= 1
            #expect(verifier.statement(on: forged) == .forged)
        }
        note.signatures[1].bytes.removeLast()
        #expect(verifier.statement(on: note) == .forged)
    }
}

@Suite("Entries")
struct EntryTests {
    @Test("an entry reads back, and a commitment read alone is the one of the whole entry")
    func reading() {
        var random = SplitMix(seed: 8)
        let names = ["slug", "target", "a\"b", "ü", "a\\", "redirect"]
        for round in 0..<60 {
            var entry = LedgerEntry(kind: LedgerEntry.Kind.allCases[round % 10], at: round * 1000 - 5000)
            for name in names where Bool.random(using: &random) {
                entry.commitments[name] = .leaf(Array("\(name) \(round)".utf8))
            }
            if round % 3 == 0 { entry.previous = round }
            if round % 4 == 0 { entry.of = round }
            if round % 5 == 0 { entry.open = ["x": "\n\u{1}€"] }
            let bytes = entry.serialized
            #expect(LedgerEntry(bytes) == entry)
            for name in names {
                let alone = LedgerEntry.commitment(of: name, in: bytes)
                // After a name with an escape it gives up; it never says anything else.
                #expect(alone == nil || alone == entry.commitments[name])
                if entry.commitments["a\"b"] == nil, entry.commitments["a\\"] == nil {
                    #expect(alone == entry.commitments[name])
                }
            }
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= 1 << UInt8(round % 8)
                #expect(LedgerEntry(changed).map { $0.serialized == changed && $0 != entry } ?? true)
                _ = LedgerEntry.commitment(of: "slug", in: Array(bytes[..<place]))
            }
        }
    }
}
