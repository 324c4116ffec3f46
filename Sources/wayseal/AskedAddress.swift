import ArgumentParser

/// What `wayseal test` is asked about: a slug, a path, or a whole URL as a scanner shows it.
struct AskedAddress: Equatable {
    /// From a URL: `http` or `https`.
    var scheme: String?
    /// From a URL: without user, port and the dot at the end, as written.
    var host: String?
    /// Path and query as they go over the wire: ASCII, beginning with a slash.
    var target: String
    /// The path as it was written, without the first slash, for suggestions.
    var slug: String

    /// Reads what was typed.
    /// - Parameter query: what `--query` adds.
    init(_ text: String, query: String?) throws {
        var rest = text[...]
        for name in ["https", "http"] where text.lowercased().hasPrefix(name + "://") {
            scheme = name
            rest.removeFirst(name.count + 3)
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            host = try Self.host(rest[..<end])
            // A fragment stays in the browser.
            rest = rest[end...].prefix { $0 != "#" }
            break
        }
        if let query {
            if rest.contains("?") { throw ValidationError("the address has a query already; leave --query out") }
            rest += "?" + query
        }
        if !rest.hasPrefix("/") { rest = "/" + rest }
        slug = String(rest.prefix { $0 != "?" }.drop { $0 == "/" })
        target = Self.encoded(rest)
    }

    private static func host(_ authority: Substring) throws -> String {
        var host = authority
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if !host.hasPrefix("["), let colon = host.lastIndex(of: ":") { host = host[..<colon] }
        if host.hasSuffix(".") { host.removeLast() }
        if host.isEmpty { throw ValidationError("the URL names no host") }
        return String(host)
    }

    /// What a browser does before it sends an address: spaces, control characters and everything beyond ASCII
    /// become `%XX` of their UTF-8 bytes; `%XX` stays.
    private static func encoded(_ text: Substring) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20 && byte < 0x7F {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
