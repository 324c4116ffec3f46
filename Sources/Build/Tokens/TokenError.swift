import Glibc
public import Support

/// Tokens of scan limits can't be kept.
public enum TokenError: Error, Equatable, Sendable {
    /// The file system refuses; for which link, if it was about one.
    case file(FileError, link: Int?)
    /// A file that holds a number holds something else.
    case damaged(path: String, link: Int?)
    /// Another program works on them.
    case busy(path: String)

    /// For people.
    public var description: String {
        switch self {
        case .file(let error, _): error.description
        case .damaged(let path, _): "\(path) does not hold a number"
        case .busy(let path): "another wayseal works on the tokens in \(path)"
        }
    }

    /// What to do.
    public var hint: String? {
        switch self {
        case .file(let error, _) where error.isPermission:
            "run it as a user who may write there (sudo), or name another folder with --state"
        case .file: nil
        case .damaged: "restore it from a copy; without it nobody knows how many scans were given out"
        case .busy: "wait until it is done"
        }
    }

    /// The link it is about: index into the site's links.
    public var link: Int? {
        switch self {
        case .file(_, let link), .damaged(_, let link): link
        case .busy: nil
        }
    }
}

extension FileError {
    /// Whether somebody else may do it.
    fileprivate var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }
}
