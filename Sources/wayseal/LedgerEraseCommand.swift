import ArgumentParser
import Ledger
import Support
import TransparencyLog

extension LedgerCommand {
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase",
            abstract: "Delete what the log only commits to: the values of a certificate, their salts, its author.",
            discussion: """
                The entry stays in the log and says nothing any more: what is erased can't be disclosed again. Of a \
                certificate its number, batch and title stay, so that the number is never given away again, and 'issue' \
                leaves it alone; of an entry by its own number nothing stays. The next build takes the values off the \
                site. Backups, copies that others hold and the holder's own files are not reached: delete them, too.

                Examples:
                  wayseal ledger erase SOM-26-0007 --yes
                  wayseal ledger erase '#17' --yes
                """)

        @OptionGroup var input: InputOptions
        @Argument(help: "Numbers of certificates, or of entries as #17.") var things: [String]
        @Flag(help: "Don't ask for anything to be typed: it can't be undone.") var yes = false

        func run() throws {
            let place = try input.ledger()
            guard yes else {
                throw Failure(
                    .usage, "what is erased can't be brought back; nothing was erased", hint: "say so with --yes")
            }
            try LedgerFailure.attempt { () throws(LedgerError) in
                let ledger = try Ledger.open(place.folder, origin: place.folder.origin(), mayCreate: false)
                var numbers: [(number: Int, isCertificate: Bool)] = []
                for thing in things {
                    if thing.hasPrefix("#"), let number = Int(thing.dropFirst()) {
                        _ = try ledger.entry(number)
                        numbers.append((number, false))
                    } else {
                        let versions = try ledger.index.versions(of: thing)
                        if versions.isEmpty {
                            throw LedgerError.unknown("the ledger has no certificate '\(thing)'; nothing was erased")
                        }
                        numbers += versions.map { ($0, true) }
                    }
                }
                for (number, isCertificate) in numbers { try ledger.erase(number, keepsNumber: isCertificate) }
                try ledger.compact()
                if !input.print.quiet {
                    Terminal.say(
                        "erased the values of \(count(numbers.count, "entry")); delete older backups and the holders' files"
                    )
                }
            }
        }
    }
}
