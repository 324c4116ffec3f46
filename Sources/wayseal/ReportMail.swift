import ArgumentParser
import Glibc
import Reports
import Scans
import Transfer

/// Sending the report; user and password come from WAYSEAL_SMTP_USER and WAYSEAL_SMTP_PASSWORD.
struct ReportMail: ParsableArguments {
    @Option(name: .customLong("mail-to"), help: ArgumentHelp("Mail the PDF to this address; may be given again."))
    var to: [String] = []
    @Option(name: .customLong("mail-from"), help: "The sender's address.") var from: String?
    @Option(help: ArgumentHelp("smtps://host or smtp://host:587; encryption is required.", valueName: "url"))
    var smtp: String?
    @Flag(name: .customLong("smtp-plaintext"), help: "Allow a server without encryption: a relay on this machine.")
    var allowsPlaintext = false

    mutating func validate() throws {
        if let wrong = (to + [from].compactMap { $0 }).first(where: { MailMessage.Mailbox($0) == nil }) {
            throw ValidationError("'\(wrong)' is no mail address")
        }
    }

    /// The recipients of a schedule, when none was asked for.
    mutating func setUnlessAsked(_ recipients: [String], server: String?, sender: String?) {
        smtp = smtp ?? server
        from = from ?? sender
        if to.isEmpty { to = recipients }
    }

    /// Sends the PDF with a summary.
    func send(_ report: ScanReport, language: Language, now: Int64) throws {
        guard !to.isEmpty else { return }
        guard let smtp, let sender = from.flatMap({ MailMessage.Mailbox($0) }) else {
            throw Failure(
                .checkFailed, "nothing says how to send mail to \(to.joined(separator: ", "))",
                hint:
                    "write reports: { smtp: smtps://mail.example.org, from: reports@example.org }, or --smtp and --mail-from"
            )
        }
        let name = "report-" + report.period.first.description + "-" + report.period.last.description + ".pdf"
        let message = MailMessage(
            from: sender, to: to.compactMap { MailMessage.Mailbox($0) },
            subject: report.title + " – " + language.period(report.period),
            text: TextReport.summary(report, language: language),
            attachments: [
                .init(name: name, type: "application/pdf", bytes: try PDFReport.document(report, language: language))
            ])
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        try MailServer(
            url: smtp, user: variable("WAYSEAL_SMTP_USER"), password: variable("WAYSEAL_SMTP_PASSWORD"),
            allowsPlaintext: allowsPlaintext
        ).send(
            message, date: now,
            token: String(UInt64.random(in: .min ... .max), radix: 36)
                + String(UInt64.random(in: .min ... .max), radix: 36))
    }
}
