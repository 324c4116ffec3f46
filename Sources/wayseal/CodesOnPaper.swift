import Decoding
import Support

/// The codes in pictures and on pages: each is named with its place, and those that lead elsewhere are flagged.
struct CodesOnPaper {
    let known: KnownCodes
    let report: VerifyReport
    /// The one certificate that may be on it: host and number.
    let only: (origin: String, id: String)?

    /// Reads all codes of a file. `record` checks a certificate by its number, `nil` when it is not at hand.
    func read(
        _ path: String, _ bytes: [UInt8], _ format: Picture.Format?, mayBeEmpty: Bool,
        record: (String) throws -> Bool?
    ) throws -> Bool {
        var reader = CodeReader()
        var tally = Tally()
        if format == .pdf {
            var problem: (any Error)?
            do throws(PDFPages.Failure) {
                _ = try PDFPages.read(path) { page, image in
                    do { try judge(reader.read(image), path, page, image, record, &tally) } catch {
                        if problem == nil { problem = error }
                    }
                }
            } catch .noProgram where mayBeEmpty {
                return true
            } catch .noProgram {
                throw Failure(
                    .outsideWorld, PDFPages.Failure.noProgram.description,
                    hint: "it comes with the package poppler-utils")
            } catch { return report.line(false, name: path, error.description) }
            if let problem { throw problem }
        } else {
            let image: GreyImage
            do throws(ImageError) { image = try Picture.read(bytes) } catch {
                return report.line(false, name: path, "\(error)")
            }
            try judge(reader.read(image), path, nil, image, record, &tally)
        }
        if tally.count == 0 { return mayBeEmpty || report.line(false, name: path, "no code was found") }
        if only == nil { report.sum(path, tally) }
        return tally.count == tally.good
    }

    /// What was found.
    struct Tally {
        var count = 0
        var good = 0
        var foreign = 0
    }

    private func judge(
        _ symbols: [ReadSymbol], _ path: String, _ page: Int?, _ image: GreyImage,
        _ record: (String) throws -> Bool?, _ tally: inout Tally
    ) throws {
        for symbol in symbols {
            tally.count += 1
            let text = String(decoding: symbol.text ?? symbol.bytes, as: UTF8.self)
            let centre = symbol.place.centre
            let place = VerifyReport.Place(
                page: page, x: 100 * centre.x / max(1, image.width), y: 100 * centre.y / max(1, image.height))
            func say(_ holds: Bool, _ verdict: String, _ detail: String) {
                if holds { tally.good += 1 }
                report.code(path, place, text, verdict, detail, holds: holds)
            }
            if let only {
                let wanted = "://\(only.origin)/certificates/\(only.id)"
                let isIt = text == "https" + wanted || text == "http" + wanted
                if !isIt { tally.foreign += 1 }
                say(
                    isIt, isIt ? "known" : "FOREIGN",
                    isIt ? "leads to this record" : "this file's record is \(only.id) of \(only.origin)")
                continue
            }
            switch known.meaning(of: text) {
            case .link(let slug, let target): say(true, "known", "the link '\(slug)', leads to \(target)")
            case .host(let host): say(true, "known", "leads to \(host)")
            case .certificate(let id):
                let holds = try record(id)
                say(
                    holds ?? false, holds == nil ? "UNKNOWN" : holds == true ? "known" : "NOT VALID",
                    "the certificate \(id)\(holds == nil ? ", of which there is no record here" : "")")
            case .unknown(let why): say(false, "UNKNOWN", why)
            case .foreign(let why):
                tally.foreign += 1
                say(false, "FOREIGN", why)
            case .unjudged:
                say(false, "unjudged", "nothing to compare with: run it beside the manifest, or give --host")
            }
        }
    }
}
