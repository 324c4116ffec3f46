import Site
import Support

extension SiteAssembly {
    static let maximumDomains = 65_000

    mutating func readDomains(_ document: ManifestLoader.Document, _ servers: [Server], _ targets: TargetText) {
        for entry in document.root["domains"]?.entries ?? [] {
            if Reference.isPresent(in: entry.key.text) { continue }
            let host: String
            do throws(TextProblem) {
                host = try HostName.domain(entry.key.text)
            } catch {
                brokenDomains.insert(entry.key.text)
                sink.add(error, at: entry.key.range(of: error.bytes, in: sources))
                continue
            }
            if let first = domainIndex[host] {
                var notes: [Diagnostic.Note] = []
                if let range = domains[first].range { notes.append(Diagnostic.Note("first here", at: range)) }
                sink.add(
                    .error(
                        ManifestCodes.duplicateDomain, at: entry.key.range,
                        "the domain \(host) is declared twice", notes: notes))
                continue
            }
            guard domains.count < Self.maximumDomains else {
                sink.add(
                    .error(
                        ManifestCodes.fileTooLarge, at: entry.key.range, "over \(Self.maximumDomains) domains"
                    ))
                return
            }
            var domain = Domain(host: host, displayName: entry.key.text, range: entry.key.range)
            domain.servers = servers
            read(entry.value, into: &domain, document, targets)
            domainIndex[host] = domains.count
            domains.append(domain)
            domainDense.append(boolean(entry.value["dense"]))
        }
    }

    private mutating func read(
        _ node: YAMLNode, into domain: inout Domain, _ document: ManifestLoader.Document,
        _ targets: TargetText
    ) {
        if let one = node["server"], let many = node["servers"] {
            sink.add(
                .error(
                    ManifestCodes.conflictingKeys, at: many.range, "'server' and 'servers' both stand here",
                    notes: [Diagnostic.Note("'server' is here", at: one.range)], help: "keep one of them"))
        }
        if let named = readServers(node["server"] ?? node["servers"]) { domain.servers = named }
        readTLS(node["tls"], into: &domain)
        for element in scalars(node["listen"]) {
            guard let setting = setting(element) else { continue }
            if let address = Self.listenAddress(setting.text) {
                if !domain.listen.contains(address) { domain.listen.append(address) }
            } else {
                sink.add(
                    .error(
                        ManifestCodes.badListen, at: setting.range,
                        "\(setting.shown) is not an address to listen on",
                        help: "write 8080, 127.0.0.1:8080 or \"[::1]:8080\""))
            }
        }
        if let hsts = setting(node["hsts"]) {
            if hsts.text == "off" {
                domain.hsts = nil
            } else if let seconds = Self.duration(hsts.text) {
                domain.hsts = seconds
            } else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: hsts.range, "\(hsts.shown) is not a duration",
                        help: "write off, seconds, or a number with s, m, h, d, w or y: 1y"))
            }
        }
        domain.home = fallback(node["home"], document, targets) ?? .builtIn
        domain.missing = fallback(node["missing"], document, targets) ?? .builtIn
        domain.noindex = boolean(node["noindex"]) ?? true
    }

    private mutating func readTLS(_ node: YAMLNode?, into domain: inout Domain) {
        guard let node, !node.isEmpty else { return }
        guard node.entries != nil else {
            guard let setting = setting(node) else { return }
            switch setting.text {
            case "acme": domain.tls = .acme
            case "off": domain.tls = .off
            default:
                if setting.isFilled {
                    sink.add(
                        .error(
                            ManifestCodes.wrongValue, at: setting.range,
                            "\(setting.shown) is not one of acme, off"))
                }
            }
            return
        }
        for name in ["certificate", "key"] where node[name] == nil {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node.range, "'tls' has no '\(name)'",
                    help: "write both: { certificate: /etc/…/fullchain.pem, key: /etc/…/privkey.pem }"))
        }
        let certificate = serverPath(node["certificate"])
        let key = serverPath(node["key"])
        if let certificate, let key { domain.tls = .files(certificate: certificate, key: key) }
    }

    /// An absolute path on the server, in characters that mean nothing to any server's configuration.
    private mutating func serverPath(_ node: YAMLNode?) -> String? {
        guard let path = setting(node) else { return nil }
        let isPlain = path.text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && !UTF8Scalars.isTreacherous($0)
                && !"\"'`$\\{};#*?<>|&".unicodeScalars.contains($0)
        }
        guard path.text.hasPrefix("/"), isPlain, path.text.utf8.count <= 1_024,
            !path.text.split(separator: "/").contains("..")
        else {
            sink.add(
                .error(
                    ManifestCodes.badPath, at: path.range, "\(path.shown) is not a plain absolute path",
                    help: "write the path on the server that serves the links, such as /etc/ssl/go.pem"))
            return nil
        }
        return path.text
    }

    private mutating func fallback(
        _ node: YAMLNode?, _ document: ManifestLoader.Document, _ targets: TargetText
    ) -> Domain.Fallback? {
        guard let value = text(node) else { return nil }
        let isPage = value.text.hasSuffix(".html") || value.text.hasSuffix(".htm")
        let scheme = value.text.utf8.prefix { ASCIISet.scheme.contains($0) }
        let hasScheme = !scheme.isEmpty && value.text.utf8.dropFirst(scheme.count).first == UInt8(ascii: ":")
        if !hasScheme {
            guard isPage else {
                sink.add(
                    .error(
                        ManifestCodes.badPath, at: value.range,
                        "\(Bytes.quoted(value.text)) is neither a URL nor an .html file",
                        help: "write https://example.org/ or pages/home.html"))
                return nil
            }
            return readFile(value.text, at: value.range, folder: document.folder).map { .page(html: $0) }
        }
        var out: [UInt8] = []
        do throws(TextProblem) {
            let parts = try targets.normalize(Array(value.text.utf8).span, into: &out)
            if !parts.isWeb {
                throw TextProblem(
                    ManifestCodes.targetScheme, "only http and https can be redirected to from here")
            }
            return .redirect(String(decoding: out, as: UTF8.self))
        } catch {
            sink.add(error, at: value.range(of: error.bytes, in: sources))
            return nil
        }
    }

    /// `8080`, `127.0.0.1:8080`, `[::1]:8080`, `*:8080`.
    static func listenAddress(_ text: String) -> ListenAddress? {
        guard text.utf8.count <= 64 else { return nil }
        func port(_ text: Substring) -> UInt16? {
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(text),
                port > 0
            else { return nil }
            return port
        }
        guard let colon = text.lastIndex(of: ":") else {
            return port(text[...]).map { ListenAddress(address: nil, port: $0) }
        }
        guard let port = port(text[colon...].dropFirst()) else { return nil }
        let host = text[..<colon]
        if host.isEmpty || host == "*" { return ListenAddress(address: nil, port: port) }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = Array(host.dropFirst().dropLast().utf8)
            return IPAddress.normalizedIPv6(inner.span).map { ListenAddress(address: $0, port: port) }
        }
        return IPAddress.isIPv4(Array(host.utf8).span)
            ? ListenAddress(address: String(host), port: port) : nil
    }

    /// Seconds of `3600`, `180d`, `1y` (365 days); `nil` when it is neither, or over a hundred years.
    static func duration(_ text: String) -> Int? {
        let units: [Character: Int] = [
            "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000,
        ]
        var digits = text[...]
        var unit = 1
        if let last = text.last, let seconds = units[last] {
            unit = seconds
            digits = digits.dropLast()
        }
        guard !digits.isEmpty, digits.utf8.count <= 10, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = Int(digits), number <= 3_153_600_000 / unit
        else { return nil }
        return number * unit
    }
}
