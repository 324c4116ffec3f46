import Foundation
import Testing

/// What strangers write into logs, and what disks and people do to them, through the program itself.
@Suite struct BadInputTests {
    private static let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)"

    private static func line(
        _ time: String, ip: String = "192.0.2.1", path: String = "/a", referrer: String = "-", agent: String = agent
    ) -> String {
        "\(ip) - - [\(time)] \"GET \(path) HTTP/1.1\" 302 0 \"\(referrer)\" \"\(agent)\"\n"
    }

    private func write(_ shell: Shell, _ name: String, _ bytes: Data) throws {
        try bytes.write(to: shell.folder.appendingPathComponent(name))
    }

    private func write(_ shell: Shell, _ name: String, _ text: String) throws {
        try write(shell, name, Data(text.utf8))
    }

    @Test("what stands in any field of any format reaches HTML, CSV, JSON, XLSX and a terminal dead")
    func hostile() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let words = [
            "</script><script>alert(1)</script>", "=cmd|'/C-calc'!A0", "@SUM(1+1)", "\u{0}\u{1B}[31m\u{7}\u{9B}2J",
            "<img src=x onerror=alert(1)>", "javascript:alert(1)", "+1-1", "-2+3", "\"><b>", "\u{202E}gpj", "\t=1+1",
        ]
        var combined = Data()
        var own = ""
        var caddy = ""
        func json(_ object: [String: Any]) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
        }
        for (i, word) in words.enumerated() {
            let ip = "192.0.2.\(i + 1)"
            let escaped = word.replacingOccurrences(of: "\"", with: "\\x22").replacingOccurrences(
                of: "\t", with: "\\x09")
            combined += Data(
                Self.line(
                    "01/Mar/2026:10:00:00 +0000", ip: ip, path: "/\(escaped)?\(escaped)",
                    referrer: "https://\(escaped)/", agent: Self.agent + escaped
                ).utf8)
            // The same with bytes that are no text.
            combined +=
                Data("\(ip) - \u{0} [01/Mar/2026:10:00:00 +0000] \"GET /".utf8) + Data([0xFF, 0xC3, 0x28, 0x80])
            combined +=
                Data(" HTTP/1.1\" 302 0 \"https://".utf8) + Data([0xFE, 0xE2, 0x82])
                + Data("/\" \"\(Self.agent)\"\n".utf8)
            for _ in 0..<2 {
                own += try json([
                    "v": 1, "t": "1772359200.5", "id": word, "link": word, "var": word, "deny": "", "host": word,
                    "path": "/" + word, "q": word, "m": "GET", "st": 302, "to": word, "ip": ip, "ua": Self.agent + word,
                    "ref": "https://\(word)/", "al": word, "dnt": "", "pf": "",
                ])
                caddy += try json([
                    "ts": 1_772_359_200.5, "status": 302,
                    "request": [
                        "remote_ip": ip, "method": "GET", "host": word, "uri": "/" + word,
                        "headers": ["User-Agent": [Self.agent + word], "Referer": ["https://" + word]],
                    ], "resp_headers": ["X-Link": [word], "X-Variant": [word]],
                ])
            }
        }
        try write(shell, "combined.log", combined)
        try write(shell, "own.log", own)
        try write(shell, "caddy.log", caddy)
        let read = try shell.run("wayseal scans ingest combined.log own.log caddy.log")
        #expect(read.output.contains(" of 3 logs, 0 malformed"), "\(read.output)")
        let made = try shell.run(
            "wayseal report --title \"</script>=cmd|'x'!A0\" --from 2026-03-01 --to 2026-03-01 --html --pdf --xlsx --csv --json -o r"
        )
        #expect(made.status == 0, "\(made.output)")
        let html = try String(contentsOf: shell.folder.appendingPathComponent("r.html"), encoding: .utf8)
        #expect(html.contains("&lt;/script&gt;=cmd|"))
        for tag in ["<script", "<img", "<b>", "onerror=alert(1)>"] { #expect(!html.lowercased().contains(tag)) }
        #expect(html.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" })
        let csv = try String(contentsOf: shell.folder.appendingPathComponent("r.csv"), encoding: .utf8)
        #expect(csv.contains("alert") && csv.firstMatch(of: /(^|[,\r\n])"?[=@+\t]/) == nil)
        let object = try Data(contentsOf: shell.folder.appendingPathComponent("r.json"))
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: object) }
        let sheets = try shell.run("unzip -p r.xlsx 'xl/worksheets/*.xml' | grep -c '<f[ >]'")
        #expect(sheets.output == "0\n")
        for query in ["", "\"SELECT * FROM dimensions\"", "\"SELECT * FROM excluded\""] {
            let rows = try shell.run("wayseal scans query \(query)")
            #expect(rows.status == 0)
            #expect(
                rows.output.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) || "\n\t".unicodeScalars.contains($0)
                })
        }
    }

    @Test("a port is no part of a host's name, and a star in a path stands for itself: also without a manifest")
    func discovered() throws {
        let shell = try Shell()
        defer { shell.clean() }
        var log = ""
        for (i, target) in ["/a", "/a", "/%2A", "/*", "/other", "/%FF", "/%ff"].enumerated() {
            log +=
                "{\"ts\":\(1_772_359_200 + i * 60),\"request\":{\"remote_ip\":\"192.0.2.\(i)\",\"method\":\"GET\",\"host\":\"Go.Example:8443\",\"uri\":\"\(target)\",\"headers\":{\"User-Agent\":[\"\(Self.agent)\"]}},\"status\":302}\n"
        }
        try write(shell, "caddy.log", log)
        let read = try shell.run("wayseal scans ingest caddy.log && wayseal scans query")
        #expect(
            read.output == """
                7 lines of 1 logs, 0 malformed, 1 days closed
                day\tlink\tscans\tunique\texcluded
                2026-03-01\tgo.example/%2a\t2\t2\t0
                2026-03-01\tgo.example/%ff\t2\t2\t0
                2026-03-01\tgo.example/a\t2\t2\t0
                2026-03-01\tgo.example/other\t1\t1\t0

                """)
    }

    @Test("times that are none are malformed; forged ones move a scan, lose none, and close nothing before its time")
    func times() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let good = [
            "01/Jan/0000:00:00:00 +0000", "31/Dec/9999:23:59:59 -1500", "01/Jan/1970:00:00:00 +1400",
            "28/Feb/2026:23:30:00 -0930", "01/Mar/2026:10:00:00 +1400", "01/Mar/2026:10:00:60 +0000",
        ]
        let bad = [
            "30/Feb/2026:00:00:00 +0000", "01/Mar/2026:25:00:00 +0000", "01/Mar/2026:10:00:00 +9999",
            "00/Mar/2026:10:00:00 +0000", "01/Mar/-001:10:00:00 +0000",
        ]
        var text = ""
        for (i, time) in (good + bad).enumerated() { text += Self.line(time, ip: "192.0.2.\(i)") }
        try write(shell, "access.log", text)
        let read = try shell.run("wayseal scans ingest access.log")
        #expect(read.output.hasPrefix("11 lines of 1 logs, 5 malformed"), "\(read.output)")
        let days = try shell.run("wayseal scans query 'SELECT sum(scans), count(*) FROM scans'")
        #expect(days.output == "sum(scans)\tcount(*)\n6\t4\n", "\(days.output)")
        let named = try shell.run(
            "wayseal scans query 'SELECT day, scans FROM scans' | grep -E '^(1970-01-01\t2|2026-03-01\t2|2026-02-28\t1)$' | wc -l"
        )
        #expect(Int(named.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 >= 1, "\(named.output)")
        // The line of the year 9999 is counted now, and said.
        let report = try shell.run("wayseal report")
        #expect(report.output.contains("carried a time in the future"), "\(report.output)")
    }

    @Test("a bomb of gzip, a damaged one, ten megabytes in one line and a cut JSON: told, and the rest is read")
    func bombs() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let line = Self.line("01/Mar/2026:10:00:00 +0000")
        try write(shell, "ok.log", line)
        try write(
            shell, "long.log",
            Self.line("01/Mar/2026:11:00:00 +0000", ip: "192.0.2.2") + String(repeating: "=", count: 10_000_000) + "\n"
                + Self.line("01/Mar/2026:12:00:00 +0000", ip: "192.0.2.3"))
        let script = """
            { cat ok.log; head -c 400000000 /dev/zero; } | gzip -9 > bomb.log.gz
            { cat ok.log; head -c 90000 /dev/urandom | base64; } | gzip > cut.log.gz
            { head -c 10 cut.log.gz; printf '\\377\\377\\377\\377'; tail -c +15 cut.log.gz; } > torn.log.gz
            head -c 60000 cut.log.gz > c && mv c cut.log.gz
            wayseal scans ingest bomb.log.gz cut.log.gz torn.log.gz long.log ok.log; echo "status $?"
            """
        let read = try shell.run(script)
        #expect(read.output.contains("status 4"), "\(read.output)")
        #expect(
            read.output.contains("cannot unpack bomb.log.gz: unfolds to more than 900 times its size"), "\(read.output)"
        )
        #expect(read.output.contains("cannot unpack torn.log.gz: damaged gzip data"), "\(read.output)")
        let scans = try shell.run("wayseal scans query 'SELECT sum(scans) FROM scans WHERE path = \"/a\"'")
        #expect(scans.output == "sum(scans)\n3\n", "\(scans.output)")
    }

    @Test("a damaged database of places is told with its path and what to do, before anything is read")
    func places() throws {
        let shell = try Shell()
        defer { shell.clean() }
        try write(shell, "access.log", Self.line("01/Mar/2026:10:00:00 +0000"))
        let city = Shell.repository.appendingPathComponent("fixtures/places/city.mmdb")
        let whole = try Data(contentsOf: city)
        // The tree points anywhere, the header is whole.
        var tree = whole
        for i in 0..<min(2000, whole.count / 3) { tree[i] = UInt8(truncatingIfNeeded: i &* 167 &+ 13) }
        for (name, bytes) in [("cut", whole.prefix(whole.count / 2)), ("empty", Data()), ("tree", tree)] {
            try write(shell, "\(name).mmdb", bytes)
            let read = try shell.run("wayseal scans ingest --geo \(name).mmdb --database \(name).db access.log")
            #expect(
                read.status == 4 && read.output.hasPrefix("wayseal: error: cannot use \(name).mmdb: "), "\(read.output)"
            )
            #expect(read.output.contains("wayseal: hint: fetch the file again"))
        }
        #expect(try shell.run("wayseal scans ingest --geo none.mmdb access.log").status == 4)
        #expect(try shell.run("wayseal scans ingest --geo \(city.path) access.log").status == 0)
    }

    @Test(
        "a log that is cut while it is followed: what was read stays counted once, what comes is counted, and it is said"
    )
    func cut() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let script = """
            wayseal scans generate --host go.example.org --path /menu --lines 2000 --seed 9 \\
              --from "$(date -d yesterday +%F)" --days 1 --output whole.log
            head -n 1000 whole.log > access.log
            wayseal scans follow access.log > said 2>&1 &
            pid=$!
            # Waits until so many lines were counted.
            until_lines() { for i in $(seq 100); do
              [ "$(wayseal scans query 'SELECT sum(requests) FROM days' 2>/dev/null | tail -n 1)" = $1 ] && break; sleep 0.1
            done; }
            until_lines 1000
            head -n 500 whole.log > kept; head -c 40 whole.log >> kept; cat kept > access.log
            for i in $(seq 100); do grep -q 'was cut' said && break; sleep 0.1; done
            # Less than what was cut off, then more.
            sed -n 1001,1100p whole.log >> access.log; until_lines 1100
            sed -n 1101,1800p whole.log >> access.log; until_lines 1800
            kill -TERM $pid; wait $pid
            cat said; wayseal scans query 'SELECT sum(requests) FROM days'
            # Another run, which knows nothing of the cut, finds nothing new.
            wayseal scans ingest access.log
            """
        let result = try shell.run(script)
        #expect(result.output.contains("sum(requests)\n1800\n0 lines of "), "\(result.output)")
        #expect(result.output.split(separator: "\n").count { $0.contains("access.log was cut from ") } == 1)
    }

    @Test(
        "logs and folders without permission are named, the others are read; so is a place where nothing may be written"
    )
    func permission() throws {
        let shell = try Shell()
        defer { shell.clean() }
        for name in ["ok.log", "secret.log"] { try write(shell, name, Self.line("01/Mar/2026:10:00:00 +0000")) }
        let isRoot = getuid() == 0
        let drop = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
        let program = Shell.products.appendingPathComponent("wayseal").path
        // The account may not be allowed to where the program was built: a copy is.
        let prepared = try shell.run(
            """
            cp '\(program)' ./w && chmod 755 w && chmod 777 . && mkdir closed sealed && cp ok.log closed/a.log
            chmod 000 closed secret.log && chmod 555 sealed
            """)
        #expect(prepared.status == 0, "\(prepared.output)")
        defer { _ = try? shell.run("chmod 700 closed sealed") }
        let read = try shell.run("\(drop)./w scans ingest secret.log closed/a.log 'closed/*.log' 'absent/*.log' ok.log")
        #expect(read.status == 4)
        #expect(
            Set(read.output.split(separator: "\n").map(String.init)) == [
                "1 lines of 1 logs, 0 malformed, 1 days closed",
                "wayseal: error: cannot open secret.log: Permission denied",
                "wayseal: error: cannot read closed/a.log: Permission denied",
                "wayseal: error: cannot read closed/*.log: Permission denied",
            ], "\(read.output)")
        let rows = try shell.run("\(drop)./w scans query 'SELECT sum(scans) FROM scans'")
        #expect(rows.output == "sum(scans)\n1\n", "\(rows.output)")
        for command in ["scans ingest --database sealed/x.db ok.log", "report --html -o sealed/x"] {
            let refused = try shell.run("\(drop)./w \(command)")
            #expect(refused.status == 4 && refused.output.contains("sealed/x"), "\(refused.output)")
        }
        // Following says it once, not each round, and reads on.
        let followed = try shell.run(
            "exec timeout -s TERM 3 \(drop) ./w scans follow --database f.db secret.log 'closed/*.log' ok.log")
        let complaints = followed.output.split(separator: "\n").filter { $0.contains("Permission denied") }
        #expect(complaints.count == 2 && followed.output.contains("1 lines of 1 logs"), "\(followed.output)")
    }
}
