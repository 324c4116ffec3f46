import Site

/// The Caddy routes that find out what a gated link's tests ask for: each fact only for links that need it.
///
/// Afterwards `{http.vars.facts}` holds facts between bars (`|ios|mobile|@3|`; nothing in it is the visitor's own
/// text), `{http.vars.query}` the query between ampersands, `{http.vars.now}` the time, `{http.vars.draw}` a random
/// number, `{http.vars.language}` a language.
struct CaddyVisitor {
    let site: Site
    let policies: CaddyPolicies
    let testClock: Bool

    func routes() -> [JSON] {
        var result = [CaddyLookup.route([["handler": "vars", "facts": "|", "now": "{time.now.unix}"]])]
        if testClock { result.append(clockOfTest()) }
        func fact(_ need: CaddyRecord.Needs, _ handlers: [JSON]) {
            guard policies.needs.contains(need) else { return }
            result.append(CaddyLookup.matching("{http.vars.gate}", need.pattern, handlers))
        }
        if policies.needs.contains(.agent) || policies.needs.contains(.program) {
            result.append(CaddyLookup.matching("{http.vars.gate}", "^g[a-z]*[ar]", agent()))
        }
        fact(
            .agent,
            Self.classes([
                ("system", AgentPatterns.system), ("form", AgentPatterns.form), ("browser", AgentPatterns.browser),
            ]))
        fact(.program, Self.classes([("program", AgentPatterns.program)]))
        fact(.language, language())
        fact(
            .draw,
            [["handler": "vars", "draw": testClock ? "{http.request.header.X-Wayseal-Draw}" : "{http.request.uuid}"]])
        fact(.places, [["handler": "subroute", "routes": .array(proxies() + places())]])
        fact(.query, query())
        return result
    }

    /// The time that a test says it is. Production has no such route.
    private func clockOfTest() -> JSON {
        CaddyLookup.matching(
            "{http.request.header.X-Wayseal-Msec}", "^([0-9]{10})", name: "clock",
            [["handler": "vars", "now": "{http.regexp.clock.1}"]])
    }

    // MARK: headers

    /// As much of a header as is looked at: hostile ones are long.
    private static func beginning(_ header: String, _ limit: Int, as name: String) -> JSON {
        [
            "handler": "map", "source": .string("{http.request.header.\(header)}"),
            "destinations": [.string("{\(name)}")],
            "mappings": [["input_regexp": .string("^((?s:.){0,\(limit)})"), "outputs": ["${1}"]]], "defaults": [""],
        ]
    }

    private func agent() -> [JSON] {
        [
            Self.beginning("User-Agent", AgentPatterns.limit, as: "v.agent"),
            ["handler": "vars", "agent": "{v.agent}"],
        ]
    }

    private static func classes(_ classes: [(name: String, rows: [AgentPatterns.Row])]) -> [JSON] {
        let maps = classes.map { name, rows -> JSON in
            let mappings = rows.map { row -> JSON in
                ["input_regexp": .string(pattern(row)), "outputs": [.string(row.value)]]
            }
            return [
                "handler": "map", "source": "{http.vars.agent}", "destinations": [.string("{v.\(name)}")],
                "mappings": .array(mappings), "defaults": [""],
            ]
        }
        let facts = classes.map { "{v.\($0.name)}|" }.joined()
        return maps + [["handler": "vars", "facts": .string("{http.vars.facts}" + facts)]]
    }

    /// A row's words in any case of their ASCII letters. `(?i)` would take `ſ` for an `s` as well.
    private static func pattern(_ row: AgentPatterns.Row) -> String {
        let words = row.words.map { word in
            word.utf8.map { byte -> String in
                let text = String(UnicodeScalar(byte))
                if byte &- 0x61 < 26 { return "[\(text.uppercased())\(text)]" }
                return byte == UInt8(ascii: ".") ? "\\." : text
            }.joined()
        }
        return words.joined(separator: "|")
    }

    /// The first range of `Accept-Language` (RFC 9110 §12.5.4), if its element can be read: weights can't be compared.
    private func language() -> [JSON] {
        let range = "([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,2})(?:-[A-Za-z0-9]{1,8})*"
        let weight = "(?:;[ \\t]*[qQ]=(?:0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)[ \\t]*)?"
        let mapping: JSON = ["input_regexp": .string("^[ \\t]*\(range)[ \\t]*\(weight)(?:,|$)"), "outputs": ["${1}"]]
        return [
            Self.beginning("Accept-Language", AcceptLanguage.limit, as: "v.languages"),
            [
                "handler": "map", "source": "{v.languages}", "destinations": ["{v.language}"], "mappings": [mapping],
                "defaults": [""],
            ],
            ["handler": "vars", "language": "|{v.language}-"],
        ]
    }

    /// The query up to a `#`, between ampersands.
    private func query() -> [JSON] {
        let mapping: JSON = ["input_regexp": "^([^#]*)", "outputs": ["${1}"]]
        return [
            [
                "handler": "map", "source": "{http.request.orig_uri.query}", "destinations": ["{v.query}"],
                "mappings": [mapping], "defaults": [""],
            ],
            ["handler": "vars", "query": "&{v.query}&"],
        ]
    }

    // MARK: addresses

    private static let forwarded = "X-Forwarded-For"
    /// So many proxies in a row are passed over.
    private static let hops = 4

    /// Caddy's `remote_ip` believes the first address in `X-Forwarded-For`, whoever sent it. So the header becomes the
    /// one address that counts: none if the peer is no proxy of ours, else the last that is none of theirs.
    private func proxies() -> [JSON] {
        guard !site.proxies.networks.isEmpty else { return [] }
        let trusted = JSON.strings(site.proxies.networks)
        let peer: JSON = ["remote_ip": ["ranges": trusted]]
        let candidate: JSON = ["remote_ip": ["ranges": trusted, "forwarded": true]]
        let forget: JSON = ["handler": "headers", "request": ["delete": [.string(Self.forwarded)]]]
        let header = "{http.request.header.\(site.proxies.header)}"
        // One hop: the last element of what is left, and what stands before it.
        func last(_ n: Int) -> [JSON] {
            let name = "hop\(n)"
            let pattern = "^(?:(?s:(.*)),)?[ \\t]*(?:::[fF]{4}:)?([0-9A-Fa-f.:\\[\\]]+)[ \\t]*$"
            let take: [JSON] = [
                ["handler": "vars", "rest": .string("{http.regexp.\(name).1}")],
                [
                    "handler": "headers",
                    "request": ["set": .object([(Self.forwarded, .strings(["{http.regexp.\(name).2}"]))])],
                ],
            ]
            let found = CaddyLookup.matching("{http.vars.rest}", pattern, name: name, take, group: name)
            let stop: JSON = ["group": .string(name), "handle": [["handler": "vars", "rest": ""]]]
            return [found, stop]
        }
        var inner: [JSON] = [
            CaddyLookup.route([["handler": "vars", "rest": .string(header)], forget])
        ]
        inner += last(1)
        for n in 2...(Self.hops + 1) {
            inner.append([
                "match": [candidate], "handle": [["handler": "subroute", "routes": .array(last(n))]],
            ])
        }
        return [
            ["group": "peer", "match": [peer], "handle": [["handler": "subroute", "routes": .array(inner)]]],
            ["group": "peer", "handle": [forget]],
        ]
    }

    /// Tells for each place that the link asks for whether the visitor is in it.
    private func places() -> [JSON] {
        policies.places.sorted().map { i in
            var matcher: [(String, JSON)] = [("ranges", .strings(Prefixes.of(site.places[i].addresses)))]
            if !site.proxies.networks.isEmpty { matcher.append(("forwarded", true)) }
            let inside: JSON = [
                "match": [["remote_ip": .object(matcher)]],
                "handle": [["handler": "vars", "facts": .string("{http.vars.facts}@\(i)|")]],
            ]
            return CaddyLookup.matching(
                "{http.vars.places}", "\\|\(i)\\|", [["handler": "subroute", "routes": [inside]]])
        }
    }
}

/// Ranges of addresses as networks.
enum Prefixes {
    /// The fewest networks in CIDR notation that make up `ranges`, in order.
    static func of(_ ranges: AddressRanges) -> [String] {
        var result: [String] = []
        for range in ranges.v4 {
            split(UInt128(range.lowerBound), UInt128(range.upperBound), bits: 32) { start, length in
                result.append(VisitorAddress(v4: UInt32(start)).text + "/\(length)")
            }
        }
        for range in ranges.v6 {
            split(range.lowerBound, range.upperBound, bits: 128) { start, length in
                result.append(VisitorAddress(v6: start).text + "/\(length)")
            }
        }
        return result
    }

    private static func split(_ first: UInt128, _ last: UInt128, bits: Int, _ found: (UInt128, Int) -> Void) {
        var start = first
        while true {
            // The largest block that begins here and ends by `last`.
            var size = min(start == 0 ? bits : start.trailingZeroBitCount, bits)
            while size > 0, size == 128 ? last != .max : last - start < (1 << UInt128(size)) - 1 { size -= 1 }
            found(start, bits - size)
            let end = size == 128 ? UInt128.max : start + ((1 << UInt128(size)) - 1)
            if end >= last { return }
            start = end + 1
        }
    }
}
