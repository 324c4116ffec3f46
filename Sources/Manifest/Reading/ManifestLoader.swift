import Support
import Tables

/// Reads the main manifest and all it includes: YAML into nodes, tables as bytes.
struct ManifestLoader {
    static let yamlLimit = 64 << 20
    static let tableLimit = 2 << 30
    static let smallLimit = 4 << 20
    static let databaseLimit = 1 << 30
    static let maximumIncludeDepth = 32

    /// A YAML file.
    struct Document {
        var file: Int32
        var root: YAMLNode
        /// The folder as the user would write it, with a slash at its end unless it is empty.
        var folder: String
        var isMain: Bool
    }

    /// Included things in order of reading; the main manifest is the first.
    enum Item {
        case document(Document)
        case csv(Int32)
        case jsonLines(Int32)
    }

    private(set) var sources = SourceMap()
    private(set) var sink = DiagnosticSink()
    private(set) var items: [Item] = []
    /// A file could not be read: what depends on the whole is not judged.
    private(set) var isIncomplete = false
    private let files: any ManifestFiles
    private(set) var paths: PathPolicy
    private var read: Set<String> = []
    private var chain: [String] = []

    /// Reads everything. Throws when the main manifest can't be read.
    init(main: String, _ options: ManifestOptions) throws(UnreadableFile) {
        files = options.files
        let folder = Self.folder(of: main)
        let canonical = try files.canonicalPath(main)
        paths = try PathPolicy(folder, options.allowedPaths, files)
        guard paths.admits(canonical) else {
            // There is no place to show: what is in the file is nobody's business.
            sink.add(
                .error(
                    ManifestCodes.pathOutside, at: nil,
                    "\(Bytes.quoted(main)) is a symbolic link out of its folder",
                    help: "name the manifest itself, or allow its folder with --allow-path DIR"))
            return
        }
        let bytes = try files.read(canonical, atMost: Self.yamlLimit)
        load(bytes, display: main, canonical: canonical, isMain: true)
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private mutating func load(_ bytes: [UInt8], display: String, canonical: String, isMain: Bool) {
        read.insert(canonical)
        chain.append(canonical)
        defer { chain.removeLast() }
        let file = sources.add(path: display, bytes: bytes)
        let problems = sink.count
        let node = YAMLReader.read(file, sources, &sink)
        if sink.count > problems {
            for range in SecretText.ranges(bytes) {
                sources.conceal(
                    SourceRange(file: file, start: UInt32(range.lowerBound), length: UInt32(range.count)))
            }
        }
        guard let root = node else {
            if !sink.hasErrors { reportEmpty(file) }
            isIncomplete = true
            return
        }
        if root.isEmpty {
            reportEmpty(file)
            return
        }
        var check = SchemaCheck(sources, isMain: isMain)
        check.check(root, &sink)
        for secret in check.secrets { sources.conceal(secret) }
        for path in check.secretFiles { paths.addSecret(path, in: Self.folder(of: display)) }
        let document = Document(file: file, root: root, folder: Self.folder(of: display), isMain: isMain)
        items.append(.document(document))
        guard let include = root["include"] else { return }
        for node in include.elements ?? [include] {
            guard let pattern = node.scalar, !pattern.isEmpty, !Reference.isPresent(in: pattern.text) else {
                continue
            }
            self.include(pattern, from: document)
        }
    }

    private mutating func reportEmpty(_ file: Int32) {
        sink.add(
            .error(
                ManifestCodes.emptyManifest, at: SourceRange(file: file, start: 0, length: 0),
                "there is nothing in this file",
                help: "begin with domains: { go.example.org: {} }"))
    }

    private mutating func include(_ pattern: YAMLScalar, from document: Document) {
        let glob = Glob(pattern.text)
        guard glob.hasWildcards else {
            include(pattern.text, at: pattern.range, from: document, isLiteral: true)
            return
        }
        if pattern.text.hasPrefix("/") || pattern.text.split(separator: "/").contains("..") {
            sink.add(
                .error(
                    ManifestCodes.pathOutside, at: pattern.range,
                    "a pattern can't begin with '/' or go up with '..'",
                    help: "name the files, and allow their folder with --allow-path"))
            return
        }
        let folder = document.folder.isEmpty ? "." : document.folder
        guard let found = glob.paths(in: folder, files, follows: paths.follows) else {
            sink.add(
                .error(
                    ManifestCodes.fileTooLarge, at: pattern.range,
                    "the pattern looks at over \(Glob.budget) files", help: "name the folder more closely"))
            return
        }
        if found.isEmpty {
            sink.add(
                .warning(
                    ManifestCodes.includeEmpty, at: pattern.range,
                    "no file matches \(Bytes.quoted(pattern.text))"))
        }
        for path in found { include(path, at: pattern.range, from: document, isLiteral: false) }
    }

    private mutating func include(
        _ path: String, at range: SourceRange, from document: Document, isLiteral: Bool
    ) {
        let display = path.hasPrefix("/") ? path : document.folder + path
        let kind = path.split(separator: "/").last?.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if !isLiteral, files.isSymbolicLink(display), !paths.follows(display) {
            isIncomplete = true
            sink.add(PathPolicy.link(path, at: range))
            return
        }
        guard ["yaml", "yml", "csv", "jsonl", "ndjson", "xlsx"].contains(kind) else {
            if !isLiteral { return }
            sink.add(
                .error(
                    ManifestCodes.includeKind, at: range,
                    "\(Bytes.quoted(path)) is of no kind that can be included",
                    help: "included files end in .yaml, .yml, .csv, .jsonl, .ndjson or .xlsx"))
            return
        }
        do throws(RefusedPath) {
            let canonical = try paths.canonicalPath(
                of: path, in: document.folder, at: range, for: .published)
            if chain.contains(canonical) {
                // A wildcard that also finds the file it stands in means the others.
                if !isLiteral, chain.last == canonical { return }
                sink.add(
                    .error(
                        ManifestCodes.includeCycle, at: range,
                        "\(Bytes.quoted(path)) includes this file, directly or through others"))
                return
            }
            if read.contains(canonical) {
                if isLiteral {
                    sink.add(
                        .error(
                            ManifestCodes.includedTwice, at: range,
                            "\(Bytes.quoted(path)) was included before"))
                }
                return
            }
            guard chain.count < Self.maximumIncludeDepth else {
                sink.add(
                    .error(
                        ManifestCodes.includeCycle, at: range,
                        "files include each other over \(Self.maximumIncludeDepth) deep"))
                return
            }
            let isYAML = kind == "yaml" || kind == "yml"
            let bytes: [UInt8]
            do throws(UnreadableFile) {
                bytes = try files.read(canonical, atMost: isYAML ? Self.yamlLimit : Self.tableLimit)
            } catch {
                throw RefusedPath(error, path, at: range)
            }
            if PrivateKeyText.isPresent(in: bytes) {
                throw RefusedPath(PathPolicy.privateKey(path, at: range))
            }
            if isYAML {
                load(bytes, display: display, canonical: canonical, isMain: false)
                return
            }
            read.insert(canonical)
            if kind == "csv" || kind == "xlsx" {
                let table = ConvertedTable.read(bytes, TableFormat(path: path), display, at: range, &sources, &sink)
                isIncomplete = isIncomplete || table == nil
                if let table { items.append(.csv(table.file)) }
                return
            }
            items.append(.jsonLines(sources.add(path: display, bytes: bytes)))
        } catch {
            isIncomplete = true
            sink.add(error.diagnostic)
        }
    }
}
