import Glibc
import Scans
import Site
import Support
import Transfer

/// Telling others what happened: the mail server and sender of `reports:`, the hooks of `integrations:`. User and password of
/// the mail server come from WAYSEAL_SMTP_USER and WAYSEAL_SMTP_PASSWORD.
struct Notices {
    private let notifier: Notifier

    /// - Parameter allowsPlaintext: mail may go unencrypted, to a relay on this machine.
    init(_ site: Site, allowsPlaintext: Bool = false) {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        var hooks: [String: Webhook] = [:]
        for hook in site.hooks {
            // Address and form of the secret were checked as the manifest was read; the secret may be on another machine.
            hooks[hook.name] = hook.secret.flatMap { try? Webhook(url: hook.url, secret: $0) }
        }
        let server = site.reports.smtp.map {
            MailServer(
                url: $0, user: variable("WAYSEAL_SMTP_USER"), password: variable("WAYSEAL_SMTP_PASSWORD"),
                allowsPlaintext: allowsPlaintext)
        }
        notifier = Notifier(hooks: hooks, server: server, sender: site.reports.sender)
    }

    /// Tells everybody, and complains about whoever could not be told: what was done is done, so it is no failure.
    /// - Returns: how many were told.
    @discardableResult
    func tell(_ event: Event, to recipients: [Recipient]) -> Int {
        let everybody = recipients.map { recipient -> Notifier.Recipient in
            switch recipient {
            case .mail(let address): .mail(address)
            case .hook(let name): .hook(name)
            }
        }
        let outcomes = notifier.tell(event, to: everybody, clock: { time(nil) }, wait: { usleep(UInt32($0) * 1_000) })
        for outcome in outcomes {
            guard let failure = outcome.failure else { continue }
            let name =
                switch outcome.recipient {
                case .mail(let address): address
                case .hook(let name): "hook:\(name)"
                }
            Terminal.note("wayseal: warning: \(name) was not told: \(failure)\n")
        }
        return outcomes.count { $0.failure == nil }
    }

    /// What is told of a batch: its id follows from the batch and its generation, so it is the same however often it is told.
    static func done(_ name: String, _ generation: Int, rows: Int, _ site: Site) -> Event {
        var json = JSONWriter()
        json.object {
            $0.field("batch", name)
            $0.field("generation", generation)
            $0.field("rows", rows)
        }
        let codes = count(rows, "code")
        return Event(
            type: "batch.done", key: [site.signerName, name, "\(generation)"], time: time(nil),
            data: String(decoding: json.bytes, as: UTF8.self), subject: "\(name): \(codes)",
            text: "The batch '\(name)' is done: \(codes), generation \(generation).\n")
    }

    /// Tells the hooks that want to know of every new generation.
    static func tellOfBuild(_ site: Site, generation: Int, links: Int, codes: Int) {
        let wanting = hooks(of: site, .build)
        if wanting.isEmpty { return }
        var json = JSONWriter()
        json.object {
            $0.field("name", site.name ?? site.domains[0].host)
            $0.field("generation", generation)
            $0.field("links", links)
            $0.field("codes", codes)
        }
        let now = time(nil)
        let event = Event(
            type: "build.done", key: [site.domains[0].host, "\(generation)", "\(now)"], time: now,
            data: String(decoding: json.bytes, as: UTF8.self), subject: "generation \(generation) was built", text: "")
        Notices(site).tell(event, to: wanting)
    }

    /// The hooks that want to know of such events.
    static func hooks(of site: Site, _ event: Hook.Event) -> [Recipient] {
        site.hooks.filter { $0.events.contains(event) }.map { .hook($0.name) }
    }

    /// Tells the hooks that want to know of anchors. The id follows from chain and digest.
    static func tellOfAnchor(_ site: Site, chain: UInt64, digest: String, block: UInt64, transaction: String?) {
        let wanting = hooks(of: site, .anchor)
        if wanting.isEmpty { return }
        var json = JSONWriter()
        json.object {
            $0.field("origin", site.signerName)
            $0.field("chain", Int(clamping: chain))
            $0.field("digest", digest)
            $0.field("block", Int(clamping: block))
            if let transaction { $0.field("transaction", transaction) }
        }
        let event = Event(
            type: "anchor.final", key: [site.signerName, "\(chain)", digest], time: time(nil),
            data: String(decoding: json.bytes, as: UTF8.self), subject: "an anchor is final", text: "")
        Notices(site).tell(event, to: wanting)
    }

    /// What is told of a link whose scan limit is reached: its id follows from link and limit.
    static func usedUp(_ link: LimitWatch.UsedUp, _ site: Site) -> Event {
        var json = JSONWriter()
        json.object {
            $0.field("link", link.link)
            $0.field("limit", link.limit)
            $0.field("scans", link.scans)
        }
        return Event(
            type: "limit.reached", key: [site.signerName, link.link, "\(link.limit)"], time: time(nil),
            data: String(decoding: json.bytes, as: UTF8.self), subject: "\(link.link) is used up", text: "")
    }
}
