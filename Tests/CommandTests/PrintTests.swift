import Foundation
import Testing

/// The real CUPS, on a loopback port of its own, as root (it drops what it does not need).
@Suite(
    "Printing through CUPS",
    .enabled(
        if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1" && getuid() == 0
            && FileManager.default.isExecutableFile(atPath: "/usr/sbin/cupsd")))
struct PrintTests {
    @Test("hands files over as they are, to the printer that is named")
    func spooled() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let folder = shell.folder.appendingPathComponent("cups")
        let port = Int.random(in: 20_000..<40_000)
        for name in ["root", "spool", "cache", "state", "log"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try """
        Listen 127.0.0.1:\(port)
        WebInterface No
        Browsing No
        <Location />
          Order allow,deny
          Allow all
        </Location>
        <Policy default>
          <Limit All>
            Order allow,deny
            Allow all
          </Limit>
        </Policy>
        """.write(to: folder.appendingPathComponent("root/cupsd.conf"), atomically: true, encoding: .utf8)
        let path = folder.path
        try """
        ServerRoot \(path)/root
        RequestRoot \(path)/spool
        CacheDir \(path)/cache
        StateDir \(path)/state
        TempDir \(path)/spool
        ErrorLog \(path)/log/error
        AccessLog \(path)/log/access
        PageLog \(path)/log/page
        FileDevice Yes
        SystemGroup root
        """.write(to: folder.appendingPathComponent("root/cups-files.conf"), atomically: true, encoding: .utf8)
        _ = try shell.run("chmod 755 . && chown -R lp cups/spool cups/cache cups/state cups/log")
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/sbin/cupsd")
        server.arguments = ["-f", "-c", path + "/root/cupsd.conf", "-s", path + "/root/cups-files.conf"]
        try server.run()
        defer {
            // It is started with SIGTERM blocked.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let environment = "export CUPS_SERVER=127.0.0.1:\(port);"
        _ = try shell.run(
            "\(environment) for i in $(seq 50); do lpstat -r 2>/dev/null | grep -q 'is running' && break; sleep 0.1; done"
        )
        // A printer that takes jobs and keeps them.
        let made = try shell.run(
            "\(environment) lpadmin -p Label -v file:///dev/null -m raw 2>/dev/null; cupsaccept Label && cupsdisable Label"
        )
        try #require(made.status == 0, "\(made.output)")
        _ = try shell.run("printf '^XA^XZ' > a.zpl")
        let printed = try shell.run("\(environment) wayseal print a.zpl --printer Label --copies 3")
        #expect(printed.status == 0, "\(printed.output)")
        #expect(try shell.run("\(environment) lpstat -o").output.contains("Label-1"))
        let spooled = try Data(contentsOf: folder.appendingPathComponent("spool/d00001-001"))
        #expect(spooled == Data("^XA^XZ".utf8))
        // A printer that does not exist is the outside world's failure.
        let unknown = try shell.run("\(environment) wayseal print a.zpl --printer Nothing")
        #expect(unknown.status == 4 && unknown.output.contains("lpstat -p"))
    }
}
