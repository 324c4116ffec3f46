import Site
import Support

/// A place on one of our own domains that a policy leads to.
struct PolicyTarget {
    /// The link whose policy it is.
    var link: Int
    /// Index of the domain.
    var domain: Int
    /// Normalised.
    var target: String
    var range: SourceRange
}

extension LinkTable {
    /// Makes the policy of the link that is being entered: its targets are normalised as the link's own, and what can't
    /// go together is refused. -1 when a target was refused.
    /// - Parameter parts: of the link's own target, which is in the buffer; of a link without one, of the first variant's.
    mutating func add(
        _ draft: PolicyDraft, _ link: LinkDraft, _ parts: inout TargetText.Parts, hasTarget: Bool, _ domain: Int,
        _ sink: inout DiagnosticSink
    ) -> Int32 {
        let main = targetBuffer
        defer { targetBuffer = main }
        var policy = draft.policy
        var own: [PolicyTarget] = []
        var others: [(isWeb: Bool, range: SourceRange)] = []
        var isGood = true

        func normalized(_ target: PolicyDraft.Target, utm: Bool = true) -> (url: String, isWeb: Bool)? {
            var parts = TargetText.Parts()
            let bytes = Array(target.text.utf8)
            guard normalizeTarget(bytes.span, target.place, &parts, &sink) else {
                isGood = false
                return nil
            }
            if utm { addUTM(link, target.place, &parts, &sink) }
            let url = Bytes.string(targetBuffer.span)
            if utm, parts.isWeb, !parts.hasPort, let domain = hosts.find(targetBuffer.span.extracting(parts.host)) {
                own.append(PolicyTarget(link: links.count, domain: domain, target: url, range: target.place.range))
            }
            return (url, parts.isWeb)
        }
        for rule in draft.rules {
            guard let (url, isWeb) = normalized(rule.target) else { continue }
            policy.rules.append(Policy.Rule(conditions: rule.conditions, target: url, range: rule.range))
            others.append((isWeb, rule.target.place.range))
        }
        for variant in draft.variants {
            guard let (url, isWeb) = normalized(variant.target) else { continue }
            policy.variants.append(
                Policy.Variant(name: variant.name, target: url, weight: variant.weight, range: variant.range))
            others.append((isWeb, variant.target.place.range))
        }
        policy.gone = draft.gone.flatMap { normalized($0)?.url }
        if let image = draft.image, let (url, isWeb) = normalized(image, utm: false) {
            policy.preview?.image = url
            if !isWeb {
                isGood = false
                sink.add(
                    .error(
                        ManifestCodes.targetScheme, at: image.place.range, "messengers fetch pictures by https only",
                        help: "write the picture's web address: https://…"))
            }
        }
        if !hasTarget, let first = others.first { parts.isWeb = first.isWeb }
        let wantsWeb = link.passQuery ?? defaults.passQuery || link.suffix
        if wantsWeb, let other = others.first(where: { $0.isWeb != parts.isWeb }) {
            sink.add(
                .error(
                    ManifestCodes.mixedTargets, at: other.range,
                    "the visitor's query or path goes to web addresses only, and this link has others, too",
                    help: "write query: drop, and no suffix"))
        }
        check(draft, policy, link, domain, &sink)
        return isGood ? enter(policy, leadingTo: own) : -1
    }

    private func check(
        _ draft: PolicyDraft, _ policy: Policy, _ link: LinkDraft, _ domain: Int, _ sink: inout DiagnosticSink
    ) {
        let redirect = link.redirect ?? defaults.redirect
        let changes =
            policy.from != nil || policy.until != nil || policy.limit != nil || policy.password != nil
            || policy.rate != nil || !policy.hours.isEmpty || !policy.places.isEmpty || !policy.rules.isEmpty
            || !policy.variants.isEmpty
        if changes, redirect == .movedPermanently || redirect == .permanent {
            let range = link.redirectRange ?? draft.range(of: "when", "split")
            sink.add(
                .error(
                    ManifestCodes.permanentPolicy, at: range,
                    "browsers keep a \(redirect.rawValue): they would not ask again whether the link's policy still allows it",
                    help: "write redirect: 302, or 307 to keep the method"))
        }
        if policy.password != nil {
            let range = draft.range(of: "password")
            if slugBuffer.last == UInt8(ascii: "*") {
                sink.add(
                    .error(
                        ManifestCodes.passwordWildcard, at: range, "a wildcard can't have a password",
                        help: "give each page behind it a link of its own"))
            }
            if domains[domain].tls == .off {
                sink.add(
                    .warning(
                        ManifestCodes.passwordWithoutTLS, at: range,
                        "\(domains[domain].displayName) has tls: off, and browsers derive passwords over HTTPS only",
                        help: "give the domain a certificate, unless a proxy in front of it has one"))
            }
        }
    }
}
