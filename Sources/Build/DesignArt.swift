import Art
import Codes
import Decoding
import Legibility
import QRCode
import Site
import Support

/// The image of a design, read once for all its codes.
struct DesignArt: Sendable {
    private let art: Design.Art
    private let design: Design
    private let image: ArtImage

    /// `nil`: the design shows no image.
    init?(_ design: Design) throws(ImageError) {
        guard let art = design.art else { return nil }
        self.art = art
        self.design = design
        image = ArtImage(try ColourPicture(art.image.bytes))
    }

    /// The symbol of a text, and its modules in pixels where the image is among them.
    func make(
        _ text: String, level: ErrorCorrection, _ maker: inout ArtMaker
    ) throws(ArtError) -> (symbol: Symbol, plain: Symbol, picture: Raster?) {
        var order = ArtOrder(style: art.style, freedom: art.freedom)
        order.budget = art.budget
        order.seed = art.seed
        order.version = art.version
        order.level = level
        order.drawsEyes = false
        if art.strength != nil || art.centre != nil {
            order.strength = ArtStrength(strength: art.strength ?? 0.6, centre: art.centre ?? 0.56)
        }
        if let ink = design.ink.colours.first { order.ink = (ink.red, ink.green, ink.blue) }
        if let paper = design.paper.colours.first { order.paper = (paper.red, paper.green, paper.blue) }
        let code = try maker.make(text, image, order)
        return (code.symbol, code.plain, art.style == .qart ? nil : code.picture)
    }
}
