import Site
import Support

/// What one domain answers: the locations that both main files include into its `server` block.
struct NginxHost {
    let table: RouteTable
    let index: Int
    let tables: NginxTables

    var domain: Domain { table.site.domains[index] }
    var host: String { domain.host }
    private var routes: DomainRoutes { table.domains[index] }
    var hasGatedExact: Bool { routes.hasGatedExact }
    var hasGatedWildcards: Bool { routes.hasGatedWildcards }
    /// Statuses of the links with policies.
    var gatedStatuses: [Link.Redirect] { routes.gated.map { table.site.links[$0].redirect } }

    /// `nginx/hosts/HOST.conf`.
    func locations() -> [UInt8] {
        var text = Text()
        text.line("# What \(host) answers. Included inside its server block.")
        text.lines(headers(cache: CachePolicy.temporary))
        realAddress(&text)
        text.line()
        text.line("location ^~ /.well-known/ {")
        text.line("return 404;", 1)
        text.line("}")
        text.line()
        published(&text)
        home(&text)
        links(&text)
        rare(&text)
        gates(&text)
        text.line()
        text.line("location @refused {")
        text.line("add_header Allow \"GET, HEAD\" always;", 1)
        text.lines(headers(cache: CachePolicy.temporary), 1)
        text.line("return 405;", 1)
        text.line("}")
        if case .redirect = domain.missing { return text.bytes }
        text.line()
        text.line("location @missing {")
        page(&text, "404.html")
        text.line("}")
        return text.bytes
    }

    /// Files that are served as they lie there; nothing else is below their first parts.
    private func published(_ text: inout Text) {
        let publications = table.publications(of: index)
        guard !publications.isEmpty else { return }
        for publication in publications {
            text.line("location \(publication.isFolder ? "^~" : "=") \(publication.path) {")
            text.line("error_page 404 @absent;", 1)
            text.line("error_page 405 @refused;", 1)
            text.line("if ($wayseal_other_method) { return 405; }", 1)
            unlink(&text)
            let types = publication.types.map { "\(NginxText.quotedValue($0.type)) \($0.ending);" }
            text.line(types.isEmpty ? "types {}" : "types { \(types.joined(separator: " ")) }", 1)
            text.line("default_type \(NginxText.quotedValue(publication.type ?? "application/octet-stream"));", 1)
            // Only with the file: that a tile is not there yet must not be remembered for a year.
            text.line("add_header Cache-Control \(NginxText.quotedValue(publication.cache));", 1)
            text.lines(headers(cache: nil), 1)
            for (name, value) in publication.headers {
                text.line("add_header \(name) \(NginxText.quotedValue(value)) always;", 1)
            }
            text.line("try_files \(publication.file ?? "$uri") =404;", 1)
            text.line("}")
            text.line()
        }
        for word in table.reserved(of: index) {
            for place in ["= /\(word)", "^~ /\(word)/"]
            where !publications.contains(where: { place == "\($0.isFolder ? "^~" : "=") \($0.path)" }) {
                text.line("location \(place) {")
                unlink(&text)
                text.line("return 404;", 1)
                text.line("}")
                text.line()
            }
        }
        text.line("location @absent {")
        text.line("return 404;", 1)
        text.line("}")
        text.line()
    }

    /// The log should not say that `*` was followed.
    private func unlink(_ text: inout Text) {
        if routes.depths.last == 0 { text.line("set \(tables.link) \"\";", 1) }
    }

    /// Every header but `Location`. A block with an `add_header` of its own inherits none, so they are
    /// repeated where one differs.
    func headers(cache: String?) -> [String] {
        var lines = cache.map { ["add_header Cache-Control \"\($0)\" always;"] } ?? []
        if domain.noindex {
            lines.append("add_header X-Robots-Tag noindex always;")
        } else if routes.hasNoindexLinks {
            lines.append("add_header X-Robots-Tag \(tables.robots) always;")
        }
        if let hsts = domain.hsts, domain.tls != .off {
            lines.append("add_header Strict-Transport-Security \"max-age=\(hsts)\" always;")
        }
        return lines
    }

    private func page(_ text: inout Text, _ name: String) {
        text.line("types {}", 1)
        text.line("default_type \"text/html; charset=utf-8\";", 1)
        text.line("try_files /\(name) =404;", 1)
    }

    private func home(_ text: inout Text) {
        guard !routes.coversHome(domain) else { return }
        text.line("location = / {")
        text.line("error_page 405 @refused;", 1)
        text.line("if ($wayseal_other_method) { return 405; }", 1)
        if routes.depths.last == 0 || routes.exact.row(of: Array("/index.html".utf8)[...]) != nil {
            // Neither '*' nor a link with the name of the page's file is what the log should say.
            text.line("set \(tables.link) \"\";", 1)
        }
        if case .redirect(let target) = domain.home {
            text.line("return 302 \(NginxText.quotedValue(target));", 1)
        } else {
            page(&text, "index.html")
        }
        text.line("}")
        text.line()
    }

    /// Whose word on the visitor's address is believed.
    private func realAddress(_ text: inout Text) {
        let proxies = table.site.proxies
        guard !proxies.networks.isEmpty else { return }
        text.line("# proxies in front")
        for network in proxies.networks { text.line("set_real_ip_from \(NginxText.quotedValue(network));") }
        text.line("real_ip_header \(NginxText.quotedValue(proxies.header));")
        text.line("real_ip_recursive on;")
    }

    /// The fast path: links that answer 302, which almost all are.
    private func links(_ text: inout Text) {
        text.line("location / {")
        text.line("error_page 418 = @rare;", 1)
        text.line("recursive_error_pages on;", 1)
        guard routes.exactStatuses.contains(.found) else {
            text.line("return 418;", 1)
            text.line("}")
            text.line()
            return
        }
        let target = tables.exact(.found)
        text.line("if ($wayseal_other_method) { return 418; }", 1)
        text.line("if (\(target) = \"\") { return 418; }", 1)
        text.line("return 302 \(target);", 1)
        text.line("}")
        text.line()
    }

    /// Everything else: other statuses, other methods, wildcards, and paths without a link.
    private func rare(_ text: inout Text) {
        text.line("location @rare {")
        text.line("error_page 404 @missing;", 1)
        text.line("error_page 405 @refused;", 1)
        text.line("recursive_error_pages on;", 1)
        enterExactGates(&text)
        let exact = routes.exactStatuses
        let others = exact.filter { !$0.keepsMethod }
        // A policy decides for itself which methods it takes.
        let wildcardsKeep = routes.hasGatedWildcards || routes.wildcardStatuses.contains(where: \.keepsMethod)
        for status in exact where status.keepsMethod { answer(status, tables.exact(status), &text) }
        if wildcardsKeep && !others.isEmpty {
            // An exact link that does not take this method is no matter for the wildcards.
            text.line("set $wayseal_refused \"\";", 1)
            for status in others {
                text.line("if (\(tables.exact(status))) { set $wayseal_refused $wayseal_other_method; }", 1)
            }
            text.line("if ($wayseal_refused) { return 405; }", 1)
        }
        let refuse = "if ($wayseal_other_method) { return 405; }"
        if !wildcardsKeep { text.line(refuse, 1) }
        for status in others where status != .found { answer(status, tables.exact(status), &text) }
        enterWildcardGates(&text)
        for status in routes.wildcardStatuses where status.keepsMethod { answerWildcard(status, &text) }
        if wildcardsKeep { text.line(refuse, 1) }
        for status in routes.wildcardStatuses where !status.keepsMethod { answerWildcard(status, &text) }
        if case .redirect(let target) = domain.missing {
            text.line("return 302 \(NginxText.quotedValue(target));", 1)
        } else {
            text.line("return 404;", 1)
        }
        text.line("}")
    }

    private func answer(_ status: Link.Redirect, _ target: String, _ text: inout Text) {
        text.line("if (\(target)) {", 1)
        if status.isPermanent { text.lines(headers(cache: CachePolicy.permanent), 2) }
        text.line("return \(status.rawValue) \(target);", 2)
        text.line("}", 1)
    }

    private func answerWildcard(_ status: Link.Redirect, _ text: inout Text) {
        text.line("if (\(tables.wildcard) ~ \"^\(status.rawValue) (.+)$\") {", 1)
        if status.isPermanent { text.lines(headers(cache: CachePolicy.permanent), 2) }
        text.line("return \(status.rawValue) $1;", 2)
        text.line("}", 1)
    }
}

/// How long answers may be kept.
enum CachePolicy {
    /// Pages, errors, 302, 303 and 307: asked for again each time.
    static let temporary = "private, max-age=0"
    /// 301 and 308, which browsers would keep for ever: a day.
    static let permanent = "max-age=86400"
}

extension Link.Redirect {
    /// 301 and 308.
    var isPermanent: Bool { self == .movedPermanently || self == .permanent }
    /// 307 and 308 send the method and the body on; links with another status answer GET and HEAD only.
    var keepsMethod: Bool { self == .temporary || self == .permanent }
}
