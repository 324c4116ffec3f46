public import Site

/// Answers what a visitor gets, from the route table alone: the specification that both servers are tested
/// against.
///
/// The order of evaluation: a target that cannot be read (400); the host (404 if it is not ours); plain HTTP
/// where there is HTTPS (308); `/.well-known/` (404); the exact link; the wildcard with the longest prefix;
/// the method (405, but for links that answer 307 or 308); the home page; the missing page. Policies will
/// stand between the link and its answer.
public struct Simulator: Sendable {
    private let table: RouteTable
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
        }

        /// The status; 0 if nothing listens there.
        public var status: Int
        /// The bytes of `Location`, if there is one.
        public var locationBytes: [UInt8]?
        /// The link that answers: index into ``Site/links``.
        public var link: Int?
        /// The variant of a link with several targets.
        public var variant: String?
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
            Answer(
                status: status, locationBytes: location, link: nil, variant: nil, page: page,
                reason: reason + [words])
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

        let reserved = request.server == .nginx ? target.path : target.key
        if reserved.starts(with: "/.well-known/".utf8) { return stop(404, "/.well-known/ is reserved") }

        let takesBody = request.method != "GET" && request.method != "HEAD"
        if let (link, suffix, words) = find(target, routes) {
            reason.append(words)
            let status = table.site.links[link].redirect
            if takesBody && !status.keepsMethod {
                return stop(
                    405, "a link that answers \(status.rawValue) takes GET and HEAD, not \(request.method)")
            }
            let location = Destination(table.site.links[link]).location(
                suffix: suffix, query: target.query, id: request.id)
            return Answer(
                status: Int(status.rawValue), locationBytes: location, link: link, variant: nil, page: nil,
                reason: reason)
        }
        reason.append("no link has this path")
        if takesBody { return stop(405, "only GET and HEAD are answered here") }
        if target.key.elementsEqual([UInt8(ascii: "/")]) && !routes.coversHome(domain) {
            return fallback(domain.home, 200, .home, reason)
        }
        return fallback(domain.missing, 404, .missing, reason)
    }

    /// The link for a path, what follows its prefix, and the reason.
    private func find(_ target: RequestTarget, _ routes: DomainRoutes) -> (
        link: Int, suffix: [UInt8], words: String
    )? {
        if let row = routes.exact.row(of: target.key[...]) {
            let link = Int(routes.exact.links[row])
            return (link, [], "the path is the link '\(table.site.links[link].slug)'")
        }
        for depth in routes.depths {
            guard let suffix = target.suffix(depth: depth),
                let prefix = Self.prefix(target.key, depth: depth),
                let row = routes.wildcards.row(of: prefix)
            else { continue }
            if depth == 0 && target.key.count == 1, !coversHome(routes) { continue }
            let link = Int(routes.wildcards.links[row])
            return (link, suffix, "the path is under the wildcard '\(table.site.links[link].slug)'")
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
                status: 302, locationBytes: Array(url.utf8), link: nil, variant: nil, page: nil,
                reason: reason + [words + " is a redirect"])
        }
        return Answer(
            status: status, locationBytes: nil, link: nil, variant: nil, page: page, reason: reason + [words])
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
