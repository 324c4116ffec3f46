import Redirects
import Site
import Support

/// A simulated answer, for people and for machines.
struct TestReport {
    let site: Site
    let sources: SourceMap
    let request: Simulator.Request
    let answer: Simulator.Answer

    private var url: String {
        "\(request.scheme.rawValue)://\(request.host)\(String(decoding: request.target, as: UTF8.self))"
    }

    /// Three or four lines: the request, the answer, why, and which line of the manifest says so.
    var text: String {
        var out = "\(request.method) \(url)\n"
        var result = answer.status == 0 ? "no answer: nothing listens there" : "\(answer.status)"
        if let location = answer.location { result += " → \(location)" }
        out += "  \(result)\n"
        for reason in answer.reason { out += "  \(reason)\n" }
        if let index = answer.link {
            let link = site.links[index]
            let place = sources.position(of: link.range)
            out += "  link '\(link.slug)' at \(place.path):\(place.line):\(place.column)\n"
        }
        return out
    }

    /// `{"request", "server", "status", "location", "variant", "page", "denial", "reason", "link"}`: the link with its place.
    var json: [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.field("request", "\(request.method) \(url)")
            json.field("server", request.server.rawValue)
            json.field("status", answer.status)
            json.field("location", answer.location)
            json.field("variant", answer.variant)
            json.field("page", answer.page?.rawValue)
            json.field("denial", answer.denial?.rawValue)
            json.key("reason")
            json.array { json in answer.reason.forEach { json.string($0) } }
            if let index = answer.link {
                let link = site.links[index]
                let place = sources.position(of: link.range)
                json.key("link")
                json.object { json in
                    json.field("slug", link.slug)
                    json.field("path", place.path)
                    json.field("line", place.line)
                    json.field("column", place.column)
                }
            }
        }
        json.lineEnd()
        return json.bytes
    }
}
