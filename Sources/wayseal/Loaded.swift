import Build
import Glibc
import Ledger
import Manifest
import Places
import Redirects
import Site
import Support

/// A manifest that was read, with everything that is to say about it.
struct Loaded {
    var sources: SourceMap
    var diagnostics: [Diagnostic]
    /// Set unless the manifest has errors.
    var site: Site?
    var lock = LinkLock()
    private let options: InputOptions

    init(sources: SourceMap, diagnostics: [Diagnostic], options: InputOptions) {
        self.sources = sources
        self.diagnostics = diagnostics
        self.options = options
    }

    /// Reads `wayseal.lock`; none is as good as an empty one.
    mutating func readLock(_ path: String) throws {
        do {
            guard let status = try Files.status(path, followLinks: false) else { return }
            guard status.kind == .file else {
                throw Failure(.checkFailed, "\(path) is not an ordinary file", hint: "a lock is never a link")
            }
            let bytes = try Files.read(path)
            let (lock, problems) = LinkLock.read(bytes, file: sources.add(path: path, bytes: bytes))
            self.lock = lock
            diagnostics += problems
        } catch let error as FileError {
            throw Failure(error)
        }
    }

    /// Looks up which addresses are in the site's places.
    mutating func findPlaces() {
        guard var site else { return }
        diagnostics += Places.fill(&site, now: Int64(time(nil)))
        self.site = site
    }

    /// Adds what the ledger remembers, where its index is on this machine. A clone without it has the lock alone.
    mutating func readLedger() throws(Failure) {
        guard let settings = site?.ledger else { return }
        do {
            guard let index = try LedgerIndex.read(LedgerFolder(settings.folder)) else { return }
            lock = lock.united(with: try LinkLock.recorded(in: index))
        } catch let error as LedgerError {
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        } catch {
            throw Failure(.outsideWorld, "\(error)")
        }
    }

    /// Compiles the site and adds what that found.
    mutating func compile(
        deployment: Deployment = Deployment(), formats: [CodeSettings.Format]? = nil
    ) async throws -> (site: Site, compilation: Compilation) {
        guard var site else { throw ExitStatus.checkFailed }
        if let formats { site.codes.formats = formats }
        do {
            let compilation = try await Compilation(
                site, lock: lock, deployment: deployment, formats: site.codes.formats)
            // Two servers may find the same fault; once is enough.
            var seen: Set<String> = []
            diagnostics += compilation.diagnostics.filter { problem in
                let range = problem.range.map { "\($0)" } ?? ""
                return seen.insert("\(problem.code.id) \(range) \(problem.summary)").inserted
            }
            return (site, compilation)
        } catch {
            throw Failure(.outsideWorld, error.description, hint: error.hint)
        }
    }

    /// Judges designs that were not judged before in this folder of builds, and adds what is wrong with them.
    mutating func judge(_ gate: PrintGate, _ output: String, isQuiet: Bool) {
        var known = JudgedDesigns(output: output)
        var bar = ProgressBar(isQuiet: isQuiet)
        diagnostics += gate.judge(all: false, known: &known) { bar.show("judging", $0, $1) }.diagnostics
        bar.clear()
        known.save()
    }

    /// How many errors there are.
    var errors: Int { diagnostics.count { $0.severity == .error } }
    /// How many warnings there are.
    var warnings: Int { diagnostics.count { $0.severity == .warning } }

    /// Prints all diagnostics: text to stderr, with `--json` an array to stdout.
    func report() {
        if options.print.json {
            Terminal.write(DiagnosticRenderer.json(diagnostics, sources: sources))
        } else {
            reportBeside()
        }
    }

    /// Prints diagnostics as text to stderr, whatever stdout carries.
    /// - Parameter withWarnings: whether to show warnings; by default unless `-q` is given.
    func reportBeside(withWarnings: Bool? = nil) {
        let withWarnings = withWarnings ?? !options.print.quiet
        let shown = withWarnings ? diagnostics : diagnostics.filter { $0.severity == .error }
        let renderer = DiagnosticRenderer(color: options.print.color.isUsed(on: STDERR_FILENO))
        Terminal.note(renderer.text(shown, sources: sources))
        if errors > 0 {
            let also = withWarnings && warnings > 0 ? " and \(count(warnings, "warning"))" : ""
            Terminal.note("\(count(errors, "error"))\(also); 'wayseal explain CODE' tells more\n")
        }
    }

    /// Reports, and ends with exit 1 when there is an error.
    /// - Parameter isBrief: leaves warnings to `check` and `build`.
    func stopOnErrors(isBrief: Bool = false) throws(ExitStatus) {
        if !isBrief || errors > 0 { reportBeside() }
        if errors > 0 { throw .checkFailed }
    }
}

/// `1 link`, `2 links`, `2 entries`.
func count(_ number: Int, _ noun: String) -> String {
    if number != 1, noun.hasSuffix("ry") { return "\(number) \(noun.dropLast())ies" }
    return "\(number) \(noun)\(number == 1 ? "" : noun.hasSuffix("ch") ? "es" : "s")"
}
