/// Patterns of `include`: `*` and `?` within a name, `**` for any number of folders. Everything else stands for itself.
struct Glob {
    /// Entries looked at before a pattern is given up.
    static let budget = 200_000

    private let segments: [String]
    /// Whether there is anything to match.
    let hasWildcards: Bool

    init(_ pattern: String) {
        var segments: [String] = []
        for segment in pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init) {
            // `**/**` is `**`: without this the walk would be exponential.
            if segment == "**", segments.last == "**" { continue }
            segments.append(segment)
        }
        self.segments = segments
        hasWildcards = pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// Paths of files that match, relative to `folder`, in byte order; a literal folder that is a symbolic link which
    /// `follows` does not want stands for all beneath it. `nil`: too many entries.
    func paths(
        in folder: String, _ files: any ManifestFiles, follows: (String) -> Bool = { _ in false }
    ) -> [String]? {
        withoutActuallyEscaping(follows) { paths(Walk(files: files, root: folder, follows: $0)) }
    }

    private func paths(_ start: Walk) -> [String]? {
        var walk = start
        walk.visit("", segments[...])
        guard walk.left > 0 else { return nil }
        return Set(walk.found).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    private struct Walk {
        let files: any ManifestFiles
        let root: String
        let follows: (String) -> Bool
        var found: [String] = []
        var left = Glob.budget

        mutating func visit(_ prefix: String, _ segments: ArraySlice<String>) {
            guard let segment = segments.first else { return }
            let rest = segments.dropFirst()
            let isPattern = segment.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
            if !isPattern, !rest.isEmpty {
                let path = root + "/" + prefix + segment
                if files.isSymbolicLink(path), !follows(path) {
                    found.append(prefix + segment)
                    return
                }
                visit(prefix + segment + "/", rest)
                return
            }
            let folder = root + "/" + prefix
            guard left > 0, let entries = try? files.entries(of: folder) else { return }
            left -= entries.count + 1
            if segment == "**" {
                visit(prefix, rest.isEmpty ? ["*"] : rest)
                for entry in entries where entry.isFolder && !entry.name.hasPrefix(".") {
                    visit(prefix + entry.name + "/", segments)
                }
                return
            }
            for entry in entries where Glob.matches(segment, entry.name) {
                if rest.isEmpty {
                    if !entry.isFolder { found.append(prefix + entry.name) }
                } else if entry.isFolder || follows(folder + entry.name) {
                    visit(prefix + entry.name + "/", rest)
                }
            }
        }
    }

    /// One name against one pattern without slashes. O(pattern × name): on a mismatch only the last star moves on.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let name = Array(name.utf8)
        if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
        var p = 0
        var n = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let back = star {
                p = back.pattern + 1
                n = back.name + 1
                star = (back.pattern, n)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
