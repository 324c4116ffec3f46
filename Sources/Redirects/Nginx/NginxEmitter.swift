import Site
import Support

/// Compiles a ``RouteTable`` to stock nginx (≥ 1.22).
///
/// Two main files share everything else: `wayseal.conf` for an `include` inside `http {}`, with absolute
/// paths, and `nginx.conf`, complete and with relative paths. nginx resolves a relative `include` or
/// certificate from the directory of the *main* configuration file and every other relative path from its
/// prefix (`-p`), so the shared files hold neither: paths stand in the two main files only.
public struct NginxEmitter: Sendable {
    /// Where the files will stand.
    public let deployment: Deployment

    /// An emitter for `deployment`.
    public init(deployment: Deployment) { self.deployment = deployment }

    /// All files under `nginx/`, and what nginx cannot do with this table. Domains that don't name nginx are
    /// left out; with none left there are no files. O(size of the output).
    public func emit(_ table: RouteTable) -> Emission {
        let site = table.site
        let indices = site.domains.indices.filter { site.domains[$0].servers.contains(.nginx) }
        var emission = Emission()
        guard !indices.isEmpty else { return emission }
        emission.diagnostics =
            deployment.problems(site) + Listening.conflicts(site, .nginx, .production)
            + Listening.conflicts(site, .nginx, deployment.trial) + Listening.withoutChallenges(site)
        let names = NginxText.identifiers(indices.map { site.domains[$0].host })
        var hosts: [NginxHost] = []
        for (index, name) in zip(indices, names) {
            var tables = NginxTables(table: table, index: index, name: name)
            emission.files += tables.emit()
            let host = NginxHost(table: table, index: index, tables: tables)
            emission.files.append(OutputFile(path: "nginx/hosts/\(host.host).conf", bytes: host.locations()))
            hosts.append(host)
        }
        let http = NginxHTTP(table: table, hosts: hosts, deployment: deployment)
        emission.files.append(OutputFile(path: "nginx/http.conf", bytes: http.shared()))
        if hosts.contains(where: { $0.domain.tls != .off }) {
            emission.files.append(OutputFile(path: "nginx/tls.conf", text: NginxHTTP.tls))
            emission.trialDirectories += ["certificates", "acme"]
        }
        emission.files.append(OutputFile(path: "nginx/wayseal.conf", bytes: http.production()))
        emission.files.append(OutputFile(path: "nginx/nginx.conf", bytes: http.trial()))
        let scripts = NginxScripts(site: site, hosts: hosts.map(\.domain), deployment: deployment)
        emission.files += scripts.files()
        emission.certificateHosts = hosts.filter { $0.domain.tls != .off }.map(\.host)
        emission.trialDirectories += ["log", "tmp"]
        emission.trialDirectories.sort()
        emission.files.sort { $0.path < $1.path }
        return emission
    }
}
