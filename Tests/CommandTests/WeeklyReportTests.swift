import Foundation
import Testing

/// The weekly report as a timer makes it: what the manifest says, mailed through a real server.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"), .timeLimit(.minutes(3)))
struct WeeklyReportTests {
    private static let manifest = """
        site: { name: Vinea }
        domains: { go.example.org: {} }
        links: { menu: https://example.org/menu, shop: https://example.org/shop }
        reports:
          logs: access.log*
          smtp: smtp://127.0.0.1:PORT
          from: reports@example.org
          weekly: { formats: [html, xlsx], to: [mailto:ceo@example.org, mailto:anna@example.org] }

        """

    @Test("the emitted unit is one that systemd takes, and its command mails the PDF of the last week")
    func weekly() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let installed = try shell.run("mkdir mail && cd \"$REPO\" && ./.ci/python-packages")
        try #require(installed.status == 0, "\(installed.output)")
        // Not in the background of a shell: whoever waits for that would wait for the server.
        let server = try shell.start(
            "exec \"$REPO/.build/venv/bin/python\" \"$REPO/Tests/TransferTests/mailserver.py\" mail > served 2>&1")
        defer {
            server.process.terminate()
            server.process.waitUntilExit()
        }
        let port = try shell.run("for i in $(seq 200); do [ -s mail/port ] && break; sleep 0.05; done; cat mail/port")
            .output.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(Int(port) != nil, "\(port)")
        try Self.manifest.replacing("PORT", with: port).write(
            to: shell.folder.appendingPathComponent("wayseal.yaml"), atomically: true, encoding: .utf8)
        // The last week that is over, Monday to Sunday.
        let days = try shell.run(
            """
            monday=$(date -d "$(date +%F) -$(( $(date +%u) + 6 )) days" +%F)
            echo $monday $(date -d "$monday +6 days" +%F)
            wayseal scans generate --host go.example.org --path /menu --path /shop --lines 2000 --seed 3 --from $monday \\
              --days 7 --output access.log
            """)
        let week = days.output.split(whereSeparator: \.isWhitespace).prefix(2).map(String.init)
        try #require(week.count == 2, "\(days.output)")
        let program = Shell.products.appendingPathComponent("wayseal").path
        let units = try shell.run(
            """
            wayseal scans units --binary '\(program)' -o units && for unit in units/*.service units/*.timer; do
              systemd-analyze verify "$unit" || exit 1; done
            """)
        #expect(units.status == 0, "\(units.output)")
        let times = try shell.run(
            "systemd-analyze calendar \"$(sed -n 's/^OnCalendar=//p' units/wayseal-weekly-report.timer)\"")
        #expect(times.output.contains("Mon") && times.output.contains("06:00:00"), "\(times.output)")

        // What the service runs, in a folder of ours. The server of this test speaks no TLS, which must be allowed.
        let run = """
            set -e
            mkdir state; wayseal scans ingest --database state/scans.db > /dev/null
            command=$(sed -n 's/^ExecStart=//p' units/wayseal-weekly-report.service | sed "s#/var/lib/wayseal-scans#$PWD/state#g")
            eval "$command" && exit 99
            eval "$command --smtp-plaintext"
            """
        let sent = try shell.run(run)
        #expect(sent.status == 0, "\(sent.output)")
        #expect(sent.output.contains("wayseal: error: "), "without TLS nothing is sent: \(sent.output)")
        #expect(try shell.run("ls state | tr '\\n' ' '").output.contains("weekly.html weekly.xlsx "))
        let mail = try String(contentsOf: shell.folder.appendingPathComponent("mail/mail"), encoding: .utf8)
            .components(separatedBy: "\n")
        #expect(mail[0] == "ceo@example.org anna@example.org")
        #expect(mail[1].hasPrefix("Vinea – ") && mail[2].contains("Unique scans"), "\(mail)")
        #expect(mail[3] == "report-\(week[0])-\(week[1]).pdf")
        let text = try shell.run("pdftotext mail/attachment - && pdfinfo mail/attachment")
        #expect(text.status == 0 && text.output.contains("Vinea") && text.output.contains("go.example.org/menu"))
        #expect(text.output.contains("Tagged:          yes"), "\(text.output.suffix(600))")
        let scans = try shell.run("wayseal scans query --database state/scans.db 'SELECT sum(scans) FROM scans'")
        let number = Int(scans.output.split(separator: "\n").last ?? "") ?? 0
        #expect(number > 1000 && text.output.contains("\(number / 1000),\(String(1000 + number % 1000).dropFirst())"))
    }
}
