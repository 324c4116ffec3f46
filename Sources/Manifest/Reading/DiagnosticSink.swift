import Support

/// Collects problems; of each kind only so many a file.
struct DiagnosticSink {
    static let maximumErrors = 100
    static let maximumWarnings = 10

    private struct Kind: Hashable {
        var code: DiagnosticCode
        var file: Int32
        var severity: Diagnostic.Severity
    }

    private struct Tally {
        var count = 0
        var next: SourceRange?
    }

    var hasErrors: Bool { errorCount > 0 }
    /// Errors taken so far.
    private(set) var errorCount = 0
    /// Problems taken so far.
    private(set) var count = 0
    private var diagnostics: [Diagnostic] = []
    private var tallies: [Kind: Tally] = [:]

    /// Takes a problem. When its kind is full, it is only counted: the text is then never made.
    mutating func add(
        _ severity: Diagnostic.Severity, _ code: DiagnosticCode, at range: SourceRange?,
        _ make: () -> Diagnostic
    ) {
        if severity == .error { errorCount += 1 }
        self.count += 1
        let kind = Kind(code: code, file: range?.file ?? -1, severity: severity)
        let count = tallies[kind, default: Tally()].count
        tallies[kind, default: Tally()].count = count + 1
        let limit = severity == .error ? Self.maximumErrors : Self.maximumWarnings
        if count < limit {
            diagnostics.append(make())
        } else if count == limit {
            tallies[kind, default: Tally()].next = range
        }
    }

    mutating func add(_ diagnostic: Diagnostic) {
        add(diagnostic.severity, diagnostic.code, at: diagnostic.range) { diagnostic }
    }

    /// A problem of a text whose place is known.
    mutating func add(_ problem: TextProblem, at range: SourceRange) {
        add(.error, problem.code, at: range) {
            .error(problem.code, at: range, problem.summary, help: problem.help)
        }
    }

    /// All problems in order of their places, those that were only counted summed up.
    func finished(_ sources: SourceMap) -> [Diagnostic] {
        var sums: [Diagnostic] = []
        for (kind, tally) in tallies {
            let limit = kind.severity == .error ? Self.maximumErrors : Self.maximumWarnings
            guard tally.count > limit, let range = tally.next else { continue }
            let path = sources.files[Int(range.file)].path
            sums.append(
                Diagnostic(
                    kind.severity, ManifestCodes.moreOfTheSame, at: range,
                    "and \(tally.count - limit) more \(kind.code.id) in \(path), the first of them here"))
        }
        // The dictionary has no order of its own.
        return DiagnosticRenderer.sorted(diagnostics + sums.sorted { $0.summary < $1.summary })
    }
}
