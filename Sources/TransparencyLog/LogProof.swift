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
        var at = 0
        func line() -> String? {
            // A line is at most an `extra`, which is bounded by the file; the head before the checkpoint is short.
            guard let end = bytes[at...].firstIndex(of: 0x0A) else { return nil }
            defer { at = end + 1 }
            return String(decoding: bytes[at..<end], as: UTF8.self)
        }
        guard line() == Self.header, var next = line() else { return nil }
        if next.hasPrefix("extra ") {
            guard let blob = Base64.decode(String(next.dropFirst(6))), let following = line() else { return nil }
            extra = blob
            next = following
        }
        guard next.hasPrefix("index "), let index = Int(next.dropFirst(6)), index >= 0 else { return nil }
        self.index = index
        path = []
        while true {
            guard path.count <= 63, let next = line() else { return nil }
            if next.isEmpty { break }
            guard let hash = TreeHash(base64: next) else { return nil }
            path.append(hash)
        }
        checkpoint = Array(bytes[at...])
        guard serialized == bytes else { return nil }
    }

    /// Whether the proof shows that the entry with this leaf hash is in the tree of a checked checkpoint.
    public func proves(leaf: TreeHash, in checkpoint: Checkpoint) -> Bool {
        MerkleTree.includes(
            leaf: leaf, index: index, size: checkpoint.size, root: checkpoint.root, proof: path)
    }
}
