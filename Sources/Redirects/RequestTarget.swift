import Site

/// A request target (RFC 9112 §3.2) as each server reads it. The two differ in a few corners:
///
/// * Both resolve `.` and `..`. Above the root nginx answers 400, Caddy stays at the root. A dot segment at
///   the end leaves a slash on nginx (`/a/b/..` is `/a/`) and none on Caddy (`/a`). Where segments are
///   percent-encoded in part, Caddy resolves those first that are not.
/// * nginx refuses `%00`.
/// * nginx ends path and query at `#`; for Caddy a `#` is a character of the path.
/// * `/.well-known/` is reserved in lower case only on nginx, in any case on Caddy.
///
/// Both decode `%XX` (400 if it is not hexadecimal), merge slashes, encoded ones too, and fold A–Z.
struct RequestTarget {
    /// Decoded, slashes merged; letters as they were sent.
    let path: [UInt8]
    /// ``path`` with A–Z folded: what keys are compared with.
    let key: [UInt8]
    /// The visitor's query, as sent; empty if there is none.
    let query: [UInt8]
    /// What the server writes for itself when it repeats the target: nginx as it was sent, Caddy with what is
    /// not a character of RFC 3986 percent-encoded.
    let repeated: [UInt8]
    /// The target as it was sent, without scheme and host.
    let raw: [UInt8]
    /// The host of a target in absolute form.
    let host: [UInt8]?

    /// `nil` where the server answers 400.
    init?(_ target: [UInt8], _ server: Server) {
        guard !target.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
        guard let (host, raw) = Self.origin(target) else { return nil }
        self.host = host
        self.raw = raw
        let hash = server == .nginx ? raw.firstIndex(of: UInt8(ascii: "#")) ?? raw.count : raw.count
        let end = raw[..<hash].firstIndex(of: UInt8(ascii: "?")) ?? hash
        guard let decoded = Self.decoded(raw[..<end]) else { return nil }
        let rest = end < hash ? raw[(end + 1)..<hash] : []
        // In what is passed on both servers end a query at '#'.
        query = Array(rest.prefix { $0 != UInt8(ascii: "#") })
        switch server {
        case .nginx:
            guard !decoded.contains(0), let resolved = Self.resolved(decoded) else { return nil }
            path = resolved
            repeated = raw
        case .caddy:
            let sent = Self.encoded(Array(raw[..<end]), decoded)
            // The steps of Caddy's `rewrite` as the emitter orders them.
            var steps = sent
            for (code, text) in Self.structure { steps = Self.replacing(code, text, Self.cleaned(steps)) }
            guard let clean = Self.decoded(Self.cleaned(steps)[...]) else { return nil }
            path = clean
            let hasQuery = end < raw.count
            repeated = sent + (hasQuery ? Array(raw[end...]) : [])
        }
        key = path.map(folded)
    }

    /// Scheme and host of an absolute target, and the rest; a target that begins with `/` has neither.
    private static func origin(_ target: [UInt8]) -> (host: [UInt8]?, raw: [UInt8])? {
        if target.first == UInt8(ascii: "/") { return (nil, target) }
        guard let colon = target.firstIndex(of: UInt8(ascii: ":")),
            target[colon...].starts(with: "://".utf8),
            let first = target.first, (first | 0x20) &- 0x61 < 26
        else { return nil }
        let rest = target[(colon + 3)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let tail = Array(rest[end...])
        return (Array(rest[..<end]), tail.first == UInt8(ascii: "/") ? tail : [UInt8(ascii: "/")] + tail)
    }

    private static func decoded(_ path: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var i = path.startIndex
        while i < path.endIndex {
            if path[i] == UInt8(ascii: "%") {
                guard i + 2 < path.endIndex, let high = hexValue(path[i + 1]), let low = hexValue(path[i + 2])
                else { return nil }
                out.append(high << 4 | low)
                i += 3
            } else {
                out.append(path[i])
                i += 1
            }
        }
        return out
    }

    /// The encoded characters that structure a path, in the order in which Caddy is told to decode them; each
    /// in one step, whatever the case of its digits.
    static let structure: [(code: String, text: String)] = [
        ("%2F", "%2f"), ("%2f", "/"), ("%2E", "%2e"), ("%2e", "."),
    ]

    private static func replacing(_ code: String, _ text: String, _ path: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var i = 0
        while i < path.count {
            if path[i...].starts(with: code.utf8) {
                out += Array(text.utf8)
                i += 3
                continue
            }
            out.append(path[i])
            i += 1
        }
        return out
    }

    /// Go's `path.Clean` with a slash at the end kept, as Caddy's `CleanPath` does it.
    private static func cleaned(_ path: [UInt8]) -> [UInt8] {
        var segments: [ArraySlice<UInt8>] = []
        for part in path.split(separator: UInt8(ascii: "/")) where !part.elementsEqual([0x2E]) {
            if part.elementsEqual([0x2E, 0x2E]) { _ = segments.popLast() } else { segments.append(part) }
        }
        var out: [UInt8] = []
        for segment in segments {
            out.append(UInt8(ascii: "/"))
            out += segment
        }
        if out.isEmpty || path.last == UInt8(ascii: "/") { out.append(UInt8(ascii: "/")) }
        return out
    }

    /// nginx's `ngx_http_parse_complex_uri`: segments resolved, slashes merged; `nil` above the root.
    private static func resolved(_ path: [UInt8]) -> [UInt8]? {
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        var endsOpen = false
        for part in parts {
            endsOpen = false
            if part.isEmpty || part.elementsEqual([0x2E]) {
                endsOpen = true
            } else if part.elementsEqual([0x2E, 0x2E]) {
                guard segments.popLast() != nil else { return nil }
                endsOpen = true
            } else {
                segments.append(part)
            }
        }
        var out: [UInt8] = []
        for segment in segments {
            out.append(UInt8(ascii: "/"))
            out += segment
        }
        if endsOpen || out.isEmpty { out.append(UInt8(ascii: "/")) }
        return out
    }

    /// Go's `URL.EscapedPath`: the path as sent if all of it may stand there, otherwise encoded anew.
    private static func encoded(_ raw: [UInt8], _ decoded: [UInt8]) -> [UInt8] {
        let kept = Set("!$&'()*+,;=:@[]%/-_.~".utf8)
        func isPlain(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }
        if raw.allSatisfy({ isPlain($0) || kept.contains($0) }) { return raw }
        let unescaped = Set("$&+,/:;=@-_.~".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in decoded {
            if isPlain(byte) || unescaped.contains(byte) {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return out
    }

    /// What follows a prefix of `depth` segments, if a wildcard of that depth may answer: the target as sent
    /// holds only characters of an RFC 3986 path, no `.` or `..` segment in whatever encoding (`%2e`, `%2f`,
    /// `%5c`), and no encoded slash inside the prefix. Slashes after the prefix are not part of it.
    func suffix(depth: Int) -> [UInt8]? {
        let end = raw.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? raw.count
        let path = raw[..<end]
        guard path.allSatisfy(Self.isPathByte), !Self.hasDotSegment(path) else { return nil }
        var i = 0
        func skipSlashes() { while i < end, path[i] == UInt8(ascii: "/") { i += 1 } }
        for _ in 0..<depth {
            guard i < end, path[i] == UInt8(ascii: "/") else { return nil }
            skipSlashes()
            let start = i
            while i < end, path[i] != UInt8(ascii: "/") {
                if path[i] == UInt8(ascii: "%"), path[i + 1] == UInt8(ascii: "2"), path[i + 2] | 0x20 == 0x66 {
                    return nil
                }
                i += 1
            }
            guard i > start else { return nil }
        }
        guard i < end, path[i] == UInt8(ascii: "/") else { return nil }
        skipSlashes()
        return Array(path[i...])
    }

    /// RFC 3986 `pchar`, `%` (its digits are checked already) and slash.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "-._~!$&'()*+,;=:@/%".utf8.contains(byte)
    }

    private static func hasDotSegment(_ path: ArraySlice<UInt8>) -> Bool {
        guard let decoded = decoded(path) else { return true }
        return decoded.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).contains {
            $0.elementsEqual([0x2E]) || $0.elementsEqual([0x2E, 0x2E])
        }
    }
}
