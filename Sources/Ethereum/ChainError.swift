/// What can go wrong between us and a node. Nodes are strangers: their texts are cut and cleaned before they are shown.
public enum ChainError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No answer: refused, timed out, a status other than 200; the text says which.
    case unreachable(String)
    /// An answer that is not JSON-RPC, a web page for example.
    case notJSONRPC
    /// An answer whose content can't be; the text says what.
    case malformed(method: String, String)
    /// The node answered with an error.
    case refused(method: String, code: Int, message: String)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .unreachable(let what): "the node can't be reached: \(what)"
        case .notJSONRPC: "the endpoint's answer is not JSON-RPC: is the address that of a node?"
        case .malformed(let method, let what): "the node's answer to \(method) can't be right: \(what)"
        case .refused(let method, let code, let message): "the node refused \(method): \(message) (\(code))"
        }
    }
}
