import Glibc
import Support

/// The little of git that protects keys: which lines of a `.gitignore` name a folder, and whether there is a
/// repository at all. Enough to warn by; `git check-ignore` knows the rest.
enum GitIgnore {
    /// What is built, keys, and the ledger's private index; its last checkpoint is made to be committed.
    static let lines = ["/dist/", "/secrets/", "/ledger/*", "!/ledger/checkpoint"]

    /// Adds those of ``lines`` that the file at `path` lacks, durably and with its mode; makes the file when there is none.
    /// - Returns: the lines that were added to an existing file.
    static func complete(_ path: String) throws(FileError) -> [String] {
        guard let status = try Files.status(path) else {
            try Files.replace(path, Array((lines.joined(separator: "\n") + "\n").utf8))
            return []
        }
        var bytes = try Files.read(path, limit: 1 << 20)
        let patterns = patterns(bytes)
        let existing = Set(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init))
        let missing = lines.filter { line in
            line.hasPrefix("!") ? !existing.contains(line) : !patterns.contains(bare(line[...]))
        }
        if missing.isEmpty { return [] }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += Array((missing.joined(separator: "\n") + "\n").utf8)
        // Behind a symbolic link the file itself changes, and the link stays.
        try Files.replace(Files.realPath(path) ?? path, bytes, mode: status.mode)
        return missing
    }

    /// Whether the file at `path` lies in a git work tree and no `.gitignore` beside the manifest, beside the file
    /// or at the top names it or a folder above it.
    static func exposes(_ path: String, manifest: String) -> Bool {
        guard let folder = Files.realPath(Files.parent(of: path)), let top = workTree(of: folder) else { return false }
        let file = Files.join(folder, Files.name(of: path))
        let places = [top, folder, Files.realPath(Files.parent(of: manifest)) ?? top]
        return !places.contains { place in
            let prefix = place.hasSuffix("/") ? place : place + "/"
            guard file.hasPrefix(prefix),
                let bytes = try? Files.read(Files.join(place, ".gitignore"), limit: 1 << 20)
            else { return false }
            return names(patterns(bytes), file.dropFirst(prefix.count))
        }
    }

    /// The folder above `folder`, or itself, that holds `.git`.
    private static func workTree(of folder: String) -> String? {
        var folder = folder
        while true {
            if let found = try? Files.status(Files.join(folder, ".git")), found.kind != .link { return folder }
            let above = Files.parent(of: folder)
            if above == folder { return nil }
            folder = above
        }
    }

    /// Whether a pattern names the relative path, a folder of it, or its suffix as in `*.key`.
    private static func names(_ patterns: Set<String>, _ path: Substring) -> Bool {
        let parts = path.split(separator: "/")
        var prefix = ""
        for part in parts {
            prefix += prefix.isEmpty ? "\(part)" : "/\(part)"
            if patterns.contains(prefix) || patterns.contains(String(part)) { return true }
        }
        if patterns.contains("*") || patterns.contains("**") { return true }
        guard let dot = path.lastIndex(of: ".") else { return false }
        return patterns.contains("*" + path[dot...])
    }

    private static func patterns(_ bytes: [UInt8]) -> Set<String> {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return Set(lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("!") }.map(bare))
    }

    /// `secrets` for `/secrets/`, `secrets/*` and the like.
    private static func bare(_ line: Substring) -> String {
        var line = line
        while line.last == " " || line.last == "\t" { line.removeLast() }
        for end in ["/**", "/*", "/"] where line.hasSuffix(end) && line.count > end.count {
            line.removeLast(end.count)
            break
        }
        for start in ["**/", "/"] where line.hasPrefix(start) && line.count > start.count {
            line.removeFirst(start.count)
            break
        }
        return String(line)
    }
}
