import Ledger
import Support
import TransparencyLog
import Verification

/// How verdicts are printed. There is never one green word: each question has its own answer.
struct VerifyReport {
    let json: Bool
    let name: String

    func print(_ verdict: Verdict) {
        if json {
            var json = JSONWriter()
            json.object { json in
                json.field("file", name)
                json.field("valid", verdict.isValid)
                json.field("reason", verdict.reason)
                json.key("answers")
                json.object { json in
                    for (question, answer) in verdict.answers {
                        json.key(question.rawValue)
                        json.object { json in
                            let (word, text) = Self.words(answer)
                            json.field("answer", word)
                            json.field("text", text)
                        }
                    }
                }
            }
            json.lineEnd()
            return Terminal.write(json.bytes)
        }
        Terminal.say("\(name): \(verdict.isValid ? "the record is authentic" : "NOT VALID")")
        for (question, answer) in verdict.answers {
            let (word, text) = Self.words(answer)
            Terminal.say("  \(question.rawValue): \(word), \(text)")
        }
        if verdict.isValid {
            Terminal.say("  not proven: that the thing in your hand is the original; compare it with the values above")
        }
    }

    private static func words(_ answer: Verdict.Answer) -> (word: String, text: String) {
        switch answer {
        case .holds(let text): ("yes", text)
        case .fails(let text): ("no", text)
        case .unknown(let text): ("unknown", text)
        }
    }

    private func line(_ isGood: Bool, _ text: String) -> Bool {
        if json {
            var json = JSONWriter()
            json.object {
                $0.field("file", name)
                $0.field("valid", isGood)
                $0.field("reason", text)
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        } else {
            Terminal.say("\(name): \(text)")
        }
        return isGood
    }

    private static func source(_ folder: String) -> LogAudit.Source {
        { try? Files.read(folder + "/" + $0, limit: 1 << 25) }
    }

    /// A note and what it is about: the list of hashes beside it, and its anchor.
    func note(
        _ note: SignedNote, path: String, _ verifier: Verifier, _ anchors: AnchorTrustOptions
    ) throws(Failure) -> Bool {
        guard let key = verifier.policy.logs.first(where: { note.isSigned(by: $0) }) else {
            return line(false, "NOT VALID: none of the trusted keys has signed it")
        }
        var said = "signed by \(key.name)"
        let lines = note.text.split(separator: "\n")
        do {
            if lines.first == "wayseal/sha256sums@v1" {
                let list = Files.join(Files.parent(of: path), "SHA256SUMS")
                let digest = Hex.encode(SHA256.hash(try Files.read(list)))
                guard lines.dropFirst().first?.split(separator: " ").first.map(String.init) == digest else {
                    return line(false, "NOT VALID: \(list) is not the one that was signed")
                }
                said += "; \(list) is the one that was signed"
            }
            guard let proof = anchors.anchor else {
                return line(!anchors.requireAnchor, said + (anchors.requireAnchor ? "; NOT VALID: no --anchor" : ""))
            }
            let value = Checkpoint.anchorValue(of: note)
            let answer = verifier.anchorCheck?(try Files.read(proof, limit: 1 << 24), value) ?? .unknown("not checked")
            let (word, text) = Self.words(answer)
            return line(word != "no", "\(said); anchor: \(word), \(text)")
        } catch { throw Failure(error) }
    }

    /// Every file of a log.
    func log(folder: String, policy: TrustPolicy) async -> Bool {
        do {
            var policy = policy
            // Only what leads on from a trusted key counts, so it may come from the folder itself.
            if let bytes = Self.source(folder)("keys.json"), let statements = KeyDocuments.statements(bytes) {
                policy.follow(statements)
            }
            let mirror = try Mirror(policy: policy, source: Self.source(folder))
            let checkpoint = mirror.checkpoint.checkpoint
            if case .fails(let reason)? = policy.key(of: mirror.checkpoint.note, anchored: nil) {
                return line(false, "NOT VALID: \(reason)")
            }
            let problem = await LogAudit.problem(in: checkpoint, workers: 2, source: Self.source(folder))
            if let problem { return line(false, problem.description) }
            return line(true, "ok: \(checkpoint.size) entries of \(checkpoint.origin), root \(checkpoint.root)")
        } catch { return line(false, error.description) }
    }

    /// Claims of a CSV; prints those that do not hold, and a summary.
    func batch(_ bytes: [UInt8], mirror folder: String, policy: TrustPolicy) async throws(Failure) -> Bool {
        do {
            let mirror = try Mirror(policy: policy, source: Self.source(folder))
            let batch = try Batch(csv: bytes)
            let outcomes = await batch.outcomes(in: mirror)
            var failed = 0
            for (claim, outcome) in zip(batch.claims, outcomes) where outcome != .holds {
                failed += 1
                _ = line(false, "line \(claim.line): entry \(claim.index): \(outcome.rawValue)")
            }
            return line(failed == 0, "\(outcomes.count - failed) of \(outcomes.count) claims hold")
        } catch let error as Mirror.Problem { return line(false, "\(folder): \(error)") } catch {
            throw Failure(.usage, "\(name): \(error)")
        }
    }
}
