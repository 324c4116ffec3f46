import Support

/// Something that happened and that others are told.
public struct Event: Equatable, Sendable {
    /// The same for the same event, however often it is told: who gets it twice knows it.
    public var id: String
    /// What happened: `batch.done`.
    public var type: String
    /// When, in seconds since 1970.
    public var time: Int
    /// What there is to say, as a JSON object.
    public var data: String
    /// For a mail: its subject.
    public var subject: String
    /// For a mail: its text.
    public var text: String

    /// An event whose id follows from `key`: what happened, to what, the how-manyeth time.
    public init(type: String, key: [String], time: Int, data: String, subject: String, text: String) {
        let digest = SHA256.hash(Array(([type] + key).joined(separator: "\u{0}").utf8))
        id = "msg_" + Hex.encode(digest[..<16])
        self.type = type
        self.time = time
        self.data = data
        self.subject = subject
        self.text = text
    }

    /// The body of a webhook (standardwebhooks.com, "payload structure").
    public var body: [UInt8] {
        Array("{\"type\":\"\(type)\",\"timestamp\":\"\(Timestamp.text(time))\",\"data\":\(data)}".utf8)
    }
}

/// An address that events are sent to, signed as Standard Webhooks 1.0 has it (standardwebhooks.com).
public struct Webhook: Sendable {
    /// Why nothing is sent there.
    public enum Problem: Error, Equatable, Sendable {
        /// Not `https:`, and not `http:` to this machine.
        case address
        /// Not `whsec_` and base64 of 24 to 64 bytes.
        case secret
    }

    /// `https:`, or `http:` to this machine.
    public let url: String
    private let key: HMAC.Key
    /// Milliseconds to wait before each further attempt.
    public var pauses = [1_000, 5_000, 30_000]
    /// Bounds of each attempt; redirects are not followed, since a receiver must not choose another address.
    public var limits = HTTPRequest.Limits(connect: 5_000, total: 15_000, bytes: 1 << 16)

    /// An address with its secret.
    public init(url: String, secret: String) throws(Problem) {
        guard WebhookText.isAllowed(url) else { throw .address }
        guard let key = WebhookText.key(secret) else { throw .secret }
        self.url = url
        self.key = HMAC.Key(key)
    }

    /// The header fields for a body that is sent at `time`.
    public func fields(id: String, time: Int, body: [UInt8]) -> [HTTPRequest.Field] {
        let signature = key.code(Array("\(id).\(time).".utf8) + body)
        return [
            .init("content-type", "application/json"), .init("webhook-id", id), .init("webhook-timestamp", "\(time)"),
            .init("webhook-signature", "v1," + Base64.encode(signature)),
        ]
    }

    /// Sends an event and returns when it was taken. What may pass (no connection, 408, 429, 5xx) is tried again; what will
    /// not pass (other 4xx, redirects) is not. Blocks the thread.
    /// - Parameters:
    ///   - clock: The time, in seconds since 1970.
    ///   - wait: Lets so many milliseconds pass.
    public func send(_ event: Event, clock: () -> Int, wait: (Int) -> Void) throws(TransferError) {
        let body = event.body
        var attempt = 0
        while true {
            let fields = fields(id: event.id, time: clock(), body: body)
            let failure: TransferError
            var isLasting = false
            do throws(TransferError) {
                let answer = try HTTPRequest(.post, url, fields: fields, body: body, limits: limits).send()
                if (200..<300).contains(answer.status) { return }
                isLasting = answer.status < 500 && ![408, 429].contains(answer.status)
                failure = .failed("\(HTTPRequest.host(of: url)) answered \(answer.status)")
            } catch {
                failure = error
                switch error {
                case .malformed, .insecure: isLasting = true
                // It was taken, or not: what came back was too much to be an answer.
                case .tooLarge: isLasting = true
                default: break
                }
            }
            if isLasting || attempt == pauses.count { throw failure }
            wait(pauses[attempt])
            attempt += 1
        }
    }
}
