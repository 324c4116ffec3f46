import ArgumentParser
import Build
import Redirects
import Site
import Support

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Say what a visitor gets, without any server.",
        discussion: """
            Answers from the route table that the servers' configuration is made from. Exit code 0 for a redirect \
            or a page that exists, 1 for an error (404, 405, …) or no answer at all.

            Examples:
              wayseal test menu
              wayseal test menu --host go.example.org --query 'table=4'
              wayseal test MENU --server caddy --json
              wayseal test HTTPS://GO.EXAMPLE.ORG/MENU      as a scanner shows it
              wayseal test menu --at 2027-03-01T12:30 --language de --device ios --country AT
            """)

    @OptionGroup var input: InputOptions
    @Argument(help: "The slug, a path such as /docs/a, or a whole URL.")
    var slug: String
    @Option(help: ArgumentHelp("The host; default: the first domain.", valueName: "host"))
    var host: String?
    @Option(help: ArgumentHelp("What follows the question mark.", valueName: "query"))
    var query: String?
    @Option(help: ArgumentHelp("The request's method.", valueName: "method"))
    var method = "GET"
    @Option(help: ArgumentHelp("http or https; default: what the domain speaks.", valueName: "scheme"))
    var scheme: Simulator.Request.Scheme?
    @Option(help: ArgumentHelp("nginx or caddy; default: the domain's.", valueName: "server"))
    var server: Server?
    @OptionGroup(title: "Visitor") var visitor: VisitorOptions

    func validate() throws {
        try refuseEmpty(host, "--host")
        try refuseEmpty(method, "--method")
        if method.contains(where: { !$0.isASCII || !($0.isLetter || $0 == "-") }) {
            throw ValidationError("'\(method)' is no method; write GET, HEAD, POST, …")
        }
        if host != nil, try AskedAddress(slug, query: query).host != nil {
            throw ValidationError("the URL names a host already; leave --host out")
        }
    }

    func run() async throws {
        let asked = try AskedAddress(slug, query: query)
        var loaded = try input.load()
        let (site, compilation) = try await loaded.compile()
        try loaded.stopOnErrors(isBrief: true)
        let name = asked.host ?? host ?? site.domains.first?.host ?? ""
        let domain = site.domains.first {
            $0.host == name.lowercased() || $0.displayName.lowercased() == name.lowercased()
        }
        var request = Simulator.Request(
            method: method.uppercased(),
            scheme: scheme ?? asked.scheme.flatMap(Simulator.Request.Scheme.init)
                ?? (domain?.tls == .off ? .http : .https),
            host: domain?.host ?? name, target: asked.target,
            server: server ?? domain?.servers.first ?? .nginx)
        try visitor.describe(&request, site)
        let answer = Simulator(compilation.routes).answer(request)
        let report = TestReport(site: site, sources: loaded.sources, request: request, answer: answer)
        Terminal.write(input.print.json ? report.json : Array(report.text.utf8))
        if answer.status == 404, answer.link == nil, let near = suggestion(asked, domain, site) {
            Terminal.note("wayseal: hint: did you mean '\(near)'?\n")
        }
        if answer.status == 0 || answer.status >= 400 { throw ExitStatus.checkFailed }
    }

    /// The slug or host nearest to what was asked for; not among more than 100,000 links, which would take seconds.
    private func suggestion(_ asked: AskedAddress, _ domain: Domain?, _ site: Site) -> String? {
        guard let domain else {
            guard let name = asked.host ?? host else { return nil }
            return SpellingSuggestion.nearest(to: name.lowercased(), among: site.domains.map(\.host))
        }
        guard site.links.count <= 100_000, !asked.slug.isEmpty else { return nil }
        let slugs = site.links.lazy.filter { site.domains[Int($0.domain)].host == domain.host }.map(\.slug)
        let near = SpellingSuggestion.nearest(to: asked.slug, among: slugs)
        return near == asked.slug ? nil : near
    }
}
