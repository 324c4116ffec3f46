import Support

/// A witness's public key (c2sp.org/tlog-cosignature): `NAME+KEYID+BASE64`, algorithm byte 0x04.
///
/// A witness signs that it has seen a checkpoint at a time, and that it never saw an inconsistent one.
public struct WitnessKey: Equatable, Sendable, CustomStringConvertible {
    /// Name of the witness.
    public let name: String
    /// The 32 bytes of the Ed25519 key.
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name, newline, 0x04, key), big-endian.
    public let keyID: UInt32

    /// A key with a name.
    public init(name: String, publicKey: [UInt8]) throws(KeyError) {
        // The checks of a name and of a key are those of an ordinary verifier key.
        _ = try VerifierKey(name: name, publicKey: publicKey)
        self.name = name
        self.publicKey = publicKey
        keyID = SHA256.hash(Array(name.utf8) + [0x0A, 0x04] + publicKey)[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads a vkey and checks its key id.
    public init(_ text: String) throws(KeyError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let blob = Base64.decode(String(parts[2])), blob.first == 4 else {
            throw .malformed("not a witness key of the form NAME+KEYID+BASE64")
        }
        try self.init(name: String(parts[0]), publicKey: Array(blob.dropFirst()))
        guard description == text else {
            throw .malformed("the key id of the witness key does not belong to its key")
        }
    }

    /// The vkey.
    public var description: String {
        let id = Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) })
        return "\(name)+\(id)+\(Base64.encode([4] + publicKey))"
    }

    /// What this witness says about a note.
    public enum Statement: Equatable, Sendable {
        /// Nothing.
        case silent
        /// It has seen the checkpoint at this time, in seconds since 1970.
        case seen(at: UInt64)
        /// There is a cosignature by its key that does not hold: the note must be rejected.
        case forged
    }

    /// What this witness says about `note`; of several cosignatures the latest time.
    public func statement(on note: SignedNote) -> Statement {
        var result = Statement.silent
        for signature in note.signatures where signature.name == name && signature.keyID == keyID {
            guard signature.bytes.count == 72, let key = try? VerifierKey(name: name, publicKey: publicKey) else {
                return .forged
            }
            let time = signature.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
            guard key.verifies(Array(signature.bytes[8...]), over: Self.message(note.text, time: time)) else {
                return .forged
            }
            if case .seen(let before) = result, before >= time { continue }
            result = .seen(at: time)
        }
        return result
    }

    /// The line that this witness adds to a note, made at `time` (seconds since 1970).
    public func line(over text: String, signedBy key: borrowing Ed25519Key, time: UInt64) throws(KeyError) -> String {
        var note = SignedNote(text: text, signatures: [])
        try note.cosign(with: key, name: name, time: time)
        return String(note.serialized.dropFirst(text.count + 1))
    }

    static func message(_ text: String, time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}

extension SignedNote {
    /// Adds a witness's cosignature, made at `time` (seconds since 1970).
    public mutating func cosign(with key: borrowing Ed25519Key, name: String, time: UInt64) throws(KeyError) {
        let witness = try WitnessKey(name: name, publicKey: key.publicKey)
        let signature = try key.sign(WitnessKey.message(text, time: time))
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) }
        signatures.append(Signature(name: name, keyID: witness.keyID, bytes: stamp + signature))
    }
}
