import Decoding
import Legibility
import Support

/// Files in, scores out.
struct ScoringDesk: ~Copyable {
    var judge: ScanJudge
    let report: ScoreReport
    let minimum: Int
    /// Where the picture of the first code goes.
    let picture: String?
    private var reader = CodeReader()
    private var pictures = 0

    init(judge: consuming ScanJudge, report: ScoreReport, minimum: Int, picture: String?) {
        self.judge = judge
        self.report = report
        self.minimum = minimum
        self.picture = picture
    }

    /// Scores all codes of a file; whether each has enough points.
    mutating func judge(_ path: String) throws -> Bool {
        let bytes: [UInt8]
        do { bytes = try Files.read(path) } catch { throw Failure(error) }
        guard let format = Picture.format(of: bytes) else {
            throw Failure(.usage, "\(path) is neither PNG nor JPEG nor PDF", hint: "draw an SVG as PNG first")
        }
        var codes = 0
        var isGood = true
        if format == .pdf {
            var pages: [(Int, GreyImage)] = []
            do throws(PDFPages.Failure) { _ = try PDFPages.read(path) { pages.append(($0, $1)) } } catch .noProgram {
                throw Failure(
                    .outsideWorld, PDFPages.Failure.noProgram.description,
                    hint: "it comes with the package poppler-utils")
            } catch { return report.problem(path, error.description) }
            for (page, image) in pages { isGood = try judge(image, path, page, &codes) && isGood }
        } else {
            let image: GreyImage
            do throws(ImageError) { image = try Picture.read(bytes) } catch { return report.problem(path, "\(error)") }
            isGood = try judge(image, path, nil, &codes)
        }
        return codes > 0 ? isGood : report.problem(path, "no code was found")
    }

    private mutating func judge(_ image: GreyImage, _ path: String, _ page: Int?, _ codes: inout Int) throws -> Bool {
        var isGood = true
        for read in reader.read(image) {
            codes += 1
            guard let found = FoundSymbol(read, in: image) else {
                let text = ShownText.text(String(decoding: read.text ?? read.bytes, as: UTF8.self))
                isGood = report.problem(
                    path, "a code that says \(text) is read, but its modules are too indistinct to be graded")
                continue
            }
            let score = judge.score(found)
            let isEnough = score.value >= minimum
            let text = String(decoding: read.text ?? read.bytes, as: UTF8.self)
            report.score(score, path: path, page: page, text: text, found: found, isEnough: isEnough, minimum: minimum)
            if let picture {
                pictures += 1
                let name = pictures == 1 ? picture : "\(picture.dropLast(4))-\(pictures).png"
                do { try Files.replace(name, ScorePicture.png(score, title: ShownText.text(text))) } catch {
                    throw Failure(error)
                }
            }
            isGood = isGood && isEnough
        }
        return isGood
    }
}
