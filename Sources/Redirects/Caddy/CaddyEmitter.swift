public import Site
import Support

/// Compiles a ``RouteTable`` to stock Caddy (≥ 2.6), as JSON: a Caddyfile with data in it could not be
/// escaped safely, and its directives reorder themselves.
public struct CaddyEmitter: Sendable {
    /// Where the files will stand.
    public let deployment: Deployment

    /// An emitter for `deployment`.
    public init(deployment: Deployment) { self.deployment = deployment }

    /// From this many links on Caddy is slow to start; there is a warning.
    static let comfortable = 50_000

    /// The configuration and that of a trial (``path(_:trial:)``), and what Caddy cannot do with this table. Domains
    /// that don't name Caddy are left out; with none left there are no files. O(size of the output).
    public func emit(_ table: RouteTable) -> Emission {
        let site = table.site
        let indices = site.domains.indices.filter { site.domains[$0].servers.contains(.caddy) }
        var emission = Emission()
        guard !indices.isEmpty else { return emission }
        emission.diagnostics =
            deployment.problems(site) + Listening.conflicts(site, .caddy, .production)
            + Listening.conflicts(site, .caddy, deployment.trial) + Self.limits(table, indices)
        let hosts = indices.map { CaddyHost(table: table, index: $0, deployment: deployment) }
        let isSecret = Self.holdsSecrets(site)
        for placement in [Placement.production, deployment.trial] {
            let config = CaddyConfig(site: site, hosts: hosts, deployment: deployment, placement: placement)
            emission.files.append(
                OutputFile(
                    path: Self.path(site, trial: placement != .production), bytes: config.document().document(),
                    mode: isSecret ? 0o640 : 0o644))
        }
        emission.trialDirectories = ["caddy", "log"]
        return emission
    }

    /// Where the configuration lies in a generation: `caddy/caddy.json`, `caddy/trial.json`; in `private/` if it holds
    /// what opens a link with a password: Caddy can't read that from another file.
    public static func path(_ site: Site, trial: Bool) -> String {
        "\(holdsSecrets(site) ? "private" : "caddy")/\(trial ? "trial" : "caddy").json"
    }

    private static func holdsSecrets(_ site: Site) -> Bool {
        site.links.contains { link in
            site.policy(of: link)?.password != nil && site.domains[Int(link.domain)].servers.contains(.caddy)
        }
    }

    private static func limits(_ table: RouteTable, _ indices: [Int]) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for index in indices {
            let routes = table.domains[index]
            let domain = table.site.domains[index]
            let count = routes.exact.count + routes.wildcards.count
            if count > comfortable {
                problems.append(
                    .warning(
                        RedirectCodes.caddySize, at: domain.range,
                        "\(domain.displayName) has \(count) links; Caddy carries \(comfortable) well",
                        help: "serve it with nginx: 'server: nginx'"))
            }
            let full = routes.privacyCounts[2]
            if full > 0 && full < count {
                problems.append(
                    .warning(
                        RedirectCodes.caddyPrivacy, at: domain.range,
                        "Caddy will log truncated addresses for the \(full) links of \(domain.displayName) "
                            + "with 'privacy: full'"))
            }
        }
        return problems
    }
}
