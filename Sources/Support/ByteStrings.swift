/// Many byte strings in one block of memory, sorted without a `String` in sight.

/// Byte strings laid end to end; each is named by its index.
public struct ByteStrings: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// None yet.
    public init() {}

    /// How many.
    public var count: Int { ends.count }

    /// Makes room for `count` strings of together `size` bytes.
    public mutating func reserve(count: Int, size: Int) {
        ends.reserveCapacity(count)
        bytes.reserveCapacity(size)
    }

    /// Appends the string that `write` appends to the buffer it is given, which must only grow.
    public mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(bytes.count)
    }

    /// String number `index`.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[start(index)..<ends[index]] }

    private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

    /// The indices in the order of the strings' bytes; equal strings keep their order.
    ///
    /// Multikey quicksort (Bentley and Sedgewick, "Fast algorithms for sorting and searching strings", 1997):
    /// looks at each distinguishing byte once, so a million paths with one long common prefix cost no more
    /// than random ones. O(n log n + distinguishing bytes).
    public func sortedIndices() -> [Int32] {
        var order = [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
            for i in 0..<count { buffer[i] = Int32(i) }
            filled = count
        }
        var pending = [(low: 0, high: order.count, depth: 0)]
        while let part = pending.popLast() {
            if part.high - part.low < 12 {
                insertionSort(&order, part.low, part.high, part.depth)
                continue
            }
            let pivot = byte(order[(part.low + part.high) / 2], part.depth)
            var less = part.low
            var i = part.low
            var greater = part.high
            while i < greater {
                let value = byte(order[i], part.depth)
                if value < pivot {
                    order.swapAt(less, i)
                    less += 1
                    i += 1
                } else if value > pivot {
                    greater -= 1
                    order.swapAt(i, greater)
                } else {
                    i += 1
                }
            }
            pending.append((part.low, less, part.depth))
            pending.append((greater, part.high, part.depth))
            if pivot >= 0 {
                pending.append((less, greater, part.depth + 1))
            } else {
                order[less..<greater].sort()
            }
        }
        return order
    }

    /// The byte at `depth`, −1 past the end.
    private func byte(_ index: Int32, _ depth: Int) -> Int {
        let at = start(Int(index)) + depth
        return at < ends[Int(index)] ? Int(bytes[at]) : -1
    }

    private func insertionSort(_ order: inout [Int32], _ low: Int, _ high: Int, _ depth: Int) {
        var i = low + 1
        while i < high {
            let moved = order[i]
            var j = i
            while j > low, precedes(moved, order[j - 1], depth) {
                order[j] = order[j - 1]
                j -= 1
            }
            order[j] = moved
            i += 1
        }
    }

    private func precedes(_ a: Int32, _ b: Int32, _ depth: Int) -> Bool {
        var at = depth
        while true {
            let x = byte(a, at)
            let y = byte(b, at)
            if x != y { return x < y }
            if x < 0 { return a < b }
            at += 1
        }
    }
}
