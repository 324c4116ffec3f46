import CQREncode
import Codes
import Decoding
import QRCode
import TestSupport
import Testing

extension Symbol {
    /// The symbol as a picture with a quiet zone.
    func picture(scale: Int = 1, quietZone: Int = 4) -> GreyImage {
        let side = (size + 2 * quietZone) * scale
        var image = GreyImage(width: side, height: side)
        for y in 0..<size {
            var row = [UInt8](repeating: 255, count: side)
            for x in 0..<size where self[x, y] {
                for px in 0..<scale { row[(quietZone + x) * scale + px] = 0 }
            }
            for py in 0..<scale {
                let start = ((quietZone + y) * scale + py) * side
                image.pixels.replaceSubrange(start..<start + side, with: row)
            }
        }
        return image
    }

    /// What zxing reads out of it.
    var zxingBytes: [UInt8]? { ZXingReader.read(picture(), pure: true).first?.bytes }
}

let everyVersionAndLevel = (1...40).flatMap { version in ErrorCorrection.allCases.map { (version, $0) } }

@Suite("every version, level and mask")
struct ExhaustiveTests {
    @Test("zxing reads the exact text of all 1,280 combinations", arguments: ErrorCorrection.allCases)
    func allDecode(level: ErrorCorrection) throws {
        var encoder = QREncoder()
        for version in 1...40 {
            let text = "v\(version)\(level.letter)"
            for mask in 0..<8 {
                let symbol = try encoder.encode(text, level: level, minimumVersion: version, mask: mask)
                #expect(symbol.version == version && symbol.level == level && symbol.mask == mask)
                #expect(symbol.size == 17 + 4 * version)
                // zxing's FixedThreshold reader takes a picture of one pixel a module.
                #expect(
                    symbol.zxingBytes == Array(text.utf8), "version \(version) level \(level) mask \(mask)")
            }
        }
    }

    @Test(
        "each equals libqrencode's symbol, once its mask is read and forced",
        arguments: ErrorCorrection.allCases)
    func equalsLibrary(level: ErrorCorrection) throws {
        let libraryLevel = [QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H][level.rawValue]
        var encoder = QREncoder()
        for version in 1...40 {
            // One mode only, so that both divide alike; lower case is byte mode.
            for (mode, text) in [
                (QR_MODE_NUM, "0123456"), (QR_MODE_AN, "AB-C/DE"), (QR_MODE_8, "q\(version % 10)r"),
            ] {
                let input = try #require(QRinput_new2(Int32(version), libraryLevel))
                defer { QRinput_free(input) }
                try #require(QRinput_append(input, mode, Int32(text.utf8.count), Array(text.utf8)) == 0)
                let made = try #require(QRcode_encodeInput(input))
                defer { QRcode_free(made) }
                let modules = try #require(made.pointee.data)
                let size = Int(made.pointee.width)
                let theirs = try #require(Symbol(size: size) { modules[$1 * size + $0] & 1 == 1 })
                let ours = try encoder.encode(text, level: level, minimumVersion: version, mask: theirs.mask)
                #expect(ours == theirs, "version \(version) level \(level) mode \(mode)")
            }
        }
    }

    @Test("a full symbol of each version and level equals libqrencode's")
    func fullEqualsLibrary() throws {
        var encoder = QREncoder()
        var random = SplitMix(seed: 7)
        for (version, level) in everyVersionAndLevel {
            let capacity = try byteCapacity(version, level)
            let text = (0..<capacity).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
            let libraryLevel = [QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H][level.rawValue]
            let made = try #require(QRcode_encodeData(Int32(capacity), text, 0, libraryLevel))
            defer { QRcode_free(made) }
            let modules = try #require(made.pointee.data)
            let size = Int(made.pointee.width)
            let theirs = try #require(Symbol(size: size) { modules[$1 * size + $0] & 1 == 1 })
            let ours = try encoder.encode(bytes: text, level: level, mask: theirs.mask)
            #expect(ours.version == version)
            #expect(ours == theirs, "version \(version) level \(level)")
        }
    }

    /// Bytes that fit by our tables; the caller checks them against libqrencode's choice of version.
    func byteCapacity(_ version: Int, _ level: ErrorCorrection) throws -> Int {
        var encoder = QREncoder()
        let data = try encoder.dataCodewords(for: [0x61].span, level: level, minimumVersion: version)
        return data.bytes.count - (version < 10 ? 2 : 3)
    }

    @Test("zbar reads a sample of all sizes")
    func zbarReads() throws {
        var encoder = QREncoder()
        var zbar = ZBarReader()
        for version in [1, 2, 5, 7, 10, 12, 20, 28, 40] {
            let text = "zbar \(version)"
            let level = ErrorCorrection.allCases[version % 4]
            let symbol = try encoder.encode(text, level: level, minimumVersion: version)
            #expect(
                zbar.read(symbol.picture(scale: 3)).map(\.bytes) == [Array(text.utf8)], "version \(version)")
        }
    }
}

@Suite("payloads")
struct PayloadTests {
    @Test("random payloads of every kind and length read back exactly")
    func randomPayloads() throws {
        var random = SplitMix(seed: 42)
        var encoder = QREncoder()
        let alphanumeric = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
        for round in 0..<200 {
            let level = ErrorCorrection.allCases[round % 4]
            // Short ones mostly, some as large as they get.
            let length =
                round % 20 == 0
                ? Int.random(in: 1...2000, using: &random) : Int.random(in: 1...120, using: &random)
            let bytes: [UInt8] =
                switch round / 4 % 5 {
                case 0: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                case 1: (0..<length).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
                case 2: (0..<length).map { _ in alphanumeric.randomElement(using: &random) ?? 0 }
                case 3:
                    Array(
                        String(
                            String.UnicodeScalarView(
                                (0..<length / 2 + 1).compactMap { _ in
                                    Unicode.Scalar(UInt32.random(in: 1...0x2FFFF, using: &random))
                                })
                        ).utf8
                    ).prefix(1200).map { $0 }
                default:
                    // Stretches of one kind after the other.
                    (0..<length).map { i in
                        switch (i / 7 + round) % 3 {
                        case 0: UInt8.random(in: 0x30...0x39, using: &random)
                        case 1: alphanumeric.randomElement(using: &random) ?? 0
                        default: UInt8.random(in: 0...255, using: &random)
                        }
                    }
                }
            do {
                let symbol = try encoder.encode(bytes: bytes, level: level)
                #expect(symbol.zxingBytes == bytes, "round \(round)")
            } catch .tooLong {
                #expect(length > 1000)
            }
        }
    }

    @Test("largest payloads of the standard's table 7 fit, one more does not")
    func capacities() throws {
        var encoder = QREncoder()
        let table: [(ErrorCorrection, digits: Int, letters: Int, bytes: Int)] = [
            (.low, 7089, 4296, 2953), (.medium, 5596, 3391, 2331), (.quartile, 3993, 2420, 1663),
            (.high, 3057, 1852, 1273),
        ]
        for (level, digits, letters, bytes) in table {
            for (text, count) in [("7", digits), ("Q", letters), ("q", bytes)] {
                let full = String(repeating: text, count: count)
                let symbol = try encoder.encode(full, level: level)
                #expect(symbol.version == 40)
                #expect(symbol.zxingBytes == Array(full.utf8))
                #expect(throws: QRCodeError.tooLong(bytesTooMany: 1, level: level)) {
                    try encoder.encode(full + text, level: level)
                }
            }
        }
    }

    @Test("a payload that is far too long says by how many bytes")
    func farTooLong() throws {
        var encoder = QREncoder()
        #expect(throws: QRCodeError.tooLong(bytesTooMany: 5_000_000 - 2953, level: .low)) {
            try encoder.encode(bytes: [UInt8](repeating: 0x61, count: 5_000_000), level: .low)
        }
        #expect(
            QRCodeError.tooLong(bytesTooMany: 1, level: .high).description
                == "the text is 1 byte too long for a QR code of level H")
    }

    @Test("nonsense arguments are refused")
    func nonsense() {
        var encoder = QREncoder()
        #expect(throws: QRCodeError.empty) { try encoder.encode("") }
        #expect(throws: QRCodeError.noSuchVersion(0)) { try encoder.encode("a", minimumVersion: 0) }
        #expect(throws: QRCodeError.noSuchVersion(41)) { try encoder.encode("a", minimumVersion: 41) }
        #expect(throws: QRCodeError.noSuchMask(8)) { try encoder.encode("a", mask: 8) }
        #expect(throws: QRCodeError.noSuchMask(-1)) { try encoder.encode("a", mask: -1) }
    }

    @Test("UTF-8 is written without a designator unless asked, and read as UTF-8 both ways")
    func utf8() throws {
        var encoder = QREncoder()
        let text = "Grüße aus Tbilisi — თბილისი"
        let plain = try encoder.encode(text)
        let designated = try encoder.encode(text, utf8Designator: true)
        #expect(plain != designated)
        for symbol in [plain, designated] {
            let read = try #require(ZXingReader.read(symbol.picture(), pure: true).first)
            #expect(read.text == Array(text.utf8))
        }
    }

    @Test("the same text gives the same symbol from a fresh and a used encoder")
    func deterministic() throws {
        var used = QREncoder()
        for text in ["A", "b", String(repeating: "x", count: 500), "0123", "https://go.example.org/a"] {
            _ = try used.encode(text, level: .high)
            var fresh = QREncoder()
            #expect(try used.encode(text) == fresh.encode(text))
        }
    }

    @Test("a symbol made of foreign modules knows its version, level and mask; other sizes are none")
    func foreignModules() throws {
        var encoder = QREncoder()
        for (version, level) in [(1, ErrorCorrection.low), (7, .high), (40, .quartile)] {
            let ours = try encoder.encode("foreign", level: level, minimumVersion: version)
            #expect(Symbol(size: ours.size) { ours[$0, $1] } == ours)
        }
        for size in [-1, 0, 10, 12, 18, 19, 20, 22, 24, 178, 181, Int.max] {
            #expect(Symbol(size: size) { _, _ in true } == nil)
        }
    }

    @Test("data codewords can be changed between the two halves of encoding")
    func seam() throws {
        var encoder = QREncoder()
        let text = Array("https://go.example.org/x".utf8)
        var data = try encoder.dataCodewords(for: text.span, minimumVersion: 6)
        #expect(try encoder.symbol(of: data) == encoder.encode(bytes: text, minimumVersion: 6))
        #expect(data.paddingStart == 26)
        for i in data.paddingStart..<data.bytes.count { data.bytes[i] = UInt8(truncatingIfNeeded: i * 37) }
        let painted = try encoder.symbol(of: data, mask: 2)
        #expect(painted.zxingBytes == text)
        data.bytes.removeLast()
        #expect(throws: QRCodeError.wrongCodewordCount(given: 107, needed: 108)) {
            try encoder.symbol(of: data)
        }
    }
}
