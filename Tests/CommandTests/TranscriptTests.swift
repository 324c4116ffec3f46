import Foundation
import Testing

/// `fixtures/commands/*.txt`: a transcript, then the files it starts with.
///
///     # What this shows.
///     $ wayseal check
///     wayseal.yaml: ok, 1 link on 1 domain
///     $ wayseal check -f nothing.yaml
///     wayseal: error: …
///     [4]
///
///     -- wayseal.yaml --
///     domains: …
///
/// `[N]` is the exit code, when it is not 0. In expected lines `⋯` stands for any text, and a line `⋯` for any
/// lines. `WAYSEAL_UPDATE=1 swift test --filter TranscriptTests` writes what came out instead.
struct Transcript {
    struct Step {
        var command: String
        var expected: [String]
    }

    var comment: [String] = []
    var steps: [Step] = []
    var files: [(name: String, text: String)] = []

    init(_ text: String) {
        var lines = text.components(separatedBy: "\n")[...]
        while let line = lines.popFirst() {
            if line.hasPrefix("-- "), line.hasSuffix(" --") {
                files.append((String(line.dropFirst(3).dropLast(3)), ""))
            } else if !files.isEmpty {
                if !(lines.isEmpty && line.isEmpty) { files[files.count - 1].text += line + "\n" }
            } else if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2)), expected: []))
            } else if steps.isEmpty {
                comment.append(line)
            } else {
                steps[steps.count - 1].expected.append(line)
            }
        }
        for index in steps.indices {
            while steps[index].expected.last == "" { steps[index].expected.removeLast() }
        }
    }

    /// The text again, with what the steps expect now.
    var text: String {
        var out = comment.joined(separator: "\n") + (comment.isEmpty ? "" : "\n")
        for step in steps { out += (["$ " + step.command] + step.expected).joined(separator: "\n") + "\n" }
        for file in files { out += "\n-- \(file.name) --\n" + file.text.trimmingCharacters(in: .newlines) + "\n" }
        return out
    }

    /// Whether `actual` is what `expected` describes.
    static func matches(_ expected: ArraySlice<String>, _ actual: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return actual.isEmpty }
        if first == "⋯" {
            return (0...actual.count).contains { matches(expected.dropFirst(), actual.dropFirst($0)) }
        }
        guard let line = actual.first else { return false }
        let parts = first.components(separatedBy: "⋯")
        var rest = line[...]
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, parts.count > 1 {
                guard rest.hasSuffix(part) else { return false }
            } else if index == 0 {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
                if parts.count == 1, !rest.isEmpty { return false }
            } else {
                guard let found = rest.range(of: part) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return matches(expected.dropFirst(), actual.dropFirst())
    }
}

@Suite("Command transcripts")
struct TranscriptTests {
    static let folder = Shell.repository.appendingPathComponent("fixtures/commands")
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.filter { $0.hasSuffix(".txt") }.sorted()
        ?? []

    @Test("there are transcripts")
    func some() {
        #expect(Self.names.count >= 8)
    }

    @Test("every command prints and exits as its transcript says", arguments: names)
    func transcript(name: String) throws {
        let url = Self.folder.appendingPathComponent(name)
        var transcript = Transcript(try String(contentsOf: url, encoding: .utf8))
        let shell = try Shell()
        defer { shell.clean() }
        for file in transcript.files {
            let path = shell.folder.appendingPathComponent(file.name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try file.text.write(to: path, atomically: false, encoding: .utf8)
        }
        for index in transcript.steps.indices {
            let step = transcript.steps[index]
            let result = try shell.run(step.command)
            var actual = result.output.components(separatedBy: "\n")
            while actual.last == "" { actual.removeLast() }
            if result.status != 0 { actual.append("[\(result.status)]") }
            if Transcript.matches(step.expected[...], actual[...]) { continue }
            if ProcessInfo.processInfo.environment["WAYSEAL_UPDATE"] != nil {
                transcript.steps[index].expected = actual
            } else {
                Issue.record(
                    """
                    \(name): $ \(step.command)
                    expected:
                    \(step.expected.joined(separator: "\n"))
                    got:
                    \(actual.joined(separator: "\n"))
                    """)
            }
        }
        if ProcessInfo.processInfo.environment["WAYSEAL_UPDATE"] != nil {
            try transcript.text.write(to: url, atomically: true, encoding: .utf8)
        }
    }
}
