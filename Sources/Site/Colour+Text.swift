extension Colour {
    /// Names that everybody knows (CSS Color 4, section 6.1, the basic ones).
    public static let names = table.map(\.name)

    private static let table: [(name: String, rgb: UInt32)] = [
        ("black", 0), ("white", 0xFFFFFF), ("gray", 0x808080), ("grey", 0x808080), ("silver", 0xC0C0C0),
        ("red", 0xFF0000), ("maroon", 0x800000), ("purple", 0x800080), ("fuchsia", 0xFF00FF), ("green", 0x008000),
        ("lime", 0x00FF00), ("olive", 0x808000), ("yellow", 0xFFFF00), ("navy", 0x000080), ("blue", 0x0000FF),
        ("teal", 0x008080), ("aqua", 0x00FFFF),
    ]

    /// The colour that a text means: `#5b0f1f`, `#fff`, or one of ``names``. Black and white have their parts in print: one
    /// plate, and none.
    public init?(text: String) {
        let text = text.lowercased()
        let rgb: UInt32
        if let known = Self.table.first(where: { $0.name == text }) {
            rgb = known.rgb
        } else {
            guard text.hasPrefix("#") else { return nil }
            var digits: [UInt32] = []
            for byte in text.utf8.dropFirst() {
                switch byte {
                case 0x30...0x39: digits.append(UInt32(byte) - 0x30)
                case 0x61...0x66: digits.append(UInt32(byte) - 0x57)
                default: return nil
                }
            }
            if digits.count == 3 { digits = digits.flatMap { [$0, $0] } }
            guard digits.count == 6 else { return nil }
            rgb = digits.reduce(0) { $0 << 4 | $1 }
        }
        switch rgb {
        case 0: self = .black
        case 0xFFFFFF: self = .white
        default: self.init(UInt8(rgb >> 16), UInt8(rgb >> 8 & 0xFF), UInt8(rgb & 0xFF))
        }
    }
}
