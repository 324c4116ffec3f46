import ArgumentParser
import Ledger
import Support
import TransparencyLog

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Check, copy and make anew the ledger of what was built.",
        discussion: """
            The ledger's index is private and in no repository: back it up. Everything but the private values can be \
            made anew from the published log.

            Examples:
              wayseal ledger fsck
              wayseal ledger backup /mnt/backup/2026-11-26
              wayseal ledger erase SOM-26-0007
              wayseal ledger rebuild --from copy-of-log --values /mnt/backup/2026-11-26
            """,
        subcommands: [Fsck.self, Backup.self, Rebuild.self, Status.self, Erase.self])

    struct Fsck: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fsck",
            abstract: "Check everything: index, signatures, private values, and each file of the log.")

        @OptionGroup var input: InputOptions
        @Option(help: ArgumentHelp("The public key; default: those that the ledger itself records.", valueName: "vkey"))
        var key: String?

        func run() async throws {
            let settings = try input.ledger()
            let findings = try await LedgerFailure.attempt { () async throws(LedgerError) in
                try await LedgerMaintenance.check(settings.folder, key: try LedgerFailure.key(key))
            }
            if input.print.json {
                var json = JSONWriter(indent: 2)
                json.object {
                    $0.field("ok", findings.isEmpty)
                    $0.key("findings")
                    $0.array { for finding in findings { $0.string(finding.description) } }
                }
                json.lineEnd()
                Terminal.write(json.bytes)
            } else {
                for finding in findings { Terminal.say(finding.description) }
                if findings.isEmpty {
                    Terminal.say("\(settings.folder.path): ok, \(count(try settings.size(), "entry"))")
                }
            }
            if !findings.isEmpty { throw ExitStatus.checkFailed }
        }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copy the index with its private values, and the last checkpoint, into a new folder.",
            discussion: "The copy is readable by you alone; keep it so: it holds what the log only commits to.")

        @OptionGroup var input: InputOptions
        @Argument(help: "The folder; it must not hold a copy yet.") var target: String

        func run() throws {
            let settings = try input.ledger()
            try LedgerFailure.attempt { () throws(LedgerError) in
                try LedgerMaintenance.backup(settings.folder, to: LedgerFolder(target))
            }
            if !input.print.quiet { Terminal.say("wrote \(target)/index.sqlite and \(target)/checkpoint") }
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Make the index anew from a copy of the published log, which is checked whole first.",
            discussion: """
                Private values are not in the log: they come from --values, and each is taken only where it opens its \
                commitment. Without them the log goes on, but history and disclosures of older entries are lost.
                """)

        @OptionGroup var input: InputOptions
        @Option(
            help: ArgumentHelp(
                "The folder of 'checkpoint' and 'tile/'; default: the ledger's own, or the last build's.",
                valueName: "dir"))
        var from: String?
        @Option(help: ArgumentHelp("A backup, or an older index, with the private values.", valueName: "path"))
        var values: String?
        @Option(help: ArgumentHelp("The public key that must have signed the log.", valueName: "vkey")) var key: String

        func run() async throws {
            let settings = try input.ledger()
            let places = [from, settings.folder.log, "dist/current/site/\(settings.host)/log"].compactMap { $0 }
            let log = places.first { (try? Files.status($0 + "/checkpoint")) != nil }
            guard let log, from == nil || log == from else {
                throw Failure(
                    .outsideWorld, "there is no log in \(places[0])", hint: "name a copy of it with --from DIR")
            }
            let old = values.map { (try? Files.status($0)?.kind) == .directory ? LedgerFolder($0).index : $0 }
            let size = try await LedgerFailure.attempt { () async throws(LedgerError) in
                try await LedgerMaintenance.rebuild(
                    settings.folder, from: log, key: try LedgerFailure.key(key), preimages: old)
            }
            if !input.print.quiet {
                Terminal.say("made \(settings.folder.index) anew: \(count(size, "entry")) from \(log)")
                if old == nil { Terminal.note("wayseal: warning: without --values the private values are lost\n") }
            }
        }
    }
}
