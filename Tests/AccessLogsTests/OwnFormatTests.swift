import TestSupport
import Testing

@testable import AccessLogs

/// The fast reading of our own lines against the general one.
@Suite struct OwnFormatTests {
    // swift-format-ignore
    static let line =
        #"{"v":1,"t":1709207736.999,"id":"0123456789abcdef0123456789abcdef","link":"go.example/ab","var":"","deny":"","host":"go.example","path":"/ab","q":"s=q","m":"GET","st":302,"to":"https://x/","ip":"203.0.113.0","ua":"Mozilla/5.0 (X)","ref":"-","al":"de-AT,de;q=0.9","dnt":"1","pf":"prefetch","rt":0.000,"b":145}"#

    private func general(_ bytes: [UInt8], from: Int = 0, to: Int? = nil) -> (hit: Hit, error: Malformation?) {
        var hit = Hit()
        var parser = LogParser(format: .nginxJSON)
        do {
            try parser.generalJSON(bytes.span, from, to ?? bytes.count, &hit)
            return (hit, nil)
        } catch { return (hit, error) }
    }

    private func fast(_ bytes: [UInt8], from: Int = 0, to: Int? = nil) -> Hit? {
        var hit = Hit()
        if LogParser.ownFormat(bytes.span, from, to ?? bytes.count, &hit) { return hit }
        #expect(hit == Hit(), "a refused line leaves nothing behind")
        return nil
    }

    @Test("a line as our nginx writes it is read fast, and as the general parser reads it")
    func same() throws {
        let bytes = Array(Self.line.utf8)
        let hit = try #require(fast(bytes))
        #expect(hit == general(bytes).hit)
        #expect(hit.time == 1_709_207_736 && hit.status == 302 && hit.bytes == 145 && hit.isPrefetch && hit.optsOut)
        #expect(hit.referrer.isEmpty && hit.method == .get && hit.isPathDecoded)
        // In the middle of a buffer, and with nothing behind it.
        let buffer = Array("}\n".utf8) + bytes + Array("\n{".utf8)
        let inner = try #require(fast(buffer, from: 2, to: 2 + bytes.count))
        #expect(inner == general(buffer, from: 2, to: 2 + bytes.count).hit)
    }

    @Test("no beginning of a line is taken for one")
    func beginnings() {
        let bytes = Array(Self.line.utf8)
        for end in 0..<bytes.count {
            #expect(fast(bytes, to: end) == nil)
            #expect(fast(Array(bytes[..<end])) == nil)
        }
    }

    @Test("a changed line is read as the general parser reads it, or left to it")
    func mutated() {
        var random = SplitMix(seed: 21)
        let noise = Array(#"{}[]":,\ 0129.-1aeEGTP"#.utf8) + [0, 9, 13, 0x80, 0xFF]
        let values = [
            "", "-", "a", "GET", "HEAD", "POST", "prefetch", "0", "11", "1.5", "é", String(repeating: "x", count: 40),
        ]
        let base = Array(Self.line.utf8)
        var accepted = 0
        var left = 0
        for _ in 0..<60_000 {
            var bytes = base
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...4, using: &random) {
                case 0: bytes[at] = noise.randomElement(using: &random)!
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(noise.randomElement(using: &random)!, at: at)
                case 3:
                    // Another value between two quotes.
                    guard let from = bytes[at...].firstIndex(of: 0x22),
                        let to = bytes[(from + 1)...].firstIndex(of: 0x22)
                    else { continue }
                    bytes.replaceSubrange((from + 1)..<to, with: Array(values.randomElement(using: &random)!.utf8))
                default: bytes[at] = bytes[Int.random(in: 0..<bytes.count, using: &random)]
                }
            }
            guard let hit = fast(bytes) else {
                left += 1
                continue
            }
            accepted += 1
            let other = general(bytes)
            #expect(other.error == nil && other.hit == hit, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 5000 && left > 5000)
    }
}
