import ArgumentParser
import Build
import Site
import Support

/// What a build says when it has ended.
enum BuildReport {
    static func text(_ result: BuildResult, _ site: Site) -> String {
        var lines: [String] = []
        if result.isNew {
            let facts = [
                count(site.links.count, "link"), result.codes > 0 ? count(result.codes, "code") : nil,
                count(result.files, "file"),
            ].compactMap { $0 }
            lines.append("built generation \(result.generation): \(facts.joined(separator: ", "))")
        } else {
            lines.append("nothing changed: generation \(result.generation) stays, \(count(result.files, "file"))")
        }
        let removed = result.lock.count(of: .removed)
        if removed > 0 {
            lines.append(
                "  \(count(removed, "link")) REMOVED: old prints of \(removed == 1 ? "it" : "them") lead to the 404 page"
            )
        }
        let servers = Set(site.domains.flatMap(\.servers))
        if servers.contains(.nginx) {
            lines.append("  nginx    \(result.path)/nginx/wayseal.conf, to include inside http {}")
        }
        if servers.contains(.caddy) { lines.append("  caddy    \(result.path)/caddy/caddy.json") }
        if result.codes > 0 { lines.append("  codes    \(result.path)/codes") }
        lines.append("  hashes   \(result.path)/SHA256SUMS")
        if let signer = result.signer {
            lines.append("  signed   by \(signer)")
        } else {
            lines.append("  not signed: there is no key yet; 'wayseal keys new' makes one")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func json(_ result: BuildResult) -> [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.field("generation", result.generation)
            json.field("new", result.isNew)
            json.field("path", result.path)
            json.field("codes", result.codes)
            json.field("files", result.files)
            json.field("changes", result.lock.changeCount)
            json.field("removed", result.lock.count(of: .removed))
            if let signer = result.signer { json.field("signer", "\(signer)") }
        }
        json.lineEnd()
        return json.bytes
    }
}

/// `svg,png` or `none`.
struct FormatList: ExpressibleByArgument {
    var formats: [CodeSettings.Format]

    init?(argument: String) {
        if argument == "none" {
            formats = []
            return
        }
        var formats: [CodeSettings.Format] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let format = CodeSettings.Format(rawValue: String(part)), !formats.contains(format) else {
                return nil
            }
            formats.append(format)
        }
        self.formats = CodeSettings.Format.allCases.filter(formats.contains)
    }
}

/// `8080,8443`: two ports that differ.
struct TrialPorts: ExpressibleByArgument {
    var http: UInt16
    var https: UInt16

    init(http: UInt16, https: UInt16) {
        self.http = http
        self.https = https
    }

    init?(argument: String) {
        let ports = argument.split(separator: ",").map { UInt16($0) ?? 0 }
        guard ports.count == 2, !ports.contains(0), ports[0] != ports[1] else { return nil }
        self.init(http: ports[0], https: ports[1])
    }

    var defaultValueDescription: String { "\(http),\(https)" }
}
