public import Build
import Glibc
public import Support

/// Why a batch stopped: the outside world, or a code that can't be made.
public enum BatchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file operation failed.
    case file(FileError)
    /// The table can't be read.
    case table(FileError)
    /// The folder, or what lies in it, is in the way.
    case build(BuildError)
    /// The table is another one than when it was looked at.
    case changed(String)
    /// A row that is longer than anybody's row.
    case longRow(String, line: Int)
    /// A code that can't be made, or not be read; by row.
    case code(row: Int, url: String, String)
    /// What shards are missing, or don't belong together.
    case shards(String)

    package init(_ error: any Error) {
        self =
            switch error {
            case let error as BatchError: error
            case let error as FileError: .file(error)
            case let error as BuildError: .build(error)
            default: .build(BuildError(error))
            }
    }

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .table(let error): error.description
        case .build(let error): error.description
        case .changed(let path): "\(path) changed while it was read"
        case .longRow(let path, let line):
            "\(path):\(line): a row of more than 16 MB, which no row is: a quote is not closed"
        case .code(let row, let url, let why): "row \(row), \(url): \(why)"
        case .shards(let why): why
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .file(let error) where error.code == ENOSPC:
            "what is finished stays; free some space and build again: it goes on where it stopped"
        case .file: "what is finished stays; build again: it goes on where it stopped"
        case .build(let error): error.hint
        case .changed: "build again when nobody writes to it"
        case .longRow: "look for the quote; cells that hold a quote double it"
        case .table: "the manifest names it: data: in the batch"
        case .code, .shards: nil
        }
    }
}
