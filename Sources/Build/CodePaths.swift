import Site
import Support

/// Where a code's images lie in a generation: `codes/HOST/SLUG` and the format's suffix; in `private/codes` if the code
/// holds a secret.
enum CodePaths {
    /// The longest name that every common file system takes, less the longest suffix.
    private static let longestName = 255 - 4

    /// The path without suffix. A slug's `/` are folders. A wildcard is `…/wildcard`, since `*` in a file name
    /// is a trap in every shell; the clash with a link of that name is found by ``clashes``. A component that
    /// is too long for a file name is cut and gets a digest of the whole.
    static func path(of link: Link, in site: Site) -> String {
        let isSecret = site.payload(of: link)?.isSecret ?? false
        var path = (isSecret ? "private/codes/" : "codes/") + site.domains[Int(link.domain)].host
        for component in link.slug.split(separator: "/", omittingEmptySubsequences: false) {
            path += "/"
            if component == "*" {
                path += "wildcard"
            } else if component.utf8.count > longestName {
                let digest = Hex.encode(SHA256.hash(Array(component.utf8))[..<8])
                path += component.prefix(longestName - 17) + "-" + digest
            } else {
                path += component
            }
        }
        return path
    }

    /// Pairs of links whose images would have the same path, or one a path that the other needs as a folder.
    static func clashes(in site: Site, suffixes: [String]) -> [(first: Int, second: Int)] {
        // Only names that end in a suffix can be folders and files at once, and only wildcards and cut names
        // can be equal: everything else is already unique as a slug.
        if suffixes.isEmpty { return [] }
        var suspects: [String: Int] = [:]
        var found: [(Int, Int)] = []
        for (index, link) in site.links[site.ownLinks].enumerated() {
            let parts = link.slug.split(separator: "/", omittingEmptySubsequences: false)
            let isSuspect =
                parts.contains { $0 == "*" || $0.lowercased() == "wildcard" }
                || parts.dropLast().contains { part in suffixes.contains { part.hasSuffix($0) } }
            if isSuspect { suspects[path(of: link, in: site).lowercased()] = index }
        }
        if suspects.isEmpty { return [] }
        var folders: [String: Int] = [:]
        for (path, index) in suspects {
            var path = path[...]
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                folders[String(path)] = index
            }
        }
        for (index, link) in site.links[site.ownLinks].enumerated() {
            let path = path(of: link, in: site).lowercased()
            if let other = suspects[path], other != index { found.append((min(index, other), max(index, other))) }
            for suffix in suffixes {
                if let other = folders[path + suffix], other != index { found.append((index, other)) }
            }
        }
        var seen: Set<Int> = []
        return found.filter { seen.insert($0.1).inserted }.sorted { $0 < $1 }
    }
}
