import Glibc
public import Ledger
public import Support
import TransparencyLog

/// The folder that builds go to. Each build that changes anything is a new generation; one symbolic link
/// says which is served:
///
///     dist/current -> generations/000007
///     dist/generations/000006/
///     dist/generations/000007/
///     dist/state/                  what servers write in a trial; never touched by a build after its start
///     dist/.lock                   held while a build runs
///
/// The trace of a build: mkdir generations/.new, link or create every file, syncfs, rename generations/.new
/// to its number, fsync generations, symlink current.new, rename it to current, fsync dist. Killed at any
/// point, `current` is the old generation or the new one, whole.
public struct GenerationStore: ~Copyable {
    /// The folder.
    public let directory: String
    private let lock: FileDescriptor

    private static let digits = 6

    /// Opens the folder, making it if need be, and takes its lock.
    /// - Throws: `BuildError.busy` when another build holds the lock, `.notOurs` when `current` is something
    ///   else than a link that a build made.
    public static func open(_ directory: String) throws(BuildError) -> GenerationStore {
        do {
            try Files.makeDirectory(directory + "/generations")
        } catch {
            throw .file(error)
        }
        let lock: FileDescriptor
        do {
            lock = try FileDescriptor(path: directory + "/.lock", flags: O_RDWR | O_CREAT)
        } catch {
            throw .file(error)
        }
        if flock(lock.raw, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { throw .busy(directory) }
            throw .file(FileError("lock", directory + "/.lock"))
        }
        let current = directory + "/current"
        var isForeign = Files.linkTarget(current).map { Self.number(ofLink: $0) == nil } ?? false
        do {
            if let status = try Files.status(current, followLinks: false), status.kind != .link { isForeign = true }
        } catch {
            throw .file(error)
        }
        if isForeign { throw .notOurs(current) }
        return GenerationStore(directory: directory, lock: lock)
    }

    private init(directory: String, lock: consuming FileDescriptor) {
        self.directory = directory
        self.lock = lock
    }

    private static func number(ofLink target: String) -> Int? {
        guard target.hasPrefix("generations/") else { return nil }
        return number(target.dropFirst("generations/".count))
    }

    private static func number(_ name: some StringProtocol) -> Int? {
        guard name.utf8.count == digits, name.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(name)
    }

    private static func name(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// The number of the generation that is served; `nil` before the first build.
    public var current: Int? { Files.linkTarget(directory + "/current").flatMap(Self.number(ofLink:)) }

    /// The path of a generation.
    public func path(_ number: Int) -> String { directory + "/generations/" + Self.name(number) }

    /// All generations, ascending.
    public func numbers() throws(BuildError) -> [Int] {
        do {
            return try Files.names(in: directory + "/generations").compactMap { Self.number($0) }
        } catch {
            throw BuildError(error)
        }
    }

    /// Where the next generation is put together.
    package var staging: String { directory + "/generations/.new" }

    /// Makes an empty staging folder, after removing what a killed build left in it.
    package func prepareStaging() throws(BuildError) {
        do {
            try Files.removeTree(staging)
            try Files.makeDirectory(staging)
        } catch {
            throw BuildError(error)
        }
    }

    /// Removes the staging folder: nothing had changed.
    package func discardStaging() throws(BuildError) {
        do {
            try Files.removeTree(staging)
        } catch {
            throw BuildError(error)
        }
    }

    /// Makes the staging folder durable and serves it.
    /// - Parameter beforeFlip: done when everything is on the disk and nothing is visible yet.
    /// - Returns: the new generation's number.
    package func publish(beforeFlip: () throws(BuildError) -> Void) throws(BuildError) -> Int {
        let existing = try numbers()
        let number = (existing.last ?? 0) + 1
        do {
            try Files.synchronizeFileSystem(staging)
            try beforeFlip()
            try Files.rename(staging, to: path(number))
            try Files.synchronizeDirectory(directory + "/generations")
            try Files.replaceLink(directory + "/current", target: "generations/" + Self.name(number))
        } catch {
            throw BuildError(error)
        }
        return number
    }

    /// Serves a generation that is whole, and was never served because a build was cut short before its last step.
    package func serve(_ number: Int) throws(BuildError) {
        do {
            try Files.synchronizeDirectory(directory + "/generations")
            try Files.replaceLink(directory + "/current", target: "generations/" + Self.name(number))
        } catch {
            throw BuildError(error)
        }
    }

    /// Removes all but the newest `keep` generations (and never the one that is served).
    package func prune(keep: Int) throws(BuildError) {
        let served = current
        for number in try numbers().dropLast(max(1, keep)) where number != served {
            do {
                try Files.removeTree(path(number))
            } catch {
                throw BuildError(error)
            }
        }
    }
}

/// Why a build stopped: the outside world, not the manifest.
public enum BuildError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file operation failed.
    case file(FileError)
    /// Another build is running in this folder.
    case busy(String)
    /// There are builds, but the lock that remembers their links is gone.
    case lockMissing(lock: String, output: String)
    /// Something else lies where a build wants to write.
    case notOurs(String)
    /// The signing key can't be used.
    case key(String)
    /// The ledger refuses, or can't go on.
    case ledger(LedgerError)
    /// Anything else, in words.
    case other(String)

    package init(_ error: any Error) {
        self =
            switch error {
            case let error as BuildError: error
            case let error as FileError: .file(error)
            case let error as LedgerError: .ledger(error)
            case let error as KeyError: .key(error.description)
            default: .other("\(error)")
            }
    }

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .busy(let directory): "another build is running in \(directory)"
        case .lockMissing(let lock, let output): "\(lock) is missing, though \(output) holds builds"
        case .notOurs(let path): "\(path) was not made by wayseal, so it is left alone"
        case .key(let text): text
        case .ledger(let error): error.description
        case .other(let text): text
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .file(let error) where error.code == ENOSPC:
            "the last build is untouched; free some space and build again"
        case .file: "the last build is untouched"
        case .busy: "wait until it has ended, or build elsewhere with -o DIR"
        case .lockMissing(_, let output):
            "restore it from version control: without it removed slugs are not protected; to begin anew, remove \(output)"
        case .notOurs: "build elsewhere with -o DIR, or move it away"
        case .key: "see 'wayseal keys --help'"
        case .ledger(let error): error.hint
        case .other: nil
        }
    }
}
