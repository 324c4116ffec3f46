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
        // Three lanes: the masked rows, equality with the row below, any dark in four rows from here.
        if rows.count != 3 * lane { rows = [UInt64](repeating: 0, count: 3 * lane) }
        return rows.withUnsafeMutableBufferPointer { rows in
            guard let start = rows.baseAddress else { return 0 }
            let modules = start + Self.above * Row.words
            var (best, least) = (0, Int.max)
            for mask in 0..<8 {
                unmasked.withUnsafeBufferPointer { unmasked in
                    plan.masks[mask].withUnsafeBufferPointer { pattern in
                        for i in 0..<unmasked.count { modules[i] = unmasked[i] ^ pattern[i] }
                    }
                }
                let penalty = Self.penalty(Row.self, modules, modules + lane, modules + 2 * lane, plan.size)
                if penalty < least { (best, least) = (mask, penalty) }
            }
            return best
        }
    }

    /// - Parameters:
    ///   - a: the rows, with zeros in four rows above and twelve below.
    ///   - d: scratch for equality with the row below; zeros above.
    ///   - q: scratch for "any of these four rows is dark".
    @inline(__always)
    private static func penalty<Row: ModuleRow>(
        _: Row.Type, _ a: UnsafeMutablePointer<UInt64>, _ d: UnsafeMutablePointer<UInt64>,
        _ q: UnsafeMutablePointer<UInt64>, _ size: Int
    ) -> Int {
        let width = Row.words
        let all = Row.first(size)
        let pairs = Row.first(size - 1)
        @inline(__always)
        func at(_ lane: UnsafeMutablePointer<UInt64>, _ y: Int) -> Row { Row(load: lane + y &* width) }

        for y in 0..<size &- 1 { (~(at(a, y) ^ at(a, y &+ 1)) & all).store(d + y &* width) }
        for y in -4..<size &+ 4 {
            (at(a, y) | at(a, y &+ 1) | at(a, y &+ 2) | at(a, y &+ 3)).store(q + y &* width)
        }

        var (ones, twos, blocks, finders, dark) = (0, 0, 0, 0, 0)
        for y in 0..<size {
            let row = at(a, y)
            dark &+= row.population

            // Runs of five or more equal modules: 3 + (length − 5) is the number of places where five equal ones
            // begin, plus 2 for each run.
            let e = ~(row ^ row.right(1)) & pairs
            var w = e & e.right(1)
            w = w & w.right(2)
            ones &+= w.population
            twos &+= (w & ~e.left(1)).population
            let below = at(d, y)
            let v = below & at(d, y &+ 1) & at(d, y &+ 2) & at(d, y &+ 3)
            ones &+= v.population
            twos &+= (v & ~at(d, y &- 1)).population

            // Blocks of 2 × 2.
            blocks &+= (e & below & below.right(1)).population

            // 1:1:3:1:1 beside four light modules, in the row …
            let core =
                row & ~row.right(1) & row.right(2) & row.right(3) & row.right(4) & ~row.right(5) & row.right(6)
            let before = row.left(1) | row.left(2)
            let after = row.right(7) | row.right(8)
            let crowded = (before | before.left(2)) & (after | after.right(2))
            finders &+= (core & ~crowded).population
            // … and in the column.
            let column =
                row & ~at(a, y &+ 1) & at(a, y &+ 2) & at(a, y &+ 3) & at(a, y &+ 4) & ~at(a, y &+ 5)
                & at(a, y &+ 6)
            finders &+= (column & ~(at(q, y &- 4) & at(q, y &+ 7))).population
        }
        // 10 points for each full 5 % that the dark modules are away from a half.
        let area = size &* size
        let balance = abs(20 &* dark &- 10 &* area) / area
        return ones &+ 2 &* twos &+ 3 &* blocks &+ 40 &* finders &+ 10 &* balance
    }
}
