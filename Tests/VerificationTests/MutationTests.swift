import Glibc
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

/// Everything a verifier reads, changed in every way: never a pass, never a crash, always a reason.
@Suite("Mutations")
struct MutationTests {
    let sample: Sample

    init() throws { sample = try Sample() }

    /// Every change that the test knows, one after the other: bit flips, other bytes, cuts, doublings, swaps.
    private func mutation(of bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var out = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let other = Int.random(in: 0..<bytes.count, using: &random)
        let (low, high) = (min(place, other), max(place, other))
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3: out[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 4: out[place] = UInt8.random(in: 0...255, using: &random)
        case 5: out.removeLast(bytes.count - place)
        case 6: out.remove(at: place)
        case 7: out.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 8: out.swapAt(place, other)
        default:
            // Two stretches change places.
            let length = Int.random(in: 1...44, using: &random)
            guard high + length <= out.count, low + length <= high else { return out }
            for offset in 0..<length { out.swapAt(low + offset, high + offset) }
        }
        return out
    }

    /// All of them, 110,000, take half a minute of a processor; a sample is for `make fast`.
    private func rounds(_ count: Int) -> Int { getenv("WAYSEAL_SERVER_TESTS") != nil ? count : count / 20 }

    @Test("bundles and proofs: of tens of thousands of mutations none passes", arguments: 0..<8)
    func bundles(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let verifier = sample.verifier
        let whole = seed % 2 == 0 ? sample.bundle.serialized : sample.seen.serialized
        let proof = sample.bundle.proof.serialized
        #expect(verifier.verdict(bundle: whole).isValid)
        #expect(verifier.verdict(proof: proof, entry: sample.bundle.entry).isValid)
        for round in 0..<rounds(5_500) {
            let changed = mutation(of: whole, &random)
            if changed != whole {
                let verdict = verifier.verdict(bundle: changed)
                #expect(!verdict.isValid && verdict.reason != nil, "bundle, seed \(seed), round \(round)")
            }
            let cut = mutation(of: proof, &random)
            if cut != proof {
                let verdict = verifier.verdict(proof: cut, entry: sample.bundle.entry)
                #expect(!verdict.isValid && verdict.reason != nil, "proof, seed \(seed), round \(round)")
            }
        }
    }

    @Test("inside the bundle's JSON: entry, proof, status and values changed and written anew", arguments: 0..<4)
    func parts(seed: Int) throws {
        var random = SplitMix(seed: UInt64(100 + seed))
        let verifier = sample.verifier
        for round in 0..<rounds(4_000) {
            var bundle = round % 2 == 0 ? sample.bundle : sample.seen
            var isChanged = false
            func change(_ bytes: inout [UInt8]) {
                let changed = mutation(of: bytes, &random)
                // What is not text can't stand in the bundle.
                guard String(validating: changed, as: UTF8.self) != nil else { return }
                isChanged = changed != bytes
                bytes = changed
            }
            switch round % 7 {
            case 0: change(&bundle.entry)
            case 1: change(&bundle.proof.checkpoint)
            case 2: change(&bundle.status[0].credential)
            case 3: change(&bundle.status[1].note)
            case 4:
                bundle.disclosed[round % 2].salt[round % 16] ^= 1 << UInt8(round % 8)
                isChanged = true
            case 5:
                bundle.proof.path[round % bundle.proof.path.count] = .leaf([UInt8(round & 0xFF)])
                isChanged = true
            default:
                bundle.proof.index ^= 1 << (round % 62)
                isChanged = true
            }
            if isChanged {
                let verdict = verifier.verdict(bundle: bundle.serialized)
                #expect(!verdict.isValid && verdict.reason != nil, "part \(round % 7), seed \(seed), round \(round)")
            }
        }
    }

    @Test("files of a mirror: a mutation is found by the full check, and what a mirror still answers is true")
    func mirrors() async throws {
        let folder = sample.logFolder
        let policy = TrustPolicy(logs: sample.policy.logs)
        let paths = [
            "checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/000",
            "tile/entries/002.p/88",
        ]
        var files: [String: [UInt8]] = ["tile/entries/001": try Files.read(folder + "/tile/entries/001")]
        for path in paths { files[path] = try Files.read(folder + "/" + path) }
        let whole = files
        let good = try Mirror(policy: policy) { whole[$0] }
        let checkpoint = good.checkpoint.checkpoint
        #expect(await LogAudit.problem(in: checkpoint, workers: 2) { whole[$0] } == nil)
        let entry = try good.entries(tile: 0)[17]
        var random = SplitMix(seed: 5)
        for round in 0..<rounds(6_000) {
            let path = paths[round % paths.count]
            let original = try #require(whole[path])
            var changed = mutation(of: original, &random)
            // A file that is too long is one with data that nobody reads; the full check refuses it too.
            if changed == original { changed.append(0) }
            var files = whole
            files[path] = changed
            let now = files
            if path != "checkpoint" {
                let problem = await LogAudit.problem(in: checkpoint, workers: 1) { now[$0] }
                // Whether an entry or its hash was changed can't be told: the tile of hashes is named.
                let blamed = problem?.path ?? "nothing"
                #expect(
                    blamed == path || blamed == path.replacing("entries", with: "0"), "\(path), round \(round)")
            }
            do {
                let mirror = try Mirror(policy: policy) { now[$0] }
                #expect(mirror.checkpoint == good.checkpoint, "\(path), round \(round)")
                #expect(try mirror.entries(tile: 0)[17] == entry)
            } catch { #expect(!error.description.isEmpty) }
        }
    }
}
