public import Support

/// An address of another program that is told what happens: `hook:NAME` under `integrations:`.
public struct Hook: Sendable {
    /// What may be told.
    public enum Event: String, CaseIterable, Sendable {
        /// A new generation was built.
        case build
        /// A batch is done; also told where the batch asks for it.
        case batch
        /// A generation was sent to its servers.
        case publish
        /// A checkpoint is final on its chain.
        case anchor
        /// A link with a scan limit is used up.
        case limit
    }

    /// Its name, without `hook:`.
    public var name: String
    /// Its address.
    public var url: String
    /// What it signs with, `whsec_…`; `nil`: the secret is not on this machine. Never printed.
    public var secret: String?
    /// What it wants to be told.
    public var events: [Event]
    /// Where the manifest names it.
    public var range: SourceRange

    /// A hook.
    public init(name: String, url: String, secret: String?, events: [Event] = [], range: SourceRange) {
        self.name = name
        self.url = url
        self.secret = secret
        self.events = events
        self.range = range
    }
}

/// Who is told when something is done: `mailto:anna@example.org`, `hook:ops`.
public enum Recipient: Equatable, Sendable {
    /// A mail address.
    case mail(String)
    /// A ``Hook`` by its name.
    case hook(String)

    /// Reads one; `nil`: neither.
    public init?(_ text: String) {
        if text.hasPrefix("hook:"), text.utf8.count > 5 {
            self = .hook(String(text.dropFirst(5)))
        } else {
            let address = text.hasPrefix("mailto:") ? String(text.dropFirst(7)) : text
            let halves = address.split(separator: "@", omittingEmptySubsequences: false)
            guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }), address.utf8.count <= 254,
                address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>,;:\"()[]\\".utf8.contains($0) })
            else { return nil }
            self = .mail(address)
        }
    }
}
