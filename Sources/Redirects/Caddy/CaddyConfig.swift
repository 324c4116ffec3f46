import Site
import Support

/// The whole document: servers, certificates and logs around the hosts' routes.
struct CaddyConfig {
    let site: Site
    let hosts: [CaddyHost]
    let deployment: Deployment
    let placement: Placement

    private var isTrial: Bool { placement != .production }

    func document() -> JSON {
        var apps: [(String, JSON)] = [("http", http())]
        if isTrial { apps.append(("pki", ["certificate_authorities": ["local": ["install_trust": false]]])) }
        if let tls = tls() { apps.append(("tls", tls)) }
        // In production the administration's default, a loopback port, stays: `caddy reload` needs it.
        let admin: JSON =
            isTrial ? ["disabled": true, "config": ["persist": false]] : ["config": ["persist": false]]
        var members: [(String, JSON)] = [("admin", admin), ("logging", ["logs": .object(logs())])]
        if isTrial {
            let root = JSON.string(deployment.trialState + "/caddy")
            members.append(("storage", ["module": "file_system", "root": root]))
        }
        members.append(("apps", .object(apps)))
        return .object(members)
    }

    // MARK: servers

    private func http() -> JSON {
        [
            "http_port": .integer(Int(placement.httpPort)), "https_port": .integer(Int(placement.httpsPort)),
            "servers": .object(servers()),
        ]
    }

    /// What a host does on an address.
    private struct Role: Equatable {
        var host: Int
        /// Whether it sends everybody to HTTPS there.
        var redirects: Bool
    }

    /// One server for all addresses that serve the same hosts in the same way.
    private func servers() -> [(String, JSON)] {
        var addresses: [(address: ListenAddress, tls: Bool, roles: [Role])] = []
        func add(_ address: ListenAddress, tls: Bool, _ role: Role) {
            if let i = addresses.firstIndex(where: { $0.address == address }) {
                addresses[i].roles.append(role)
            } else {
                addresses.append((address, tls, [role]))
            }
        }
        for (i, host) in hosts.enumerated() {
            let listening = Listening(host.domain, placement)
            for address in listening.serve {
                add(address, tls: listening.tls, Role(host: i, redirects: false))
            }
            for address in listening.redirect { add(address, tls: false, Role(host: i, redirects: true)) }
        }
        var result: [(String, JSON)] = []
        var done: Set<Int> = []
        for (i, entry) in addresses.enumerated() where !done.contains(i) {
            let equal = addresses.indices.filter {
                addresses[$0].tls == entry.tls && addresses[$0].roles == entry.roles
            }
            done.formUnion(equal)
            var members: [(String, JSON)] = [
                ("listen", .strings(equal.map { listener(addresses[$0].address) })),
                ("automatic_https", entry.tls ? ["disable_redirects": true] : ["disable": true]),
            ]
            if entry.tls { members.append(("tls_connection_policies", [[:]])) }
            if deployment.accessLog {
                members.append(("logs", serverLogs(entry.roles.map { hosts[$0.host] })))
            }
            members.append(("routes", .array(routes(entry.roles))))
            result.append(("\(entry.tls ? "https" : "http")\(result.count + 1)", .object(members)))
        }
        return result
    }

    private func listener(_ address: ListenAddress) -> String {
        address.address == nil ? ":\(address.port)" : address.description
    }

    /// A subroute is compiled anew for each request, so a host that is alone has its routes in the server.
    private func routes(_ roles: [Role]) -> [JSON] {
        let notFound: JSON = ["handler": "static_response", "status_code": 404]
        let site = isTrial ? "site" : deployment.root + "/site"
        let state = isTrial ? deployment.trialState : deployment.state
        if roles.count == 1 && !roles[0].redirects {
            let host = hosts[roles[0].host]
            let others: JSON = [
                "match": [["not": [.object([host.names])]]], "handle": [notFound], "terminal": true,
            ]
            return [others] + host.routes(site: site, state: state)
        }
        let known = roles.map { role -> JSON in
            let host = hosts[role.host]
            let handler: JSON =
                role.redirects
                ? toHTTPS(host) : ["handler": "subroute", "routes": .array(host.routes(site: site, state: state))]
            return ["match": [.object([host.names])], "handle": [handler], "terminal": true]
        }
        return known + [CaddyLookup.route([notFound])]
    }

    private func toHTTPS(_ host: CaddyHost) -> JSON {
        let origin = Listening(host.domain, placement).secureOrigin(host.host)
        return [
            "handler": "static_response", "status_code": 308,
            "headers": [
                "Cache-Control": [.string(CachePolicy.permanent)],
                "Location": [.string(origin + "{http.request.uri}")],
            ],
        ]
    }

    // MARK: certificates

    private func tls() -> JSON? {
        let secure = hosts.map(\.domain).filter { $0.tls != .off }
        guard !secure.isEmpty else { return nil }
        if isTrial { return .object([automation(secure.map(\.host), [["module": "internal"]])]) }
        var members: [(String, JSON)] = []
        let files = secure.compactMap { domain -> JSON? in
            guard case .files(let certificate, let key) = domain.tls else { return nil }
            return ["certificate": .string(certificate), "key": .string(key)]
        }
        if !files.isEmpty { members.append(("certificates", ["load_files": .array(files)])) }
        let automatic = secure.filter { $0.tls == .acme }.map(\.host)
        if !automatic.isEmpty, let mail = site.contactMail {
            let address = JSON.string(CaddyText.escaped(mail))
            let issuers: [JSON] = [
                ["module": "acme", "email": address], ["module": "zerossl", "email": address],
            ]
            members.append(automation(automatic, issuers))
        }
        return members.isEmpty ? nil : .object(members)
    }

    private func automation(_ subjects: [String], _ issuers: [JSON]) -> (String, JSON) {
        ("automation", ["policies": [["subjects": .strings(subjects), "issuers": .array(issuers)]]])
    }

    // MARK: logs

    /// How the requests of a host are logged: Caddy chooses by host.
    private struct LogKind: Hashable {
        /// With the whole address: every link of the host may be.
        var full = false
        /// Without what opens a link with a password, and without where it leads: the host has such links.
        var veiled = false

        var name: String { "wayseal" + (veiled ? "-veiled" : "") + (full ? "-full" : "") }
    }

    private static func logKind(_ host: CaddyHost) -> LogKind {
        let counts = host.table.domains[host.index].privacyCounts
        return LogKind(
            full: counts[2] > 0 && counts[1] == 0 && counts[0] == 0, veiled: host.policies.needs.contains(.password))
    }

    /// For requests whose host Caddy does not find among the names, because it is written in another way: the kind that
    /// tells least.
    private var defaultKind: LogKind { LogKind(veiled: hosts.contains { Self.logKind($0).veiled }) }

    private func serverLogs(_ hosts: [CaddyHost]) -> JSON {
        let others = hosts.filter { Self.logKind($0) != defaultKind }
        let name = JSON.string(defaultKind.name)
        if others.isEmpty { return ["default_logger_name": name] }
        return [
            "default_logger_name": name,
            "logger_names": .object(others.map { ($0.host, .string(Self.logKind($0).name)) }),
        ]
    }

    /// Headers in which proxies write the visitor's whole address.
    private static let forwarded = [
        "Cf-Connecting-Ip", "Client-Ip", "Fastly-Client-Ip", "Forwarded", "True-Client-Ip", "X-Client-Ip",
        "X-Cluster-Client-Ip", "X-Forwarded-For", "X-Real-Ip",
    ]

    /// What a kind of log leaves out.
    private static func encoder(_ kind: LogKind) -> JSON {
        var fields: [(String, JSON)] = []
        if !kind.full {
            fields += [
                ("request>remote_ip", ["filter": "ip_mask", "ipv4_cidr": 24, "ipv6_cidr": 48]),
                ("request>remote_port", ["filter": "delete"]),
            ]
            fields += forwarded.map { ("request>headers>\($0)", ["filter": "delete"]) }
        }
        if kind.veiled {
            // A capability in whatever way its digits are written, and every query. `Referer` would repeat them.
            let secret = "(?:[0-9A-Fa-f]|%[346][0-9A-Fa-f]){\(PasswordPath.digits),}|\\?.*"
            fields += [
                ("request>headers>Referer", ["filter": "delete"]),
                ("request>uri", ["filter": "regexp", "regexp": .string(secret), "value": "-"]),
                ("resp_headers>Location", ["filter": "delete"]),
            ]
        }
        if fields.isEmpty { return ["format": "json"] }
        return ["format": "filter", "wrap": ["format": "json"], "fields": .object(fields)]
    }

    private func logs() -> [(String, JSON)] {
        // Errors are logged with the request as well.
        let errors: [(String, JSON)] = defaultKind.veiled ? [("encoder", Self.encoder(defaultKind))] : []
        guard deployment.accessLog else { return [("default", .object([("level", "WARN")] + errors))] }
        let file =
            isTrial
            ? deployment.trialState + "/log/caddy.access.log" : deployment.caddyLogs + "/wayseal.access.log"
        let writer: JSON = ["output": "file", "filename": .string(file)]
        var kinds = [defaultKind]
        for kind in hosts.map(Self.logKind) where !kinds.contains(kind) { kinds.append(kind) }
        kinds.sort { ($0.veiled ? 1 : 0, $0.full ? 1 : 0) < ($1.veiled ? 1 : 0, $1.full ? 1 : 0) }
        return [("default", .object([("exclude", ["http.log.access"])] + errors))]
            + kinds.map { kind in
                let include = JSON.strings(["http.log.access.\(kind.name)"])
                return (kind.name, ["writer": writer, "encoder": Self.encoder(kind), "include": include])
            }
    }
}

extension Site {
    /// The operator's mail address, if `contact` is one.
    var contactMail: String? {
        guard var mail = contact else { return nil }
        if mail.hasPrefix("mailto:") { mail.removeFirst(7) }
        let isMail =
            mail.contains("@") && mail.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        return isMail ? mail : nil
    }
}
