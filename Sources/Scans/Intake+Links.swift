internal import AccessLogs
internal import Site

/// Which link a hit asked for.
extension Intake {
    @inline(__always)
    mutating func find(
        _ hit: Hit, _ keys: Keys, _ buffer: borrowing Span<UInt8>
    ) throws(IngestError) -> Int32 {
        var keys = keys
        if keys.host < 0 {
            // One of the lines that waited may have brought the host.
            keys.host = links.hostNumber(buffer, Int(hit.host.start), Int(hit.host.end))
            keys.path = links.slotHash(buffer, Int(hit.path.start), Int(hit.path.end), keys.host)
        }
        var link = Int32(-1)
        if !hit.link.isEmpty { link = named(hit, keys, buffer) }
        if link < 0 {
            link = links.link(buffer, Int(hit.path.start), Int(hit.path.end), host: keys.host, hash: keys.path)
        }
        if link < 0, hit.path.count > 1, hit.path.count < 4096 { link = try slowly(hit, buffer, keys.host) }
        return link
    }

    /// By the name that the compiled configuration logs: `host/path`, `/path` or `path`, `prefix/*` for wildcards.
    private func named(_ hit: Hit, _ keys: Keys, _ buffer: borrowing Span<UInt8>) -> Int32 {
        let host = keys.host
        var from = Int(hit.link.start)
        let to = Int(hit.link.end)
        if to - from > hit.host.count, !hit.host.isEmpty {
            var i = 0
            let start = Int(hit.host.start)
            while i < hit.host.count, lower(buffer[from + i]) == lower(buffer[start + i]) { i += 1 }
            if i == hit.host.count, buffer[from + i] == 0x2F { from += i }
        }
        if buffer[from] == 0x2F {
            // Most links are asked for by their name: its hash is known then, and its slot in the cache.
            if isPath(hit, buffer, from, to) { return links.link(buffer, from, to, host: host, hash: keys.path) }
            return links.link(buffer, from, to, host: host)
        }
        var path: [UInt8] = [0x2F]
        for i in from..<to { path.append(buffer[i]) }
        return links.link(path.span, 0, path.count, host: host)
    }

    /// Whether `from..<to` is the path of the hit, but for the case of its letters.
    private func isPath(_ hit: Hit, _ buffer: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Bool {
        guard to - from == hit.path.count else { return false }
        var at = Int(hit.path.start)
        for i in from..<to {
            if lower(buffer[i]) != lower(buffer[at]) { return false }
            at += 1
        }
        return true
    }

    /// Paths that are written in another way than the manifest does, and links not seen before.
    private mutating func slowly(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ host: Int32
    ) throws(IngestError) -> Int32 {
        var needsNormalizing = hit.escaping != .none
        if !needsNormalizing {
            for i in hit.path.range {
                let byte = buffer[i]
                if byte == 0x25 || byte < 0x21 || byte > 0x7E || hit.isPathDecoded && Self.isEncoded(byte) {
                    needsNormalizing = true
                    break
                }
            }
        }
        if needsNormalizing, host >= 0 {
            let path = normalizedPath(hit.decoded(hit.path, in: buffer), isDecoded: hit.isPathDecoded)
            let link = links.link(path.span, 0, path.count, host: host)
            if link >= 0 { return link }
        }
        guard scope == .discover, hit.method == .get, hit.status < 1000, statuses[Int(hit.status)],
            links.count < LinkTable.discoveryLimit
        else { return -1 }
        var path = normalizedPath(hit.decoded(hit.path, in: buffer), isDecoded: hit.isPathDecoded).map(lower)
        // A star at the end would stand for all that begins so.
        if path.last == UInt8(ascii: "*") { path = path.dropLast() + Array("%2a".utf8) }
        var name = hit.decoded(hit.host, in: buffer).map(lower)
        if let port = name.lastIndex(of: 0x3A), name[(port + 1)...].allSatisfy({ $0 &- 0x30 < 10 }) {
            name.removeSubrange(port...)
        }
        guard Self.isName(name) else { return -1 }
        // Written in another way, it may be there.
        let known = links.link(path.span, 0, path.count, host: links.hostNumber(name.span, 0, name.count))
        if known >= 0 { return known }
        let text = String(decoding: path, as: UTF8.self)
        let hostText = String(decoding: name, as: UTF8.self)
        let link = Int32(links.count)
        links.append(host: hostText, path: text, privacy: .full, isMarked: false)
        newLinks.append((hostText, text))
        return link
    }

    /// A name of a host or an address, without a port: empty when the log has none.
    private static func isName(_ name: [UInt8]) -> Bool {
        guard name.count < 256 else { return false }
        let isAddress = name.first == 0x5B && name.last == 0x5D
        return (isAddress ? name.dropFirst().dropLast() : name[...]).allSatisfy { byte in
            byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x5F
                || isAddress && byte == 0x3A
        }
    }

    private static func isEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x3C, 0x3E, 0x3F, 0x23, 0x5B...0x5E, 0x60, 0x7B...0x7D: true
        default: false
        }
    }

    /// Paths that only break-in tools ask for.
    static func isTrap(_ buffer: borrowing Span<UInt8>, _ path: Field) -> Bool {
        guard path.count >= 5 else { return false }
        let from = Int(path.start)
        func begins(_ word: StaticString) -> Bool {
            guard path.count >= word.utf8CodeUnitCount else { return false }
            for i in 0..<word.utf8CodeUnitCount where lower(buffer[from + i]) != word.utf8Start[i] { return false }
            return true
        }
        switch lower(buffer[from + 1]) {
        case UInt8(ascii: "."): return begins("/.env") || begins("/.git") || begins("/.aws") || begins("/.ssh")
        case UInt8(ascii: "w"): return begins("/wp-login.php") || begins("/wp-admin") || begins("/wp-content/plugins")
        case UInt8(ascii: "x"): return begins("/xmlrpc.php")
        case UInt8(ascii: "p"): return begins("/phpmyadmin") || begins("/phpunit")
        case UInt8(ascii: "c"): return begins("/cgi-bin/")
        case UInt8(ascii: "v"): return begins("/vendor/phpunit")
        case UInt8(ascii: "b"): return begins("/boaform/")
        default: return false
        }
    }
}
