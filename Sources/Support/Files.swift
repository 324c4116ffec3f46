import CLinux
import Glibc

/// Files through POSIX calls: no hidden fsync, no hidden rename, every failure with its path and errno.
///
/// The durable order everything above relies on: write aside, fsync what was written, rename over the
/// name, fsync the directory. A reader sees the old content or the new one, also after a power failure.

/// A system call on a path failed.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried: "read", "write", "create", …
    public var operation: String
    /// On which path.
    public var path: String
    /// The system's error number.
    public var code: Int32

    /// An error with the number that `errno` has now, unless one is given.
    public init(_ operation: String, _ path: String, code: Int32? = nil) {
        self.code = code ?? errno
        self.operation = operation
        self.path = path
    }

    /// `cannot write dist/x: No space left on device`.
    public var description: String { "cannot \(operation) \(path): \(String(cString: strerror(code)))" }
}

/// An open file descriptor, closed when it goes out of scope.
public struct FileDescriptor: ~Copyable {
    /// The number.
    public let raw: Int32
    private let path: String

    /// Opens `path` with the flags of open(2), always with O_CLOEXEC.
    public init(path: String, flags: Int32, mode: UInt16 = 0o644) throws(FileError) {
        raw = open(path, flags | O_CLOEXEC, mode_t(mode))
        self.path = path
        if raw < 0 { throw FileError(flags & O_CREAT != 0 ? "create" : "open", path) }
    }

    deinit { close(raw) }

    /// Writes all bytes.
    public borrowing func write(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let from = done
            let n = bytes.withUnsafeBytes { buffer in
                Glibc.write(raw, buffer.baseAddress.map { $0 + from }, buffer.count - from)
            }
            if n < 0 {
                if errno == EINTR { continue }
                throw FileError("write", path)
            }
            done += n
        }
    }

    /// fsync(2).
    public borrowing func synchronize() throws(FileError) {
        if fsync(raw) != 0 { throw FileError("fsync", path) }
    }
}

/// Operations on whole files and directories.
public enum Files {
    /// Kind and size of what lies at a path.
    public struct Status: Sendable {
        /// Kind of file.
        public enum Kind: Sendable {
            /// An ordinary file.
            case file
            /// A directory.
            case directory
            /// A symbolic link (only from `lstat`).
            case link
            /// A FIFO, socket or device.
            case other
        }
        /// Kind.
        public var kind: Kind
        /// Size in bytes.
        public var size: Int
        /// Permission bits.
        public var mode: UInt16
        /// Owner.
        public var owner: UInt32
        /// Device and inode: the identity of the file.
        public var identity: [UInt64]
    }

    /// What lies at `path`; `nil` when nothing does.
    public static func status(_ path: String, followLinks: Bool = true) throws(FileError) -> Status? {
        var info = stat()
        guard (followLinks ? stat(path, &info) : lstat(path, &info)) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileError("read", path)
        }
        let kind: Status.Kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        return Status(
            kind: kind, size: Int(info.st_size), mode: UInt16(info.st_mode & 0o7777), owner: info.st_uid,
            identity: [UInt64(info.st_dev), UInt64(info.st_ino)])
    }

    /// The whole content of an ordinary file; a FIFO or device is refused with EINVAL, never waited for.
    public static func read(_ path: String, limit: Int = Int.max) throws(FileError) -> [UInt8] {
        let file = try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK)
        var info = stat()
        guard fstat(file.raw, &info) == 0 else { throw FileError("read", path) }
        switch info.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileError("read", path, code: EISDIR)
        default: throw FileError("read", path, code: EINVAL)
        }
        guard Int(info.st_size) <= limit else { throw FileError("read", path, code: EFBIG) }
        // One byte more than the size tells the end of the file without a second allocation.
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size) + 1)
        var filled = 0
        while true {
            if filled == bytes.count {
                bytes.append(contentsOf: [UInt8](repeating: 0, count: max(4096, bytes.count)))
            }
            let at = filled
            let n = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file.raw, buffer.baseAddress.map { $0 + at }, buffer.count - at)
            }
            if n < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            if n == 0 { break }
            filled += n
            guard filled <= limit else { throw FileError("read", path, code: EFBIG) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Whether the ordinary file at `path` has exactly these bytes, and these permission bits if any are given.
    /// Four system calls and no copy beyond one read: a build asks it of every file.
    public static func has(_ bytes: [UInt8], at path: String, mode: UInt16? = nil) -> Bool {
        guard let file = try? FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK) else { return false }
        var info = stat()
        guard fstat(file.raw, &info) == 0, info.st_mode & S_IFMT == S_IFREG, Int(info.st_size) == bytes.count,
            mode == nil || UInt16(info.st_mode & 0o7777) == mode
        else { return false }
        return withUnsafeTemporaryAllocation(byteCount: min(max(1, bytes.count), 1 << 18), alignment: 16) { buffer in
            var done = 0
            while done < bytes.count {
                let n = Glibc.read(file.raw, buffer.baseAddress, min(buffer.count, bytes.count - done))
                if n < 0, errno == EINTR { continue }
                guard n > 0 else { return false }
                let isSame = bytes.withUnsafeBytes { own in
                    guard let own = own.baseAddress, let read = buffer.baseAddress else { return false }
                    return memcmp(own + done, read, n) == 0
                }
                guard isSame else { return false }
                done += n
            }
            return true
        }
    }

    /// Creates a new file; fails when there is one.
    public static func create(_ path: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws(FileError) {
        let file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        try file.write(bytes)
    }

    /// Replaces `path` durably: write aside, fsync, rename, fsync the directory.
    public static func replace(_ path: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws(FileError) {
        let aside = path + ".new"
        do throws(FileError) {
            if unlink(aside) != 0, errno != ENOENT { throw FileError("write", path) }
            let file = try FileDescriptor(path: aside, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
            try file.write(bytes)
            try file.synchronize()
            try rename(aside, to: path)
        } catch {
            unlink(aside)
            // The name beside it means nothing to whoever reads the message.
            throw FileError("write", path, code: error.code)
        }
        try synchronizeDirectory(parent(of: path))
    }

    /// rename(2).
    public static func rename(_ from: String, to path: String) throws(FileError) {
        if Glibc.rename(from, path) != 0 { throw FileError("rename to", path) }
    }

    /// Gives the file at `from` a second name.
    public static func link(_ from: String, to path: String) throws(FileError) {
        if Glibc.link(from, path) != 0 { throw FileError("link", path) }
    }

    /// Removes one file; a missing one is no error.
    public static func remove(_ path: String) throws(FileError) {
        if unlink(path) != 0, errno != ENOENT { throw FileError("remove", path) }
    }

    /// Makes a directory with its parents; existing ones are no error.
    public static func makeDirectory(_ path: String, mode: UInt16 = 0o755) throws(FileError) {
        if path.isEmpty || mkdir(path, mode_t(mode)) == 0 { return }
        let code = errno
        switch code {
        case EEXIST:
            if let existing = try status(path), existing.kind == .directory { return }
            throw FileError("make the directory", path, code: EEXIST)
        case ENOENT:
            let above = parent(of: path)
            guard above != path, above != "." else { throw FileError("make the directory", path, code: code) }
            try makeDirectory(above, mode: mode)
            // Not by recursion: /proc says ENOENT for every new name.
            if mkdir(path, mode_t(mode)) != 0, errno != EEXIST { throw FileError("make the directory", path) }
        default: throw FileError("make the directory", path, code: code)
        }
    }

    /// The names in a directory, sorted by bytes, without `.` and `..`; none when there is no directory.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileError("list", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes a directory and everything in it; symbolic links are removed, not followed.
    public static func removeTree(_ path: String) throws(FileError) {
        guard let info = try status(path, followLinks: false) else { return }
        guard info.kind == .directory else { return try remove(path) }
        for name in try names(in: path) { try removeTree(path + "/" + name) }
        if rmdir(path) != 0 { throw FileError("remove", path) }
    }

    /// Points the symbolic link `path` to `target` in one step: a new link renamed over the old one.
    public static func replaceLink(_ path: String, target: String) throws(FileError) {
        let aside = path + ".new"
        try remove(aside)
        if symlink(target, aside) != 0 { throw FileError("link", aside) }
        try rename(aside, to: path)
        try synchronizeDirectory(parent(of: path))
    }

    /// The text of a symbolic link; `nil` when there is none.
    public static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let n = readlink(path, &buffer, buffer.count)
        guard n > 0 else { return nil }
        return String(decoding: buffer[..<n].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// fsync(2) of a directory: makes names in it durable.
    public static func synchronizeDirectory(_ path: String) throws(FileError) {
        let directory = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
        try directory.synchronize()
    }

    /// syncfs(2): everything written to the file system of `path` is on the disk.
    public static func synchronizeFileSystem(_ path: String) throws(FileError) {
        let directory = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
        if syncfs(directory.raw) != 0 { throw FileError("sync", path) }
    }

    /// The path with symbolic links resolved; `nil` when there is nothing.
    public static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder of a path: `.` for a bare name.
    public static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component of a path.
    public static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// `base/path`; an absolute `path` stays as it is, and `.` disappears.
    public static func join(_ base: String, _ path: String) -> String {
        if path.hasPrefix("/") || base == "." || base.isEmpty { return path }
        return base.hasSuffix("/") ? base + path : base + "/" + path
    }
}
