// Unsafe pointers: rows are copied from the site's strings without a String in between.

import Site
import Support

/// The Caddy routes of one domain that find the link for a path: `{http.vars.to}` is its target then (or
/// empty), `{http.vars.link}` its id for the log, and where some link is not plain, `{http.vars.status}`. For a gated
/// link `{http.vars.to}` is its ``CaddyRecord``, and `{http.vars.gate}` says what it needs.
///
/// Caddy runs the routes of a list in order; of a group only the first that matches runs. The `map` handler
/// searches its rows one by one, and evaluates its outputs whenever they are asked for, at every mention
/// anew: so tables are small, and the result is copied into `vars` once.
struct CaddyLookup {
    let table: RouteTable
    let index: Int
    let policies: CaddyPolicies

    private var domain: Domain { table.site.domains[index] }
    private var routes: DomainRoutes { table.domains[index] }

    /// A row costs 12 ns, a route 200 ns, a route inside a subroute twice as much. So tables are small, and
    /// found in two steps: by the first byte of the cut, then by all of it.
    private static let aim = ShardPlan.Aim(
        whole: 600, rows: 500, values: 4_096, byFirstByte: true, asciiOnly: true)

    /// Whether every link is a plain 302 that is logged: then the answer needs no parsing.
    var isPlain: Bool {
        Set(routes.exactStatuses + routes.wildcardStatuses).isSubset(of: [.found])
            && routes.privacyCounts[0] == 0 && !routes.hasNoindexLinks && policies.isEmpty
    }

    /// The routes, in order. O(size of the output).
    func compile() -> [JSON] {
        let status: [JSON] = isPlain ? [] : [Self.route([["handler": "vars", "status": "302"]])]
        return status + query() + exact() + locked() + wildcards() + flags()
    }

    // MARK: exact paths

    /// Tables over the rows of exact links, and how they are asked.
    private struct Tables {
        /// What is looked up.
        var source = "{http.request.uri.path}"
        /// The result.
        var result = "{l.to}"
        /// Of the routes of one group only the first that matches runs.
        var group = "links"
        /// Whether they are behind the passwords.
        var opened = false
    }

    private func exact() -> [JSON] {
        routes.exact.isEmpty ? [] : tables(Tables(), Array(0..<Int32(routes.exact.count)))
    }

    /// The rows of links with a password once more, as they are behind it: asked for the path before a capability
    /// that no link has.
    private func locked() -> [JSON] {
        guard !policies.locked.isEmpty else { return [] }
        let path = "^(?s:(/.*))/([0-9a-f]{\(PasswordPath.digits)})$"
        let take: JSON = ["handler": "vars", "path": "{http.regexp.locked.1}", "sent": "{http.regexp.locked.2}"]
        let tables = Tables(source: "{http.vars.path}", result: "{g.to}", group: "locked", opened: true)
        let inner = Self.matching(
            "{http.request.uri.path}", path, name: "locked",
            [take, ["handler": "subroute", "routes": .array(self.tables(tables, policies.locked))]])
        return [Self.when("to", [""], [["handler": "subroute", "routes": [inner]]])]
    }

    private func tables(_ tables: Tables, _ all: [Int32]) -> [JSON] {
        let keys = routes.exact
        let found: JSON = ["handler": "vars", "link": .string(tables.source), "to": .string(tables.result)]
        guard let plan = ShardPlan(keys, rows: all, aim: Self.aim) else {
            return [Self.route([map(all, tables)]), Self.route([found])]
        }
        let (regex, groups) = Self.regex(of: plan)
        var result = [
            Self.matching(tables.source, regex, name: "cut", [["handler": "vars", "cut": .string(groups)]])
        ]
        for group in Self.groups(plan) {
            let inner = plan.tables[group].indices.map { i in
                Self.when("cut", plan.tables[i].map { Self.value(plan.text(of: $0)) }, [map(plan.rows[i], tables)])
            }
            var heads: [UInt8] = []
            for i in group {
                let head = plan.text(of: plan.tables[i][0])[0]
                if heads.last != head { heads.append(head) }
            }
            let names = JSON.strings(heads.map { Self.value([$0]) })
            result.append([
                "group": .string(tables.group), "match": [["vars": ["{http.regexp.cut.1}": names]]],
                "handle": [["handler": "subroute", "routes": .array(inner)]],
            ])
        }
        if let rest = plan.rows.last, !rest.isEmpty {
            result.append(["group": .string(tables.group), "handle": [map(rest, tables)]])
        }
        return result + [Self.route([found])]
    }

    /// Runs of tables that share a step; tables whose values begin with the same byte stay together.
    private static func groups(_ plan: ShardPlan) -> [Range<Int>] {
        var width = 1
        while width * width * 5 < plan.tables.count { width += 1 }
        var result: [Range<Int>] = []
        var start = 0
        while start < plan.tables.count {
            var end = start
            var head: UInt8?
            while end < plan.tables.count {
                let next = plan.text(of: plan.tables[end][0])[0]
                if end - start >= width && next != head { break }
                head = next
                end += 1
            }
            result.append(start..<end)
            start = end
        }
        return result
    }

    private static func value(_ bytes: [UInt8]) -> String {
        CaddyText.escaped(String(decoding: bytes, as: UTF8.self))
    }

    /// RE2 reads runes, not bytes, so the plan cuts only where the bytes before or behind are ASCII.
    private static func regex(of plan: ShardPlan) -> (regex: String, groups: String) {
        let byte = "[\\x00-\\x7f]"
        // `vars_regexp` tries "<nil>" as well, which must not match: hence the slash.
        var regex = "^/"
        var groups = ""
        var n = 0
        var at = 1
        var fromEnd: Int?
        func gap(_ count: Int) -> String { count == 0 ? "" : "\(byte){\(count)}" }
        for position in plan.positions {
            n += 1
            groups += "{http.regexp.cut.\(n)}"
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

    private func map(_ rows: [Int32], _ tables: Tables) -> JSON {
        var text = Text()
        text.reserve(rows.count * 112)
        let keys = routes.exact
        for row in rows {
            if !text.bytes.isEmpty { text.append(",\n") }
            append(
                input: keys.key(Int(row)), link: Int(keys.links[Int(row)]), depth: 0, id: nil, opened: tables.opened,
                to: &text)
        }
        return [
            "handler": "map", "source": .string(tables.source), "destinations": [.string(tables.result)],
            "mappings": .rows(text.bytes), "defaults": [""],
        ]
    }

    // MARK: one row

    private func append(
        input: ArraySlice<UInt8>, link i: Int, depth: Int, id: ArraySlice<UInt8>?, opened: Bool = false,
        to text: inout Text
    ) {
        let link = table.site.links[i]
        text.append("{\"input\": ")
        JSON.append(input, to: &text)
        text.append(", \"outputs\": [")
        if let policy = table.site.policy(of: link) {
            let name = LinkIdentity.hex(logID: RouteTable.logID(of: link))
            let record = CaddyRecord(link, policy, id: name, opened: opened)
            let head = "\(link.redirect.rawValue)\(flags(link))\(record.needs.text) "
            JSON.append(Self.value(Array(head.utf8)[...], record.pieces, depth: depth), to: &text)
        } else {
            let prefix = prefix(link)
            if prefix.isEmpty && Destination.isLiteral(link) {
                link.target.withBytes { Self.append($0, to: &text) }
            } else {
                JSON.append(Self.value(prefix[...], Destination(link).pieces, depth: depth), to: &text)
            }
        }
        if let id {
            text.append(", ")
            JSON.append(CaddyText.escaped(id), to: &text)
        }
        text.append("]}")
    }

    /// `prefix` and `pieces` as an output of a table, with placeholders for what the visitor brings.
    private static func value(_ prefix: ArraySlice<UInt8>, _ pieces: [Destination.Piece], depth: Int) -> ArraySlice<
        UInt8
    > {
        var value = prefix
        for piece in pieces {
            switch piece {
            case .literal(let bytes): value += CaddyText.escaped(bytes, besidePlaceholder: pieces.count > 1)
            case .requestID: value += Array("{http.request.uuid}".utf8)
            case .suffix: value += Array("{w.suffix\(depth)}".utf8)
            case .query(.question): value += Array("{q.question}".utf8)
            case .query(.ampersand): value += Array("{q.ampersand}".utf8)
            case .query(.none): value += Array("{q.query}".utf8)
            }
        }
        return value
    }

    private static func append(_ target: UnsafeBufferPointer<UInt8>, to text: inout Text) {
        for byte in target where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7B {
            JSON.append(CaddyText.escaped(Array(target)[...]), to: &text)
            return
        }
        text.append(UInt8(ascii: "\""))
        text.append(target)
        text.append(UInt8(ascii: "\""))
    }

    /// `q` is not logged, `r` is noindex.
    private func flags(_ link: Link) -> String {
        (link.privacy == .none ? "q" : "") + (link.options.contains(.noindex) && !domain.noindex ? "r" : "")
    }

    /// `STATUSflags ` before the target of a link that is not plain.
    private func prefix(_ link: Link) -> [UInt8] {
        let flags = flags(link)
        if flags.isEmpty && link.redirect == .found { return [] }
        return Array("\(link.redirect.rawValue)\(flags) ".utf8)
    }

    // MARK: what the visitor brings

    /// The visitor's query with what joins it to a target, up to a `#`, which nginx does not count to it.
    private func query() -> [JSON] {
        guard routes.passesQuery else { return [] }
        let mapping: JSON = ["input_regexp": "^([^#]+)", "outputs": ["?${1}", "&${1}", "${1}"]]
        let names = ["{q.question}", "{q.ampersand}", "{q.query}"]
        return [Self.route([Self.map("{http.request.orig_uri.query}", names, [mapping])])]
    }

    /// Per depth: whether the request as it was sent has a prefix of that depth, what follows it, the prefix
    /// of the decoded path, and the row; `default` leads to the next shorter prefix.
    private func wildcards() -> [JSON] {
        guard let deepest = routes.depths.first else { return [] }
        var handlers: [JSON] = []
        let keys = routes.wildcards
        var next: Int?
        for depth in routes.depths.reversed() {
            let refused: JSON = ["input_regexp": .string(WildcardPattern.dotSegment), "outputs": ["", ""]]
            let taken: JSON = [
                "input_regexp": .string(WildcardPattern.re2.target(depth: depth)), "outputs": ["+", "${1}"],
            ]
            handlers.append(
                Self.map(
                    "{http.request.orig_uri}", ["{w.plain\(depth)}", "{w.suffix\(depth)}"], [refused, taken]))
            let prefix: JSON = [
                "input_regexp": .string(WildcardPattern.re2.prefix(depth: depth)), "outputs": ["${1}"],
            ]
            handlers.append(Self.map("{http.request.uri.path}", ["{w.prefix\(depth)}"], [prefix]))
            var text = Text()
            for row in 0..<keys.count where DomainRoutes.depth(of: keys.key(row)) == depth {
                if !text.bytes.isEmpty { text.append(",\n") }
                let key = keys.key(row)
                append(
                    input: [UInt8(ascii: "+")] + key, link: Int(keys.links[row]), depth: depth,
                    id: key + [UInt8(ascii: "*")], to: &text)
            }
            handlers.append([
                "handler": "map", "source": .string("{w.plain\(depth)}{w.prefix\(depth)}"),
                "destinations": .strings(["{w.to\(depth)}", "{w.link\(depth)}"]),
                "mappings": .rows(text.bytes),
                "defaults": .strings(next.map { ["{w.to\($0)}", "{w.link\($0)}"] } ?? ["", ""]),
            ])
            next = depth
        }
        handlers.append([
            "handler": "vars", "link": .string("{w.link\(deepest)}"), "to": .string("{w.to\(deepest)}"),
        ])
        return [routes.exact.isEmpty ? Self.route(handlers) : Self.when("to", [""], handlers)]
    }

    /// Takes `STATUSflags ` off the target, and what a gated link needs. The key of `vars_regexp` is a placeholder on purpose: with a
    /// variable's name Caddy 2.6 would expand the *value* once more.
    private func flags() -> [JSON] {
        guard !isPlain else { return [] }
        var parts: [(String, JSON)] = [
            ("handler", "vars"), ("flags", "{http.regexp.row.2}"), ("status", "{http.regexp.row.1}"),
            ("to", "{http.regexp.row.3}"),
        ]
        var pattern = "^(30[12378])([a-z]*) (.+)$"
        if !policies.isEmpty {
            parts[3].1 = "{http.regexp.row.4}"
            parts.append(("gate", "{http.regexp.row.3}"))
            pattern = "^(30[12378])(q?r?)((?:g[a-z]*)?) (.+)$"
        }
        var result = [Self.matching("{http.vars.to}", pattern, name: "row", [.object(parts)])]
        if routes.privacyCounts[0] > 0 {
            result.append(Self.when("flags", ["q", "qr"], [["handler": "vars", "skip_log": true]]))
        }
        if routes.hasNoindexLinks {
            let set: JSON = ["handler": "headers", "response": ["set": ["X-Robots-Tag": ["noindex"]]]]
            result.append(Self.when("flags", ["r", "qr"], [set]))
        }
        return result
    }

    // MARK: pieces of JSON

    /// A route that always runs.
    static func route(_ handlers: [JSON]) -> JSON { ["handle": .array(handlers)] }

    /// A route that runs if `variable` has one of `values`.
    static func when(_ variable: String, _ values: [String], _ handlers: [JSON], terminal: Bool = false)
        -> JSON
    {
        let match: JSON = [["vars": .object([(variable, .strings(values))])]]
        return terminal
            ? ["match": match, "handle": .array(handlers), "terminal": true]
            : ["match": match, "handle": .array(handlers)]
    }

    /// A route that runs if `source`, a text with placeholders, has a match of `pattern`; its groups are
    /// `{http.regexp.NAME.1}` and so on. Caddy tries `<nil>` as well, which must not match.
    static func matching(
        _ source: String, _ pattern: String, name: String? = nil, _ handlers: [JSON], group: String? = nil
    ) -> JSON {
        let names: [(String, JSON)] = name.map { [("name", .string($0))] } ?? []
        let regex = JSON.object(names + [("pattern", .string(pattern))])
        let head: [(String, JSON)] = group.map { [("group", .string($0))] } ?? []
        return .object(
            head + [("match", [["vars_regexp": .object([(source, regex)])]]), ("handle", .array(handlers))])
    }

    private static func map(_ source: String, _ destinations: [String], _ mappings: [JSON]) -> JSON {
        [
            "handler": "map", "source": .string(source), "destinations": .strings(destinations),
            "mappings": .array(mappings), "defaults": .strings(destinations.map { _ in "" }),
        ]
    }
}
