import Site
import Support

/// What stands around the domains: the two main files, and the `http` level that they share.
struct NginxHTTP {
    let table: RouteTable
    let hosts: [NginxHost]
    let rates: [Policy.Rate]
    let deployment: Deployment

    private var gated: [NginxHost] { hosts.filter(\.tables.isGated) }
    private var hasPasswords: Bool { hosts.contains(where: \.tables.hasPasswords) }

    /// Bytes of a cache line, to which nginx rounds its buckets.
    private static let cacheLine = 64

    // MARK: shared

    /// `nginx/http.conf`: variables that all domains use, and the log format.
    func shared() -> [UInt8] {
        var text = Text()
        text.line("# Variables and the log format that all domains share. Included inside http {}.")
        text.line()
        text.line("# a dollar sign inside a target: nginx has no escape for it")
        text.line("geo $wayseal_dollar {")
        text.line("default \"$\";", 1)
        text.line("}")
        text.line()
        text.line("# everything but GET and HEAD")
        text.line("map $request_method $wayseal_other_method {")
        text.lines(["default 1;", "GET \"\";", "HEAD \"\";"], 1)
        text.line("}")
        if hosts.contains(where: { table.domains[$0.index].passesQuery }) {
            text.line()
            text.line("# the visitor's query, with what joins it to a target")
            for (name, joiner) in [("question", "?"), ("ampersand", "&")] {
                text.line("map $args $wayseal_\(name)_query {")
                text.line("default \"\(joiner)$args\";", 1)
                text.line("\"\" \"\";", 1)
                text.line("}")
            }
        }
        wildcards(&text)
        policies(&text)
        log(&text)
        return text.bytes
    }

    private func policies(_ text: inout Text) {
        guard !gated.isEmpty else { return }
        text.line()
        text.line("# the policy of the link that answers")
        byHost(&text, "record", gated) { $0.record }
        let needs = Set(gated.flatMap { $0.tables.records.values.map(\.needs) }).subtracting(["-"]).sorted()
        NginxPolicyEngine(site: table.site, needs: needs, rates: rates, testClock: deployment.testClock).emit(&text)
    }

    private var depths: [Int] { Set(hosts.flatMap { table.domains[$0.index].depths }).sorted() }

    private func wildcards(_ text: inout Text) {
        guard !depths.isEmpty else { return }
        text.line()
        text.line("# Wildcards. What follows the prefix is taken from the request as it was sent, never from")
        text.line("# the decoded $uri, and only if it is a path in the sense of RFC 3986 without . and ..")
        for depth in depths {
            text.line("map $request_uri $wayseal_plain_\(depth) {")
            text.line("default \"\";", 1)
            text.line("\(NginxText.quotedRegex(WildcardPattern.dotSegment)) \"\";", 1)
            let target = WildcardPattern.pcre.target(depth: depth, open: "(?<wayseal_suffix_\(depth)>")
            text.line("\(NginxText.quotedRegex(target)) $uri;", 1)
            text.line("}")
            text.line("map $wayseal_plain_\(depth) $wayseal_prefix_\(depth) {")
            text.line("default \"\";", 1)
            let prefix = WildcardPattern.pcre.prefix(depth: depth, open: "(?<wayseal_begin_\(depth)>")
            text.line("\(NginxText.quotedRegex(prefix)) $wayseal_begin_\(depth);", 1)
            text.line("}")
        }
    }

    private var hasPrivacy: Bool { hosts.contains { $0.tables.hasPrivacy } }

    private func log(_ text: inout Text) {
        guard deployment.accessLog else { return }
        text.line()
        text.line("# the visitor's address without its last part: /24, /48")
        text.line("map $remote_addr $wayseal_network {")
        text.lines(
            [
                "default \"::\";", "\"~^(\\d+\\.\\d+\\.\\d+)\\.\\d+$\" $1.0;",
                "\"~^::ffff:(\\d+\\.\\d+\\.\\d+)\\.\\d+$\" $1.0;",
                "\"~^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):\" $1::;", "\"~^([0-9a-f]+:[0-9a-f]+)::\" $1::;",
                "\"~^([0-9a-f]+)::\" $1::;",
            ], 1)
        text.line("}")
        text.line("# the path as it was sent: $uri is the page's name once a page has been found")
        text.line("map \(hasPasswords ? "\"$wayseal_hidden$request_uri\"" : "$request_uri") $wayseal_path {")
        if hasPasswords { text.line("~^1 \"\";", 1) }
        text.line("\"~^(?<wayseal_asked>[^?]*)\" $wayseal_asked;", 1)
        text.line("}")
        if hasPasswords {
            for (name, source) in [("args", "$args"), ("to", "$sent_http_location")] {
                text.line("map $wayseal_hidden $wayseal_\(name) {")
                text.lines(["default \(source);", "1 \"\";"], 1)
                text.line("}")
            }
        }
        let varied = hosts.filter(\.tables.hasVariants)
        if !varied.isEmpty { byHost(&text, "variant", varied) { $0.variant } }
        byHost(&text, "link", hosts) { $0.link }
        if hasPrivacy {
            byHost(&text, "privacy", hosts.filter(\.tables.hasPrivacy)) { $0.privacy }
            text.line("map $wayseal_privacy $wayseal_address {")
            text.lines(["default $wayseal_network;", "full $remote_addr;"], 1)
            text.line("}")
            text.line("map $wayseal_privacy $wayseal_logged {")
            text.lines(["default 1;", "none 0;"], 1)
            text.line("}")
        }
        text.line()
        text.line("# One JSON object a line, version 1. 'var' and 'deny' are for links with policies.")
        let variant = varied.isEmpty ? "" : "$wayseal_variant"
        let denial = gated.isEmpty ? "" : "$wayseal_deny"
        let query = hasPasswords ? "$wayseal_args" : "$args"
        let to = hasPasswords ? "$wayseal_to" : "$sent_http_location"
        let address = hasPrivacy ? "$wayseal_address" : "$wayseal_network"
        text.line("log_format wayseal escape=json")
        text.lines(
            [
                "'{\"v\":1,\"t\":$msec,\"id\":\"$request_id\",\"link\":\"$wayseal_link\",\"var\":\"\(variant)\",\"deny\":\"\(denial)\",'",
                "'\"host\":\"$host\",\"path\":\"$wayseal_path\",\"q\":\"\(query)\",\"m\":\"$request_method\",\"st\":$status,'",
                "'\"to\":\"\(to)\",\"ip\":\"\(address)\",\"ua\":\"$http_user_agent\",'",
                "'\"ref\":\"$http_referer\",\"al\":\"$http_accept_language\",\"dnt\":\"$http_dnt$http_sec_gpc\",'",
                "'\"pf\":\"$http_sec_purpose\",\"rt\":$request_time,\"b\":$bytes_sent}';",
            ], 1)
    }

    /// A variable that is another one for each host.
    private func byHost(
        _ text: inout Text, _ name: String, _ hosts: [NginxHost], _ variable: (NginxTables) -> String
    ) {
        text.line("map $host $wayseal_\(name) {")
        text.line("default \"\";", 1)
        for host in hosts { text.line("\"\(host.host)\" \(variable(host.tables));", 1) }
        text.line("}")
    }

    /// Sizes of nginx's tables: what the longest key and the largest `map` need, so that it neither warns nor
    /// searches long for a size.
    private func sizes() -> [String] {
        // ngx_hash.c: an element is a pointer, a length and the name, rounded; a bucket ends in a pointer.
        func bucket(_ name: Int) -> Int {
            let element = 8 + (name + 2 + 7) / 8 * 8
            return max(512, (element + 8 + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine)
        }
        let largest = max(
            hosts.map(\.tables.largestMap).max() ?? 0,
            gated.isEmpty ? 0 : 672 * Set(table.site.zone.spans.map(\.minutes)).count)
        // "-720 Mo093" and the like, and the facts' letters, are shorter.
        let longest = max(
            hosts.map(\.tables.longestKey).max() ?? 0, hosts.map { $0.host.utf8.count }.max() ?? 0)
        let variables = hosts.reduce(200 + NginxPolicyEngine.variables) { $0 + $1.tables.variables }
        var lines = [
            "map_hash_bucket_size \(bucket(longest));",
            "map_hash_max_size \(max(2048, Self.powerOfTwo(largest * 2)));",
            "variables_hash_bucket_size 128;",
            "variables_hash_max_size \(max(2048, Self.powerOfTwo(variables * 4)));",
        ]
        let hostBytes = hosts.map { $0.host.utf8.count }.max() ?? 0
        if hostBytes > 40 || hosts.count > 100 {
            lines.append("server_names_hash_bucket_size \(hostBytes > 100 ? 512 : 256);")
            lines.append("server_names_hash_max_size \(max(1024, Self.powerOfTwo(hosts.count * 4)));")
        }
        return lines
    }

    private static func powerOfTwo(_ least: Int) -> Int {
        var size = 1
        while size < least { size *= 2 }
        return size
    }

    // MARK: the main files

    /// `nginx/wayseal.conf`.
    func production() -> [UInt8] {
        var text = Text()
        text.line("# wayseal: redirects for nginx 1.22 or later. In nginx.conf, inside http {}:")
        text.line("#   include \(deployment.root)/nginx/wayseal.conf;")
        text.line("# Outside of it, in the main context, 'pcre_jit on;' makes what is dynamic faster.")
        text.line("# Before the first start: \(deployment.root)/nginx/placeholder-certificates.sh")
        text.line()
        text.lines(sizes())
        servers(&text, .production, includes: deployment.root + "/nginx/", root: deployment.root + "/", 0)
        return text.bytes
    }

    /// `nginx/nginx.conf`.
    func trial() -> [UInt8] {
        let state = deployment.trialState
        func path(_ tail: String) -> String { NginxText.path("\(state)/\(tail)") }
        var text = Text()
        text.line(
            "# wayseal: a complete configuration for a trial without privileges. From the directory of the")
        text.line("# build:  nginx -p \"$PWD/dist/current\" -c nginx/nginx.conf -g 'daemon off;'")
        text.line("worker_processes 1;")
        text.line("pid \(path("nginx.pid"));")
        text.line("error_log \(path("log/nginx-error.log")) notice;")
        text.line("pcre_jit on;")
        text.line()
        text.line("events {")
        text.line("worker_connections 1024;", 1)
        text.line("}")
        text.line()
        text.line("http {")
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            text.line("\(kind)_temp_path \(path("tmp/\(kind)"));", 1)
        }
        text.lines(sizes(), 1)
        servers(&text, deployment.trial, includes: "", root: "", 1)
        text.line("}")
        return text.bytes
    }

    private func servers(
        _ text: inout Text, _ placement: Placement, includes: String, root: String, _ depth: Int
    ) {
        func include(_ file: String) -> String { "include \(NginxText.path(includes + file));" }
        text.line(include("http.conf"), depth)
        for host in hosts {
            text.line(include("links/\(host.host).conf"), depth)
            if host.tables.hasPieces { text.line(include("links/\(host.host)/*.conf"), depth) }
            if host.tables.hasPasswords {
                text.line(
                    "include \(NginxText.path((root.isEmpty ? "../" : root) + "private/nginx/\(host.host).conf"));",
                    depth)
            }
        }
        tokens(&text, placement, depth)
        unknownHosts(&text, placement, include, depth)
        let state = placement == .production ? deployment.state : deployment.trialState
        for host in hosts {
            let listening = Listening(host.domain, placement)
            if !listening.redirect.isEmpty {
                text.line()
                text.line("server {", depth)
                listen(&text, listening.redirect, "", depth + 1)
                text.line("server_name \(host.host);", depth + 1)
                text.line("server_tokens off;", depth + 1)
                accessLog(&text, placement, depth + 1)
                text.line("location ^~ /.well-known/acme-challenge/ {", depth + 1)
                text.line("types {}", depth + 2)
                text.line("default_type text/plain;", depth + 2)
                text.line("root \(NginxText.path(state + "/acme"));", depth + 2)
                text.line("}", depth + 1)
                text.line("location / {", depth + 1)
                text.line("add_header Cache-Control \"\(CachePolicy.permanent)\" always;", depth + 2)
                text.line("return 308 \(listening.secureOrigin(host.host))$request_uri;", depth + 2)
                text.line("}", depth + 1)
                text.line("}", depth)
            }
            text.line()
            text.line("server {", depth)
            listen(&text, listening.serve, listening.tls ? " ssl http2" : "", depth + 1)
            text.line("server_name \(host.host);", depth + 1)
            text.line("server_tokens off;", depth + 1)
            if listening.tls {
                let (certificate, key) = certificate(host, placement, state)
                text.line("ssl_certificate \(NginxText.path(certificate));", depth + 1)
                text.line("ssl_certificate_key \(NginxText.path(key));", depth + 1)
                text.line(include("tls.conf"), depth + 1)
            }
            accessLog(&text, placement, depth + 1)
            text.line("root \(NginxText.path(root + "site/" + host.host));", depth + 1)
            text.line(include("hosts/\(host.host).conf"), depth + 1)
            text.line("}", depth)
        }
    }

    /// What takes tokens of scan limits away: a server that only nginx itself reaches.
    private func tokens(_ text: inout Text, _ placement: Placement, _ depth: Int) {
        let state = placement == .production ? deployment.state : deployment.trialState
        if hosts.contains(where: \.looksIntoState) {
            text.line()
            text.line("map \"\" $wayseal_state {", depth)
            text.line("default \"\(state)\";", depth + 1)
            text.line("}", depth)
        }
        guard hosts.contains(where: \.takesTokens) else { return }
        let address: String
        switch placement {
        case .production: address = "unix:" + deployment.tokenSocket
        case .trial(let http, _): address = "127.0.0.1:\(http)"
        }
        text.line()
        text.line(
            "# Tokens of scan limits: nginx deletes one by a request to itself, so that two never get the same.", depth)
        text.line("upstream wayseal_tokens {", depth)
        text.line("server \(NginxText.path(address));", depth + 1)
        text.line("keepalive 16;", depth + 1)
        text.line("}", depth)
        text.line("server {", depth)
        text.line("listen \(NginxText.path(address));", depth + 1)
        text.line("server_name wayseal-tokens.invalid;", depth + 1)
        text.line("access_log off;", depth + 1)
        text.line("log_not_found off;", depth + 1)
        text.line("root \(NginxText.path(state));", depth + 1)
        text.line("location / {", depth + 1)
        text.line("return 404;", depth + 2)
        text.line("}", depth + 1)
        text.line("location /tokens/ {", depth + 1)
        text.line("dav_methods DELETE;", depth + 2)
        text.line("limit_except DELETE {", depth + 2)
        text.line("deny all;", depth + 3)
        text.line("}", depth + 2)
        text.line("}", depth + 1)
        text.line("}", depth)
    }

    private func certificate(_ host: NginxHost, _ placement: Placement, _ state: String) -> (String, String) {
        if placement == .production, case .files(let certificate, let key) = host.domain.tls {
            return (certificate, key)
        }
        // Like an include, and unlike every other path, a certificate is looked for from the directory of
        // the main configuration file.
        let base = state.hasPrefix("/") ? state : "../\(state)"
        let directory = "\(base)/certificates/\(host.host)"
        return (directory + "/fullchain.pem", directory + "/privkey.pem")
    }

    private func listen(_ text: inout Text, _ addresses: [ListenAddress], _ parameters: String, _ depth: Int) {
        for address in addresses {
            text.line("listen \(address.description)\(parameters);", depth)
            if address.address == nil { text.line("listen [::]:\(address.port)\(parameters);", depth) }
        }
    }

    private func accessLog(_ text: inout Text, _ placement: Placement, _ depth: Int) {
        guard deployment.accessLog else {
            text.line("access_log off;", depth)
            return
        }
        let path =
            placement == .production
            ? deployment.nginxLogs + "/wayseal.access.log"
            : deployment.trialState + "/log/nginx.access.log"
        let condition = hasPrivacy ? " if=$wayseal_logged" : ""
        text.line("access_log \(NginxText.path(path)) wayseal buffer=64k flush=1s\(condition);", depth)
    }

    /// Hosts that the manifest does not know get 404, and with TLS no handshake. In production the blocks
    /// come first but don't claim `default_server`, which the operator's own configuration may have.
    private func unknownHosts(
        _ text: inout Text, _ placement: Placement, _ include: (String) -> String, _ depth: Int
    ) {
        var plain: [ListenAddress] = []
        var secure: [ListenAddress] = []
        for host in hosts {
            let listening = Listening(host.domain, placement)
            if listening.tls { secure += listening.serve } else { plain += listening.serve }
            plain += listening.redirect
        }
        let claim = placement != .production ? " default_server" : ""
        for (addresses, tls) in [(plain, false), (secure, true)] where !addresses.isEmpty {
            var seen: Set<ListenAddress> = []
            text.line()
            text.line(tls ? "# Unknown hosts over TLS: no handshake." : "# Unknown hosts: 404.", depth)
            text.line("server {", depth)
            listen(
                &text, addresses.filter { seen.insert($0).inserted }, (tls ? " ssl http2" : "") + claim,
                depth + 1)
            text.line("server_name _;", depth + 1)
            text.line("server_tokens off;", depth + 1)
            text.line("access_log off;", depth + 1)
            if tls {
                text.line("ssl_reject_handshake on;", depth + 1)
                text.line(include("tls.conf"), depth + 1)
            }
            text.line("return 404;", depth + 1)
            text.line("}", depth)
        }
    }

    /// `nginx/tls.conf`: protocols and ciphers of Mozilla's "intermediate" recommendation, version 5.7.
    static let tls = """
        # Included inside each server block that speaks TLS.
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
        ssl_prefer_server_ciphers off;
        ssl_session_cache shared:wayseal:10m;
        ssl_session_timeout 1d;
        ssl_session_tickets off;

        """
}
