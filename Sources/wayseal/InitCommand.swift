import ArgumentParser
import Support

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first wayseal.yaml.",
        discussion: """
            Examples:
              wayseal init
              wayseal init --domain go.example.org

            An existing manifest is never overwritten.
            """)

    @OptionGroup var place: PlaceOptions
    @Option(help: ArgumentHelp("The host that your codes point to.", valueName: "host"))
    var domain = "go.example.org"

    func run() throws {
        try place.enter()
        guard !domain.isEmpty,
            !domain.unicodeScalars.contains(where: { $0.value <= 0x20 || ":/#{}[],\"'&*".unicodeScalars.contains($0) })
        else {
            throw Failure(.usage, "'\(domain)' is not a host name", hint: "give a bare host such as go.example.org")
        }
        do {
            if try Files.status(place.file, followLinks: false) != nil {
                throw Failure(
                    .outsideWorld, "\(place.file) exists already", hint: "edit it, or name another file with -f")
            }
            let folder = Files.parent(of: place.file)
            try Files.makeDirectory(folder)
            try write(Array(Self.manifest(domain).utf8))
            let ignore = Files.join(folder, ".gitignore")
            let added = try GitIgnore.complete(ignore)
            Terminal.say("wrote \(place.file); next: edit it, then 'wayseal build'")
            if !added.isEmpty { Terminal.say("added \(added.joined(separator: " and ")) to \(ignore)") }
        } catch let error as FileError {
            throw Failure(error)
        }
    }

    /// Writes the manifest; a failure names it, not the file that is written aside first.
    private func write(_ bytes: [UInt8]) throws(FileError) {
        do throws(FileError) {
            try Files.replace(place.file, bytes)
        } catch {
            throw FileError("write", place.file, code: error.code)
        }
    }

    private static func manifest(_ domain: String) -> String {
        """
        # What your printed codes lead to. 'wayseal check' judges it, 'wayseal build' compiles it.
        domains:
          \(domain): {}

        links:
          hello: https://example.org/            # https://\(domain)/hello leads there

          # A link with more to say:
          # menu:
          #   to: https://example.org/menu
          #   utm: { source: print, medium: qr }
          #   query: pass                        # what follows ? is passed on
          #   tags: [restaurant]

        """
    }
}
