import Testing

@testable import Transfer

@Suite("a mail as bytes")
struct MailMessageTests {
    static let from = MailMessage.Mailbox("wayseal <reports@vinea.example>")!
    static let to = MailMessage.Mailbox("\"Анна Мюллер\" <anna@vinea.example>")!

    @Test("has what RFC 5322 asks for, the same each time")
    func golden() {
        let message = MailMessage(
            from: Self.from, to: [Self.to], subject: "Scan report", text: "Hello\nthere",
            attachments: [.init(name: "Bericht März.pdf", type: "application/pdf", bytes: [1, 2, 3])])
        let text = String(decoding: message.bytes(date: 1_775_030_400, token: "t0k<en>\r\n"), as: UTF8.self)
        #expect(
            text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) == [
                "Date: Wed, 01 Apr 2026 08:00:00 +0000", "From: wayseal", " <reports@vinea.example>",
                "To: =?utf-8?B?0JDQvdC90LAg0JzRjtC70LvQtdGA?=", " <anna@vinea.example>", "Subject: Scan report",
                "Message-ID: <t0ken.1775030400@vinea.example>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=\"=_wayseal_t0ken\"", "", "--=_wayseal_t0ken",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
                "SGVsbG8NCnRoZXJl", "--=_wayseal_t0ken", "Content-Type: application/pdf",
                "Content-Disposition: attachment; filename*=utf-8''Bericht%20M%C3%A4rz.pdf",
                "Content-Transfer-Encoding: base64", "", "AQID", "--=_wayseal_t0ken--", "",
            ])
    }

    @Test("has no header but its own, whatever the subject and names say")
    func injection() {
        let evil = "x\r\nBcc: victim@evil.example\r\n\r\nbody"
        let message = MailMessage(
            from: .init(name: evil, address: "a@b.example")!, to: [Self.to], subject: evil, text: "\r\n.\r\nQUIT",
            attachments: [.init(name: evil, type: "application/pdf", bytes: [])])
        let lines = String(decoding: message.bytes(date: 0, token: ""), as: UTF8.self).split(separator: "\r\n")
        #expect(!lines.contains { $0.hasPrefix("Bcc") || $0 == "." || $0 == "body" || $0.contains("@evil") })
        #expect(lines.allSatisfy { $0.utf8.count <= 160 && !$0.contains("\n") && !$0.contains("\r") })
    }

    @Test(
        "refuses addresses that are none",
        arguments: [
            "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b", "a@b>", "ä@b", "a@b\u{0}", "a@b,c@d",
            "Name <a@b> <c@d", "a\"@b",
        ])
    func addresses(text: String) {
        #expect(MailMessage.Mailbox(text) == nil)
    }

    @Test("cuts long subjects into encoded words of whole letters")
    func longSubjects() {
        let subject = String(repeating: "Отчёт 👩‍👧 ", count: 30)
        let words = MailMessage.words(subject).split(separator: "\r\n ")
        #expect(words.count > 5)
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?B?") && $0.hasSuffix("?=") })
    }
}
