import Glibc
import SQLite
import Support
import TransparencyLog

/// Where a ledger's files lie.
///
///     ledger/index.sqlite   the writer's index, private: back it up, don't commit it
///     ledger/checkpoint     the guard: the last signed checkpoint, made to be committed
///     ledger/log/           the log as it is published: checkpoint, tiles, entry bundles
///     ledger/witness        the last checkpoint that the ledger's own witness saw
///     ledger/witness.key    its key, private
///     ledger/lock           held by the one process that writes
public struct LedgerFolder: Hashable, Sendable {
    /// The folder.
    public let path: String
    /// A ledger in this folder.
    public init(_ path: String) { self.path = path }

    /// The index.
    public var index: String { path + "/index.sqlite" }
    /// The guard.
    public var checkpoint: String { path + "/checkpoint" }
    /// The published log.
    public var log: String { path + "/log" }
    /// The last checkpoint that the ledger's own witness saw.
    public var witness: String { path + "/witness" }
    /// The witness's key: PKCS#8 in PEM, in the clear.
    public var witnessKey: String { path + "/witness.key" }
    var lock: String { path + "/lock" }

    /// Whose ledger it is, as the guard says.
    public func origin() throws(LedgerError) -> String {
        guard (try? Files.status(checkpoint)) != nil else { throw .missing(folder: path) }
        let bytes = try attempt { () throws(FileError) in try Files.read(checkpoint, limit: Self.longestNote) }
        guard let origin = SignedNote(bytes).flatMap({ Checkpoint(text: $0.text) })?.origin else {
            throw .badGuard(folder: path)
        }
        return origin
    }

    /// The longest checkpoint that is read.
    static let longestNote = 1 << 16
}

/// The right to write to a ledger: an exclusive flock(2), given back when it goes, also by a crash.
struct LedgerLock: ~Copyable {
    private let file: FileDescriptor

    static func take(_ folder: LedgerFolder) throws(LedgerError) -> LedgerLock {
        let file = try attempt { () throws(FileError) in
            try FileDescriptor(path: folder.lock, flags: O_RDWR | O_CREAT, mode: 0o600)
        }
        // A child of another writer may hold the lock for a moment between its fork and its exec.
        var tries = 0
        while flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .file(FileError("lock", folder.lock)) }
            guard tries < 20 else { throw .locked }
            tries += 1
            usleep(10_000)
        }
        return LedgerLock(file: file)
    }

    /// Called where the lock must still be held.
    borrowing func keep() {}
}
