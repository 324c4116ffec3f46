import Site
import Support
import Tables

extension SiteAssembly {
    /// Batches of codes; unless ``ManifestOptions/readsBatches`` is off, each of their rows becomes a link.
    mutating func readBatches(
        _ node: YAMLNode?, hasLedger: Bool, folder: String, _ hooks: [Hook], _ table: inout LinkTable
    ) -> [CodeBatch] {
        var batches: [CodeBatch] = []
        for entry in node?.entries ?? [] {
            let name = entry.key.text
            guard CertificatePattern.isPlain(name), !name.isEmpty, name.utf8.count <= 64 else {
                sink.add(
                    .error(
                        ManifestCodes.badPath, at: entry.key.range,
                        "\(Bytes.quoted(name)) can't be a batch's name: it is a folder's, too",
                        help: "use letters, digits, '-' and '_'"))
                continue
            }
            guard let (batch, draft) = readCodeBatch(entry, hasLedger: hasLedger, folder: folder, hooks, table) else {
                continue
            }
            batches.append(batch)
            guard options.readsBatches else {
                // Whoever reads the table later follows no link out of the folder.
                do throws(RefusedPath) {
                    _ = try paths.canonicalPath(
                        of: String(batch.data.dropFirst(folder.count)), in: folder, at: batch.dataRange, for: .published
                    )
                } catch { sink.add(error.diagnostic) }
                continue
            }
            let first = table.links.count
            readRows(batch, draft, folder: folder, rows: entry.value["rows"], &table)
            batches[batches.count - 1].links = first..<table.links.count
        }
        return batches
    }

    private mutating func readCodeBatch(
        _ entry: YAMLEntry, hasLedger: Bool, folder: String, _ hooks: [Hook], _ table: LinkTable
    ) -> (CodeBatch, LinkDraft)? {
        let (node, name) = (entry.value, entry.key.text)
        if node.isRefused { return nil }
        var missing = false
        for (key, example) in [
            ("data", "data/bottles.csv"), ("path", "/21/{serial}"), ("to", "https://example.org/w?s={serial}"),
        ] where node[key]?.scalar?.isEmpty ?? true {
            missing = true
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range, "'\(name)' has no '\(key)'",
                    help: "for example \(key): \(example)"))
        }
        guard !missing, let data = text(node["data"]), let path = template(node["path"]),
            let target = template(node["to"])
        else { return nil }
        guard checkPath(path, node["path"]), checkTarget(target, node["to"]) else { return nil }
        var draft = LinkDraft()
        if let domain = text(node["domain"]) {
            draft.domain = table.domainNumber(domain.text, at: domain.range, &sink)
            draft.hasBrokenDomain = draft.domain == nil
        }
        guard let domain = draft.domain ?? (draft.hasBrokenDomain ? nil : table.defaultDomain) else {
            if !draft.hasBrokenDomain, !table.defaults.hasBrokenDomain, !isIncomplete, brokenDomains.isEmpty {
                sink.add(
                    .error(
                        ManifestCodes.domainUnclear, at: entry.key.range,
                        "'\(name)' names no domain, and there is no default one",
                        help: "write domain: \(domains.first?.host ?? "HOST")"))
            }
            return nil
        }
        draft.domain = domain
        if let redirect = text(node["redirect"]), let status = UInt16(redirect.text).flatMap(Link.Redirect.init) {
            draft.redirect = status
            LinkTable.warnIfPermanent(status, at: redirect.range, &sink)
        }
        draft.passQuery = text(node["query"]).map { $0.text == "pass" }
        draft.dense = boolean(node["dense"])
        draft.noindex = boolean(node["noindex"])
        draft.privacy = text(node["privacy"]).flatMap { Link.Privacy(name: $0.text) }
        draft.tags = scalars(node["tags"]).compactMap { freeText($0) }
        draft.utm = readUTM(node["utm"])

        let kinds = [".csv", ".jsonl", ".ndjson", ".xlsx"]
        guard let file = tablePath(data, folder, kinds: kinds, example: "data/bottles.csv") else { return nil }
        var batch = CodeBatch(
            name: name, data: file, path: path, target: target, domain: domain, range: entry.key.range)
        batch.dataRange = data.range
        batch.rows = text(node["rows"]).flatMap { Int($0.text) }
        batch.isDense = draft.dense ?? domainDense[domain] ?? table.defaults.dense ?? false
        batch.appSchemes = table.targets.appSchemes
        batch.design = table.defaults.design
        if let scalar = text(node["design"]), let design = template(node["design"]) {
            if !design.isConstant {
                batch.rowDesign = design
                batch.designNumbers = table.designs.numbers.mapValues(Int32.init)
                batch.designNumbers["none"] = -1
            } else if scalar.text == "none" {
                batch.design = -1
            } else if let number = table.designs.number(scalar.text, at: scalar.range, &sink) {
                batch.design = Int32(number)
            }
        }
        batch.images = choice(node["images"], as: CodeBatch.Images.self) ?? .zip
        let formats = scalars(node["formats"]).compactMap {
            text($0).flatMap { CodeSettings.Format(rawValue: $0.text) }
        }
        if !formats.isEmpty { batch.formats = CodeSettings.Format.allCases.filter(formats.contains) }
        batch.isSealed = boolean(node["seal"]) ?? false
        if batch.isSealed, !hasLedger {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: node["seal"]?.range, "'seal' needs a ledger with a key",
                    help: "`wayseal keys new` makes one: ledger: { key: \"${file:secrets/ledger.key}\" }"))
        }
        batch.sheet = readSheet(node["sheet"], folder: folder)
        batch.done = readRecipients(node["done"], hooks)
        if path.needsSecret || target.needsSecret { batch.secret = secret(node["key"], entry, folder: folder) }
        return (batch, draft)
    }

    private mutating func template(_ node: YAMLNode?) -> RowTemplate? {
        guard let scalar = text(node) else { return nil }
        do throws(RowTemplate.Problem) { return try RowTemplate(Self.trimmed(scalar.text)) } catch {
            sink.add(
                .error(
                    ManifestCodes.batchTemplate, at: scalar.range(of: error.bytes, in: sources), error.summary,
                    help: "columns stand in braces: {serial}; besides there are {n}, {n:06} and {id}"))
            return nil
        }
    }

    private mutating func checkPath(_ path: RowTemplate, _ node: YAMLNode?) -> Bool {
        let range = node?.range
        if path.isConstant {
            sink.add(
                .error(
                    ManifestCodes.batchTemplate, at: range, "every row would have the same slug",
                    help: "put a column into it, such as {serial}, or {id}"))
            return false
        }
        for case .text(let text) in path.pieces {
            if let bad = text.first(where: { "*?#\\".contains($0) }) {
                sink.add(
                    .error(ManifestCodes.batchTemplate, at: range, "the path of a batch can't hold '\(bad)'"))
                return false
            }
        }
        return true
    }

    /// Columns may fill the path and what follows, or be the whole of it: a scheme or host that a table fills in leads
    /// wherever the table's author likes, without anybody seeing it in the manifest.
    private mutating func checkTarget(_ target: RowTemplate, _ node: YAMLNode?) -> Bool {
        if target.isOneCell { return true }
        guard case .text(let first)? = target.pieces.first, let scheme = first.firstIndex(of: ":") else {
            sink.add(
                .error(
                    ManifestCodes.batchTemplate, at: node?.range, "a column can't be a part of the scheme or the host",
                    help: "begin with https://HOST/, or let one column hold the whole address: to: \"{url}\""))
            return false
        }
        let rest = first[first.index(after: scheme)...]
        guard !rest.hasPrefix("//") || rest.dropFirst(2).contains("/") || target.isConstant else {
            sink.add(
                .error(
                    ManifestCodes.batchTemplate, at: node?.range, "a column can't be a part of the host",
                    help: "end the host with a slash: https://HOST/{column}"))
            return false
        }
        return true
    }

    private mutating func secret(_ node: YAMLNode?, _ entry: YAMLEntry, folder: String) -> [UInt8] {
        let help = "openssl rand -hex 32 > secrets/batch.key, and write key: \"${file:secrets/batch.key}\""
        guard let scalar = node?.scalar, !scalar.isEmpty else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range,
                    "'\(entry.key.text)' has {id} and no 'key': without a secret ids could be guessed", help: help))
            return []
        }
        guard Reference.isPresent(in: scalar.text) else {
            sink.add(
                .error(
                    ManifestCodes.literalSecret, at: scalar.range, "a secret is written into the manifest", help: help))
            return []
        }
        do throws(RefusedPath) {
            let key = Array(try filled(scalar, folder: folder, isSecret: true).text.utf8)
            guard key.count >= 32 else {
                sink.add(
                    .error(
                        ManifestCodes.wrongKey, at: scalar.range,
                        "the value of 'key' has \(key.count) bytes, at least 32 are needed", help: help))
                return []
            }
            return key
        } catch {
            guard error.isMissing else {
                sink.add(error.diagnostic)
                return []
            }
            let summary = "the secret of ids is missing: \(error.diagnostic.summary)"
            sink.add(
                .warning(
                    ManifestCodes.keyMissing, at: scalar.range, summary, help: "a build is refused without it; \(help)")
            )
            missingSecrets.append(.error(ManifestCodes.keyMissing, at: scalar.range, summary, help: help))
            return []
        }
    }

    // MARK: Rows

    private mutating func readRows(
        _ batch: CodeBatch, _ draft: LinkDraft, folder: String, rows: YAMLNode?, _ table: inout LinkTable
    ) {
        guard let bytes = readTable(batch, folder: folder) else { return }
        let isConverted = TableConversion.isNeeded(
            path: batch.data, first: bytes.span.extracting(first: TableConversion.sample))
        guard !isConverted else { return convert(batch, draft, folder: folder, rows: rows, &table) }
        let file = sources.add(path: batch.data, bytes: bytes)
        readRows(batch, draft, bytes, file, rows: rows, &table)
    }

    private mutating func readTable(_ batch: CodeBatch, folder: String) -> [UInt8]? {
        do throws(RefusedPath) {
            let bytes = try readFile(
                String(batch.data.dropFirst(folder.count)), at: batch.dataRange, folder: folder, for: .published,
                atMost: ManifestLoader.tableLimit)
            guard PrivateKeyText.isPresent(in: bytes) else { return bytes }
            sink.add(PathPolicy.privateKey(batch.data, at: batch.dataRange))
        } catch { sink.add(error.diagnostic) }
        return nil
    }

    /// A table that is no CSV in UTF-8 with commas.
    private mutating func convert(
        _ batch: CodeBatch, _ draft: LinkDraft, folder: String, rows: YAMLNode?, _ table: inout LinkTable
    ) {
        var bytes: [UInt8] = []
        var problems: [TableConversion.Problem] = []
        do {
            let path = try paths.canonicalPath(
                of: String(batch.data.dropFirst(folder.count)), in: folder, at: batch.dataRange, for: .published)
            let notes = try TableConversion.convert(path) { part in
                bytes += part
                if bytes.count > ManifestLoader.tableLimit {
                    throw TableConversion.Problem(summary: "the table is too large")
                }
            } problem: {
                problems.append($0)
            }
            for note in notes {
                sink.add(.warning(ManifestCodes.tableConverted, at: batch.dataRange, "\(batch.data): \(note)"))
            }
        } catch {
            problems.append(error as? TableConversion.Problem ?? .init(summary: "\(error)"))
        }
        let file = sources.add(path: batch.data, bytes: bytes, firstLine: TableConversion.firstLine(path: batch.data))
        for problem in problems {
            let place = problem.line.map { sources.add(path: batch.data, bytes: [], firstLine: $0) }
            sink.add(
                .error(
                    ManifestCodes.batchRow,
                    at: place.map { SourceRange(file: $0, start: 0, length: 0) } ?? batch.dataRange,
                    problem.summary, help: problem.help))
        }
        if !bytes.isEmpty { readRows(batch, draft, bytes, file, rows: rows, &table) }
    }

    private mutating func readRows(
        _ batch: CodeBatch, _ draft: LinkDraft, _ bytes: [UInt8], _ file: Int32, rows: YAMLNode?,
        _ table: inout LinkTable
    ) {
        var draft = draft
        var problems: [BatchRows.Problem] = []
        guard var reader = BatchRows(batch, header: bytes, problems: &problems) else {
            for problem in problems { sink.add(problem.diagnostic(file: file)) }
            return
        }
        table.reserve(TableLines.count(bytes.span))
        reader.begin(at: reader.start, before: 0)
        reading: while true {
            switch reader.next(bytes.span) {
            case .end: break reading
            case .problem(let problem):
                sink.add(.error, problem.code, at: problem.diagnostic(file: file).range) {
                    problem.diagnostic(file: file)
                }
                if problem.isFatal { return }
            case .row:
                let place = TextPlace(
                    range: SourceRange(
                        file: file, start: UInt32(reader.place.lowerBound), length: UInt32(reader.place.count)),
                    verbatimStart: nil)
                draft.design = reader.design
                table.add(slug: reader.slug.span, at: place, target: reader.target.span, at: place, draft, &sink)
            }
        }
        guard let wanted = batch.rows, wanted != reader.number, let range = rows?.range else { return }
        sink.add(
            .error(
                ManifestCodes.batchSize, at: range,
                "\(batch.data) has \(count(reader.number)), not \(wanted)",
                help: "bring the whole table, or write rows: \(reader.number)"))
    }

    private func count(_ rows: Int) -> String { "\(rows) row\(rows == 1 ? "" : "s")" }
}
