/// How one large table is cut into small ones, by a few bytes of the key.
///
/// Servers can pick bytes of a path by a regular expression at constant cost, and nothing else: no hash. So
/// the plan looks for the positions, counted from the start or from the end of the key, whose bytes differ
/// most from key to key. A million paths that all begin with `/01/09506000134352/10/L2024/21/` are cut by
/// their last digits, random slugs by their first letters.
struct ShardPlan: Equatable {
    /// One position of a key.
    enum Position: Hashable {
        /// Bytes before it; the leading slash is 0.
        case start(Int)
        /// Bytes after it; the last byte is 0.
        case end(Int)
    }

    /// The positions, from left to right: those from the start ascending, those from the end descending.
    let positions: [Position]
    /// Keys shorter than this have no shard value; they form the rest.
    let minimum: Int
    /// The values that belong to each table (the bytes at the positions, big-endian in one number).
    let tables: [[UInt32]]
    /// Rows of each table, in order of insertion; the last element is the rest, perhaps empty.
    let rows: [[Int32]]

    /// How large the pieces should be.
    struct Aim {
        /// Tables up to this size are not cut at all.
        var whole: Int
        /// Rows of a table to aim for.
        var rows: Int
        /// At most this many different values.
        var values: Int
    }

    /// More positions than this cost more than they bring, and four bytes fit one number.
    private static let maximumPositions = 4
    private static let sampleSize = 16_384
    private static let deepest = 96
    private static let candidatesKept = 24

    /// A plan for `keys`, or `nil` if they should stay in one piece. O(n), with a sample for the choice.
    ///
    /// With `asciiOnly` a key has a value only if all bytes up to its last position from the start, and from
    /// its first position from the end on, are ASCII (for servers that count characters).
    init?(_ keys: KeyTable, rows subset: [Int32], aim: Aim, asciiOnly: Bool = false) {
        guard subset.count > aim.whole else { return nil }
        let step = max(1, subset.count / Self.sampleSize)
        let sample = stride(from: 0, to: subset.count, by: step).map { keys.range(Int(subset[$0])) }
        let chosen = Self.choose(keys.bytes, sample, total: subset.count, aim: aim)
        guard !chosen.isEmpty else { return nil }
        self.init(keys, rows: subset, chosen: chosen, aim: aim, asciiOnly: asciiOnly)
    }

    private init(_ keys: KeyTable, rows subset: [Int32], chosen: [Position], aim: Aim, asciiOnly: Bool) {
        let positions = Self.ordered(chosen)
        let (fromStart, fromEnd) = Self.reach(positions)
        let minimum = fromStart + fromEnd
        self.positions = positions
        self.minimum = minimum
        var counts: [UInt32: Int] = [:]
        var values = [UInt32](repeating: 0, count: subset.count)
        var isRest = [Bool](repeating: false, count: subset.count)
        var restCount = 0
        for (i, row) in subset.enumerated() {
            let range = keys.range(Int(row))
            let isCut =
                range.count >= minimum
                && !(asciiOnly
                    && (keys.bytes[range.prefix(fromStart)].contains { $0 >= 0x80 }
                        || keys.bytes[range.suffix(fromEnd)].contains { $0 >= 0x80 }))
            guard isCut else {
                isRest[i] = true
                restCount += 1
                continue
            }
            values[i] = Self.value(keys.bytes, range, positions)
            counts[values[i], default: 0] += 1
        }
        // Neighbours share a table until it is full; a value is never torn apart.
        var tables: [[UInt32]] = []
        var tableOf: [UInt32: Int] = [:]
        var sizes: [Int] = []
        for (value, count) in counts.sorted(by: { $0.key < $1.key }) {
            if tables.isEmpty || sizes[sizes.count - 1] + count > aim.rows {
                tables.append([])
                sizes.append(0)
            }
            tables[tables.count - 1].append(value)
            sizes[sizes.count - 1] += count
            tableOf[value] = tables.count - 1
        }
        var rows = sizes.map { size in
            var list: [Int32] = []
            list.reserveCapacity(size)
            return list
        }
        rows.append([])
        rows[rows.count - 1].reserveCapacity(restCount)
        for (i, row) in subset.enumerated() {
            rows[isRest[i] ? rows.count - 1 : tableOf[values[i], default: rows.count - 1]].append(row)
        }
        self.tables = tables
        self.rows = rows
    }

    /// The bytes at `positions` of the key in `range`, as one number.
    private static func value(_ bytes: [UInt8], _ range: Range<Int>, _ positions: [Position]) -> UInt32 {
        var value: UInt32 = 0
        for position in positions {
            switch position {
            case .start(let k): value = value << 8 | UInt32(bytes[range.lowerBound + k])
            case .end(let k): value = value << 8 | UInt32(bytes[range.upperBound - 1 - k])
            }
        }
        return value
    }

    /// A value's bytes as the servers' regular expressions deliver them.
    func text(of value: UInt32) -> [UInt8] {
        (0..<positions.count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * (positions.count - 1 - $0))) }
    }

    private static func ordered(_ positions: [Position]) -> [Position] {
        let starts = positions.compactMap { if case .start(let k) = $0 { k } else { nil } }.sorted()
        let ends = positions.compactMap { if case .end(let k) = $0 { k } else { nil } }.sorted(by: >)
        return starts.map { .start($0) } + ends.map { .end($0) }
    }

    private static func reach(_ positions: [Position]) -> (fromStart: Int, fromEnd: Int) {
        var fromStart = 0
        var fromEnd = 0
        for position in positions {
            switch position {
            case .start(let k): fromStart = max(fromStart, k + 1)
            case .end(let k): fromEnd = max(fromEnd, k + 1)
            }
        }
        return (fromStart, fromEnd)
    }

    // MARK: the choice

    /// Greedy: the position that cuts best, then the one that cuts the pieces best, and so on, until the
    /// largest piece is small enough or nothing more is won.
    private static func choose(
        _ bytes: [UInt8], _ sample: [Range<Int>], total: Int, aim: Aim
    ) -> [Position] {
        let longest = sample.map(\.count).max() ?? 0
        var candidates: [(position: Position, cost: Int)] = []
        for k in 0..<min(longest, deepest) {
            for position in [Position.end(k), .start(k)] {
                candidates.append((position, refine([UInt16](repeating: 0, count: sample.count), 1, bytes, sample, position).cost))
            }
        }
        // Sorting is stable by construction: equal costs keep the order end 0, start 0, end 1, …
        let order = candidates.indices.sorted {
            (candidates[$0].cost, $0) < (candidates[$1].cost, $1)
        }
        let best = order.prefix(candidatesKept).map { candidates[$0].position }
        var chosen: [Position] = []
        var groups = [UInt16](repeating: 0, count: sample.count)
        var groupCount = 1
        var cost = sample.count * sample.count
        while chosen.count < maximumPositions {
            var winner: (position: Position, refinement: Refinement)?
            for position in best where !chosen.contains(position) {
                let refinement = refine(groups, groupCount, bytes, sample, position)
                if refinement.count <= aim.values, refinement.cost < winner?.refinement.cost ?? cost {
                    winner = (position, refinement)
                }
            }
            guard let winner, winner.refinement.cost * 50 < cost * 49 else { break }
            chosen.append(winner.position)
            groups = winner.refinement.groups
            groupCount = winner.refinement.count
            cost = winner.refinement.cost
            if winner.refinement.largest * total / sample.count <= aim.rows { break }
        }
        return chosen
    }

    private struct Refinement {
        /// The piece of each key.
        var groups: [UInt16]
        /// How many pieces.
        var count: Int
        /// Σ size²: proportional to the rows that a chance key shares its piece with.
        var cost: Int
        /// The largest piece.
        var largest: Int
    }

    /// Cuts every group by the byte at `position`; keys too short for it stay together.
    private static func refine(
        _ groups: [UInt16], _ groupCount: Int, _ bytes: [UInt8], _ sample: [Range<Int>], _ position: Position
    ) -> Refinement {
        var sizes = [Int32](repeating: 0, count: groupCount * 257)
        var cell = [Int32](repeating: 0, count: sample.count)
        for i in sample.indices {
            let range = sample[i]
            let byte: Int
            switch position {
            case .start(let k): byte = k < range.count ? Int(bytes[range.lowerBound + k]) : 256
            case .end(let k): byte = k < range.count ? Int(bytes[range.upperBound - 1 - k]) : 256
            }
            let at = Int(groups[i]) * 257 + byte
            cell[i] = Int32(at)
            sizes[at] += 1
        }
        var cost = 0
        var largest = 0
        var count = 0
        var names = [UInt16](repeating: 0, count: sizes.count)
        for (at, size) in sizes.enumerated() where size > 0 {
            cost += Int(size) * Int(size)
            largest = max(largest, Int(size))
            names[at] = UInt16(truncatingIfNeeded: count)
            count += 1
        }
        return Refinement(groups: cell.map { names[Int($0)] }, count: count, cost: cost, largest: largest)
    }
}
