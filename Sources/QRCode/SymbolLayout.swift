/// What each module of a QR code is there for: a pattern that readers look for, or a bit of a codeword.
///
/// For whoever judges a picture of a symbol, or chooses its bits.
public struct SymbolLayout: Sendable {
    /// What a module belongs to (ISO/IEC 18004, section 6.3).
    public enum Part: UInt8, Sendable, CaseIterable {
        /// A bit of a codeword, or one of the few that are left over.
        case data
        /// One of the three eyes, or the light line around it.
        case finder
        /// The two lines of alternating modules.
        case timing
        /// A small square of a larger symbol.
        case alignment
        /// Level and mask, the version, or the module that is always dark.
        case format
    }

    /// Codewords that are corrected together.
    public struct Block: Sendable {
        /// Its data codewords.
        public let data: Range<Int>
        /// Its check codewords.
        public let check: Range<Int>
    }

    /// 1...40.
    public let version: Int
    /// Level of error correction.
    public let level: ErrorCorrection
    /// Modules on a side.
    public let size: Int
    /// What each module belongs to, `size` × `size`, row by row.
    public let parts: [Part]
    /// For each module 8 × codeword + bit, the most significant bit first; −1 for patterns and for what is left over.
    /// Codewords count as they are made: data of block 1, block 2, …, then check codewords of block 1, block 2, ….
    public let bits: [Int32]
    /// For each bit of the codewords, numbered as in ``bits``, its module: `y * size + x`.
    public let places: [Int32]
    /// The blocks.
    public let blocks: [Block]
    private let order: [UInt16]

    /// The layout of a version and level; `nil` when there is no such version.
    public init?(version: Int, level: ErrorCorrection) {
        guard (1...40).contains(version) else { return nil }
        self.version = version
        self.level = level
        let size = Version.size(version)
        self.size = size
        let patterns = FunctionPatterns(version: version)
        order = Version.order(version, level)
        var (parts, bits) = ([Part](repeating: .format, count: size * size), [Int32](repeating: -1, count: size * size))
        var codewordAt = [Int](repeating: 0, count: order.count)
        for (codeword, place) in order.enumerated() { codewordAt[Int(place)] = codeword }
        var places = [Int32](repeating: 0, count: order.count * 8)
        for (index, place) in patterns.zigzag().enumerated() {
            let module = Int(place) / 64 / patterns.wordsPerRow * size + Int(place) % (64 * patterns.wordsPerRow)
            parts[module] = .data
            guard index < order.count * 8 else { continue }
            let bit = codewordAt[index / 8] * 8 + index % 8
            bits[module] = Int32(bit)
            places[bit] = Int32(module)
        }
        let centres = Version.alignmentCentres(version)
        for y in 0..<size {
            for x in 0..<size where parts[y * size + x] != .data {
                if x < 8 && (y < 8 || y >= size - 8) || x >= size - 8 && y < 8 {
                    parts[y * size + x] = .finder
                } else if let cx = centres.first(where: { abs($0 - x) <= 2 }),
                    let cy = centres.first(where: { abs($0 - y) <= 2 }),
                    !FunctionPatterns.touchesFinder(cx, cy, last: size - 7)
                {
                    parts[y * size + x] = .alignment
                } else if x == 6 || y == 6 {
                    parts[y * size + x] = .timing
                }
            }
        }
        (self.parts, self.bits, self.places) = (parts, bits, places)
        let count = Version.blocks(version, level)
        let (data, check) = (Version.dataCodewords(version, level), Version.checkCodewordsPerBlock(version, level))
        let shortBlocks = count - order.count % count
        blocks = (0..<count).map { block in
            let start = block * (data / count) + max(0, block - shortBlocks)
            let length = data / count + (block < shortBlocks ? 0 : 1)
            return Block(data: start..<start + length, check: data + block * check..<data + (block + 1) * check)
        }
    }

    /// Codewords, data and check together.
    public var codewords: Int { order.count }
    /// Codewords that carry data.
    public var dataCodewords: Int { blocks.last?.data.upperBound ?? 0 }

    /// Check codewords of each block.
    public var checkCodewordsPerBlock: Int { blocks.first?.check.count ?? 0 }

    /// For each block, how many of its codewords have a module that `isDamaged` (by column and row): what damage costs.
    public func damage(_ isDamaged: (_ x: Int, _ y: Int) -> Bool) -> [Int] {
        var touched = [Bool](repeating: false, count: codewords)
        for y in 0..<size {
            for x in 0..<size where bits[y * size + x] >= 0 && isDamaged(x, y) {
                touched[Int(bits[y * size + x]) / 8] = true
            }
        }
        return blocks.map { block in
            touched[block.data].count { $0 } + touched[block.check].count { $0 }
        }
    }

    /// Whether mask `mask`, 0...7, turns the module in column `x` of row `y` over, provided it carries data.
    public static func inverts(mask: Int, x: Int, y: Int) -> Bool { FunctionPatterns.inverts(mask, x, y) }

    /// How many codewords of a block may be wrong and are put right (ISO/IEC 18004, table 9: some of the smallest
    /// symbols keep a few back, so that nothing wrong is taken for right).
    public var correctablePerBlock: Int { (checkCodewordsPerBlock - kept) / 2 }

    /// Check codewords that only detect (ISO/IEC 18004, table 9, footnote b).
    private var kept: Int {
        switch (version, level) {
        case (1, .low): 3
        case (1, .medium), (2, .low): 2
        case (1, _), (3, .low): 1
        default: 0
        }
    }
}
