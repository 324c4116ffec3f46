import ArgumentParser
import Build
import Glibc
import Scans
import Site
import Support

/// `wayseal scans units`: what systemd needs to keep counts and reports current.
struct ScansUnitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "units", abstract: "Write units for systemd that follow the logs and send the reports.",
        discussion: """
            A service that follows the logs of the manifest, and a service with a timer for each report the manifest \
            asks for; and where links have a limit that nginx keeps, a timer that tells their tokens the count every minute. \
            Debian rotates /var/log/nginx itself: nothing is to be set up for that.

            Examples:
              wayseal scans units -f /etc/wayseal/wayseal.yaml -o units
              sudo cp units/wayseal-*.service units/wayseal-*.timer /etc/systemd/system/
              sudo cp units/wayseal.sysusers.conf /etc/sysusers.d/wayseal.conf
              sudo systemd-sysusers && sudo systemctl enable --now wayseal-scans.service
            """)
    @OptionGroup var manifest: ManifestLinks
    @Option(help: ArgumentHelp("The program on the server.", valueName: "file")) var binary = "/usr/local/bin/wayseal"
    @Option(help: ArgumentHelp("The folder of counts and reports, under /var/lib.", valueName: "dir"))
    var folder = "/var/lib/wayseal-scans"
    @Option(help: ArgumentHelp("The server's --state folder.", valueName: "dir")) var state = "/var/lib/wayseal"
    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "dir")) var output = "."

    func validate() throws {
        for (name, path) in [("--binary", binary), ("--folder", folder), ("--state", state)]
        where !path.hasPrefix("/") || path.contains("\n") {
            throw ValidationError("\(name) must be an absolute path")
        }
        if Files.parent(of: folder) != "/var/lib" { throw ValidationError("--folder must be a folder under /var/lib") }
    }

    func run() throws {
        let path = manifest.file ?? "wayseal.yaml"
        guard let site = try manifest.site(), let whole = Files.realPath(path) else {
            throw Failure(.outsideWorld, "\(path) does not exist", hint: "-f names the manifest")
        }
        guard !site.reports.logs.isEmpty else {
            throw Failure(
                .checkFailed, "the manifest names no logs",
                hint: "write reports: { logs: /var/log/nginx/*.access.log* }")
        }
        let reports = site.reports
        let schedules = [("daily", reports.daily), ("weekly", reports.weekly), ("monthly", reports.monthly)]
            .filter { $0.1 != nil }.map(\.0)
        var units = ScanUnits(binary: binary, manifest: whole, folder: folder, state: state)
        units.tellsHooks = !Notices.hooks(of: site, .limit).isEmpty
        do {
            try Files.makeDirectory(output)
            let tokens = !TokenStore.tickets(of: site) { $0.slug }.isEmpty
            for (name, text) in units.files(schedules: schedules, tokens: tokens) {
                let file = Files.join(output, name)
                try Files.replace(file, Array(text.utf8))
                Terminal.say(file)
            }
        } catch { throw Failure(error) }
    }
}
