import Support
import TransparencyLog

/// Files with Ed25519 keys: never overwritten, never readable by others.
enum KeyFile {
    static func refuseExisting(_ path: String) throws {
        if try Files.status(path, followLinks: false) != nil {
            throw Failure(
                .outsideWorld, "\(path) exists already", hint: "a key is never overwritten; choose another -o FILE")
        }
    }

    static func makeFolder(for path: String) throws(FileError) {
        try Files.makeDirectory(Files.parent(of: path), mode: 0o700)
    }

    static func write(_ key: borrowing Ed25519Key, to path: String, passphrase: String?) throws {
        try makeFolder(for: path)
        try Files.replace(path, Array(try key.pem(passphrase: passphrase).utf8), mode: 0o600)
    }

    /// Opens a key. One that others may read is refused, whatever its passphrase.
    static func read(_ path: String, _ passphrase: PassphraseOptions) throws -> Ed25519Key {
        let mode = try Files.status(path)?.mode ?? 0
        let pem = String(decoding: try Files.read(path, limit: 1 << 16), as: UTF8.self)
        guard mode & 0o077 == 0 else {
            throw Failure(
                .outsideWorld, "\(path) can be read by others",
                hint: "chmod 600 \(path); if others have seen it, make a new key")
        }
        return try Ed25519Key(pem: pem, passphrase: try passphrase.read(for: pem))
    }
}
