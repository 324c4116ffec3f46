public import Ledger
import Support

extension LinkLock {
    /// The lock that the ledger remembers: the last state of every link that was ever recorded. O(n log n).
    public static func recorded(in index: borrowing LedgerIndex) throws(BuildError) -> LinkLock {
        var keys = ByteStrings()
        var states: [(target: String, redirect: String)] = []
        do {
            try index.forEachLink { slug, target, redirect in
                keys.append { $0 += slug.utf8 }
                states.append((target, redirect))
            }
        } catch { throw .ledger(error) }
        if states.isEmpty { return LinkLock() }
        var bytes = Array(header.utf8)
        bytes.reserveCapacity(bytes.count + states.count * 96)
        // Of one link's versions, which keep their order, the last; a removed one keeps what it was before.
        var before = ""
        let order = keys.sortedIndices()
        for (place, number) in order.enumerated() {
            let index = Int(number)
            if !states[index].target.isEmpty { before = " \(states[index].redirect) \(states[index].target)\n" }
            if place + 1 < order.count, keys[Int(order[place + 1])] == keys[index] { continue }
            // A removal whose link was never recorded, or was erased, has nothing that it could be compared with.
            if !before.isEmpty {
                bytes += (states[index].target.isEmpty ? "gone " : "live ").utf8
                bytes += keys[index]
                bytes += before.utf8
            }
            before = ""
        }
        let (lock, problems) = read(bytes, file: 0)
        guard problems.isEmpty else { throw .other("the ledger's index holds a link that can't be read") }
        return lock
    }

    /// Both memories together: what only one knows is known, and a link that either has as removed is removed. Otherwise
    /// the file's own lines stand, since a build may have been made without the ledger. O(n).
    public func united(with recorded: LinkLock) -> LinkLock {
        if recorded.lines.isEmpty { return self }
        if lines.isEmpty { return recorded }
        if bytes == recorded.bytes { return self }
        var out = Array(Self.header.utf8)
        out.reserveCapacity(bytes.count + recorded.bytes.count / 8)
        walk(recorded) { own, other in
            var line = own ?? other ?? []
            if let own, let other, own.first == UInt8(ascii: "l"), other.first == UInt8(ascii: "g") { line = other }
            out += line
            out.append(0x0A)
        }
        return Self.read(out, file: 0).lock
    }

    /// The entries that `recorded` does not have at all.
    func entries(missingIn recorded: LinkLock) -> [Entry] {
        var missing: [Entry] = []
        walk(recorded) { own, other in
            if let own, other == nil, let entry = Entry(own) { missing.append(entry) }
        }
        return missing
    }

    /// The lines of both in the order of their keys, those of one key together.
    private func walk(_ other: LinkLock, _ visit: (ArraySlice<UInt8>?, ArraySlice<UInt8>?) -> Void) {
        let key = { (lock: LinkLock, line: Line) in lock.bytes[line.start + Line.keyOffset..<line.keyEnd] }
        var (i, j) = (0, 0)
        while i < lines.count || j < other.lines.count {
            var order = i == lines.count ? 1 : j == other.lines.count ? -1 : 0
            if order == 0 { order = Self.order(key(self, lines[i]), key(other, other.lines[j])) }
            let own = order <= 0 ? bytes[lines[i].start..<lines[i].end] : nil
            let others = order >= 0 ? other.bytes[other.lines[j].start..<other.lines[j].end] : nil
            visit(own, others)
            if order <= 0 { i += 1 }
            if order >= 0 { j += 1 }
        }
    }
}
