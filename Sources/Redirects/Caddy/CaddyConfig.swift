import Site
import Support

/// The whole document: servers, certificates and logs around the hosts' routes.
struct CaddyConfig {
    let site: Site
    let hosts: [CaddyHost]
    let deployment: Deployment
    let placement: Placement

    func document() -> JSON {
        var apps: [(String, JSON)] = [("http", http())]
        if placement != .production {
            apps.append(
                (
                    "pki",
                    .object([
                        (
                            "certificate_authorities",
                            .object([("local", .object([("install_trust", .bool(false))]))])
                        )
                    ])
                ))
        }
        if let tls = tls() { apps.append(("tls", tls)) }
        var members: [(String, JSON)] = [("admin", admin()), ("logging", logging())]
        if placement != .production {
            members.append(
                (
                    "storage",
                    .object([
                        ("module", .string("file_system")), ("root", .string(deployment.trialState + "/caddy")),
                    ])
                ))
        }
        members.append(("apps", .object(apps)))
        return .object(members)
    }

    private func admin() -> JSON {
        let config: (String, JSON) = ("config", .object([("persist", .bool(false))]))
        return .object(placement != .production ? [("disabled", .bool(true)), config] : [config])
    }

    // MARK: servers

    private func http() -> JSON {
        .object([
            ("http_port", .integer(Int(placement.httpPort))), ("https_port", .integer(Int(placement.httpsPort))),
            ("servers", .object(servers())),
        ])
    }

    /// One server for all addresses that serve the same hosts in the same way.
    private func servers() -> [(String, JSON)] {
        struct Role: Equatable {
            var host: Int
            var redirects: Bool
        }
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
            for address in listening.serve { add(address, tls: listening.tls, Role(host: i, redirects: false)) }
            for address in listening.redirect { add(address, tls: false, Role(host: i, redirects: true)) }
        }
        var result: [(String, JSON)] = []
        var done: Set<Int> = []
        for (i, entry) in addresses.enumerated() where !done.contains(i) {
            let equal = addresses.indices.filter {
                addresses[$0].tls == entry.tls && addresses[$0].roles == entry.roles
            }
            done.formUnion(equal)
            let routes = entry.roles.map { role in
                role.redirects ? toHTTPS(hosts[role.host]) : serve(hosts[role.host])
            }
            let unknown: JSON = .object([
                (
                    "handle",
                    .array([.object([("handler", .string("static_response")), ("status_code", .integer(404))])])
                )
            ])
            var members: [(String, JSON)] = [
                ("listen", .strings(equal.map { listener(addresses[$0].address) })),
                (
                    "automatic_https",
                    .object([entry.tls ? ("disable_redirects", .bool(true)) : ("disable", .bool(true))])
                ),
            ]
            if entry.tls { members.append(("tls_connection_policies", .array([.object([])]))) }
            if deployment.accessLog { members.append(("logs", serverLogs(entry.roles.map { hosts[$0.host] }))) }
            members.append(("routes", .array(routes + [unknown])))
            result.append(("\(entry.tls ? "https" : "http")\(result.count + 1)", .object(members)))
        }
        return result
    }

    private func listener(_ address: ListenAddress) -> String {
        address.address == nil ? ":\(address.port)" : address.description
    }

    private func match(_ host: CaddyHost) -> (String, JSON) {
        ("match", .array([.object([("host", .strings([host.host, host.host + "."]))])]))
    }

    private func serve(_ host: CaddyHost) -> JSON {
        let site = placement == .production ? deployment.root + "/site" : "site"
        return .object([
            match(host),
            (
                "handle",
                .array([
                    .object([("handler", .string("subroute")), ("routes", .array(host.routes(site: site)))])
                ])
            ),
            ("terminal", .bool(true)),
        ])
    }

    private func toHTTPS(_ host: CaddyHost) -> JSON {
        let origin = Listening(host.domain, placement).secureOrigin(host.host)
        return .object([
            match(host),
            (
                "handle",
                .array([
                    .object([
                        ("handler", .string("static_response")), ("status_code", .integer(308)),
                        (
                            "headers",
                            .object([
                                ("Cache-Control", .strings([CachePolicy.permanent])),
                                ("Location", .strings([origin + "{http.request.uri}"])),
                            ])
                        ),
                    ])
                ])
            ),
            ("terminal", .bool(true)),
        ])
    }

    // MARK: certificates

    private func tls() -> JSON? {
        let secure = hosts.map(\.domain).filter { $0.tls != .off }
        guard !secure.isEmpty else { return nil }
        if placement != .production {
            return .object([automation(secure.map(\.host), [.object([("module", .string("internal"))])])])
        }
        var members: [(String, JSON)] = []
        var files: [JSON] = []
        for domain in secure {
            guard case .files(let certificate, let key) = domain.tls else { continue }
            files.append(.object([("certificate", .string(certificate)), ("key", .string(key))]))
        }
        if !files.isEmpty { members.append(("certificates", .object([("load_files", .array(files))]))) }
        let automatic = secure.filter { $0.tls == .acme }.map(\.host)
        if !automatic.isEmpty, let mail {
            members.append(
                automation(
                    automatic,
                    ["acme", "zerossl"].map { .object([("module", .string($0)), ("email", .string(mail))]) }))
        }
        return members.isEmpty ? nil : .object(members)
    }

    private var mail: String? {
        var contact = site.contact ?? ""
        if contact.hasPrefix("mailto:") { contact.removeFirst(7) }
        return contact.contains("@") && !contact.contains("/") ? CaddyText.escaped(contact) : nil
    }

    private func automation(_ subjects: [String], _ issuers: [JSON]) -> (String, JSON) {
        let policy: JSON = .object([("subjects", .strings(subjects)), ("issuers", .array(issuers))])
        return ("automation", .object([("policies", .array([policy]))]))
    }

    // MARK: logs

    private static func isFull(_ host: CaddyHost) -> Bool {
        let routes = host.table.domains[host.index]
        return routes.privacyCounts[2] > 0 && routes.privacyCounts[1] == 0 && routes.privacyCounts[0] == 0
    }

    private func serverLogs(_ hosts: [CaddyHost]) -> JSON {
        var members: [(String, JSON)] = [("default_logger_name", .string("wayseal"))]
        let full = hosts.filter(Self.isFull)
        if !full.isEmpty {
            members.append(
                (
                    "logger_names",
                    .object(full.map { ($0.host, .string("wayseal-full")) })
                ))
        }
        return .object(members)
    }

    /// Headers in which proxies write the visitor's whole address.
    private static let forwarded = [
        "Cf-Connecting-Ip", "Client-Ip", "Fastly-Client-Ip", "Forwarded", "True-Client-Ip", "X-Client-Ip",
        "X-Cluster-Client-Ip", "X-Forwarded-For", "X-Real-Ip",
    ]

    private func logging() -> JSON {
        guard deployment.accessLog else { return .object([("logs", .object([("default", .object([("level", .string("WARN"))]))]))]) }
        let directory = placement == .production ? deployment.caddyLogs : deployment.trialState + "/log"
        let file =
            placement == .production
            ? "\(directory)/wayseal.access.log" : "\(directory)/caddy.access.log"
        let writer: JSON = .object([("output", .string("file")), ("filename", .string(file))])
        func filter(_ name: String) -> JSON { .object([("filter", .string(name))]) }
        let mask: JSON = .object([
            ("filter", .string("ip_mask")), ("ipv4_cidr", .integer(24)), ("ipv6_cidr", .integer(48)),
        ])
        var masked: [(String, JSON)] = [("request>remote_ip", mask), ("request>remote_port", filter("delete"))]
        masked += Self.forwarded.map { ("request>headers>\($0)", filter("delete")) }
        func log(_ name: String, _ fields: [(String, JSON)]?) -> (String, JSON) {
            let json: JSON = .object([("format", .string("json"))])
            let encoder: JSON =
                fields.map { .object([("format", .string("filter")), ("wrap", json), ("fields", .object($0))]) }
                ?? json
            return (
                name,
                .object([
                    ("writer", writer), ("encoder", encoder), ("include", .strings(["http.log.access.\(name)"])),
                ])
            )
        }
        var logs: [(String, JSON)] = [
            ("default", .object([("exclude", .strings(["http.log.access"]))])), log("wayseal", masked),
        ]
        if hosts.contains(where: Self.isFull) { logs.append(log("wayseal-full", nil)) }
        return .object([("logs", .object(logs))])
    }
}
