import Site
import SiteTemplates
import Support

/// The pages of a site's policies: why a link doesn't open, its button, its password, its preview.
enum PolicyPageFiles {
    /// The pages that links of each host need, under `site/HOST/`.
    /// - Parameter id: the name of a link (``LinkIdentity``).
    static func files(for site: Site, id: (Link) -> String) throws(PageError) -> [OutputFile] {
        var needs = [Needs](repeating: Needs(), count: site.domains.count)
        var files: [OutputFile] = []
        let phrases = Phrases.phrases(for: site.languages)
        for link in site.links {
            guard let policy = site.policy(of: link) else { continue }
            let domain = site.domains[Int(link.domain)]
            let folder = "site/\(domain.host)/"
            needs[Int(link.domain)].add(policy)
            if policy.password == nil && policy.preview == nil { continue }
            let id = id(link)
            if let gate = policy.password {
                var page = PolicyPage(kind: "password", icon: Icon.lock, phrases, site, domain)
                page.gate = gate
                files.append(OutputFile(path: folder + PolicyPages.password(id), bytes: try page.html()))
            }
            if let preview = policy.preview {
                let bytes = try PolicyPage.preview(preview, of: link, policy, phrases, site, domain)
                files.append(OutputFile(path: folder + PolicyPages.preview(id), bytes: bytes))
            }
        }
        for (domain, needs) in zip(site.domains, needs) {
            let folder = "site/\(domain.host)/"
            for denial in Denial.allCases where needs.denials.contains(denial) {
                let kind = denial == .password ? "wrong" : denial.rawValue
                let page = PolicyPage(kind: kind, icon: Icon.of(denial), phrases, site, domain)
                files.append(OutputFile(path: folder + denial.page, bytes: try page.html()))
            }
            if needs.confirm {
                let page = PolicyPage(kind: "confirm", icon: Icon.arrow, phrases, site, domain)
                files.append(OutputFile(path: folder + PolicyPages.confirm, bytes: try page.html()))
            }
        }
        return files
    }

    /// Which pages the links of one host can show.
    private struct Needs {
        var denials: Set<Denial> = []
        var confirm = false

        mutating func add(_ policy: Policy) {
            var possible: Set<Denial> = []
            if policy.from != nil { possible.insert(.early) }
            if policy.until != nil { possible.insert(.over) }
            if policy.limit != nil { possible.insert(.used) }
            if !policy.hours.isEmpty { possible.insert(.closed) }
            if !policy.places.isEmpty { possible.insert(.away) }
            if policy.refusesRobots { possible.insert(.robot) }
            if policy.rate != nil { possible.insert(.busy) }
            // Guesses are slowed down.
            if policy.password != nil { possible.formUnion([.busy, .password]) }
            denials.formUnion(possible.filter { policy.gone == nil || !$0.yieldsToGone })
            if policy.limit?.confirm == true { confirm = true }
        }
    }

    /// Drawings in a field of 28 × 28, as paths of a pen.
    fileprivate enum Icon {
        static let lock = "M9 13h10v7H9zM11 13v-2.500a3 3 0 0 1 6 0V13"
        static let arrow = "M8.500 14h11M15 9.500l4.500 4.500-4.500 4.500"
        private static let clock = "M14 7.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M14 10.500V14l2.500 1.500"
        private static let cross = "M9.500 9.500l9 9M18.500 9.500l-9 9"
        private static let pin =
            "M14 20.500c3-3.300 4.500-5.700 4.500-7.800a4.500 4.500 0 0 0-9 0c0 2.100 1.500 4.500 4.500 7.800M14 12.600v.1"
        private static let robot = "M8.500 11.500h11v8h-11zM14 11.500V8M11.700 15v.600M16.300 15v.600"
        private static let hourglass =
            "M9.500 7.500h9M9.500 20.500h9M10.500 7.500c0 4 2 5 3.500 6.500 1.500-1.500 3.500-2.500 3.500-6.500"
            + "M10.500 20.500c0-4 2-5 3.500-6.500 1.500 1.500 3.500 2.500 3.500 6.500"

        static func of(_ denial: Denial) -> String {
            switch denial {
            case .early, .closed: clock
            case .over, .used: cross
            case .away: pin
            case .robot: robot
            case .busy: hourglass
            case .password: lock
            }
        }
    }
}

/// One page on its way to HTML.
struct PolicyPage {
    /// What its phrases begin with.
    let kind: String
    /// SVG path data.
    let icon: String
    let phrases: [Phrases]
    let site: Site
    let domain: Domain
    var gate: Policy.PasswordGate?

    init(kind: String, icon: String, _ phrases: [Phrases], _ site: Site, _ domain: Domain) {
        self.kind = kind
        self.icon = icon
        self.phrases = phrases
        self.site = site
        self.domain = domain
    }

    func html() throws(PageError) -> [UInt8] {
        let texts = phrases.map { $0.values(kind, ["title", "text"]) }
        var values = StaticPages.frame(site, domain)
        values["icon"] = .text(icon)
        values["first"] = .list(Array(texts.prefix(1)))
        values["others"] = .list(Array(texts.dropFirst()))
        values["lang"] = texts.first?["lang"]
        values["title"] = texts.first?["title"]
        var buttons = phrases.prefix(Self.shown).map {
            $0.values(kind, ["button", "label", "working", "unable", "noscript"])
        }
        if !buttons.isEmpty { buttons[0]["isFirst"] = .flag }
        values["buttons"] = .list(buttons)
        Self.addButton(phrases, kind, &values)
        switch kind {
        case "confirm": values["confirm"] = .flag
        case "wrong": values["again"] = .flag
        default: break
        }
        if let gate {
            values["gate"] = .flag
            values["salt"] = .text(gate.salt)
            values["rounds"] = .text(String(gate.iterations))
        }
        if gate != nil || kind == "wrong" {
            values["script"] = .text("sha256-" + Base64.encode(SHA256.hash(SiteTemplates.password)))
            values["scriptText"] = .text(String(decoding: SiteTemplates.password, as: UTF8.self))
        }
        return try StaticPages.render(SiteTemplates.policy, "policy.html", values)
    }

    /// Buttons and labels stand in so many languages beside each other.
    private static let shown = 3

    /// A button's words: the first language's, and smaller those of the next two.
    private static func addButton(_ phrases: [Phrases], _ kind: String, _ values: inout [String: Template.Value]) {
        var texts = phrases.prefix(shown).map { $0.values(kind, ["button"]) }
        guard !texts.isEmpty, let first = texts.removeFirst()["button"] else { return }
        values["button"] = first
        if texts.isEmpty { return }
        texts[0]["isFirst"] = .flag
        values["hasAlso"] = .flag
        values["also"] = .list(texts)
    }

    /// What fetchers of link previews see.
    static func preview(
        _ preview: Policy.Preview, of link: Link, _ policy: Policy, _ phrases: [Phrases], _ site: Site,
        _ domain: Domain
    ) throws(PageError) -> [UInt8] {
        var values = StaticPages.frame(site, domain)
        values["lang"] = phrases.first.map { .text($0.language) }
        values["icon"] = .text(PolicyPageFiles.Icon.arrow)
        addButton(phrases, "preview", &values)
        values["title"] = .text(preview.title)
        values["text"] = preview.text.isEmpty ? nil : .text(preview.text)
        values["image"] = preview.image.map { .text($0) }
        let url = site.url(of: link)
        values["url"] = .text(url)
        // Nothing that stands between people and the target is passed by.
        values["link"] = .text(policy.isOpen && !link.target.isEmpty ? link.target : url)
        return try StaticPages.render(SiteTemplates.preview, "preview.html", values)
    }
}

extension Policy {
    /// Whether everybody may have the link's own target at any time.
    fileprivate var isOpen: Bool {
        rules.isEmpty && variants.isEmpty && from == nil && until == nil && hours.isEmpty && places.isEmpty
            && limit == nil && password == nil && rate == nil
    }
}
