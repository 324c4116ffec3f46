/// How the room reads files. A parameter, so that tests need no disk and the pure parts do no I/O of their own.
public protocol ManifestFiles: Sendable {
    /// The absolute path without symbolic links, `.` and `..`.
    func canonicalPath(_ path: String) throws(UnreadableFile) -> String
    /// Whether a symbolic link stands at the path itself, wherever it leads.
    func isSymbolicLink(_ path: String) -> Bool
    /// The whole content of a plain file of at most `limit` bytes. Must not wait: a pipe or device is an error.
    func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8]
    /// The entries of a folder in any order, without `.` and `..`.
    func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry]
    /// Whether others than the owner may read or write the file.
    func isOpenToOthers(_ path: String) -> Bool
}

extension ManifestFiles {
    /// Files without owners are open to nobody else.
    public func isOpenToOthers(_ path: String) -> Bool { false }
}

/// An entry of a folder.
public struct FolderEntry: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// A folder itself, not a symbolic link to one.
    public var isFolder: Bool

    /// An entry.
    public init(name: String, isFolder: Bool) {
        self.name = name
        self.isFolder = isFolder
    }
}

/// Why a file can't be read.
public struct UnreadableFile: Error, Equatable, Sendable {
    /// The kind of trouble.
    public enum Reason: Equatable, Sendable {
        /// There is no such file.
        case notFound
        /// A folder, pipe, socket or device; which.
        case notRegular(String)
        /// Over the limit, in bytes.
        case tooLarge(Int)
        /// Whatever else the system says.
        case unreadable(String)
    }

    /// The path that was tried.
    public var path: String
    /// Why.
    public var reason: Reason

    /// An error about a path.
    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// In words, without the path: `does not exist`.
    public var words: String {
        switch reason {
        case .notFound: "does not exist"
        case .notRegular(let what): "is \(what), not a file"
        case .tooLarge(let limit): "is over \(limit >> 20) MiB"
        case .unreadable(let why): "can't be read: \(why)"
        }
    }
}
