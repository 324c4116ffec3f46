import Site
import Support

/// Links that lead to links: chains are slow, circles never end.
enum LinkGraph {
    /// O(links with a target on an own domain × parts of their paths).
    static func check(_ table: inout LinkTable, _ sink: inout DiagnosticSink) {
        checkFallbacks(&table, &sink)
        var next: [Int: Int] = [:]
        for (link, domain) in table.ownTargets {
            switch destination(of: table.links[link], domain, &table) {
            case .link(let other): next[link] = other
            case .nothing(let path):
                reportDead(path, domain, at: table.links[link].targetRange, table, &sink)
            case .elsewhere: break
            }
        }
        let circles = report(next, table, &sink)
        checkPolicies(next, circles, &table, &sink)
    }

    private static func reportDead(
        _ path: String, _ domain: Int, at range: SourceRange, _ table: LinkTable, _ sink: inout DiagnosticSink
    ) {
        sink.add(.warning, ManifestCodes.deadTarget, at: range) {
            .warning(
                ManifestCodes.deadTarget, at: range, "there is no link \(table.domains[domain].host)/\(path)",
                help: "whoever scans this gets the page for unknown links")
        }
    }

    /// What policies lead to. A circle through a policy may close only sometimes, so it is a warning; a policy that
    /// leads to its own link always does. O(links and targets on own domains).
    private static func checkPolicies(
        _ next: [Int: Int], _ circles: Set<Int>, _ table: inout LinkTable, _ sink: inout DiagnosticSink
    ) {
        var edges: [(from: Int, to: Int, range: SourceRange)] = []
        for place in table.policyTargets where place.link < table.links.count {
            var found = destination(ofTarget: place.target, place.domain, &table)
            if case .nothing = found, table.links[place.link].options.contains(.forwardSuffix) { found = .elsewhere }
            switch found {
            case .elsewhere: break
            case .nothing(let path): reportDead(path, place.domain, at: place.range, table, &sink)
            case .link(let other) where other == place.link:
                sink.add(
                    .error(
                        ManifestCodes.targetLoop, at: place.range, "this leads back to the link itself",
                        help: "write where visitors should end up"))
            case .link(let other): edges.append((place.link, other, place.range))
            }
        }
        if edges.isEmpty { return }
        var following: [Int: [Int]] = next.mapValues { [$0] }
        for edge in edges { following[edge.from, default: []].append(edge.to) }
        let component = components(following)
        for edge in edges where !circles.contains(edge.from) {
            let isCircle = component[edge.from] != nil && component[edge.from] == component[edge.to]
            sink.add(.warning, isCircle ? ManifestCodes.targetLoop : ManifestCodes.targetChain, at: edge.range) {
                let other = table.links[edge.to]
                let notes = [Diagnostic.Note("it leads on from here", at: other.range)]
                if isCircle {
                    return .warning(
                        ManifestCodes.targetLoop, at: edge.range,
                        "this may lead back to the link itself, depending on the visitor and the time", notes: notes)
                }
                return .warning(
                    ManifestCodes.targetChain, at: edge.range, "this target is a short link itself", notes: notes,
                    help: other.policy < 0 ? "write \(other.target)" : nil)
            }
        }
    }

    /// For each node the number of its strongly connected component (Tarjan 1972, without recursion). O(nodes + edges).
    private static func components(_ following: [Int: [Int]]) -> [Int: Int] {
        var index: [Int: Int] = [:]
        var low: [Int: Int] = [:]
        var component: [Int: Int] = [:]
        var stack: [Int] = []
        for root in following.keys.sorted() where index[root] == nil {
            var walk: [(node: Int, edge: Int)] = [(root, 0)]
            while let (node, edge) = walk.last {
                if edge == 0 {
                    index[node] = index.count
                    low[node] = index[node]
                    stack.append(node)
                }
                let targets = following[node] ?? []
                if edge < targets.count {
                    walk[walk.count - 1].edge += 1
                    let other = targets[edge]
                    if index[other] == nil {
                        walk.append((other, 0))
                    } else if component[other] == nil {
                        low[node] = min(low[node] ?? 0, index[other] ?? 0)
                    }
                    continue
                }
                if low[node] == index[node] {
                    while let top = stack.popLast() {
                        component[top] = node
                        if top == node { break }
                    }
                }
                walk.removeLast()
                if let parent = walk.last?.node { low[parent] = min(low[parent] ?? 0, low[node] ?? 0) }
            }
        }
        return component
    }

    private enum Destination {
        case link(Int)
        case nothing(String)
        case elsewhere
    }

    private static func destination(of link: Link, _ domain: Int, _ table: inout LinkTable) -> Destination {
        var found = destination(ofTarget: link.target, domain, &table)
        if case .nothing = found, link.options.contains(.forwardSuffix) {
            // What follows the wildcard's prefix is appended: any rest stands for all.
            let path = link.target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            found = destination(ofTarget: String(decoding: path, as: UTF8.self) + "/x", domain, &table)
            if case .nothing = found { return .elsewhere }
        }
        return found
    }

    /// What our own server would answer for a normalised target on one of its domains.
    private static func destination(ofTarget target: String, _ domain: Int, _ table: inout LinkTable)
        -> Destination
    {
        // After `https://HOST/`, up to query or fragment.
        let bytes = Array(target.utf8)
        let scheme = bytes.starts(with: "https:".utf8) ? 8 : 7
        let start = bytes[min(scheme, bytes.count)...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
        var path = Array(
            bytes[start...].dropFirst().prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        if path.isEmpty { return .elsewhere }
        let isFolder = path.last == UInt8(ascii: "/")
        if isFolder { path.append(UInt8(ascii: "x")) }
        var slug: [UInt8] = []
        do throws(TextProblem) {
            try SlugText.normalize(path.span, into: &slug)
        } catch {
            return error.code == ManifestCodes.reservedSlug
                ? .elsewhere : .nothing(String(decoding: path, as: UTF8.self))
        }
        if !isFolder, let link = table.index.find(domain: UInt16(domain), slug, table.links) {
            return .link(link)
        }
        guard table.hasWildcards else { return .nothing(String(decoding: path, as: UTF8.self)) }
        // The longest prefix wins: a/b/*, a/*, *.
        var end = slug.count
        while true {
            let cut = slug[..<end].lastIndex(of: UInt8(ascii: "/"))
            let wildcard = (cut.map { Array(slug[...$0]) } ?? []) + [UInt8(ascii: "*")]
            if let link = table.index.find(domain: UInt16(domain), wildcard, table.links) {
                return .link(link)
            }
            guard let cut else { return .nothing(String(decoding: path, as: UTF8.self)) }
            end = cut
        }
    }

    /// The links that are in a circle of targets come back.
    private static func report(_ next: [Int: Int], _ table: LinkTable, _ sink: inout DiagnosticSink) -> Set<Int> {
        // Each link leads to at most one other: follow, and remember the walk in which a link was seen.
        var walkOf: [Int: Int] = [:]
        var inCircle: Set<Int> = []
        for start in next.keys.sorted() where walkOf[start] == nil {
            var link = start
            var walk: [Int] = []
            while walkOf[link] == nil {
                walkOf[link] = start
                walk.append(link)
                guard let following = next[link] else { break }
                link = following
            }
            guard next[link] != nil, walkOf[link] == start, let entry = walk.firstIndex(of: link),
                next[walk.last ?? link] == link
            else { continue }
            let circle = walk[entry...]
            inCircle.formUnion(circle)
            reportCircle(Array(circle), table, &sink)
        }
        for link in next.keys.sorted() where !inCircle.contains(link) {
            guard let following = next[link] else { continue }
            let range = table.links[link].targetRange
            sink.add(.warning, ManifestCodes.targetChain, at: range) {
                .warning(
                    ManifestCodes.targetChain, at: range, "this target is a short link itself",
                    notes: [Diagnostic.Note("it leads on from here", at: table.links[following].range)],
                    help: table.links[following].policy < 0 ? "write \(table.links[following].target)" : nil)
            }
        }
        return inCircle
    }

    private static func reportCircle(_ circle: [Int], _ table: LinkTable, _ sink: inout DiagnosticSink) {
        // Begin with the link that stands first, so that the message does not depend on where the walk began.
        guard let least = circle.min(), let place = circle.firstIndex(of: least) else { return }
        let ordered = Array(circle[place...] + circle[..<place])
        let range = table.links[least].targetRange
        sink.add(.error, ManifestCodes.targetLoop, at: range) {
            .error(
                ManifestCodes.targetLoop, at: range,
                ordered.count == 1
                    ? "this link leads to itself"
                    : "this link leads back to itself through \(ordered.count - 1) more",
                notes: ordered.dropFirst().prefix(10).map {
                    Diagnostic.Note("by way of this one", at: table.links[$0].range)
                })
        }
    }

    private static func checkFallbacks(_ table: inout LinkTable, _ sink: inout DiagnosticSink) {
        let hosts = HostIndex(table.domains)
        for domain in table.domains {
            for (fallback, isHome) in [(domain.home, true), (domain.missing, false)] {
                guard case .redirect(let url) = fallback else { continue }
                let bytes = Array(url.utf8)
                guard let parts = TargetText.normalParts(bytes.span),
                    let own = hosts.find(bytes.span.extracting(parts.host))
                else { continue }
                var isLoop = false
                switch destination(ofTarget: url, own, &table) {
                case .nothing: isLoop = !isHome && table.domains[own].host == domain.host
                case .elsewhere: isLoop = isHome && table.domains[own].host == domain.host
                case .link: break
                }
                if isLoop {
                    let what = isHome ? "home" : "missing"
                    sink.add(
                        .error(
                            ManifestCodes.targetLoop, at: domain.range,
                            "'\(what)' of \(domain.host) leads to itself: \(url)"))
                }
            }
        }
    }
}
