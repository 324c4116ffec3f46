internal import Glibc
internal import Support

/// The salts of open days, one file each, readable by their owner only: `DATABASE.salts/2026-11-23`. When a day
/// closes its file is overwritten and removed; nobody can then tell which visitor a hash stood for.
///
/// Several servers that share the files (copied before the day begins) count the same person once.
struct SaltFolder: SaltSource {
    let path: String
    let random: @Sendable () -> UInt64
    /// Others use them too: they are made only once, and not destroyed.
    let isShared: Bool
    private var known: [Int: SipHash] = [:]

    init(path: String, isShared: Bool = false, random: @escaping @Sendable () -> UInt64) {
        self.path = path
        self.isShared = isShared
        self.random = random
    }

    mutating func salt(day: Int) throws(IngestError) -> SipHash {
        if let salt = known[day] { return salt }
        let file = path + "/" + CivilDay(number: day).description
        let text: [UInt8]
        do {
            if try Files.status(file) == nil {
                try Files.makeDirectory(path, mode: 0o700)
                let words = [random(), random()]
                let line = words.map { Hex.encode(Self.bytes($0)) }.joined() + "\n"
                if isShared {
                    try create(file, Array(line.utf8))
                } else {
                    try Files.replace(file, Array(line.utf8), mode: 0o600)
                }
            }
            text = try Files.read(file, limit: 64)
        } catch { throw .file(error) }
        guard let bytes = Hex.decode(text.prefix(32)), bytes.count == 16 else {
            throw .salt(path: file)
        }
        let words = [bytes.prefix(8), bytes.suffix(8)].map { half in half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let salt = SipHash(k0: words[0], k1: words[1])
        known[day] = salt
        return salt
    }

    /// Makes the file whole in one step; another process that was first wins.
    private func create(_ file: String, _ bytes: [UInt8]) throws(FileError) {
        let part = file + "." + Hex.encode(Self.bytes(random()))
        try Files.create(part, bytes, mode: 0o600)
        do {
            try Files.link(part, to: file)
        } catch {
            guard error.code == EEXIST else { throw error }
        }
        try Files.remove(part)
    }

    /// Overwrites and removes the salts of closed days.
    mutating func destroy(closed: (Int) -> Bool) throws(IngestError) {
        guard !isShared else { return }
        do {
            for name in try Files.names(in: path) {
                guard let day = CivilDay(iso: name), closed(day.number) else { continue }
                let file = path + "/" + name
                let descriptor = try FileDescriptor(path: file, flags: O_WRONLY)
                try descriptor.write([UInt8](repeating: 0x30, count: 33))
                try descriptor.synchronize()
                try Files.remove(file)
                known[day.number] = nil
            }
        } catch { throw .file(error) }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }
}
