import Art
import Codes
import Decoding
public import Legibility
import QRCode
public import Site
public import Support

/// No code leaves the build unless it scans: each design is judged by one code of each version that its codes have, and each
/// code is read back from its modules.
public struct PrintGate: Sendable {
    /// How a design did.
    public struct Verdict: Sendable {
        /// Its name.
        public let design: String
        /// The slug of the link whose code has the fewest points; `nil`: no link has this design.
        public let link: String?
        /// Points and reasons.
        public let score: ScanScore
        /// Points that are asked for.
        public let minimum: Int
        /// Colours, for advice.
        public let look: ScoredLook
    }

    private let site: Site
    private let samples: DesignSamples
    /// The designs that are judged; `nil`: all.
    private let chosen: Set<Int>?

    /// The gate of a site whose designs can be drawn.
    /// - Parameters:
    ///   - samples: the codes that stand for all; by default those of all links.
    ///   - batch: judges what this batch's codes have, and nothing else.
    public init(_ site: Site, samples: DesignSamples? = nil, batch: CodeBatch? = nil) {
        self.site = site
        self.samples = samples ?? DesignSamples(links: site)
        chosen = batch.map { Set(Self.designs(of: $0)) }
    }

    /// The designs that rows of a batch may have.
    private static func designs(of batch: CodeBatch) -> [Int] {
        let named = batch.rowDesign == nil ? [] : batch.designNumbers.values.map(Int.init)
        return ([Int(batch.design)] + named).filter { $0 >= 0 }
    }

    /// Designs that can't be drawn, or not be scanned at the size in which they are printed.
    public func sizes() -> [Diagnostic] { DesignChecks(site: site, samples: samples, chosen: chosen).problems() }

    /// Judges the designs, in the order of the manifest, by each symbol that their codes have; plain ones need no judge. A
    /// design has one verdict: of all its codes the one with the fewest points.
    /// - Parameters:
    ///   - all: also designs that no link has.
    ///   - known: what was judged before is not judged again, and has no verdict; gets what is new.
    ///   - progress: gets how many codes are judged, of how many.
    public func judge(
        all: Bool, known: inout JudgedDesigns, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) -> (verdicts: [Verdict], diagnostics: [Diagnostic]) {
        var verdicts: [Verdict] = []
        var diagnostics = batchArt()
        var queue: [(number: Int, samples: [DesignSamples.Sample])] = []
        for (number, design) in site.designs.enumerated()
        where !design.isPlain && chosen?.contains(number) ?? true {
            let samples = samples.of(number).filter { $0.version > 0 }
            if !samples.isEmpty || all { queue.append((number, samples)) }
        }
        let total = queue.reduce(0) { $0 + max(1, $1.samples.count, samples.first(of: $1.number).count) }
        var done = 0
        var judge = DesignJudge()
        let level = ErrorCorrection(site.codes.level)
        for (number, samples) in queue {
            let design = site.designs[number]
            // What can't be drawn was said by the checks of designs.
            guard var template = try? DesignTemplate(design, quietZone: site.codes.quietZone) else { continue }
            var art: DesignArt??
            var worst: Verdict?
            let minimum = design.leastScore ?? site.codes.leastScore
            let texts: [(text: String, link: String?)] =
                samples.isEmpty ? [(site.usualText, nil)] : samples.map { ($0.text, $0.name) }
            // The first codes are tried themselves, too: whether they are read when they are printed badly.
            let trials = self.samples.first(of: number).filter { trial in !texts.contains { $0.text == trial.text } }
                .map { (text: $0.text, link: Optional($0.name)) }
            do {
                for (place, (text, link)) in (texts + trials).enumerated() {
                    let isTrial = place >= texts.count
                    // One reason is enough.
                    if isTrial, let worst, worst.score.value < minimum { break }
                    done += 1
                    let key = JudgedDesigns.key(
                        isTrial ? "tried " + text : text, design, site.codes, hasZBar: judge.hasZBar)
                    if let points = known[key], points >= minimum { continue }
                    progress(done - 1, total)
                    let image = try art ?? DesignArt(design)
                    art = .some(image)
                    var failing: [String] = []
                    if isTrial {
                        failing = try judge.failing(text, &template, image, level: level)
                        known.add(key, failing.isEmpty ? 100 : Int(ScanScore.frail))
                        if failing.isEmpty { continue }
                    }
                    guard var score = try judge.score(text, &template, image, level: level) else { continue }
                    score.add(failing: failing)
                    if !isTrial { known.add(key, score.value) }
                    if score.points >= worst?.score.points ?? .infinity { continue }
                    worst = Verdict(
                        design: design.name, link: link, score: score, minimum: minimum, look: Self.look(design))
                }
            } catch {
                if let problem = Self.problem(error, design) { diagnostics.append(problem) }
                continue
            }
            guard let worst else { continue }
            verdicts.append(worst)
            if worst.score.value < worst.minimum { diagnostics.append(Self.refusal(worst, at: design.range)) }
        }
        return (verdicts, diagnostics)
    }

    /// Images are for links: rows of a batch are drawn too fast for them.
    private func batchArt() -> [Diagnostic] {
        site.batches.compactMap { batch in
            guard batch.design >= 0, site.designs[Int(batch.design)].art != nil,
                chosen?.contains(Int(batch.design)) ?? true
            else { return nil }
            let design = site.designs[Int(batch.design)]
            return .error(
                BuildCodes.badArt, at: design.art?.image.range ?? design.range,
                "the batch '\(batch.name)' can't show an image in each of its codes",
                help: "give it a design without 'art', which takes a second a code")
        }
    }

    private static func look(_ design: Design) -> ScoredLook {
        func solid(_ paint: Paint) -> (UInt8, UInt8, UInt8)? {
            guard case .solid(let colour) = paint else { return nil }
            return (colour.red, colour.green, colour.blue)
        }
        return ScoredLook(
            ink: solid(design.ink),
            paper: design.paper == .none ? solid(.solid(design.ground ?? .white)) : solid(design.paper),
            mayBeInverted: design.isInverted, isArt: design.art.map { $0.style != .qart } ?? false,
            hasLogo: design.logo != nil)
    }

    private static func refusal(_ verdict: Verdict, at range: SourceRange?) -> Diagnostic {
        let score = verdict.score
        let whose = verdict.link.map { ", in the code of '\($0)'" } ?? ""
        let advice = score.advice(verdict.look)
        let meaning = score.faults.isEmpty ? ScanScore.meaning(score.points) : "does not pass"
        return .error(
            BuildCodes.poorScore, at: range,
            "the design '\(verdict.design)' has \(score.value) of \(verdict.minimum) points that it needs "
                + "(\(score.letter), \(meaning))\(whose)",
            notes: advice.prefix(3).map { Diagnostic.Note($0.problem) },
            help: advice.first?.remedy ?? "ask for less: score: \(score.value)")
    }

    /// Reads each code back from its modules.
    /// - Parameter progress: gets how many were read.
    public func readAll(progress: (Int) -> Void) -> (read: Int, diagnostics: [Diagnostic]) {
        var encoder = QREncoder()
        var maker = ArtMaker()
        var templates = site.designs.map { try? DesignTemplate($0, quietZone: site.codes.quietZone) }
        let arts = site.designs.map { try? DesignArt($0) }
        var diagnostics: [Diagnostic] = []
        var read = 0
        for (place, link) in site.links.enumerated() {
            if place % 256 == 0 { progress(place) }
            // Payments have plain codes of level M.
            let isPayment = site.payload(of: link)?.isLevelM ?? false
            let design = isPayment ? -1 : Int(link.design)
            let text = site.codeText(of: link)
            let level = isPayment ? .medium : ErrorCorrection(site.design(of: link)?.level ?? site.codes.level)
            var symbol: Symbol?
            if design >= 0, let art = arts[design] ?? nil {
                do throws(ArtError) { symbol = try art.make(text, level: level, &maker).symbol } catch {
                    if let problem = Self.problem(error, site.designs[design]) { diagnostics.append(problem) }
                    continue
                }
            } else if design >= 0 {
                symbol = try? templates[design]?.symbol(text, level: level, &encoder)
            } else {
                symbol = try? encoder.encode(text, level: level)
            }
            // What has no symbol was reported before.
            guard let symbol else { continue }
            if let said = symbol.bytes, Self.isSame(said, text, site.design(of: link)) {
                read += 1
            } else {
                diagnostics.append(
                    .error(BuildCodes.unreadCode, at: link.range, "the code of '\(link.slug)' can't be read back")
                )
            }
        }
        return (read, diagnostics)
    }

    /// Whether what was read is the address; a fragment of digits may follow where a design hides an image in it.
    static func isSame(_ said: [UInt8], _ text: String, _ design: Design?) -> Bool {
        if said.elementsEqual(text.utf8) { return true }
        guard design?.art?.freedom == .fragment else { return false }
        return said.starts(with: Array(text.utf8) + [UInt8(ascii: "#")])
    }

    /// An image that is none, or that no strength makes readable.
    static func problem(_ error: any Error, _ design: Design) -> Diagnostic? {
        let range = design.art?.image.range ?? design.range
        switch error {
        case let error as ImageError: return .error(BuildCodes.badArt, at: range, error.description)
        case let error as ArtError:
            let help =
                error == .unreadable
                ? "take style: qart, or a higher version"
                : error == .noFragment ? "take freedom: pad" : "shorten the address"
            return .error(BuildCodes.badArt, at: range, error.summary, help: help)
        default: return nil
        }
    }
}
