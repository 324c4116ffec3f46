// Unsafe code: the addresses of 32-byte values and of array elements are given to libcrypto.
import COpenSSL
import Support

/// A hash of the Merkle tree (RFC 6962 §2.1): of a leaf, of an inner node, or of the whole tree.
@safe public struct TreeHash: Hashable, Sendable, CustomStringConvertible {
    // The 32 bytes in memory order: comparing and copying them costs four words.
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    /// Length in bytes.
    public static let size = 32

    private init() {}

    /// The hash of these 32 bytes; `nil` for another number.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        unsafe withUnsafeMutableBytes(of: &self) { unsafe $0.copyBytes(from: bytes) }
    }

    /// Reads strict base64 of 32 bytes.
    public init?(base64: String) {
        guard base64.utf8.count == 44 else { return nil }
        self.init(base64: Array(base64.utf8), at: 0)
    }

    /// Reads strict base64 of 32 bytes that begins at `start`: 43 characters and one `=`, unused bits zero.
    init?(base64 text: [UInt8], at start: Int) {
        guard start >= 0, text.count - start >= 44, text[start + 43] == UInt8(ascii: "=") else { return nil }
        // 64 marks what is no digit; the marks of all characters are gathered and looked at once.
        var marks: UInt8 = 0
        let table = Self.digits
        unsafe withUnsafeMutableBytes(of: &self) { out in
            var place = start
            var filled = 0
            while filled < 30 {
                let (p, q, r, s) = (
                    table[Int(text[place])], table[Int(text[place + 1])], table[Int(text[place + 2])],
                    table[Int(text[place + 3])]
                )
                marks |= p | q | r | s
                unsafe out[filled] = p &<< 2 | q &>> 4
                unsafe out[filled + 1] = q &<< 4 | r &>> 2
                unsafe out[filled + 2] = r &<< 6 | s
                place += 4
                filled += 3
            }
            let (p, q, r) = (table[Int(text[place])], table[Int(text[place + 1])], table[Int(text[place + 2])])
            marks |= p | q | r | (r & 3 == 0 ? 0 : 64)
            unsafe out[30] = p &<< 2 | q &>> 4
            unsafe out[31] = q &<< 4 | r &>> 2
        }
        guard marks < 64 else { return nil }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let digits: [UInt8] = (0..<256).map { byte in
        alphabet.firstIndex(of: UInt8(byte)).map { UInt8($0) } ?? 64
    }

    /// Appends the 44 characters of base64.
    func appendBase64(to out: inout [UInt8]) {
        let alphabet = Self.alphabet
        var copy = self
        unsafe withUnsafeBytes(of: &copy) { bytes in
            var place = 0
            while place < 30 {
                let (p, q, r) = unsafe (bytes[place], bytes[place + 1], bytes[place + 2])
                out.append(alphabet[Int(p &>> 2)])
                out.append(alphabet[Int((p &<< 4 | q &>> 4) & 63)])
                out.append(alphabet[Int((q &<< 2 | r &>> 6) & 63)])
                out.append(alphabet[Int(r & 63)])
                place += 3
            }
            let (p, q) = unsafe (bytes[30], bytes[31])
            out.append(alphabet[Int(p &>> 2)])
            out.append(alphabet[Int((p &<< 4 | q &>> 4) & 63)])
            out.append(alphabet[Int(q &<< 2 & 63)])
            out.append(UInt8(ascii: "="))
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var copy = self
        return unsafe withUnsafeBytes(of: &copy) { unsafe Array($0) }
    }

    /// Appends the 32 bytes.
    public func append(to out: inout [UInt8]) {
        var copy = self
        unsafe withUnsafeBytes(of: &copy) { unsafe out.append(contentsOf: $0) }
    }

    /// Base64, as checkpoints and proofs write it.
    public var description: String { Base64.encode(bytes) }

    /// The hash of the tree without leaves: SHA-256 of nothing.
    public static var empty: TreeHash {
        var out = TreeHash()
        _ = unsafe COpenSSL.SHA256(nil, 0, &out)
        return out
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ entry).
    public static func leaf(_ entry: [UInt8]) -> TreeHash {
        var out = TreeHash()
        unsafe wayseal_hash_leaf(entry, UInt(entry.count), &out)
        return out
    }

    /// The hash of the leaf whose entry is `range` of `bytes`.
    public static func leaf(_ bytes: [UInt8], in range: Range<Int>) -> TreeHash {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        var out = TreeHash()
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe wayseal_hash_leaf(
                buffer.baseAddress.map { unsafe $0 + range.lowerBound }, UInt(range.count), &out)
        }
        return out
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var left = left
        var right = right
        var out = TreeHash()
        unsafe wayseal_hash_node(&left, &right, &out)
        return out
    }
}

extension [TreeHash] {
    /// Hashes that lie end to end, as in a tile; `nil` when the length is not a multiple of 32.
    public init?(tile bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: TreeHash.size) else { return nil }
        self.init()
        reserveCapacity(bytes.count / TreeHash.size)
        for start in stride(from: 0, to: bytes.count, by: TreeHash.size) {
            if let hash = TreeHash(bytes[start..<start + TreeHash.size]) { append(hash) }
        }
    }

    /// The hashes end to end, as in a tile.
    public var tileBytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count * TreeHash.size)
        for hash in self { hash.append(to: &out) }
        return out
    }

    /// Whether `bytes` are these hashes end to end.
    public func isTile(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == count * TreeHash.size else { return false }
        return unsafe withUnsafeBytes { own in unsafe own.elementsEqual(bytes) }
    }

    /// The hash of the complete tree over these hashes, whose number must be a power of two. O(count).
    public var completeRoot: TreeHash {
        precondition(count > 0 && count & (count - 1) == 0)
        var row = self
        var width = count
        while width > 1 {
            width /= 2
            for i in 0..<width { row[i] = TreeHash.node(row[2 * i], row[2 * i + 1]) }
        }
        return row[0]
    }
}
