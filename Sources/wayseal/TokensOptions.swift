import ArgumentParser
import Build
import FoundationEssentials
import Glibc
import Manifest
import Redirects
import Scans
import Site
import Support

/// Which links' tokens, where they lie, and what the log says.
struct TokensOptions: ParsableArguments {
    @OptionGroup var input: InputOptions
    @Option(help: ArgumentHelp("Where the server writes, as 'build --state' has it.", valueName: "dir"))
    var state = "/var/lib/wayseal"
    @Option(
        help: ArgumentHelp(
            "The group of nginx's workers, which delete the tokens that are used. Default: www-data if you are root.",
            valueName: "name"))
    var group: String?
    @Option(
        help: ArgumentHelp(
            "So many scans were counted by the log; for limits above 1,000. Can be given several times.",
            valueName: "link=n"), transform: LinkCount.init)
    var used: [LinkCount] = []
    @Option(help: ArgumentHelp("The same from a database of 'wayseal scans ingest'.", valueName: "file"))
    var database: String?

    func validate() throws {
        try refuseEmpty(state, "--state")
        try refuseEmpty(group, "--group")
        try refuseEmpty(database, "--database")
    }

    /// `menu=17`.
    struct LinkCount {
        var link: String
        var count: Int

        init(_ text: String) throws {
            guard let sign = text.utf8.lastIndex(of: UInt8(ascii: "=")), sign > text.startIndex,
                let count = Int(text[text.utf8.index(after: sign)...]), count >= 0
            else { throw ValueProblem("write it as menu=17") }
            link = String(text[..<sign])
            self.count = count
        }
    }

    /// The links with tokens, and the means to work on them.
    struct Tokens {
        var loaded: Loaded
        var site: Site
        var tickets: [TokenStore.Ticket]
        var store: TokenStore
        var counted: [Int: Int] = [:]

        /// A ticket by the slug of its link, with the host before it if two have the same slug.
        func find(_ name: String) throws(Failure) -> TokenStore.Ticket {
            let found = tickets.filter { TokensReport.names(of: $0, site).contains(name) }
            if found.count == 1 { return found[0] }
            if let first = found.first {
                throw Failure(
                    .usage, "'\(name)' is a link of several hosts", hint: "write \(first.host)/\(name)")
            }
            let all = tickets.flatMap { TokensReport.names(of: $0, site) }
            throw Failure(
                .usage, "no link '\(name)' has a limit that tokens keep",
                hint: SpellingSuggestion.nearest(to: name, among: all).map { "did you mean '\($0)'?" }
                    ?? "'wayseal tokens show' lists those that have")
        }

        /// Runs `work`; what the file system refuses is shown at the link's limit.
        func run<Value>(_ work: () throws(TokenError) -> Value) throws -> Value {
            do throws(TokenError) {
                return try work()
            } catch {
                var loaded = loaded
                let range = error.link.flatMap { link -> SourceRange? in
                    let link = site.links[link]
                    return site.policy(of: link)?.ranges["limit"] ?? site.policy(of: link)?.ranges["once"] ?? link.range
                }
                loaded.diagnostics = [
                    .error(BuildCodes.tokens, at: range, error.description, help: error.hint)
                ]
                loaded.report()
                throw ExitStatus.outsideWorld
            }
        }
    }

    /// Reads the manifest, and what the log says.
    func open() throws -> Tokens {
        let loaded = try input.load()
        loaded.reportBeside(withWarnings: false)
        guard let site = loaded.site else { throw ExitStatus.checkFailed }
        let tickets = TokenStore.tickets(of: site) { LinkIdentity.hex(logID: RouteTable.logID(of: $0)) }
        var access = TokenStore.Access()
        if let group {
            guard let entry = getgrnam(group) else { throw Failure(.usage, "there is no group '\(group)'") }
            access = TokenStore.Access(mode: 0o2770, group: entry.pointee.gr_gid)
        } else if geteuid() == 0, let entry = getgrnam("www-data") {
            access = TokenStore.Access(mode: 0o2770, group: entry.pointee.gr_gid)
        }
        var tokens = Tokens(
            loaded: loaded, site: site, tickets: tickets, store: TokenStore(state: state, access: access))
        if let database {
            try requireCounts(database)
            do {
                let keys = tickets.map { $0.host + RouteTable.logID(of: site.links[$0.link]) }
                let sums = try ReportBuilder.open(database).scans(of: keys)
                for (ticket, key) in zip(tickets, keys) { tokens.counted[ticket.link] = sums[key] ?? 0 }
            } catch { throw Failure(error) }
        }
        for item in used {
            let link = try tokens.find(item.link).link
            tokens.counted[link] = max(item.count, tokens.counted[link] ?? 0)
        }
        return tokens
    }
}

/// What is printed about tokens.
enum TokensReport {
    /// The slug of a ticket's link, and the same with its host.
    static func names(of ticket: TokenStore.Ticket, _ site: Site) -> [String] {
        let slug = site.links[ticket.link].slug
        return [slug, "\(ticket.host)/\(slug)"]
    }

    /// A table, or JSON.
    static func write(_ rows: [TokenStore.Row], _ tokens: TokensOptions.Tokens, json: Bool) {
        if json {
            var writer = JSONWriter(indent: 2)
            writer.array { array in
                for (row, ticket) in zip(rows, tokens.tickets) {
                    array.object {
                        $0.field("link", tokens.site.links[row.link].slug)
                        $0.field("host", ticket.host)
                        $0.field("limit", row.limit)
                        $0.field("issued", row.total)
                        $0.field("used", row.used)
                        $0.field("left", row.left)
                        $0.field("counted_by", row.isCounted ? "log" : "tokens")
                    }
                }
            }
            writer.lineEnd()
            Terminal.write(writer.bytes)
            return
        }
        if rows.isEmpty {
            Terminal.say("no link has a limit that tokens keep")
            return
        }
        let isOneHost = Set(tokens.tickets.map(\.host)).count == 1
        var table = [["link", "limit", "issued", "used", "left", ""]]
        for (row, ticket) in zip(rows, tokens.tickets) {
            table.append([
                names(of: ticket, tokens.site)[isOneHost ? 0 : 1], String(row.limit), String(row.total),
                String(row.used),
                String(row.left), row.isCounted ? "by the log" : "",
            ])
        }
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        for line in table {
            var text = ""
            for (column, cell) in line.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                text += (column == 0 ? cell + space : column == 5 ? cell : space + cell) + "  "
            }
            while text.hasSuffix(" ") { text.removeLast() }
            Terminal.say(text)
        }
    }
}
