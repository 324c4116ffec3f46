import ArgumentParser
import Ledger
import Support
import TransparencyLog

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Check, back up or make anew the ledger's index.",
        subcommands: [Check.self, Backup.self, Rebuild.self, Log.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fsck", abstract: "Check everything: index, signatures, private values, guard, published log.")
        @OptionGroup var ledger: LedgerOptions
        @Option(help: ArgumentHelp("The log's key; without it signatures are not checked.", valueName: "vkey"))
        var key: String?

        func run() async throws {
            let findings: [LedgerFinding]
            do {
                let verifier = try key.map { try VerifierKey($0) }
                findings = try await LedgerMaintenance.check(ledger.folder, key: verifier)
            } catch let error as LedgerError { throw Failure(error) } catch let error as KeyError {
                throw Failure(error)
            }
            var json = JSONWriter(indent: 2)
            json.array { for finding in findings { $0.string(finding.description) } }
            json.lineEnd()
            if ledger.json {
                Terminal.write(json.bytes)
            } else {
                for finding in findings { Terminal.say(finding.description) }
                if findings.isEmpty { Terminal.say("ok" + (key == nil ? ", signatures not checked" : "")) }
            }
            if !findings.isEmpty { throw ExitStatus.checkFailed }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy the index with its private values, and the guard, to a new folder.")
        @OptionGroup var ledger: LedgerOptions
        @Argument(help: "The folder; it must not hold an index.") var target: String

        func run() async throws {
            do { try LedgerMaintenance.backup(ledger.folder, to: LedgerFolder(target)) } catch { throw Failure(error) }
            Terminal.say("\(target)/index.sqlite holds names and salts: keep it as private as the original")
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild", abstract: "Make the index anew from a copy of the published log.",
            discussion: "Private values come back only from a backup: --values BACKUP/index.sqlite")
        @OptionGroup var ledger: LedgerOptions
        @Argument(help: "The folder of 'checkpoint' and 'tile/'.") var log: String
        @Option(help: ArgumentHelp("The log's key.", valueName: "vkey")) var key: String
        @Option(help: ArgumentHelp("An older index whose values are taken over.", valueName: "file")) var values:
            String?

        func run() async throws {
            do {
                let size = try await LedgerMaintenance.rebuild(
                    ledger.folder, from: log, key: VerifierKey(key), preimages: values)
                Terminal.say("\(size) entries")
            } catch let error as LedgerError { throw Failure(error) } catch let error as KeyError {
                throw Failure(error)
            }
        }
    }

    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "log", abstract: "Print the last signed checkpoint, or the stored bytes of entries.")
        @OptionGroup var ledger: LedgerOptions
        @Argument(help: "Numbers of entries; none: the checkpoint.") var entries: [Int] = []

        func run() async throws {
            let open = try ledger.open()
            if entries.isEmpty { Terminal.write(open.checkpoint ?? []) }
            for number in entries {
                do { Terminal.write(try open.entry(number) + [0x0A]) } catch { throw Failure(error) }
            }
        }
    }
}
