import Glibc
import Ledger
import Support
import TransparencyLog

/// `ledger-writer FOLDER KEY.pem SEED`: appends batches to a ledger and writes one line for each that was acknowledged,
/// until it is killed. For the tests of LedgerTests that kill it.
@main
struct LedgerWriter {
    static func main() throws {
        let folder = LedgerFolder(CommandLine.arguments[1])
        let pem = String(decoding: try Files.read(CommandLine.arguments[2]), as: UTF8.self)
        let key = try Ed25519Key(pem: pem, passphrase: nil)
        var state = UInt64(CommandLine.arguments[3]) ?? 0
        let say = { (line: String) in
            let bytes = Array((line + "\n").utf8)
            _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
        }
        var round = 0
        while true {
            var ledger = try Ledger.open(folder, origin: "kill.example.org")
            var about = try ledger.engageWitness(at: 1_700_000_000 + round, key: key).map { [$0] } ?? []
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let count = 1 + Int(state >> 33) % 90
                let drafts = (0..<count).map { number in
                    Draft.link("kill.example.org/\(number % 50)", target: "https://e.org/\(state)", redirect: "302 -")
                }
                let done = try ledger.append(drafts + about, at: 1_700_000_000 + round, key: key) { count in
                    [UInt8](repeating: UInt8(truncatingIfNeeded: state >> 40), count: count)
                }
                about = []
                say("\(done.indices.upperBound) \(Hex.encode(SHA256.hash(done.checkpoint)))")
                round += 1
            }
        }
    }
}
