import Site
import Support

/// Turns loaded files into a site: settings, domains, defaults, links, in this order, because each needs those before.
struct SiteAssembly {
    let options: ManifestOptions
    let items: [ManifestLoader.Item]
    let paths: PathPolicy
    let isIncomplete: Bool
    var sources: SourceMap
    var sink: DiagnosticSink
    var domains: [Domain] = []
    /// Canonical host to index.
    var domainIndex: [String: Int] = [:]
    /// Names that were reported as wrong: links that use them are not reported again.
    var brokenDomains: Set<String> = []
    /// The site's zone, in which dates and hours are read.
    var zone = ZoneTable.utc
    /// `dense` of each domain, if it says.
    var domainDense: [Bool?] = []
    /// The designs, and what links write for themselves.
    var designs = DesignTable()
    /// Secrets that are not on this machine: errors of whoever needs them.
    var missingSecrets: [Diagnostic] = []

    init(_ loader: ManifestLoader, _ options: ManifestOptions) {
        self.options = options
        items = loader.items
        paths = loader.paths
        isIncomplete = loader.isIncomplete
        sources = loader.sources
        sink = loader.sink
    }

    var documents: [ManifestLoader.Document] {
        items.compactMap { if case .document(let document) = $0 { document } else { nil } }
    }

    mutating func assemble() -> Site? {
        let documents = documents
        guard let main = documents.first, main.isMain else { return nil }
        let root = main.root
        checkVersion(root["wayseal"])
        var site = Site(domains: [])
        readSite(root["site"], into: &site)
        site.codes = readCodes(root["codes"])
        let servers = readServers(root["servers"]) ?? Server.allCases
        var targets = TargetText()
        targets.appSchemes = readSchemes(root["schemes"])
        for document in documents { readDomains(document, servers, targets) }
        // An unknown key was reported, and it may be a misspelled `domains`.
        let hasUnknown = documents.contains { document in
            document.root.entries?.contains { ManifestLanguage.root[$0.key.text] == nil } ?? true
        }
        if domains.isEmpty, brokenDomains.isEmpty, !isIncomplete, !hasUnknown {
            let place =
                documents[0].root["domains"]?.range ?? SourceRange(file: main.file, start: 0, length: 0)
            sink.add(
                .error(
                    ManifestCodes.noDomain, at: place, "the manifest names no domain",
                    help: "begin with domains: { go.example.org: {} }"))
        }
        readDesigns(root["designs"], folder: main.folder)
        let defaults = readDefaults(root["defaults"])
        designs.standard = defaults.design
        site.issuer = defaults.domain ?? 0
        readSigning(root["ledger"], folder: main.folder, into: &site)
        readCertificates(root["certificates"], ledger: root["ledger"], folder: main.folder, into: &site)
        let instants = InstantText(zone: zone, zones: ManifestZones(find: options.zone))
        readLedger(root["ledger"], folder: main.folder, into: &site)
        var table = LinkTable(
            domains, domainDense, domainIndex, brokenDomains, defaults, targets,
            PolicyScalars(instants: instants), isIncomplete: isIncomplete || domains.isEmpty)
        readFences(root["fences"], &table.places)
        table.designs = designs
        for item in items {
            switch item {
            case .document(let document):
                readLinks(document.root["links"], folder: document.folder, &table)
            case .csv(let file): CSVLinks.read(sources.files[Int(file)].bytes, file, &table, &sink)
            case .jsonLines(let file): JSONLinks.read(sources.files[Int(file)].bytes, file, &table, &sink)
            }
        }
        site.hooks = readHooks(root["integrations"], folder: main.folder)
        site.batches = readBatches(
            root["batches"], hasLedger: root["ledger"]?["key"] != nil, folder: main.folder, site.hooks, &table)
        table.finish(&sink)
        site.designs = designs.designs
        site.places = table.places.places
        site.policies = table.takePolicies()
        site.payloads = table.payloads
        site.missingSecrets += missingSecrets
        site.domains = domains
        site.goals = table.goals
        site.links = table.takeLinks()
        readReports(root["reports"], into: &site)
        readDatabase(root, folder: main.folder, table.places, into: &site)
        checkReserved(site)
        return site
    }

    // MARK: Values

    /// A text in which nothing is filled in.
    func text(_ node: YAMLNode?) -> YAMLScalar? {
        guard var scalar = node?.scalar, !scalar.isEmpty, !Reference.isPresent(in: scalar.text) else {
            return nil
        }
        scalar.text = Reference.unescaped(scalar.text)
        return scalar
    }

    /// One of some words; anything else was reported by the schema.
    func choice<Value: RawRepresentable>(_ node: YAMLNode?, as _: Value.Type) -> Value?
    where Value.RawValue == String {
        text(node).flatMap { Value(rawValue: $0.text) }
    }

    func boolean(_ node: YAMLNode?) -> Bool? {
        switch text(node)?.text {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// A value or a list of values.
    func scalars(_ node: YAMLNode?) -> [YAMLNode] {
        guard let node, !node.isEmpty, !node.isRefused else { return [] }
        return node.elements ?? [node]
    }

    /// A deployment setting or secret with its references filled in.
    struct Setting {
        var text: String
        var range: SourceRange
        /// A reference is in it: the value is never shown.
        var isFilled: Bool
        /// For messages.
        var shown: String { isFilled ? "the value behind ${…}" : Bytes.quoted(text) }
    }

    /// A deployment setting with `${…}` filled in. `nil` when there is nothing, or when it was reported.
    mutating func setting(_ node: YAMLNode?) -> Setting? {
        guard let scalar = node?.scalar, !scalar.isEmpty else { return nil }
        do throws(RefusedPath) {
            return try filled(scalar, folder: "", isSecret: false)
        } catch {
            sink.add(error.diagnostic)
            return nil
        }
    }

    /// Fills in `${…}`. A missing variable or file is an error of its own kind (``RefusedPath/isMissing``).
    func filled(_ scalar: YAMLScalar, folder: String, isSecret: Bool) throws(RefusedPath) -> Setting {
        let pieces: [Reference.Piece]
        do throws(TextProblem) {
            pieces = try Reference.pieces(of: scalar.text)
        } catch {
            let range = scalar.range(of: error.bytes, in: sources)
            throw RefusedPath(.error(error.code, at: range, error.summary, help: error.help))
        }
        var out = ""
        var isFilled = false
        for piece in pieces {
            switch piece {
            case .literal(let literal): out += literal
            case .reference(let kind, let bytes):
                isFilled = true
                let range = scalar.range(of: bytes, in: sources)
                if !isSecret, let problem = kind.problemInDeployment(at: range) { throw RefusedPath(problem) }
                out += try value(of: kind, at: range, folder)
            }
        }
        return Setting(text: out, range: scalar.range, isFilled: isFilled)
    }

    private func value(
        of kind: Reference.Kind, at range: SourceRange, _ folder: String
    ) throws(RefusedPath) -> String {
        switch kind {
        case .variable(let name):
            if let value = options.environment[name] { return value }
            throw .missingVariable(name, at: range, help: "set it, or write a default: ${\(name):-default}")
        case .variableOr(let name, let fallback):
            return options.environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? fallback
        case .variableRequired(let name, let message):
            if let value = options.environment[name], !value.isEmpty { return value }
            throw .missingVariable(name, message.isEmpty ? "" : ": \(message)", at: range)
        case .file(let path):
            let bytes = try readFile(path, at: range, folder: folder, for: .secret)
            guard UTF8Scalars.firstMalformed(bytes.span) == nil else {
                throw RefusedPath(
                    .error(ManifestCodes.invalidUTF8, at: range, "\(Bytes.quoted(path)) is not UTF-8 text"))
            }
            // The line end that editors put at the end of a file is not part of a secret.
            var text = bytes[...]
            if text.last == 0x0A { text.removeLast() }
            if text.last == 0x0D { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// A small file that the manifest names.
    mutating func readFile(_ path: String, at range: SourceRange, folder: String) -> [UInt8]? {
        do throws(RefusedPath) {
            let bytes = try readFile(path, at: range, folder: folder, for: .published)
            if PrivateKeyText.isPresent(in: bytes) {
                throw RefusedPath(PathPolicy.privateKey(path, at: range))
            }
            return bytes
        } catch {
            sink.add(error.diagnostic)
            return nil
        }
    }

    func readFile(
        _ path: String, at range: SourceRange, folder: String, for use: PathPolicy.Use,
        atMost limit: Int = ManifestLoader.smallLimit
    ) throws(RefusedPath) -> [UInt8] {
        let canonical = try paths.canonicalPath(of: path, in: folder, at: range, for: use)
        do throws(UnreadableFile) {
            return try options.files.read(canonical, atMost: limit)
        } catch {
            throw RefusedPath(error, path, at: range)
        }
    }
}

extension RefusedPath {
    static func missingVariable(
        _ name: String, _ why: String = "", at range: SourceRange, help: String? = nil
    ) -> RefusedPath {
        var refused = RefusedPath(
            .error(
                ManifestCodes.missingVariable, at: range,
                "the environment variable \(name) is not set\(why)", help: help))
        refused.isMissing = true
        return refused
    }
}
