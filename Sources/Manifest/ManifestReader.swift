public import Site
public import Support

/// What the room may know of its surroundings.
public struct ManifestOptions: Sendable {
    /// Variables for `${NAME}`.
    public var environment: [String: String]
    /// Folders outside the manifest's own from which files may be read (`--allow-path`).
    public var allowedPaths: [String]
    /// How files are read.
    public var files: any ManifestFiles
    /// Whether the tables of batches are read, and each row becomes a link. Without it the site knows what the manifest says of
    /// its batches, and none of their links.
    public var readsBatches = true
    /// The time zone of a name of right form; `nil`: there is none.
    public var zone: @Sendable (String) -> ZoneTable?

    /// Options; by default without environment, on the machine's files, with its time zones.
    public init(
        environment: [String: String] = [:], allowedPaths: [String] = [],
        files: any ManifestFiles = POSIXFiles(),
        zone: @escaping @Sendable (String) -> ZoneTable? = { ZoneTable(named: $0) }
    ) {
        self.environment = environment
        self.allowedPaths = allowedPaths
        self.files = files
        self.zone = zone
    }
}

/// What came of a manifest.
public struct ManifestResult: Sendable {
    /// The site; `nil` when there is any error.
    public var site: Site?
    /// Everything that was read, for showing diagnostics.
    public var sources: SourceMap
    /// All problems in order of their places. At most 100 errors and 10 warnings of a kind a file; then one that counts the rest.
    public var diagnostics: [Diagnostic]
    /// Paths of the manifest and of what it includes, in order of reading. Pages and secrets are not among them.
    public var readPaths: [String]
}

/// The main manifest itself can't be read: nothing to show, nothing to point at.
public struct ManifestError: Error, Equatable, Sendable {
    /// What happened, with the path as it was given.
    public var cause: UnreadableFile

    /// `wayseal.yaml does not exist`.
    public var summary: String { "\(cause.path) \(cause.words)" }
    /// What to do, if there is an obvious thing.
    public var hint: String? {
        cause.reason == .notFound
            ? "`wayseal init` writes a first manifest, -C DIR and -f FILE name another place" : nil
    }
}

/// Reads a manifest and all it includes.
///
/// One call reports every independent problem. Nothing is written, no network is used; files are read only below the
/// folder of the main manifest and below ``ManifestOptions/allowedPaths``, after symbolic links are resolved.
public struct ManifestReader: Sendable {
    private let options: ManifestOptions

    /// A reader with these options.
    public init(options: ManifestOptions) { self.options = options }

    /// Reads the manifest at `path`. Throws only when that file itself can't be read; everything else is a diagnostic.
    public func read(path: String) throws(ManifestError) -> ManifestResult {
        let loader: ManifestLoader
        do throws(UnreadableFile) {
            loader = try ManifestLoader(main: path, options)
        } catch {
            throw ManifestError(cause: UnreadableFile(path, error.reason))
        }
        var assembly = SiteAssembly(loader, options)
        let site = assembly.assemble()
        return ManifestResult(
            site: assembly.sink.hasErrors ? nil : site, sources: assembly.sources,
            diagnostics: assembly.sink.finished(assembly.sources),
            readPaths: assembly.sources.files.map(\.path))
    }
}

/// Why a text is no date.
public struct DateProblem: Error, Equatable, Sendable {
    /// What is wrong: lower case, no full stop.
    public var summary: String
    /// What to write.
    public var help: String?
}

extension ManifestOptions {
    /// The instant that a date of a manifest means (`2027-03-01T12:30`, `… Europe/Vienna`), in Unix seconds.
    /// - Parameter timezone: of dates that name none; IANA name.
    public func instant(_ text: String, in timezone: String) throws(DateProblem) -> Int64 {
        let instants = InstantText(zone: zone(timezone) ?? .utc, zones: ManifestZones(find: zone))
        do throws(TextProblem) {
            return try instants.instant(text, .first)
        } catch {
            throw DateProblem(summary: error.summary, help: error.help)
        }
    }
}
