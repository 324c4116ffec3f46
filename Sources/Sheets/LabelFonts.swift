public import Support

/// The two faces that labels are set in.
public struct LabelFonts: Sendable {
    /// The usual face.
    public var regular: TrueTypeFont
    /// The heavier face.
    public var bold: TrueTypeFont

    /// Faces; without a bold one, the usual face stands for it.
    public init(regular: TrueTypeFont, bold: TrueTypeFont? = nil) {
        self.regular = regular
        self.bold = bold ?? regular
    }

    /// Where Debian puts DejaVu Sans and its bold face (package fonts-dejavu-core), which labels are set in unless another
    /// font is named.
    public static let usualPaths = (
        regular: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        bold: "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
    )

    subscript(face: Int) -> TrueTypeFont { face == 0 ? regular : bold }
}

/// Why a row's label can't be drawn.
public struct LabelProblem: Error, Equatable, Sendable {
    /// Which kind.
    public enum Kind: Equatable, Sendable {
        /// The font has no glyph for a character, or it needs shaping that is not done.
        case glyph
        /// A text is wider than its place.
        case width
        /// Its code can't be drawn.
        case drawing
    }

    /// Which kind.
    public var kind: Kind
    /// What is wrong: lower case, no full stop.
    public var summary: String
    /// What to do.
    public var help: String
    /// The column whose cell is at fault; `nil` for a text of the template.
    public var column: String?
    /// The text of the template that it was to stand in.
    public var place: SourceRange?

    /// Where the template sets the text.
    public var notes: [Diagnostic.Note] { place.map { [.init("set here", at: $0)] } ?? [] }
}

/// Turns characters into glyphs of one face.
struct GlyphWriter {
    let font: TrueTypeFont
    /// Letters with accents that Unicode also writes as several characters; Swift compares both forms as equal.
    private var composed: [Character: Unicode.Scalar] = [:]

    init(_ font: TrueTypeFont) { self.font = font }

    /// A character that can't be shown, and why.
    struct Missing: Error {
        var scalar: Unicode.Scalar
        var needsShaping: Bool
    }

    /// Appends the glyphs of `text` as bytes of a PDF string, two a glyph; answers their width in units of the font.
    /// - Parameter use: is told each glyph and its character.
    mutating func append(
        _ text: String, to bytes: inout [UInt8], use: (Int, Unicode.Scalar) -> Void
    ) throws(Missing) -> Int {
        var width = 0
        var isPlain = true
        for scalar in text.unicodeScalars where Self.isMark(scalar) { isPlain = false }
        if isPlain {
            for scalar in text.unicodeScalars { width += try append(scalar, &bytes, use) }
        } else {
            for character in text {
                if character.unicodeScalars.count > 1, let scalar = composed(character) {
                    width += try append(scalar, &bytes, use)
                } else {
                    for scalar in character.unicodeScalars { width += try append(scalar, &bytes, use) }
                }
            }
        }
        return width
    }

    private func append(
        _ scalar: Unicode.Scalar, _ bytes: inout [UInt8], _ use: (Int, Unicode.Scalar) -> Void
    ) throws(Missing) -> Int {
        var scalar = scalar
        switch scalar.value {
        case 0x20...0x7E: break
        // Line ends and controls are blanks; what only steers layout is nothing.
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: scalar = " "
        case 0xAD, 0x200B...0x200F, 0x2060, 0xFE00...0xFE0F, 0xFEFF: return 0
        // Scripts whose letters join or change places.
        case 0x0590...0x08FF, 0x0900...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE:
            throw Missing(scalar: scalar, needsShaping: true)
        default: break
        }
        let glyph = font.glyph(scalar)
        guard glyph > 0 else { throw Missing(scalar: scalar, needsShaping: false) }
        use(glyph, scalar)
        for byte in [UInt8(glyph >> 8), UInt8(glyph & 0xFF)] {
            switch byte {
            case 0x28, 0x29, 0x5C:
                bytes.append(0x5C)
                bytes.append(byte)
            // A bare carriage return in a string is read as a line feed (ISO 32000-1, section 7.3.4.2).
            case 0x0D:
                bytes.append(0x5C)
                bytes.append(0x72)
            default: bytes.append(byte)
            }
        }
        return font.advance(glyph)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        (0x0300...0x036F).contains(scalar.value) || (0x1AB0...0x1AFF).contains(scalar.value)
    }

    private mutating func composed(_ character: Character) -> Unicode.Scalar? {
        if composed.isEmpty {
            for range: ClosedRange<UInt32> in [0xC0...0x24F, 0x370...0x52F, 0x1E00...0x1FFF] {
                for value in range {
                    if let scalar = Unicode.Scalar(value), font.glyph(scalar) > 0 {
                        composed[Character(scalar)] = scalar
                    }
                }
            }
        }
        return composed[character]
    }
}
