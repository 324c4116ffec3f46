import Legibility
import QRCode
import Support

/// How scores are printed.
struct ScoreReport {
    let json: Bool
    let isBrief: Bool

    /// A file without a score; always false.
    func problem(_ path: String, _ text: String) -> Bool {
        if json {
            var writer = JSONWriter()
            writer.object {
                $0.field("file", path)
                $0.field("problem", text)
            }
            writer.lineEnd()
            Terminal.write(writer.bytes)
        } else {
            Terminal.say("\(ShownText.text(path)): \(text)")
        }
        return false
    }

    /// One code of a file.
    func score(
        _ score: ScanScore, path: String, page: Int?, text: String, found: FoundSymbol, isEnough: Bool, minimum: Int
    ) {
        let module = found.grid.moduleSize(size: found.symbol.size)
        if json {
            var writer = JSONWriter()
            writer.object { json in
                json.field("file", path)
                json.field("page", page)
                json.field("code", text)
                json.field("enough", isEnough)
                Self.write(score, look: ScoredLook(), pixels: (module.across + module.down) / 2, to: &json)
            }
            writer.lineEnd()
            Terminal.write(writer.bytes)
            return
        }
        let place = page.map { ", page \($0)" } ?? ""
        let short = isEnough ? "" : ", and \(minimum) are asked for"
        Terminal.say("\(ShownText.text(path))\(place): \(Self.verdict(score))\(short)")
        if isBrief { return }
        Terminal.say("  says        \(ShownText.text(text))")
        Terminal.say(
            "  symbol      \(Self.name(score)), \(Self.tenth((module.across + module.down) / 2)) pixels a module, "
                + (score.isPhoto ? "from a photo or scan" : "as drawn"))
        Terminal.write(Array(Self.table(score, look: ScoredLook()).utf8))
    }

    /// `92 A, scans like a plain code`.
    static func verdict(_ score: ScanScore) -> String {
        "\(score.value) \(score.letter), \(score.faults.isEmpty ? ScanScore.meaning(score.points) : "does not pass")"
    }

    /// `version 3-M, 29 × 29 modules`.
    static func name(_ score: ScanScore) -> String {
        let symbol = score.symbol
        let kind = symbol.kind == .micro ? "Micro QR M\(symbol.version)" : "version \(symbol.version)"
        return "\(kind)-\(symbol.level.letter), \(symbol.size) × \(symbol.size) modules"
    }

    /// Grades, margin and advice, in lines.
    static func table(_ score: ScanScore, look: ScoredLook) -> String {
        var text = ""
        func line(_ title: String, _ cells: [(String, String)]) {
            text += "  \(title)" + String(repeating: " ", count: 12 - title.count)
            text += cells.map { "\($0.0) \($0.1)" }.joined(separator: ", ") + "\n"
        }
        line("grade \(tenth(score.grade.overall))", score.grade.values.map { ($0.aspect.name, tenth($0.grade)) })
        line(
            "margin \(Int((score.margin.mean * 100).rounded()))",
            score.margin.shares.map { ($0.axis.name, "\(Int(($0.share * 100).rounded())) %") })
        for advice in score.advice(look).prefix(4) { text += "  - \(advice.problem)\n    \(advice.remedy)\n" }
        let sides = zip(["above", "on the right", "below", "on the left"], score.grade.isCut).filter(\.1).map(\.0)
        if !sides.isEmpty {
            text +=
                "  - the picture ends within the quiet zone (\(sides.joined(separator: ", "))), which was taken for light\n"
            text += "    leave \(score.grade.ring) light modules free around it in print\n"
        }
        return text
    }

    /// Members of an object that holds a score.
    static func write(_ score: ScanScore, look: ScoredLook, pixels: Double?, to json: inout JSONWriter) {
        func number(_ name: String, _ value: Double) {
            json.key(name)
            json.number((value * 1_000).rounded() / 1_000)
        }
        json.field("score", score.value)
        json.field("letter", String(score.letter))
        json.field("symbol", name(score))
        if let pixels { number("pixelsPerModule", (pixels * 10).rounded() / 10) }
        json.field("photo", score.isPhoto)
        json.field("inverted", score.isInverted)
        json.key("grades")
        json.beginObject()
        number("overall", score.grade.overall)
        for value in score.grade.values {
            json.key(value.aspect.rawValue)
            json.beginObject()
            number("value", value.value)
            number("grade", value.grade)
            json.endObject()
        }
        json.endObject()
        json.key("margin")
        json.beginObject()
        number("mean", score.margin.mean)
        number("least", score.margin.least)
        for share in score.margin.shares { number(share.axis.rawValue, share.share) }
        json.endObject()
        json.key("advice")
        json.array { json in
            for advice in score.advice(look) {
                json.object {
                    $0.field("problem", advice.problem)
                    $0.field("remedy", advice.remedy)
                }
            }
        }
    }

    static func tenth(_ value: Double) -> String {
        let tenths = Int((value * 10 + 1e-9).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    static func hundredth(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
