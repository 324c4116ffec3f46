import Site

/// The Caddy routes that decide what a gated link answers. They are the same for all links of a host, whatever their
/// policies are: what differs stands in the link's row (``CaddyRecord``) and is compared with what is known of the
/// visitor by expressions (CEL) over texts.
struct CaddyGate {
    let site: Site
    let host: CaddyHost
    /// Files that others write while Caddy runs.
    let state: String
    /// Where the pages lie.
    let pages: String

    private var policies: CaddyPolicies { host.policies }

    /// A route that answers every gated link that was found. O(places).
    func route() -> JSON {
        let needed = CaddyVisitor(site: site, policies: policies, testClock: host.testClock)
        let routes = [parts()] + needed.routes() + clauses() + gates() + answers()
        return CaddyLookup.matching(
            "{http.vars.gate}", "^g", [["handler": "subroute", "routes": .array(routes)]])
    }

    /// Takes the record apart.
    private func parts() -> JSON {
        let separator = "\u{1D}"
        let names = ["id", "places", "used", "tests", "outcomes", "token"]
        let pattern = "^" + names.map { _ in "([^\(separator)]*)" }.joined(separator: separator) + "$"
        let values = names.enumerated().map { i, name in (name, JSON.string("{http.regexp.record.\(i + 1)}")) }
        return CaddyLookup.matching(
            "{http.vars.to}", pattern, name: "record", [.object([("handler", "vars"), ("out", "")] + values)])
    }

    // MARK: the first clause that holds

    /// Beyond so many clauses the routes are entered only by links that still have none that holds.
    private static let chunk = 8

    /// One route for each place in the list, from `first` on: the first that matches sets `{http.vars.out}`, which keeps
    /// all others from matching. (Caddy tests the routes of a group all, even if one of them ran.)
    private func clauses(from first: Int = 0) -> [JSON] {
        let end = min(first + Self.chunk, policies.clauses)
        var result = (first..<end).map { i -> JSON in
            let separator = "\u{1E}"
            let pattern = "^" + (i == 0 ? "" : "(?:[^\(separator)]*\(separator)){\(i)}") + "([^\(separator)]*)"
            let choose: JSON = [
                "handler": "map", "source": "{http.vars.outcomes}", "destinations": ["{p.out}"],
                "mappings": [["input_regexp": .string(pattern), "outputs": ["${1}"]]], "defaults": [""],
            ]
            return [
                "match": [["expression": .string(expression(i))]],
                "handle": [choose, ["handler": "vars", "out": "{p.out}"]],
            ]
        }
        if end < policies.clauses {
            let rest: JSON = ["handler": "subroute", "routes": .array(clauses(from: end))]
            result.append(CaddyLookup.when("out", [""], [rest]))
        }
        return result
    }

    /// Whether nothing is decided yet and all tests of the clause at `index` hold.
    private func expression(_ index: Int) -> String {
        let zone = site.zone
        let now = "{http.vars.now}"
        let rest = "t.substring(1)"
        let list = "\(rest).split('\\x1c')"
        let facts = "\(list).exists(a, {http.vars.facts}.contains(a))"
        let query = "\(list).exists(a, {http.vars.query}.contains(a))"
        // Monday 00:00 is minute 0 of the week; 1970-01-01 was a Thursday. The offset is that of the last span that
        // has begun: the spans after the first are counted.
        let spans = zone.spans.dropFirst().map { "'\($0.from)'" }.joined(separator: ", ")
        let offsets = zone.spans.map { "\($0.minutes)" }.joined(separator: ", ")
        let offset =
            zone.spans.count == 1
            ? "(\(offsets))" : "[\(offsets)][[\(spans)].filter(s, s <= \(now)).size()]"
        let hours =
            "[(int(\(now)) / 60 + 14400 + \(offset)) % 10080].exists(m, "
            + "\(list).exists(w, int(w.substring(0, 5)) <= m && m < int(w.substring(5))))"
        let language = "[{http.vars.language}.lowerAscii()].exists(l, \(list).exists(a, l.contains(a)))"
        let tests: [(Character, String)] = [
            ("f", facts), ("<", "\(now) < \(rest)"), (">", "\(now) >= \(rest)"),
            ("b", "{http.vars.draw} < \(rest)"), ("h", hours), ("H", "!\(hours)"), ("l", language),
            ("q", query), ("F", "!\(facts)"),
        ]
        let chain = tests.filter { policies.tests.contains($0.0) }.map { "t.startsWith('\($0.0)') ? \($0.1) : " }
            .joined()
        return
            "{http.vars.out} == '' && {http.vars.tests}.split('\\x1e')[\(index)].split('\\x1f').all(t, t == '' || (\(chain)false))"
    }

    // MARK: what stands before the target

    /// Password, button and scan limit: each turns an outcome that is a target into another one.
    private func gates() -> [JSON] {
        func set(_ name: String, _ value: String) -> [JSON] {
            [.object([("handler", "vars"), (name, .string(value))])]
        }
        // For links with a need, while the outcome is a target.
        func route(_ need: CaddyRecord.Needs, _ test: (String, JSON), _ handlers: [JSON]) -> [JSON] {
            guard policies.needs.contains(need) else { return [] }
            let inner: JSON = ["match": [.object([test])], "handle": .array(handlers)]
            return [
                CaddyLookup.matching(
                    "{http.vars.gate} {http.vars.out}", need.pattern + "[a-z]* t",
                    [["handler": "subroute", "routes": [inner]]])
            ]
        }
        let same: JSON = ["{http.vars.token}": ["{http.vars.sent}"]]
        let wrong: (String, JSON) = ("not", [["vars": same]])
        let denial = "d\(Denial.password.rawValue)\u{1F}\(Denial.password.status)"
        let marker = "/" + LinkIdentity.denyMarker(host: host.host, id: "{http.vars.id}")
        let exists: (String, JSON) = ("file", ["root": .string(state), "try_files": [.string(marker)]])
        return route(.password, wrong, set("out", denial))
            + route(.limit, exists, set("out", "{http.vars.used}"))
            + route(.confirm, ("not", [["method": ["POST"]]]), set("out", "c\u{1F}"))
            + route(.confirm, ("method", ["POST"]), set("status", "303"))
    }

    // MARK: answers

    private func answers() -> [JSON] {
        let parsed: JSON = [
            "handler": "vars", "kind": "{http.regexp.out.1}", "name": "{http.regexp.out.2}",
            "to": "{http.regexp.out.3}",
        ]
        var result = [
            CaddyLookup.matching("{http.vars.out}", "^(.)([^\u{1F}]*)\u{1F}(.*)$", name: "out", [parsed])
        ]
        if host.logs {
            func tell(_ header: String) -> JSON {
                let value = JSON.strings(["{http.vars.name}"])
                return ["handler": "headers", "response": ["set": .object([(header, value)])]]
            }
            result.append(CaddyLookup.when("kind", ["d", "g"], [tell("X-Deny")]))
            if policies.hasVariants {
                result.append(CaddyLookup.matching("{http.vars.out}", "^t[^\u{1F}]", [tell("X-Variant")]))
            }
        }
        let shown: [(String, String, JSON?)] = [
            ("d", PolicyPages.folder + "{http.vars.name}.html", .string("{http.vars.to}")),
            ("v", PolicyPages.preview("{http.vars.id}"), nil),
            ("w", PolicyPages.password("{http.vars.id}"), nil),
            ("c", PolicyPages.confirm, nil),
        ]
        for (kind, page, status) in shown where policies.kinds.contains(kind) {
            result.append(
                CaddyLookup.when(
                    "kind", [kind], host.page(page, status: status, site: pages, link: true), terminal: true))
        }
        if policies.kinds.contains("g") {
            result.append(
                CaddyLookup.when("kind", ["g"], [host.redirect("302", cache: CachePolicy.temporary)], terminal: true))
        }
        // A decision may be another one tomorrow: even a 301 must be asked for again.
        result.append(
            CaddyLookup.when(
                "kind", ["t"], [host.redirect("{http.vars.status}", cache: CachePolicy.temporary)], terminal: true))
        // Never reached: an outcome that can't be read must not become an answer.
        return result + [CaddyLookup.route([["handler": "static_response", "status_code": 500]])]
    }
}

/// What the policies of one host ask for, all together.
struct CaddyPolicies {
    private(set) var needs: CaddyRecord.Needs = []
    private(set) var places: Set<Int> = []
    /// Clauses of the longest list.
    private(set) var clauses = 0
    /// The letters of all kinds of tests.
    private(set) var tests: Set<Character> = []
    private(set) var hasVariants = false
    /// Kinds of outcomes that occur.
    private(set) var kinds: Set<String> = []
    /// What gated links answer with.
    private(set) var statuses: Set<Link.Redirect> = []
    /// Rows of exact links with a password.
    private(set) var locked: [Int32] = []

    var isEmpty: Bool { clauses == 0 }

    /// O(links).
    init(table: RouteTable, index: Int) {
        let routes = table.domains[index]
        guard !routes.gated.isEmpty else { return }
        // Links share policies: each is looked at once.
        var seen: Set<Int32> = []
        for (i, number) in (routes.exact.links + routes.wildcards.links).enumerated() {
            let link = table.site.links[Int(number)]
            guard let policy = table.site.policy(of: link) else { continue }
            statuses.insert(link.redirect)
            if policy.password != nil, i < routes.exact.count { locked.append(Int32(i)) }
            if seen.insert(link.policy).inserted { add(policy, link) }
        }
    }

    private mutating func add(_ policy: Policy, _ link: Link) {
        let record = CaddyRecord(link, policy, id: "", opened: true)
        needs.formUnion(record.needs)
        places.formUnion(record.places)
        tests.formUnion(record.tests)
        clauses = max(clauses, record.count)
        if !policy.variants.isEmpty { hasVariants = true }
        if policy.preview != nil { kinds.insert("v") }
        if policy.password != nil { kinds.formUnion(["w", "d"]) }
        if policy.limit?.confirm ?? false { kinds.insert("c") }
        let mayRefuse =
            policy.from != nil || policy.until != nil || !policy.hours.isEmpty || !policy.places.isEmpty
            || policy.limit != nil
        if mayRefuse { kinds.insert(policy.gone == nil ? "d" : "g") }
        if policy.refusesRobots { kinds.insert("d") }
    }
}
