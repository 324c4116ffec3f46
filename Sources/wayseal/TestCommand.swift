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
            Answers from the route table that the servers' configuration is made from. Exit code 1 when no link \
            answers.

            Examples:
              wayseal test menu
              wayseal test menu --host go.example.org --query 'table=4'
              wayseal test MENU --server caddy --json
            """)

    @OptionGroup var input: InputOptions
    @Argument(help: "The slug, or a path such as /docs/a.")
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

    func run() async throws {
        var loaded = try input.load()
        let (site, compilation) = try await loaded.compile()
        try loaded.stopOnErrors(isBrief: true)
        let name = host ?? site.domains.first?.host ?? ""
        let domain = site.domains.first { $0.host == name.lowercased() || $0.displayName == name }
        let request = Simulator.Request(
            method: method, scheme: scheme ?? (domain?.tls == .off ? .http : .https), host: domain?.host ?? name,
            target: (slug.hasPrefix("/") ? slug : "/" + slug) + (query.map { "?" + $0 } ?? ""),
            server: server ?? domain?.servers.first ?? .nginx)
        let answer = Simulator(compilation.routes).answer(request)
        let report = TestReport(site: site, sources: loaded.sources, request: request, answer: answer)
        Terminal.write(input.print.json ? report.json : Array(report.text.utf8))
        if answer.link == nil { throw ExitStatus.checkFailed }
    }
}
