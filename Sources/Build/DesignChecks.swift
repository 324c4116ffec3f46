import Codes
import Decoding
import QRCode
import Site
import Support

/// Whether designs can be drawn at all, and scanned at the size in which they are printed. Each design is judged by the
/// largest symbol that has it, whose modules are the smallest.
struct DesignChecks {
    let site: Site
    let samples: DesignSamples
    /// The designs that are looked at; `nil`: all.
    var chosen: Set<Int>?

    /// Smaller modules are read by good cameras only (GS1 General Specifications, section 5.12.3: 0.396 mm for retail).
    private static let goodModule = 0.33
    /// Below this even good cameras fail at arm's length.
    private static let leastModule = 0.17

    func problems() -> [Diagnostic] {
        guard !site.designs.isEmpty else { return [] }
        var problems: [Diagnostic] = []
        var logos: Set<String> = []
        var encoder = QREncoder()
        for (number, design) in site.designs.enumerated() where chosen?.contains(number) ?? true {
            let template: DesignTemplate
            do throws(DesignError) { template = try DesignTemplate(design, quietZone: site.codes.quietZone) } catch {
                // Designs that extend each other share their logo: one report.
                if let logo = design.logo, logos.insert("\(logo.file.path)").inserted {
                    problems.append(.error(BuildCodes.badLogo, at: logo.file.range, error.summary, help: error.help))
                }
                continue
            }
            do throws(ImageError) { _ = try DesignArt(design) } catch {
                if let problem = PrintGate.problem(error, design) { problems.append(problem) }
                continue
            }
            if let image = design.art?.image, LogoPicture.isCMYK(image.bytes), logos.insert(image.path).inserted {
                problems.append(
                    .warning(
                        BuildCodes.badArt, at: image.range,
                        "the image is a JPEG in CMYK: its colours are converted without a profile, and look different",
                        help: "save it in RGB (sRGB), as screens show it"))
            }
            guard let range = design.range else { continue }
            let own = samples.of(number)
            if let zone = design.quietZone, zone < 4, !own.isEmpty {
                problems.append(
                    .warning(
                        BuildCodes.designSize, at: range,
                        "a margin of \(zone) modules is narrower than the 4 that ISO/IEC 18004 asks for",
                        help: "leave it at 4 unless the layout has a light margin of its own"))
            }
            // The largest symbol has the smallest modules. A design that no link has yet is judged by an address of usual
            // length.
            let largest = own.first { $0.version == 0 } ?? own.last
            problems += judge(template, largest?.text ?? site.usualText, largest?.name, range, &encoder)
        }
        return problems
    }

    private func judge(
        _ template: DesignTemplate, _ text: String, _ slug: String?, _ range: SourceRange, _ encoder: inout QREncoder
    ) -> [Diagnostic] {
        var template = template
        let design = template.design
        let whose = slug.map { " of '\($0)'" } ?? ""
        let symbol: Symbol
        do throws(DesignError) {
            symbol = try template.symbol(text, level: ErrorCorrection(site.codes.level), &encoder)
        } catch {
            let place = design.logo?.file.range ?? range
            if case .text = error { return [] }
            return [
                .error(BuildCodes.logoTooLarge, at: place, "\(error.summary), in the code\(whose)", help: error.help)
            ]
        }
        guard let print = design.print else { return [] }
        var problems: [Diagnostic] = []
        let modules = Double(template.extent(size: symbol.size).width)
        let module = print / modules
        let size = module * Double(symbol.size)
        func report(_ isError: Bool, _ summary: String, _ help: String) {
            problems.append(
                isError
                    ? .error(BuildCodes.designSize, at: range, summary, help: help)
                    : .warning(BuildCodes.designSize, at: range, summary, help: help))
        }
        let name = "'\(design.name)'"
        if module < Self.goodModule {
            let wanted = Self.text((Self.goodModule * modules).rounded(.up))
            report(
                module < Self.leastModule,
                "a module\(whose) in the design \(name) is \(Self.text(module, 2)) mm wide: "
                    + (module < Self.leastModule ? "cameras can't read that" : "below 0.33 mm old cameras fail"),
                "print: \(wanted)mm, a shorter address, or less error correction make larger modules")
        }
        let dots = module / 25.4 * Double(design.dpi)
        if dots < 3 {
            report(
                dots < 1.5,
                "a module\(whose) in the design \(name) has \(Self.text(dots, 1)) dots at \(design.dpi) dpi",
                "three dots are needed for straight edges: take a finer printer or print it larger")
        }
        if let distance = design.distance, distance > size * 10 {
            report(
                true,
                "the code\(whose) is \(Self.text(size, 1)) mm wide: it is read from \(Self.text(size * 10 / 10)) cm, "
                    + "not from \(Self.text(distance / 10)) cm",
                "a code is read from ten times its width: print: \(Self.text((distance / 10 / size * print).rounded(.up)))mm"
            )
        }
        return problems
    }

    private static func text(_ value: Double, _ places: Int = 0) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let units = Int((min(1e9, value) * Double(scale)).rounded())
        if places == 0 { return String(units) }
        let rest = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: places - rest.utf8.count) + rest
    }
}

extension Site {
    /// An address of usual length, for a design that no link has.
    var usualText: String { "https://\(domains.first?.host ?? "go.example.org")/0123456789" }
}
