/// What a webhook's address and secret must be (Standard Webhooks 1.0): for whoever reads them and whoever sends.
public enum WebhookText {
    /// Whether events may be sent to an address: `https:`, or `http:` to this machine, without a user name.
    public static func isAllowed(_ url: String) -> Bool {
        let lower = url.lowercased()
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard isPlain, let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return false }
        let authority = lower.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        if scheme == "https://" { return true }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1"].contains(String(host))
    }

    /// The bytes of a secret: `whsec_` and base64 of 24 to 64 bytes; `nil`: it is none.
    public static func key(_ secret: String) -> [UInt8]? {
        guard secret.hasPrefix("whsec_"), let key = Base64.decode(String(secret.dropFirst(6))),
            (24...64).contains(key.count)
        else { return nil }
        return key
    }
}
