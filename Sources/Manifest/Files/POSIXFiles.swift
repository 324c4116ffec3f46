// System calls: the unsafe expressions of this file are theirs, each marked.
import Glibc

/// Files of the machine.
public struct POSIXFiles: ManifestFiles {
    /// The machine's files.
    public init() {}

    /// realpath(3).
    public func canonicalPath(_ path: String) throws(UnreadableFile) -> String {
        guard !path.utf8.contains(0) else { throw UnreadableFile(path, .notFound) }
        guard let resolved = unsafe realpath(path, nil) else { throw Self.error(path) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// lstat(2).
    public func isSymbolicLink(_ path: String) -> Bool {
        var status = stat()
        guard !path.utf8.contains(0), unsafe lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFLNK
    }

    /// stat, open(O_NONBLOCK), fstat, read until the end. The kind is asked before opening, because opening a device can have
    /// effects, and again after, because the file may have been exchanged in between; O_NONBLOCK keeps a pipe from waiting.
    public func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw UnreadableFile(path, .notFound) }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw Self.error(path) }
        try Self.requireRegular(status, path)
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.error(path) }
        defer { _ = close(descriptor) }
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.error(path) }
        try Self.requireRegular(status, path)
        guard status.st_size <= limit else { throw UnreadableFile(path, .tooLarge(limit)) }
        // One byte more than it should have shows whether it grew meanwhile.
        let capacity = max(Int(status.st_size) + 1, 4_096)
        var failure: UnreadableFile?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while count < buffer.count {
                let got = unsafe Glibc.read(
                    descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                if got == 0 { return }
                if got < 0, errno == EINTR { continue }
                if got < 0 {
                    failure = Self.error(path)
                    return
                }
                count += got
            }
            failure = UnreadableFile(path, .unreadable("it changed while it was read"))
        }
        if let failure { throw failure }
        return bytes
    }

    /// opendir(3), readdir(3); a file system that does not say what an entry is is asked with lstat(2).
    public func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry] {
        guard let stream = unsafe opendir(folder) else { throw Self.error(folder) }
        defer { unsafe closedir(stream) }
        var entries: [FolderEntry] = []
        while let entry = unsafe readdir(stream) {
            let type = unsafe entry.pointee.d_type
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            var isFolder = type == UInt8(DT_DIR)
            if type == UInt8(DT_UNKNOWN) {
                var status = stat()
                isFolder =
                    unsafe lstat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
            entries.append(FolderEntry(name: name, isFolder: isFolder))
        }
        return entries
    }

    private static func requireRegular(_ status: stat, _ path: String) throws(UnreadableFile) {
        let what: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: what = "a folder"
        case S_IFIFO: what = "a named pipe"
        case S_IFSOCK: what = "a socket"
        default: what = "a device"
        }
        throw UnreadableFile(path, .notRegular(what))
    }

    private static func error(_ path: String) -> UnreadableFile {
        let code = errno
        if code == ENOENT || code == ENOTDIR { return UnreadableFile(path, .notFound) }
        return unsafe UnreadableFile(path, .unreadable(String(cString: strerror(code)).lowercased()))
    }
}

/// Time zones of the machine.
enum SystemTimeZones {
    /// The names that the database lists (zone.tab: country, coordinates, name), for "did you mean".
    static func names() -> [String] {
        guard let bytes = try? POSIXFiles().read("/usr/share/zoneinfo/zone.tab", atMost: 1 << 20) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { line in
            let parts = line.split(separator: 0x09)
            return line.first == UInt8(ascii: "#") || parts.count < 3 ? nil : String(decoding: parts[2], as: UTF8.self)
        }
    }
}
