/// Why a transfer failed.
public enum TransferError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not an address of `https:` or `http:`, or a header with a line break; the text says which.
    case malformed(String)
    /// The host's name has no address.
    case unknownHost(String)
    /// Nobody answers at the host's port.
    case refused(String)
    /// The certificate or the handshake is not acceptable.
    case insecure(String)
    /// No complete answer within the time.
    case timedOut
    /// The answer is larger than allowed.
    case tooLarge(limit: Int)
    /// More redirects than allowed, or one to another scheme.
    case redirected
    /// Anything else, in libcurl's words.
    case failed(String)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .malformed(let what): what
        case .unknownHost(let host): "the host \(host) has no address"
        case .refused(let host): "nobody answers at \(host)"
        case .insecure(let what): "no secure connection: \(what)"
        case .timedOut: "no complete answer in time"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .redirected: "redirected too often or to another scheme"
        case .failed(let what): what
        }
    }
}
