import Build
import Legibility
import Site
import Support

/// How well designs scan, and whether all codes can be read back.
struct PrintReport {
    private let verdicts: [PrintGate.Verdict]
    private let read: Int
    private let links: Int
    /// What is refused.
    let diagnostics: [Diagnostic]

    /// Judges all designs of a site, and reads all its codes.
    init(site: Site, isQuiet: Bool) {
        let gate = PrintGate(site)
        var bar = ProgressBar(isQuiet: isQuiet)
        // All reasons are wanted: nothing is known.
        var known = JudgedDesigns()
        let judged = gate.judge(all: true, known: &known) { bar.show("judging", $0, $1) }
        bar.clear()
        bar = ProgressBar(isQuiet: isQuiet)
        let codes = gate.readAll { bar.show("reading", $0, site.links.count) }
        bar.clear()
        verdicts = judged.verdicts
        read = codes.read
        links = site.links.count
        diagnostics = judged.diagnostics + codes.diagnostics
    }

    /// A paragraph for each design, and a line for all codes.
    var text: String {
        var text = ""
        for verdict in verdicts {
            let whose = verdict.link.map { " (the code of '\(ShownText.text($0))')" } ?? " (no link has it)"
            text += "design '\(verdict.design)': \(ScoreReport.verdict(verdict.score))\(whose)\n"
            text += ScoreReport.table(verdict.score, look: verdict.look)
        }
        return text + "\(read) of \(count(links, "code")) read back from their modules\n"
    }

    /// The same as members of an object.
    func write(to json: inout JSONWriter) {
        json.key("designs")
        json.array { json in
            for verdict in verdicts {
                json.object { json in
                    json.field("design", verdict.design)
                    json.field("link", verdict.link)
                    json.field("minimum", verdict.minimum)
                    ScoreReport.write(verdict.score, look: verdict.look, pixels: nil, to: &json)
                }
            }
        }
        json.field("codes", links)
        json.field("read", read)
    }
}
