import Pages
public import Redirects
public import Site
public import Support

/// Everything a site becomes, code images excepted: pure data, nothing written yet.
public struct Compilation: Sendable {
    /// Server configuration and pages, sorted by path.
    public let files: [OutputFile]
    /// The routes that the configuration was made from.
    public let routes: RouteTable
    /// How the site differs from what was built before.
    public let lock: LockUpdate
    /// Folders that a trial needs under its state folder.
    public let trialFolders: [String]
    /// Hosts for which nginx needs certificate files under the state folder.
    public let certificateHosts: [String]
    /// The codes by which designs are judged.
    public let samples: DesignSamples
    /// What is wrong with it, and what somebody should look at.
    public let diagnostics: [Diagnostic]

    /// Compiles `site`; configuration for each server and the lock are made at the same time.
    /// - Parameters:
    ///   - lock: what was built before.
    ///   - deployment: where the result will lie on the server.
    ///   - formats: image formats, to check that no two images get one path.
    public init(
        _ site: Site, lock: LinkLock, deployment: Deployment, formats: [CodeSettings.Format]
    ) async throws(BuildError) {
        async let update = lock.updated(by: site)
        let routes = RouteTable(site: site)
        self.routes = routes
        async let nginx =
            site.domains.contains { $0.servers.contains(.nginx) }
            ? NginxEmitter(deployment: deployment).emit(routes) : Emission()
        async let caddy =
            site.domains.contains { $0.servers.contains(.caddy) }
            ? CaddyEmitter(deployment: deployment).emit(routes) : Emission()
        self.lock = await update
        let emissions = await [nginx, caddy]
        var files: [OutputFile] = []
        var diagnostics = self.lock.diagnostics + routes.diagnostics + PolicyReview.diagnostics(site)
        for emission in emissions {
            files += emission.files
            diagnostics += emission.diagnostics
        }
        trialFolders = emissions.flatMap(\.trialDirectories)
        certificateHosts = emissions.flatMap(\.certificateHosts)
        do {
            files += try StaticPages.files(for: site) { LinkIdentity.hex(logID: RouteTable.logID(of: $0)) }
        } catch {
            throw .other("\(error)")
        }
        for clash in CodePaths.clashes(in: site, suffixes: formats.map { "." + $0.rawValue }) {
            diagnostics.append(
                .error(
                    BuildCodes.codePathClash, at: site.links[clash.second].range,
                    "the image of '\(site.links[clash.second].slug)' would be written where "
                        + "'\(site.links[clash.first].slug)' needs a folder or a file",
                    notes: [.init("the other link", at: site.links[clash.first].range)],
                    help: "rename one of the two slugs"))
        }
        samples = formats.isEmpty ? DesignSamples(site) : DesignSamples(links: site)
        diagnostics += CodeImages(site: site).problems(samples)
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        self.diagnostics = diagnostics
    }
}
