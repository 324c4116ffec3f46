import ArgumentParser
import Decoding
import Legibility
import Support

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Say how well codes scan, and what to do about it: anybody's codes, photos too.",
        discussion: """
            Reads every QR code in PNG, JPEG and PDF files. Each gets 0 to 100 points and a letter: how much of a plain \
            code's margin against blur, distance, noise, pale light and tilt it keeps, and grades in the manner of \
            ISO/IEC 15415. What is weakest comes first, with what to do. A photo is judged with its light and sharpness.

            Exit code 1 when a file has no code, or one has fewer points than --min.

            Examples:
              wayseal score flyer.png
              wayseal score photos/*.jpg --min 70
              wayseal score proof.pdf --json
              wayseal score flyer.png --picture flyer-score.png
            """)

    @Argument(help: "PNG, JPEG or PDF files.") var files: [String]
    @Option(help: ArgumentHelp("Fail below this many points.", valueName: "points")) var min = 0
    @Option(help: ArgumentHelp("Draw what is wrong where, a PNG; further codes get -2, -3, ….", valueName: "file.png"))
    var picture: String?
    @Option(help: ArgumentHelp("Seed of the noise.", valueName: "number")) var seed: UInt64 = 1
    @Flag(help: "Print JSON Lines instead of text.") var json = false
    @Flag(name: [.customShort("q"), .long], help: "Print one line a code.") var quiet = false

    func validate() throws {
        try refuseEmpty(picture, "--picture")
        if !(0...100).contains(min) { throw ValidationError("--min must be from 0 to 100") }
        if let picture, !picture.hasSuffix(".png") { throw ValidationError("--picture must end in .png") }
    }

    func run() throws {
        var desk = ScoringDesk(
            judge: ScanJudge(seed: seed), report: ScoreReport(json: json, isBrief: quiet), minimum: min,
            picture: picture)
        var isGood = true
        var progress = ProgressBar(isQuiet: quiet || files.count < 2)
        for (place, file) in files.enumerated() {
            progress.show("scoring", place, files.count)
            progress.clear()
            isGood = try desk.judge(file) && isGood
        }
        if !isGood { throw ExitStatus.checkFailed }
    }
}
