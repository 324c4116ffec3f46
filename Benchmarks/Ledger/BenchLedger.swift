import Glibc
import Ledger
import Support
import TransparencyLog
import Verification

/// `bench-ledger FOLDER`: makes a ledger of a million entries in FOLDER and measures what issue 4 asks for. Prints one line
/// a figure; exits with 1 when one is missed. The key is written to FOLDER/vkey for the Go checker on the same files.
@main
struct BenchLedger {
    /// Seconds since it was made.
    struct Stopwatch {
        private let start = ContinuousClock.now
        private let ticks = clock()
        /// Processor time of all threads: what a busy machine does not blur.
        var cpu: Double { Double(clock() - ticks) / Double(CLOCKS_PER_SEC) }
        var seconds: Double {
            let taken = ContinuousClock.now - start
            return Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
        }
    }

    static func main() async throws {
        let root = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "bench-ledger"
        let folder = LedgerFolder(root + "/ledger")
        let origin = "bench.example.org"
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: origin, publicKey: key.publicKey)
        var isMissed = false
        func report(_ what: String, _ value: Double, _ unit: String, atMost: Double? = nil, atLeast: Double? = nil) {
            let missed = value > atMost ?? .infinity || value < atLeast ?? -.infinity
            isMissed = isMissed || missed
            let figure = Double(Int(value * 1000)) / 1000
            let target = atMost.map { "<= \($0)" } ?? atLeast.map { ">= \($0)" } ?? ""
            print("\(what): \(figure) \(unit) \(target) \(missed ? "MISSED" : "")")
        }
        let salt = { (count: Int) in
            var state: UInt64 = 7
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                for place in 0..<count {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    buffer[place] = UInt8(truncatingIfNeeded: state >> 56)
                }
                filled = count
            }
        }
        var append = 0.0
        do {
            var ledger = try Ledger.open(folder, origin: origin)
            for batch in 0..<10 {
                let drafts = (0..<100_000).map { number in
                    Draft.link(
                        "bench.example.org/\(batch * 100_000 + number)", target: "https://example.org/\(number)",
                        redirect: "302 -")
                }
                let watch = Stopwatch()
                _ = try ledger.append(drafts, at: 1_700_000_000, key: key, salt: salt)
                append = watch.seconds
                print("append batch \(batch): \(append) s, \(watch.cpu) s of processor")
            }
        }
        try Files.replace(root + "/vkey", Array(verifier.description.utf8))
        report("append 100000 entries, sign, fsync (at 900000)", append, "s", atMost: 2)

        let log = folder.log
        let source: LogAudit.Source = { try? Files.read(log + "/" + $0) }
        let policy = TrustPolicy(logs: [verifier])
        let checkpoint = try VerifiedCheckpoint(Files.read(log + "/checkpoint"), key: verifier).checkpoint
        var best = Double.infinity
        for _ in 0..<3 {
            let watch = Stopwatch()
            guard await LogAudit.problem(in: checkpoint, workers: 2, source: source) == nil else { exit(1) }
            best = min(best, watch.seconds)
            print("full check: \(watch.seconds) s, \(watch.cpu) s of processor")
        }
        report("full check of \(checkpoint.size) entries, two cores", best, "s", atMost: 1)

        let mirror = try Mirror(policy: policy, source: source)
        var csv = Array("index,field,salt,value\n".utf8)
        do {
            let ledger = try Ledger.open(folder, origin: origin)
            for number in 0..<checkpoint.size {
                guard let slug = try ledger.disclosures(of: number).first(where: { $0.field == "slug" }) else {
                    exit(1)
                }
                csv += "\(number),slug,\(Base64.encode(slug.salt)),\(slug.value)\n".utf8
            }
        }
        let matching = Stopwatch()
        let outcomes = try await Batch(csv: csv).outcomes(in: Mirror(policy: policy, source: source))
        let matched = matching.seconds
        print("batch: \(matched) s, \(matching.cpu) s of processor")
        guard outcomes.count == checkpoint.size, outcomes.allSatisfy({ $0 == .holds }) else { exit(1) }
        report("batch of \(outcomes.count) ids against the mirror", matched, "s", atMost: 6)
        var proofs: [LogProof] = []
        var entries: [[UInt8]] = []
        for number in stride(from: 0, to: checkpoint.size, by: 2003) {
            proofs.append(try mirror.proof(of: number))
            entries.append(try mirror.entries(tile: number / 256)[number])
        }
        var checked = 0
        let checking = Stopwatch()
        while checked < 300_000 {
            let place = checked % proofs.count
            guard proofs[place].proves(leaf: .leaf(entries[place]), in: checkpoint) else { exit(1) }
            checked += 1
        }
        let time = checking.seconds
        report("proofs checked, checkpoint verified once, one core", Double(checked) / time, "/s", atLeast: 150_000)
        let files = proofs.map(\.serialized)
        var parsed = 0
        let reading = Stopwatch()
        while parsed < 100_000 {
            let place = parsed % proofs.count
            guard let proof = LogProof(files[place]), proof.proves(leaf: .leaf(entries[place]), in: checkpoint) else {
                exit(1)
            }
            parsed += 1
        }
        report(
            "the same from .tlog-proof files, parsing included", Double(parsed) / reading.seconds, "/s",
            atLeast: 150_000)
        if isMissed { exit(1) }
    }
}
