/// Which codeword, and so which block, each module of a (version, level) belongs to: what damage costs.
public struct CodewordMap: Sendable {
    /// Modules on a side.
    public let size: Int
    /// Blocks, each corrected by itself.
    public let blocks: Int
    /// Error-correction codewords of each block: half as many wrong codewords can be corrected.
    public let checkCodewordsPerBlock: Int
    /// For each module, row by row, its codeword in the order in which they are placed (ISO/IEC 18004, section 7.7.3);
    /// -1: a function pattern or a remainder bit, which carry none.
    public let codewords: [Int16]
    /// For each codeword, in the same order, its block.
    public let blockOfCodeword: [UInt8]
    /// Whether a module, row by row, is part of a finder, timing, alignment, format or version pattern.
    public let isFunction: [Bool]

    /// The map of a version, 1...40.
    public init(version: Int, level: ErrorCorrection) {
        let patterns = FunctionPatterns(version: version)
        size = Version.size(version)
        blocks = Version.blocks(version, level)
        checkCodewordsPerBlock = Version.checkCodewordsPerBlock(version, level)
        let count = Version.codewords(version)
        var codewords = [Int16](repeating: -1, count: size * size)
        var isFunction = [Bool](repeating: true, count: size * size)
        let row = (size + 63) / 64 * 64
        for (bit, place) in patterns.zigzag().enumerated() {
            let module = Int(place) / row * size + Int(place) % row
            isFunction[module] = false
            if bit / 8 < count { codewords[module] = Int16(bit / 8) }
        }
        self.codewords = codewords
        self.isFunction = isFunction
        // Interleaved (section 7.6): data codewords column by column, the last column of the longer blocks only; then
        // the check codewords.
        let data = Version.dataCodewords(version, level)
        let (short, long) = (data / blocks, data % blocks)
        blockOfCodeword = (0..<count).map { [blocks] index in
            if index < short * blocks { return UInt8(index % blocks) }
            if index < data { return UInt8(blocks - long + index - short * blocks) }
            return UInt8((index - data) % blocks)
        }
    }

    /// For each block, how many of its codewords have a module that `isDamaged` (by column and row).
    public func damage(_ isDamaged: (_ x: Int, _ y: Int) -> Bool) -> [Int] {
        var touched = [Bool](repeating: false, count: blockOfCodeword.count)
        for y in 0..<size {
            for x in 0..<size where codewords[y * size + x] >= 0 && isDamaged(x, y) {
                touched[Int(codewords[y * size + x])] = true
            }
        }
        var counts = [Int](repeating: 0, count: blocks)
        for (codeword, isTouched) in touched.enumerated() where isTouched {
            counts[Int(blockOfCodeword[codeword])] += 1
        }
        return counts
    }
}
