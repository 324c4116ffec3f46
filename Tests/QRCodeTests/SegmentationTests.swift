import TestSupport
import Testing

@testable import QRCode

@Suite("segmentation")
struct SegmentationTests {
    /// Bits of the best of all divisions into runs of modes.
    private func bruteForce(_ text: [UInt8], _ versionClass: Int) -> Int {
        let alphanumeric = Set(Alphanumeric.characters.utf8)
        func bits(_ part: ArraySlice<UInt8>) -> Int {
            var best = 4 + [8, 16, 16][versionClass] + 8 * part.count
            if part.allSatisfy(alphanumeric.contains) {
                best = min(best, 4 + [9, 11, 13][versionClass] + part.count / 2 * 11 + part.count % 2 * 6)
            }
            if part.allSatisfy({ (0x30...0x39).contains($0) }) {
                best = min(
                    best, 4 + [10, 12, 14][versionClass] + part.count / 3 * 10 + [0, 4, 7][part.count % 3])
            }
            return best
        }
        var least = Int.max
        for cuts in 0..<1 << (text.count - 1) {
            var sum = 0
            var from = 0
            for to in 1...text.count where to == text.count || cuts >> (to - 1) & 1 == 1 {
                sum += bits(text[from..<to])
                from = to
            }
            least = min(least, sum)
        }
        return least
    }

    @Test("is never longer than the best of all divisions", arguments: 0...2)
    func optimal(versionClass: Int) {
        var random = SplitMix(seed: UInt64(versionClass))
        var segmentation = Segmentation()
        // Digits, letters and bytes in stretches, since only those make changes of mode worth while.
        for _ in 0..<60 {
            var text: [UInt8] = []
            while text.count < 11 {
                let kind = [UInt8(ascii: "5"), UInt8(ascii: "Z"), UInt8(ascii: "z")].randomElement(
                    using: &random)
                text += [UInt8](repeating: kind ?? 0, count: Int.random(in: 1...8, using: &random))
            }
            text = Array(text.prefix(11))
            let bits = text.withUnsafeBufferPointer { segmentation.divide($0, versionClass: versionClass) }
            #expect(bits == bruteForce(text, versionClass), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test("announces the bits that are then written")
    func announced() throws {
        var random = SplitMix(seed: 5)
        var encoder = QREncoder()
        var segmentation = Segmentation()
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Array("0123456789AZaz".utf8).randomElement(using: &random) ?? 0
            }
            let bits = text.withUnsafeBufferPointer { segmentation.divide($0, versionClass: 0) }
            let data = try encoder.dataCodewords(for: text.span, minimumVersion: 9)
            #expect(data.paddingStart == (bits + 4 + 7) / 8)
            // The padding alternates from its first byte on.
            #expect(data.bytes[data.paddingStart...].prefix(2).elementsEqual([0xEC, 0x11]))
        }
    }

    @Test("takes digits out of a text in lower case when that saves bits")
    func mixed() {
        var segmentation = Segmentation()
        let text = Array("https://go.example.com/r/00000000?utm_source=print&utm_id=a1".utf8)
        let bits = text.withUnsafeBufferPointer { segmentation.divide($0, versionClass: 0) }
        #expect(bits == (12 + 25 * 8) + (14 + 27) + (12 + 27 * 8))
        #expect(segmentation.modes[24...33] == [0, 2, 2, 2, 2, 2, 2, 2, 2, 0])
    }
}
