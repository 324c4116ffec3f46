import ArgumentParser
import Build
import Support

struct TokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Keep the scans that are left of links with a limit.",
        discussion: """
            A link with 'limit:' or 'once:' on nginx has an empty file for each scan that is left; nginx deletes one with \
            each redirect. Run 'wayseal tokens sync' on the server whenever a new build is there: it makes what is \
            missing, and never touches what was used.

            Examples:
              sudo wayseal tokens sync
              wayseal tokens show
              sudo wayseal tokens topup flash --by 50
              sudo wayseal tokens revoke vip

            Limits above 1,000 are counted by the access log until 500 are left: for those run 'sync' every minute with \
            --database or --used.
            """,
        subcommands: [Sync.self, Show.self, TopUp.self, Revoke.self])

    struct Sync: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync", abstract: "Bring the tokens in line with the manifest's limits.")

        @OptionGroup var options: TokensOptions

        func run() throws {
            let tokens = try options.open()
            var bar = ProgressBar(isQuiet: options.input.print.quiet)
            let rows = try tokens.run { () throws(TokenError) in
                try tokens.store.sync(tokens.tickets, counted: tokens.counted) { bar.show("links", $0, $1) }
            }
            bar.clear()
            if options.input.print.json {
                TokensReport.write(rows, tokens, json: true)
            } else if !options.input.print.quiet {
                let left = rows.reduce(0) { $0 + $1.left }
                Terminal.say("\(count(rows.count, "link")) with a limit, \(count(left, "scan")) left")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print limit, issued, used and left of each link.")

        @OptionGroup var options: TokensOptions

        func run() throws {
            let tokens = try options.open()
            let rows = try tokens.run { () throws(TokenError) in
                try tokens.store.rows(tokens.tickets, counted: tokens.counted)
            }
            TokensReport.write(rows, tokens, json: options.input.print.json)
        }
    }

    struct TopUp: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "topup", abstract: "Give a link more scans than the manifest says.",
            discussion: """
                The number stays beside the tokens: later runs of 'sync' keep it. To raise a limit for good, raise it in \
                the manifest.
                """)

        @OptionGroup var options: TokensOptions
        @Argument(help: "The link's slug; HOST/SLUG if two hosts have it.")
        var link: String
        @Option(help: ArgumentHelp("How many more.", valueName: "n"))
        var by: Int

        func validate() throws {
            if !(1...1_000_000).contains(by) { throw ValidationError("--by must be from 1 to 1000000") }
        }

        func run() throws { try change(options, link, .add(by)) }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Take back all scans that a link has left.",
            discussion: "'topup' gives new ones. Scans that were used stay used.")

        @OptionGroup var options: TokensOptions
        @Argument(help: "The link's slug; HOST/SLUG if two hosts have it.")
        var link: String

        func run() throws { try change(options, link, .revoke) }
    }

    /// Changes one link's scans, and prints its line.
    private static func change(_ options: TokensOptions, _ link: String, _ change: TokenStore.Change) throws {
        var tokens = try options.open()
        tokens.tickets = [try tokens.find(link)]
        let rows = try tokens.run { () throws(TokenError) in
            try tokens.store.sync(
                tokens.tickets, counted: tokens.counted, extra: [tokens.tickets[0].link: change])
        }
        if !options.input.print.quiet { TokensReport.write(rows, tokens, json: options.input.print.json) }
    }
}
