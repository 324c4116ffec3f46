public import Support

/// The pure model of everything a manifest says: what exists, not how a server, an image or a file shows it.
/// Built by `Manifest`, read by every room above. All text in it is already normalised and checked.
public struct Site: Sendable {
    /// The site's name; for pages and reports.
    public var name: String?
    /// A mail address or URL of the operator; shown on error pages.
    public var contact: String?
    /// IANA name of the zone that `hours` and dates are read in. Default `UTC`.
    public var timezone: String
    /// BCP 47 tags, the first is the default. Default `["en"]`.
    public var languages: [String]
    /// The domains, in the order of the manifest. Never empty.
    public var domains: [Domain]
    /// All links: those of the manifest in its order, then those of included files.
    public var links: [Link]
    /// The policies that links refer to.
    public var policies: [Policy] = []
    /// What the codes of some links hold by themselves.
    public var payloads: [LinkPayload] = []
    /// The sets of addresses that policies refer to.
    public var places: [Place] = []
    /// The database that tells where addresses are; `nil`: the manifest names none, or nothing asks for it.
    public var placesDatabase: PlacesFile?
    /// The offsets of ``timezone`` over the years that configuration is compiled for.
    public var zone = ZoneOffsets()
    /// Proxies in front whose word on the visitor's address counts.
    public var proxies = TrustedProxies()
    /// The goals of those links that have one, by the link's index: a side table, few links have one.
    public var goals: [Int: Goal] = [:]
    /// Statistics from access logs.
    public var reports = ReportSettings()
    /// Other programs that are told what happens.
    public var hooks: [Hook] = []
    /// What images are made of each code.
    public var codes: CodeSettings
    /// The designs that links refer to: those of the manifest in its order, then those that links write for themselves.
    public var designs: [Design] = []
    /// Batches of certificates, in the order of the manifest.
    public var certificates: [CertificateBatch] = []
    /// Batches of codes, in the order of the manifest. Their links are the last ones of ``links``.
    public var batches: [CodeBatch] = []
    /// How the hash manifest is signed; `nil`: not signed.
    public var signing: SigningKey?
    /// The manifest asks for a signature, but its key is not on this machine: the error of whoever needs it. Then
    /// ``signing`` is `nil`, and a build must be refused rather than left unsigned.
    public var missingSigningKey: Diagnostic?
    /// Passwords whose secrets are not on this machine: a build must be refused, the gates are placeholders.
    public var missingSecrets: [Diagnostic] = []
    /// The log of everything that is built; `nil`: there is none.
    public var ledger: LedgerSettings?
    /// Index of the domain that speaks for the issuer: the ledger's, else that of `defaults`, else the first.
    public var issuer: Int

    /// A site with these parts.
    public init(
        name: String? = nil, contact: String? = nil, timezone: String = "UTC", languages: [String] = ["en"],
        domains: [Domain], links: [Link] = [], codes: CodeSettings = CodeSettings(), signing: SigningKey? = nil
    ) {
        self.name = name
        self.contact = contact
        self.timezone = timezone
        self.languages = languages
        self.domains = domains
        self.links = links
        self.codes = codes
        self.signing = signing
        issuer = 0
    }

    /// The name that signatures carry, and the origin of the log: the issuer's host.
    public var signerName: String { domains.indices.contains(issuer) ? domains[issuer].host : "wayseal" }

    /// Those of ``links`` that belong to no batch: each has its images among the others.
    public var ownLinks: Range<Int> {
        0..<min(links.count, batches.lazy.filter { !$0.links.isEmpty }.map(\.links.lowerBound).min() ?? links.count)
    }

    /// The policy of `link`, if it has one.
    public func policy(of link: Link) -> Policy? { link.policy < 0 ? nil : policies[Int(link.policy)] }

    /// What the code of `link` holds in place of its address, if anything.
    public func payload(of link: Link) -> LinkPayload? { link.payload < 0 ? nil : payloads[Int(link.payload)] }

    /// What the code of `link` says: its payload, else its address as it is printed.
    public func codeText(of link: Link) -> String { payload(of: link)?.text ?? url(of: link, dense: link.dense) }

    /// The design of `link`, if it has one.
    public func design(of link: Link) -> Design? { link.design < 0 ? nil : designs[Int(link.design)] }

    /// The address of `link` as people type and scan it: `https://HOST/SLUG`, without the `/*` of a wildcard.
    /// - Parameter dense: upper case for QR alphanumeric mode; only where ``Link/dense`` is set.
    public func url(of link: Link, dense: Bool = false) -> String {
        let domain = domains[Int(link.domain)]
        let scheme = domain.tls == .off ? "http://" : "https://"
        let path = link.isWildcard ? String(link.slug.dropLast()) : link.slug
        let url = scheme + domain.host + "/" + path
        return dense ? url.uppercased() : url
    }
}

/// A zone's offsets from UTC over the years that configuration is compiled for: the same manifest gives the same bytes
/// whenever it is built, as long as the zone's rules stay.
public struct ZoneOffsets: Equatable, Sendable {
    /// From an instant on, so far from UTC.
    public struct Span: Equatable, Sendable {
        /// Unix seconds; of the first span ``ZoneOffsets/start``.
        public var from: Int64
        /// Minutes east of UTC; a multiple of 15, as all zones have been since 1972.
        public var minutes: Int

        /// A span.
        public init(from: Int64, minutes: Int) {
            self.from = from
            self.minutes = minutes
        }
    }

    /// 2026-01-01T00:00:00Z.
    public static let start: Int64 = 1_767_225_600
    /// 2038-01-01T00:00:00Z: from here on the last offset is kept, and daylight saving time ends.
    public static let end: Int64 = 2_145_916_800

    /// In order of time, at least one; times before the first are treated as in it.
    public var spans: [Span]

    /// UTC, unless told otherwise.
    public init(spans: [Span] = [Span(from: ZoneOffsets.start, minutes: 0)]) { self.spans = spans }

    /// Minutes east of UTC at `time` (Unix seconds). O(spans).
    public func minutes(at time: Int64) -> Int {
        (spans.last { $0.from <= time } ?? spans.first)?.minutes ?? 0
    }

    /// Weekday (0 is Monday) and minute of the day in this zone at `time` (Unix seconds).
    public func local(at time: Int64) -> (day: Int, minute: Int) {
        let minutes = (time >= 0 ? time / 60 : (time - 59) / 60) + Int64(minutes(at: time))
        let day = minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440
        // 1970-01-01 was a Thursday.
        return (Int(((day + 3) % 7 + 7) % 7), Int(minutes - day * 1440))
    }
}

/// A database of places (`.mmdb`), as it was read.
public struct PlacesFile: Sendable {
    /// Its path as the manifest writes it.
    public var path: String
    /// The whole file.
    public var bytes: [UInt8]
    /// Where the manifest names it.
    public var range: SourceRange?

    /// A file.
    public init(path: String, bytes: [UInt8], range: SourceRange? = nil) {
        self.path = path
        self.bytes = bytes
        self.range = range
    }
}

/// Proxies in front of the server.
public struct TrustedProxies: Equatable, Sendable {
    /// Their networks, in CIDR notation as they are written into configuration; empty: none, and then no header about
    /// the visitor's address is believed.
    public var networks: [String] = []
    /// The header that they write the visitor's address into.
    public var header = "X-Forwarded-For"

    /// None.
    public init() {}
}

/// What becomes of a code: which files, how large.
public struct CodeSettings: Equatable, Sendable {
    /// A file format for code images.
    public enum Format: String, CaseIterable, Sendable {
        /// Scalable Vector Graphics.
        case svg
        /// Portable Network Graphics, one bit a pixel.
        case png
        /// Portable Document Format, vector.
        case pdf
        /// Encapsulated PostScript, vector.
        case eps
    }

    /// Error correction level: about 7, 15, 25 and 30 % of the codewords (ISO/IEC 18004 §6.5.1).
    public enum Level: String, CaseIterable, Sendable {
        /// About 7 %.
        case L
        /// About 15 %.
        case M
        /// About 25 %.
        case Q
        /// About 30 %.
        case H
    }

    /// Formats, each a file per code; empty: no images. Default SVG, PNG and PDF.
    public var formats: [Format] = [.svg, .png, .pdf]
    /// Error correction level. Default M.
    public var level: Level = .M
    /// Pixels a module in PNG. Default 8.
    public var scale: Int = 8
    /// Points that designs need at least before their codes are built, 0...100. Default 55: readable in print.
    public var leastScore: Int = 55
    /// Width of the light margin in modules. Default 4 (ISO/IEC 18004 §6.3.8).
    public var quietZone: Int = 4

    /// The defaults.
    public init() {}
}

/// The private key that signs `SHA256SUMS`: its text as the secret reference delivered it.
public struct SigningKey: Sendable {
    /// PEM of a PKCS#8 Ed25519 key, possibly encrypted. Secret: never printed.
    public var pem: String
    /// Where the manifest names it.
    public var range: SourceRange?

    /// A key from its PEM text.
    public init(pem: String, range: SourceRange? = nil) {
        self.pem = pem
        self.range = range
    }
}
