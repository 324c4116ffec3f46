import Art
import Codes
import Decoding
public import Legibility
import QRCode
public import Site
public import Support

/// No code leaves the build unless it scans: each design is judged once, by its longest address, whose modules are the
/// smallest, and each code is read back from its modules.
public struct PrintGate: Sendable {
    /// How a design did.
    public struct Verdict: Sendable {
        /// Its name.
        public let design: String
        /// The slug of the link whose code was judged; `nil`: no link has this design.
        public let link: String?
        /// Points and reasons.
        public let score: ScanScore
        /// Points that are asked for.
        public let minimum: Int
        /// Colours, for advice.
        public let look: ScoredLook
    }

    private let site: Site

    /// The gate of a site whose designs can be drawn.
    public init(_ site: Site) { self.site = site }

    /// Judges the designs, in the order of the manifest; plain ones need no judge.
    /// - Parameter all: also designs that no link has.
    public func judge(all: Bool) -> (verdicts: [Verdict], diagnostics: [Diagnostic]) {
        var longest: [Int: (link: Link, length: Int)] = [:]
        for link in site.links where link.design >= 0 && !(site.payload(of: link)?.isLevelM ?? false) {
            let length = site.codeText(of: link).utf8.count
            if length > longest[Int(link.design)]?.length ?? -1 { longest[Int(link.design)] = (link, length) }
        }
        var verdicts: [Verdict] = []
        var diagnostics = batchArt()
        var inBatches: Set<Int> = []
        for batch in site.batches {
            inBatches.insert(Int(batch.design))
            if batch.rowDesign != nil { inBatches.formUnion(batch.designNumbers.values.map(Int.init)) }
        }
        var judge = ScanJudge()
        var maker = ArtMaker()
        var encoder = QREncoder()
        for (number, design) in site.designs.enumerated()
        where !design.isPlain && (all || longest[number] != nil || inBatches.contains(number)) {
            let link = longest[number]?.link
            let text =
                link.map { site.codeText(of: $0) }
                ?? "https://\(site.domains.first?.host ?? "go.example.org")/0123456789"
            // What can't be drawn was said by the checks of designs.
            guard var template = try? DesignTemplate(design, quietZone: site.codes.quietZone) else { continue }
            let level = ErrorCorrection(design.level ?? site.codes.level)
            let drawn: (symbol: Symbol, plain: Symbol, drawing: Drawing)
            do {
                if let art = try DesignArt(design) {
                    let made = try art.make(text, level: level, &maker)
                    let drawing = made.picture.map { template.drawing(made.symbol, picture: $0) }
                    drawn = (made.symbol, made.plain, drawing ?? template.drawing(made.symbol))
                } else {
                    let symbol = try template.symbol(text, level: level, &encoder)
                    drawn = (symbol, symbol, template.drawing(symbol))
                }
            } catch {
                if let problem = Self.problem(error, design) { diagnostics.append(problem) }
                continue
            }
            let scale = ScanPixels.perModule
            guard let raster = try? drawn.drawing.raster(scale: Double(scale)) else { continue }
            let place = template.extent(size: drawn.symbol.size)
            let score = judge.score(
                raster, scale: Double(scale), x: Double(place.x * scale), y: Double(place.y * scale),
                symbol: drawn.symbol, plain: drawn.plain, mayBeInverted: design.isInverted)
            let verdict = Verdict(
                design: design.name, link: link?.slug, score: score,
                minimum: design.leastScore ?? site.codes.leastScore, look: Self.look(design))
            verdicts.append(verdict)
            if score.value < verdict.minimum { diagnostics.append(Self.refusal(verdict, at: design.range)) }
        }
        return (verdicts, diagnostics)
    }

    /// Images are for links: rows of a batch are drawn too fast for them.
    private func batchArt() -> [Diagnostic] {
        site.batches.compactMap { batch in
            guard batch.design >= 0, site.designs[Int(batch.design)].art != nil else { return nil }
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
            ink: solid(design.ink), paper: design.paper == .none ? (255, 255, 255) : solid(design.paper),
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
