import Support

/// A proof that an entry is in a log, in one text file (c2sp.org/tlog-proof@v1, `.tlog-proof`):
///
///     c2sp.org/tlog-proof@v1
///     index 17
///     Lx3z…=                     hashes from the leaf to the root
///     …
///
///     go.example.org             the checkpoint, verbatim
///     …
public struct LogProof: Equatable, Sendable {
    static let header = "c2sp.org/tlog-proof@v1"

    /// Application data that the proof carries; not authenticated by it.
    public var extra: [UInt8]?
    /// Number of the entry.
    public var index: Int
    /// Hashes from the leaf to the root.
    public var path: [TreeHash]
    /// The checkpoint's bytes.
    public var checkpoint: [UInt8]

    /// A proof of these parts.
    public init(index: Int, path: [TreeHash], checkpoint: [UInt8], extra: [UInt8]? = nil) {
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    /// The file.
    public var serialized: [UInt8] {
        var out = Array("\(Self.header)\n".utf8)
        if let extra { out += "extra \(Base64.encode(extra))\n".utf8 }
        out += "index \(index)\n".utf8
        for hash in path { out += "\(hash)\n".utf8 }
        out.append(0x0A)
        return out + checkpoint
    }

    /// Reads a file; `nil` for anything that ``serialized`` would not write. Nothing is verified yet.
    public init?(_ bytes: [UInt8]) {
        let head = Self.header.utf8.count + 1
        guard bytes.count > head, bytes[..<head].elementsEqual("\(Self.header)\n".utf8) else { return nil }
        var at = head
        func take(_ word: String) -> Bool {
            let end = at + word.utf8.count
            guard end <= bytes.count, bytes[at..<end].elementsEqual(word.utf8) else { return false }
            at = end
            return true
        }
        func takeLineEnd() -> Bool {
            guard at < bytes.count, bytes[at] == 0x0A else { return false }
            at += 1
            return true
        }
        if take("extra ") {
            guard let end = bytes[at...].firstIndex(of: 0x0A),
                let blob = Base64.decode(String(decoding: bytes[at..<end], as: UTF8.self))
            else { return nil }
            extra = blob
            at = end + 1
        }
        guard take("index ") else { return nil }
        let digits = at
        index = 0
        while at < bytes.count, bytes[at] &- 0x30 < 10, at - digits < 18 {
            index = index * 10 + Int(bytes[at] &- 0x30)
            at += 1
        }
        // No leading zero, and at least one digit.
        guard at > digits, at - digits == 1 || bytes[digits] != 0x30, takeLineEnd() else { return nil }
        path = []
        path.reserveCapacity(24)
        while !takeLineEnd() {
            guard path.count < 63, let hash = TreeHash(base64: bytes, at: at) else { return nil }
            path.append(hash)
            at += 44
            guard takeLineEnd() else { return nil }
        }
        checkpoint = Array(bytes[at...])
    }

    /// Whether the proof shows that the entry with this leaf hash is in the tree of a checked checkpoint.
    public func proves(leaf: TreeHash, in checkpoint: Checkpoint) -> Bool {
        MerkleTree.includes(
            leaf: leaf, index: index, size: checkpoint.size, root: checkpoint.root, proof: path)
    }
}
