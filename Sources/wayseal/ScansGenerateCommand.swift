import AccessLogs
import ArgumentParser
import Glibc
import Scans
import Support

/// `wayseal scans generate`: made-up logs for tests, benchmarks and the demo; not in the help.
struct ScansGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write a made-up log.", shouldDisplay: false)
    @Option(help: "The seed.") var seed: UInt64 = 42
    @Option(help: "Lines.") var lines = 100_000
    @Option(help: "Days over which they are spread.") var days = 30
    @Option(help: "The first day.") var from = "2024-03-01"
    @Option(help: "combined, nginx-json, caddy-json, w3c or cloudfront.") var format = "combined"
    @Option(help: "The host of the links.") var host = "go.example"
    @Option(name: .customLong("path"), help: "Paths of links instead of made-up ones.") var paths: [String] = []
    @Option(help: "The file.") var output: String

    func run() throws {
        guard let format = LogFormat.allCases.first(where: { $0.name == format }), let day = CivilDay(iso: from) else {
            throw Failure(.usage, "--format or --from is none that is known")
        }
        var generator = LogGenerator(seed: seed, lines: lines, start: Int64(day.number) * 86400, days: days)
        generator.host = host
        generator.paths = paths
        if !paths.isEmpty { generator.links = paths.count }
        do {
            let file = try FileDescriptor(path: output, flags: O_WRONLY | O_CREAT | O_TRUNC)
            try generator.write(format) { (bytes: [UInt8]) throws(FileError) in try file.write(bytes) }
        } catch { throw Failure(error) }
    }
}
