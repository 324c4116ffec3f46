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
        let rates = Self.rates(table, indices)
        for (index, name) in zip(indices, names) {
            var tables = NginxTables(table: table, index: index, name: name, rates: rates)
            emission.diagnostics += Self.problems(tables, table.site)
            emission.files += tables.emit()
            let host = NginxHost(table: table, index: index, tables: tables)
            emission.files.append(OutputFile(path: "nginx/hosts/\(host.host).conf", bytes: host.locations()))
            hosts.append(host)
        }
        let http = NginxHTTP(table: table, hosts: hosts, rates: rates, deployment: deployment)
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
        if hosts.contains(where: \.takesTokens) {
            emission.trialDirectories.append("tokens")
            emission.files.append(OutputFile(path: "nginx/tokens.service.conf", text: scripts.socketFolder()))
        }
        emission.trialDirectories.sort()
        emission.files.sort { $0.path < $1.path }
        return emission
    }

    /// The different rates, each of which becomes a zone, in the order of the links.
    private static func rates(_ table: RouteTable, _ indices: [Int]) -> [Policy.Rate] {
        var rates: [Policy.Rate] = []
        var seen: Set<Policy.Rate> = []
        for index in indices {
            for link in table.domains[index].gated {
                guard let policy = table.site.policy(of: table.site.links[link]),
                    let rate = NginxRecord.rate(of: policy), seen.insert(rate).inserted
                else { continue }
                rates.append(rate)
            }
        }
        return rates
    }

    /// More bytes than this would not fit into nginx's parameter buffer.
    static let recordLimit = 3900

    private static func problems(_ tables: NginxTables, _ site: Site) -> [Diagnostic] {
        tables.records.sorted { $0.key < $1.key }.compactMap { link, record in
            guard record.text.utf8.count > recordLimit else { return nil }
            return .error(
                RedirectCodes.policyTooLarge, at: site.links[link].range,
                "the policy of '\(site.links[link].slug)' is too large for nginx",
                help: "use fewer rules, windows or countries; a fence can hold many countries")
        }
    }
}
