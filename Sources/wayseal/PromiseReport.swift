import Redirects
import Site
import Support

/// What servers promise for each link that has a policy, for people and for machines.
struct PromiseReport {
    let site: Site

    /// Links with a policy.
    var linkCount: Int { site.links.count { $0.policy >= 0 } }

    private func promises(limit: Int) -> [(link: Link, promises: [Promise])] {
        site.links.lazy.filter { $0.policy >= 0 }.prefix(limit).map { link in
            guard let policy = site.policy(of: link) else { return (link, []) }
            let servers = site.domains[Int(link.domain)].servers
            return (link, servers.map { Promise(policy, of: link, in: site, on: $0) })
        }
    }

    private func name(_ link: Link) -> String { "\(site.domains[Int(link.domain)].host)/\(link.slug)" }

    /// A paragraph for each link and server.
    func text(limit: Int) -> String {
        var out = ""
        for (link, promises) in promises(limit: limit) {
            for promise in promises {
                out += "\n\(name(link)) on \(promise.server.rawValue)\n"
                for part in promise.parts {
                    let word = part.fidelity.word
                    out += "  \(word)\(String(repeating: " ", count: 13 - word.count))\(part.words)\n"
                    if let note = part.fidelity.note { out += "               \(note)\n" }
                }
            }
        }
        if linkCount > limit { out += "\n… and \(count(linkCount - limit, "link")) more with a policy: --promises\n" }
        return out
    }

    /// `[{"link", "server", "parts": [{"policy", "fidelity", "words", "note"}]}]`.
    func write(to json: inout JSONWriter) {
        json.array { json in
            for (link, promises) in promises(limit: .max) {
                for promise in promises {
                    json.object { json in
                        json.field("link", name(link))
                        json.field("server", promise.server.rawValue)
                        json.key("parts")
                        json.array { json in promise.parts.forEach { Self.write($0, to: &json) } }
                    }
                }
            }
        }
    }

    private static func write(_ part: Promise.Part, to json: inout JSONWriter) {
        json.object { json in
            json.field("policy", part.capability.rawValue)
            json.field("fidelity", part.fidelity.word)
            json.field("words", part.words)
            json.field("note", part.fidelity.note)
        }
    }
}
