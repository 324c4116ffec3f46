import ArgumentParser
import Build
import Ledger
import Manifest
import Site
import Support

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Point a link back to where it led before, by one line of the manifest.",
        discussion: """
            Changes the line that has the link's target, and no other byte. Nothing is undone: the next build \
            records a further version. Without @N the version before the last is meant.

            Examples:
              wayseal restore hello@3
              wayseal restore hello                what it was before the last change
              wayseal restore hello@3 --dry-run    only shows the line
            """)

    @OptionGroup var input: InputOptions
    @Argument(help: "The slug, HOST/SLUG or URL, and @ with the number that 'wayseal history' shows.") var link: String
    @Option(help: ArgumentHelp("The host; default: the default domain.", valueName: "host")) var host: String?
    @Flag(help: "Show the line and change nothing.") var dryRun = false

    func validate() throws { try refuseEmpty(host, "--host") }

    func run() throws {
        let (name, number) = try Self.parts(link)
        let loaded = try input.load()
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        let link = try RecordedLink(name, host: host, in: site)
        let wanted = try state(of: link, number, loaded)
        let now = link.index(in: site)
        if let now, site.links[now].target == wanted.target {
            return Terminal.say("\(link.key) leads there already: \(wanted.target)")
        }
        let restoration = LinkRestoration(link: link, target: wanted.target, loaded: loaded, site: site, input: input)
        guard let edit = restoration.edit(now) else {
            throw Failure(
                .checkFailed, "the line can't be changed by itself", hint: instead(link, wanted.target, now, loaded))
        }
        let path = loaded.sources.files[Int(edit.file)].path
        Terminal.say("\(path):\(edit.line): \(edit.text)")
        let status = now.map { Int(site.links[$0].redirect.rawValue) } ?? 302
        if let before = wanted.redirect.flatMap({ Int($0.prefix(3)) }), before != status {
            Terminal.note(
                "wayseal: warning: its status was \(before) then and is \(status) now; change 'redirect' yourself\n")
        }
        if dryRun { return }
        do {
            try Files.replace(
                Files.realPath(path) ?? path, edit.bytes, mode: try Files.status(path)?.mode ?? 0o644)
        } catch { throw Failure(error) }
        Terminal.note("changed; next: 'wayseal plan', then 'wayseal build'\n")
    }

    /// `hello@3`: slugs may hold an `@` of their own, so only digits behind the last one are a number.
    private static func parts(_ text: String) throws -> (name: String, number: Int?) {
        guard let at = text.lastIndex(of: "@") else { return (text, nil) }
        let digits = text[text.index(after: at)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return (text, nil) }
        guard let number = Int(digits), number > 0 else { throw ValidationError("versions are numbered from 1") }
        return (String(text[..<at]), number)
    }

    /// What to put back: of the ledger, or without one what `wayseal.lock` remembers of a removed link.
    private func state(
        of link: RecordedLink, _ number: Int?, _ loaded: Loaded
    ) throws -> (target: String, redirect: String?) {
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        if site.ledger == nil, number == nil, let entry = loaded.lock.entry(link.key), !entry.isLive {
            return (entry.target, entry.state)
        }
        let versions = try link.versions(in: site)
        let chosen: LinkVersion?
        if let number {
            guard number <= versions.count else {
                throw Failure(
                    .checkFailed, "'\(link.key)' has \(count(versions.count, "version")), there is no @\(number)")
            }
            chosen = versions[number - 1]
        } else {
            chosen = versions.dropLast().last { $0.target?.isEmpty == false && $0.target != versions.last?.target }
        }
        guard let chosen else { throw Failure(.checkFailed, "'\(link.key)' led nowhere else before") }
        guard let target = chosen.target else {
            throw Failure(.checkFailed, "where version @\(chosen.number) led was erased")
        }
        guard !target.isEmpty else {
            throw Failure(
                .checkFailed, "version @\(chosen.number) is the removal of '\(link.key)'",
                hint: "to remove it, delete its line")
        }
        return (target, chosen.redirect)
    }

    private func instead(_ link: RecordedLink, _ target: String, _ now: Int?, _ loaded: Loaded) -> String {
        guard let now, let site = loaded.site else {
            let slug = link.key.drop { $0 != "/" }.dropFirst()
            return
                "add it to 'links': \(TargetEdit.scalar(String(slug), quoted: false)): \(TargetEdit.scalar(target, quoted: false))"
        }
        let place = loaded.sources.position(of: site.links[now].targetRange)
        return "write \(target) at \(place.path):\(place.line):\(place.column)"
    }
}
