// A hot file: unsafe pointers.

/// The penalty of ISO/IEC 18004, section 7.8.3, table 11, for whole rows at a time.
///
/// The standard leaves two things open, and encoders differ in them (any mask decodes):
/// - A finder-like pattern 1:1:3:1:1 counts once, whether the four light modules stand before it, after it or on
///   both sides; what lies outside the symbol is light.
/// - Only patterns of one module to the unit count, not scaled ones.
///
/// Format information takes part. The share of dark modules is compared exactly, not rounded to percent.
struct MaskEvaluation {
    /// Rows above and below that let the columns' patterns look outside.
    private static let above = 4
    private static let below = 12
    private var rows: [UInt64] = []

    /// The mask with the least penalty, the first of equals.
    mutating func bestMask(_ unmasked: [UInt64], _ plan: Plan) -> Int {
        switch plan.wordsPerRow {
        case 1: bestMask(UInt64.self, unmasked, plan)
        case 2: bestMask(Row2.self, unmasked, plan)
        default: bestMask(Row3.self, unmasked, plan)
        }
    }

    private mutating func bestMask<Row: ModuleRow>(_: Row.Type, _ unmasked: [UInt64], _ plan: Plan) -> Int {
        let lane = (plan.size + Self.above + Self.below) * Row.words
        if rows.count != 4 * lane { rows = [UInt64](repeating: 0, count: 4 * lane) }
        return rows.withUnsafeMutableBufferPointer { rows in
            guard let start = rows.baseAddress else { return 0 }
            let modules = start + Self.above * Row.words
            let scratch = Scratch(
                modules: modules, equal: modules + lane, runs: modules + 2 * lane, crowded: modules + 3 * lane
            )
            let (all, pairs) = (Row(first: plan.size), Row(first: plan.size - 1))
            var (best, least) = (0, Int.max)
            for mask in 0..<8 {
                unmasked.withUnsafeBufferPointer { unmasked in
                    plan.masks[mask].withUnsafeBufferPointer { pattern in
                        for i in 0..<unmasked.count { modules[i] = unmasked[i] ^ pattern[i] }
                    }
                }
                let findings = Self.findings(scratch, all, pairs, plan.size)
                // The balance is looked at only where it can still matter.
                if findings < least {
                    let penalty = findings &+ Self.imbalance(modules, unmasked.count, plan.size)
                    if penalty < least { (best, least) = (mask, penalty) }
                }
            }
            return best
        }
    }

    /// Lanes of rows, each with zeros in four rows above and twelve below.
    private struct Scratch {
        let modules: UnsafeMutablePointer<UInt64>
        /// Which modules equal the one below.
        let equal: UnsafeMutablePointer<UInt64>
        /// Where five equal modules in a column begin.
        let runs: UnsafeMutablePointer<UInt64>
        /// Where any of the four modules from here downwards is dark.
        let crowded: UnsafeMutablePointer<UInt64>
    }

    /// 10 points for each full 5 % that the dark modules are away from a half.
    private static func imbalance(_ modules: UnsafeMutablePointer<UInt64>, _ count: Int, _ size: Int) -> Int {
        var dark = 0
        for i in 0..<count { dark &+= modules[i].nonzeroBitCount }
        let area = size &* size
        return abs(20 &* dark &- 10 &* area) / area &* 10
    }

    /// The points of runs, blocks and finder-like patterns. The loops are plain word-by-word passes, which the
    /// compiler turns into vector code.
    @inline(__always)
    private static func findings<Row: ModuleRow>(
        _ scratch: Scratch, _ all: Row, _ pairs: Row, _ size: Int
    ) -> Int {
        let width = Row.words
        let (a, d, r, q) = (scratch.modules, scratch.equal, scratch.runs, scratch.crowded)
        @inline(__always)
        func at(_ lane: UnsafeMutablePointer<UInt64>, _ y: Int) -> Row { Row(load: lane + y &* width) }

        for y in 0..<size &- 1 { (~(at(a, y) ^ at(a, y &+ 1)) & all).store(d + y &* width) }
        for y in 0..<size {
            (at(d, y) & at(d, y &+ 1) & at(d, y &+ 2) & at(d, y &+ 3)).store(r + y &* width)
        }
        for y in -4..<size &+ 4 {
            (at(a, y) | at(a, y &+ 1) | at(a, y &+ 2) | at(a, y &+ 3)).store(q + y &* width)
        }

        var tally = Tally()
        for y in 0..<size {
            let row = at(a, y)

            // A run of L ≥ 5 equal modules scores 3 + (L − 5). Five equal ones begin at L − 4 places; with the two
            // places that follow, L − 2.
            let e = ~(row ^ row.right(1)) & pairs
            var w = e & e.right(1)
            w = w & w.right(2)
            w = w | w.left(1) | w.left(2)
            let v = at(r, y) | at(r, y &- 1) | at(r, y &- 2)

            // Blocks of 2 × 2.
            let below = at(d, y)
            let blocks = e & below & below.right(1)

            // 1:1:3:1:1 beside four light modules, in the row …
            var ends = row & row.right(2)
            ends = ends & ends.right(4)
            var gaps = row.right(1)
            gaps = gaps | gaps.right(4)
            let core = ends & row.right(3) & ~gaps
            // Any dark of this module and the three before it; up to three columns outside have room in the words.
            var near = row | row.left(1)
            near = near | near.left(2)
            let crowded = near.left(1) & near.right(10)
            // … and in the column.
            let column =
                row & ~at(a, y &+ 1) & at(a, y &+ 2) & at(a, y &+ 3) & at(a, y &+ 4) & ~at(a, y &+ 5)
                & at(a, y &+ 6)

            let findings = Findings(
                runsAcross: w, runsDown: v, blocks: blocks, findersAcross: core & ~crowded,
                findersDown: column & ~(at(q, y &- 4) & at(q, y &+ 7)))
            Row.count(findings, in: &tally)
        }
        return Tally.sum(tally.runsAndBlocks) &+ 40 &* Tally.sum(tally.finders)
    }
}

/// What was found in one row, one bit for each place.
struct Findings<Row> {
    var runsAcross: Row
    var runsDown: Row
    var blocks: Row
    var findersAcross: Row
    var findersDown: Row

    @inline(__always)
    func map(_ word: (Row) -> UInt64) -> Findings<UInt64> {
        Findings<UInt64>(
            runsAcross: word(runsAcross), runsDown: word(runsDown), blocks: word(blocks),
            findersAcross: word(findersAcross), findersDown: word(findersDown))
    }
}

/// Sums of findings, four 16-bit fields to a word: cheaper than a population count for each. A symbol has at most
/// 177 × 3 words of 16 × 4 fields' bits, and a bit is worth at most 5, so that no field overflows.
struct Tally {
    /// One for each run place, three for each block.
    var runsAndBlocks: UInt64 = 0
    var finders: UInt64 = 0

    @inline(__always)
    mutating func add(_ f: Findings<UInt64>) {
        let blocks = Self.nibbles(Self.twos(f.blocks))
        let ones = Self.nibbles(Self.twos(f.runsAcross)) &+ Self.nibbles(Self.twos(f.runsDown)) &+ blocks
        let low = 0x0F0F_0F0F_0F0F_0F0F as UInt64
        let points = (ones & low) &+ (ones &>> 4 & low) &+ 2 &* ((blocks &+ blocks &>> 4) & low)
        runsAndBlocks &+= Self.pairs(points)
        // Patterns across never begin side by side, so that at most three begin in two columns.
        let finders = Self.nibbles(Self.twos(f.findersAcross) &+ Self.twos(f.findersDown))
        self.finders &+= Self.pairs((finders & low) &+ (finders &>> 4 & low))
    }

    static func sum(_ fields: UInt64) -> Int {
        var sum: UInt64 = 0
        for shift: UInt64 in [0, 16, 32, 48] { sum += fields >> shift & 0xFFFF }
        return Int(sum)
    }

    /// Bits set in each two.
    @inline(__always)
    private static func twos(_ bits: UInt64) -> UInt64 { bits &- (bits &>> 1 & 0x5555_5555_5555_5555) }

    /// Sums of neighbouring fields of two bits.
    @inline(__always)
    private static func nibbles(_ twos: UInt64) -> UInt64 {
        (twos & 0x3333_3333_3333_3333) &+ (twos &>> 2 & 0x3333_3333_3333_3333)
    }

    /// Sums of neighbouring bytes.
    @inline(__always)
    private static func pairs(_ bytes: UInt64) -> UInt64 {
        (bytes & 0x00FF_00FF_00FF_00FF) &+ (bytes &>> 8 & 0x00FF_00FF_00FF_00FF)
    }
}
