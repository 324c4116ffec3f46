import Foundation
import SQLite
import Support
import TestSupport
import Testing

@testable import Scans

/// Real servers: Debian's ClickHouse as two shards on loopback, and today's engine (PyPI's chdb) behind a small HTTP
/// server of Python.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"), .timeLimit(.minutes(5)))
struct ClickHouseTests {
    /// A server process, stopped by its own id. Not Foundation's `Process`: ClickHouse closes every file that it inherits,
    /// which Foundation takes for its end; then it waits for it, and no other process of the tests is seen to end.
    final class Server {
        private var pid: pid_t = 0
        let folder = TemporaryFolder()
        let port: Int

        init(port: Int) { self.port = port }

        func start(_ program: String, _ arguments: [String]) throws {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            for descriptor: Int32 in 0...2 {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
            }
            let shell: [String] = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path, program] + arguments
            var words: [UnsafeMutablePointer<CChar>?] = shell.map { strdup($0) } + [nil]
            let settings: [String] = ["PATH=/usr/bin:/bin", "HOME=" + folder.path]
            var variables: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
            defer { for word in words + variables { free(word) } }
            let result = posix_spawn(&pid, "/bin/sh", &actions, nil, &words, &variables)
            try #require(result == 0)
        }

        private var isRunning: Bool { pid > 0 && waitpid(pid, nil, WNOHANG) == 0 }

        func wait() throws {
            let server = try ClickHouse(url: "clickhouse://127.0.0.1:\(port)")
            for _ in 0..<600 {
                if let answer = try? server.run("SELECT 1"), answer.starts(with: "1".utf8) { return }
                try #require(isRunning, "the server ended")
                usleep(100_000)
            }
            Issue.record("the server does not answer")
        }

        func stop() {
            // It inherits our blocked signals, so SIGTERM may never reach it; what it wrote goes with the folder.
            guard pid > 0 else { return }
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            pid = 0
        }
    }

    /// Ports that nobody listens at now.
    static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(socket, pointer, length) == 0 && getsockname(socket, pointer, &length) == 0
                }
            }
            try #require(bound)
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    static func debian(http: Int, tcp: Int, peers: [Int]) throws -> Server {
        let server = Server(port: http)
        let folder = server.folder.path
        let shards = peers.map { "<shard><replica><host>127.0.0.1</host><port>\($0)</port></replica></shard>" }.joined()
        let config = """
            <yandex><logger><level>warning</level><log>\(folder)/log</log><errorlog>\(folder)/err</errorlog></logger>
            <listen_host>127.0.0.1</listen_host><http_port>\(http)</http_port><tcp_port>\(tcp)</tcp_port>
            <path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path><users_config>users.xml</users_config>
            <default_profile>default</default_profile><default_database>default</default_database>
            <mark_cache_size>67108864</mark_cache_size><max_concurrent_queries>50</max_concurrent_queries>
            <remote_servers><web>\(shards)</web></remote_servers></yandex>
            """
        let users = """
            <yandex><profiles><default/></profiles><users><default><password></password>
            <networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
            <quotas><default/></quotas></yandex>
            """
        try Data(config.utf8).write(to: URL(fileURLWithPath: folder + "/config.xml"))
        try Data(users.utf8).write(to: URL(fileURLWithPath: folder + "/users.xml"))
        try server.start("/usr/sbin/clickhouse-server", ["--config-file=\(folder)/config.xml"])
        return server
    }

    /// The tables before goals were exchanged.
    static let version1 = [
        """
        CREATE TABLE wayseal_cell_local (day Date, source String, sequence UInt64, host String, path String, scans UInt32,
        uniques UInt32, late UInt32, last UInt32, dimensions Array(String), texts Array(String), text_scans Array(UInt32),
        text_uniques Array(UInt32), reasons Array(String), left_out Array(UInt32), visitors Array(UInt64))
        ENGINE = ReplacingMergeTree(sequence) PARTITION BY toYYYYMM(day) ORDER BY (day, source, host, path)
        """,
        """
        CREATE TABLE wayseal_day_local (day Date, source String, sequence UInt64, zone String, is_closed UInt8,
        requests UInt64, visitors UInt64, anonymous UInt64, late UInt64, skewed UInt64, reasons Array(String),
        left_out Array(UInt64), attribution String) ENGINE = ReplacingMergeTree(sequence)
        PARTITION BY toYYYYMM(day) ORDER BY (day, source)
        """,
    ]

    /// Pushes two machines, twice, one of them cut off in between; the report is that of the one log.
    static func judge(_ place: String, createsTables: Bool) throws {
        let (whole, parts) = try ExchangeTests.machines(openDay: true, shares: true)
        let theirs = try ExchangeTests.report(whole.database, now: whole.now)
        let server = try ClickHouse(url: place)
        var sent = 0
        for (index, bench) in parts.enumerated() {
            let name = "web\(index + 1)"
            let export = try ScanExport.open(bench.database, source: name, rules: bench.rules)
            sent += try server.push(export, source: name, now: 1000, createsTables: createsTables)
            #expect(try server.push(export, source: name, now: 1001, createsTables: createsTables) == 0)
        }
        #expect(sent == 6)
        // A run that was killed before it noted what it had sent: everything is sent once more.
        let again = try ScanExport.open(parts[0].database, source: "web1", rules: parts[0].rules)
        try again.database.run("DELETE FROM part WHERE day % 2 = 0")
        #expect(try server.push(again, source: "web1", now: 1000, createsTables: createsTables) > 0)

        let period = try #require(try server.days())
        #expect(period.first.description == "2024-03-01" && period.last.description == "2024-03-03")
        let fetched = whole.folder.path + "/fetched.db"
        try server.fetch(period, into: fetched)
        let ours = try ExchangeTests.report(fetched, now: whole.now)
        #expect(ours.totals == theirs.totals)
        #expect(ours.waterfall == theirs.waterfall && ours.days == theirs.days)
        #expect(Outcome(ours).links == Outcome(theirs).links)

        // What people ask with their own statements.
        func ask(_ statement: String) throws -> String {
            String(decoding: try server.run(statement), as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        #expect(
            try ask("SELECT sum(scans) FROM wayseal_cell FINAL FORMAT TabSeparated") == "\(theirs.totals.scans)")
        let uniques = try ask(
            """
            SELECT sum(u) FROM (SELECT day, host, path, uniqExactArray(visitors) AS u FROM wayseal_cell FINAL
            GROUP BY day, host, path) FORMAT TabSeparated
            """)
        #expect(uniques == "\(theirs.totals.uniqueScans)")
        let devices = try ask(
            """
            SELECT t, sum(n) FROM wayseal_cell FINAL ARRAY JOIN dimensions AS d, texts AS t, text_scans AS n
            WHERE d = 'hour' GROUP BY t ORDER BY toUInt32(t) FORMAT TabSeparated
            """)
        #expect(devices.split(separator: "\n").count == 24)
        try judgeGoals(server, createsTables: createsTables)
    }

    /// Goals and ids of two machines, fetched again: those of one. An id that comes back later is sent alone.
    static func judgeGoals(_ server: ClickHouse, createsTables: Bool) throws {
        let (whole, parts) = try GoalExchangeTests.machines(isOpen: false)
        func push() throws -> Int {
            var sent = 0
            for (index, part) in parts.enumerated() {
                let name = "shop\(index + 1)"
                let export = try ScanExport.open(part.database, source: name, catalog: GoalExchangeTests.catalog)
                sent += try server.push(export, source: name, now: 2000, createsTables: createsTables)
            }
            return sent
        }
        #expect(try push() > 0)
        #expect(try push() == 0)
        let csv = "time,qid,goal\n\(GoalBench.start + 5 * 86_400),\(GoalBench.id(2)),\n"
        for machine in [parts[1], whole] {
            _ = try Postbacks.ingest(Array(csv.utf8), database: machine.database, now: machine.bench.now)
        }
        #expect(try push() == 1)
        let day = try #require(CivilDay(iso: "2026-03-01"))
        let period = ScanReport.Period(first: day, last: day)
        let fetched = whole.bench.folder.path + "/fetched.db"
        try server.fetch(period, into: fetched)
        #expect(
            try GoalExchangeTests.outcome(fetched, now: whole.bench.now, period: period)
                == GoalExchangeTests.outcome(whole.database, now: whole.bench.now, period: period))
    }

    @Test("Debian's server, two shards: what two machines sent is what one would have counted")
    func shards() throws {
        let ports = try Self.freePorts(4)
        let servers = try (0..<2).map { index in
            try Self.debian(http: ports[index], tcp: ports[2 + index], peers: [ports[2], ports[3]])
        }
        defer { for server in servers { server.stop() } }
        for server in servers {
            try server.wait()
            let client = try ClickHouse(url: "clickhouse://127.0.0.1:\(server.port)")
            // One of them has the tables of an older version.
            if server === servers[0] { for table in Self.version1 { try client.run(table) } }
            for statement in ClickHouse.tables(cluster: "web") { try client.run(statement) }
            guard server === servers[0] else { continue }
            #expect(throws: ExchangeError.self) {
                let (_, parts) = try GoalExchangeTests.machines(isOpen: false)
                let export = try ScanExport.open(parts[0].database, source: "a")
                _ = try client.push(export, source: "a", now: 1)
            }
            for statement in ClickHouse.additions(cluster: "web") { try client.run(statement) }
        }
        try Self.judge("clickhouse://127.0.0.1:\(ports[0])", createsTables: false)
        // Both hold a part.
        for server in servers {
            let client = try ClickHouse(url: "clickhouse://127.0.0.1:\(server.port)")
            let rows = try client.run("SELECT count() FROM wayseal_cell_local FORMAT TabSeparated")
            #expect((Int(String(decoding: rows.dropLast(), as: UTF8.self)) ?? 0) > 0)
        }
        // A statement that fails is told in the server's words; nobody at the port in ours.
        #expect(throws: ExchangeError.self) {
            try ClickHouse(url: "clickhouse://127.0.0.1:\(ports[0])/missing").run("SELECT 1 FROM nothing")
        }
    }

    @Test("today's ClickHouse understands the same statements")
    func today() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let server = Server(port: try Self.freePorts(1)[0])
        defer { server.stop() }
        let script = """
            import sys, urllib.parse
            from http.server import BaseHTTPRequestHandler, HTTPServer
            from chdb import session
            s = session.Session()
            class Handler(BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).get("query", [""])[0]
                    text = query + "\\n" + body.decode() if query else body.decode()
                    try: status, answer = 200, s.query(text, "TabSeparated").bytes()
                    except Exception as error: status, answer = 500, str(error).encode()
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                def log_message(self, *a): pass
            HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
            """
        try server.start(root.path + "/.build/venv/bin/python", ["-c", script, "\(server.port)"])
        try server.wait()
        try Self.judge("clickhouse://127.0.0.1:\(server.port)", createsTables: true)
    }
}
