internal import QRCode

/// What is weakest about a code, and what to do.
public struct ScanAdvice: Equatable, Sendable {
    /// What is weak: lower case, no full stop.
    public let problem: String
    /// What to do, in the imperative.
    public let remedy: String
}

extension ScanScore {
    /// What keeps it from more points, the most important first; nothing for a code without weaknesses.
    /// - Parameter look: names the colours, where they are known.
    public func advice(_ look: ScoredLook = ScoredLook()) -> [ScanAdvice] {
        var advice = faults.map { fault(in: $0) }
        var costs: [(points: Double, advice: ScanAdvice)] = []
        let loss = 5 * (4 - grade.overall)
        for value in grade.values where value.grade < 3.5 {
            // Only the worst aspect costs points; the others come after it.
            let isWorst = value == grade.weakest
            var cost = isWorst ? loss : loss / 10 * (4 - value.grade) / 4
            // Pale ink is what noise and pale light live on.
            if value.aspect == .contrast || value.aspect == .modulation && hasPaleInk {
                cost += margin.shares.filter(\.isAboutInk).reduce(0) { $0 + 12 * (1 - $1.share) }
                if margin.weakest?.isAboutInk == true { cost += 20 * (1 - margin.least) }
            }
            costs.append((cost, self.advice(on: value, look)))
        }
        let isPale = (grade[.contrast]?.grade ?? 0) < 3.5 || hasPaleInk
        for share in margin.shares where share.share < 0.9 && !(isPale && share.isAboutInk) {
            let isWorst = share == margin.weakest
            costs.append(
                (12 * (1 - share.share) + (isWorst ? 20 * (1 - share.share) : 0), self.advice(on: share, look)))
        }
        costs.sort { $0.points > $1.points }
        // The same knob once.
        for cost in costs where !advice.contains(where: { $0.remedy == cost.advice.remedy }) {
            advice.append(cost.advice)
        }
        if !failing.isEmpty {
            let whose = failing.count > 1 ? "zxing and zbar fail" : "\(failing[0]) fails"
            // What is behind it comes first, where that is known.
            advice.insert(
                ScanAdvice(
                    problem: "\(whose) when it is small, a little blurred and pale",
                    remedy: look.isArt
                        ? "let less of the image show: more 'strength', a larger 'centre', a smaller 'budget'"
                        : "keep more of each module: 'square' or 'rounded' modules and eyes, a darker ink, a smaller logo"
                ),
                at: min(1, advice.count))
        }
        if let red = redGrade?[.contrast], red.grade < 2, (grade[.contrast]?.grade ?? 0) >= 2 {
            advice.append(
                ScanAdvice(
                    problem: "under the red light of many hand scanners contrast is \(Self.two(red.value))",
                    remedy:
                        "take an ink with less red, or light paper without green and blue, if such scanners will read it"
                ))
        }
        return advice
    }

    /// Whether most dark modules are paler than they should be, and something else is not.
    private var hasPaleInk: Bool { grade.lightest - grade.inkLight < 0.65 && grade.inkLight - grade.darkest > 0.1 }

    private func fault(in fault: Fault) -> ScanAdvice {
        switch fault {
        case .unread(let readers):
            ScanAdvice(
                problem: readers == 0 ? "no reader reads it" : "only \(readers) of 3 readers reads it",
                remedy: "keep more of each module: less image, larger modules, darker ink, a smaller logo")
        case .noQuietZone(let modules):
            ScanAdvice(
                problem: "of the quiet zone \(modules) of \(grade.ring) modules are free",
                remedy: "leave \(grade.ring) light modules free \(sides)")
        case .inverted:
            ScanAdvice(
                problem: "it is light on dark, which many readers don't read",
                remedy: "make the ink darker than the paper, or ask for it with 'inverted: true'")
        }
    }

    /// Where the quiet zone is short.
    private var sides: String {
        let names = ["above", "on the right", "below", "on the left"]
        let short = zip(names, grade.quietDepths).filter { $0.1 < grade.ring }.map(\.0)
        return short.count == 4 ? "all around" : short.joined(separator: " and ")
    }

    private func advice(on value: ScanGrade.Value, _ look: ScoredLook) -> ScanAdvice {
        switch value.aspect {
        case .contrast: return contrastAdvice(value, look)
        case .modulation where hasPaleInk:
            var advice = contrastAdvice(
                ScanGrade.Value(aspect: .contrast, value: grade.lightest - grade.inkLight, grade: 0), look)
            advice = ScanAdvice(
                problem: advice.problem + ", and something darker than the ink lies on the code", remedy: advice.remedy)
            return advice
        case .modulation:
            return ScanAdvice(
                problem: "many modules are neither dark nor light: modulation is \(Self.two(value.value))",
                remedy: look.isArt
                    ? "raise 'strength' or 'centre' of the art, so that less of the image shows"
                    : "take modules that fill more of their square ('square', 'rounded'), and colours that differ more")
        case .correction:
            let worst = grade.blocks.max { $0.wrong < $1.wrong }
            return ScanAdvice(
                problem: "\(worst?.wrong ?? 0) of \(worst?.correctable ?? 0) codewords that can be put right are spent",
                remedy: look.hasLogo
                    ? "make the logo smaller, or raise 'ecc' by a level"
                    : "give the modules back what covers them, or raise 'ecc' by a level")
        case .patterns:
            return ScanAdvice(
                problem:
                    "\(Self.percent(value.value)) of the modules of the worst pattern (\(Self.name(grade.worstPart))) are right",
                remedy: grade.worstPart == .finder
                    ? "take eyes that are closer to the square ('square', 'rounded')"
                    : "keep logo and image off the patterns"
            )
        case .quietZone:
            return ScanAdvice(
                problem: "of the quiet zone \(Int(value.value)) of \(grade.ring) modules are free",
                remedy: "leave \(grade.ring) light modules free \(sides)")
        case .axial:
            return ScanAdvice(
                problem: "modules are \(Self.percent(value.value)) wider than high, or the other way round",
                remedy: "take the photo from straight above; if it was, the print is stretched")
        case .grid:
            return ScanAdvice(
                problem: "patterns lie up to \(Self.two(value.value)) modules off an even grid",
                remedy: "lay the code flat; on a curved surface print it smaller")
        }
    }

    private func contrastAdvice(_ value: ScanGrade.Value, _ look: ScoredLook) -> ScanAdvice {
        // Grade 4 asks for 0.70.
        let wanted = max(0, grade.lightest - 0.70)
        let shade = Self.darkest(wanted)
        let grey = Self.hex((shade, shade, shade))
        guard let ink = look.ink, let paper = look.paper else {
            return ScanAdvice(
                problem: "contrast is \(Self.two(value.value))",
                remedy: grade.lightest < 0.75
                    ? "take lighter paper, or a darker ink" : "darken the ink to at least \(grey)")
        }
        let problem = "ink \(Self.hex(ink)) on paper \(Self.hex(paper)) gives contrast \(Self.two(value.value))"
        guard grade.lightest >= 0.72 else {
            return ScanAdvice(problem: problem, remedy: "lighten the paper: no ink is dark enough for it")
        }
        // The same hue, darker: all light of it scaled down.
        let light =
            Double(Tones.light[Int(ink.0)]) * 0.2126 + Double(Tones.light[Int(ink.1)]) * 0.7152
            + Double(Tones.light[Int(ink.2)]) * 0.0722
        let factor = light > 0 ? min(1, wanted / light) : 0
        func darker(_ part: UInt8) -> UInt8 { Self.darkest(Double(Tones.light[Int(part)]) * factor) }
        return ScanAdvice(
            problem: problem,
            remedy: "darken the ink to at least \(Self.hex((darker(ink.0), darker(ink.1), darker(ink.2))))")
    }

    /// The lightest shade with no more light than this.
    private static func darkest(_ light: Double) -> UInt8 {
        let shade = Tones.shade(light)
        return shade > 0 && Double(Tones.light[Int(shade)]) > light ? shade - 1 : shade
    }

    private func advice(on share: ScanMargin.Share, _ look: ScoredLook) -> ScanAdvice {
        let kept = "keeps \(Self.percent(share.share)) of a plain code's margin against "
        let remedy: String
        switch share.axis {
        case .contrast, .noise:
            remedy =
                look.isArt
                ? "raise 'strength' or 'centre' of the art, so that less of the image shows"
                : "take modules that fill more of their square, and a smaller logo"
        case .blur, .distance:
            remedy =
                "print it \(Int((100 / max(share.share, 0.2)).rounded())) % as wide as a plain code would need, or let modules "
                + "fill more of their square"
        case .tilt:
            remedy = "keep the eyes and the alignment pattern plain, and put it where people stand in front of it"
        }
        return ScanAdvice(problem: kept + share.axis.name, remedy: remedy)
    }

    static func two(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let digits = abs(hundredths) % 100
        return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(digits < 10 ? "0" : "")\(digits)"
    }

    static func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

    static func hex(_ colour: (UInt8, UInt8, UInt8)) -> String {
        "#"
            + [colour.0, colour.1, colour.2].map { part in
                let text = String(part, radix: 16)
                return text.utf8.count == 1 ? "0" + text : text
            }.joined()
    }

    private static func name(_ part: SymbolLayout.Part) -> String {
        switch part {
        case .finder: "eyes"
        case .timing: "timing lines"
        case .alignment: "alignment patterns"
        case .format, .data: "format"
        }
    }
}

extension ScanMargin.Share {
    /// Whether contrast is what it hangs on.
    var isAboutInk: Bool { axis == .contrast || axis == .noise }
}

extension ScanAxis {
    /// What happens, for sentences.
    public var name: String {
        switch self {
        case .blur: "blur"
        case .distance: "distance"
        case .noise: "noise"
        case .contrast: "pale light"
        case .tilt: "tilt"
        }
    }
}
