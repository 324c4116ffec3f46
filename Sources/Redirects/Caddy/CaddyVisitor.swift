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
            let found: JSON = ["handler": "vars", "facts": .string("{http.vars.facts}@\(i)|")]
            let networks = Network.of(site.places[i].addresses)
            let routes =
                networks.count <= Self.longest
                ? inside(networks[...], below: 0, found)
                : [32, 128].flatMap { bits in inside(networks.filter { $0.bits == bits }[...], below: 0, found) }
            return CaddyLookup.matching(
                "{http.vars.places}", "\\|\(i)\\|", [["handler": "subroute", "routes": .array(routes)]])
        }
    }

    /// Caddy looks through networks one by one, 4 ns each: larger lists are found by four bits of the address at a time.
    private static let longest = 128

    /// Routes that run `found` if the visitor is in one of `networks`, whose addresses have their first `depth` bits in
    /// common.
    private func inside(_ networks: ArraySlice<Network>, below depth: Int, _ found: JSON) -> [JSON] {
        if networks.isEmpty { return [] }
        if networks.count <= Self.longest { return [route(networks.map(\.text), found)] }
        let next = depth + 4
        let wide = networks.filter { $0.length < next }
        var result = wide.isEmpty ? [] : [route(wide.map(\.text), found)]
        var rest = networks.filter { $0.length >= next }[...]
        while let first = rest.first {
            let block = first.block(next)
            let group = rest.prefix { $0.block(next).start == block.start }
            rest = rest.dropFirst(group.count)
            let inner = inside(group, below: next, found)
            result.append(route([block.text], ["handler": "subroute", "routes": .array(inner)]))
        }
        return result
    }

    private func route(_ networks: [String], _ handler: JSON) -> JSON {
        var matcher: [(String, JSON)] = [("ranges", .strings(networks))]
        if !site.proxies.networks.isEmpty { matcher.append(("forwarded", true)) }
        return ["match": [["remote_ip": .object(matcher)]], "handle": [handler]]
    }
}

/// Addresses that have their first bits in common.
struct Network {
    /// The first one.
    let start: UInt128
    /// How many bits are the same.
    let length: Int
    /// Of how many: 32 or 128.
    let bits: Int

    /// In CIDR notation.
    var text: String {
        let address = bits == 32 ? VisitorAddress(v4: UInt32(start)) : VisitorAddress(v6: start)
        return "\(address.text)/\(length)"
    }

    /// The network of this `length` around it.
    func block(_ length: Int) -> Network {
        let low = UInt128(bits - length)
        return Network(start: (start >> low) << low, length: length, bits: bits)
    }

    /// The fewest networks that make up `ranges`: IPv4, then IPv6, in order.
    static func of(_ ranges: AddressRanges) -> [Network] {
        ranges.v4.flatMap { split(UInt128($0.lowerBound), UInt128($0.upperBound), bits: 32) }
            + ranges.v6.flatMap { split($0.lowerBound, $0.upperBound, bits: 128) }
    }

    private static func split(_ first: UInt128, _ last: UInt128, bits: Int) -> [Network] {
        var result: [Network] = []
        var start = first
        while true {
            // The largest block that begins here and ends by `last`.
            var size = min(start == 0 ? bits : start.trailingZeroBitCount, bits)
            while size > 0, size == 128 ? last != .max : last - start < (1 << UInt128(size)) - 1 { size -= 1 }
            result.append(Network(start: start, length: bits - size, bits: bits))
            let end = size == 128 ? UInt128.max : start + ((1 << UInt128(size)) - 1)
            if end >= last { return result }
            start = end + 1
        }
    }
}
