import ArgumentParser
import Ledger
import Support
import TransparencyLog

/// What `revoke`, `suspend` and `reinstate` share.
struct StatusChange: ParsableArguments {
    @Argument(help: "Numbers of certificates.") var ids: [String]
    @Option(help: ArgumentHelp("Why; kept privately, committed to in the ledger.", valueName: "text"))
    var reason: String
    @OptionGroup var input: InputOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws { try refuseEmpty(reason, "--reason") }

    func run(_ kind: LedgerEntry.Kind) throws {
        let desk = try IssuingDesk(input, passphrase)
        var ledger = try desk.open()
        let (revoked, suspended) = try desk.attempt { () throws(LedgerError) in try ledger.index.statuses() }
        var drafts: [Draft] = []
        for id in ids {
            let found = try desk.attempt { () throws(LedgerError) in try ledger.index.certificate(id) }
            guard let certificate = found else {
                throw Failure(.checkFailed, "the ledger has no certificate '\(id)'; nothing was changed")
            }
            let problem: String? =
                if revoked.contains(certificate.index) {
                    "'\(id)' is revoked, for ever"
                } else if kind == .suspend, suspended.contains(certificate.index) {
                    "'\(id)' is suspended already"
                } else if kind == .restore, !suspended.contains(certificate.index) {
                    "'\(id)' is not suspended"
                } else { nil }
            if let problem { throw Failure(.checkFailed, "\(problem); nothing was changed") }
            drafts.append(.status(kind, of: certificate.index, reason: reason, author: Surroundings.author))
        }
        try desk.append(drafts, to: &ledger)
        let word = kind == .revoke ? "revoked" : kind == .suspend ? "suspended" : "reinstated"
        if input.print.json {
            var json = JSONWriter(indent: 2)
            json.object { json in
                json.key(word)
                json.array { for id in ids { $0.string(id) } }
                json.field("entries", ledger.size)
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        } else if !input.print.quiet {
            Terminal.say("\(word) \(ids.joined(separator: ", ")); commit \(ledger.folder.checkpoint)")
            Terminal.say("next: 'wayseal build' publishes the new status")
        }
    }
}

struct RevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke certificates, for ever.",
        discussion: "Example:\n  wayseal revoke SOM-26-0007 --reason 'exam was void'")
    @OptionGroup var change: StatusChange
    func run() throws { try change.run(.revoke) }
}

struct SuspendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend certificates until they are reinstated.")
    @OptionGroup var change: StatusChange
    func run() throws { try change.run(.suspend) }
}

struct ReinstateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate", abstract: "End the suspension of certificates.")
    @OptionGroup var change: StatusChange
    func run() throws { try change.run(.restore) }
}
