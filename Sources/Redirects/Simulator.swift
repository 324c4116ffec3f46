public import Site

/// Answers what a visitor gets, from the route table alone: the specification that both servers are tested
/// against.
///
/// The order of evaluation: a target that cannot be read (400); the host (404 if it is not ours); plain HTTP
/// where there is HTTPS (308); files served as they are; what is reserved (404); the exact link; a link's password
/// (`/slug/` and 32 hex digits); the wildcard with the longest prefix; the method (405, but for links that answer 307 or
/// 308, and POST where a button stands before a scan); the link's policy (``DecisionList``, then password, then scan
/// limit); the home page; the missing page.
public struct Simulator: Sendable {
    let table: RouteTable
    private let placement: Placement

    /// A simulator of what `table` becomes in production, or in a trial (which has other ports).
    public init(_ table: RouteTable, placement: Placement = .production) {
        self.table = table
        self.placement = placement
    }

    /// A request, as it goes over the wire.
    public struct Request: Equatable, Sendable {
        /// Plain HTTP or HTTPS.
        public enum Scheme: String, Sendable {
            /// Port 80.
            case http
            /// Port 443.
            case https
        }

        /// `GET`, `HEAD`, `POST`, …
        public var method: String
        /// How the visitor came.
        public var scheme: Scheme
        /// The `Host` header as sent: any case, perhaps with a port.
        public var host: String
        /// The request target as sent: path and query, undecoded.
        public var target: [UInt8]
        /// Who answers.
        public var server: Server
        /// The id that the server gives the request; what targets get as `qid`.
        public var id = "REQUEST-ID"
        /// Unix time in seconds.
        public var now: Int64 = ZoneOffsets.start
        /// The `User-Agent` header; empty if there is none.
        public var userAgent: [UInt8] = []
        /// The `Accept-Language` header; empty if there is none.
        public var acceptLanguage: [UInt8] = []
        /// Where the visitor comes from.
        public var address = VisitorAddress(v4: 0x7F00_0001)
        /// The places that the visitor is in: indices into ``Site/places``; `nil`: those that the address is in.
        public var places: Set<Int>?
        /// The visitor's share in a split, 0 … 9,999; `nil`: what nginx computes from address and User-Agent.
        public var bucket: Int?
        /// Scans that are left of a limit.
        public var scansLeft = Int.max

        /// A GET over HTTPS, answered by nginx.
        public init(
            method: String = "GET", scheme: Scheme = .https, host: String, target: [UInt8],
            server: Server = .nginx
        ) {
            self.method = method
            self.scheme = scheme
            self.host = host
            self.target = target
            self.server = server
        }

        /// The same with a target in ASCII.
        public init(
            method: String = "GET", scheme: Scheme = .https, host: String, target: String,
            server: Server = .nginx
        ) {
            self.init(method: method, scheme: scheme, host: host, target: Array(target.utf8), server: server)
        }
    }

    /// What comes back.
    public struct Answer: Equatable, Sendable {
        /// A static page.
        public enum Page: String, Sendable {
            /// `site/HOST/index.html`.
            case home
            /// `site/HOST/404.html`.
            case missing
            /// A file that is served as it was built, if it was.
            case published
            /// The page of a denial; which one is in ``Answer/denial``.
            case denial
            /// The page that asks for a password.
            case password
            /// The page with a button, before a scan counts.
            case confirm
            /// What fetchers of link previews see.
            case preview
        }

        /// The status; 0 if nothing listens there.
        public var status: Int
        /// The bytes of `Location`, if there is one.
        public var locationBytes: [UInt8]?
        /// The link that answers: index into ``Site/links``.
        public var link: Int?
        /// The variant of a link with several targets.
        public var variant: String?
        /// Why the link did not lead to a target of its own.
        public var denial: Denial?
        /// The page that is shown.
        public var page: Page?
        /// Why, in words: each step that decided something, in order.
        public var reason: [String]

        /// `Location` as text.
        public var location: String? { locationBytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// The answer to `request`. O(length of the request).
    public func answer(_ request: Request) -> Answer {
        var reason: [String] = []
        func stop(_ status: Int, _ words: String, page: Answer.Page? = nil, location: [UInt8]? = nil)
            -> Answer
        {
            Answer(status: status, locationBytes: location, page: page, reason: reason + [words])
        }
        guard let target = RequestTarget(request.target, request.server),
            let name = Self.host(target.host ?? Array(request.host.utf8), request.server)
        else { return stop(400, "the request cannot be read") }
        guard
            let index = table.site.domains.firstIndex(where: {
                $0.host == name && $0.servers.contains(request.server)
            })
        else { return stop(404, "\(request.server.rawValue) serves no host '\(name)'") }
        let domain = table.site.domains[index]
        let routes = table.domains[index]

        let listening = Listening(domain, placement)
        if request.scheme == .https && !listening.tls { return stop(0, "\(name) does not speak HTTPS") }
        if request.scheme == .http && listening.tls {
            if listening.redirect.isEmpty { return stop(0, "nothing listens for plain HTTP") }
            if request.server == .nginx, target.path.starts(with: "/.well-known/acme-challenge/".utf8) {
                return stop(404, "the place for certificate challenges")
            }
            let location = Array(listening.secureOrigin(name).utf8) + target.repeated
            return stop(308, "plain HTTP goes to HTTPS", location: location)
        }

        let takesBody = request.method != "GET" && request.method != "HEAD"
        if let (status, words) = published(target, request.server, index, takesBody: takesBody) {
            return stop(status, words, page: status == 200 ? .published : nil)
        }

        if let found = find(target, routes) {
            reason.append(found.words)
            let link = table.site.links[found.link]
            let status = link.redirect
            let policy = table.site.policy(of: link)
            let isPressed = request.method == "POST" && policy?.limit?.confirm ?? false
            if takesBody && !status.keepsMethod && !isPressed {
                return stop(
                    405, "a link that answers \(status.rawValue) takes GET and HEAD, not \(request.method)")
            }
            if let policy {
                return answer(request, target, found, policy, reason, isPressed: isPressed)
            }
            let location = Destination(link).location(suffix: found.suffix, query: target.query, id: request.id)
            return Answer(
                status: Int(status.rawValue), locationBytes: location, link: found.link, reason: reason)
        }
        reason.append("no link has this path")
        if takesBody { return stop(405, "only GET and HEAD are answered here") }
        if target.key.elementsEqual([UInt8(ascii: "/")]) && !routes.coversHome(domain) {
            return fallback(domain.home, 200, .home, reason)
        }
        return fallback(domain.missing, 404, .missing, reason)
    }

    /// What a gated link answers.
    private func answer(
        _ request: Request, _ target: RequestTarget, _ found: Found, _ policy: Policy, _ reason: [String],
        isPressed: Bool
    ) -> Answer {
        var answer = Answer(status: 0, link: found.link, reason: reason)
        let link = table.site.links[found.link]
        let list = DecisionList(policy, target: link.target)
        let id = LinkIdentity.hex(logID: RouteTable.logID(of: link))
        let visitor = VisitorFacts(request, query: target.query, link: id, site: table.site)
        guard let clause = list.clause(for: visitor) else { return answer }
        answer.reason.append(Promise.reason(clause, policy, table.site))
        func refuse(_ denial: Denial, _ words: String? = nil, toGone: Bool) -> Answer {
            if let words { answer.reason.append(words) }
            answer.denial = denial
            if toGone, let gone = policy.gone {
                answer.status = 302
                answer.locationBytes = Array(gone.utf8)
            } else {
                answer.status = denial.status
                answer.page = .denial
            }
            return answer
        }
        func show(_ page: Answer.Page, _ words: String) -> Answer {
            answer.status = 200
            answer.page = page
            answer.reason.append(words)
            return answer
        }
        switch clause.outcome {
        case .deny(let denial): return refuse(denial, toGone: false)
        case .gone(let denial): return refuse(denial, toGone: true)
        case .preview: return show(.preview, "the page with title and picture")
        case .target(let number):
            if let gate = policy.password {
                guard let token = found.token else { return show(.password, "the page that asks for the password") }
                if token != gate.token { return refuse(.password, "the password is wrong", toGone: false) }
                answer.reason.append("the password is right")
            }
            var status = link.redirect
            if let limit = policy.limit {
                let isUsed = request.scansLeft <= 0
                // Of several tokens a server can't tell whether one is left without taking it.
                let isSeen =
                    isUsed && (limit.scans == 1 || limit.enforcement == .soft || request.server == .caddy)
                if limit.confirm && !isPressed && !isSeen { return show(.confirm, "the page with the button") }
                if isUsed { return refuse(.used, "all scans are used", toGone: true) }
                answer.reason.append("a scan is used")
                if isPressed { status = .seeOther }
            }
            let chosen = list.targets[number]
            if !chosen.variant.isEmpty { answer.variant = chosen.variant }
            answer.status = Int(status.rawValue)
            answer.locationBytes = Destination(link, target: chosen.url).location(
                suffix: found.suffix, query: target.query, id: request.id)
            return answer
        }
    }

    /// A link that a path leads to.
    private struct Found {
        /// Index into ``Site/links``.
        var link: Int
        /// What follows a wildcard's prefix.
        var suffix: [UInt8] = []
        /// The capability at the end of a gated link's path.
        var token: String?
        var words: String
    }

    /// The link for a path.
    private func find(_ target: RequestTarget, _ routes: DomainRoutes) -> Found? {
        if let row = routes.exact.row(of: target.key[...]) {
            let link = Int(routes.exact.links[row])
            return Found(link: link, words: "the path is the link '\(table.site.links[link].slug)'")
        }
        if let (prefix, token) = PasswordPath.split(target.key), let row = routes.exact.row(of: prefix) {
            let link = Int(routes.exact.links[row])
            if table.site.policy(of: table.site.links[link])?.password != nil {
                return Found(
                    link: link, token: token,
                    words: "the path is the link '\(table.site.links[link].slug)' with what its password page made")
            }
        }
        for depth in routes.depths {
            guard let suffix = target.suffix(depth: depth),
                let prefix = Self.prefix(target.key, depth: depth),
                let row = routes.wildcards.row(of: prefix)
            else { continue }
            if depth == 0 && target.key.count == 1, !coversHome(routes) { continue }
            let link = Int(routes.wildcards.links[row])
            return Found(
                link: link, suffix: suffix, words: "the path is under the wildcard '\(table.site.links[link].slug)'")
        }
        return nil
    }

    /// `*` leaves `/` to a home page that the operator chose.
    private func coversHome(_ routes: DomainRoutes) -> Bool {
        guard let index = routes.wildcards.row(of: [UInt8(ascii: "/")]) else { return false }
        let link = table.site.links[Int(routes.wildcards.links[index])]
        return routes.coversHome(table.site.domains[Int(link.domain)])
    }

    private static func prefix(_ key: [UInt8], depth: Int) -> ArraySlice<UInt8>? {
        var slashes = 0
        for (i, byte) in key.enumerated() where byte == UInt8(ascii: "/") {
            if slashes == depth { return key[...i] }
            slashes += 1
        }
        return nil
    }

    private func fallback(
        _ fallback: Domain.Fallback, _ status: Int, _ page: Answer.Page, _ reason: [String]
    ) -> Answer {
        let words = page == .home ? "the home page" : "the page for what is missing"
        if case .redirect(let url) = fallback {
            return Answer(
                status: 302, locationBytes: Array(url.utf8), reason: reason + [words + " is a redirect"])
        }
        return Answer(status: status, page: page, reason: reason + [words])
    }

    /// The host name that is looked up: lower case, without port and trailing dot; `nil` where nginx refuses.
    private static func host(_ host: [UInt8], _ server: Server) -> String? {
        var name = host.map(folded)
        if name.first != UInt8(ascii: "["), let colon = name.firstIndex(of: UInt8(ascii: ":")) {
            name.removeSubrange(colon...)
        }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        if server == .nginx, name.contains(UInt8(ascii: "/")) || name.contains(where: { $0 <= 0x20 }) {
            return nil
        }
        return String(decoding: name, as: UTF8.self)
    }
}
