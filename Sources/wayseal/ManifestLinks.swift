import ArgumentParser
import FoundationEssentials
import Glibc
import Manifest
import Redirects
import Scans
import Site
import Support

/// The manifest for verbs that work without one, too.
struct ManifestLinks: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp(
            "The manifest whose links count; default: wayseal.yaml, and without one whatever was redirected.",
            valueName: "file"))
    var file: String?

    @Option(
        name: .customLong("allow-path"),
        help: ArgumentHelp("The manifest may also name files under this folder.", valueName: "dir"))
    var allowedPaths: [String] = []

    /// A path that the manifest names, as seen from here: relative ones begin at the manifest.
    func path(_ path: String) -> String { Files.join(Files.parent(of: file ?? "wayseal.yaml"), path) }

    /// The site, as far as there is a manifest.
    /// - Throws: exit 1 when it has errors, 4 when it can't be read.
    func site() throws -> Site? {
        let path = file ?? "wayseal.yaml"
        do { if file == nil, try Files.status(path) == nil { return nil } } catch { throw Failure(error) }
        let options = ManifestOptions(environment: ProcessInfo.processInfo.environment, allowedPaths: allowedPaths)
        let result: ManifestResult
        do throws(ManifestError) { result = try ManifestReader(options: options).read(path: path) } catch {
            throw Failure(.outsideWorld, error.summary, hint: error.hint)
        }
        if let site = result.site { return site }
        let errors = result.diagnostics.filter { $0.severity == .error }
        let renderer = DiagnosticRenderer(color: PrintOptions.Color.auto.isUsed(on: STDERR_FILENO))
        Terminal.note(renderer.text(errors, sources: result.sources))
        throw Failure(.checkFailed, "\(path) has \(count(errors.count, "error"))", hint: "see 'wayseal check'")
    }
}

extension LinkCatalog {
    /// The links of a site; without one whatever a log shows to be redirected.
    init(of site: Site?) {
        guard let site else {
            self.init(scope: .discover)
            return
        }
        self.init(site: site) { link in
            guard link.policy >= 0, let limit = site.policies[Int(link.policy)].limit else { return nil }
            let domain = site.domains[Int(link.domain)]
            // Where nothing is said, nginx counts exactly by itself and Caddy can't.
            guard limit.enforcement == .soft || limit.enforcement == nil && domain.servers.contains(.caddy) else {
                return nil
            }
            let id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
            return LinkIdentity.denyMarker(host: domain.host, id: id)
        }
    }
}

/// Says how to make a database of counts when there is none.
func requireCounts(_ path: String) throws(Failure) {
    do {
        if try Files.status(path) != nil { return }
    } catch { throw Failure(error) }
    throw Failure(.outsideWorld, "\(path) does not exist", hint: "'wayseal scans ingest LOG' makes it")
}

extension Failure {
    /// Logs that could not be taken in, or a database that could not be read.
    init(_ error: IngestError) {
        var hint: String?
        if case .geography = error {
            hint = "fetch the file again from where it came from; without a database of places, countries are not known"
        }
        self.init(.outsideWorld, error.description, hint: hint)
    }
}
