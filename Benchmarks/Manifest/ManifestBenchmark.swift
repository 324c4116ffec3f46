import Glibc
import Manifest
import Site
import Support

/// Reads a manifest and prints the time and the peak of memory: `manifest-benchmark wayseal.yaml`.
@main struct ManifestBenchmark {
    static func main() {
        guard let path = CommandLine.arguments.dropFirst().first else {
            return print("manifest-benchmark MANIFEST")
        }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let result = try ManifestReader(options: ManifestOptions()).read(path: path)
            let elapsed = clock.now - start
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            let bytes = result.sources.files.reduce(0) { $0 + $1.bytes.count }
            print(
                "\(result.site?.links.count ?? -1) links, \(bytes >> 20) MiB of files, \(result.diagnostics.count) diagnostics"
            )
            print("\(elapsed), peak \(usage.ru_maxrss >> 10) MiB")
            for diagnostic in result.diagnostics.prefix(3) { print(diagnostic.summary) }
        } catch {
            print(error)
        }
    }
}
