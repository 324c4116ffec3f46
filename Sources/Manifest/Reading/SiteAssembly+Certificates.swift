import Site
import Support

extension SiteAssembly {
    mutating func readCertificates(_ node: YAMLNode?, ledger: YAMLNode?, folder: String, into site: inout Site) {
        guard let entries = node?.entries, !entries.isEmpty else { return }
        if ledger?["key"] == nil {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entries[0].key.range, "certificates need a ledger with a key",
                    help: "`wayseal keys new` makes one: ledger: { key: \"${file:secrets/ledger.key}\" }"))
        }
        for entry in entries {
            let name = entry.key.text
            guard CertificatePattern.isPlain(name), !name.isEmpty, name.utf8.count <= 64 else {
                sink.add(
                    .error(
                        ManifestCodes.badPath, at: entry.key.range,
                        "\(Bytes.quoted(name)) can't be a batch's name: it is a folder's, too",
                        help: "use letters, digits, '-' and '_'"))
                continue
            }
            guard let batch = readBatch(name, entry, folder: folder) else { continue }
            site.certificates.append(batch)
        }
    }

    private mutating func readBatch(_ name: String, _ entry: YAMLEntry, folder: String) -> CertificateBatch? {
        let node = entry.value
        guard node.entries != nil else {
            if !node.isRefused {
                sink.add(
                    .error(
                        ManifestCodes.missingKey, at: entry.key.range, "'\(name)' has no 'data'",
                        help: "name its table: data: data/graduates.csv"))
            }
            return nil
        }
        guard let data = text(node["data"]) else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range, "'\(name)' has no 'data'",
                    help: "name its table: data: data/graduates.csv"))
            return nil
        }
        guard let id = text(node["id"]) else {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range, "'\(name)' has no 'id'",
                    help: "say how certificates are numbered: id: \"DIP-26-{n:04}\""))
            return nil
        }
        let pattern: CertificatePattern
        do throws(CertificatePattern.Problem) { pattern = try CertificatePattern(id.text) } catch {
            sink.add(.error(ManifestCodes.certificateID, at: id.range, error.summary))
            return nil
        }
        var batch = CertificateBatch(name: name, data: "", pattern: pattern, range: entry.key.range)
        guard let path = certificateTable(data, folder) else { return nil }
        batch.data = path
        if let revoked = text(node["revoked"]) { batch.revoked = certificateTable(revoked, folder) }
        if let title = plainText(node["title"]) { batch.title = title }
        if let page = text(node["page"]) { batch.page = readFile(page.text, at: page.range, folder: folder) }
        if let paper = text(node["paper"]) { batch.paper = readFile(paper.text, at: paper.range, folder: folder) }
        batch.hidden = Set(scalars(node["hide"]).compactMap { text($0)?.text })
        return batch
    }

    private mutating func certificateTable(_ scalar: YAMLScalar, _ folder: String) -> String? {
        tablePath(scalar, folder, kinds: [".csv"], example: "data/graduates.csv")
    }

    /// A table below the manifest's folder, of one of these kinds. It need not be there: certificates are read by `wayseal
    /// issue` alone, and may be missing where only builds run.
    mutating func tablePath(_ scalar: YAMLScalar, _ folder: String, kinds: [String], example: String) -> String? {
        let parts = scalar.text.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = !scalar.text.unicodeScalars.contains { $0.value < 0x20 || UTF8Scalars.isTreacherous($0) }
        guard isPlain, scalar.text.utf8.count <= 1_024, !parts.contains(where: { ["", ".", ".."].contains($0) }),
            kinds.contains(where: scalar.text.lowercased().hasSuffix)
        else {
            let named = (kinds.dropLast().joined(separator: ", "), kinds.last ?? "")
            let allowed = named.0.isEmpty ? named.1 : "\(named.0) or \(named.1)"
            sink.add(
                .error(
                    ManifestCodes.badPath, at: scalar.range,
                    "\(Bytes.quoted(scalar.text)) is not a plain path of a \(allowed) file under the manifest's folder",
                    help: "write a path such as \(example)"))
            return nil
        }
        return folder + scalar.text
    }
}
