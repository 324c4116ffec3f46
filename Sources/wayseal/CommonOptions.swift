import ArgumentParser
import Build
import FoundationEssentials
import Glibc
import Manifest
import Site
import Support

/// Where the manifest is.
struct PlaceOptions: ParsableArguments {
    @Option(name: .customShort("C"), help: ArgumentHelp("Work in this folder.", valueName: "dir"))
    var directory: String?

    @Option(name: [.customShort("f"), .long], help: ArgumentHelp("The manifest.", valueName: "file"))
    var file = "wayseal.yaml"

    func validate() throws {
        try refuseEmpty(directory, "-C")
        try refuseEmpty(file, "-f")
    }

    /// Goes to the folder of `-C`.
    func enter() throws(Failure) {
        guard let directory else { return }
        if chdir(directory) != 0 { throw Failure(FileError("enter", directory)) }
    }

    /// `wayseal.lock` beside the manifest; another manifest's lock has its name.
    var lockPath: String {
        let name = Files.name(of: file)
        let stem = name.hasSuffix(".yaml") ? String(name.dropLast(5)) : name
        return Files.join(Files.parent(of: file), stem + ".lock")
    }
}

/// How to print.
struct PrintOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never

        /// Whether to use colour on a stream.
        func isUsed(on descriptor: Int32) -> Bool {
            switch self {
            case .always: true
            case .never: false
            case .auto: Terminal.isTerminal(descriptor) && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
            }
        }
    }

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @Option(help: ArgumentHelp("auto, always or never; NO_COLOR is honoured.", valueName: "when"))
    var color = Color.auto

    @Flag(name: [.customShort("q"), .long], help: "Print errors only.")
    var quiet = false
}

/// A manifest, read; what every verb but the smallest begins with.
struct InputOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions
    @OptionGroup var print: PrintOptions

    @Option(
        name: .customLong("allow-path"),
        help: ArgumentHelp("The manifest may also name files under this folder.", valueName: "dir"))
    var allowedPaths: [String] = []

    func validate() throws {
        for path in allowedPaths { try refuseEmpty(path, "--allow-path") }
    }

    /// Reads the manifest and prints what is wrong with it.
    /// - Throws: exit 1 when it has errors, 4 when it can't be read.
    func load() throws -> Loaded {
        var loaded = try loadWithoutLedger()
        try loaded.readLedger()
        return loaded
    }

    /// The same without a look at the ledger's index, which may be what is to be mended.
    /// - Parameter readsBatches: whether each row of a batch becomes a link.
    func loadWithoutLedger(readsBatches: Bool = true) throws -> Loaded {
        try place.enter()
        var options = ManifestOptions(
            environment: ProcessInfo.processInfo.environment, allowedPaths: allowedPaths)
        options.readsBatches = readsBatches
        let result: ManifestResult
        do throws(ManifestError) {
            result = try ManifestReader(options: options).read(path: place.file)
        } catch {
            throw Failure(.outsideWorld, error.summary, hint: error.hint)
        }
        var loaded = Loaded(sources: result.sources, diagnostics: result.diagnostics, options: self)
        guard let site = result.site else {
            loaded.report()
            throw ExitStatus.checkFailed
        }
        loaded.site = site
        loaded.findPlaces()
        try loaded.readLock(place.lockPath)
        return loaded
    }
}
