import ArgumentParser
import Batches
import Build
import Glibc
import Site
import Support

/// Which batches a build makes, and how.
struct BatchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Make the codes of this batch alone, and no redirects.", valueName: "batch"))
    var only: String?
    @Option(
        help: ArgumentHelp("With --only: the third of sixteen parts, for several machines.", valueName: "3/16"),
        transform: BatchShard.init)
    var shard: BatchShard?
    @Flag(help: "With --only: put the parts together that lie in OUTPUT/batches/BATCH/shards.")
    var merge = false
    @Flag(name: .customLong("no-verify"), help: "Don't read each code of a batch again after it is made.")
    var isUnverified = false

    func validate() throws {
        try refuseEmpty(only, "--only")
        if only == nil, shard != nil || merge { throw ValidationError("--shard and --merge need --only BATCH") }
        if shard != nil, merge { throw ValidationError("--merge puts all parts together: give it without --shard") }
    }
}

extension BatchShard {
    /// `3/16`.
    init(_ argument: String) throws {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard parts.count == 2, let shard = BatchShard(parts[0], of: parts[1]) else {
            throw ValueProblem("write a part and how many there are, at most 1000, such as 3/16")
        }
        self = shard
    }
}

/// The batches of a build: surveyed, made, and told about.
struct BatchBuild {
    let input: InputOptions
    let options: BatchOptions
    let passphrase: PassphraseOptions
    let output: String
    let keep: Int

    /// What one batch became, and the entry of its list in the ledger.
    typealias Made = (batch: CodeBatch, result: BatchResult, entry: Int?)

    /// Makes batches, one after the other.
    func make(_ batches: [CodeBatch], _ loaded: Loaded) async throws -> [Made] {
        var made: [Made] = []
        for batch in batches {
            guard let site = loaded.site else { throw ExitStatus.checkFailed }
            let result = try await make(batch, site, loaded)
            made.append((batch, result, try seal(batch, result, site)))
        }
        return made
    }

    /// `seal: true`: the list of a whole batch is recorded, and gets its proof beside it.
    private func seal(_ batch: CodeBatch, _ result: BatchResult, _ site: Site) throws -> Int? {
        guard batch.isSealed, options.shard == nil else { return nil }
        let list = result.path + "/results.csv"
        return try Sealing.seal(Sealing.documents([list]), IssuingDesk(site, passphrase)).first?.number
    }

    private func make(_ batch: CodeBatch, _ site: Site, _ loaded: Loaded) async throws -> BatchResult {
        var settings = BatchRun.Options(output: output, workers: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        settings.shard = options.shard
        settings.isVerified = !options.isUnverified
        settings.keep = keep
        var bar = ProgressBar(isQuiet: input.print.quiet)
        do throws(BatchError) {
            let survey = try await BatchSurvey(
                batch, site, path: batch.data, spool: "\(output)/batches/\(batch.name)", sources: loaded.sources,
                workers: settings.workers
            ) { bar.show("checking \(batch.name)", $0, $1) }
            bar.clear()
            if !survey.diagnostics.isEmpty {
                var found = loaded
                found.sources = survey.sources
                found.diagnostics = survey.diagnostics
                found.reportBeside()
                if !survey.isRight { throw .shards("") }
            }
            // A whole build has judged all designs before.
            if options.only != nil { try await judge(survey, site, loaded, workers: settings.workers) }
            bar = ProgressBar(isQuiet: input.print.quiet)
            let run = BatchRun(survey, site, settings)
            let result = options.merge ? try run.merge() : try await run.run { bar.show(batch.name, $0, $1) }
            bar.clear()
            return result
        } catch {
            bar.clear()
            if case .shards("") = error { throw ExitStatus.checkFailed }
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        }
    }

    /// What `check` and the gate of a build say about the designs of a batch that is made alone.
    private func judge(_ survey: BatchSurvey, _ site: Site, _ loaded: Loaded, workers: Int) async throws(BatchError) {
        if survey.batch.images == .none, survey.batch.sheet == nil { return }
        var found = loaded
        let samples = try await survey.samples(site, workers: workers)
        let gate = PrintGate(site, samples: samples, batch: survey.batch)
        found.diagnostics = gate.sizes()
        if found.errors == 0 { found.judge(gate, output, isQuiet: input.print.quiet) }
        if !found.diagnostics.isEmpty { found.reportBeside() }
        if found.errors > 0 { throw .shards("") }
    }

    /// `--only`: the batch of that name, without its links.
    func only(_ name: String) async throws {
        var loaded = try input.loadWithoutLedger(readsBatches: false)
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        guard let batch = site.batches.first(where: { $0.name == name }) else {
            let near = SpellingSuggestion.nearest(to: name, among: site.batches.map(\.name))
            throw Failure(
                .usage, "the manifest has no batch '\(name)'",
                hint: near.map { "did you mean '\($0)'?" } ?? "see batches: in the manifest")
        }
        if batch.secret.isEmpty, batch.path.needsSecret || batch.target.needsSecret {
            loaded.diagnostics += site.missingSecrets
        }
        if batch.isSealed, options.shard == nil, let problem = site.missingSigningKey {
            loaded.diagnostics.removeAll { $0.code == problem.code }
            loaded.diagnostics.append(problem)
        }
        try loaded.stopOnErrors()
        let made = try await make([batch], loaded)
        if input.print.json {
            var json = JSONWriter(indent: 2)
            json.object { Self.write(made, to: &$0) }
            json.lineEnd()
            Terminal.write(json.bytes)
        } else if !input.print.quiet {
            Terminal.write(Array(Self.text(made).utf8))
            let part = options.shard == nil ? "" : " With --merge the parts become one."
            Terminal.note("these are codes only: 'wayseal build' makes their redirects.\(part)\n")
        }
        if options.shard == nil { Self.tell(made, site) }
    }

    /// Tells those whom a new batch names, and the hooks that want to know of all.
    static func tell(_ made: [Made], _ site: Site) {
        for (batch, result, _) in made where result.isNew {
            let wanting = site.hooks.filter { $0.events.contains(.batch) }.map { Recipient.hook($0.name) }
            let recipients = batch.done + wanting.filter { !batch.done.contains($0) }
            if recipients.isEmpty { continue }
            Notices(site).tell(Notices.done(batch.name, result.generation, rows: result.rows, site), to: recipients)
        }
    }

    /// A line or three for each batch.
    static func text(_ made: [Made]) -> String {
        var out = ""
        for (batch, result, entry) in made {
            let noun = count(result.rows, "code")
            let resumed = result.resumed > 0 ? ", of which \(result.resumed) were made before it was cut short" : ""
            out += "  batch    \(batch.name): \(noun)\(resumed)\(result.isNew ? "" : ", nothing changed")\n"
            if let images = result.images { out += "           \(result.path)/\(images)\n" }
            if let sheets = result.sheets { out += "           \(result.path)/\(sheets)\n" }
            out += "           \(result.path)/results.csv\(entry.map { ", sealed in entry \($0)" } ?? "")\n"
        }
        return out
    }

    static func write(_ made: [Made], to json: inout JSONWriter) {
        json.key("batches")
        json.array { json in
            for (batch, result, entry) in made {
                json.object { json in
                    json.field("name", batch.name)
                    json.field("generation", result.generation)
                    json.field("new", result.isNew)
                    json.field("path", result.path)
                    json.field("rows", result.rows)
                    json.field("resumed", result.resumed)
                    json.field("images", result.images)
                    json.field("sheets", result.sheets)
                    json.field("entry", entry)
                }
            }
        }
    }
}
