import Art
import ArgumentParser
import Decoding
import Legibility
import QRCode
import Site
import Support

struct DesignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "design", abstract: "Try designs before they are in the manifest.",
        subcommands: [DesignTryCommand.self])
}

struct DesignTryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Show an image in a code in several ways, side by side, with their scores.",
        discussion: """
            Each style is made with each seed: modules that look like the image (qart), the same with half of the error \
            correction spent on it, the image itself (blend), and its shades in dots (halftone). The sheet shows them \
            numbered; the lines say what each is in the manifest.

            Examples:
              wayseal design try photo.jpg https://go.example.org/menu -o sheet.png
              wayseal design try logo.png https://go.example.org/menu --style qart --seeds 4 -o sheet.png
            """)

    @Argument(help: "The image, PNG or JPEG; its middle square is taken.") var image: String
    @Argument(help: "What the code says.") var text: String
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The sheet.", valueName: "file.png")) var output:
        String
    @Option(help: ArgumentHelp("How many seeds, from 1.", valueName: "number")) var seeds = 2
    @Option(help: "Only this style: qart, blend or halftone.") var style: ArtStyle?
    @Option(help: "Which bits are chosen: pad, fragment or none.") var freedom: ArtFreedom = .pad
    @Option(help: ArgumentHelp("Error correction: L, M, Q or H.", valueName: "level")) var level = "M"
    @Option(help: ArgumentHelp("Version of the symbol at least: more modules, more image.", valueName: "1-40"))
    var version: Int?
    @Flag(help: "Print JSON Lines instead of text.") var json = false

    func validate() throws {
        if !output.hasSuffix(".png") { throw ValidationError("-o must end in .png") }
        if !(1...16).contains(seeds) { throw ValidationError("--seeds must be from 1 to 16") }
        if let version, !(1...40).contains(version) { throw ValidationError("--version must be from 1 to 40") }
        if level.count != 1 || level.first.flatMap(ErrorCorrection.init(letter:)) == nil {
            throw ValidationError("--level must be L, M, Q or H")
        }
    }

    func run() throws {
        let bytes: [UInt8]
        do { bytes = try Files.read(image) } catch { throw Failure(error) }
        let picture: ArtImage
        do throws(ImageError) { picture = ArtImage(try ColourPicture(bytes)) } catch {
            throw Failure(.checkFailed, "\(image): \(error)")
        }
        var maker = ArtMaker()
        var entries: [ContactSheet.Entry] = []
        var progress = ProgressBar(isQuiet: json)
        let orders = orders
        for (place, order) in orders.enumerated() {
            progress.show("trying", place, orders.count)
            let code: ArtCode
            do throws(ArtError) { code = try maker.make(text, picture, order) } catch {
                progress.clear()
                throw Failure(.checkFailed, error.summary)
            }
            let score = maker.score(code)
            entries.append(
                ContactSheet.Entry(
                    picture: code.framed(ring: 4), title: name(order), score: score, note: note(order, code)))
            progress.clear()
            report(place + 1, order, code, score)
        }
        do { try Files.replace(output, ContactSheet.png(entries, title: ShownText.text(text))) } catch {
            throw Failure(error)
        }
    }

    /// Style by style, so that a row of the sheet has the styles of a seed.
    private var orders: [ArtOrder] {
        let styles: [(ArtStyle, Double)] =
            style.map { [($0, 0)] } ?? [(.qart, 0), (.qart, 0.5), (.blend, 0), (.halftone, 0)]
        return (1...UInt64(seeds)).flatMap { seed in
            styles.map { style, budget in
                var order = ArtOrder(style: style, freedom: freedom)
                (order.budget, order.seed, order.version) = (budget, seed, version)
                order.level = level.first.flatMap(ErrorCorrection.init(letter:)) ?? .medium
                return order
            }
        }
    }

    private func name(_ order: ArtOrder) -> String {
        "\(order.style.rawValue)\(order.budget > 0 ? " +50 %" : ""), seed \(order.seed)"
    }

    private func note(_ order: ArtOrder, _ code: ArtCode) -> String {
        var note =
            "version \(code.symbol.version)-\(code.symbol.level.letter), \(Int(code.match * 100)) % of the modules fit"
        if order.style == .blend {
            note +=
                ", strength \(ScoreReport.tenth(code.strength.strength)), centre \(ScoreReport.hundredth(code.strength.centre))"
        }
        return note
    }

    private func report(_ number: Int, _ order: ArtOrder, _ code: ArtCode, _ score: ScanScore) {
        var art = "{ image: \(image), style: \(order.style.rawValue)"
        if order.freedom != .pad { art += ", freedom: \(order.freedom.rawValue)" }
        if order.budget > 0 { art += ", budget: 50%" }
        art += ", seed: \(order.seed) }"
        if json {
            var writer = JSONWriter()
            writer.object { json in
                json.field("number", number)
                json.field("art", art)
                json.key("match")
                json.number((code.match * 1_000).rounded() / 1_000)
                json.key("fidelity")
                json.number((code.fidelity * 10).rounded() / 10)
                ScoreReport.write(score, look: ScoredLook(isArt: true), pixels: nil, to: &json)
            }
            writer.lineEnd()
            Terminal.write(writer.bytes)
        } else {
            Terminal.say("\(number)  \(ScoreReport.verdict(score))\n   art: \(art)")
        }
    }
}
