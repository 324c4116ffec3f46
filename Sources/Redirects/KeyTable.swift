// Unsafe pointers: the keys of a million links lie in one buffer and are compared there.

/// Distinct keys and the link behind each, in order of insertion: one buffer of bytes and a hash index of
/// row numbers. A million rows of 40 bytes take 60 MB.
struct KeyTable: Sendable {
    /// All keys, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each key ends; it begins where the one before ends.
    private(set) var ends: [Int] = []
    /// The link of each key: index into `Site.links`.
    private(set) var links: [Int32] = []
    /// Open addressing, linear probing, a power of two of slots, at most half full; -1 is empty.
    private var slots: [Int32] = []

    var count: Int { links.count }
    var isEmpty: Bool { links.isEmpty }
    /// Length of the longest key in bytes.
    private(set) var longest = 0

    /// Room for `rows` rows.
    init(capacity rows: Int = 0) {
        guard rows > 0 else { return }
        ends.reserveCapacity(rows)
        links.reserveCapacity(rows)
        bytes.reserveCapacity(rows * 24)
        slots = Array(repeating: -1, count: Self.slotCount(rows))
    }

    private static func slotCount(_ rows: Int) -> Int {
        var size = 16
        while size < rows * 2 { size *= 2 }
        return size
    }

    /// The bytes of row `row`.
    func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    /// The key of row `row`.
    func key(_ row: Int) -> ArraySlice<UInt8> { bytes[range(row)] }

    /// The row of `key`, or `nil`. O(length).
    func row(of key: ArraySlice<UInt8>) -> Int? {
        guard !slots.isEmpty else { return nil }
        return key.withUnsafeBufferPointer { wanted in
            bytes.withUnsafeBufferPointer { all in
                let slot = find(wanted, in: all)
                return slots[slot] < 0 ? nil : Int(slots[slot])
            }
        }
    }

    /// Adds the key that `fill` appends to the buffer, for `link`.
    /// - Returns: the row that has the same key already, if there is one; then nothing is added.
    mutating func insert(link: Int, _ fill: (inout [UInt8]) -> SlugFault?) -> Insertion {
        if (links.count + 1) * 2 > slots.count { grow() }
        let start = bytes.count
        if let fault = fill(&bytes) {
            bytes.removeSubrange(start...)
            return .refused(fault)
        }
        let slot = bytes.withUnsafeBufferPointer { all in
            find(UnsafeBufferPointer(rebasing: all[start...]), in: all)
        }
        if slots[slot] >= 0 {
            bytes.removeSubrange(start...)
            return .exists(row: Int(slots[slot]))
        }
        slots[slot] = Int32(links.count)
        links.append(Int32(link))
        ends.append(bytes.count)
        longest = max(longest, bytes.count - start)
        return .added
    }

    enum Insertion {
        case added
        case exists(row: Int)
        case refused(SlugFault)
    }

    /// The slot that holds `key`, or the empty one where it belongs. The hash is seeded by chance (a hostile
    /// manifest can't aim at it); nothing that is emitted depends on it.
    private func find(_ key: UnsafeBufferPointer<UInt8>, in all: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        let mask = slots.count - 1
        var slot = hasher.finalize() & mask
        while true {
            let row = Int(slots[slot])
            if row < 0 { return slot }
            let range = range(row)
            if range.count == key.count, equal(key, all, at: range.lowerBound) { return slot }
            slot = (slot + 1) & mask
        }
    }

    private func equal(_ key: UnsafeBufferPointer<UInt8>, _ all: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        for i in 0..<key.count where key[i] != all[start + i] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: Self.slotCount(max(8, links.count * 2)))
        bytes.withUnsafeBufferPointer { all in
            for row in 0..<links.count {
                let slot = find(UnsafeBufferPointer(rebasing: all[range(row)]), in: all)
                slots[slot] = Int32(row)
            }
        }
    }
}
