import CZlib
import Codes
import TestSupport
import Testing

@Suite("Packed operators of PDF")
struct OperatorDeflaterTests {
    /// As zlib reads it; `nil` when it doesn't.
    private func unpacked(_ bytes: [UInt8], _ count: Int) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: count + 1)
        var length = uLong(result.count)
        guard uncompress(&result, &length, bytes, uLong(bytes.count)) == Z_OK else { return nil }
        return Array(result[..<Int(length)])
    }

    @Test("are what they were, when zlib unpacks them: lines of numbers, bytes in no order, long runs, next to nothing")
    func roundTrip() {
        var deflater = OperatorDeflater()
        var random = SplitMix(seed: 42)
        func check(_ bytes: [UInt8]) {
            let packed = deflater.packed(bytes)
            #expect(unpacked(packed, bytes.count) == bytes, "\(bytes.count) bytes: \(bytes.prefix(40))")
        }
        for count in 0..<40 {
            check([UInt8](repeating: 0x20, count: count))
            check((0..<count).map { UInt8($0 % 3 == 0 ? 0x0A : 0x30) })
        }
        for _ in 0..<200 {
            let alphabet = Array("0123 \n re".utf8).prefix(Int.random(in: 1...9, using: &random))
            let count = Int.random(in: 0...3_000, using: &random)
            check((0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 })
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        // Beyond the window of 32 KB.
        for lines in [3_000, 9_000] {
            var text: [UInt8] = []
            for _ in 0..<lines {
                for limit in [40, 40, 7] { text += "\(Int.random(in: 0...limit, using: &random)) ".utf8 }
                text += "1 re\n".utf8
            }
            check(text + text)
            check(text + [UInt8](repeating: 0x0A, count: 70_000) + text)
        }
    }

    @Test("are the same bytes each time, and a small part of what they were")
    func small() {
        var text: [UInt8] = []
        for label in 0..<20 {
            for row in 0..<33 {
                for x in stride(from: label * row % 3, to: 33, by: 3) { text += "\(x) \(row) 1 1 re\n".utf8 }
            }
        }
        var deflater = OperatorDeflater()
        let first = deflater.packed(text)
        _ = deflater.packed(Array(text.reversed()))
        #expect(deflater.packed(text) == first)
        #expect(first.count < text.count / 20)
    }
}
