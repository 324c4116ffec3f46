/// One HTTP request.
public struct HTTPRequest: Equatable, Sendable {
    /// Method.
    public enum Method: String, Sendable {
        /// GET.
        case get = "GET"
        /// POST.
        case post = "POST"
        /// PUT.
        case put = "PUT"
    }

    /// A header field.
    public struct Field: Equatable, Sendable {
        /// Name.
        public var name: String
        /// Value.
        public var value: String

        /// A field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Bounds of a transfer.
    public struct Limits: Equatable, Sendable {
        /// Until the connection stands, in milliseconds.
        public var connect: Int
        /// Until the answer is complete, in milliseconds.
        public var total: Int
        /// Bytes of the answer's body.
        public var bytes: Int
        /// Redirects that are followed, never from `https:` to anything else.
        public var redirects: Int

        /// Bounds; ten seconds to connect, thirty in all, 8 MB and no redirect unless said otherwise.
        public init(connect: Int = 10_000, total: Int = 30_000, bytes: Int = 8 << 20, redirects: Int = 0) {
            self.connect = connect
            self.total = total
            self.bytes = bytes
            self.redirects = redirects
        }
    }

    /// Method.
    public var method: Method
    /// Address: `https:` or `http:`.
    public var url: String
    /// Header fields besides those that libcurl sets.
    public var fields: [Field]
    /// Body; empty for GET.
    public var body: [UInt8]
    /// Bounds.
    public var limits: Limits
    /// A proxy's address; `nil`: none, whatever the environment says.
    public var proxy: String?

    /// A request.
    public init(
        _ method: Method = .get, _ url: String, fields: [Field] = [], body: [UInt8] = [], limits: Limits = Limits(),
        proxy: String? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.limits = limits
        self.proxy = proxy
    }
}

/// The answer to an HTTP request.
public struct HTTPResponse: Equatable, Sendable {
    /// Status.
    public var status: Int
    /// `Content-Type` without its parameters, in lower case; empty when there is none.
    public var type: String
    /// Body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, type: String, body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }
}
