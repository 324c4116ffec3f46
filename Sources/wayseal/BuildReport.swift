import ArgumentParser
import Build
import Redirects
import Site
import Support

/// What a build says when it has ended.
enum BuildReport {
    /// What happened, then where everything is.
    static func text(_ result: BuildResult, _ site: Site, archive: BuildOptions.Archive?) -> String {
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
        if let line = removals(result) { lines.append("  " + line) }
        let servers = Set(site.domains.flatMap(\.servers))
        if servers.contains(.nginx) {
            lines.append("  nginx    \(result.path)/nginx/wayseal.conf, to include inside http {}")
        }
        if servers.contains(.caddy) {
            lines.append("  caddy    \(result.path)/\(CaddyEmitter.path(site, trial: false))")
        }
        if result.codes > 0 {
            lines.append("  codes    \(result.path)/codes\(archive.map { ".\($0.rawValue)" } ?? "")")
        }
        lines.append("  hashes   \(result.path)/SHA256SUMS")
        if let signer = result.signer {
            lines.append("  signed   by \(signer)")
            if let ledger = result.ledger {
                let added = ledger.added > 0 ? "\(ledger.added) new" : "none new"
                lines.append("  ledger   \(count(ledger.size, "entry")), \(added); commit \(ledger.checkpoint)")
            }
        } else {
            lines.append("  not signed: there is no key yet; 'wayseal keys new' makes one")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// That links were removed, which is told even when nothing else is.
    static func removals(_ result: BuildResult) -> String? {
        let removed = result.lock.count(of: .removed)
        if removed == 0 { return nil }
        return "\(count(removed, "link")) REMOVED: old prints of \(removed == 1 ? "it" : "them") lead to the 404 page"
    }

    static func json(_ result: BuildResult, _ batches: [BatchBuild.Made]) -> [UInt8] {
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
            if !batches.isEmpty { BatchBuild.write(batches, to: &json) }
            if let ledger = result.ledger {
                json.key("ledger")
                json.object {
                    $0.field("origin", ledger.origin)
                    $0.field("size", ledger.size)
                    $0.field("added", ledger.added)
                    $0.field("checkpoint", ledger.checkpoint)
                }
            }
        }
        json.lineEnd()
        return json.bytes
    }
}

/// `svg,png` or `none`.
struct FormatList {
    var formats: [CodeSettings.Format]

    init(_ argument: String) throws {
        if argument == "none" {
            formats = []
            return
        }
        var formats: [CodeSettings.Format] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let format = CodeSettings.Format(rawValue: String(part)) else {
                throw ValueProblem("write 'svg', 'png', 'pdf' and 'eps' with commas, or 'none'")
            }
            guard !formats.contains(format) else { throw ValueProblem("it names '\(part)' twice") }
            formats.append(format)
        }
        self.formats = CodeSettings.Format.allCases.filter(formats.contains)
    }
}

/// `8080,8443`: two ports that differ.
struct TrialPorts {
    var http: UInt16
    var https: UInt16

    init(http: UInt16, https: UInt16) {
        self.http = http
        self.https = https
    }

    init(_ argument: String) throws {
        let ports = argument.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) ?? 0 }
        guard ports.count == 2, !ports.contains(0), ports[0] != ports[1] else {
            throw ValueProblem("write two ports from 1 to 65535 that differ, for HTTP and HTTPS, such as 8080,8443")
        }
        self.init(http: ports[0], https: ports[1])
    }
}
