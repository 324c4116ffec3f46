internal import CBytes

/// Values kept by hash, forgotten all at once when there are too many: strangers choose the keys.
struct HashCache<Value: Sendable>: Sendable {
    private struct Slot {
        var key: UInt64
        var value: Value
    }
    private var slots: [Slot]
    private let empty: Value
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int, empty: Value) {
        self.capacity = capacity
        self.empty = empty
        slots = Array(repeating: Slot(key: 0, value: empty), count: 1024)
    }

    /// Asks for the memory of an entry before it is needed.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        let at = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        slots.withUnsafeBufferPointer { wayseal_prefetch($0.baseAddress.map { $0 + at }) }
    }

    @inline(__always)
    func find(_ hash: UInt64) -> Value? {
        let key = hash | 1
        var at = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[at].key != 0 {
            if slots[at].key == key { return slots[at].value }
            at = (at + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ hash: UInt64, _ value: Value) {
        if count >= capacity {
            slots = Array(repeating: Slot(key: 0, value: empty), count: 1024)
            count = 0
        } else if (count + 1) * 2 > slots.count {
            let old = slots
            slots = Array(repeating: Slot(key: 0, value: empty), count: old.count * 2)
            for slot in old where slot.key != 0 { place(slot) }
        }
        place(Slot(key: hash | 1, value: value))
        count += 1
    }

    private mutating func place(_ slot: Slot) {
        var at = Int(truncatingIfNeeded: slot.key >> 20) & (slots.count - 1)
        while slots[at].key != 0, slots[at].key != slot.key { at = (at + 1) & (slots.count - 1) }
        slots[at] = slot
    }
}
