import Foundation
import Testing

@Suite("The README and the docs")
struct ReadmeTests {
    static let pages: [String] =
        ["README.md"]
        + ((try? FileManager.default.contentsOfDirectory(
            atPath: Shell.repository.appendingPathComponent("docs").path))?.filter { $0.hasSuffix(".md") }.sorted()
            .map { "docs/" + $0 } ?? [])

    /// The commands of a page's ```sh blocks, one a line; a `\` at the end of a line continues it.
    /// Blocks marked ```sh no-run need root, a server of the reader's, or install things.
    static func commands(_ page: String) throws -> [String] {
        let text = try String(contentsOf: Shell.repository.appendingPathComponent(page), encoding: .utf8)
        var commands: [String] = []
        var isInside = false
        var pending = ""
        // A file that is written from the page, until the line that ends it.
        var here: (end: String, whole: String)?
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isInside = line == "```sh"
            } else if isInside, !line.isEmpty {
                if let (end, whole) = here {
                    here = line == end ? nil : (end, whole + line + "\n")
                    if line == end { commands.append(whole + line + "\n") }
                } else if let mark = line.firstMatch(of: /<<'(\w+)'/) {
                    here = (String(mark.1), line + "\n")
                } else if line.hasSuffix("\\") {
                    pending += line.dropLast()
                } else {
                    commands.append(pending + line)
                    pending = ""
                }
            }
        }
        return commands
    }

    @Test("every command on the page works, in order, in an empty folder", arguments: pages)
    func commandsWork(page: String) throws {
        let shell = try Shell()
        defer { shell.clean() }
        try FileManager.default.copyItem(
            at: Shell.repository.appendingPathComponent("fixtures"), to: shell.folder.appendingPathComponent("fixtures")
        )
        let commands = try Self.commands(page)
        if page == "README.md" { #expect(commands.count >= 4) }
        for command in commands {
            let result = try shell.run(command)
            #expect(result.status == 0, "\(page): \(command)\n\(result.output)")
        }
    }

    @Test("every link between the pages leads to a file", arguments: pages)
    func linksExist(page: String) throws {
        let url = Shell.repository.appendingPathComponent(page)
        let text = try String(contentsOf: url, encoding: .utf8)
        for match in text.matches(of: /\]\((?!https?:)([^)#\s]+)[^)]*\)/) {
            let target = url.deletingLastPathComponent().appendingPathComponent(String(match.1))
            #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(match.1)")
        }
    }
}
