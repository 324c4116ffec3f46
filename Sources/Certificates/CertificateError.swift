public import Ledger
public import Support

/// Why certificates can't be issued.
public enum CertificateError: Error, Sendable, CustomStringConvertible {
    /// The ledger says no.
    case ledger(LedgerError)
    /// A file operation failed.
    case file(FileError)
    /// A template can't be used; the text says where and why.
    case template(String)
    /// Whatever else: lower case, no full stop.
    case other(String)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .ledger(let error): error.description
        case .file(let error): error.description
        case .template(let text), .other(let text): text
        }
    }
}
