// The hot path of a million rows: strings are made from bytes without a copy between, marked unsafe.
import Site
import Support

/// What links take when they don't say otherwise.
struct LinkDefaults {
    var domain: Int?
    var hasBrokenDomain = false
    var redirect = Link.Redirect.found
    var passQuery = false
    var privacy = Link.Privacy.aggregate
    var utm: [UTMParameter] = []
    var dense: Bool?
    var noindex: Bool?
    /// Number of the design; -1: plain codes.
    var design: Int32 = -1
}

/// What one link says besides slug and target.
struct LinkDraft {
    var domain: Int?
    /// A domain was named but does not exist; that was reported.
    var hasBrokenDomain = false
    var redirect: Link.Redirect?
    /// Where `redirect` stands.
    var redirectRange: SourceRange?
    var passQuery: Bool?
    /// Where `query` stands.
    var queryRange: SourceRange?
    var suffix = false
    /// Where `suffix` stands.
    var suffixRange: SourceRange?
    /// The redirect passes the request's id on.
    var clickID = false
    /// Where `qid` stands.
    var clickIDRange: SourceRange?
    var goal: Goal?
    var dense: Bool?
    var noindex: Bool?
    var privacy: Link.Privacy?
    var tags: [String] = []
    var reuse: String?
    var utm: [UTMParameter]?
    var utmRange: SourceRange?
    /// Number of its design; `nil`: that of the defaults.
    var design: Int32?
    var policy: PolicyDraft?
    /// A policy that another link has already; -1: none.
    var sharedPolicy: Int32 = -1
    /// What the code holds by itself; -1: nothing.
    var payload: Int32 = -1
}

/// The place of a text in a file.
struct TextPlace {
    var range: SourceRange
    /// Where the text's first byte is, when the file holds the text as it is.
    var verbatimStart: Int?

    func range(of bytes: Range<Int>?) -> SourceRange {
        guard let bytes, let verbatimStart else { return range }
        return SourceRange(
            file: range.file, start: UInt32(verbatimStart + bytes.lowerBound), length: UInt32(bytes.count))
    }
}

/// All links: each is normalised, checked and entered as it comes, in any number.
struct LinkTable {
    private(set) var links: [Link] = []
    /// The goals of those that have one.
    private(set) var goals: [Int: Goal] = [:]
    var index: SlugIndex
    let domains: [Domain]
    let targets: TargetText
    private let domainDense: [Bool?]
    private let domainIndex: [String: Int]
    private let brokenDomains: Set<String>
    private let isIncomplete: Bool
    let defaults: LinkDefaults
    /// The domain of links that name none.
    let defaultDomain: Int?
    let hosts: HostIndex
    /// Numbers of the designs by their names.
    var designs = DesignTable()
    /// Reads the flat keys of policies.
    let scalars: PolicyScalars
    /// The sets of addresses that policies refer to.
    var places = PlaceTable()
    /// The policies of links that have one.
    private(set) var policies: [Policy] = []
    /// What the codes of some links hold by themselves.
    private(set) var payloads: [LinkPayload] = []
    /// Links whose target is on one of our own domains, for the search for loops.
    private(set) var ownTargets: [(link: Int, domain: Int)] = []
    /// The same for what policies lead to.
    private(set) var policyTargets: [PolicyTarget] = []
    /// Wildcards exist.
    private(set) var hasWildcards = false
    private var pending: [(link: Int, slug: GeneratedSlug)] = []
    private var occurrences: [UInt64: UInt32] = [:]
    private var unclear: (count: Int, first: SourceRange)?
    private(set) var slugBuffer: [UInt8] = []
    var targetBuffer: [UInt8] = []

    init(
        _ domains: [Domain], _ domainDense: [Bool?], _ domainIndex: [String: Int],
        _ brokenDomains: Set<String>,
        _ defaults: LinkDefaults, _ targets: TargetText, _ scalars: PolicyScalars, isIncomplete: Bool
    ) {
        self.scalars = scalars
        self.domains = domains
        self.domainDense = domainDense
        self.domainIndex = domainIndex
        self.brokenDomains = brokenDomains
        self.defaults = defaults
        self.targets = targets
        self.isIncomplete = isIncomplete
        defaultDomain = defaults.domain ?? (domains.count == 1 ? 0 : nil)
        hosts = HostIndex(domains)
        index = SlugIndex(capacity: 0)
    }

    mutating func reserve(_ more: Int) {
        links.reserveCapacity(links.count + more)
        index.reserve(more)
    }

    mutating func takePolicies() -> [Policy] {
        defer { policies = [] }
        return policies
    }

    /// Enters a payload; its number comes back.
    mutating func enter(_ payload: LinkPayload) -> Int32 {
        payloads.append(payload)
        return Int32(payloads.count - 1)
    }

    mutating func takeLinks() -> [Link] {
        defer { links = [] }
        return links
    }

    /// Number of a domain by the name a link gives; `nil` after a report.
    func domainNumber(_ name: String, at range: SourceRange, _ sink: inout DiagnosticSink) -> Int? {
        if let number = domainIndex[name] { return number }
        let host = (try? HostName.domain(name)) ?? name
        if let number = domainIndex[host] { return number }
        if !brokenDomains.contains(name), !isIncomplete {
            sink.add(.error, ManifestCodes.unknownDomain, at: range) {
                Self.unknownDomain(name, at: range, domains)
            }
        }
        return nil
    }

    static func unknownDomain(_ name: String, at range: SourceRange, _ domains: [Domain]) -> Diagnostic {
        let near = SpellingSuggestion.nearest(to: name, among: domains.prefix(1_000).map(\.host))
        return .error(
            ManifestCodes.unknownDomain, at: range, "the domain \(Bytes.quoted(name)) is not declared",
            help: near.map { "did you mean '\($0)'?" } ?? "declare it under domains:")
    }

    static func warnIfPermanent(
        _ redirect: Link.Redirect, at range: SourceRange, _ sink: inout DiagnosticSink
    ) {
        guard redirect == .movedPermanently || redirect == .permanent else { return }
        sink.add(.warning, ManifestCodes.permanentRedirect, at: range) {
            .warning(
                ManifestCodes.permanentRedirect, at: range,
                "browsers keep a \(redirect.rawValue): who scanned the code before may not see a new target",
                help: "use 302, or 307 to keep the method, unless the target can never change")
        }
    }

    /// Enters one link. With `isGenerated` there is no slug, and one is made; without `hasTarget` its policy leads
    /// everybody somewhere.
    mutating func add(
        slug: Span<UInt8>, isGenerated: Bool = false, at slugPlace: TextPlace, target: Span<UInt8>,
        hasTarget: Bool = true, at targetPlace: TextPlace,
        _ draft: LinkDraft, _ sink: inout DiagnosticSink
    ) {
        var parts = TargetText.Parts()
        if !hasTarget { targetBuffer.removeAll(keepingCapacity: true) }
        var isTargetGood = !hasTarget || normalizeTarget(target, targetPlace, &parts, &sink)
        let isSlugGood = isGenerated || normalizeSlug(slug, slugPlace, &sink)
        // A link whose target was refused keeps its address, so that a second one with it is found in the same run.
        guard isSlugGood, isTargetGood || !isGenerated else { return }
        guard let domain = draft.domain ?? (draft.hasBrokenDomain ? nil : defaultDomain) else {
            if !draft.hasBrokenDomain, !defaults.hasBrokenDomain, !isIncomplete, brokenDomains.isEmpty {
                unclear = ((unclear?.count ?? 0) + 1, unclear?.first ?? slugPlace.range)
            }
            return
        }
        if isGenerated { makeSlug(domain, link: links.count) }
        let isWildcard = slugBuffer.last == UInt8(ascii: "*")
        hasWildcards = hasWildcards || isWildcard
        if draft.suffix, !isWildcard {
            sink.add(.error, ManifestCodes.suffixNeedsWildcard, at: draft.suffixRange ?? slugPlace.range) {
                .error(
                    ManifestCodes.suffixNeedsWildcard, at: draft.suffixRange ?? slugPlace.range,
                    "'suffix' needs a slug that ends in '/*'")
            }
        }
        if isTargetGood, hasTarget { addUTM(draft, targetPlace, &parts, &sink) }
        var policy = draft.sharedPolicy
        if let policyDraft = draft.policy {
            let errors = sink.errorCount
            policy = add(policyDraft, draft, &parts, hasTarget: hasTarget && isTargetGood, domain, &sink)
            isTargetGood = isTargetGood && sink.errorCount == errors
        }
        if isTargetGood {
            if !parts.isWeb { warnOfWebOnly(draft, &sink) }
            if let range = draft.redirectRange, let redirect = draft.redirect, policy < 0 {
                Self.warnIfPermanent(redirect, at: range, &sink)
            }
        }
        var options: Link.Options = []
        if parts.isWeb, draft.passQuery ?? defaults.passQuery { options.insert(.passQuery) }
        if parts.isWeb, draft.suffix { options.insert(.forwardSuffix) }
        if parts.isWeb, draft.clickID { options.insert(.clickID) }
        if (draft.noindex ?? defaults.noindex ?? false) && !domains[domain].noindex {
            options.insert(.noindex)
        }
        if draft.payload < 0, draft.dense ?? domainDense[domain] ?? defaults.dense ?? false {
            options.insert(.dense)
            if !isGenerated { checkDense(slugPlace, &sink) }
        }
        if !isGenerated,
            let other = index.insert(domain: UInt16(domain), slugBuffer, link: links.count, links)
        {
            reportDuplicate(slugPlace.range, other, domain, &sink)
            return
        }
        if isTargetGood, hasTarget, parts.isWeb, !parts.hasPort,
            let own = hosts.find(targetBuffer.span.extracting(parts.host))
        {
            ownTargets.append((links.count, own))
        }
        if let goal = draft.goal { goals[links.count] = goal }
        links.append(
            Link(
                domain: domain, slug: isGenerated ? "" : Bytes.string(slugBuffer.span),
                target: Bytes.string(targetBuffer.span),
                redirect: draft.redirect ?? defaults.redirect, options: options,
                privacy: draft.privacy ?? defaults.privacy, tags: draft.tags, reuse: draft.reuse,
                range: slugPlace.range,
                targetRange: targetPlace.range))
        links[links.count - 1].policy = policy
        links[links.count - 1].payload = draft.payload
        links[links.count - 1].design = draft.design ?? defaults.design
    }

    /// Enters a finished policy; its number comes back.
    mutating func enter(_ policy: Policy, leadingTo own: [PolicyTarget]) -> Int32 {
        policyTargets += own
        policies.append(policy)
        return Int32(policies.count - 1)
    }

    private mutating func normalizeSlug(_ slug: Span<UInt8>, _ place: TextPlace, _ sink: inout DiagnosticSink)
        -> Bool
    {
        slugBuffer.removeAll(keepingCapacity: true)
        if SlugText.isNormal(slug) {
            for index in 0..<slug.count { slugBuffer.append(slug[index]) }
            return true
        }
        do throws(TextProblem) {
            try SlugText.normalize(slug, into: &slugBuffer)
            return true
        } catch {
            sink.add(error, at: place.range(of: error.bytes))
            return false
        }
    }

    mutating func normalizeTarget(
        _ target: Span<UInt8>, _ place: TextPlace, _ parts: inout TargetText.Parts,
        _ sink: inout DiagnosticSink
    ) -> Bool {
        targetBuffer.removeAll(keepingCapacity: true)
        if let normal = TargetText.normalParts(target) {
            parts = normal
            for index in 0..<target.count { targetBuffer.append(target[index]) }
            return true
        }
        do throws(TextProblem) {
            parts = try targets.normalize(target, into: &targetBuffer)
            return true
        } catch {
            sink.add(error, at: place.range(of: error.bytes))
            return false
        }
    }

    mutating func addUTM(
        _ draft: LinkDraft, _ place: TextPlace, _ parts: inout TargetText.Parts, _ sink: inout DiagnosticSink
    ) {
        // A link's own parameters come before those of the defaults that it does not name.
        var parameters = draft.utm ?? []
        for parameter in defaults.utm where !parameters.contains(where: { $0.name == parameter.name }) {
            parameters.append(parameter)
        }
        if parameters.isEmpty { return }
        guard parts.isWeb else {
            if let range = draft.utmRange {
                sink.add(.warning, ManifestCodes.utmImpossible, at: range) {
                    .warning(
                        ManifestCodes.utmImpossible, at: range,
                        "this target is no web address: 'utm' does nothing")
                }
            }
            return
        }
        let kept = UTMParameter.insert(parameters, into: &targetBuffer, &parts)
        if !kept.isEmpty {
            sink.add(.warning, ManifestCodes.utmKept, at: place.range) {
                .warning(
                    ManifestCodes.utmKept, at: place.range,
                    "the target already has \(kept.joined(separator: ", ")), which is kept")
            }
        }
        if targetBuffer.count > TargetText.limit {
            sink.add(TargetText.tooLong(targetBuffer.count), at: place.range)
        }
    }

    private func warnOfWebOnly(_ draft: LinkDraft, _ sink: inout DiagnosticSink) {
        func warn(_ name: String, _ range: SourceRange) {
            sink.add(.warning, ManifestCodes.webOnly, at: range) {
                .warning(
                    ManifestCodes.webOnly, at: range, "this target is no web address: '\(name)' does nothing")
            }
        }
        if draft.passQuery == true, let range = draft.queryRange { warn("query", range) }
        if draft.suffix, let range = draft.suffixRange { warn("suffix", range) }
        if draft.clickID, let range = draft.clickIDRange { warn("qid", range) }
    }

    private func checkDense(_ place: TextPlace, _ sink: inout DiagnosticSink) {
        for index in slugBuffer.indices {
            let byte = slugBuffer[index]
            let upper = byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte
            if ASCIISet.dense.contains(upper) { continue }
            sink.add(.error, ManifestCodes.denseImpossible, at: place.range) {
                .error(
                    ManifestCodes.denseImpossible, at: place.range,
                    "a dense code can't hold \(Bytes.name(slugBuffer.span, at: index)), which is in its address",
                    help: "use letters, digits and $ * + - . : / only, or set dense: false")
            }
            return
        }
    }

    private func reportDuplicate(
        _ range: SourceRange, _ other: Int, _ domain: Int, _ sink: inout DiagnosticSink
    ) {
        sink.add(.error, ManifestCodes.duplicateSlug, at: range) {
            let same = links[other].slug.utf8.elementsEqual(slugBuffer)
            return .error(
                ManifestCodes.duplicateSlug, at: range,
                "\(domains[domain].host)/\(Bytes.string(slugBuffer.span)) exists already\(same ? "" : " (case does not count)")",
                notes: [Diagnostic.Note("first here", at: links[other].range)])
        }
    }

    /// Leaves the slug to ``finish(_:)``: the explicit ones must all be known first.
    private mutating func makeSlug(_ domain: Int, link: Int) {
        slugBuffer.removeAll(keepingCapacity: true)
        let host = domains[domain].host
        let first = GeneratedSlug(host: host, target: targetBuffer.span, occurrence: 0)
        let occurrence = occurrences[first.high, default: 0]
        occurrences[first.high] = occurrence + 1
        let slug =
            occurrence == 0
            ? first : GeneratedSlug(host: host, target: targetBuffer.span, occurrence: occurrence)
        pending.append((link, slug))
    }

    /// What can only be judged when all links are known: generated slugs, loops, links without a domain.
    mutating func finish(_ sink: inout DiagnosticSink) {
        for (link, slug) in pending {
            for length in GeneratedSlug.shortest...GeneratedSlug.longest {
                let text = slug.text(length)
                if index.insert(domain: links[link].domain, text, link: link, links) == nil {
                    links[link].slug = Bytes.string(text.span)
                    break
                }
            }
        }
        pending = []
        occurrences = [:]
        if let unclear {
            let many =
                unclear.count == 1
                ? "this link names" : "\(unclear.count) links, the first of them here, name"
            sink.add(
                .error(
                    ManifestCodes.domainUnclear, at: unclear.first,
                    "\(many) no domain, and there is no default one",
                    help:
                        "write defaults: { domain: \(domains.first?.host ?? "HOST") }, or a domain for each link"
                ))
        }
        LinkGraph.check(&self, &sink)
    }
}

extension Bytes {
    /// A string from bytes that are valid UTF-8, or repaired.
    static func string(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
