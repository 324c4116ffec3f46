import Site
import Support

extension SiteAssembly {
    mutating func checkVersion(_ node: YAMLNode?) {
        guard let version = text(node), version.text != "1" else { return }
        sink.add(
            .error(
                ManifestCodes.wrongVersion, at: version.range,
                "this wayseal reads manifests of version 1, not \(Bytes.quoted(version.text))"))
    }

    mutating func readSite(_ node: YAMLNode?, into site: inout Site) {
        guard let node else { return }
        site.name = plainText(node["name"])
        if let contact = text(node["contact"]) { site.contact = readContact(contact) }
        if let name = text(node["timezone"]) { readZone(name, into: &site) }
        readProxies(node["proxies"], into: &site)
        let languages = scalars(node["languages"]).compactMap { text($0) }.filter { tag in
            let isTag = Self.isLanguageTag(tag.text)
            if !isTag {
                sink.add(
                    .error(
                        ManifestCodes.badLanguage, at: tag.range,
                        "\(Bytes.quoted(tag.text)) is not a language tag",
                        help: "write tags such as de, en, pt-BR"))
            }
            return isTag
        }
        if !languages.isEmpty { site.languages = languages.map(\.text) }
    }

    private mutating func readZone(_ name: YAMLScalar, into site: inout Site) {
        let zones = ManifestZones(find: options.zone)
        guard let table = zones.zone(name.text) else {
            sink.add(zones.unknown(name.text), at: name.range)
            return
        }
        do throws(ZoneOffsets.Problem) {
            site.zone = try ZoneOffsets(table)
            site.timezone = name.text
            zone = table
        } catch {
            sink.add(.error(ManifestCodes.badTimezone, at: name.range, error.description))
        }
    }

    /// A text for people: without control or invisible characters.
    mutating func plainText(_ node: YAMLNode?) -> String? {
        guard let scalar = text(node) else { return nil }
        guard !scalar.text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous) else {
            sink.add(
                .error(
                    ManifestCodes.controlCharacter, at: scalar.range,
                    "this text holds a control or invisible character"))
            return nil
        }
        return scalar.text
    }

    private mutating func readContact(_ contact: YAMLScalar) -> String? {
        let text = contact.text
        if text.hasPrefix("https://") || text.hasPrefix("http://") || text.hasPrefix("mailto:") {
            var out: [UInt8] = []
            do throws(TextProblem) {
                _ = try TargetText().normalize(Array(text.utf8).span, into: &out)
                return String(decoding: out, as: UTF8.self)
            } catch {
                sink.add(error, at: contact.range(of: error.bytes, in: sources))
                return nil
            }
        }
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = !text.unicodeScalars.contains {
            $0.value <= 0x20 || UTF8Scalars.isTreacherous($0) || "<>\"'&".unicodeScalars.contains($0)
        }
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty, isPlain else {
            sink.add(
                .error(
                    ManifestCodes.badContact, at: contact.range,
                    "\(Bytes.quoted(text)) is neither a mail nor a web address",
                    help: "write ops@example.org or https://example.org/contact"))
            return nil
        }
        return text
    }

    /// BCP 47 (RFC 5646 §2.1), its form only: a language of 2 or 3 letters, then parts of 1 to 8 letters or digits.
    static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 35, let first = parts.first, (2...3).contains(first.utf8.count),
            first.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A })
        else { return false }
        return parts.dropFirst().allSatisfy {
            (1...8).contains($0.utf8.count)
                && $0.utf8.allSatisfy { ASCIISet.word.contains($0) && $0 != UInt8(ascii: "_") }
        }
    }

    mutating func readCodes(_ node: YAMLNode?) -> CodeSettings {
        var codes = CodeSettings()
        guard let node else { return codes }
        let formats = scalars(node["formats"]).compactMap { text($0) }
        if let none = formats.first(where: { $0.text == "none" }) {
            if formats.count > 1 {
                sink.add(
                    .error(
                        ManifestCodes.conflictingKeys, at: none.range, "'none' stands beside other formats"))
            }
            codes.formats = []
        } else if let list = node["formats"], !list.isEmpty {
            codes.formats = CodeSettings.Format.allCases.filter { format in
                formats.contains { $0.text == format.rawValue }
            }
        }
        codes.level = choice(node["level"], as: CodeSettings.Level.self) ?? codes.level
        if let scale = text(node["scale"]).flatMap({ Int($0.text) }), (1...64).contains(scale) {
            codes.scale = scale
        }
        if let least = text(node["score"]).flatMap({ Int($0.text) }), (0...100).contains(least) {
            codes.leastScore = least
        }
        if let zone = text(node["quiet-zone"]), let width = Int(zone.text), (0...64).contains(width) {
            codes.quietZone = width
            if width < 4 {
                sink.add(
                    .warning(
                        ManifestCodes.quietZone, at: zone.range,
                        "a margin of \(width) modules is narrower than the 4 that ISO/IEC 18004 asks for",
                        help: "leave it at 4 unless the layout has a light margin of its own"))
            }
        }
        return codes
    }

    /// `nil`: nothing said, or what was said is wrong.
    mutating func readServers(_ node: YAMLNode?) -> [Server]? {
        var named: Set<Server> = []
        for element in scalars(node) {
            guard let setting = setting(element) else { continue }
            if let server = Server(rawValue: setting.text) {
                named.insert(server)
            } else if setting.isFilled {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: setting.range,
                        "\(setting.shown) is not one of nginx, caddy"))
            }
        }
        if named.isEmpty { return nil }
        return Server.allCases.filter(named.contains)
    }

    mutating func readSchemes(_ node: YAMLNode?) -> Set<String> {
        var schemes: Set<String> = []
        for scheme in scalars(node).compactMap({ text($0) }) {
            let name = scheme.text.lowercased()
            let isScheme =
                name.utf8.allSatisfy(ASCIISet.scheme.contains) && (name.utf8.first ?? 0) >= 0x61
                && name.utf8.count <= 64
            if !isScheme {
                sink.add(
                    .error(
                        ManifestCodes.badScheme, at: scheme.range,
                        "\(Bytes.quoted(scheme.text)) can't be a scheme",
                        help: "write the name alone, without '://'"))
            } else if TargetText.forbiddenSchemes.contains(name) {
                sink.add(
                    .error(
                        ManifestCodes.badScheme, at: scheme.range,
                        "the scheme '\(name)' can't be allowed: browsers run or open it locally"))
            } else {
                schemes.insert(name)
            }
        }
        return schemes
    }

    mutating func readDefaults(_ node: YAMLNode?) -> LinkDefaults {
        var defaults = LinkDefaults()
        guard let node else { return defaults }
        if let domain = text(node["domain"]) {
            defaults.domain = domainNumber(domain)
            defaults.hasBrokenDomain = defaults.domain == nil
        }
        if let redirect = text(node["redirect"]),
            let status = UInt16(redirect.text).flatMap(Link.Redirect.init)
        {
            defaults.redirect = status
            LinkTable.warnIfPermanent(status, at: redirect.range, &sink)
        }
        defaults.passQuery = text(node["query"])?.text == "pass"
        defaults.privacy = text(node["privacy"]).flatMap { Link.Privacy(name: $0.text) } ?? .aggregate
        defaults.utm = readUTM(node["utm"]) ?? []
        defaults.dense = boolean(node["dense"])
        defaults.noindex = boolean(node["noindex"])
        defaults.design = linkDesign(node["design"], name: "defaults", folder: "") ?? -1
        return defaults
    }

    mutating func readUTM(_ node: YAMLNode?) -> [UTMParameter]? {
        guard let entries = node?.entries else { return nil }
        var parameters: [UTMParameter] = []
        // In the order that analytics programs list them, whatever the manifest's.
        for name in ["source", "medium", "campaign", "term", "content", "id"] {
            guard let value = text(entries.first(where: { $0.key.text == name })?.value) else { continue }
            guard !value.text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous) else {
                sink.add(
                    .error(
                        ManifestCodes.controlCharacter, at: value.range,
                        "a UTM value can't hold control or invisible characters"))
                continue
            }
            parameters.append(UTMParameter(name: "utm_" + name, value: value.text))
        }
        return parameters
    }

    mutating func domainNumber(_ name: YAMLScalar) -> Int? {
        let host = (try? HostName.domain(name.text)) ?? name.text
        if let index = domainIndex[host] { return index }
        if brokenDomains.contains(name.text) || isIncomplete { return nil }
        sink.add(LinkTable.unknownDomain(name.text, at: name.range, domains))
        return nil
    }

    mutating func readSigning(_ node: YAMLNode?, folder: String, into site: inout Site) {
        guard let scalar = node?["key"]?.scalar, !scalar.isEmpty else { return }
        guard Reference.isPresent(in: scalar.text) else {
            sink.add(
                .error(
                    ManifestCodes.literalSecret, at: scalar.range,
                    "a private key is written into the manifest",
                    help:
                        "write \"${file:secrets/ledger.key}\" or \"${LEDGER_KEY}\"; `wayseal keys new` makes a key"
                ))
            return
        }
        do throws(RefusedPath) {
            let key = try filled(scalar, folder: folder, isSecret: true)
            let isEmpty = key.text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }
            if isEmpty, scalar.text.contains(":-") { return }
            if isEmpty { throw .emptyKey(at: scalar.range) }
            guard Self.isPrivateKey(key.text) else {
                sink.add(
                    .error(
                        ManifestCodes.wrongKey, at: scalar.range,
                        "the value of 'key' is no private key in PEM (PKCS#8)",
                        help: "`wayseal keys new` makes a key"))
                return
            }
            try refuseOpenKey(scalar, folder: folder)
            site.signing = SigningKey(pem: key.text, range: key.range)
        } catch {
            guard error.isMissing else {
                sink.add(error.diagnostic)
                return
            }
            let range = error.diagnostic.range
            let summary = "the signing key is missing: \(error.diagnostic.summary)"
            sink.add(
                .warning(
                    ManifestCodes.keyMissing, at: range, summary,
                    help: "a build is refused without it; `wayseal keys new` makes a key"))
            site.missingSigningKey = .error(
                ManifestCodes.keyMissing, at: range, summary,
                help: "bring the key here, or make one: wayseal keys new")
        }
    }

    /// A key that others may read is not one's own any more.
    private func refuseOpenKey(_ scalar: YAMLScalar, folder: String) throws(RefusedPath) {
        for piece in (try? Reference.pieces(of: scalar.text)) ?? [] {
            guard case .reference(.file(let path), _) = piece else { continue }
            let canonical = try paths.canonicalPath(of: path, in: folder, at: scalar.range, for: .secret)
            if options.files.isOpenToOthers(canonical) {
                throw RefusedPath(
                    .error(
                        ManifestCodes.exposedKey, at: scalar.range, "\(Bytes.quoted(path)) can be read by others",
                        help: "chmod 600 \(path); if others have seen it, make a new key"))
            }
        }
    }

    private static func isPrivateKey(_ text: String) -> Bool {
        text.contains("-----BEGIN PRIVATE KEY-----") || text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }
}

extension RefusedPath {
    static func emptyKey(at range: SourceRange) -> RefusedPath {
        var refused = RefusedPath(.error(ManifestCodes.keyMissing, at: range, "its value is empty"))
        refused.isMissing = true
        return refused
    }
}

extension Link.Privacy {
    /// By the word of the manifest.
    init?(name: String) {
        switch name {
        case "none": self = .none
        case "aggregate": self = .aggregate
        case "full": self = .full
        default: return nil
        }
    }
}
