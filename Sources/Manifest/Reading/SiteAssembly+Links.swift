import Site
import Support

extension SiteAssembly {
    mutating func readLinks(_ node: YAMLNode?, folder: String, _ table: inout LinkTable) {
        guard let entries = node?.entries else { return }
        table.reserve(entries.count)
        let isFlow = node?.isFlow ?? false
        for (position, entry) in entries.enumerated() {
            if Reference.isPresent(in: entry.key.text) || entry.value.isRefused || entry.value.elements != nil {
                continue
            }
            // The rest of a URL that was cut at its comma: reported.
            if isFlow, position > 0, entry.value.isEmpty { continue }
            readLink(entry, folder: folder, &table)
        }
    }

    private mutating func readLink(_ entry: YAMLEntry, folder: String, _ table: inout LinkTable) {
        var draft = LinkDraft()
        let value = entry.value
        let target: YAMLScalar
        var hasTarget = true
        if let scalar = value.scalar {
            guard let url = text(value) else { return }
            target = YAMLScalar(text: url.text, style: url.style, range: scalar.range)
        } else {
            readDraft(value, name: entry.key.text, folder: folder, &draft, &table)
            if let kind = Self.payloadKind(of: value) {
                // A payload that was refused keeps its slug, so that a second link with it is found in the same run.
                draft.payload = readPayload(kind, entry, folder: folder, &table) ?? -1
                draft.policy = nil
                target = YAMLScalar(text: "", style: .plain, range: entry.key.range)
                hasTarget = false
            } else if let to = destination(entry) {
                target = to
            } else if value["to"] == nil, draft.policy?.takesEveryone ?? false {
                target = YAMLScalar(text: "", style: .plain, range: entry.key.range)
                hasTarget = false
            } else {
                return
            }
        }
        let slug = Self.trimmed(Reference.unescaped(entry.key.text))
        let url = Self.trimmed(target.text)
        let slugBytes = Array(slug.utf8)
        let urlBytes = Array(url.utf8)
        table.add(
            slug: slugBytes.span, at: place(of: entry.key, slug), target: urlBytes.span, hasTarget: hasTarget,
            at: place(of: target, url), draft, &sink)
    }

    /// The `to` of a longer link; without one, a report unless something else stands for it.
    private mutating func destination(_ entry: YAMLEntry) -> YAMLScalar? {
        let value = entry.value
        if let to = value["to"] { return text(to) }
        let keys = (value.entries ?? []).map(\.key.text)
        // A misspelled key was reported, and it may be the missing one.
        let hasUnknown = keys.contains { ManifestLanguage.link[$0] == nil }
        let hasOther = keys.contains { ManifestLanguage.destinations.contains($0) }
        if !hasUnknown, !hasOther {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range,
                    "the link \(Bytes.quoted(entry.key.text)) leads nowhere",
                    help: "give it a target: to: https://…"))
        }
        return nil
    }

    private mutating func readDraft(
        _ value: YAMLNode, name: String, folder: String, _ draft: inout LinkDraft, _ table: inout LinkTable
    ) {
        draft.policy = readPolicy(value, folder: folder, &table)
        if let domain = text(value["domain"]) {
            draft.domain = table.domainNumber(domain.text, at: domain.range, &sink)
            draft.hasBrokenDomain = draft.domain == nil
        }
        if let redirect = text(value["redirect"]),
            let status = UInt16(redirect.text).flatMap(Link.Redirect.init)
        {
            draft.redirect = status
            draft.redirectRange = redirect.range
        }
        draft.passQuery = text(value["query"]).flatMap {
            $0.text == "pass" ? true : $0.text == "drop" ? false : nil
        }
        draft.queryRange = value["query"]?.range
        draft.suffix = boolean(value["suffix"]) ?? false
        draft.suffixRange = value["suffix"]?.range
        draft.clickID = boolean(value["qid"]) ?? false
        draft.clickIDRange = value["qid"]?.range
        draft.goal = readGoal(value["goal"])
        draft.dense = boolean(value["dense"])
        draft.noindex = boolean(value["noindex"])
        draft.privacy = text(value["privacy"]).flatMap { Link.Privacy(name: $0.text) }
        draft.reuse = freeText(value["reuse"])
        if let reason = text(value["reuse"]), LinkText.isBlank(reason.text) {
            sink.add(LinkText.noReason, at: reason.range)
        }
        draft.tags = scalars(value["tags"]).compactMap { freeText($0) }
        draft.utm = readUTM(value["utm"])
        draft.utmRange = value["utm"]?.range
        draft.design = linkDesign(value["design"], name: name, folder: folder)
    }

    mutating func freeText(_ node: YAMLNode?) -> String? {
        guard let scalar = text(node) else { return nil }
        if let problem = LinkText.problem(with: scalar.text) {
            sink.add(problem, at: scalar.range)
            return nil
        }
        return scalar.text
    }

    func place(of scalar: YAMLScalar, _ text: String) -> TextPlace {
        var whole = scalar
        whole.text = text
        let first = whole.range(of: 0..<text.utf8.count, in: sources)
        let isVerbatim =
            Int(first.length) == text.utf8.count && (first != scalar.range || scalar.style == .plain)
        return TextPlace(range: scalar.range, verbatimStart: isVerbatim ? Int(first.start) : nil)
    }

    static func trimmed(_ text: String) -> String {
        guard text.utf8.first == 0x20 || text.utf8.last == 0x20 else { return text }
        var bytes = Array(text.utf8)[...]
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Texts for people that a link carries: tags and reasons.
enum LinkText {
    static let limit = 200
    static let noReason = TextProblem(
        ManifestCodes.wrongValue, "'reuse' needs a reason", help: "say why the slug may be used again")

    static func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A } }

    static func problem(with text: String) -> TextProblem? {
        if text.utf8.count > limit {
            return TextProblem(
                ManifestCodes.wrongValue, "this text has \(text.utf8.count) bytes, \(limit) are possible")
        }
        // What is no UTF-8 has become this when the text was made.
        if text.unicodeScalars.contains("\u{FFFD}") {
            return TextProblem(ManifestCodes.invalidUTF8, "this text is not UTF-8")
        }
        if text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous) {
            return TextProblem(
                ManifestCodes.controlCharacter, "this text holds a control or invisible character")
        }
        return nil
    }
}
