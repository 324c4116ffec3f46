import Site

/// A drawing as operators of a PDF page, with what they refer to.
public struct PDFContent: Sendable {
    /// Something that a page's resources must name.
    public struct Resource: Equatable, Sendable {
        /// The part of the resources that it belongs to: `Shading`, `ColorSpace`, `XObject`, `ExtGState`.
        public let category: String
        /// Its name without the slash, unique in this content.
        public let name: String
        /// A dictionary or an array; of an `XObject`, a whole stream object without `N 0 obj` and `endobj`.
        public let object: [UInt8]
        /// A picture's opacity, a whole stream object; the picture's dictionary says ``maskPlace`` where its number goes.
        public let mask: [UInt8]?
    }

    /// What stands in a picture's dictionary for the reference to its mask.
    public static let maskPlace = "/SMask @@"

    /// Operators. They draw in modules, rows downwards: a matrix `[s 0 0 -s x y]` must be set before.
    public private(set) var operators: [UInt8] = []
    /// What the operators name.
    public private(set) var resources: [Resource] = []
    private let prefix: String
    private var names: [String: String] = [:]

    /// The operators of a drawing.
    /// - Parameter prefix: begins the resources' names, so that several contents share a page.
    public init(_ drawing: Drawing, prefix: String = "D") {
        self.prefix = prefix
        let print = PrintOperators(words: PrintOperators.pdf)
        for shape in drawing.shapes {
            switch shape {
            case .area(let area): add(area, print)
            case .picture(let picture): add(picture)
            }
        }
    }

    private mutating func name(_ category: String, _ object: [UInt8], mask: [UInt8]? = nil) -> String {
        let key = category + String(decoding: object, as: UTF8.self)
        if mask == nil, let name = names[key] { return name }
        let name = prefix + String(resources.count)
        resources.append(Resource(category: category, name: name, object: object, mask: mask))
        names[key] = name
        return name
    }

    private mutating func add(_ area: Drawing.Area, _ print: PrintOperators) {
        if case .solid(let colour, let opacity) = area.fill {
            if opacity <= 0 { return }
            if opacity < 1 {
                var state = Array("<</ca ".utf8)
                state.append(opacity)
                state.append(">>")
                let name = name("ExtGState", state)
                operators.append("q /\(name) gs\n")
            }
            if let spot = colour.spot {
                let space = name("ColorSpace", Array(PrintOperators.separation(spot, colour).space.utf8))
                operators.append("/\(space) cs 1 scn\n")
            } else {
                operators.append(PrintOperators.parts(colour) + (colour.cmyk == nil ? " rg\n" : " k\n"))
            }
            print.path(area.outline, &operators)
            operators.append(area.rule == .evenOdd ? print.words.fillEvenOdd : print.words.fill)
            if opacity < 1 { operators.append("Q\n") }
        } else if let shading = PrintOperators.shading(area.fill) {
            let shading = name("Shading", Array(shading.utf8))
            operators.append("q ")
            print.path(area.outline, &operators)
            operators.append(area.rule == .evenOdd ? print.words.clipEvenOdd : print.words.clip)
            operators.append("/\(shading) sh Q\n")
        }
    }

    private mutating func add(_ picture: Drawing.Picture) {
        let raster = picture.raster
        func stream(_ space: String, _ pixels: [UInt8], _ more: String) -> [UInt8] {
            let packed = PicturePNG.deflated(pixels)
            var object = Array(
                ("<</Type/XObject/Subtype/Image/Width \(raster.width)/Height \(raster.height)/BitsPerComponent 8"
                    + "/ColorSpace\(space)/Filter/FlateDecode\(more)/Length \(packed.count)>>\nstream\n").utf8)
            object += packed
            object.append("\nendstream")
            return object
        }
        let opacities = stride(from: 3, to: raster.pixels.count, by: 4).map { raster.pixels[$0] }
        let isOpaque = opacities.allSatisfy { $0 == 255 }
        let mask = isOpaque ? nil : stream("/DeviceGray", opacities, "")
        let image = stream("/DeviceRGB", raster.withoutOpacity, isOpaque ? "" : Self.maskPlace)
        let name = name("XObject", image, mask: mask)
        // Pictures have their first row at the top of a unit square whose rows go upwards.
        operators.append("q ")
        for value in [picture.width, 0, 0, -picture.height, picture.x, picture.y + picture.height] {
            operators.append(value)
            operators.append(0x20)
        }
        operators.append("cm /\(name) Do Q\n")
    }
}
