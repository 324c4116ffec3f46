import Support

/// One entry of a wayseal ledger: a small object in the spelling of RFC 8785. `ledger/FORMAT.md` is its specification.
///
///     {"at":1767225600,"commit":{"slug":"…","target":"…"},"kind":"link","previous":12,"v":1}
///
/// An entry holds no personal data and no slug in the clear: only hashes, numbers, and commitments that mean nothing
/// without their salts. Verifiers hash the stored bytes and never write them anew.
public struct LedgerEntry: Equatable, Sendable {
    /// What an entry records.
    public enum Kind: String, CaseIterable, Sendable {
        /// A code was made for a link.
        case code
        /// A link leads to a target from now on; an empty target: it was removed, its slug stays reserved.
        case link
        /// A document's digest.
        case document
        /// A certificate was issued.
        case certificate
        /// A build: the digest of everything it wrote.
        case build
        /// The entry `of` is not valid any more, for ever.
        case revoke
        /// The entry `of` is not valid until further notice.
        case suspend
        /// A suspension of the entry `of` is over.
        case restore
        /// A key begins or ends.
        case key
        /// A checkpoint was anchored on a chain.
        case anchor
    }

    /// What it records.
    public var kind: Kind
    /// When, in seconds since 1970, by the issuer's clock.
    public var at: Int
    /// Commitments by field.
    public var commitments: [String: TreeHash]
    /// Values anyone may read, by field: digests and names of keys, never personal data.
    public var open: [String: String]
    /// Number of the entry that this one replaces: the version before.
    public var previous: Int?
    /// Number of the entry that this one speaks about.
    public var of: Int?

    /// An entry.
    public init(
        kind: Kind, at: Int, commitments: [String: TreeHash] = [:], open: [String: String] = [:],
        previous: Int? = nil, of: Int? = nil
    ) {
        self.kind = kind
        self.at = at
        self.commitments = commitments
        self.open = open
        self.previous = previous
        self.of = of
    }

    /// The bytes that the log keeps.
    public var serialized: [UInt8] {
        serialized(commitments: Self.sorted(commitments.keys).map { ($0, commitments[$0] ?? .empty) })
    }

    /// The same with commitments that stand beside: in the order of their fields' UTF-16 units, each once. By hand, in the
    /// order of the keys: a batch has a hundred thousand of them.
    public func serialized(commitments: [(field: String, hash: TreeHash)]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(96 + commitments.count * 64)
        out += "{\"at\":".utf8
        out += String(at).utf8
        if !commitments.isEmpty {
            out += ",\"commit\":{".utf8
            var isFirst = true
            for (field, hash) in commitments {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                CanonicalJSON.append(string: field, to: &out)
                out += ":\"".utf8
                hash.appendBase64(to: &out)
                out.append(UInt8(ascii: "\""))
            }
            out.append(UInt8(ascii: "}"))
        }
        out += ",\"kind\":\"".utf8
        out += kind.rawValue.utf8
        out.append(UInt8(ascii: "\""))
        if let of { out += ",\"of\":\(of)".utf8 }
        if !open.isEmpty {
            out += ",\"open\":".utf8
            out += CanonicalJSON.object(open.mapValues(CanonicalJSON.string)).serialized
        }
        if let previous { out += ",\"previous\":\(previous)".utf8 }
        out += ",\"v\":1}".utf8
        return out
    }

    /// The commitment under a field, read from an entry's bytes without reading the rest: for batches of entries that
    /// the log is known to hold. `nil` when there is none, or when the head is not spelled as ``serialized`` spells it.
    public static func commitment(of field: String, in bytes: [UInt8]) -> TreeHash? {
        var at = 0
        func take(_ word: String) -> Bool {
            let end = at + word.utf8.count
            guard end <= bytes.count, bytes[at..<end].elementsEqual(word.utf8) else { return false }
            at = end
            return true
        }
        guard take("{\"at\":") else { return nil }
        while at < bytes.count, bytes[at] &- 0x30 < 10 || bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard take(",\"commit\":{") else { return nil }
        repeat {
            guard take("\"") else { return nil }
            let name = at
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                // A name with an escape is left to those who read the whole entry.
                guard bytes[at] != UInt8(ascii: "\\") else { return nil }
                at += 1
            }
            let isWanted = bytes[name..<at].elementsEqual(field.utf8)
            guard take("\":\"") else { return nil }
            if isWanted { return TreeHash(base64: bytes, at: at) }
            at += 44
            guard take("\"") else { return nil }
        } while take(",")
        return nil
    }

    private static func sorted(_ keys: some Collection<String>) -> [String] {
        keys.count == 1 ? Array(keys) : keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
    }

    /// Reads an entry; `nil` for anything that ``serialized`` would not write.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= EntryBundle.longestEntry, let json = CanonicalJSON(bytes), let members = json.members,
            let kind = json["kind"]?.text.flatMap(Kind.init), let at = json["at"]?.number, json["v"]?.number == 1
        else { return nil }
        self.init(kind: kind, at: at)
        for (key, value) in members {
            switch key {
            case "at", "kind", "v": break
            case "of":
                guard let number = value.number, number >= 0 else { return nil }
                of = number
            case "previous":
                guard let number = value.number, number >= 0 else { return nil }
                previous = number
            case "commit":
                guard let fields = value.members, !fields.isEmpty else { return nil }
                for (field, text) in fields {
                    guard let hash = text.text.flatMap({ TreeHash(base64: $0) }) else { return nil }
                    commitments[field] = hash
                }
            case "open":
                guard let fields = value.members, !fields.isEmpty else { return nil }
                for (field, text) in fields {
                    guard let text = text.text else { return nil }
                    open[field] = text
                }
            default: return nil
            }
        }
    }
}

/// A value that an entry commits to, with the salt that opens the commitment. Private until it is disclosed.
public struct Disclosure: Hashable, Sendable {
    /// Bytes of a salt.
    public static let saltSize = 16
    private static let prefix = Array("wayseal/commitment@v1\n".utf8)

    /// Name of the field; no line break in it.
    public var field: String
    /// ``saltSize`` random bytes, used for this field of this entry only.
    public var salt: [UInt8]
    /// The value.
    public var value: String

    /// A value and its salt.
    public init(field: String, salt: [UInt8], value: String) {
        self.field = field
        self.salt = salt
        self.value = value
    }

    /// SHA-256("wayseal/commitment@v1\n" ‖ field ‖ "\n" ‖ salt ‖ value); `nil` when the salt has another length or the
    /// field a line break, with which two different values could give the same bytes.
    public var commitment: TreeHash? {
        guard salt.count == Self.saltSize, !field.utf8.contains(0x0A) else { return nil }
        var message: [UInt8] = []
        message.reserveCapacity(64 + field.utf8.count + value.utf8.count)
        message += Self.prefix
        message += field.utf8
        message.append(0x0A)
        message += salt
        message += value.utf8
        return TreeHash(SHA256.hash(message))
    }

    /// Whether `entry` commits to this value under this field.
    public func opens(_ entry: LedgerEntry) -> Bool {
        guard let commitment else { return false }
        return entry.commitments[field] == commitment
    }
}
