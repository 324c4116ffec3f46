/// What a witness remembers of a log, and the rule by which it cosigns (c2sp.org/tlog-witness): a checkpoint that the log has
/// signed and that is consistent with the last one it saw, and no other, ever.
public struct WitnessMemory: Equatable, Sendable {
    /// Why a witness does not cosign.
    public enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// The log's key has not signed it.
        case unsigned(VerifiedCheckpoint.Failure)
        /// The witness has seen more of this log; the number is how much.
        case behind(seen: Int)
        /// It is not a continuation of what the witness has seen.
        case inconsistent(seen: Int)

        /// For people: lower case, no full stop.
        public var description: String {
            switch self {
            case .unsigned(let failure): failure.description
            case .behind(let seen): "the witness has seen \(seen) entries of this log already"
            case .inconsistent(let seen): "the log does not begin with the \(seen) entries that the witness has seen"
            }
        }
    }

    /// The last checkpoint that it cosigned.
    public private(set) var seen: Checkpoint?

    /// A witness that has seen this, or nothing yet.
    public init(seen: Checkpoint? = nil) { self.seen = seen }

    /// Takes a checkpoint in, or refuses. What is taken in must be on the disk before the cosignature is given away.
    /// - Parameters:
    ///   - log: the log's key.
    ///   - proof: that the log begins with what was seen; empty where nothing was.
    public mutating func admit(
        _ checkpoint: [UInt8], log: VerifierKey, proof: [TreeHash]
    ) throws(Refusal) -> VerifiedCheckpoint {
        let verified: VerifiedCheckpoint
        do { verified = try VerifiedCheckpoint(checkpoint, key: log) } catch { throw .unsigned(error) }
        let new = verified.checkpoint
        if let seen {
            guard seen.origin == new.origin, seen.size <= new.size else { throw .behind(seen: seen.size) }
            guard
                MerkleTree.isConsistent(
                    oldSize: seen.size, oldRoot: seen.root, newSize: new.size, newRoot: new.root, proof: proof)
            else { throw .inconsistent(seen: seen.size) }
        }
        seen = new
        return verified
    }
}
