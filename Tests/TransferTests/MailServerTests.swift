import Glibc
import Support
import TestSupport
import Testing
import Transfer

/// A real SMTP server (aiosmtpd) on a free port of the loopback interface.
@Suite("sending mail", .serialized)
struct MailServerTests {
    static let message = MailMessage(
        from: .init("wayseal <reports@vinea.example>")!,
        to: [.init("anna@vinea.example")!, .init("Борис <boris@vinea.example>")!], subject: "Отчёт: март",
        text: "Привет.\n.\nA line with a dot.",
        attachments: [
            .init(name: "отчёт.pdf", type: "application/pdf", bytes: (0..<200_000).map { UInt8($0 * 7 & 0xFF) })
        ])

    @Test("arrives whole, with its attachment", .enabled(if: getenv("WAYSEAL_SERVER_TESTS") != nil))
    func arrives() throws {
        let folder = TemporaryFolder()
        let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))
        let script = Files.parent(of: #filePath) + "/mailserver.py"
        let output = folder.path + "/log"
        let started = system(
            "cd '\(root)' && ./.ci/python-packages && (.build/venv/bin/python '\(script)' '\(folder.path)' >'\(output)' 2>&1 9>&- & echo $! >'\(folder.path)/pid')"
        )
        try #require(started == 0)
        let pid = try #require(
            Int32(String(decoding: try Files.read(folder.path + "/pid"), as: UTF8.self).filter(\.isNumber)))
        defer { kill(pid, SIGTERM) }
        var port = ""
        for _ in 0..<200 where port.isEmpty {
            usleep(50_000)
            port = (try? Files.read(folder.path + "/port")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        try #require(!port.isEmpty, "\((try? Files.read(output)).map { String(decoding: $0, as: UTF8.self) } ?? "")")
        let url = "smtp://127.0.0.1:" + port
        // Without permission to send in the clear nothing is sent.
        #expect(throws: TransferError.self) {
            try MailServer(url: url, timeout: 5_000).send(Self.message, date: 1_775_030_400, token: "abc")
        }
        #expect(try Files.status(folder.path + "/mail") == nil)
        try MailServer(url: url, allowsPlaintext: true, timeout: 10_000).send(
            Self.message, date: 1_775_030_400, token: "abc")
        #expect(
            String(decoding: try Files.read(folder.path + "/mail"), as: UTF8.self)
                == "anna@vinea.example boris@vinea.example\nОтчёт: март\nПривет.|.|A line with a dot.\nотчёт.pdf\n")
        #expect(try Files.read(folder.path + "/attachment") == Self.message.attachments[0].bytes)
        // What is told when something is done goes the same way.
        let notifier = Notifier(
            server: MailServer(url: url, allowsPlaintext: true, timeout: 10_000), sender: "reports@vinea.example")
        #expect(
            notifier.tell(
                WebhookTests.event, to: [.mail("print@vinea.example")], clock: { 1_775_030_400 }, wait: { _ in })
                == [.init(recipient: .mail("print@vinea.example"), failure: nil)])
        #expect(
            String(decoding: try Files.read(folder.path + "/mail"), as: UTF8.self)
                == "print@vinea.example\nbottles-2024: 100,000 codes\nDone.\nno attachment\n")
        withExtendedLifetime(folder) {}
    }

    @Test("fails with a reason when nobody listens")
    func refused() {
        // Port 1 of the loopback interface.
        #expect(throws: TransferError.refused("127.0.0.1:1")) {
            try MailServer(url: "smtp://user:secret@127.0.0.1:1", timeout: 5_000).send(
                Self.message, date: 0, token: "")
        }
    }

    @Test("is refused for addresses of other schemes", arguments: ["http://x", "file:///etc/passwd", "smtp://a b", ""])
    func schemes(url: String) {
        #expect(throws: TransferError.self) {
            try MailServer(url: url, allowsPlaintext: true).send(Self.message, date: 0, token: "")
        }
    }
}
