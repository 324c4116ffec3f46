import Site
import Support

extension SiteAssembly {
    /// Keys of a link that make a policy.
    static let policyKeys =
        PolicyDraft.flatKeys + ["when", "split", "password", "bots", "preview"]

    /// The policy of a link, if one of its keys is there.
    mutating func readPolicy(_ link: YAMLNode, folder: String, _ table: inout LinkTable) -> PolicyDraft? {
        guard link.entries?.contains(where: { Self.policyKeys.contains($0.key.text) }) ?? false else { return nil }
        var draft = PolicyDraft()
        let flat = flatValues(link, PolicyDraft.flatKeys)
        draft.readFlat(flat, table.scalars, &table.places, isChecked: true, &sink)
        for key in Self.policyKeys where link[key] != nil {
            draft.policy.ranges[key] = link.entries?.first { $0.key.text == key }?.key.range
        }
        for (key, values) in flat { draft.policy.ranges[key] = values.first?.place.range }
        if let rules = link["when"]?.elements {
            for rule in rules { readRule(rule, &draft, &table) }
            RuleShadows.check(draft, table.places.places, &sink)
        }
        if let entries = link["split"]?.entries, !entries.isEmpty { readSplit(entries, link, &draft) }
        if text(link["bots"])?.text == "refuse" { draft.policy.refusesRobots = true }
        readPreview(link["preview"], &draft)
        draft.policy.password = readPassword(link["password"], folder: folder, &table)
        return draft
    }

    /// Values of some keys with their places.
    private func flatValues(_ node: YAMLNode, _ keys: [String]) -> [String: PolicyScalars.Values] {
        var values: [String: PolicyScalars.Values] = [:]
        for key in keys {
            let list = scalars(node[key]).compactMap { element in text(element).map(value) }
            if !list.isEmpty { values[key] = list }
        }
        return values
    }

    private func value(_ scalar: YAMLScalar) -> (text: String, place: TextPlace) {
        let trimmed = Self.trimmed(scalar.text)
        return (trimmed, place(of: scalar, trimmed))
    }

    // MARK: Rules

    private mutating func readRule(_ node: YAMLNode, _ draft: inout PolicyDraft, _ table: inout LinkTable) {
        guard let entries = node.entries, let first = entries.first else { return }
        let errors = sink.errorCount
        let values = flatValues(
            node, ["hours", "days", "from", "until", "device", "browser", "language", "country", "ip", "only"])
        var conditions: [Condition] = []
        if let life = table.scalars.life(values["from"]?.first, values["until"]?.first, &sink) {
            conditions.append(.time(from: life.from, until: life.until))
        }
        if let windows = table.scalars.windows(values["hours"] ?? [], values["days"] ?? [], &sink) {
            conditions.append(.hours(windows))
        }
        let devices = (values["device"] ?? []).compactMap { Device(rawValue: $0.text) }
        if !devices.isEmpty { conditions.append(.device(devices)) }
        let browsers = (values["browser"] ?? []).compactMap { Browser(rawValue: $0.text) }
        if !browsers.isEmpty { conditions.append(.browser(browsers)) }
        let languages = read(values["language"], PolicyText.language)
        if !languages.isEmpty { conditions.append(.language(languages)) }
        let countries = read(values["country"], CountryCodes.code)
        if !countries.isEmpty, let place = values["country"]?.first?.place {
            conditions.append(.place([table.places.countries(countries, at: place.range)]))
        }
        let networks = read(values["ip"], PolicyText.network)
        if !networks.isEmpty, let place = values["ip"]?.first?.place {
            conditions.append(.place([table.places.networks(networks, at: place.range)]))
        }
        var fences: [Int] = []
        for (text, place) in values["only"] ?? [] {
            PolicyDraft.report(place, &sink) { () throws(TextProblem) in
                if let number = try table.places.only(text, at: place.range) { fences.append(number) }
            }
        }
        if !fences.isEmpty { conditions.append(.place(fences)) }
        conditions += readQuery(node["query"])
        guard let to = text(node["to"]) else {
            if node["to"] == nil, !hasUnknownKey(node, ManifestLanguage.rule) {
                sink.add(
                    .error(
                        ManifestCodes.missingKey, at: first.key.range, "this rule leads nowhere",
                        help: "give it a target: to: https://…"))
            }
            return
        }
        if sink.errorCount > errors { return }
        if conditions.isEmpty {
            // A condition that stands there and was not read was reported.
            if !entries.contains(where: { $0.key.text != "to" }) {
                sink.add(
                    .error(
                        ManifestCodes.emptyRule, at: first.key.range, "this rule has no condition",
                        help: "what holds when no rule does is the link's own 'to'"))
            }
            return
        }
        let target = value(to)
        draft.rules.append(
            PolicyDraft.Rule(
                conditions: conditions, target: PolicyDraft.Target(text: target.text, place: target.place),
                range: first.key.range))
    }

    /// Each value read; those that are wrong are reported and left out.
    private mutating func read<Value>(
        _ values: PolicyScalars.Values?, _ read: (String) throws(TextProblem) -> Value
    ) -> [Value] {
        var out: [Value] = []
        for (text, place) in values ?? [] {
            PolicyDraft.report(place, &sink) { () throws(TextProblem) in out.append(try read(text)) }
        }
        return out
    }

    private mutating func readQuery(_ node: YAMLNode?) -> [Condition] {
        guard let node else { return [] }
        var conditions: [Condition] = []
        if let name = text(node) {
            let name = value(name)
            PolicyDraft.report(name.place, &sink) { () throws(TextProblem) in
                conditions.append(.query(name: try PolicyText.queryPart(name.text), value: nil))
            }
        }
        for entry in node.entries ?? [] {
            guard let text = text(entry.value), !Reference.isPresent(in: entry.key.text) else { continue }
            let value = value(text)
            PolicyDraft.report(value.place, &sink) { () throws(TextProblem) in
                conditions.append(
                    .query(
                        name: try PolicyText.queryPart(entry.key.text), value: try PolicyText.queryPart(value.text)))
            }
        }
        return conditions
    }

    private func hasUnknownKey(_ node: YAMLNode, _ record: SchemaRecord) -> Bool {
        node.entries?.contains { record[$0.key.text] == nil } ?? false
    }

    // MARK: Splits

    private mutating func readSplit(_ entries: [YAMLEntry], _ link: YAMLNode, _ draft: inout PolicyDraft) {
        let errors = sink.errorCount
        var weights: [Int?] = []
        for entry in entries {
            let name = entry.key.text
            let isName =
                (1...32).contains(name.utf8.count)
                && name.utf8.allSatisfy {
                    $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D || $0 == 0x5F
                }
            if !isName || name == "to" {
                sink.add(
                    .error(
                        ManifestCodes.badSplit, at: entry.key.range,
                        "\(Bytes.quoted(name)) can't be the name of a variant",
                        help: name == "to"
                            ? "'to' is the link's own target: write it beside 'split'"
                            : "a name has 1 to 32 of a-z, 0-9, '-' and '_'"))
            }
            guard let scalar = text(entry.value) else { continue }
            let whole = value(scalar)
            PolicyDraft.report(whole.place, &sink) { () throws(TextProblem) in
                let (target, weight) = try PolicyText.variant(whole.text)
                weights.append(weight)
                draft.variants.append(
                    PolicyDraft.Variant(
                        name: name, target: PolicyDraft.Target(text: target, place: whole.place), weight: 0,
                        range: entry.key.range))
            }
        }
        guard sink.errorCount == errors, weights.count == entries.count else {
            draft.variants = []
            return
        }
        let hasTarget = link["to"] != nil
        let named = weights.reduce(0) { $0 + ($1 ?? 0) }
        let open = weights.count { $0 == nil }
        let range = entries[entries.count - 1].value.range
        if named > 10_000 || named == 10_000 && open > 0 {
            sink.add(
                .error(
                    ManifestCodes.badSplit, at: range,
                    named > 10_000
                        ? "the weights add up to \(Self.percent(named)), more than all visitors"
                        : "nothing is left for the variants without a weight",
                    help: "weights add up to at most 100%"))
            return
        }
        // A target of the link's own is one more without a weight.
        let shares = open + (hasTarget ? 1 : 0)
        let rest = 10_000 - named
        if open > 0, rest < shares {
            sink.add(
                .error(
                    ManifestCodes.badSplit, at: range, "\(Self.percent(rest)) is too little for \(shares) targets"))
            return
        }
        if open == 0, rest > 0, !hasTarget {
            sink.add(
                .error(
                    ManifestCodes.badSplit, at: range,
                    "the weights add up to \(Self.percent(named)): \(Self.percent(rest)) of the visitors are left",
                    help: "leave a weight out, or give the link a target for the rest: to: https://…"))
            return
        }
        if open == 0, rest == 0, hasTarget, let to = link["to"] {
            sink.add(
                .warning(
                    ManifestCodes.unreachableRule, at: to.range, "the split takes all visitors: nobody gets here",
                    help: "take 'to' out, or leave it some visitors"))
        }
        var left = open > 0 ? rest : 0
        var sharing = shares
        for index in draft.variants.indices {
            if let weight = weights[index] {
                draft.variants[index].weight = weight
            } else {
                // The first ones get what can't be divided; with a target of the link's own, that one does.
                let share = hasTarget ? rest / shares : (left + sharing - 1) / sharing
                draft.variants[index].weight = share
                left -= share
                sharing -= 1
            }
        }
    }

    /// `30%`, `0.25%`.
    static func percent(_ weight: Int) -> String {
        let fraction = weight % 100
        if fraction == 0 { return "\(weight / 100)%" }
        return "\(weight / 100)." + (fraction < 10 ? "0" : "")
            + (fraction % 10 == 0 ? "\(fraction / 10)" : "\(fraction)") + "%"
    }

    // MARK: Preview and password

    private mutating func readPreview(_ node: YAMLNode?, _ draft: inout PolicyDraft) {
        guard let node, let entries = node.entries else { return }
        guard node["title"] != nil else {
            if !hasUnknownKey(node, ManifestLanguage.preview) {
                sink.add(
                    .error(
                        ManifestCodes.missingKey, at: entries.first?.key.range ?? node.range, "'preview' has no title",
                        help: "write preview: { title: …, text: …, image: https://… }"))
            }
            return
        }
        guard let title = freeText(node["title"]) else { return }
        draft.policy.preview = Policy.Preview(title: title, text: freeText(node["text"]) ?? "")
        if let image = text(node["image"]) {
            let image = value(image)
            draft.image = PolicyDraft.Target(text: image.text, place: image.place)
        }
    }

    private mutating func readPassword(
        _ node: YAMLNode?, folder: String, _ table: inout LinkTable
    ) -> Policy.PasswordGate? {
        guard let scalar = node?.scalar, !scalar.isEmpty else { return nil }
        guard Reference.isPresent(in: scalar.text) else {
            sink.add(
                .error(
                    ManifestCodes.literalSecret, at: scalar.range, "a password is written into the manifest",
                    help:
                        "put what `wayseal password` prints into a file and write \"${file:secrets/NAME}\", or \"${NAME}\""
                ))
            return nil
        }
        // Never served: a build is refused while the secret is missing.
        let closed = Policy.PasswordGate(
            iterations: 600_000, salt: String(repeating: "0", count: 32), token: String(repeating: "0", count: 32))
        do throws(RefusedPath) {
            let secret = try filled(scalar, folder: folder, isSecret: true)
            do throws(Policy.PasswordGate.Problem) {
                return try Policy.PasswordGate(parsing: Self.trimmed(secret.text))
            } catch {
                sink.add(
                    .error(
                        ManifestCodes.wrongPassword, at: scalar.range, "the value of 'password' \(error.words)",
                        help: "run `wayseal password`, and put its line into the variable or file"))
                return closed
            }
        } catch {
            guard error.isMissing else {
                sink.add(error.diagnostic)
                return closed
            }
            let range = error.diagnostic.range
            let summary = "the password is missing: \(error.diagnostic.summary)"
            let help = "`wayseal password` makes one"
            sink.add(
                .warning(
                    ManifestCodes.passwordMissing, at: range, summary, help: "a build is refused without it; \(help)"))
            missingSecrets.append(.error(ManifestCodes.passwordMissing, at: range, summary, help: help))
            return closed
        }
    }
}
