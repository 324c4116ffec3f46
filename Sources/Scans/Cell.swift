/// What is kept of one link on one day: counts, packed. About seven bytes a scan for links with few scans, less for
/// busy ones.

/// The dimensions of a cell, in the order in which they are packed.
enum Dimension: Int, CaseIterable, Sendable {
    case hour = 0
    case device, place, referrer, language, variant, origin
    static let count = 7
}

/// The counts of one link on one day.
struct Cell: Equatable, Sendable {
    /// One value of a dimension.
    struct Entry: Equatable, Sendable {
        var id: UInt32
        var scans: UInt32
        var uniques: UInt32
    }

    /// Scans.
    var scans: UInt32 = 0
    /// Distinct visitors.
    var uniques: UInt32 = 0
    /// Scans that came after the day was closed.
    var late: UInt32 = 0
    /// The last scan, seconds since 1970.
    var last: UInt32 = 0
    /// Scans by dimension, each list in the order of the ids.
    var entries: [[Entry]] = Array(repeating: [], count: Dimension.count)
    /// Requests left out, by ``Exclusion``.
    var excluded: [UInt32] = Array(repeating: 0, count: Exclusion.count)

    /// Adds the counts of another part of the same day. Uniques are added: right only for disjoint visitors.
    mutating func add(_ other: Cell) {
        scans &+= other.scans
        uniques &+= other.uniques
        late &+= other.late
        last = max(last, other.last)
        for i in 0..<Exclusion.count { excluded[i] &+= other.excluded[i] }
        for dimension in 0..<Dimension.count {
            let added = other.entries[dimension]
            if added.isEmpty { continue }
            var merged: [Entry] = []
            let old = entries[dimension]
            merged.reserveCapacity(old.count + added.count)
            var i = 0
            var j = 0
            while i < old.count || j < added.count {
                if j == added.count || i < old.count && old[i].id < added[j].id {
                    merged.append(old[i])
                    i += 1
                } else if i == old.count || added[j].id < old[i].id {
                    merged.append(added[j])
                    j += 1
                } else {
                    merged.append(
                        Entry(
                            id: old[i].id, scans: old[i].scans &+ added[j].scans,
                            uniques: old[i].uniques &+ added[j].uniques))
                    i += 1
                    j += 1
                }
            }
            entries[dimension] = merged
        }
    }

    /// Appends the packed form to `bytes`.
    ///
    /// LEB128 numbers: scans, uniques, late, last second of the UTC day relative to `dayStart`; a byte with a bit for
    /// each dimension that has more than the one value 0, then their lists; then pairs of exclusion and count up to
    /// the end. An entry is `delta << 1` for one scan by one visitor, else `delta << 1 | 1`, scans, uniques; a list
    /// begins with its length.
    func pack(dayStart: Int64, into bytes: inout [UInt8]) {
        varint(UInt64(scans), &bytes)
        varint(UInt64(uniques), &bytes)
        varint(UInt64(late), &bytes)
        varint(UInt64(max(0, Int64(last) - dayStart)), &bytes)
        var mask: UInt8 = 0
        for dimension in 0..<Dimension.count where !isTrivial(dimension) { mask |= 1 << UInt8(dimension) }
        bytes.append(mask)
        for dimension in 0..<Dimension.count where mask >> UInt8(dimension) & 1 == 1 {
            varint(UInt64(entries[dimension].count), &bytes)
            var previous: UInt32 = 0
            for entry in entries[dimension] {
                let delta = UInt64(entry.id &- previous) << 1
                previous = entry.id
                if entry.scans == 1, entry.uniques == 1 {
                    varint(delta, &bytes)
                } else {
                    varint(delta | 1, &bytes)
                    varint(UInt64(entry.scans), &bytes)
                    varint(UInt64(entry.uniques), &bytes)
                }
            }
        }
        for reason in 0..<Exclusion.count where excluded[reason] > 0 {
            bytes.append(UInt8(reason))
            varint(UInt64(excluded[reason]), &bytes)
        }
    }

    /// All scans have the value 0 (unknown).
    private func isTrivial(_ dimension: Int) -> Bool {
        entries[dimension].isEmpty
            || entries[dimension].count == 1 && entries[dimension][0].id == 0
                && entries[dimension][0].scans == scans && entries[dimension][0].uniques == uniques
    }

    /// The number of scans of a packed cell.
    static func scans(packed bytes: [UInt8]) -> Int? {
        var reader = VarintReader(bytes: bytes)
        return reader.next32().map { Int($0) }
    }

    /// Reads what ``pack(dayStart:into:)`` wrote; `nil` when it is damaged.
    static func unpack(_ bytes: [UInt8], dayStart: Int64) -> Cell? {
        var cell = Cell()
        return cell.append(VarintReader(bytes: bytes), dayStart: dayStart) ? cell : nil
    }

    /// Adds what ``pack(dayStart:into:)`` wrote, its lists behind the ones that are there: ``unite()`` makes one of
    /// them. `false` when it is damaged.
    mutating func append(_ packed: VarintReader, dayStart: Int64) -> Bool {
        var reader = packed
        guard let scans = reader.next32(), let uniques = reader.next32(), let late = reader.next32(),
            let last = reader.next32(), let mask = reader.byte()
        else { return false }
        self.scans &+= scans
        self.uniques &+= uniques
        self.late &+= late
        if scans > 0 { self.last = max(self.last, UInt32(clamping: dayStart + Int64(last))) }
        for dimension in 0..<Dimension.count {
            guard mask >> UInt8(dimension) & 1 == 1 else {
                if scans > 0 { entries[dimension].append(Entry(id: 0, scans: scans, uniques: uniques)) }
                continue
            }
            guard let count = reader.next32(), Int(count) <= reader.count else { return false }
            var id: UInt32 = 0
            if entries[dimension].isEmpty { entries[dimension].reserveCapacity(Int(count)) }
            for _ in 0..<count {
                guard let token = reader.next() else { return false }
                id = id &+ UInt32(truncatingIfNeeded: token >> 1)
                if token & 1 == 0 {
                    entries[dimension].append(Entry(id: id, scans: 1, uniques: 1))
                } else {
                    guard let scans = reader.next32(), let uniques = reader.next32() else { return false }
                    entries[dimension].append(Entry(id: id, scans: scans, uniques: uniques))
                }
            }
        }
        while let reason = reader.byte() {
            guard Int(reason) < Exclusion.count, let count = reader.next32() else { return false }
            excluded[Int(reason)] &+= count
        }
        return true
    }

    /// Brings lists of several parts into order, each value once.
    mutating func unite() {
        for dimension in 0..<Dimension.count where entries[dimension].count > 1 {
            entries[dimension].sort { $0.id < $1.id }
            var kept = 0
            for i in 1..<entries[dimension].count {
                let entry = entries[dimension][i]
                if entries[dimension][kept].id == entry.id {
                    entries[dimension][kept].scans &+= entry.scans
                    entries[dimension][kept].uniques &+= entry.uniques
                } else {
                    kept += 1
                    entries[dimension][kept] = entry
                }
            }
            entries[dimension].removeLast(entries[dimension].count - kept - 1)
        }
    }

    /// Nothing again, in the same memory.
    mutating func clear() {
        scans = 0
        uniques = 0
        late = 0
        last = 0
        for dimension in 0..<Dimension.count { entries[dimension].removeAll(keepingCapacity: true) }
        for reason in 0..<Exclusion.count { excluded[reason] = 0 }
    }
}

/// LEB128.
@inline(__always)
func varint(_ value: UInt64, _ bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
        value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
}

/// Reads LEB128 numbers; damaged input gives `nil`, never a trap.
struct VarintReader {
    private let bytes: [UInt8]
    private var at = 0
    private var end: Int

    init(bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    var isAtEnd: Bool { at == end }
    /// Bytes that are left.
    var count: Int { end - at }

    /// Eight bytes, little-endian.
    mutating func word() -> UInt64? {
        guard at + 8 <= end else { return nil }
        defer { at += 8 }
        return bytes.span.word(at)
    }

    /// So many bytes as they are.
    mutating func take(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= end - at else { return nil }
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    /// A reader of so many bytes, which this one passes over.
    mutating func part(_ count: Int) -> VarintReader? {
        guard count >= 0, count <= end - at else { return nil }
        var part = self
        at += count
        part.end = at
        return part
    }

    mutating func byte() -> UInt8? {
        guard at < end else { return nil }
        at += 1
        return bytes[at - 1]
    }

    mutating func next() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 64 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func next32() -> UInt32? { next().flatMap { UInt32(exactly: $0) } }
}
