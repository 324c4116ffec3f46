import ArgumentParser
import Glibc
import Ledger
import Support
import TransparencyLog
import Verification

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a signed build, and its anchor on a chain; offline unless --rpc is given.",
        discussion: """
            A SHA256SUMS.note is checked with the SHA256SUMS beside it; the files themselves are checked by \
            'sha256sum -c SHA256SUMS'.

            Logs and their proofs, too: a .wayseal.json bundle, \
            a .tlog-proof (with --entry), a folder with 'checkpoint' and 'tile/', or with --mirror a CSV of \
            index[,field,salt,value].

            Examples:
              wayseal verify dist/current/SHA256SUMS.note --key "$(wayseal keys show)"
              wayseal verify dist/current/site/HOST/log --key KEY
              wayseal verify SHA256SUMS.note --key KEY --anchor proof.json --chain 100 --rpc https://rpc.gnosischain.com
            """)

    @Argument(help: "Files or folders.") var things: [String]
    @Option(help: ArgumentHelp("Whom to trust: a c2sp.org/tlog-policy file.", valueName: "file")) var trust: String?
    @Option(help: ArgumentHelp("The log's key, instead of a policy.", valueName: "vkey")) var key: [String] = []
    @Option(help: ArgumentHelp("A value the record must disclose.", valueName: "field=value")) var expect: [String] = []
    @Option(help: ArgumentHelp("The entry that a .tlog-proof is about.", valueName: "file")) var entry: String?
    @Option(help: ArgumentHelp("A copy of the log for CSV files.", valueName: "dir")) var mirror: String?
    @Option(help: ArgumentHelp("Ask for a status not older than this.", valueName: "seconds")) var statusAge: Int?
    @Option(help: ArgumentHelp("What the issuer says about its keys: a copy of log/keys.json.", valueName: "file"))
    var keys: String?
    @OptionGroup(title: "Anchors") var anchors: AnchorTrustOptions
    @Flag(help: "Print JSON Lines instead of text.") var json = false

    func run() async throws {
        var verifier = Verifier(policy: try policy(), now: Int(time(nil)), anchorCheck: try anchors.check())
        verifier.anchorTime = try anchors.time()
        var expected: [String: String] = [:]
        for pair in expect {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Failure(.usage, "'\(pair)' is not field=value") }
            expected[String(parts[0])] = String(parts[1])
        }
        var allHold = true
        for thing in things {
            let report = VerifyReport(json: json, name: thing)
            do {
                if try Files.status(thing)?.kind == .directory {
                    allHold = await report.log(folder: thing, policy: verifier.policy) && allHold
                } else if let mirror, thing.hasSuffix(".csv") {
                    let bytes = try Files.read(thing)
                    allHold = try await report.batch(bytes, mirror: mirror, policy: verifier.policy) && allHold
                } else {
                    let bytes = try Files.read(thing, limit: 1 << 24)
                    if bytes.first != UInt8(ascii: "{"), let note = SignedNote(bytes) {
                        allHold = try report.note(note, path: thing, verifier, anchors) && allHold
                        continue
                    }
                    let isProof = bytes.starts(with: Array("c2sp.org/tlog-proof".utf8))
                    guard !isProof || entry != nil else { throw Failure(.usage, "a .tlog-proof needs --entry FILE") }
                    let verdict =
                        isProof
                        ? verifier.verdict(proof: bytes, entry: try Files.read(entry ?? "", limit: 1 << 16))
                        : verifier.verdict(bundle: bytes, expected: expected)
                    report.print(verdict)
                    allHold = verdict.isValid && allHold
                }
            } catch let error as FileError { throw Failure(error) }
        }
        if !allHold { throw ExitStatus.checkFailed }
    }

    private func policy() throws(Failure) -> TrustPolicy {
        do {
            var policy: TrustPolicy
            if let trust {
                policy = try TrustPolicy(text: String(decoding: Files.read(trust, limit: 1 << 20), as: UTF8.self))
            } else {
                guard !key.isEmpty else {
                    throw Failure(.usage, "whom to trust is not said", hint: "give --trust FILE or --key VKEY")
                }
                policy = TrustPolicy(logs: try key.map { try VerifierKey($0) })
            }
            if let keys {
                guard let statements = KeyDocuments.statements(try Files.read(keys, limit: 1 << 20)) else {
                    throw Failure(.checkFailed, "\(keys) is not a list of statements about keys")
                }
                policy.follow(statements)
            }
            policy.greatestStatusAge = statusAge
            policy.needsAnchor = anchors.requireAnchor
            return policy
        } catch let error as Failure { throw error } catch let error as FileError { throw Failure(error) } catch {
            throw Failure(.usage, "\(trust ?? "--key"): \(error)")
        }
    }
}
