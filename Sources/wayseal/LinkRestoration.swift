import FoundationEssentials
import Manifest
import Site
import Support

/// Finds the edit of a manifest that makes a link lead to a target, and makes sure of it by reading the result.
struct LinkRestoration {
    let link: RecordedLink
    let target: String
    let loaded: Loaded
    let site: Site
    let input: InputOptions

    /// An edit after which the manifest says just that, and nothing else has changed.
    /// - Parameter now: the link's place among the site's, if the manifest has it.
    func edit(_ now: Int?) -> TargetEdit? {
        var candidates: [TargetEdit?] = []
        if let now {
            let range = site.links[now].targetRange
            let written = loaded.sources.text(range)
            candidates.append(TargetEdit(replacing: range, with: target, in: loaded.sources))
            // What the manifest adds by itself, such as UTM parameters, is not written again.
            let current = site.links[now].target
            if current.hasPrefix(written) {
                let added = current.dropFirst(written.count)
                if !added.isEmpty, target.hasSuffix(added) {
                    let bare = String(target.dropLast(added.count))
                    candidates.append(TargetEdit(replacing: range, with: bare, in: loaded.sources))
                }
            }
        } else if let slash = link.key.firstIndex(of: "/") {
            let slug = String(link.key[link.key.index(after: slash)...])
            let host = link.key[..<slash]
            let neighbour = site.links.first { site.domains[Int($0.domain)].host == host && $0.range.file == 0 }
            if let neighbour {
                candidates.append(
                    TargetEdit(inserting: slug, target: target, before: neighbour.range, in: loaded.sources))
            }
        }
        return candidates.compactMap { $0 }.first(where: says)
    }

    private func says(_ edit: TargetEdit) -> Bool {
        let path = loaded.sources.files[Int(edit.file)].path
        guard let files = try? EditedFiles(path, edit.bytes) else { return false }
        let options = ManifestOptions(
            environment: ProcessInfo.processInfo.environment, allowedPaths: input.allowedPaths, files: files)
        guard let edited = try? ManifestReader(options: options).read(path: input.place.file).site else { return false }
        func states(_ site: Site) -> [String: String] {
            Dictionary(
                site.links.map {
                    (
                        "\(site.domains[Int($0.domain)].host)/\($0.slug.lowercased())",
                        "\($0.redirect) \($0.options.rawValue) \($0.target)"
                    )
                }, uniquingKeysWith: { first, _ in first })
        }
        guard let index = link.index(in: edited), edited.links[index].target == target else { return false }
        var (before, after) = (states(site), states(edited))
        before[link.key] = nil
        after[link.key] = nil
        return before == after
    }
}
