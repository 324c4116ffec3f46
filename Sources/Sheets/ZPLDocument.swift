public import Codes
public import QRCode
public import Site

/// Labels for thermal printers in ZPL II: the code by the printer's own `^BQ`, or as a bitmap; texts in its font 0, as UTF-8;
/// what is the same on all labels is sent once.
public struct ZPLDocument {
    /// Resolutions that such printers have, in dots an inch.
    public static let resolutions = [203, 300, 600]

    private let template: LabelTemplate
    private let dotsPerMillimetre: Double
    private let hasGround: Bool
    /// Commands that nobody has taken yet.
    private var bytes: [UInt8] = []

    /// A document without labels.
    /// - Parameter dpi: one of ``resolutions``.
    public init(template: LabelTemplate, dpi: Int) throws(CodeFileError) {
        self.template = template
        // 203 dpi printers have 8 dots a millimetre, 300 dpi ones 12, 600 dpi ones 24, by their makers' data sheets.
        dotsPerMillimetre = dpi == 203 ? 8 : dpi == 300 ? 12 : dpi == 600 ? 24 : Double(dpi) / 25.4
        var ground = Drawing(width: template.label.width, height: template.label.height)
        for case .drawing(let drawing) in template.pieces { ground.shapes += drawing.shapes }
        hasGround = !ground.shapes.isEmpty
        if hasGround {
            let bitmap = try Self.bitmap(ground, dotsPerMillimetre)
            let total = bitmap.stride * bitmap.height
            bytes.append("~DGR:WAYSEAL.GRF,\(total),\(bitmap.stride),")
            bytes += bitmap.compressed
            bytes.append("\n")
        }
    }

    private func dots(_ millimetres: Double) -> Int { Int((millimetres * dotsPerMillimetre).rounded()) }

    /// All bytes since the last call.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Adds a label with a plain code.
    /// - Parameters:
    ///   - cells: one a column of the template.
    ///   - payload: what the code says, encoded as `symbol`.
    ///   - isBitmap: whether the code is sent as dots; otherwise the printer encodes it, and may choose another mask.
    public mutating func add(_ cells: [String], payload: String, _ symbol: Symbol, isBitmap: Bool = false) {
        let corner = template.slot.apply(Point(0, 0))
        let far = template.slot.apply(Point(1, 1))
        let side = min(abs(far.x - corner.x), abs(far.y - corner.y)) * dotsPerMillimetre
        // Whole dots a module, or readers see modules of different sizes.
        let module = max(1, Int(side) / (symbol.size + 2 * symbol.quietZone))
        let margin = (side - Double(module * symbol.size)) / 2
        let x = Int((min(corner.x, far.x) * dotsPerMillimetre + margin).rounded())
        let y = Int((min(corner.y, far.y) * dotsPerMillimetre + margin).rounded())
        begin()
        addTexts(cells)
        if isBitmap || module > 10 {
            addBitmap(Bitmap(symbol, module: module), x, y)
        } else {
            bytes.append("^FO\(x),\(y)^BQN,2,\(module)^FH_^FD\(symbol.level.letter)A,")
            Self.append(escaped: payload, to: &bytes)
            bytes.append("^FS\n")
        }
        bytes.append("^XZ\n")
    }

    /// Whether a colour is black where there are black and white alone.
    public static func isBlack(_ colour: Colour) -> Bool {
        54 * Int(colour.red) + 183 * Int(colour.green) + 19 * Int(colour.blue) < 128 * 256
    }

    /// Adds a label with a design, as a bitmap: what is darker than the middle is black.
    public mutating func add(_ cells: [String], _ drawing: Drawing) throws(LabelProblem) {
        let corner = template.slot.apply(Point(0, 0))
        let far = template.slot.apply(Point(1, 1))
        let side = min(abs(far.x - corner.x), abs(far.y - corner.y)) * dotsPerMillimetre
        let scale = side / max(drawing.width, drawing.height)
        let bitmap: Bitmap
        do throws(CodeFileError) { bitmap = try Self.bitmap(drawing, scale) } catch {
            throw LabelProblem(kind: .drawing, summary: "\(error)", help: "print it larger, or plainer")
        }
        begin()
        addTexts(cells)
        let (left, top) = (min(corner.x, far.x) * dotsPerMillimetre, min(corner.y, far.y) * dotsPerMillimetre)
        addBitmap(
            bitmap, Int(left + (side - drawing.width * scale) / 2), Int(top + (side - drawing.height * scale) / 2))
        bytes.append("^XZ\n")
    }

    private mutating func begin() {
        bytes.append("^XA^CI28^PW\(dots(template.label.width))^LL\(dots(template.label.height))\n")
        if hasGround { bytes.append("^FO0,0^XGR:WAYSEAL.GRF,1,1^FS\n") }
    }

    private mutating func addBitmap(_ bitmap: Bitmap, _ x: Int, _ y: Int) {
        let total = bitmap.stride * bitmap.height
        bytes.append("^FO\(max(0, x)),\(max(0, y))^GFA,\(total),\(total),\(bitmap.stride),")
        bytes += bitmap.compressed
        bytes.append("^FS\n")
    }

    private mutating func addTexts(_ cells: [String]) {
        for line in template.lines {
            var text = ""
            for part in line.runs.flatMap(\.parts) {
                switch part {
                case .text(let fixed): text += fixed
                case .column(let column): text += column < cells.count ? cells[column] : ""
                }
            }
            guard !text.isEmpty, let first = line.runs.first else { continue }
            let place = line.map.apply(Point(0, 0))
            let (x, y) = (dots(place.x), dots(place.y))
            // The direction in which the text runs, in quarters of a turn.
            let (along, down) = (line.map.a, line.map.b)
            let turn = abs(along) >= abs(down) ? (along >= 0 ? "N" : "I") : (down > 0 ? "R" : "B")
            let height = max(10, dots(first.size * line.map.scale))
            let font = "^A0\(turn),\(height)"
            switch line.anchor {
            case .start: bytes.append("^FT\(max(0, x)),\(y),0\(font)^FH_^FD")
            case .end: bytes.append("^FT\(max(0, x)),\(y),1\(font)^FH_^FD")
            case .middle:
                let width = max(1, 2 * min(x, dots(template.label.width) - x))
                bytes.append("^FT\(max(0, x - width / 2)),\(y)\(font)^FB\(width),1,0,C^FH_^FD")
            }
            Self.append(escaped: text, to: &bytes)
            bytes.append("^FS\n")
        }
    }

    /// Text for a field after `^FH_`: what begins a command, and controls, in hexadecimal. Nothing in a cell ends its field.
    static func append(escaped text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "^") || byte == UInt8(ascii: "~")
                || byte == UInt8(ascii: "_")
            {
                let digits = String(byte, radix: 16, uppercase: true)
                bytes.append(digits.utf8.count == 1 ? "_0\(digits)" : "_\(digits)")
            } else {
                bytes.append(byte)
            }
        }
    }

    private static func bitmap(_ drawing: Drawing, _ scale: Double) throws(CodeFileError) -> Bitmap {
        Bitmap(try drawing.raster(scale: scale))
    }
}

/// Dots, eight a byte, the highest bit first; 1 is black.
struct Bitmap {
    let stride: Int
    let height: Int
    private var bytes: [UInt8]

    init(_ symbol: Symbol, module: Int) {
        let side = symbol.size * module
        (stride, height) = ((side + 7) / 8, side)
        bytes = [UInt8](repeating: 0, count: stride * side)
        for y in 0..<side {
            for x in 0..<side where symbol[x / module, y / module] { bytes[y * stride + x / 8] |= 0x80 >> UInt8(x % 8) }
        }
    }

    /// What is darker than the middle between black and white.
    init(_ raster: Raster) {
        (stride, height) = ((raster.width + 7) / 8, raster.height)
        bytes = [UInt8](repeating: 0, count: stride * height)
        for y in 0..<height {
            for x in 0..<raster.width {
                let pixel = raster[x, y]
                let light = (54 * Int(pixel.red) + 183 * Int(pixel.green) + 19 * Int(pixel.blue)) / 256
                if pixel.opacity > 127, light < 128 { bytes[y * stride + x / 8] |= 0x80 >> UInt8(x % 8) }
            }
        }
    }

    /// In hexadecimal with ZPL's runs: `G`...`Y` repeat the digit after them 1...19 times, `g`...`z` 20...400 times, `,` and
    /// `!` fill the row with 0 and 1, `:` repeats the row before (ZPL II Programming Guide, chapter "Alternative Data
    /// Compression Scheme").
    var compressed: [UInt8] {
        var out: [UInt8] = []
        var before: ArraySlice<UInt8>?
        for y in 0..<height {
            let row = bytes[y * stride..<(y + 1) * stride]
            defer { before = row }
            if let before, before.elementsEqual(row) {
                out.append(UInt8(ascii: ":"))
                continue
            }
            var digits = row.flatMap { [$0 >> 4, $0 & 15] }
            var fill: UInt8?
            if let last = digits.last, last == 0 || last == 15 {
                fill = last == 0 ? UInt8(ascii: ",") : UInt8(ascii: "!")
                while digits.last == last { digits.removeLast() }
            }
            var index = 0
            while index < digits.count {
                var count = 1
                while index + count < digits.count, digits[index + count] == digits[index], count < 419 { count += 1 }
                index += count
                if count >= 20 { out.append(UInt8(ascii: "g") + UInt8(count / 20 - 1)) }
                if count % 20 > 0, count > 1 { out.append(UInt8(ascii: "G") + UInt8(count % 20 - 1)) }
                out.append(Array("0123456789ABCDEF".utf8)[Int(digits[index - 1])])
            }
            if let fill { out.append(fill) }
        }
        return out
    }
}
