/// Tiles and entry bundles (c2sp.org/tlog-tiles): the files a log is published as.

/// The name of a tile or of an entry bundle.
///
///     tile/0/000              hashes of the first 256 entries
///     tile/0/x001/x234/067    … of entries 1234067 × 256 and following
///     tile/1/000.p/5          five hashes, each over a full tile of level 0
///     tile/entries/000        the first 256 entries themselves
public struct Tile: Hashable, Sendable {
    /// How many hashes or entries a full tile has.
    public static let fullWidth = 256
    /// Tree levels a tile spans.
    public static let height = 8

    /// Level of the tile; `nil`: an entry bundle.
    public var level: Int?
    /// Number within its level, from 0.
    public var index: Int
    /// Hashes or entries in it, 1 … 256.
    public var width: Int

    /// A tile.
    public init(level: Int?, index: Int, width: Int = Tile.fullWidth) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// Whether it is full: then its content never changes.
    public var isFull: Bool { width == Self.fullWidth }

    /// Path below the log's prefix.
    public var path: String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            let padded = String(repeating: "0", count: 3 - digits.utf8.count) + digits
            groups.append(groups.isEmpty ? padded : "x" + padded)
            rest /= 1000
        } while rest > 0
        let name = level.map(String.init) ?? "entries"
        return "tile/\(name)/\(groups.reversed().joined(separator: "/"))\(isFull ? "" : ".p/\(width)")"
    }

    /// Reads a path; `nil` for anything that ``path`` would not write.
    public init?(path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard path.utf8.count <= 64, parts.popFirst() == "tile", let name = parts.popFirst() else { return nil }
        level = name == "entries" ? nil : Int(name)
        guard name == "entries" || level != nil else { return nil }
        width = Self.fullWidth
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard let last = parts.popLast(), let partial = Int(last), partial < Self.fullWidth,
                let index = parts.popLast()
            else { return nil }
            width = partial
            parts.append(index.dropLast(2))
        }
        guard !parts.isEmpty, parts.count <= 6 else { return nil }
        index = 0
        for part in parts {
            guard let group = Int(part.suffix(3)), group >= 0 else { return nil }
            index = index * 1000 + group
        }
        // Whatever else is not exactly the one spelling: leading zeros, signs, missing x.
        guard width > 0, (level ?? 0) <= 63, (level ?? 0) >= 0, self.path == path else { return nil }
    }

    /// How many hashes level `level` has in a log of `size` entries.
    public static func count(level: Int, size: Int) -> Int {
        level * height >= Int.bitWidth - 1 ? 0 : size >> (level * height)
    }

    /// All tiles of one level in a log of `size` entries; the last may be partial.
    public static func all(level: Int?, size: Int) -> [Tile] { new(level: level, from: 0, to: size) }

    /// The tiles of one level that a log gets when it grows from `old` to `new` entries.
    public static func new(level: Int?, from old: Int, to new: Int) -> [Tile] {
        let before = count(level: level ?? 0, size: old)
        let after = count(level: level ?? 0, size: new)
        guard after > before else { return [] }
        return (before / fullWidth...(after - 1) / fullWidth).map { index in
            Tile(level: level, index: index, width: min(fullWidth, after - index * fullWidth))
        }
    }

    /// The highest level that has hashes in a log of `size` entries.
    public static func topLevel(size: Int) -> Int {
        var level = 0
        while count(level: level + 1, size: size) > 0 { level += 1 }
        return level
    }

    /// The tile that holds what node `index` of tree level `level` is made of, and the hashes in it.
    /// - Parameter size: entries of the log; decides whether the tile is partial.
    public static func holding(level: Int, index: Int, size: Int) -> (tile: Tile, hashes: Range<Int>) {
        let (row, up) = level.quotientAndRemainder(dividingBy: height)
        let first = index << up
        let number = first / fullWidth
        let width = min(fullWidth, count(level: row, size: size) - number * fullWidth)
        let start = first % fullWidth
        return (Tile(level: row, index: number, width: width), start..<start + (1 << up))
    }
}

/// The bytes of an entry bundle: each entry after its length in two bytes, big-endian.
public enum EntryBundle {
    /// The longest entry.
    public static let longestEntry = 65_535

    /// Appends one entry, of at most ``longestEntry`` bytes.
    public static func append(_ entry: [UInt8], to out: inout [UInt8]) {
        precondition(entry.count <= longestEntry)
        out.append(UInt8(entry.count >> 8))
        out.append(UInt8(entry.count & 0xFF))
        out.append(contentsOf: entry)
    }

    /// Where the entries lie; `nil` unless there are exactly `width` of them and nothing after.
    public static func entries(in bundle: [UInt8], width: Int) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(width)
        var at = 0
        while at < bundle.count {
            guard ranges.count < width, at + 2 <= bundle.count else { return nil }
            let end = at + 2 + Int(bundle[at]) << 8 + Int(bundle[at + 1])
            guard end <= bundle.count else { return nil }
            ranges.append(at + 2..<end)
            at = end
        }
        return ranges.count == width ? ranges : nil
    }

    /// The leaf hashes of the entries; `nil` as for ``entries(in:width:)``.
    public static func leaves(of bundle: [UInt8], width: Int) -> [TreeHash]? {
        guard let ranges = entries(in: bundle, width: width) else { return nil }
        return ranges.map { TreeHash.leaf(bundle, in: $0) }
    }
}
