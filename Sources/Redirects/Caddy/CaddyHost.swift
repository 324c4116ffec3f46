import Site
import Support

/// What one domain answers, as a list of Caddy routes: normalise the path, find the link, answer.
struct CaddyHost {
    let table: RouteTable
    let index: Int
    let logs: Bool
    let testClock: Bool
    /// What the policies of the host ask for.
    let policies: CaddyPolicies
    /// The routes that find the link; the same in production and in a trial.
    private let lookup: [JSON]
    private let isPlain: Bool

    var domain: Domain { table.site.domains[index] }
    var host: String { domain.host }
    private var routes: DomainRoutes { table.domains[index] }

    /// O(size of the output).
    init(table: RouteTable, index: Int, deployment: Deployment) {
        self.table = table
        self.index = index
        logs = deployment.accessLog
        testClock = deployment.testClock
        policies = CaddyPolicies(table: table, index: index)
        let lookup = CaddyLookup(table: table, index: index, policies: policies)
        self.lookup = lookup.compile()
        isPlain = lookup.isPlain
    }

    /// A matcher of the names under which the host is asked for: with a dot at the end as well.
    var names: (String, JSON) { ("host", .strings([host, host + "."])) }

    private static let readingMethods: JSON = ["method": ["GET", "HEAD"]]

    /// All routes of this host. `site` is the directory of all pages, `state` that of what changes while Caddy runs.
    func routes(site: String, state: String) -> [JSON] {
        var result = wellKnown(site: site) + [normalisation()] + published(site: site)
        // An explicit home page comes before '*', as nginx's `location = /` does.
        let homeFirst = !routes.coversHome(domain) && routes.depths.last == 0
        if homeFirst { result.append(home(site: site)) }
        result += lookup
        let statuses = routes.exactStatuses + routes.wildcardStatuses
        var allowed = [Self.readingMethods]
        let keeping = Set((statuses + policies.statuses).filter(\.keepsMethod).map { String($0.rawValue) }).sorted()
        if !keeping.isEmpty { allowed.append(["vars": ["status": .strings(keeping)]]) }
        if policies.needs.contains(.confirm) {
            allowed.append([
                "method": ["POST"],
                "vars_regexp": ["{http.vars.gate}": ["pattern": .string(CaddyRecord.Needs.confirm.pattern)]],
            ])
        }
        result.append([
            "match": [["not": .array(allowed)]], "handle": [refusal], "terminal": true,
        ])
        if !policies.isEmpty {
            result.append(CaddyGate(site: table.site, host: self, state: state, pages: site).route())
        }
        let permanent = Set(statuses.filter(\.isPermanent).map { String($0.rawValue) }).sorted()
        if !permanent.isEmpty {
            let answer = redirect("{http.vars.status}", cache: CachePolicy.permanent)
            result.append(CaddyLookup.when("status", permanent, [answer], terminal: true))
        }
        if !statuses.isEmpty {
            let answer = redirect(isPlain ? "302" : "{http.vars.status}", cache: CachePolicy.temporary)
            result.append([
                "match": [["not": [["vars": ["to": [""]]]]]], "handle": [answer], "terminal": true,
            ])
        }
        if !routes.coversHome(domain) && !homeFirst { result.append(home(site: site)) }
        return result + [
            CaddyLookup.route(fallback(domain.missing, page: "404.html", status: 404, site: site))
        ]
    }

    // MARK: files

    /// Files that are served as they lie there; nothing else is below their first parts. One matcher for all, so that a
    /// link costs no more.
    private func published(site: String) -> [JSON] {
        let words = table.reserved(of: index)
        guard !words.isEmpty else { return [] }
        let routes = table.publications(of: index).filter { !$0.isRaw }.flatMap {
            published($0, site: site)
        }
        let all: JSON = [
            "handler": "subroute", "routes": .array(routes + [CaddyLookup.route([answer(404, [])])]),
        ]
        let paths = words.flatMap { ["/\($0)", "/\($0)/*"] }
        return [["match": [["path": .strings(paths)]], "handle": [all], "terminal": true]]
    }

    /// The same of what is looked for before the path is cleaned: below `/.well-known/`, and where case matters.
    private func wellKnown(site: String) -> [JSON] {
        table.publications(of: index).filter { $0.isRaw }.flatMap { published($0, site: site) }
    }

    private func published(_ publication: Publication, site: String) -> [JSON] {
        let root = JSON.string("\(site)/\(host)")
        let types = publication.types.map { ($0.ending as String?, $0.type) }
        return (types + (publication.type.map { [(nil, $0)] } ?? [])).flatMap { ending, type -> [JSON] in
            let path = Self.pathPattern(publication.pattern(ending: ending))
            let file = publication.file ?? "{http.request.uri.path}"
            // Without the file there is no header that could be remembered for a year.
            let found: JSON = ["root": root, "try_files": .strings([file])]
            var extra = publication.headers.map { ($0.name, $0.value) }
            extra.append(("Content-Type", type))
            var serve: [JSON] = [
                ["handler": "headers", "response": ["set": headers(publication.cache, extra)]],
                ["handler": "file_server", "root": root, "canonical_uris": false],
            ]
            if let file = publication.file { serve.insert(["handler": "rewrite", "uri": .string(file)], at: 1) }
            return [
                [
                    "match": [.object([path, ("not", [["method": ["GET", "HEAD"]]])])], "handle": [refusal],
                    "terminal": true,
                ],
                ["match": [.object([("file", found), path])], "handle": .array(serve), "terminal": true],
            ]
        }
    }

    // MARK: the path

    /// Folds letters, merges slashes, resolves dot segments, and keeps `/.well-known/` free.
    ///
    /// Only paths that need it enter: those with a letter A–Z, `//` or `/.`, tested on the decoded path. What
    /// `rewrite` changes is the path as it was sent, so `%41` is replaced like `A`, if there is a `%` at all.
    /// It merges slashes and resolves dot segments by itself each time before it replaces; the last
    /// replacement is there for that alone. Each costs 0.4 µs, so only letters that occur in keys are folded:
    /// a path with another letter is nobody's.
    private func normalisation() -> JSON {
        func substring(_ find: String, _ replace: String) -> JSON {
            ["find": .string(find), "replace": .string(replace)]
        }
        func rewrite(_ substrings: [JSON]) -> JSON {
            ["handler": "rewrite", "uri_substring": .array(substrings)]
        }
        let clean = substring("%2f", "/")
        var letters: [JSON] = []
        var encoded: [JSON] = []
        // Capabilities are hexadecimal.
        let wanted = routes.letters | (policies.locked.isEmpty ? 0 : 0x3F)
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z")
        where wanted & (1 << (letter - UInt8(ascii: "a"))) != 0 {
            let lower = String(UnicodeScalar(letter))
            letters.append(substring(lower.uppercased(), lower))
            let code = String(letter - 32, radix: 16)
            encoded += Set([code, code.uppercased()]).sorted().map { substring("%" + $0, lower) }
        }
        encoded += RequestTarget.structure.map { substring($0.code, $0.text) }
        encoded.append(clean)
        let percent: JSON = ["vars_regexp": ["{http.request.orig_uri}": ["pattern": "%[245]"]]]
        let notFound = answer(404, [])
        let steps: [JSON] = [
            CaddyLookup.route([rewrite(letters.isEmpty ? [clean] : letters)]),
            ["match": [percent], "handle": [rewrite(encoded)]],
            [
                "match": [.object([Self.pathPattern("^/\\.(?i:well-known)/")])], "handle": [notFound],
                "terminal": true,
            ],
        ]
        // The host is named here too, for Caddy's automation to find.
        return [
            "match": [.object([names, Self.pathPattern("[A-Z]|//|/\\.")])],
            "handle": [["handler": "subroute", "routes": .array(steps)]],
        ]
    }

    private static func pathPattern(_ pattern: String) -> (String, JSON) {
        ("vars_regexp", ["{http.request.uri.path}": ["pattern": .string(pattern)]])
    }

    // MARK: answers

    private var refusal: JSON { answer(405, [("Allow", "GET, HEAD")]) }

    private func home(site: String) -> JSON {
        let refuse: JSON = [
            "match": [["not": [Self.readingMethods]]], "handle": [refusal], "terminal": true,
        ]
        let show = CaddyLookup.route(fallback(domain.home, page: "index.html", status: nil, site: site))
        let both: JSON = ["handler": "subroute", "routes": [refuse, show]]
        return CaddyLookup.when("{http.request.uri.path}", ["/"], [both], terminal: true)
    }

    private func fallback(_ fallback: Domain.Fallback, page: String, status: JSON?, site: String) -> [JSON] {
        if case .redirect(let target) = fallback {
            return [answer(302, [("Location", CaddyText.escaped(target))])]
        }
        return self.page(page, status: status, site: site)
    }

    /// Answers with a file of ours, whatever the method was. `link`: a link was found, whose id is for the log.
    func page(_ page: String, status: JSON?, site: String, link: Bool = false) -> [JSON] {
        var server: [(String, JSON)] = [
            ("handler", "file_server"), ("root", .string("\(site)/\(host)")), ("canonical_uris", false),
        ]
        if let status { server.append(("status_code", status)) }
        let method: [(String, JSON)] = link ? [("method", "GET")] : []
        return [
            ["handler": "headers", "response": ["set": headers(CachePolicy.temporary, link ? linkID : [])]],
            .object([("handler", "rewrite"), ("uri", .string("/\(page)"))] + method), .object(server),
        ]
    }

    private var linkID: [(String, String)] { logs ? [("X-Link", "{http.vars.link}")] : [] }

    func redirect(_ status: String, cache: String) -> JSON {
        [
            "handler": "static_response", "status_code": .string(status),
            "headers": headers(cache, [("Location", "{http.vars.to}")] + linkID),
        ]
    }

    private func answer(_ status: Int, _ extra: [(String, String)]) -> JSON {
        [
            "handler": "static_response", "status_code": .integer(status),
            "headers": headers(CachePolicy.temporary, extra),
        ]
    }

    /// The headers of every answer. `X-Request-Id` and `X-Link` are there because Caddy's access log holds
    /// nothing that was found out on the way but what was sent back.
    private func headers(_ cache: String, _ extra: [(String, String)]) -> JSON {
        var list = [("Cache-Control", cache)] + extra
        if let hsts = domain.hsts, domain.tls != .off {
            list.append(("Strict-Transport-Security", "max-age=\(hsts)"))
        }
        if logs { list.append(("X-Request-Id", "{http.request.uuid}")) }
        if domain.noindex { list.append(("X-Robots-Tag", "noindex")) }
        return .object(list.sorted { $0.0 < $1.0 }.map { ($0.0, .strings([$0.1])) })
    }
}
