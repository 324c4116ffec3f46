public import Ethereum
import Glibc
import Support

/// The folder with the records and proofs of all anchors, for one process at a time.
public struct AnchorFolder: ~Copyable {
    /// Its path.
    public let path: String
    private let lock: FileDescriptor

    /// Opens the folder, makes it when it is missing, and keeps other processes out until this value goes.
    public init(path: String) throws(AnchorError) {
        lock = try Self.locked(path)
        self.path = path
    }

    private static func locked(_ path: String) throws(AnchorError) -> FileDescriptor {
        do {
            try Files.makeDirectory(path)
            let file = try FileDescriptor(path: path + "/.lock", flags: O_RDWR | O_CREAT)
            // The kernel lets go of it when the process ends, however it ends.
            if flock(file.raw, LOCK_EX | LOCK_NB) == 0 { return file }
        } catch { throw .file(error) }
        throw .busy(path)
    }

    /// The record for a value; `nil` when there is none.
    func record(_ purpose: AnchorRecord.Purpose, chainID: UInt64, value: Bytes32) throws(AnchorError) -> AnchorRecord? {
        let path = self.path + "/" + AnchorRecord.name(purpose, chainID: chainID, value: value)
        guard let bytes = try Self.read(path) else { return nil }
        let record = try AnchorRecord(json: bytes, path: path)
        guard record.chainID == chainID, record.purpose == purpose, record.value == value else {
            throw .record(path: path, "the record is for another place or value than its name and the policy say")
        }
        return record
    }

    /// All records of transactions that are still under way on a chain.
    func unfinished(chainID: UInt64, from: Address) throws(AnchorError) -> [AnchorRecord] {
        var records: [AnchorRecord] = []
        let names: [String]
        do { names = try Files.names(in: path) } catch { throw .file(error) }
        for name in names
        where name.hasPrefix("\(chainID)-") && name.hasSuffix(".json") && !name.hasSuffix(".proof.json") {
            let file = path + "/" + name
            guard let bytes = try Self.read(file) else { continue }
            let record = try AnchorRecord(json: bytes, path: file)
            if !record.isFinal, record.from == from, record.chainID == chainID { records.append(record) }
        }
        return records.sorted { $0.nonce < $1.nonce }
    }

    func recordPath(_ record: AnchorRecord) -> String {
        path + "/" + AnchorRecord.name(record.purpose, chainID: record.chainID, value: record.value)
    }

    /// Stores a record; when this returns it survives a power failure.
    func store(_ record: AnchorRecord) throws(AnchorError) {
        do { try Files.replace(recordPath(record), record.json) } catch { throw .file(error) }
    }

    /// Takes a record that came to nothing out of the way; it is kept beside for people.
    func retire(_ record: AnchorRecord) throws(AnchorError) {
        let name = recordPath(record)
        do {
            try Files.rename(name, to: "\(name).nonce-\(record.nonce).failed")
            try Files.synchronizeDirectory(path)
        } catch { throw .file(error) }
    }

    /// Where the proof for a value lies.
    func proofPath(chainID: UInt64, value: Bytes32) -> String {
        "\(path)/\(chainID)-\(value.description.dropFirst(2)).proof.json"
    }

    /// The stored proof for a value; `nil` when there is none.
    func proof(chainID: UInt64, value: Bytes32) throws(AnchorError) -> AnchorBundle? {
        guard let bytes = try Self.read(proofPath(chainID: chainID, value: value)) else { return nil }
        do { return try AnchorBundle(json: bytes) } catch { throw .ethereum(error) }
    }

    /// Stores a proof durably.
    func store(_ bundle: AnchorBundle) throws(AnchorError) {
        do { try Files.replace(proofPath(chainID: bundle.chainID, value: bundle.value), bundle.json) } catch {
            throw .file(error)
        }
    }

    private static func read(_ path: String) throws(AnchorError) -> [UInt8]? {
        do { return try Files.status(path) == nil ? nil : Files.read(path, limit: 1 << 20) } catch {
            throw .file(error)
        }
    }
}

/// The file with the anchor key.
public enum AnchorKeyFile {
    /// Opens a keystore. One that others may read is refused, whatever its passphrase.
    public static func read(_ path: String, passphrase: String) throws(AnchorError) -> AnchorKey {
        let bytes: [UInt8]
        let mode: UInt16
        do {
            mode = try Files.status(path)?.mode ?? 0
            bytes = try Files.read(path, limit: 1 << 16)
        } catch { throw .file(error) }
        guard mode & 0o077 == 0 else { throw .exposedKey(path: path, mode: mode) }
        do { return try Keystore.decrypt(bytes, passphrase: passphrase) } catch { throw .ethereum(error) }
    }

    /// Writes a new keystore that only its owner may read; an existing file is never replaced.
    public static func create(
        _ path: String, _ key: borrowing AnchorKey, passphrase: String, cost: Keystore.Cost = .standard,
        randomness: Keystore.Randomness
    ) throws(AnchorError) {
        let bytes: [UInt8]
        do {
            bytes = try Keystore.encrypt(key, passphrase: passphrase, cost: cost, randomness: randomness)
        } catch { throw .ethereum(error) }
        do {
            let file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try file.write(bytes)
            try file.synchronize()
            try Files.synchronizeDirectory(Files.parent(of: path))
        } catch { throw .file(error) }
    }
}
