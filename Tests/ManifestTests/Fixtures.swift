import Foundation
import Manifest
import Support
import Testing

/// Folders of this checkout.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fixtures").path

    /// Manifests of a folder, relative to `fixtures`.
    static func manifests(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
    }

    static let good = manifests(in: "manifests/good") + ["smallest/wayseal.yaml", "vinea/wayseal.yaml"]
    static let bad = manifests(in: "manifests/bad")

    /// What looks like a key.
    static let key = "-----BEGIN PRIVATE KEY-----\ns3cret-key\n-----END PRIVATE KEY-----"

    static let environment = [
        "WAYSEAL_HSTS_GARBAGE": "s3cret-hsts", "TOKEN": "s3cret-token", "LEDGER_KEY": key,
    ]

    static func read(_ path: String, environment: [String: String] = environment) throws -> ManifestResult {
        let options = ManifestOptions(
            environment: environment, files: RootedFiles(root: root), zone: { ZoneTable(named: $0) ?? .utc })
        return try ManifestReader(options: options).read(path: path)
    }
}

/// The machine's files, relative paths beginning at a folder.
struct RootedFiles: ManifestFiles {
    let root: String
    private let files = POSIXFiles()

    init(root: String) { self.root = root }

    private func full(_ path: String) -> String { path.hasPrefix("/") ? path : root + "/" + path }

    func canonicalPath(_ path: String) throws(UnreadableFile) -> String { try files.canonicalPath(full(path)) }
    func isSymbolicLink(_ path: String) -> Bool { files.isSymbolicLink(full(path)) }
    func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8] {
        try files.read(full(path), atMost: limit)
    }
    func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry] { try files.entries(of: full(folder)) }
}

/// Files that exist only in a test.
struct MemoryFiles: ManifestFiles {
    var files: [String: [UInt8]]

    init(_ files: [String: [UInt8]]) { self.files = files }
    init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

    func canonicalPath(_ path: String) throws(UnreadableFile) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let canonical = "/" + parts.joined(separator: "/")
        if canonical == "/" || files[canonical] != nil
            || files.keys.contains(where: { $0.hasPrefix(canonical + "/") })
        {
            return canonical
        }
        throw UnreadableFile(path, .notFound)
    }

    func isSymbolicLink(_ path: String) -> Bool { false }

    func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8] {
        guard let bytes = files[path] else { throw UnreadableFile(path, .notFound) }
        guard bytes.count <= limit else { throw UnreadableFile(path, .tooLarge(limit)) }
        return bytes
    }

    func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry] {
        let prefix = try canonicalPath(folder) == "/" ? "/" : try canonicalPath(folder) + "/"
        var entries: [String: Bool] = [:]
        for path in files.keys where path.hasPrefix(prefix) {
            let rest = path.dropFirst(prefix.count)
            entries[String(rest.prefix { $0 != "/" })] = rest.contains("/")
        }
        return entries.map { FolderEntry(name: $0.key, isFolder: $0.value) }
    }
}

/// Reads manifest text from memory.
func read(
    _ manifest: String, _ others: [String: String] = [:], environment: [String: String] = [:]
) -> ManifestResult {
    readBytes(Array(manifest.utf8), others.mapValues { Array($0.utf8) }, environment: environment)
}

func readBytes(
    _ manifest: [UInt8], _ others: [String: [UInt8]] = [:], environment: [String: String] = [:]
) -> ManifestResult {
    var files = ["/wayseal.yaml": manifest]
    for (path, bytes) in others { files["/" + path] = bytes }
    let options = ManifestOptions(
        environment: environment, files: MemoryFiles(files), zone: { ZoneTable(named: $0) ?? .utc })
    do {
        return try ManifestReader(options: options).read(path: "/wayseal.yaml")
    } catch {
        Issue.record("the manifest can't be read: \(error)")
        fatalError("unreachable: the manifest is in memory")
    }
}

/// The codes of all diagnostics, in order.
func codes(_ result: ManifestResult) -> [String] { result.diagnostics.map(\.code.id) }

/// Reads links under one domain.
func links(_ yaml: String) -> ManifestResult { read("domains: { go.example.org: {} }\nlinks:\n" + yaml) }

/// xorshift64*: the same numbers in every run.
struct FixedRandom: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
