/// One line of an access log, taken apart: numbers, and ranges into the buffer the line stands in.

/// A range of bytes in the buffer that was parsed; empty when the line has no such field.
public struct Field: Equatable, Sendable {
    /// First byte.
    public var start: Int32
    /// One past the last byte.
    public var end: Int32

    /// The empty field.
    public static let none = Field(0, 0)

    /// A range; both ends count from the start of the buffer.
    @inlinable
    public init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// No byte in it.
    @inlinable public var isEmpty: Bool { start == end }
    /// Bytes.
    @inlinable public var count: Int { Int(end) - Int(start) }
    /// As indices.
    @inlinable public var range: Range<Int> { Int(start)..<Int(end) }
}

/// The method of a request.
public enum Method: UInt8, Sendable {
    /// Not a request in the sense of HTTP: a TLS or RDP greeting, an empty line, a garbled one.
    case garbage
    /// GET.
    case get
    /// HEAD.
    case head
    /// POST.
    case post
    /// Any other token.
    case other
}

/// How a format writes bytes that would break it.
public enum Escaping: UInt8, Sendable {
    /// Bytes stand for themselves.
    case none
    /// `\xHH` (nginx), and `\"`, `\\`, `\n`, `\t` (Apache).
    case backslash
    /// JSON.
    case json
    /// `+` for a space (IIS).
    case plus
    /// `%HH` (CloudFront).
    case percent
}

/// One request.
public struct Hit: Equatable, Sendable {
    /// Seconds since 1970-01-01 UTC.
    public var time: Int64 = 0
    /// The client's address, as text.
    public var address: Field = .none
    /// The host asked for; empty when the format has none.
    public var host: Field = .none
    /// The path of the request target, with its leading slash, without the query.
    public var path: Field = .none
    /// The query, without the question mark.
    public var query: Field = .none
    /// Referer.
    public var referrer: Field = .none
    /// User-Agent; `-` is read as empty.
    public var userAgent: Field = .none
    /// Accept-Language.
    public var language: Field = .none
    /// The link, as the compiled configuration names it (own format only).
    public var link: Field = .none
    /// The variant of an A/B test that was served (own format only).
    public var variant: Field = .none
    /// Why a policy refused (own format only).
    public var deny: Field = .none
    /// Request id (own format, Caddy's X-Request-Id, CloudFront's).
    public var requestID: Field = .none
    /// Size of the answer in bytes.
    public var bytes: Int64 = 0
    /// Status of the answer.
    public var status: UInt16 = 0
    /// Method.
    public var method: Method = .garbage
    /// How the texts of this line are escaped; ``Escaping/none`` when nothing in it is.
    public var escaping: Escaping = .none
    /// A browser asked ahead of its user (`Sec-Purpose: prefetch` and its older names).
    public var isPrefetch = false
    /// The visitor asks not to be tracked (`DNT: 1`, `Sec-GPC: 1`).
    public var optsOut = false
    /// ``path`` was percent-decoded by the server (`$uri`).
    public var isPathDecoded = false

    /// An empty hit.
    public init() {}
}

/// Why a line is not one of its format.
public enum Malformation: UInt8, CaseIterable, Error, Sendable {
    /// Longer than ``LogParser/lineLimit``.
    case tooLong
    /// No address, or one that is none.
    case address
    /// No time, or one that is none.
    case time
    /// No request where one belongs.
    case request
    /// A quote that is never closed.
    case quote
    /// No status of three digits.
    case status
    /// Not one JSON object.
    case json
    /// A field the format promises is missing.
    case missing
    /// The file says nowhere what its columns are.
    case header

    /// A word for people and for `--json`.
    public var name: String {
        switch self {
        case .tooLong: "line too long"
        case .address: "no address"
        case .time: "no time"
        case .request: "no request"
        case .quote: "open quote"
        case .status: "no status"
        case .json: "not JSON"
        case .missing: "missing field"
        case .header: "no #Fields"
        }
    }
}

/// A format of access logs.
public enum LogFormat: UInt8, CaseIterable, Sendable {
    /// `combined` (and `common`) of nginx and Apache.
    case combined
    /// wayseal's own JSON format for nginx.
    case nginxJSON
    /// Caddy's JSON.
    case caddyJSON
    /// W3C extended, as IIS writes it.
    case w3c
    /// CloudFront's standard log: W3C with tabs and percent-encoding.
    case cloudFront

    /// The name in flags and reports.
    public var name: String {
        switch self {
        case .combined: "combined"
        case .nginxJSON: "nginx-json"
        case .caddyJSON: "caddy-json"
        case .w3c: "w3c"
        case .cloudFront: "cloudfront"
        }
    }
}
