import AccessLogs
import ArgumentParser
import Glibc
import Scans
import Site
import Support

/// `wayseal scans generate`: made-up logs for tests, benchmarks and the demo; not in the help.
struct ScansGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write a made-up log.",
        discussion: "With -f the links, variants and funnel are those of a manifest.", shouldDisplay: false)
    @Option(help: "The seed.") var seed: UInt64 = 42
    @Option(help: "Lines.") var lines = 100_000
    @Option(help: "Days over which they are spread.") var days = 30
    @Option(help: "The first day.") var from = "2024-03-01"
    @Option(help: "combined, nginx-json, caddy-json, w3c or cloudfront.") var format = "combined"
    @Option(help: "The host of the links.") var host = "go.example"
    @Option(name: .customLong("path"), help: "Paths of links instead of made-up ones.") var paths: [String] = []
    @Option(name: .customLong("network"), help: "First two bytes of addresses, as 10.142.") var networks: [String] = []
    @Option(help: "How many addresses there are.") var addresses: Int?
    @Option(help: "The file.") var output: String
    @Option(
        name: .customLong("goals-output"),
        help: "A log of the site that links lead to, with visits of the funnel's pages.")
    var goalsOutput: String?
    @Option(name: [.customShort("f"), .long], help: "A manifest whose links are scanned.") var file: String?

    func run() throws {
        guard let format = LogFormat.allCases.first(where: { $0.name == format }), let day = CivilDay(iso: from) else {
            throw Failure(.usage, "--format or --from is none that is known")
        }
        var generator = LogGenerator(seed: seed, lines: lines, start: Int64(day.number) * 86400, days: days)
        generator.host = host
        generator.paths = paths
        generator.networks = networks
        if let addresses { generator.addresses = addresses }
        if !paths.isEmpty { generator.links = paths.count }
        if let file {
            var manifest = try ManifestLinks.parse([])
            manifest.file = file
            if let site = try manifest.site() { generator.take(site) }
        }
        do {
            let log = try FileDescriptor(path: output, flags: O_WRONLY | O_CREAT | O_TRUNC)
            guard let goalsOutput else {
                try generator.write(format) { (bytes: [UInt8]) throws(FileError) in try log.write(bytes) }
                return
            }
            let goals = try FileDescriptor(path: goalsOutput, flags: O_WRONLY | O_CREAT | O_TRUNC)
            try generator.write(format) { (bytes: [UInt8]) throws(FileError) in
                try log.write(bytes)
            } goals: { (bytes: [UInt8]) throws(FileError) in
                try goals.write(bytes)
            }
        } catch { throw Failure(error) }
    }
}

extension LogGenerator {
    /// The links of a site in the order of its manifest, and the pages of its first funnel.
    fileprivate mutating func take(_ site: Site) {
        targets = LinkCatalog(site: site).entries.map { entry in
            let path = entry.path.hasSuffix("*") ? String(entry.path.dropLast()) + "start" : entry.path
            return Target(host: entry.host, path: path, variants: entry.variants, isDense: entry.isMarked)
        }
        links = targets.count
        steps = site.reports.funnels.first ?? Array(Set(site.goals.values.map(\.page))).sorted()
    }
}
