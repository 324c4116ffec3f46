import Redirects
import Site

/// Sites and requests that try to break out of a configuration file.
struct HostileSite {
    var random: SeededRandom
    let port: UInt16

    /// Pieces that mean something to nginx, Caddy, JSON, Go, shells or regular expressions.
    static let pieces = [
        "a", "b", "menu", "x7", "Q", "-", "_", "~", "~x", "~*y", "default", "include", "hostnames", "volatile",
        "$", "$uri", "${x}", "$http_cookie", "{", "}", "{env.SECRET}", "{http.request.header.X}", "{l.to}", "{{", "\\",
        "\\{", "\\}", "\\\\", "\"", "'", "`", ";", "#", " ", "<", ">", "|", "^", "[", "]", "(", ")", "*", "?", "+",
        ".*", "$1", "${1}", "é", "日本", "\u{202e}", "%", "&", "=", ":", "@", "!", ",", "//", "/", "return 200", "</script>",
        "<nil>", "30", "302 ", "\t",
    ]

    /// Percent-encodes what may not stand in a slug; unreserved characters never.
    static func slug(_ text: String) -> String {
        let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/".utf8)
        return encode(Array(text.utf8)) { kept.contains($0) }
    }

    static func encode(_ bytes: [UInt8], keep: (UInt8) -> Bool) -> String {
        bytes.map { byte in
            keep(byte)
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    mutating func text(_ most: Int) -> String { (0...random.below(most)).map { _ in random.pick(Self.pieces) }.joined() }

    mutating func target() -> String {
        var target = random.pick(["https://t.example/", "https://t.example", "https://t.example/base", "http://x.example:81/p/"])
        if random.chance(60) { target += random.chance(50) ? Self.slug(text(4)) : text(4) }
        if random.chance(40) { target += random.pick(["?", "?a=1", "?a=1&", "?x={env.SECRET}&y=$host"]) }
        if random.chance(25) { target += random.pick(["#", "#frag", "#f{http.vars.to}"]) }
        return target.replacing("\t", with: "")
    }

    mutating func link(domain: Int) -> Link {
        var slug = Self.slug(text(5))
        while slug.hasPrefix("/") { slug.removeFirst() }
        var link = Link(domain: domain, slug: slug, target: target())
        if random.chance(30) {
            while slug.hasSuffix("/") { slug.removeLast() }
            link.slug = slug.isEmpty || random.chance(10) ? "*" : slug + "/*"
            if random.chance(60) { link.options.insert(.forwardSuffix) }
        }
        if random.chance(30) { link.options.insert(.passQuery) }
        // Caddy cannot write a backslash before one of its placeholders.
        if !link.options.isEmpty { link.target = link.target.replacing("\\", with: "%5C") }
        if random.chance(10) { link.options.insert(.noindex) }
        if random.chance(35) { link.redirect = random.pick(Link.Redirect.allCases) }
        if random.chance(10) { link.privacy = random.pick([.none, .full]) }
        return link
    }

    mutating func site(links count: Int) -> Site {
        let hosts = ["go.example.org", "q.example", "xn--bcher-kva.example"]
        let domains = hosts.map { host in
            var domain = Domain(host: host)
            domain.tls = .off
            domain.listen = [ListenAddress(address: "127.0.0.1", port: port)]
            domain.noindex = random.chance(70)
            if random.chance(40) { domain.home = .redirect("https://home.example/?a=$b&c={env.SECRET}") }
            if random.chance(40) { domain.missing = .redirect("https://missing.example/\"'\\{x}") }
            return domain
        }
        var links: [Link] = []
        for _ in 0..<count { links.append(link(domain: random.below(hosts.count))) }
        return Site(domains: domains, links: links)
    }

    /// A site with so many links that tables are cut, of a shape that is hard to cut.
    mutating func largeSite(_ count: Int) -> Site {
        var site = self.site(links: 200)
        for i in 0..<count {
            let slug: String
            switch i % 4 {
            case 0: slug = "01/09506000134352/10/L2024/21/\(i)"
            case 1: slug = String(i, radix: 36)
            case 2: slug = Self.slug("\(random.pick(["é", "日", "x"]))\(i)\(random.pick(["é", "本", "y"]))")
            default: slug = "serie/" + String(repeating: "a", count: i % 7) + "\(i)/end"
            }
            site.links.append(Link(slug: slug, target: "https://t.example/\(i)"))
        }
        return site
    }

    // MARK: requests

    mutating func request(_ site: Site, _ server: Server) -> Simulator.Request {
        let link = random.pick(site.links)
        var host = site.domains[Int(link.domain)].host
        switch random.below(20) {
        case 0: host = host.uppercased()
        case 1: host += ":\(port)"
        case 2: host += "."
        case 3: host = random.pick(["evil.example", "go.example.org.evil.example", "127.0.0.1"])
        case 4: host += ".:80"
        default: break
        }
        let method = random.chance(85) ? "GET" : random.pick(["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO"])
        return Simulator.Request(method: method, scheme: .http, host: host, target: target(link), server: server)
    }

    private mutating func target(_ link: Link) -> [UInt8] {
        var path = Array("/".utf8) + Array(link.slug.utf8)
        if link.isWildcard && random.chance(90) {
            path.removeLast()
            path += suffix()
        }
        switch random.below(12) {
        case 0: path = path.map { ($0 >= 0x61 && $0 <= 0x7A) ? $0 - 32 : $0 }
        case 1, 2: path = path.map { byte in random.chance(30) && byte >= 0x61 && byte <= 0x7A ? byte - 32 : byte }
        case 3: path = recoded(path)
        case 4: path = doubled(path)
        case 5: path = doubled(recoded(path))
        case 6: path += suffix()
        case 7: path = Array(random.pick(["/", "//", "/x/..", "/../x", "/./", "/.well-known/x", "/.Well-Known/x", "/%2ewell-known/y", "/index.html", "/404.html", "/nothing-here", "/A/B", "/%zz", "/%", "/%00", "/<nil>"]).utf8)
        case 8: path = Array(random.pick(["/a/..", "/%2e%2e/a", "/x/%2e%2e", "/."]).utf8) + path
        default: break
        }
        if random.chance(40) {
            path += Array("?".utf8) + query()
        }
        return path.filter { $0 > 0x20 && $0 != 0x7F }
    }

    private mutating func suffix() -> [UInt8] {
        Array(
            random.pick([
                "", "a", "a/b", "a/b/", "/a", "//evil.com", "..", "../x", "..%2f..", "%2e%2e/x", "..%5c..", ".", "a/./b",
                "a%2fb", "%2fevil.com", "%0d%0aX-Evil:%201", "%0aX-Evil: 1", "%C3%A9", "%00", "{env.SECRET}", "%7Benv.SECRET%7D",
                "$host", "${1}", "a|b", "\"", "a\\b", "é", "[x]", "a#b", "a;b=c", "a:b@c", "%25%32%66", "A/B", "%41", "...", "..a/b",
            ]).utf8)
    }

    private mutating func query() -> [UInt8] {
        Array(
            random.pick([
                "", "a=1", "a=1&b=2", "{env.SECRET}", "x={http.request.header.Cookie}", "$host", "${1}", "$1", "%0d%0aX-Evil:%201",
                "a?b", "a#b", "#b", "\"'<>\\", "é", "{{", "\\{", "}", "&", "a=%", "=", "/../", "a=b;c",
            ]).utf8)
    }

    /// Some bytes percent-encoded that need not be.
    private mutating func recoded(_ path: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var i = 0
        while i < path.count {
            if path[i] == UInt8(ascii: "%") && i + 2 < path.count {
                let code = path[i...(i + 2)]
                out += random.chance(50) ? code.map { $0 >= 0x41 && $0 <= 0x46 ? $0 | 0x20 : $0 } : Array(code)
                i += 3
                continue
            }
            if i > 0 && random.chance(30) {
                let code = "%" + String(Int(path[i]) + 256, radix: 16, uppercase: random.chance(50)).dropFirst()
                out += Array(code.utf8)
            } else {
                out.append(path[i])
            }
            i += 1
        }
        return out
    }

    private mutating func doubled(_ path: [UInt8]) -> [UInt8] {
        path.flatMap { byte in
            byte == UInt8(ascii: "/") && random.chance(50) ? Array(random.pick(["//", "///", "/%2f", "%2F/"]).utf8) : [byte]
        }
    }
}
