import Support

/// A C2SP signed note (c2sp.org/signed-note): a text that ends in a newline, an empty line, and one line
/// `— NAME BASE64` for each signature, where the base64 holds a four-byte key id and the signature.
///
///     wayseal/sha256sums@v1
///     5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  SHA256SUMS
///
///     — go.example.org nq1B…
public struct SignedNote: Equatable, Sendable {
    /// One signature line.
    public struct Signature: Equatable, Sendable {
        /// Name of the signer.
        public var name: String
        /// Key id: the first four bytes of SHA-256(name, newline, algorithm byte, public key), big-endian.
        public var keyID: UInt32
        /// The signature's own bytes.
        public var bytes: [UInt8]
    }

    /// What is signed; ends in a newline.
    public var text: String
    /// The signatures, in order.
    public var signatures: [Signature]

    init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// A note over `text` with one Ed25519 signature.
    public init(text: String, signedBy key: borrowing Ed25519Key, name: String) throws(KeyError) {
        guard text.hasSuffix("\n") else { throw KeyError.malformed("a note's text must end in a newline") }
        let verifier = try VerifierKey(name: name, publicKey: key.publicKey)
        self.text = text
        signatures = [
            Signature(name: name, keyID: verifier.keyID, bytes: try key.sign(Array(text.utf8)))
        ]
    }

    /// Reads a note. `nil` when it is not one: no blank line, no signature, control bytes, or a bad line.
    public init?(_ bytes: [UInt8]) {
        guard let whole = String(validating: bytes, as: UTF8.self),
            !bytes.contains(where: { $0 < 0x20 && $0 != 0x0A }),
            let split = bytes.lastIndex(ofPair: 0x0A, 0x0A), whole.hasSuffix("\n")
        else { return nil }
        text = String(decoding: bytes[...split], as: UTF8.self)
        signatures = []
        for line in bytes[(split + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
            guard parts.count == 3, parts[0] == "\u{2014}", let blob = Base64.decode(String(parts[2])),
                blob.count > 4
            else { return nil }
            let id = blob[..<4].reduce(0) { $0 << 8 | UInt32($1) }
            signatures.append(Signature(name: String(parts[1]), keyID: id, bytes: Array(blob[4...])))
        }
        if signatures.isEmpty { return nil }
    }

    /// The note as it is stored and sent.
    public var serialized: String {
        var out = text + "\n"
        for signature in signatures {
            let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.keyID >> (24 - 8 * $0)) }
            out += "\u{2014} \(signature.name) \(Base64.encode(id + signature.bytes))\n"
        }
        return out
    }

    /// Whether at least one signature is by `key` and holds, and none by it is wrong.
    public func isSigned(by key: VerifierKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.keyID == key.keyID }
        return !own.isEmpty && own.allSatisfy { key.verifies($0.bytes, over: Array(text.utf8)) }
    }
}

extension Array where Element == UInt8 {
    /// The last place where `first` is followed by `second`.
    fileprivate func lastIndex(ofPair first: UInt8, _ second: UInt8) -> Int? {
        guard count >= 2 else { return nil }
        for i in stride(from: count - 2, through: 0, by: -1) where self[i] == first && self[i + 1] == second {
            return i
        }
        return nil
    }
}
