import ArgumentParser
import Build
import Codes
import Glibc
import Payloads
import QRCode
import Site
import Support

struct QRCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qr",
        abstract: "Make one code without any manifest.",
        discussion: """
            Draws it in the terminal, or writes a file; the name says the format.

            Examples:
              wayseal qr https://go.example.org/hello
              wayseal qr https://go.example.org/hello -o hello.svg
              wayseal qr --as wifi ssid='Vinea Guests' password=@wifi.txt -o wifi.png --scale 12
              wayseal qr --as vcard name='Anna Berger' mobile='+43 664 1234567' -o anna.svg
              wayseal qr --as wifi                           its fields
              wayseal qr 12345 --micro
              wayseal qr https://go.example.org/hello --modules rounded --eyes leaf --ink '#5b0f1f' -o hello.eps
            """)

    @Argument(help: ArgumentHelp("What the code says; with --as its fields, NAME=VALUE.", valueName: "text"))
    var words: [String] = []
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "What it is: \(PayloadKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kind"))
    var kind: PayloadKind?
    @Option(
        help: ArgumentHelp("Divide it among at most so many codes, 2 to 16; few telephones join them.", valueName: "n"))
    var split: Int?
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("FILE.svg, FILE.png, FILE.pdf or FILE.eps.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("Error correction: L, M, Q or H.", valueName: "level"))
    var level: CodeSettings.Level = .M
    @Option(help: ArgumentHelp("PNG: pixels a module.", valueName: "pixels"))
    var scale = 8
    @Option(
        name: .customLong("size"),
        help: ArgumentHelp("PDF, EPS: width in millimetres, quiet zone and frame included.", valueName: "mm"))
    var millimetres: Double?
    @Option(
        name: .customLong("quiet-zone"),
        help: ArgumentHelp("Modules of light margin. Default: 4, Micro QR 2.", valueName: "modules"))
    var quietZone: Int?
    @Flag(help: "Make a Micro QR code: smaller, for very short texts; fewer readers know it.")
    var micro = false
    @OptionGroup(title: "How it looks") var look: DesignOptions
    @Option(help: "auto, always or never; without colours the code is drawn in blocks. NO_COLOR is honoured.")
    var color = PrintOptions.Color.auto
    @Option(help: ArgumentHelp("Without colours: is the terminal's ground light or dark?", valueName: "light|dark"))
    var ground = Ground.light

    enum Ground: String, ExpressibleByArgument, CaseIterable { case light, dark }

    func validate() throws {
        try refuseEmpty(output, "-o")
        if let split, !(2...16).contains(split) { throw ValidationError("--split must be from 2 to 16") }
        if !(1...256).contains(scale) { throw ValidationError("--scale must be from 1 to 256") }
        if let quietZone, !(0...100).contains(quietZone) {
            throw ValidationError("--quiet-zone must be from 0 to 100")
        }
    }

    func run() throws {
        do {
            var encoder = QREncoder()
            let content = try CodeContent(words, as: kind)
            if let split { return try divide(content, split) }
            if content.needs.isLevelM { return try pay(content, &encoder) }
            let text = content.text
            if let design = try look.design(level: level, print: look.dpi == nil ? nil : millimetres ?? 30) {
                return try draw(design, content, &encoder)
            }
            let symbol =
                micro
                ? try SpecialSymbols.micro(text, level: ErrorCorrection(level))
                : try encoder.encode(text, level: ErrorCorrection(level))
            let needed = micro ? 2 : 4
            if let quietZone, quietZone < needed {
                Terminal.note(
                    "wayseal: hint: many readers need a quiet zone of \(needed) modules; leave the rest free "
                        + "in print\n")
            }
            guard let output else { return try show(symbol) }
            try Files.replace(output, try image(symbol, named: output, title: content.title))
        } catch let error as FileError {
            throw Failure(error)
        } catch let error as QRCodeError {
            throw Failure(.checkFailed, error.description)
        } catch let error as SpecialSymbolError {
            throw Failure(.checkFailed, error.description)
        } catch let error as CodeFileError {
            throw Failure(.usage, error.description)
        } catch let error as DesignError {
            throw Failure(.checkFailed, error.summary, hint: error.help)
        }
    }

    private func show(_ symbol: Symbol) throws {
        let style: TerminalWriter.Style =
            color.isUsed(on: STDOUT_FILENO) ? .colour : ground == .light ? .plainOnLight : .plainOnDark
        Terminal.write(Array(try TerminalWriter.text(symbol, style: style, quietZone: quietZone).utf8))
    }

    /// A payment: its readers insist on level M, a bound of the version, and in Switzerland on the cross.
    private func pay(_ content: CodeContent, _ encoder: inout QREncoder) throws {
        let symbol = try encoder.encode(content.text, level: .medium)
        let version = (symbol.size - 17) / 4
        guard version <= content.needs.maximumVersion else {
            throw Failure(
                .checkFailed,
                "the code would have version \(version), and its readers take up to "
                    + "\(content.needs.maximumVersion)", hint: "shorten the texts in it")
        }
        guard let output else { return try show(symbol) }
        guard content.needs.isSwiss, let format = CodeSettings.Format(rawValue: Self.suffix(output)) else {
            return try Files.replace(output, try image(symbol, named: output, title: content.title))
        }
        var writer = try DesignWriter(SwissCross.design(size: symbol.size), scale: scale)
        try Files.replace(output, try writer.file(symbol, format, title: content.title))
    }

    /// Several codes of one version that readers join (structured append): the smallest version that needs no more.
    private func divide(_ content: CodeContent, _ most: Int) throws {
        if micro { throw Failure(.usage, "Micro QR codes can't be joined") }
        func symbols(_ version: Int) -> [Symbol]? {
            guard
                let made = try? SpecialSymbols.structuredAppend(
                    content.text, version: version, level: ErrorCorrection(level)), made.count <= most
            else { return nil }
            return made
        }
        // Larger symbols never make more of them.
        var (low, high) = (1, 40)
        while low < high {
            let middle = (low + high) / 2
            if symbols(middle) != nil { high = middle } else { low = middle + 1 }
        }
        guard let made = symbols(low) else {
            throw Failure(.checkFailed, "the text is too long for \(most) codes", hint: most < 16 ? "--split 16" : nil)
        }
        guard let output else { return try made.forEach(show) }
        let stem = output.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
        for (place, symbol) in made.enumerated() {
            let name = "\(stem)-\(place + 1).\(Self.suffix(output))"
            try Files.replace(
                name, try image(symbol, named: name, title: "\(content.title) (\(place + 1)/\(made.count))"))
            Terminal.say(name)
        }
    }

    /// A code in a design, which terminals can't show.
    private func draw(_ design: Design, _ content: CodeContent, _ encoder: inout QREncoder) throws {
        guard let output, let format = CodeSettings.Format(rawValue: Self.suffix(output)) else {
            throw Failure(.usage, "a design is drawn into a file", hint: "-o code.svg, .png, .pdf or .eps")
        }
        if micro { throw Failure(.usage, "a Micro QR code has no design") }
        var writer = try DesignWriter(
            design, quietZone: quietZone ?? 4, scale: scale, millimetres: millimetres ?? 30)
        let symbol = try writer.template.symbol(content.text, level: ErrorCorrection(level), &encoder)
        try Files.replace(output, try writer.file(symbol, format, title: content.title))
    }

    private static func suffix(_ name: String) -> String {
        name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    }

    private func image(_ symbol: Symbol, named name: String, title: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        switch CodeSettings.Format(rawValue: Self.suffix(name)) {
        case .svg:
            var writer = try SVGWriter(quietZone: quietZone)
            writer.append(symbol, title: title, to: &bytes)
        case .png:
            var writer = try PNGWriter(scale: scale, quietZone: quietZone)
            try writer.append(symbol, to: &bytes)
        case .pdf:
            bytes = try PDFWriter.document(symbol, millimetres: millimetres ?? 30, quietZone: quietZone, title: title)
        case .eps:
            var writer = try DesignWriter(
                Design(name: "code"), quietZone: quietZone ?? symbol.quietZone, millimetres: millimetres ?? 30)
            bytes = try writer.file(symbol, .eps, title: title)
        case nil:
            throw Failure(
                .usage, "'\(name)' names no format that is written", hint: "end it in .svg, .png, .pdf or .eps")
        }
        return bytes
    }
}
