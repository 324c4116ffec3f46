public import ArgumentParser
import Glibc
public import Payloads
import Support

extension PayloadKind: ExpressibleByArgument {}

/// What a code says, from the words of a command line: a text, or with `--as` the fields of a payload.
struct CodeContent {
    var text: String
    var title: String
    var needs = Payload.Needs()

    /// - Throws: exit 2 when words are missing, exit 1 when a field can't be what it should.
    init(_ words: [String], as kind: PayloadKind?) throws {
        guard let kind else {
            guard let text = words.first, words.count == 1 else {
                throw Failure(
                    .usage, words.isEmpty ? "nothing says what the code should hold" : "a code holds one text",
                    hint: words.isEmpty ? "see 'wayseal qr --help'" : "quote it: wayseal qr 'two words'")
            }
            self.text = text
            title = text
            return
        }
        let definition = kind.definition
        if words.isEmpty {
            // What a person wants to know who asks for a kind without more.
            Terminal.note("\(kind.rawValue): \(definition.doc)\n")
            for field in definition.fields { Terminal.note("  \(field.name)=…  \(field.doc)\n") }
            throw Failure(.usage, "'\(kind.rawValue)' needs its fields", hint: Self.example(kind))
        }
        var fields = PayloadFields()
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2, definition[parts[0]] != nil || definition.primary == nil || words.count > 1 {
                let value = try Self.value(parts[1])
                if definition[parts[0]]?.shape == .secret, value == parts[1] {
                    Terminal.note(
                        "wayseal: hint: others on this machine can see '\(parts[0])' while this runs; "
                            + "\(parts[0])=@FILE reads it from a file, \(parts[0])=@- from standard input\n")
                }
                fields.add(parts[0], value)
            } else if let primary = definition.primary {
                fields.add(primary, try Self.value(word))
            } else {
                throw Failure(.usage, "'\(word)' names no field", hint: Self.example(kind))
            }
        }
        do throws(PayloadError) {
            let payload = try Payload(kind, fields)
            text = payload.text
            title = payload.title.isEmpty ? kind.rawValue : "\(kind.rawValue) \(payload.title)"
            needs = payload.needs
        } catch {
            for problem in error.problems.dropLast() { Terminal.complain(problem.summary, hint: problem.help) }
            throw Failure(.checkFailed, error.problems.last?.summary ?? "", hint: error.problems.last?.help)
        }
    }

    private static func example(_ kind: PayloadKind) -> String {
        let fields = kind.definition.fields.prefix(3).map { "\($0.name)=…" }.joined(separator: " ")
        return "write wayseal qr --as \(kind.rawValue) \(fields)"
    }

    /// `@FILE` is the text of a file, `@-` of standard input, `@@x` is `@x`.
    private static func value(_ word: String) throws -> String {
        guard word.hasPrefix("@") else { return word }
        let rest = String(word.dropFirst())
        if rest.hasPrefix("@") || rest.isEmpty { return rest }
        do {
            let bytes = try rest == "-" ? standardInput() : Files.read(rest, limit: 65_536)
            var text = bytes[...]
            if text.last == 0x0A { text.removeLast() }
            if text.last == 0x0D { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        } catch { throw Failure(error) }
    }

    /// What comes on standard input; a code holds less than 8 KiB.
    private static func standardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 8_192)
        while bytes.count <= 65_536 {
            let count = read(STDIN_FILENO, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}
