import ArgumentParser
import Certificates
import Ledger
import Support
import TransparencyLog
import Verification

struct SealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Record documents by their SHA-256, and write a bundle beside each.",
        discussion: """
            FILE.wayseal.json and FILE.tlog-proof prove what the file was, and when it was recorded; the file itself is \
            neither changed nor published. A file that was sealed before keeps its entry.

            Examples:
              wayseal seal contract.pdf
              wayseal verify contract.pdf --key "$(wayseal keys show)"
            """)

    @Argument(help: "Files.") var files: [String]
    @OptionGroup var input: InputOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() throws {
        var documents: [(path: String, digest: String)] = []
        for path in files {
            do {
                guard try Files.status(path)?.kind == .file else {
                    throw Failure(.usage, "\(path) is not a file")
                }
                documents.append((path, Hex.encode(SHA256.hash(try Files.read(path, limit: 1 << 32)))))
            } catch let error as FileError { throw Failure(error) }
        }
        let desk = try IssuingDesk(input, passphrase)
        var ledger = try desk.open()
        var numbers: [String: Int] = [:]
        var drafts: [Draft] = []
        for (path, digest) in documents where numbers[digest] == nil {
            let known = try desk.attempt { () throws(LedgerError) in try ledger.index.document(sha256: digest) }
            numbers[digest] = known ?? ledger.size + drafts.count
            if known == nil {
                drafts.append(.document(Files.name(of: path), sha256: digest, author: Surroundings.author))
            }
        }
        if !drafts.isEmpty { try desk.append(drafts, to: &ledger) }
        let status = try desk.statusFiles(&ledger)
        for (path, digest) in documents {
            guard let number = numbers[digest] else { continue }
            let (evidence, values) = try desk.attempt { () throws(LedgerError) in
                (try ledger.index.evidence(of: number, key: desk.verifier), try ledger.index.values(of: number))
            }
            let bundle = ProofBundle(
                evidence, log: desk.verifier, disclosed: values, status: Issue.lists(for: number, in: status))
            do {
                try Files.replace(path + ".wayseal.json", bundle.serialized)
                try Files.replace(path + ".tlog-proof", bundle.proof.serialized)
            } catch { throw Failure(error) }
            if !input.print.quiet { Terminal.say("sealed \(path), entry \(number): \(path).wayseal.json") }
        }
    }
}
