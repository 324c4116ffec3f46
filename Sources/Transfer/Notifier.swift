/// Tells people and programs what happened: by mail and by signed webhooks.
public struct Notifier: Sendable {
    /// Who is told.
    public enum Recipient: Equatable, Sendable {
        /// A mail address.
        case mail(String)
        /// A webhook, by its name.
        case hook(String)
    }

    /// What came of telling one of them.
    public struct Outcome: Equatable, Sendable {
        /// Who.
        public var recipient: Recipient
        /// Why it was not taken; `nil`: it was.
        public var failure: String?

        /// An outcome.
        public init(recipient: Recipient, failure: String?) {
            self.recipient = recipient
            self.failure = failure
        }
    }

    /// The webhooks by their names.
    public var hooks: [String: Webhook]
    /// The server that takes mail; `nil`: there is none.
    public var server: MailServer?
    /// The sender of mails.
    public var sender: String?

    /// A notifier.
    public init(hooks: [String: Webhook] = [:], server: MailServer? = nil, sender: String? = nil) {
        self.hooks = hooks
        self.server = server
        self.sender = sender
    }

    /// Tells everybody; one that can't be reached keeps nobody else from it. Blocks the thread.
    /// - Parameters:
    ///   - clock: The time, in seconds since 1970.
    ///   - wait: Lets so many milliseconds pass.
    public func tell(
        _ event: Event, to recipients: [Recipient], clock: () -> Int, wait: (Int) -> Void
    ) -> [Outcome] {
        recipients.map { recipient in
            do throws(TransferError) {
                switch recipient {
                case .hook(let name):
                    guard let hook = hooks[name] else { throw .malformed("hook:\(name) has no address or secret here") }
                    try hook.send(event, clock: clock, wait: wait)
                case .mail(let address): try mail(event, to: address, at: clock())
                }
                return Outcome(recipient: recipient, failure: nil)
            } catch {
                return Outcome(recipient: recipient, failure: error.description)
            }
        }
    }

    private func mail(_ event: Event, to address: String, at now: Int) throws(TransferError) {
        guard let server, let sender = sender.flatMap({ MailMessage.Mailbox($0) }) else {
            throw .malformed("no mail server and sender are known: reports: { smtp: smtps://…, from: … }")
        }
        guard let recipient = MailMessage.Mailbox(address) else { throw .malformed("'\(address)' is no mail address") }
        // The id is the message's, too: a mail that is sent again is the same mail.
        try server.send(
            MailMessage(from: sender, to: [recipient], subject: event.subject, text: event.text, attachments: []),
            date: Int64(now), token: String(event.id.dropFirst(4)))
    }
}
