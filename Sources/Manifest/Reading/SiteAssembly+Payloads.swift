import Payloads
import Site
import Support

/// Links whose code holds something by itself: a contact, a network, a payment.
extension SiteAssembly {
    /// Keys that a link with a payload may have besides it.
    private static let companions: Set<String> = ["domain", "tags", "reuse", "design"]

    /// The kind of payload that a link has, if it has one.
    static func payloadKind(of link: YAMLNode) -> PayloadKind? {
        link.entries?.lazy.compactMap { PayloadKind(rawValue: $0.key.text) }.first
    }

    /// Reads the payload of a link; its number in the table, or `nil` after a report.
    mutating func readPayload(_ kind: PayloadKind, _ entry: YAMLEntry, folder: String, _ table: inout LinkTable)
        -> Int32?
    {
        let errors = sink.errorCount
        for other in entry.value.entries ?? [] where other.key.text != kind.rawValue {
            let name = other.key.text
            if Self.companions.contains(name) || ManifestLanguage.link[name] == nil { continue }
            sink.add(
                .error(
                    ManifestCodes.conflictingKeys, at: other.key.range,
                    "'\(kind.rawValue)' and '\(name)' both stand here",
                    help: PayloadKind(rawValue: name) == nil
                        ? "a code that holds something by itself leads nowhere: take '\(name)' out"
                        : "a code holds one thing: make two links of them"))
        }
        if entry.key.text.hasSuffix("*") {
            sink.add(
                .error(
                    ManifestCodes.wildcardPlace, at: entry.key.range,
                    "a wildcard is no name of a code that holds something by itself"))
        }
        guard let node = entry.value[kind.rawValue], !node.isRefused, !node.isEmpty else { return nil }
        var reading = PayloadReading(kind: kind, key: node.range, folder: folder)
        if let scalar = node.scalar {
            guard let scalar = text(scalar.isEmpty ? nil : node) else { return nil }
            if let primary = kind.definition.primary {
                reading.fields.add(primary, scalar.text)
                reading.places[primary] = scalar.range
            } else if !readPayloadFile(Self.trimmed(scalar.text), at: scalar.range, &reading) {
                return nil
            }
        } else if node.entries != nil {
            readFields(node, "", &reading)
        } else {
            return nil
        }
        if kind == .event { timeEvent(&reading, table.scalars.instants) }
        let payload = finish(reading)
        guard sink.errorCount == errors, let payload else { return nil }
        return table.enter(payload)
    }

    /// A file with the fields, as a mapping.
    private mutating func readPayloadFile(_ path: String, at range: SourceRange, _ reading: inout PayloadReading)
        -> Bool
    {
        guard let bytes = readFile(path, at: range, folder: reading.folder) else { return false }
        let display = path.hasPrefix("/") ? path : reading.folder + path
        let file = sources.add(path: display, bytes: bytes)
        let errors = sink.errorCount
        guard let root = YAMLReader.read(file, sources, &sink) else {
            if sink.errorCount == errors {
                sink.add(
                    .error(
                        ManifestCodes.emptyManifest, at: SourceRange(file: file, start: 0, length: 0),
                        "there is nothing in this file"))
            }
            return false
        }
        var check = SchemaCheck(sources, isMain: true)
        check.check(root, as: ManifestLanguage.record(of: reading.kind), &sink)
        for secret in check.secrets { sources.conceal(secret) }
        guard root.entries != nil else { return false }
        reading.key = SourceRange(file: file, start: 0, length: 0)
        reading.folder = ManifestLoader.folder(of: display)
        readFields(root, "", &reading)
        return true
    }

    /// The fields of a mapping; what has the wrong kind was reported by the schema.
    private mutating func readFields(_ node: YAMLNode, _ prefix: String, _ reading: inout PayloadReading) {
        let definition = reading.kind.definition
        for entry in node.entries ?? [] {
            let name = prefix + entry.key.text
            if entry.value.entries != nil, prefix.isEmpty {
                readFields(entry.value, name + ".", &reading)
                continue
            }
            guard let field = definition[name], !entry.value.isEmpty, !entry.value.isRefused else { continue }
            reading.places[name] = entry.value.range
            if field.shape == .secret {
                readSecret(entry.value, field, &reading)
                continue
            }
            let elements = entry.value.elements
            if elements != nil, field.shape != .list { continue }
            for element in elements ?? [entry.value] {
                if let scalar = text(element) { reading.fields.add(name, scalar.text) }
            }
        }
    }

    private mutating func readSecret(_ node: YAMLNode, _ field: PayloadKind.Field, _ reading: inout PayloadReading) {
        guard let scalar = node.scalar, !scalar.isEmpty else { return }
        guard Reference.isPresent(in: scalar.text) else {
            sink.add(
                .error(
                    ManifestCodes.literalSecret, at: scalar.range, "a secret is written into the manifest",
                    help: "put it into a file and write \"${file:secrets/NAME}\", or \"${NAME}\""))
            return
        }
        do throws(RefusedPath) {
            reading.fields.add(field.name, try filled(scalar, folder: reading.folder, isSecret: true).text)
        } catch {
            guard error.isMissing else {
                sink.add(error.diagnostic)
                return
            }
            let summary = "the secret of this code is missing: \(error.diagnostic.summary)"
            let range = error.diagnostic.range
            sink.add(
                .warning(ManifestCodes.secretMissing, at: range, summary, help: "a build is refused without it"))
            missingSecrets.append(
                .error(ManifestCodes.secretMissing, at: range, summary, help: "bring it here, or set the variable"))
            reading.isSecretMissing = true
            // So that the other fields can be judged: as a password of any kind it has a right length.
            reading.fields.add(field.name, String(repeating: "A", count: 26))
        }
    }

    /// Times of day are those of the site's zone; in the code they are UTC, for whoever scans it elsewhere.
    private mutating func timeEvent(_ reading: inout PayloadReading, _ instants: InstantText) {
        for name in ["start", "end"] {
            guard let text = reading.fields.first(name), text.utf8.contains(UInt8(ascii: "T")) else { continue }
            do throws(TextProblem) {
                let time = try instants.instant(Self.trimmed(text), name == "start" ? .first : .last)
                reading.fields.set(name, Timestamp.text(Int(time)))
            } catch {
                sink.add(error, at: reading.places[name] ?? reading.key)
            }
        }
    }

    private mutating func finish(_ reading: PayloadReading) -> LinkPayload? {
        do throws(PayloadError) {
            let payload = try Payload(reading.kind, reading.fields)
            return LinkPayload(
                kind: reading.kind.rawValue, text: reading.isSecretMissing ? "" : payload.text, title: payload.title,
                isSecret: payload.isSecret, fingerprint: payload.fingerprint, isLevelM: payload.needs.isLevelM,
                maximumVersion: payload.needs.maximumVersion, isSwiss: payload.needs.isSwiss)
        } catch {
            for problem in error.problems {
                sink.add(
                    .error(
                        ManifestCodes.badPayload, at: problem.field.flatMap { reading.places[$0] } ?? reading.key,
                        problem.summary, help: problem.help))
            }
            return nil
        }
    }
}

/// Fields of a payload with their places.
struct PayloadReading {
    let kind: PayloadKind
    /// Where the payload stands.
    var key: SourceRange
    /// Where files named by its secrets lie.
    var folder: String
    var fields = PayloadFields()
    var places: [String: SourceRange] = [:]
    var isSecretMissing = false
}
