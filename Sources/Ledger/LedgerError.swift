public import SQLite
public import Support
public import TransparencyLog

/// Why the ledger refuses, or can't go on.
public enum LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process writes to the ledger now.
    case locked
    /// There is no ledger in this folder.
    case missing(folder: String)
    /// The guard or a published log is there, but no index: signing would begin a second log with the same key.
    case indexMissing(folder: String)
    /// The index is there, but not the guard.
    case guardMissing(folder: String)
    /// The guard can't be read as a checkpoint of this log.
    case badGuard(folder: String)
    /// The index has fewer entries than the guard: it is an old copy.
    case indexBehind(index: Int, guard: Int)
    /// The index has another history than the guard.
    case diverged(size: Int)
    /// The ledger belongs to another origin.
    case wrongOrigin(String)
    /// The last checkpoint was signed by another key.
    case wrongKey(expected: String)
    /// The log says that the key is revoked.
    case revokedKey(String)
    /// An entry has more than 65,535 bytes, or a field that can't be committed to.
    case badEntry(String)
    /// There is no such entry, link or version.
    case unknown(String)
    /// What was to be rebuilt from is not a valid log; the text says why.
    case invalidLog(String)
    /// The ledger's own witness does not cosign; the text says why.
    case witness(String)
    /// A private file that others can read.
    case exposed(String)
    /// A file.
    case file(FileError)
    /// The index.
    case database(SQLiteError)
    /// The key.
    case key(KeyError)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .locked: "another wayseal is writing to the ledger"
        case .missing(let folder): "there is no ledger in \(folder)"
        case .indexMissing(let folder):
            "\(folder)/index.sqlite is missing, but the log has entries; signing would begin a second log with the same key"
        case .guardMissing(let folder): "\(folder)/checkpoint is missing, but the index has entries"
        case .badGuard(let folder): "\(folder)/checkpoint is not a checkpoint of this log"
        case .indexBehind(let index, let guardSize):
            "the index has \(index) entries, but \(guardSize) were signed; it is an old copy"
        case .diverged(let size): "the index and the last signed checkpoint differ in the first \(size) entries"
        case .wrongOrigin(let origin): "the ledger belongs to '\(origin)'"
        case .wrongKey(let expected): "the last checkpoint was signed by another key, \(expected)"
        case .revokedKey(let key): "the log says that this key is revoked: \(key)"
        case .badEntry(let what): what
        case .unknown(let what): what
        case .invalidLog(let what): what
        case .witness(let why): "the ledger's own witness refuses: \(why)"
        case .exposed(let path): "\(path) can be read by others"
        case .file(let error): error.description
        case .database(let error): "the ledger's index: \(error)"
        case .key(let error): error.description
        }
    }

    /// What to do about it; `nil` when there is nothing to say.
    public var hint: String? {
        switch self {
        case .locked: "wait for it to end"
        case .indexMissing:
            "restore the index from a backup, or make it anew from a copy of the published log"
        case .guardMissing, .badGuard: "restore ledger/checkpoint from version control"
        case .indexBehind, .diverged:
            "bring the index up to date from a newer backup, or make it anew from a copy of the published log"
        case .wrongKey: "use the key that signed the last checkpoint; 'wayseal keys rotate' changes to another one"
        case .witness:
            "the index is an old copy, or another history: bring it up to date from a newer backup or the published log"
        case .exposed(let path): "chmod 600 \(path)"
        case .revokedKey: "sign with the key that followed it"
        default: nil
        }
    }
}

/// Runs calls of the rooms below with this room's error.
func attempt<Value: ~Copyable>(_ body: () throws(SQLiteError) -> Value) throws(LedgerError) -> Value {
    do { return try body() } catch { throw .database(error) }
}

/// Runs calls of the rooms below with this room's error.
func attempt<Value: ~Copyable>(_ body: () throws(FileError) -> Value) throws(LedgerError) -> Value {
    do { return try body() } catch { throw .file(error) }
}

/// Runs calls of the rooms below with this room's error.
func attempt<Value: ~Copyable>(_ body: () throws(KeyError) -> Value) throws(LedgerError) -> Value {
    do { return try body() } catch { throw .key(error) }
}
