import ArgumentParser
import Build
import Certificates
import Glibc
import Redirects
import Site
import Support

struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Compile the manifest: configuration, codes, pages, hashes.",
        discussion: """
            Writes a new generation and points dist/current to it in one step; a build that is killed leaves \
            the last one served. When nothing changed there is no new generation.

            Examples:
              wayseal build
              wayseal build --archive zip              codes in one file, for 100,000 of them
              wayseal build --formats png              only PNG
              wayseal build --formats none             redirects only
              wayseal build --only bottles-2024        the codes of one batch; goes on where it was cut short
              wayseal build --only bottles-2024 --shard 3/16
              sha256sum -c SHA256SUMS                  in dist/current: checks every file

            A trial without root:
              nginx -p "$PWD/dist/current" -c nginx/nginx.conf -g 'daemon off;'
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var batches: BatchOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to build.", valueName: "dir"))
    var output = "dist"
    @Option(help: ArgumentHelp("Where the result will lie on the server.", valueName: "dir"))
    var root = "/srv/wayseal/current"
    @Option(
        help: ArgumentHelp(
            "Where the server writes. Default: /var/lib/wayseal, and OUTPUT/state in a trial.", valueName: "dir"))
    var state: String?
    @Option(
        name: .customLong("trial-ports"),
        help: ArgumentHelp(
            "Loopback ports of a trial, for HTTP and HTTPS. Default: 8080,8443.", valueName: "8080,8443"),
        transform: TrialPorts.init)
    var trialPorts = TrialPorts(http: 8080, https: 8443)
    @Option(help: ArgumentHelp("One archive instead of a file per image: zip or tar.", valueName: "kind"))
    var archive: BuildOptions.Archive?
    @Option(
        help: ArgumentHelp("Image formats, with commas: svg, png, pdf, or none.", valueName: "list"),
        transform: FormatList.init)
    var formats: FormatList?
    @Option(help: ArgumentHelp("Generations that stay.", valueName: "n"))
    var keep = 3

    func validate() throws {
        if keep < 1 { throw ValidationError("--keep must be at least 1") }
        try refuseEmpty(output, "-o")
        try refuseEmpty(state, "--state")
        if !root.hasPrefix("/") { throw ValidationError("--root must be an absolute path") }
    }

    func run() async throws {
        let batchBuild = BatchBuild(
            input: input, options: batches, passphrase: passphrase, output: output, keep: keep)
        if let only = batches.only { return try await batchBuild.only(only) }
        var loaded = try input.load()
        var deployment = Deployment(root: root)
        deployment.trial = .trial(http: trialPorts.http, https: trialPorts.https)
        if let state {
            deployment.state = state
            deployment.trialState = state
        }
        let (site, compilation) = try await loaded.compile(deployment: deployment, formats: formats?.formats)
        // Unsigned by accident is worse than not built.
        if let problem = site.missingSigningKey {
            loaded.diagnostics.removeAll { $0.code == problem.code }
            loaded.diagnostics.append(problem)
        }
        // … and so is a gate without its password.
        for problem in site.missingSecrets {
            loaded.diagnostics.removeAll { $0.code == problem.code && $0.range == problem.range }
            loaded.diagnostics.append(problem)
        }
        // A design that scans badly is not built, unless its score is asked to be lower.
        let hasCodes = !site.codes.formats.isEmpty || formats == nil && !site.batches.isEmpty
        if loaded.errors == 0, hasCodes {
            loaded.judge(PrintGate(site, samples: compilation.samples), output, isQuiet: input.print.quiet)
        }
        try loaded.stopOnErrors()

        var options = BuildOptions(
            output: output, lockPath: input.place.lockPath, workers: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            now: time(nil), deployment: deployment)
        options.archive = archive
        options.keep = keep
        options.trialState = state ?? output + "/state"
        // Those of a state folder that is a server's own are made there. Workers of an nginx that root tries out run as
        // somebody else.
        if state == nil { options.tokenAccess = TokenStore.Access(mode: geteuid() == 0 ? 0o777 : 0o755) }
        options.passphrase = try site.signing.flatMap { try passphrase.read(for: $0.pem) }
        options.random = Surroundings.random
        options.author = Surroundings.author
        options.served = { index, key, take throws(BuildError) in
            do throws(CertificateError) { try CertificateFiles(site: site, key: key).publish(index, take: take) } catch
            {
                throw .other(error.description)
            }
        }
        var bar = ProgressBar(isQuiet: input.print.quiet)
        let built: BuildResult
        do throws(BuildError) {
            let result = try await BuildPipeline(site, compilation, options).run {
                bar.show($0.stage, $0.done, $0.total)
            }
            bar.clear()
            built = result
        } catch {
            bar.clear()
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        }
        // First the redirects: no code is made that leads nowhere.
        let made = try await batchBuild.make(formats?.formats.isEmpty == true ? [] : site.batches, loaded)
        if input.print.json {
            Terminal.write(BuildReport.json(built, made))
        } else if input.print.quiet {
            if let line = BuildReport.removals(built) { Terminal.note("wayseal: warning: \(line)\n") }
        } else {
            Terminal.write(Array((BuildReport.text(built, site, archive: archive) + BatchBuild.text(made)).utf8))
        }
        if built.isNew {
            Notices.tellOfBuild(site, generation: built.generation, links: site.links.count, codes: built.codes)
        }
        if let site = loaded.site { BatchBuild.tell(made, site) }
    }
}
