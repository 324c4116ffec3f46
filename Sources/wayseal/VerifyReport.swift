import Ledger
import Support
import TransparencyLog
import Verification

/// How verdicts are printed. There is never one green word: each question has its own answer.
struct VerifyReport {
    /// What is printed.
    enum Form { case text, json, csv }

    /// A place on paper: page from 1, and how far from the left and the top, in hundredths.
    struct Place {
        var page: Int?
        var x: Int
        var y: Int
    }

    let form: Form

    /// The header, where there is one.
    func begin() {
        if form == .csv { row(["file", "page", "x", "y", "what", "verdict", "detail"]) }
    }

    private func row(_ cells: [String]) {
        let quoted = cells.map { cell in
            // A cell that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection).
            let safe = cell.first.map { "=+-@\t\r".contains($0) } == true ? "'" + cell : cell
            return safe.contains { ",\"\n\r".contains($0) } ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
        }
        Terminal.write(Array((quoted.joined(separator: ",") + "\r\n").utf8))
    }

    /// The answers about a record, and the values that it discloses.
    func verdict(
        _ verdict: Verdict, name: String, values: [Disclosure], basis: VerifyTrust.Basis, key: String?
    ) {
        switch form {
        case .csv:
            let id = values.first { $0.field == "slug" }?.value ?? ""
            row([name, "", "", "", id, verdict.isValid ? "authentic" : "NOT VALID", verdict.reason ?? status(verdict)])
        case .json: json(verdict, name: name, values: values, basis: basis, key: key)
        case .text:
            Terminal.say("\(ShownText.text(name)): \(verdict.isValid ? "the record is authentic" : "NOT VALID")")
            for (question, answer) in verdict.answers {
                let (word, text) = Self.words(answer)
                Terminal.say("  \(question.rawValue): \(word), \(ShownText.text(text))")
            }
            switch basis {
            case .given: break
            case .firstUse: Terminal.say("  first use: nothing vouches for the key \(ShownText.text(key ?? ""))")
            case .published(let host): Terminal.say("  trust: \(host) and its DNS name the same key")
            }
            for value in values { Terminal.say("  \(ShownText.text(value.field)) = \(ShownText.text(value.value))") }
            if verdict.isValid {
                Terminal.say(
                    "  not proven: that the thing in your hand is the original; compare it with the values above")
            }
        }
    }

    private func status(_ verdict: Verdict) -> String { verdict[.status].map { Self.words($0).text } ?? "" }

    private func json(
        _ verdict: Verdict, name: String, values: [Disclosure], basis: VerifyTrust.Basis, key: String?
    ) {
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
            if !values.isEmpty {
                json.key("values")
                json.object { json in for value in values { json.field(value.field, value.value) } }
            }
            if basis == .firstUse { json.field("firstUse", key) }
            if case .published(let host) = basis { json.field("trustedBy", "did.json and DNS of \(host)") }
        }
        json.lineEnd()
        Terminal.write(json.bytes)
    }

    static func words(_ answer: Verdict.Answer) -> (word: String, text: String) {
        switch answer {
        case .holds(let text): ("yes", text)
        case .fails(let text): ("no", text)
        case .unknown(let text): ("unknown", text)
        }
    }

    /// One answer in a line.
    func line(_ isGood: Bool, name: String, _ text: String) -> Bool {
        switch form {
        case .csv: row([name, "", "", "", "", isGood ? "holds" : "NOT VALID", text])
        case .json:
            var json = JSONWriter()
            json.object {
                $0.field("file", name)
                $0.field("valid", isGood)
                $0.field("reason", text)
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        case .text: Terminal.say("\(ShownText.text(name)): \(ShownText.text(text))")
        }
        return isGood
    }

    /// One code on paper.
    func code(_ file: String, _ place: Place, _ text: String, _ verdict: String, _ detail: String, holds: Bool) {
        switch form {
        case .csv:
            row([file, place.page.map(String.init) ?? "", "\(place.x)", "\(place.y)", text, verdict, detail])
        case .json:
            var json = JSONWriter()
            json.object {
                $0.field("file", file)
                $0.field("page", place.page)
                $0.field("x", place.x)
                $0.field("y", place.y)
                $0.field("code", text)
                $0.field("valid", holds)
                $0.field("verdict", verdict)
                $0.field("reason", detail)
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        case .text:
            let page = place.page.map { " page \($0)," } ?? ""
            Terminal.say(
                "\(ShownText.text(file)):\(page) \(place.x) % from the left, \(place.y) % from the top: \(verdict): \(ShownText.text(text)), \(ShownText.text(detail))"
            )
        }
    }

    /// What a sheet comes to.
    func sum(_ file: String, _ tally: CodesOnPaper.Tally) {
        guard form == .text else { return }
        Terminal.say(
            "\(ShownText.text(file)): \(count(tally.count, "code")), \(tally.good) known, \(tally.foreign) foreign")
    }

    // MARK: logs

    private static func source(_ folder: String) -> LogAudit.Source {
        { try? Files.read(folder + "/" + $0, limit: 1 << 25) }
    }

    /// A note and what it is about: the list of hashes beside it, and its anchor.
    func note(
        _ note: SignedNote, path: String, _ verifier: Verifier, _ anchors: AnchorTrustOptions
    ) throws(Failure) -> Bool {
        guard let key = verifier.policy.logs.first(where: { note.isSigned(by: $0) }) else {
            return line(false, name: path, "NOT VALID: none of the trusted keys has signed it")
        }
        var said = "signed by \(key.name)"
        let lines = note.text.split(separator: "\n")
        do {
            if lines.first == "wayseal/sha256sums@v1" {
                let list = Files.join(Files.parent(of: path), "SHA256SUMS")
                let digest = Hex.encode(SHA256.hash(try Files.read(list)))
                guard lines.dropFirst().first?.split(separator: " ").first.map(String.init) == digest else {
                    return line(false, name: path, "NOT VALID: \(list) is not the one that was signed")
                }
                said += "; \(list) is the one that was signed"
            }
            guard let proof = anchors.anchor else {
                return line(
                    !anchors.requireAnchor, name: path, said + (anchors.requireAnchor ? "; NOT VALID: no --anchor" : "")
                )
            }
            let value = Checkpoint.anchorValue(of: note)
            let answer = verifier.anchorCheck?(try Files.read(proof, limit: 1 << 24), value) ?? .unknown("not checked")
            let (word, text) = Self.words(answer)
            return line(word != "no", name: path, "\(said); anchor: \(word), \(text)")
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
                return line(false, name: folder, "NOT VALID: \(reason)")
            }
            let problem = await LogAudit.problem(in: checkpoint, workers: 2, source: Self.source(folder))
            if let problem { return line(false, name: folder, problem.description) }
            return line(
                true, name: folder, "ok: \(checkpoint.size) entries of \(checkpoint.origin), root \(checkpoint.root)")
        } catch { return line(false, name: folder, error.description) }
    }

    /// Claims of a CSV; prints those that do not hold, and a summary.
    func batch(_ bytes: [UInt8], name: String, mirror folder: String, policy: TrustPolicy) async throws(Failure) -> Bool
    {
        do {
            let mirror = try Mirror(policy: policy, source: Self.source(folder))
            let batch = try Batch(csv: bytes)
            let outcomes = await batch.outcomes(in: mirror)
            var failed = 0
            for (claim, outcome) in zip(batch.claims, outcomes) where outcome != .holds {
                failed += 1
                _ = line(false, name: name, "line \(claim.line): entry \(claim.index): \(outcome.rawValue)")
            }
            return line(failed == 0, name: name, "\(outcomes.count - failed) of \(outcomes.count) claims hold")
        } catch let error as Mirror.Problem { return line(false, name: folder, "\(error)") } catch {
            throw Failure(.usage, "\(name): \(error)")
        }
    }
}
