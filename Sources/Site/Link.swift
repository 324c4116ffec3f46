public import Support

/// One printed address and where it leads. A million of them must fit in memory: rare parts are optional.
public struct Link: Sendable {
    /// The status of a redirect.
    public enum Redirect: UInt16, CaseIterable, Sendable {
        /// Browsers keep it for ever: a printed link can then never change.
        case movedPermanently = 301
        /// The default.
        case found = 302
        /// The target is fetched with GET whatever the request was.
        case seeOther = 303
        /// As 302, the method is kept.
        case temporary = 307
        /// As 301, the method is kept.
        case permanent = 308
    }

    /// How much about its visitors a link may leave in the access log.
    public enum Privacy: UInt8, Sendable {
        /// Not logged at all.
        case none
        /// Logged with a truncated address (/24, /48). The default.
        case aggregate
        /// Logged with the whole address.
        case full
    }

    /// Small facts of a link.
    public struct Options: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// From bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The visitor's query is appended to the target's (`query: pass`).
        public static let passQuery = Options(rawValue: 1)
        /// A wildcard appends what follows its prefix to the target's path (`suffix: true`).
        public static let forwardSuffix = Options(rawValue: 2)
        /// The answer carries `X-Robots-Tag: noindex` though its domain does not ask for it.
        public static let noindex = Options(rawValue: 4)
        /// The printed URL is upper case, for QR alphanumeric mode.
        public static let dense = Options(rawValue: 8)
        /// The target gets the id of the request as its parameter `qid`, so that a goal can be tied to this scan.
        public static let clickID = Options(rawValue: 16)
    }

    /// Index into ``Site/domains``.
    public var domain: UInt16
    /// The redirect's status.
    public var redirect: Redirect
    /// Small facts.
    public var options: Options
    /// Log privacy.
    public var privacy: Privacy
    /// Index into ``Site/policies``; -1: the link leads straight to its target.
    public var policy: Int32 = -1
    /// Index into ``Site/payloads``; -1: the code holds the link's address. A link with a payload leads nowhere: its slug
    /// names the image and stays reserved.
    public var payload: Int32 = -1
    /// Index into ``Site/designs``; -1: a plain code.
    public var design: Int32 = -1
    /// Path without the leading slash: RFC 3986 path characters, upper-case hex in `%XX`, no dot segments, at
    /// most 400 bytes, as the manifest writes it (its case is kept; matching ignores the case of ASCII
    /// letters). Unreserved characters are never percent-encoded. A wildcard ends in `/*`, or is `*`.
    public var slug: String
    /// The target, normalised to RFC 3986 (only its characters; UTM parameters already in it). Empty if all visitors
    /// are shared among the variants of a split.
    public var target: String
    /// Free labels for reports and filters.
    public var tags: [String]
    /// Why a slug that was removed before may be used again.
    public var reuse: String?
    /// Where the link's name stands.
    public var range: SourceRange
    /// Where the target stands.
    public var targetRange: SourceRange

    /// A link with the defaults.
    public init(
        domain: Int = 0, slug: String, target: String, redirect: Redirect = .found, options: Options = [],
        privacy: Privacy = .aggregate, tags: [String] = [], reuse: String? = nil,
        range: SourceRange = SourceRange(file: 0, start: 0, length: 0),
        targetRange: SourceRange = SourceRange(file: 0, start: 0, length: 0)
    ) {
        self.domain = UInt16(domain)
        self.slug = slug
        self.target = target
        self.redirect = redirect
        self.options = options
        self.privacy = privacy
        self.tags = tags
        self.reuse = reuse
        self.range = range
        self.targetRange = targetRange
    }

    /// Whether the slug matches every path beneath its prefix: `docs/*` matches `docs/` and `docs/a/b`.
    public var isWildcard: Bool { slug.utf8.last == UInt8(ascii: "*") && (slug == "*" || slug.hasSuffix("/*")) }
    /// Whether the printed URL is upper case.
    public var dense: Bool { options.contains(.dense) }
}
