import Support

/// The name of a link in file names and configuration, where its path can't stand: short, in lower-case hex, the same
/// as long as the slug is.
public enum LinkIdentity {
    /// 16 hex digits: the beginning of SHA-256 over the link's id in access logs (`/menu`, `/docs/*`).
    public static func hex(logID: String) -> String { Hex.encode(Array(SHA256.hash(Array(logID.utf8)).prefix(8))) }

    /// The marker that a log follower puts under the state folder when a link with a soft scan limit is used up.
    /// Servers test whether it exists.
    public static func denyMarker(host: String, id: String) -> String { "deny/\(host)/\(id)" }

    /// The folder under the state folder that holds one file for each scan that a link with an exact limit has left.
    public static func tokenFolder(host: String, id: String) -> String { "tokens/\(host)/\(id)" }
}
