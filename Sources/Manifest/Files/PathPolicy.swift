import Support

/// Which files a manifest may name. A manifest may come from a stranger: the answer tells nothing about files that it may
/// not name, not even whether they exist, and symbolic links are not followed.
struct PathPolicy {
    /// What becomes of a file's content.
    enum Use {
        /// It is read as a part of the manifest or served: secrets are not for that.
        case published
        /// It is a secret's value.
        case secret
    }

    private struct Place {
        /// As it was written, made absolute.
        var written: String
        var canonical: String
    }

    private let root: Place
    private let allowed: [Place]
    private let files: any ManifestFiles
    /// Canonical paths of files that hold secrets.
    private var secrets: Set<String> = []

    /// The folder of the main manifest, and those the user allows. Allowed ones that don't exist allow nothing.
    init(_ folder: String, _ allowed: [String], _ files: any ManifestFiles) throws(UnreadableFile) {
        let current = try files.canonicalPath(".")
        func written(_ path: String) -> String {
            Self.collapsed(path.hasPrefix("/") ? path : current + "/" + path)
        }
        self.files = files
        root = Place(
            written: written(folder), canonical: try files.canonicalPath(folder.isEmpty ? "." : folder))
        self.allowed = allowed.compactMap { path in
            (try? files.canonicalPath(path)).map { Place(written: written(path), canonical: $0) }
        }
    }

    /// Marks a file as secret: it can't be included or served. A path that is refused is refused again when it is read.
    mutating func addSecret(_ path: String, in folder: String) {
        let nowhere = SourceRange(file: 0, start: 0, length: 0)
        if let path = try? canonicalPath(of: path, in: folder, at: nowhere, for: .secret) {
            secrets.insert(path)
        }
    }

    /// Whether a canonical path lies in or under one of the folders.
    func admits(_ canonical: String) -> Bool {
        Self.rest(of: canonical, under: root.canonical) != nil || allows(canonical)
    }

    /// Whether a symbolic link may be followed, by the place where it ends.
    func follows(_ link: String) -> Bool { (try? files.canonicalPath(link)).map(allows) ?? false }

    private func allows(_ canonical: String) -> Bool {
        allowed.contains { Self.rest(of: canonical, under: $0.canonical) != nil }
    }

    /// The canonical path of a file that a manifest in `folder` names (`folder` as the user writes it, ending in a slash).
    func canonicalPath(
        of path: String, in folder: String, at range: SourceRange, for use: Use
    ) throws(RefusedPath) -> String {
        let base =
            path.hasPrefix("/") ? "" : try canonical(folder.isEmpty ? "." : folder, path, at: range) + "/"
        // Judged by its text first: nothing is asked of the system about a path outside.
        guard let (place, rest, isAllowed) = place(of: Self.collapsed(base + path)) else {
            throw RefusedPath(Self.outside(path, at: range))
        }
        var walked = place == "/" ? "" : place
        for part in rest {
            walked += "/" + part
            if !isAllowed, files.isSymbolicLink(walked), !follows(walked) {
                throw RefusedPath(Self.link(path, at: range))
            }
        }
        if use == .published, rest.contains("secrets") { throw RefusedPath(Self.secret(path, at: range)) }
        let canonical = try canonical(walked.isEmpty ? "/" : walked, path, at: range)
        guard admits(canonical) else { throw RefusedPath(Self.outside(path, at: range)) }
        if use == .published, secrets.contains(canonical) {
            throw RefusedPath(Self.secret(path, at: range))
        }
        return canonical
    }

    private func canonical(_ full: String, _ path: String, at range: SourceRange) throws(RefusedPath) -> String {
        do throws(UnreadableFile) {
            return try files.canonicalPath(full)
        } catch {
            throw RefusedPath(error, path, at: range)
        }
    }

    /// The folder under which a path without `..` lies, and the names beneath it.
    private func place(of lexical: String) -> (folder: String, rest: [String], isAllowed: Bool)? {
        for place in allowed + [root] {
            for folder in [place.canonical, place.written] {
                guard let rest = Self.rest(of: lexical, under: folder) else { continue }
                return (
                    place.canonical, rest.split(separator: "/").map(String.init),
                    place.canonical != root.canonical
                        || allowed.contains { $0.canonical == place.canonical }
                )
            }
        }
        return nil
    }

    private static func rest(of path: String, under folder: String) -> Substring? {
        if folder == "/" { return path.dropFirst() }
        if path == folder { return "" }
        return path.hasPrefix(folder + "/") ? path.dropFirst(folder.utf8.count + 1) : nil
    }

    /// An absolute path without `.`, `..` and empty parts, by its text alone.
    private static func collapsed(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    // MARK: Problems

    static func outside(_ path: String, at range: SourceRange) -> Diagnostic {
        .error(
            ManifestCodes.pathOutside, at: range, "\(Bytes.quoted(path)) lies outside the manifest's folder",
            help: "move it there, or allow its folder with --allow-path DIR")
    }

    static func link(_ path: String, at range: SourceRange) -> Diagnostic {
        .error(
            ManifestCodes.symbolicLink, at: range,
            "\(Bytes.quoted(path)) is or goes through a symbolic link, which is not followed",
            help: "name the file itself, or allow the folder it is in with --allow-path DIR")
    }

    static func secret(_ path: String, at range: SourceRange) -> Diagnostic {
        .error(
            ManifestCodes.secretFile, at: range, "\(Bytes.quoted(path)) is a secret: it can't be read here",
            help: "keep pages and tables in another folder than secrets/")
    }

    static func privateKey(_ path: String, at range: SourceRange) -> Diagnostic {
        .error(
            ManifestCodes.secretFile, at: range, "\(Bytes.quoted(path)) holds a private key",
            help: "take the key out; if others have seen it, make a new one")
    }

    static func diagnostic(of error: UnreadableFile, _ path: String, at range: SourceRange) -> Diagnostic {
        let code =
            switch error.reason {
            case .notFound: ManifestCodes.fileNotFound
            case .notRegular: ManifestCodes.fileNotRegular
            case .tooLarge: ManifestCodes.fileTooLarge
            case .unreadable: ManifestCodes.fileUnreadable
            }
        return .error(code, at: range, "\(Bytes.quoted(path)) \(error.words)")
    }
}

/// Why a file that a manifest names is not read.
struct RefusedPath: Error {
    var diagnostic: Diagnostic
    /// It would be read if it existed.
    var isMissing = false

    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

    init(_ error: UnreadableFile, _ path: String, at range: SourceRange) {
        diagnostic = PathPolicy.diagnostic(of: error, path, at: range)
        isMissing = error.reason == .notFound
    }
}
