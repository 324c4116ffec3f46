// Unsafe pointers: rows are copied from the site's strings without a String in between.

import Site
import Support

/// What one domain answers, as a list of Caddy routes.
///
/// Caddy runs the routes of a list in order. The first normalises the path, a group of routes of which only
/// one runs finds the row, and the last ones answer. The `map` handler evaluates its outputs when they are
/// asked for, at every mention anew: the result is copied into `vars` once.
struct CaddyHost {
    let table: RouteTable
    let index: Int
    let logs: Bool

    var domain: Domain { table.site.domains[index] }
    var host: String { domain.host }
    private var routes: DomainRoutes { table.domains[index] }

    /// The routes that find the link; the same in production and in a trial.
    private(set) var lookup: [JSON] = []

    /// A row costs 10 ns, a route 150 ns: of 50,000 links, 30 pieces are about best.
    private var aim: ShardPlan.Aim {
        var rows = 2_000
        while rows * rows < 15 * routes.exact.count { rows += 500 }
        return ShardPlan.Aim(whole: 2_000, rows: rows, values: 1_024)
    }

    init(table: RouteTable, index: Int, logs: Bool) {
        self.table = table
        self.index = index
        self.logs = logs
    }

    // MARK: finding

    /// Fills ``lookup``. O(size of the output).
    mutating func compile() {
        lookup = query() + exact() + wildcards() + flags()
    }

    /// Whether every link is a plain 302 that is logged: then the answer needs no parsing.
    private var isPlain: Bool {
        Set(routes.exactStatuses + routes.wildcardStatuses).isSubset(of: [.found])
            && routes.privacyCounts[0] == 0 && !routes.hasNoindexLinks
    }

    private func exact() -> [JSON] {
        let keys = routes.exact
        let found: JSON = .object([
            ("handler", .string("vars")), ("link", .string("{http.request.uri.path}")), ("to", .string("{l.to}")),
        ])
        guard keys.count > 0 else { return [] }
        let all = Array(0..<Int32(keys.count))
        guard let plan = ShardPlan(keys, rows: all, aim: aim, asciiOnly: true) else {
            return [route([map(all[...]), found])]
        }
        let (regex, groups) = Self.regex(of: plan)
        var result = [
            route([
                Self.map(
                    "{http.request.uri.path}", ["{l.cut}"],
                    [.object([("input_regexp", .string(regex)), ("outputs", .strings([groups]))])]),
                .object([("handler", .string("vars")), ("cut", .string("{l.cut}"))]),
            ])
        ]
        for (values, rows) in zip(plan.tables + [[]], plan.rows) where !rows.isEmpty {
            let texts =
                values.isEmpty
                ? [""]
                : values.map { CaddyText.escaped(String(decoding: plan.text(of: $0), as: UTF8.self)) }
            result.append(
                .object([
                    ("group", .string("links")),
                    ("match", .array([.object([("vars", .object([("cut", .strings(texts))]))])])),
                    ("handle", .array([map(rows[...])])),
                ]))
        }
        result.append(route([found]))
        return result
    }

    /// RE2 reads runes, not bytes, so the plan cuts only where the bytes before or behind are ASCII.
    private static func regex(of plan: ShardPlan) -> (regex: String, groups: String) {
        let byte = "[\\x00-\\x7f]"
        var regex = "^"
        var groups = ""
        var n = 0
        var at = 0
        var fromEnd: Int?
        func gap(_ count: Int) -> String { count == 0 ? "" : "\(byte){\(count)}" }
        for position in plan.positions {
            n += 1
            groups += "${\(n)}"
            switch position {
            case .start(let k):
                regex += gap(k - at) + "(\(byte))"
                at = k + 1
            case .end(let k):
                regex += fromEnd.map { gap($0 - k - 1) } ?? "(?s:.*)"
                regex += "(\(byte))"
                fromEnd = k
            }
        }
        if let fromEnd { regex += gap(fromEnd) + "$" }
        return (regex, groups)
    }

    private func map(_ rows: ArraySlice<Int32>) -> JSON {
        var text = Text()
        text.reserve(rows.count * 112)
        let keys = routes.exact
        for row in rows {
            if !text.bytes.isEmpty { text.append(",\n") }
            let link = Int(keys.links[Int(row)])
            append(input: keys.key(Int(row)), link: link, depth: 0, id: nil, to: &text)
        }
        return .object([
            ("handler", .string("map")), ("source", .string("{http.request.uri.path}")),
            ("destinations", .strings(["{l.to}"])), ("mappings", .rows(text.bytes)), ("defaults", .strings([""])),
        ])
    }

    private func append(
        input: ArraySlice<UInt8>, link i: Int, depth: Int, id: ArraySlice<UInt8>?, to text: inout Text
    ) {
        let link = table.site.links[i]
        text.append("{\"input\": ")
        JSON.append(input, to: &text)
        text.append(", \"outputs\": [")
        let prefix = prefix(link)
        if prefix.isEmpty && Destination.isLiteral(link) {
            link.target.withBytes { Self.append($0, to: &text) }
        } else {
            var value = prefix[...]
            let pieces = Destination(link).pieces
            for piece in pieces {
                switch piece {
                case .literal(let bytes): value += CaddyText.escaped(bytes, besidePlaceholder: pieces.count > 1)
                case .suffix: value += Array("{w.suffix\(depth)}".utf8)
                case .query(.question): value += Array("{q.question}".utf8)
                case .query(.ampersand): value += Array("{q.ampersand}".utf8)
                case .query(.none): value += Array("{q.query}".utf8)
                }
            }
            JSON.append(value, to: &text)
        }
        if let id {
            text.append(", ")
            JSON.append(CaddyText.escaped(id), to: &text)
        }
        text.append("]}")
    }

    private static func append(_ target: UnsafeBufferPointer<UInt8>, to text: inout Text) {
        for byte in target
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "{") {
            JSON.append(CaddyText.escaped(Array(target)[...]), to: &text)
            return
        }
        text.append(UInt8(ascii: "\""))
        text.append(target)
        text.append(UInt8(ascii: "\""))
    }

    /// `STATUSflags ` before the target of a link that is not plain: `q` is not logged, `r` is noindex.
    private func prefix(_ link: Link) -> [UInt8] {
        var flags = ""
        if link.privacy == .none { flags += "q" }
        if link.options.contains(.noindex) && !domain.noindex { flags += "r" }
        if flags.isEmpty && link.redirect == .found { return [] }
        return Array("\(link.redirect.rawValue)\(flags) ".utf8)
    }

    /// The visitor's query with what joins it to a target, up to a `#`, which nginx does not count to it.
    private func query() -> [JSON] {
        guard routes.passesQuery else { return [] }
        let mapping: JSON = .object([
            ("input_regexp", .string("^([^#]+)")), ("outputs", .strings(["?${1}", "&${1}", "${1}"])),
        ])
        return [
            route([
                Self.map("{http.request.orig_uri.query}", ["{q.question}", "{q.ampersand}", "{q.query}"], [mapping])
            ])
        ]
    }

    /// Per depth: whether the request as it was sent has a prefix of that depth, what follows it, the prefix
    /// of the decoded path, and the row; `default` leads to the next shorter prefix.
    private func wildcards() -> [JSON] {
        guard !routes.depths.isEmpty else { return [] }
        var handlers: [JSON] = []
        let keys = routes.wildcards
        var next: Int?
        for depth in routes.depths.reversed() {
            handlers.append(
                Self.map(
                    "{http.request.orig_uri}", ["{w.plain\(depth)}", "{w.suffix\(depth)}"],
                    [
                        .object([
                            ("input_regexp", .string(WildcardPattern.dotSegment)), ("outputs", .strings(["", ""])),
                        ]),
                        .object([
                            ("input_regexp", .string(WildcardPattern.target(depth: depth))),
                            ("outputs", .strings(["+", "${1}"])),
                        ]),
                    ]))
            handlers.append(
                Self.map(
                    "{http.request.uri.path}", ["{w.prefix\(depth)}"],
                    [
                        .object([
                            ("input_regexp", .string(WildcardPattern.prefix(depth: depth))),
                            ("outputs", .strings(["${1}"])),
                        ])
                    ]))
            var text = Text()
            for row in 0..<keys.count where DomainRoutes.depth(of: keys.key(row)) == depth {
                if !text.bytes.isEmpty { text.append(",\n") }
                let key = keys.key(row)
                append(
                    input: [UInt8(ascii: "+")] + key, link: Int(keys.links[row]), depth: depth,
                    id: key + [UInt8(ascii: "*")], to: &text)
            }
            handlers.append(
                .object([
                    ("handler", .string("map")), ("source", .string("{w.plain\(depth)}{w.prefix\(depth)}")),
                    ("destinations", .strings(["{w.to\(depth)}", "{w.link\(depth)}"])),
                    ("mappings", .rows(text.bytes)),
                    ("defaults", .strings(next.map { ["{w.to\($0)}", "{w.link\($0)}"] } ?? ["", ""])),
                ]))
            next = depth
        }
        let deepest = routes.depths[0]
        handlers.append(
            .object([
                ("handler", .string("vars")), ("link", .string("{w.link\(deepest)}")),
                ("to", .string("{w.to\(deepest)}")),
            ]))
        guard !routes.exact.isEmpty else { return [route(handlers)] }
        return [Self.when("to", [""], handlers)]
    }

    /// Takes `STATUSflags ` off the target. The key of `vars_regexp` is a placeholder on purpose: with a
    /// variable's name Caddy 2.6 would expand the *value* once more.
    private func flags() -> [JSON] {
        guard !isPlain else { return [] }
        let matcher: JSON = .object([
            (
                "vars_regexp",
                .object([
                    (
                        "{http.vars.to}",
                        .object([("name", .string("row")), ("pattern", .string("^(30[12378])([a-z]*) (.+)$"))])
                    )
                ])
            )
        ])
        var result: [JSON] = [
            .object([
                ("match", .array([matcher])),
                (
                    "handle",
                    .array([
                        .object([
                            ("handler", .string("vars")), ("flags", .string("{http.regexp.row.2}")),
                            ("status", .string("{http.regexp.row.1}")), ("to", .string("{http.regexp.row.3}")),
                        ])
                    ])
                ),
            ])
        ]
        if routes.privacyCounts[0] > 0 {
            result.append(
                Self.when("flags", ["q", "qr"], [.object([("handler", .string("vars")), ("skip_log", .bool(true))])]))
        }
        if routes.hasNoindexLinks {
            result.append(
                Self.when(
                    "flags", ["r", "qr"],
                    [
                        .object([
                            ("handler", .string("headers")),
                            ("response", .object([("set", .object([("X-Robots-Tag", .strings(["noindex"]))]))])),
                        ])
                    ]))
        }
        return result
    }

    // MARK: answering

    /// All routes of this host. `site` is the directory of its pages.
    func routes(site: String) -> [JSON] {
        let plain = isPlain
        let isEmpty = routes.exact.isEmpty && routes.wildcards.isEmpty
        var result = [normalisation()]
        if !plain {
            result.append(route([.object([("handler", .string("vars")), ("status", .string("302"))])]))
        }
        // An explicit home page comes before '*', as nginx's `location = /` does.
        let homeFirst = !routes.coversHome(domain) && routes.depths.last == 0
        if homeFirst { result.append(home(site: site)) }
        result += lookup
        var refused: [JSON] = [.object([("method", .strings(["GET", "HEAD"]))])]
        let statuses = routes.exactStatuses + routes.wildcardStatuses
        let keeping = Set(statuses.filter(\.keepsMethod).map { String($0.rawValue) }).sorted()
        if !keeping.isEmpty { refused.append(.object([("vars", .object([("status", .strings(keeping))]))])) }
        result.append(
            .object([
                ("match", .array([.object([("not", .array(refused))])])),
                ("handle", .array([answer(405, [("Allow", "GET, HEAD")])])), ("terminal", .bool(true)),
            ]))
        let permanent = Set(statuses.filter(\.isPermanent).map { String($0.rawValue) }).sorted()
        if !permanent.isEmpty {
            result.append(
                Self.when("status", permanent, [redirect("{http.vars.status}", cache: CachePolicy.permanent)], terminal: true))
        }
        if !isEmpty {
            let unfound: JSON = .object([("vars", .object([("to", .strings([""]))]))])
            result.append(
                .object([
                    ("match", .array([.object([("not", .array([unfound]))])])),
                    ("handle", .array([redirect(plain ? "302" : "{http.vars.status}", cache: CachePolicy.temporary)])),
                    ("terminal", .bool(true)),
                ]))
        }
        if !routes.coversHome(domain) && !homeFirst { result.append(home(site: site)) }
        result.append(route(missing(site: site)))
        return result
    }

    private func home(site: String) -> JSON {
        let refuse: JSON = .object([
            ("match", .array([.object([("not", .array([.object([("method", .strings(["GET", "HEAD"]))])]))])])),
            ("handle", .array([answer(405, [("Allow", "GET, HEAD")])])), ("terminal", .bool(true)),
        ])
        let show = route(fallback(domain.home, page: "index.html", status: nil, site: site))
        return Self.when(
            "{http.request.uri.path}", ["/"],
            [.object([("handler", .string("subroute")), ("routes", .array([refuse, show]))])], terminal: true)
    }

    /// Folds letters, merges slashes, resolves dot segments, and keeps `/.well-known/` free.
    ///
    /// Only paths that need it enter: those with a letter A–Z, `//` or `/.`, tested on the decoded path. What
    /// `rewrite` changes is the path as it was sent, so `%41` is replaced like `A`, if there is a `%` at all.
    /// It merges slashes and resolves dot segments by itself each time before it replaces; the last
    /// replacement is there for that alone. Each costs 0.4 µs, so only letters that occur in keys are folded:
    /// a path with another letter is nobody's.
    private func normalisation() -> JSON {
        func substring(_ find: String, _ replace: String) -> JSON {
            .object([("find", .string(find)), ("replace", .string(replace))])
        }
        func rewrite(_ substrings: [JSON]) -> JSON {
            .object([("handler", .string("rewrite")), ("uri_substring", .array(substrings))])
        }
        func codes(_ byte: UInt8) -> [String] {
            let code = String(byte, radix: 16)
            return Set([code, code.uppercased()]).sorted().map { "%" + $0 }
        }
        let clean = substring("%2f", "/")
        var letters: [JSON] = []
        var encoded: [JSON] = []
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") where routes.letters & (1 << (letter - 0x61)) != 0 {
            let lower = String(UnicodeScalar(letter))
            letters.append(substring(String(UnicodeScalar(letter - 32)), lower))
            encoded += codes(letter - 32).map { substring($0, lower) }
        }
        encoded += RequestTarget.structure.map { substring($0.code, $0.text) }
        encoded.append(clean)
        let reserved: JSON = .object([
            ("match", .array([Self.pathMatches("^/\\.(?i:well-known)/")])), ("handle", .array([answer(404, [])])),
            ("terminal", .bool(true)),
        ])
        let percent: JSON = .object([
            (
                "vars_regexp",
                .object([("{http.request.orig_uri}", .object([("pattern", .string("%[245]"))]))])
            )
        ])
        let steps: [JSON] = [
            route([rewrite(letters.isEmpty ? [clean] : letters)]),
            .object([("match", .array([percent])), ("handle", .array([rewrite(encoded)]))]), reserved,
        ]
        return .object([
            ("match", .array([Self.pathMatches("[A-Z]|//|/\\.")])),
            ("handle", .array([.object([("handler", .string("subroute")), ("routes", .array(steps))])])),
        ])
    }

    private static func pathMatches(_ pattern: String) -> JSON {
        .object([
            (
                "vars_regexp",
                .object([("{http.request.uri.path}", .object([("pattern", .string(pattern))]))])
            )
        ])
    }

    private func missing(site: String) -> [JSON] {
        fallback(domain.missing, page: "404.html", status: 404, site: site)
    }

    private func fallback(_ fallback: Domain.Fallback, page: String, status: Int?, site: String) -> [JSON] {
        if case .redirect(let target) = fallback {
            return [answer(302, [("Location", CaddyText.escaped(target))])]
        }
        var server: [(String, JSON)] = [
            ("handler", .string("file_server")), ("root", .string("\(site)/\(host)")),
            ("canonical_uris", .bool(false)),
        ]
        if let status { server.append(("status_code", .integer(status))) }
        return [
            .object([
                ("handler", .string("headers")),
                ("response", .object([("set", .object(headers(CachePolicy.temporary, []).map { ($0.0, .strings([$0.1])) }))])),
            ]),
            .object([("handler", .string("rewrite")), ("uri", .string("/\(page)"))]), .object(server),
        ]
    }

    private func redirect(_ status: String, cache: String) -> JSON {
        var extra = [("Location", "{http.vars.to}")]
        if logs { extra.append(("X-Link", "{http.vars.link}")) }
        return .object([
            ("handler", .string("static_response")), ("status_code", .string(status)),
            ("headers", .object(headers(cache, extra).map { ($0.0, .strings([$0.1])) })),
        ])
    }

    private func answer(_ status: Int, _ extra: [(String, String)]) -> JSON {
        .object([
            ("handler", .string("static_response")), ("status_code", .integer(status)),
            ("headers", .object(headers(CachePolicy.temporary, extra).map { ($0.0, .strings([$0.1])) })),
        ])
    }

    /// The headers of every answer. `X-Request-Id` and `X-Link` are there because Caddy's access log holds
    /// nothing of a request but what was sent back.
    private func headers(_ cache: String, _ extra: [(String, String)]) -> [(String, String)] {
        var list = [("Cache-Control", cache)] + extra
        if let hsts = domain.hsts, domain.tls != .off {
            list.append(("Strict-Transport-Security", "max-age=\(hsts)"))
        }
        if logs { list.append(("X-Request-Id", "{http.request.uuid}")) }
        if domain.noindex { list.append(("X-Robots-Tag", "noindex")) }
        return list.sorted { $0.0 < $1.0 }
    }

    // MARK: pieces of JSON

    private func route(_ handlers: [JSON]) -> JSON { .object([("handle", .array(handlers))]) }

    private static func when(_ variable: String, _ values: [String], _ handlers: [JSON], terminal: Bool = false) -> JSON {
        var members: [(String, JSON)] = [
            ("match", .array([.object([("vars", .object([(variable, .strings(values))]))])])),
            ("handle", .array(handlers)),
        ]
        if terminal { members.append(("terminal", .bool(true))) }
        return .object(members)
    }

    private static func map(_ source: String, _ destinations: [String], _ mappings: [JSON]) -> JSON {
        .object([
            ("handler", .string("map")), ("source", .string(source)), ("destinations", .strings(destinations)),
            ("mappings", .array(mappings)), ("defaults", .strings(destinations.map { _ in "" })),
        ])
    }
}
