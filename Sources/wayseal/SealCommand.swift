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
        let documents = try Sealing.documents(files)
        let desk = try IssuingDesk(input, passphrase)
        for (path, number) in try Sealing.seal(documents, desk) where !input.print.quiet {
            Terminal.say("sealed \(path), entry \(number): \(path).wayseal.json")
        }
    }
}

/// Files are recorded by their digests, and get a bundle beside them.
enum Sealing {
    /// A file and its SHA-256 in hex.
    typealias Document = (path: String, digest: String)

    static func documents(_ paths: [String]) throws -> [Document] {
        try paths.map { path in
            do {
                guard try Files.status(path)?.kind == .file else { throw Failure(.usage, "\(path) is not a file") }
                return (path, Hex.encode(SHA256.hash(try Files.read(path, limit: 1 << 32))))
            } catch let error as FileError { throw Failure(error) }
        }
    }

    /// Answers the number of each file's entry; a file that was sealed before keeps its entry.
    static func seal(_ documents: [Document], _ desk: IssuingDesk) throws -> [(path: String, number: Int)] {
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
        var sealed: [(path: String, number: Int)] = []
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
            sealed.append((path, number))
        }
        return sealed
    }
}
