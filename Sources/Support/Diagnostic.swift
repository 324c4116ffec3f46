/// What is wrong with something a person wrote: data, not text, so that it can be printed, sorted, tested
/// and sent as JSON.

/// The name of one kind of problem, with the long explanation that `wayseal explain` prints.
public struct DiagnosticCode: Hashable, Sendable {
    /// The name in lower-case words with hyphens, as it stands in `error[unknown-key]`.
    public let id: String
    /// One line that says what the code means.
    public let title: String
    /// A few paragraphs: why this is an error, an example that has it, and the example mended.
    public let explanation: String

    /// A code with its explanation.
    public init(_ id: String, _ title: String, _ explanation: String) {
        self.id = id
        self.title = title
        self.explanation = explanation
    }

    /// Codes are equal when their names are.
    public static func == (a: Self, b: Self) -> Bool { a.id == b.id }
    /// Hashes the name alone.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// One problem, at one place.
public struct Diagnostic: Equatable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable, Comparable {
        /// Nothing is built.
        case error
        /// Built, but somebody should look.
        case warning

        /// Errors sort before warnings.
        public static func < (a: Self, b: Self) -> Bool { a == .error && b == .warning }
    }

    /// A further place that explains the problem, for example the first of two equal keys.
    public struct Note: Equatable, Sendable {
        /// Where, if there is a place.
        public var range: SourceRange?
        /// What to see there.
        public var text: String

        /// A note, with or without a place.
        public init(_ text: String, at range: SourceRange? = nil) {
            self.range = range
            self.text = text
        }
    }

    /// How bad it is.
    public var severity: Severity
    /// Which kind of problem.
    public var code: DiagnosticCode
    /// Where; `nil` for a problem of the whole.
    public var range: SourceRange?
    /// What is wrong: lower case, no full stop.
    public var summary: String
    /// Further places.
    public var notes: [Note]
    /// What to do, in the imperative.
    public var help: String?

    /// A problem at a place.
    public init(
        _ severity: Severity, _ code: DiagnosticCode, at range: SourceRange?, _ summary: String,
        notes: [Note] = [], help: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.range = range
        self.summary = summary
        self.notes = notes
        self.help = help
    }

    /// An error at a place.
    public static func error(
        _ code: DiagnosticCode, at range: SourceRange?, _ summary: String, notes: [Note] = [],
        help: String? = nil
    ) -> Diagnostic {
        Diagnostic(.error, code, at: range, summary, notes: notes, help: help)
    }

    /// A warning at a place.
    public static func warning(
        _ code: DiagnosticCode, at range: SourceRange?, _ summary: String, notes: [Note] = [],
        help: String? = nil
    ) -> Diagnostic {
        Diagnostic(.warning, code, at: range, summary, notes: notes, help: help)
    }
}
