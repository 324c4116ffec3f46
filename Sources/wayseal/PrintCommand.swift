import ArgumentParser
import Glibc
import Support

struct PrintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Print sheets and labels: hand files to CUPS (lp).",
        discussion: """
            PDF and pictures are printed at their own size: labels that are fitted to a page miss their places. .zpl files \
            go to label printers as they are.

            Examples:
              wayseal print bottles.pdf --printer Office
              wayseal print bottles.zpl --printer Zebra --copies 2
            """)

    @Argument(help: ArgumentHelp("PDF, SVG, PNG, or ZPL.", valueName: "file")) var files: [String]
    @Option(help: ArgumentHelp("The printer. Default: the one CUPS prints on.", valueName: "name")) var printer: String?
    @Option(help: ArgumentHelp("How often.", valueName: "number")) var copies = 1

    func validate() throws {
        if files.isEmpty { throw ValidationError("name the files to print") }
        try refuseEmpty(printer, "--printer")
        if let printer, printer.hasPrefix("-") || printer.contains(where: { $0 == "/" || $0.isWhitespace }) {
            throw ValidationError("'\(printer)' can't be a printer's name")
        }
        if !(1...999).contains(copies) { throw ValidationError("--copies is from 1 to 999") }
        for file in files { try refuseEmpty(file, "FILE") }
    }

    func run() throws {
        // All or none: a file that is missing is found before the first sheet is used up.
        for file in files {
            guard try SheetRun.files({ () throws(FileError) in try Files.status(file) })?.kind == .file else {
                throw Failure(.usage, "there is no file '\(file)'")
            }
        }
        for file in files {
            var arguments = ["lp", "-n", String(copies)]
            if let printer { arguments += ["-d", printer] }
            arguments += file.lowercased().hasSuffix(".zpl") ? ["-o", "raw"] : ["-o", "print-scaling=none"]
            let status = try Self.run(arguments + ["--", file])
            guard status == 0 else {
                throw Failure(
                    .outsideWorld, "lp could not print \(file) (it ended with \(status))",
                    hint: status == 127 ? "install CUPS: apt install cups-client" : "'lpstat -p' lists the printers")
            }
        }
    }

    /// Runs a program that is looked for in `PATH`, with our own output and errors; answers its exit status.
    private static func run(_ arguments: [String]) throws -> Int32 {
        var process = pid_t()
        var list = arguments.map { strdup($0) }
        defer { list.forEach { free($0) } }
        list.append(nil)
        let code = posix_spawnp(&process, arguments[0], nil, nil, list, environ)
        if code == ENOENT { return 127 }
        guard code == 0 else { throw Failure(.outsideWorld, "lp can't be started: \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }
}
