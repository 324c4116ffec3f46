public import Support

/// Everything that stands between a link and its answer. A link without one leads straight to its target.
///
/// The order of evaluation, the same on every server: life time (`from`, `until`), opening hours, place, robots,
/// preview fetchers, rate, password, scan limit; then the target: the first rule that holds, else the split, else
/// the link's own target.
public struct Policy: Sendable {
    /// Other targets, in order: the first rule whose conditions all hold wins.
    public var rules: [Rule] = []
    /// Several targets by weight; empty: none. Weights add up to at most 10,000; the rest leads to the link's target.
    public var variants: [Variant] = []
    /// First second of life (Unix time, seconds, UTC).
    public var from: Int64?
    /// First second after life (Unix time, seconds, UTC).
    public var until: Int64?
    /// Opening hours; empty: always. In the site's zone.
    public var hours: [WeekWindow] = []
    /// Indices into ``Site/places``: the visitor must be in one of them; empty: anywhere.
    public var places: [Int] = []
    /// Where visitors go who came too early, too late, at the wrong hour, from the wrong place, or after the last scan;
    /// normalised. `nil`: a page says why.
    public var gone: String?
    /// How many scans.
    public var limit: ScanLimit?
    /// The password's gate.
    public var password: PasswordGate?
    /// How often one visitor's address may come.
    public var rate: Rate?
    /// Whether robots (crawlers, but not preview fetchers) are refused.
    public var refusesRobots = false
    /// What fetchers of link previews see in place of the answer.
    public var preview: Preview?
    /// Where each part stands in the manifest: key (`from`, `limit`, …) and place. For diagnostics.
    public var ranges: [String: SourceRange] = [:]

    /// Nothing yet.
    public init() {}

    /// One `when` rule.
    public struct Rule: Sendable {
        /// All of them must hold. Never empty.
        public var conditions: [Condition]
        /// Where it leads, normalised as ``Link/target`` is.
        public var target: String
        /// Where the rule stands.
        public var range: SourceRange

        /// A rule.
        public init(conditions: [Condition], target: String, range: SourceRange) {
            self.conditions = conditions
            self.target = target
            self.range = range
        }
    }

    /// One target of a split.
    public struct Variant: Sendable {
        /// Name in logs and reports: `[a-z0-9_-]`, at most 32 bytes, not `to`.
        public var name: String
        /// Where it leads, normalised.
        public var target: String
        /// Share of the visitors in 1/10,000; 1 … 10,000.
        public var weight: Int
        /// Where the variant stands.
        public var range: SourceRange

        /// A variant.
        public init(name: String, target: String, weight: Int, range: SourceRange) {
            self.name = name
            self.target = target
            self.weight = weight
            self.range = range
        }
    }

    /// A number of scans after which a link is used up.
    public struct ScanLimit: Equatable, Sendable {
        /// How strictly the number is kept.
        public enum Enforcement: String, CaseIterable, Sendable {
            /// Never more redirects than scans: nginx only.
            case exact
            /// A program that follows the log closes the link when the number is reached: some come through late.
            case soft
        }

        /// 1 or more.
        public var scans: Int
        /// What the manifest asks for; `nil`: exact where the server can.
        public var enforcement: Enforcement?
        /// Whether a page with a button stands before, so that a preview fetcher's GET uses nothing up.
        public var confirm: Bool

        /// A limit.
        public init(scans: Int, enforcement: Enforcement? = nil, confirm: Bool) {
            self.scans = scans
            self.enforcement = enforcement
            self.confirm = confirm
        }
    }

    /// What a password becomes: a capability that the page derives from it (PBKDF2-HMAC-SHA-256, RFC 8018, 128 bits).
    public struct PasswordGate: Equatable, Sendable {
        /// Rounds of the derivation.
        public var iterations: Int
        /// Salt, lower-case hex; it stands in the page.
        public var salt: String
        /// The derived capability: 32 lower-case hex digits. Secret: in `private/` only.
        public var token: String

        /// A gate.
        public init(iterations: Int, salt: String, token: String) {
            self.iterations = iterations
            self.salt = salt
            self.token = token
        }
    }

    /// At most so many requests from one address (a leaky bucket: all at once, then one each time that one has leaked).
    public struct Rate: Hashable, Sendable {
        /// 1 … 10,000.
        public var requests: Int
        /// A second or a minute.
        public var perMinute: Bool

        /// A rate.
        public init(requests: Int, perMinute: Bool) {
            self.requests = requests
            self.perMinute = perMinute
        }
    }

    /// What a messenger shows of a link (Open Graph).
    public struct Preview: Equatable, Sendable {
        /// Title.
        public var title: String
        /// A sentence, perhaps empty.
        public var text: String
        /// URL of a picture, normalised.
        public var image: String?

        /// A preview.
        public init(title: String, text: String = "", image: String? = nil) {
            self.title = title
            self.text = text
            self.image = image
        }
    }
}

/// Why a link does not lead to its target.
public enum Denial: String, CaseIterable, Sendable {
    /// Before `from`.
    case early
    /// From `until` on.
    case over
    /// All scans are used.
    case used
    /// Outside the opening hours.
    case closed
    /// Outside the places.
    case away
    /// A robot.
    case robot
    /// Too many requests.
    case busy
    /// A wrong password.
    case password

    /// The status of the answer (RFC 9110; 429 RFC 6585; 451 RFC 7725).
    public var status: Int {
        switch self {
        case .early: 404
        case .over, .used: 410
        case .closed, .robot, .password: 403
        case .away: 451
        case .busy: 429
        }
    }

    /// Whether ``Policy/gone`` takes the place of its page.
    public var yieldsToGone: Bool {
        switch self {
        case .early, .over, .used, .closed, .away: true
        case .robot, .busy, .password: false
        }
    }

    /// The page's path under `site/HOST/`.
    public var page: String { PolicyPages.folder + "\(rawValue).html" }
}

/// Where the pages of policies lie under `site/HOST/`. No slug leads there: servers open them by name only.
public enum PolicyPages {
    /// The folder of all of them.
    public static let folder = "_wayseal/"
    /// The page that asks for the password of the link with this id (``LinkIdentity``).
    public static func password(_ id: String) -> String { folder + "password/\(id).html" }
    /// The page with the button, the same for all links of a host.
    public static let confirm = folder + "confirm.html"
    /// What fetchers of link previews see of the link with this id.
    public static func preview(_ id: String) -> String { folder + "preview/\(id).html" }
}
