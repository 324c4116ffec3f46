import Site
import Support

/// `hook:NAME` under `integrations:`, and whom to tell.
extension SiteAssembly {
    mutating func readHooks(_ node: YAMLNode?, folder: String) -> [Hook] {
        var hooks: [Hook] = []
        for entry in node?.entries ?? [] where entry.key.text.hasPrefix("hook:") {
            let name = String(entry.key.text.dropFirst(5))
            let isName = name.utf8.allSatisfy { ASCIISet.word.contains($0) || $0 == UInt8(ascii: "-") }
            guard isName, !name.isEmpty, name.utf8.count <= 64 else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: entry.key.range, "\(Bytes.quoted(name)) can't be a hook's name",
                        help: "use letters, digits, '-' and '_'"))
                continue
            }
            if let hook = readHook(name, entry, folder: folder) { hooks.append(hook) }
        }
        return hooks
    }

    private mutating func readHook(_ name: String, _ entry: YAMLEntry, folder: String) -> Hook? {
        let node = entry.value
        guard let entries = node.entries, !entries.contains(where: { $0.value.isRefused }) else { return nil }
        for key in ["to", "secret"] where node[key] == nil {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entry.key.range, "'hook:\(name)' has no '\(key)'",
                    help: key == "to" ? "write its address: to: https://…" : "write secret: \"${HOOK_SECRET}\""))
        }
        let secret = readHookSecret(node["secret"], folder: folder)
        guard let address = setting(node["to"]) else { return nil }
        guard WebhookText.isAllowed(address.text) else {
            sink.add(
                .error(
                    ManifestCodes.wrongValue, at: address.range, "\(address.shown) is no address for a hook",
                    help: "write https://…; http:// only to this machine, and no user name"))
            return nil
        }
        var events: [Hook.Event] = []
        for word in scalars(node["events"]).compactMap({ text($0) }) {
            guard let event = Hook.Event(rawValue: word.text) else { continue }
            if event == .publish {
                sink.add(
                    .warning(
                        ManifestCodes.notYet, at: word.range, "'publish' is not told by this version yet",
                        help: "wayseal sends no generation to servers; build, batch, anchor and limit are told"))
            }
            events.append(event)
        }
        return Hook(name: name, url: address.text, secret: secret, events: events, range: entry.key.range)
    }

    /// The secret is needed by whoever sends: a check does without it.
    private mutating func readHookSecret(_ node: YAMLNode?, folder: String) -> String? {
        guard let scalar = node?.scalar, !scalar.isEmpty else { return nil }
        guard Reference.isPresent(in: scalar.text) else {
            sink.add(
                .error(
                    ManifestCodes.literalSecret, at: scalar.range, "a secret is written into the manifest",
                    help: "put it into a file and write \"${file:secrets/NAME}\", or \"${NAME}\""))
            return nil
        }
        do throws(RefusedPath) {
            let secret = Self.trimmed(try filled(scalar, folder: folder, isSecret: true).text)
            if secret.isEmpty { return nil }
            guard WebhookText.key(secret) != nil else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: scalar.range,
                        "the value of 'secret' is not whsec_ and 24 to 64 bytes in base64",
                        help: "make one: echo whsec_$(openssl rand -base64 32)"))
                return nil
            }
            return secret
        } catch {
            if !error.isMissing { sink.add(error.diagnostic) }
            return nil
        }
    }

    /// Who is told: mail addresses and hooks that exist.
    mutating func readRecipients(_ node: YAMLNode?, _ hooks: [Hook]) -> [Recipient] {
        var found: [Recipient] = []
        for element in scalars(node) {
            guard let setting = setting(element) else { continue }
            guard let recipient = Recipient(Self.trimmed(setting.text)) else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: setting.range, "\(setting.shown) is nobody who can be told",
                        help: "write mailto:anna@example.org or hook:NAME"))
                continue
            }
            if case .hook(let name) = recipient, !hooks.contains(where: { $0.name == name }) {
                let near = SpellingSuggestion.nearest(to: name, among: hooks.map(\.name))
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: setting.range, "there is no hook:\(name)",
                        help: near.map { "did you mean 'hook:\($0)'?" }
                            ?? "write integrations: { hook:\(name): { to: https://…, secret: \"${…}\" } }"))
                continue
            }
            if !found.contains(recipient) { found.append(recipient) }
        }
        return found
    }
}
