public import ArgumentParser
import Codes
import QRCode
public import Site
import Support

extension Design.Modules: ExpressibleByArgument {}
extension Design.EyeFrame: ExpressibleByArgument {}
extension Design.EyeBall: ExpressibleByArgument {}
extension Design.Frame.Shape: ExpressibleByArgument {}

/// How one code looks, in flags: what `designs:` of a manifest says in keys.
struct DesignOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Form of the modules: \(names(Design.Modules.self)).", valueName: "form"))
    var modules: Design.Modules?
    @Option(help: ArgumentHelp("Form of the eyes: \(names(Design.EyeFrame.self)).", valueName: "form"))
    var eyes: Design.EyeFrame?
    @Option(help: ArgumentHelp("Form of the eyes' balls; as --eyes, or gem, star.", valueName: "form"))
    var balls: Design.EyeBall?
    @Option(help: ArgumentHelp("Colour of what is dark: '#5b0f1f', navy; two, with a comma between, make a gradient."))
    var ink: String?
    @Option(help: ArgumentHelp("Colour of what is light, or none.", valueName: "colour"))
    var paper: String?
    @Option(help: ArgumentHelp("A picture in the middle: PNG or SVG.", valueName: "file"))
    var logo: String?
    @Option(help: ArgumentHelp("What is around: \(names(Design.Frame.Shape.self)).", valueName: "form"))
    var frame: Design.Frame.Shape?
    @Option(help: ArgumentHelp("Words in the frame: 'Scan me'.", valueName: "text"))
    var words: String?
    @Option(help: ArgumentHelp("PNG: dots per inch; --size says how large it is printed.", valueName: "dots"))
    var dpi: Int?
    @Flag(help: "Light on dark, which many readers can't read.")
    var inverted = false

    private static func names<Value: RawRepresentable & CaseIterable>(_: Value.Type) -> String
    where Value.RawValue == String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// The design that the flags describe; `nil`: none of them is used.
    func design(level: CodeSettings.Level, print: Double?) throws -> Design? {
        let isUsed =
            modules != nil || eyes != nil || balls != nil || ink != nil || paper != nil || logo != nil || frame != nil
            || words != nil || dpi != nil || inverted
        guard isUsed else { return nil }
        var design = Design(name: "code")
        design.level = level
        design.print = print
        design.isInverted = inverted
        design.modules = modules ?? .square
        design.eyeFrame = eyes ?? .square
        design.eyeBall = balls ?? eyes.flatMap { Design.EyeBall(rawValue: $0.rawValue) } ?? .square
        if let dpi {
            guard (72...2400).contains(dpi) else { throw Failure(.usage, "--dpi must be from 72 to 2400") }
            design.dpi = dpi
        }
        if let ink { design.ink = try Self.paint(ink, "--ink") }
        if let paper { design.paper = paper == "none" ? .none : try Self.paint(paper, "--paper") }
        if let logo {
            design.logo = Design.Logo(
                file: LogoFile(path: logo, bytes: try Files.read(logo, limit: LogoPicture.largestFile + 1)))
        }
        if frame != nil || words != nil {
            let colour = design.ink.colours.first ?? .black
            design.frame = Design.Frame(shape: frame ?? .rounded, text: words ?? "", colour: colour)
        }
        if let problem = design.contrastProblem, problem.isError {
            throw Failure(.checkFailed, problem.summary, hint: problem.help)
        }
        return design
    }

    private static func paint(_ text: String, _ flag: String) throws -> Paint {
        let colours = try text.split(separator: ",").map { part in
            guard let colour = Colour(text: String(part)) else {
                throw Failure(
                    .usage, "\(flag): '\(part)' is no colour", hint: "write '#5b0f1f', or a name such as navy")
            }
            return colour
        }
        guard let first = colours.first else { throw Failure(.usage, "\(flag) names no colour") }
        if colours.count == 1 { return .solid(first) }
        let last = Double(colours.count - 1)
        return .linear(angle: 45, colours.enumerated().map { Paint.Stop(Double($0.offset) / last, $0.element) })
    }
}
