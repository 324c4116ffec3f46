import Support

/// What a log signs (c2sp.org/tlog-checkpoint): its name, how many entries it has, and the root over them.
///
///     go.example.org
///     1234
///     X8rGUR1Lkw2kQb2V8dGk0W7mF6Xl7iZ9o3Hh8w5bW1k=
public struct Checkpoint: Equatable, Sendable {
    /// Name of the log, which is also the name of its key.
    public let origin: String
    /// Number of entries.
    public let size: Int
    /// Root of the tree over them.
    public let root: TreeHash

    /// A checkpoint. `origin` must be one line without spaces or `+`.
    public init(origin: String, size: Int, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(root)\n" }

    /// Reads the text; `nil` for anything that ``text`` would not write (extension lines included: logs of tlog-tiles
    /// have none).
    public init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, !lines[0].isEmpty, let size = Int(lines[1]), size >= 0,
            let root = TreeHash(base64: String(lines[2]))
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
        guard self.text == text else { return nil }
    }

    /// The checkpoint as a note, signed by the log.
    public func signed(by key: borrowing Ed25519Key) throws(KeyError) -> SignedNote {
        try SignedNote(text: text, signedBy: key, name: origin)
    }

    /// What a chain anchors for a note over a checkpoint: SHA-256 of its text. Later cosignatures don't change it.
    public static func anchorValue(of note: SignedNote) -> [UInt8] { SHA256.hash(Array(note.text.utf8)) }
}

/// A checkpoint whose signature by a known key has been checked: the only way to get one.
public struct VerifiedCheckpoint: Equatable, Sendable {
    /// The checkpoint.
    public let checkpoint: Checkpoint
    /// The note it came in, cosignatures included.
    public let note: SignedNote

    /// Why a note is no signed checkpoint of a log.
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// Not a C2SP signed note.
        case notANote
        /// The note's text is not a checkpoint.
        case notACheckpoint
        /// The checkpoint is of another log; the text is its origin.
        case wrongOrigin(String)
        /// No signature by the log's key.
        case unsigned
        /// The signature does not hold.
        case badSignature

        /// For people: lower case, no full stop.
        public var description: String {
            switch self {
            case .notANote: "the checkpoint is not a signed note"
            case .notACheckpoint: "the signed text is not a checkpoint"
            case .wrongOrigin(let origin): "the checkpoint is of another log, '\(origin)'"
            case .unsigned: "the checkpoint is not signed by the log's key"
            case .badSignature: "the signature of the checkpoint does not hold"
            }
        }
    }

    /// Checks that `bytes` are a checkpoint of the log that `key` names, signed by it.
    public init(_ bytes: [UInt8], key: VerifierKey) throws(Failure) {
        guard let note = SignedNote(bytes) else { throw .notANote }
        guard note.serialized.utf8.elementsEqual(bytes) else { throw .notANote }
        guard let checkpoint = Checkpoint(text: note.text) else { throw .notACheckpoint }
        guard checkpoint.origin == key.name else { throw .wrongOrigin(checkpoint.origin) }
        guard note.signatures.contains(where: { $0.name == key.name && $0.keyID == key.keyID }) else {
            throw .unsigned
        }
        guard note.isSigned(by: key) else { throw .badSignature }
        self.checkpoint = checkpoint
        self.note = note
    }
}
