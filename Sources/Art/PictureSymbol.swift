// A hot file: unsafe pointers.
internal import Codes
internal import Legibility
public import QRCode
public import Site

/// What of a symbol may be chosen freely so that it looks like an image.
public typealias ArtFreedom = Design.Art.Freedom

/// A symbol whose free bits are chosen so that its modules look like an image.
public struct PictureSymbol: Sendable {
    /// The symbol.
    public let symbol: Symbol
    /// The plain symbol of the same version that says the same.
    public internal(set) var plain: Symbol
    /// How much of the image is there: the weighted share of right modules, about 0.5 for a plain symbol.
    public let match: Double
    /// Bits that could be chosen.
    public let freeBits: Int
}

/// Chooses symbols for images. Keeps an encoder; give each thread its own.
public struct PictureEncoder: Sendable {
    private var encoder = QREncoder()

    /// An encoder that has computed nothing yet.
    public init() {}

    /// The symbol of a text that looks the most like an image.
    /// - Parameters:
    ///   - text: what it says.
    ///   - version: version at least.
    ///   - freedom: which bits may be chosen.
    ///   - budget: share of the errors that each block can correct which may be spent on modules, 0...0.5.
    ///   - seed: decides between equals.
    public mutating func encode(
        _ text: String, image: ArtImage, level: ErrorCorrection, version: Int, freedom: ArtFreedom, budget: Double = 0,
        seed: UInt64 = 1
    ) throws(ArtError) -> PictureSymbol {
        let data: DataCodewords
        let free: [Range<Int>]
        switch freedom {
        case .none, .pad:
            do throws(QRCodeError) {
                data = try encoder.dataCodewords(for: text.utf8.span, level: level, minimumVersion: version)
            } catch { throw .text(error.description) }
            free = freedom == .pad ? [8 * data.paddingStart..<8 * data.bytes.count] : []
        case .fragment: (data, free) = try fragment(text, level: level, version: version)
        }
        guard let layout = SymbolLayout(version: data.version, level: level) else { throw .text("no such version") }
        var best: PictureSymbol?
        let plain: Symbol
        do throws(QRCodeError) { plain = try encoder.symbol(of: data) } catch { throw .text(error.description) }
        let target = ArtTarget(image, size: layout.size, seed: seed)
        let solver = Solver(
            layout: layout, data: data.bytes, free: free, target: target, hasDigits: freedom == .fragment, &encoder)
        for mask in 0..<8 {
            var codewords = solver.codewords(mask: mask, &encoder)
            if budget > 0 { solver.spend(budget, mask: mask, on: &codewords) }
            let made: Symbol
            do throws(QRCodeError) {
                made = try encoder.symbol(forcing: codewords, version: data.version, level: level, mask: mask)
            } catch { throw .text(error.description) }
            let match = target.match(made, layout)
            if match > best?.match ?? -1 {
                best = PictureSymbol(
                    symbol: made, plain: plain, match: match, freeBits: free.reduce(0) { $0 + $1.count })
            }
        }
        guard var best else { throw .text("no such version") }
        if freedom == .fragment, let said = best.symbol.bytes {
            // The plain symbol says the digits that were chosen.
            do throws(QRCodeError) {
                best.plain = try encoder.encode(bytes: said, level: level, minimumVersion: data.version)
            } catch { throw .text(error.description) }
        }
        return best
    }

    /// `TEXT#` in byte mode and as many digits as there is room for, three to ten bits.
    private mutating func fragment(
        _ text: String, level: ErrorCorrection, version: Int
    ) throws(ArtError) -> (DataCodewords, [Range<Int>]) {
        guard !text.utf8.contains(UInt8(ascii: "#")), text.contains("://") else { throw .noFragment }
        let bytes = Array(text.utf8) + [UInt8(ascii: "#")]
        var version = version
        while true {
            guard let layout = SymbolLayout(version: version, level: level) else { throw .noRoom }
            let countBits = version < 10 ? (8, 10) : version < 27 ? (16, 12) : (16, 14)
            let start = 4 + countBits.0 + 8 * bytes.count + 4 + countBits.1
            let groups = (8 * layout.dataCodewords - start) / 10
            if groups < 1 {
                version += 1
                continue
            }
            // A symbol of this version lends its form.
            var data: DataCodewords
            do throws(QRCodeError) {
                data = try encoder.dataCodewords(for: [UInt8(ascii: "0")].span, level: level, minimumVersion: version)
            } catch { throw .text(error.description) }
            var bits = BitList()
            bits.append(0b0100, 4)
            bits.append(bytes.count, countBits.0)
            for byte in bytes { bits.append(Int(byte), 8) }
            bits.append(0b0001, 4)
            bits.append(3 * groups, countBits.1)
            for _ in 0..<groups { bits.append(0, 10) }
            data.bytes = bits.filled(to: data.bytes.count)
            return (data, [start..<start + 10 * groups])
        }
    }
}

/// Bits of data codewords, most significant first.
private struct BitList {
    var bytes: [UInt8] = []
    var count = 0

    mutating func append(_ value: Int, _ bits: Int) {
        for bit in (0..<bits).reversed() {
            if count % 8 == 0 { bytes.append(0) }
            if value >> bit & 1 == 1 { bytes[count / 8] |= 0x80 >> UInt8(count % 8) }
            count += 1
        }
    }

    /// With terminator and padding (ISO/IEC 18004, sections 7.4.9 and 7.4.10).
    func filled(to length: Int) -> [UInt8] {
        var list = self
        list.append(0, min(4, 8 * length - count))
        var pad: UInt8 = 0xEC
        while list.bytes.count < length {
            list.bytes.append(pad)
            pad ^= 0xEC ^ 0x11
        }
        return list.bytes
    }
}

/// One symbol's free bits for one image, all masks.
private struct Solver {
    let layout: SymbolLayout
    let data: [UInt8]
    let target: ArtTarget
    /// The only free range, where it holds digits.
    let digits: Range<Int>?
    /// Of each block: its bits as bits of all codewords, and what may be chosen.
    private var blocks: [(bits: [Int], space: BlockSpace, wishes: [Int], choice: BlockSpace.Choice)] = []

    init(
        layout: SymbolLayout, data: [UInt8], free: [Range<Int>], target: ArtTarget, hasDigits: Bool,
        _ encoder: inout QREncoder
    ) {
        self.layout = layout
        self.data = data
        self.target = target
        digits = hasDigits ? free.first : nil
        for block in layout.blocks {
            let bits =
                Array(8 * block.data.lowerBound..<8 * block.data.upperBound)
                + Array(8 * block.check.lowerBound..<8 * block.check.upperBound)
            let freeHere = (0..<8 * block.data.count).filter { bit in free.contains { $0.contains(bits[bit]) } }
            let space = BlockSpace(
                data: block.data.count, check: block.check.count, free: freeHere, version: layout.version,
                level: layout.level, &encoder)
            // The heaviest first. Bits that are fixed can't be pivots, as no row has them.
            let wishes = (0..<bits.count).sorted { a, b in
                let (wa, wb) = (weight(bits[a]), weight(bits[b]))
                return wa != wb ? wa > wb : a < b
            }
            blocks.append((bits, space, wishes, space.choice(inOrder: wishes)))
        }
    }

    private func weight(_ bit: Int) -> Float { target.weight[Int(layout.places[bit])] }

    /// Whether a bit should be 1 under a mask.
    private func wish(_ bit: Int, _ mask: Int) -> Bool {
        let place = Int(layout.places[bit])
        return target.dark[place]
            != SymbolLayout.inverts(mask: mask, x: place % layout.size, y: place / layout.size)
    }

    /// All codewords, as near to the image as can be under a mask.
    func codewords(mask: Int, _ encoder: inout QREncoder) -> [UInt8] {
        var zeros: Set<Int> = []
        // Each round forbids at least one bit, so that it ends.
        while true {
            var codewords = data + [UInt8](repeating: 0, count: layout.codewords - data.count)
            for (index, block) in layout.blocks.enumerated() {
                codewords.replaceSubrange(
                    block.check,
                    with: encoder.checkCodewords(
                        Array(data[block.data]), version: layout.version, level: layout.level))
                apply(index, mask, zeros, to: &codewords)
            }
            guard let digits else { return codewords }
            var isDone = true
            for start in stride(from: digits.lowerBound, to: digits.upperBound, by: 10) {
                var value = 0
                for bit in start..<start + 10 { value = value << 1 | (Self.bit(codewords, bit) ? 1 : 0) }
                // Ten bits from 1000 on are no three digits; without the bit worth 64 they are below 960.
                if value > 999, zeros.insert(start + 3).inserted { isDone = false }
            }
            if isDone { return codewords }
        }
    }

    private static func bit(_ codewords: [UInt8], _ bit: Int) -> Bool {
        codewords[bit / 8] << UInt8(bit % 8) & 0x80 != 0
    }

    private func apply(_ index: Int, _ mask: Int, _ zeros: Set<Int>, to codewords: inout [UInt8]) {
        let block = blocks[index]
        let forced = block.bits.indices.filter { zeros.contains(block.bits[$0]) }
        let choice = forced.isEmpty ? block.choice : block.space.choice(inOrder: forced + block.wishes)
        let words = block.space.wordsPerRow
        var vector = [UInt64](repeating: 0, count: words)
        for (place, bit) in block.bits.enumerated() where Self.bit(codewords, bit) {
            vector[place / 64] |= 1 << UInt64(place % 64)
        }
        for (row, place) in choice.bits.enumerated() {
            let isSet = vector[place / 64] >> UInt64(place % 64) & 1 == 1
            let bit = block.bits[place]
            if isSet != (zeros.contains(bit) ? false : wish(bit, mask)) {
                for i in 0..<words { vector[i] ^= choice.rows[row * words + i] }
            }
        }
        for (place, bit) in block.bits.enumerated() {
            let flag: UInt8 = 0x80 >> UInt8(bit % 8)
            if vector[place / 64] >> UInt64(place % 64) & 1 == 1 {
                codewords[bit / 8] |= flag
            } else {
                codewords[bit / 8] &= ~flag
            }
        }
    }

    /// Spends a share of what each block can correct on its worst codewords: they become what the image wants.
    func spend(_ budget: Double, mask: Int, on codewords: inout [UInt8]) {
        for block in layout.blocks {
            let count = Int(budget * Double(layout.correctablePerBlock))
            let losses = (Array(block.data) + Array(block.check)).map {
                codeword -> (loss: Float, codeword: Int, byte: UInt8) in
                var (loss, byte): (Float, UInt8) = (0, 0)
                for bit in 8 * codeword..<8 * codeword + 8 {
                    let isWished = wish(bit, mask)
                    if isWished { byte |= 0x80 >> UInt8(bit % 8) }
                    if isWished != Self.bit(codewords, bit) { loss += weight(bit) }
                }
                return (loss, codeword, byte)
            }
            for worst in losses.sorted(by: { ($0.loss, $1.codeword) > ($1.loss, $0.codeword) }).prefix(count)
            where worst.loss > 0 { codewords[worst.codeword] = worst.byte }
        }
    }
}

/// Why there is no art.
public enum ArtError: Error, Equatable, Sendable {
    /// The text has no symbol; why.
    case text(String)
    /// Digits can only hide in the fragment of an address that has none.
    case noFragment
    /// Not even version 40 has room for it.
    case noRoom
    /// The image can't be read; why.
    case image(String)
    /// No strength makes it readable.
    case unreadable

    /// What is wrong: lower case, no full stop.
    public var summary: String {
        switch self {
        case .text(let problem): problem
        case .noFragment: "digits can hide only in an address without a fragment ('#…')"
        case .noRoom: "the text is too long for art"
        case .image(let problem): problem
        case .unreadable: "no strength makes this image readable as a code"
        }
    }
}
