/// What the standard fixes for each version and level (ISO/IEC 18004, tables 1, 7 and 9, annex E).
enum Version {
    /// Modules on a side.
    static func size(_ version: Int) -> Int { 17 + 4 * version }

    /// Codewords that fit, data and error correction together.
    static func codewords(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let alignments = version / 7 + 2
            modules -= (25 * alignments - 10) * alignments - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    /// Error-correction codewords of each block.
    static func checkCodewordsPerBlock(_ version: Int, _ level: ErrorCorrection) -> Int {
        Int(checkCodewords[level.rawValue * 40 + version - 1])
    }

    /// Blocks the codewords are divided into.
    static func blocks(_ version: Int, _ level: ErrorCorrection) -> Int {
        Int(blockCounts[level.rawValue * 40 + version - 1])
    }

    /// Codewords that carry data.
    static func dataCodewords(_ version: Int, _ level: ErrorCorrection) -> Int {
        codewords(version) - blocks(version, level) * checkCodewordsPerBlock(version, level)
    }

    /// Centres of the alignment patterns along one side (annex E).
    static func alignmentCentres(_ version: Int) -> [Int] {
        guard version >= 2 else { return [] }
        let count = version / 7 + 2
        let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2
        return [6] + (0..<count - 1).reversed().map { size(version) - 7 - $0 * step }
    }

    /// For each codeword, in the order in which they are made (data of block 1, block 2, …, then check codewords of block 1,
    /// block 2, …), its index in the interleaved stream (section 7.6).
    static func order(_ version: Int, _ level: ErrorCorrection) -> [UInt16] {
        let (codewords, data) = (codewords(version), dataCodewords(version, level))
        let (blocks, check) = (blocks(version, level), checkCodewordsPerBlock(version, level))
        let shortBlocks = blocks - codewords % blocks
        let shortData = data / blocks
        var order = [UInt16](repeating: 0, count: codewords)
        var sent: UInt16 = 0
        func send(_ codeword: Int) {
            order[codeword] = sent
            sent += 1
        }
        for column in 0...shortData {
            for block in 0..<blocks {
                let start = block * shortData + max(0, block - shortBlocks)
                if column < shortData || block >= shortBlocks { send(start + column) }
            }
        }
        for column in 0..<check {
            for block in 0..<blocks { send(data + block * check + column) }
        }
        return order
    }

    // Rows: L, M, Q, H; columns: versions 1 to 40.
    private static let checkCodewords: [UInt8] = [
        7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
        28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
        26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
        28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
        17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
        30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ]
    private static let blockCounts: [UInt8] = [
        1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
        8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
        17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
        1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
        23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
        1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
        25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
    ]
}
